// Binary layers in plain loops: the reference, and the choice between sets.
#include "include/bits.h"
#include "common.h"

static void signs(const sk_step *step, int32_t part, int32_t parts) {
    const sk_signs *p = step->params;
    int64_t height = (int64_t)p->top + p->height + p->bottom, width = (int64_t)p->left + p->width + p->right;
    int64_t first, last;
    sk_share(height * width * p->images, part, parts, &first, &last);
    for (int64_t pixel = first; pixel < last; pixel++) {
        uint8_t *y = (uint8_t *)step->y + pixel * p->bytes;
        int64_t image = pixel / width / height, row = pixel / width % height - p->top, column = pixel % width - p->left;
        memset(y, 0, (size_t)p->bytes);
        if (row < 0 || row >= p->height || column < 0 || column >= p->width) continue;
        const float *x = (const float *)step->a + ((image * p->height + row) * p->width + column) * p->channels;
        for (int32_t c = 0; c < p->channels; c++)
            if (!(x[c] < 0)) y[c / 8] |= (uint8_t)(1 << c % 8);
    }
}

/// Bits that differ in two runs of bytes.
static int32_t differing_bits(const uint8_t *a, const uint8_t *b, int32_t n) {
    int32_t count = 0;
    for (; n >= 8; n -= 8, a += 8, b += 8) {
        uint64_t x, y;
        memcpy(&x, a, 8);
        memcpy(&y, b, 8);
        count += __builtin_popcountll(x ^ y);
    }
    for (; n > 0; n--) count += __builtin_popcount(*a++ ^ *b++);
    return count;
}

static void convolution(const sk_step *step, int32_t part, int32_t parts) {
    const sk_bit_convolution *p = step->params;
    const sk_windows *windows = &p->windows;
    int64_t first, last;
    sk_share((int64_t)windows->images * windows->out_height * windows->out_width, part, parts, &first, &last);
    for (int64_t pixel = first; pixel < last; pixel++) {
        int64_t column = pixel % windows->out_width, row = pixel / windows->out_width % windows->out_height;
        int64_t origin = pixel / windows->out_width / windows->out_height * windows->image_step + row * windows->row_step
            + column * windows->column_step;
        const int32_t *start = p->start
            + ((int64_t)p->row_kind[row] * p->column_kinds + p->column_kind[column]) * p->outputs;
        const uint8_t *w = p->weights;
        for (int32_t o = 0; o < p->outputs; o++) {
            int32_t differing = 0;
            for (int32_t t = 0; t < windows->taps; t++, w += windows->depth)
                differing += differing_bits((const uint8_t *)step->a + origin + windows->tap_offset[t], w, windows->depth);
            int64_t at = pixel * p->outputs + o;
            float sum = (float)(start[o] - 2 * differing) * p->scale[o] + p->bias[o];
            if (p->has_residual) sum += ((const float *)step->b)[at];
            ((float *)step->y)[at] = sk_clamp(sum, p->lower, p->upper);
        }
    }
}

static const sk_bit_kernels bit_kernels = {
    .name = "scalar", .width = 1, .unit = 1, .signs = signs, .convolution = convolution};

const sk_bit_kernels *sk_bits_scalar(void) { return &bit_kernels; }

const sk_bit_kernels *sk_bits_for(const sk_kernel_set *set) {
    const sk_bit_kernels *found = 0;
    if (set == sk_kernels_avx512vnni()) {
        found = sk_bits_avx512vpopcntdq();
        if (!found) found = sk_bits_avx512();
    } else if (set == sk_kernels_avx2()) {
        found = sk_bits_avx2();
    } else if (set == sk_kernels_neon() || set == sk_kernels_neondot()) {
        found = sk_bits_neon();
    }
    return found ? found : sk_bits_scalar();
}
