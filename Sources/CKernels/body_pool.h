// Pooling over windows; padding is never read.
#include "common.h"

typedef struct {
    int32_t first_y, last_y, first_x, last_x;  // indices of taps inside the image
    int32_t covered;                           // positions an average divides by
} pool_window;

/// The taps of one axis that fall inside `size`, and how many fall inside the padded extent.
SK_INLINE void pool_axis(int32_t origin, int32_t kernel, int32_t dilation, int32_t size, int32_t padded_end,
                         int32_t *first, int32_t *last, int32_t *covered) {
    int32_t begin = 0, end = kernel, inside = 0;
    while (begin < kernel && origin + begin * dilation < 0) begin++;
    while (end > begin && origin + (end - 1) * dilation >= size) end--;
    for (int32_t k = 0; k < kernel; k++) inside += origin + k * dilation < padded_end;
    *first = begin;
    *last = end;
    *covered = inside;
}

SK_INLINE pool_window pool_at(const sk_pool *p, int32_t oy, int32_t ox) {
    pool_window w;
    int32_t rows, columns;
    pool_axis(oy * p->stride_y - p->top, p->kernel_height, p->dilation_y, p->in_height,
              p->padded_height - p->top, &w.first_y, &w.last_y, &rows);
    pool_axis(ox * p->stride_x - p->left, p->kernel_width, p->dilation_x, p->in_width,
              p->padded_width - p->left, &w.first_x, &w.last_x, &columns);
    int32_t taps = (w.last_y - w.first_y) * (w.last_x - w.first_x);
    w.covered = p->counts_padding ? rows * columns : taps;
    return w;
}

// Channels are taken in runs that stay in registers while the window is gone through.
#define POOL_RUN 32

#define POOL(name, type, sum_type, START_MAXIMUM, TAKE_MAXIMUM, FINISH) \
    static void name(const sk_step *step, int32_t part, int32_t parts) { \
        const sk_pool *p = step->params; \
        int64_t first, last, c = p->channels; \
        sk_share((int64_t)p->images * p->out_height * p->out_width, part, parts, &first, &last); \
        for (int64_t pixel = first; pixel < last; pixel++) { \
            int32_t ox = (int32_t)(pixel % p->out_width); \
            int32_t oy = (int32_t)(pixel / p->out_width % p->out_height); \
            int64_t image = pixel / p->out_width / p->out_height; \
            pool_window w = pool_at(p, oy, ox); \
            int32_t top = oy * p->stride_y - p->top, left = ox * p->stride_x - p->left; \
            const type *x = (const type *)step->a + image * p->in_height * p->in_width * c; \
            type *y = (type *)step->y + pixel * c; \
            for (int64_t run = 0; run < c; run += POOL_RUN) { \
                int64_t n = c - run < POOL_RUN ? c - run : POOL_RUN; \
                sum_type sums[POOL_RUN]; \
                for (int64_t i = 0; i < POOL_RUN; i++) sums[i] = p->average ? 0 : START_MAXIMUM; \
                for (int32_t ky = w.first_y; ky < w.last_y; ky++) \
                    for (int32_t kx = w.first_x; kx < w.last_x; kx++) { \
                        int64_t at = (int64_t)(top + ky * p->dilation_y) * p->in_width + left + kx * p->dilation_x; \
                        const type *from = x + at * c + run; \
                        if (p->average) for (int64_t i = 0; i < n; i++) sums[i] += from[i]; \
                        else for (int64_t i = 0; i < n; i++) sums[i] = TAKE_MAXIMUM(sums[i], from[i]); \
                    } \
                for (int64_t i = 0; i < n; i++) y[run + i] = FINISH(sums[i]); \
            } \
        } \
    }

// A not-a-number wins against everything.
#define MAXIMUM_F32(a, b) ((b) > (a) || (b) != (b) ? (b) : (a))
#define MAXIMUM_S8(a, b) ((b) > (a) ? (b) : (a))
#define FINISH_F32(s) (p->average ? (s) / (float)w.covered : (s))
#define FINISH_S8(s) \
    (p->rounds_away ? pool_average_away(s, w.covered) \
     : p->average ? sk_saturate((float)((s) - w_taps(&w) * p->x_zero) * (p->scale / (float)w.covered), p->y_zero) \
                  : (int8_t)(s))

SK_INLINE int32_t w_taps(const pool_window *w) { return (w->last_y - w->first_y) * (w->last_x - w->first_x); }

/// An average never leaves the range of what it averages; no window is empty.
SK_INLINE int8_t pool_average_away(int32_t sum, int32_t count) {
    return (int8_t)((sum > 0 ? sum + count / 2 : sum - count / 2) / (count > 0 ? count : 1));
}

POOL(pool_f32, float, float, -INFINITY, MAXIMUM_F32, FINISH_F32)
POOL(pool_s8, int8_t, int32_t, -128, MAXIMUM_S8, FINISH_S8)
#undef POOL
