// The reference for depthwise convolution: weights [kernel_height][kernel_width][channels], channels side by side.
#include "common.h"

/// The taps of one axis that fall inside the image.
SK_INLINE void depthwise_taps(int32_t origin, int32_t kernel, int32_t dilation, int32_t size, int32_t *first,
                              int32_t *last) {
    int32_t begin = 0, end = kernel;
    while (begin < kernel && origin + begin * dilation < 0) begin++;
    while (end > begin && origin + (end - 1) * dilation >= size) end--;
    *first = begin;
    *last = end;
}

#define DEPTHWISE_RUN 16

#define DEPTHWISE(name, x_type, w_type, sum_type, y_type, VALUE, FINISH) \
    static void name(const sk_step *step, int32_t part, int32_t parts) { \
        const sk_depthwise *p = step->params; \
        int64_t c = p->channels, first, last; \
        sk_share((int64_t)p->images * p->out_height * p->out_width, part, parts, &first, &last); \
        for (int64_t pixel = first; pixel < last; pixel++) { \
            int32_t ox = (int32_t)(pixel % p->out_width); \
            int32_t oy = (int32_t)(pixel / p->out_width % p->out_height); \
            int32_t top = oy * p->stride_y - p->top, left = ox * p->stride_x - p->left; \
            int32_t y0, y1, x0, x1; \
            depthwise_taps(top, p->kernel_height, p->dilation_y, p->in_height, &y0, &y1); \
            depthwise_taps(left, p->kernel_width, p->dilation_x, p->in_width, &x0, &x1); \
            const x_type *x = (const x_type *)step->a \
                + pixel / p->out_width / p->out_height * p->in_height * p->in_width * c; \
            y_type *y = (y_type *)step->y + pixel * c; \
            for (int64_t run = 0; run < c; run += DEPTHWISE_RUN) { \
                int64_t n = c - run < DEPTHWISE_RUN ? c - run : DEPTHWISE_RUN; \
                sum_type sums[DEPTHWISE_RUN]; \
                for (int64_t i = 0; i < n; i++) sums[i] = ((const sum_type *)p->bias)[run + i]; \
                for (int32_t ky = y0; ky < y1; ky++) \
                    for (int32_t kx = x0; kx < x1; kx++) { \
                        int64_t at = (int64_t)(top + ky * p->dilation_y) * p->in_width + left + kx * p->dilation_x; \
                        const x_type *from = x + at * c + run; \
                        const w_type *w = (const w_type *)p->weights \
                            + ((int64_t)ky * p->kernel_width + kx) * c + run; \
                        for (int64_t i = 0; i < n; i++) sums[i] += VALUE * w[i]; \
                    } \
                for (int64_t i = 0; i < n; i++) y[run + i] = FINISH; \
            } \
        } \
    }

DEPTHWISE(depthwise_f32, float, float, float, float, from[i], sk_clamp(sums[i], p->lower, p->upper))
DEPTHWISE(depthwise_s8, int8_t, int16_t, int32_t, int8_t, (from[i] - p->x_zero),
          (int8_t)(sk_round_clamped((float)sums[i] * p->scale[run + i], p->lower, p->upper) + p->zero_point))
#undef DEPTHWISE
