// The reference: plain loops that every other kernel set is tested against.
#include "common.h"
#include "body_depthwise_plain.h"
#include "body_elementwise.h"
#include "body_movement.h"
#include "body_pool.h"
#include "body_tensor.h"
#include "body_sequence.h"
#include "body_observe.h"

/// Where the window of an output pixel begins in the bordered input.
static int64_t window_origin(const sk_windows *w, int64_t pixel) {
    int64_t column = pixel % w->out_width, row = pixel / w->out_width % w->out_height;
    return pixel / w->out_width / w->out_height * w->image_step + row * w->row_step + column * w->column_step;
}

static void convolution_f32(const sk_step *step, int32_t part, int32_t parts) {
    const sk_convolution *p = step->params;
    const sk_windows *windows = &p->windows;
    int64_t per_output = (int64_t)windows->taps * windows->depth, first, last;
    sk_share((int64_t)windows->images * windows->out_height * windows->out_width, part, parts, &first, &last);
    for (int64_t pixel = first; pixel < last; pixel++)
        for (int32_t g = 0; g < p->groups; g++)
            for (int32_t o = 0; o < p->group_outputs; o++) {
                const float *x = (const float *)step->a + window_origin(windows, pixel) + (int64_t)g * p->group_inputs;
                int64_t output = (int64_t)g * p->group_outputs + o, at = pixel * p->y_stride + output;
                const float *w = (const float *)p->weights + output * per_output;
                float sum = ((const float *)p->bias)[output];
                for (int32_t t = 0; t < windows->taps; t++)
                    for (int32_t k = 0; k < windows->depth; k++) sum += x[windows->tap_offset[t] + k] * *w++;
                if (p->has_residual) sum += ((const float *)step->b)[at];
                ((float *)step->y)[at] = sk_clamp(sum, p->lower, p->upper);
            }
}

static void convolution_s8(const sk_step *step, int32_t part, int32_t parts) {
    const sk_convolution *p = step->params;
    const sk_windows *windows = &p->windows;
    int64_t per_output = (int64_t)windows->taps * windows->depth, first, last;
    sk_share((int64_t)windows->images * windows->out_height * windows->out_width, part, parts, &first, &last);
    for (int64_t pixel = first; pixel < last; pixel++)
        for (int32_t g = 0; g < p->groups; g++)
            for (int32_t o = 0; o < p->group_outputs; o++) {
                const int16_t *x = (const int16_t *)step->a + window_origin(windows, pixel) + (int64_t)g * p->group_inputs;
                int64_t output = (int64_t)g * p->group_outputs + o, at = pixel * p->y_stride + output;
                const int16_t *w = (const int16_t *)p->weights + output * per_output;
                uint32_t sum = (uint32_t)((const int32_t *)p->bias)[output];
                for (int32_t t = 0; t < windows->taps; t++)
                    for (int32_t k = 0; k < windows->depth; k++) sum += (uint32_t)(x[windows->tap_offset[t] + k] * *w++);
                int32_t q = sk_round_clamped((float)(int32_t)sum * p->scale[output], p->lower, p->upper);
                if (p->has_residual) {
                    float b = (float)(((const int8_t *)step->b)[at] - p->b_zero);
                    float value = (float)q * p->own_scale + b * p->b_scale;
                    q = sk_round_clamped(value, p->sum_lower, p->sum_upper) + p->y_zero;
                } else {
                    q += p->zero_point;
                }
                ((int8_t *)step->y)[at] = (int8_t)q;
            }
}

#define SK_NAME "scalar"
#define SK_F32_WIDTH 1
#define SK_S8_WIDTH 1
#define SK_DEPTHWISE_F32_WIDTH 0
#define SK_DEPTHWISE_S8_WIDTH 0
#define SK_S8_GROUP 1
#define SK_S8_WIDENS true
#define SK_S8_SHIFT 0
#define SK_F32_PACE 1000
#define SK_S8_PACE 1000
#define SK_DEPTHWISE_F32_PACE 1000
#define SK_DEPTHWISE_S8_PACE 1000
#include "body_table.h"

const sk_kernel_set *sk_kernels_scalar(void) { return &kernel_set; }

void sk_run(const sk_step *steps, int64_t count) {
    for (int64_t i = 0; i < count; i++) steps[i].run(&steps[i], 0, 1);
}

void sk_run_halves(const sk_step *step, int32_t part, int32_t parts) {
    const sk_halves *halves = step->params;
    for (int32_t i = 0; i < 2; i++)
        if (parts == 1 || part == i) sk_run(halves->steps[i], halves->counts[i]);
}

void sk_run_part(const sk_step *step, int32_t part, int32_t parts) {
    const sk_part *own = step->params;
    (void)part, (void)parts;
    own->step.run(&own->step, own->part, own->parts);
}
