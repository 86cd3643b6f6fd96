// bfloat16 layers in plain loops: the reference, and the choice between sets.
#include "include/bfloat16.h"
#include "body_bfloat16.h"

SK_INLINE float widened(uint16_t x) {
    uint32_t bits = (uint32_t)x << 16;
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

static void convolution(const sk_step *step, int32_t part, int32_t parts) {
    const sk_convolution *p = step->params;
    const sk_windows *windows = &p->windows;
    int64_t first, last;
    sk_share((int64_t)windows->images * windows->out_height * windows->out_width, part, parts, &first, &last);
    for (int64_t pixel = first; pixel < last; pixel++) {
        int64_t column = pixel % windows->out_width, row = pixel / windows->out_width % windows->out_height;
        const uint16_t *x = (const uint16_t *)step->a + pixel / windows->out_width / windows->out_height * windows->image_step
            + row * windows->row_step + column * windows->column_step;
        const uint16_t *w = p->weights;
        for (int32_t o = 0; o < p->group_outputs; o++) {
            int64_t at = pixel * p->y_stride + o;
            float sum = ((const float *)p->bias)[o];
            for (int32_t t = 0; t < windows->taps; t++)
                for (int32_t k = 0; k < windows->depth; k++) sum += widened(x[windows->tap_offset[t] + k]) * widened(*w++);
            if (p->has_residual) sum += ((const float *)step->b)[at];
            ((float *)step->y)[at] = sk_clamp(sum, p->lower, p->upper);
        }
    }
}

static const sk_bf16_kernels bf16_kernels = {
    .name = "scalar", .width = 1, .border = bf16_border, .convolution = convolution};

const sk_bf16_kernels *sk_bf16_scalar(void) { return &bf16_kernels; }

const sk_bf16_kernels *sk_bf16_for(const sk_kernel_set *set) {
    if (set == sk_kernels_scalar()) return sk_bf16_scalar();
    return set == sk_kernels_avx512vnni() ? sk_bf16_avx512() : 0;
}
