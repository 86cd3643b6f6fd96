// Pooling over windows; padding is never read.
#include "common.h"

/// The taps of one axis: those inside the image, and how many an average divides by.
typedef struct {
    int32_t first, last, covered;
} pool_axis;

/// The taps from `origin` on that fall inside `size`; padding up to `padded_end` counts where averages want it.
SK_INLINE pool_axis pool_taps(int32_t origin, int32_t kernel, int32_t dilation, int32_t size, int32_t padded_end,
                              bool counts_padding) {
    int32_t begin = 0, end = kernel, inside = 0;
    if (origin >= 0 && origin + (kernel - 1) * dilation < size) return (pool_axis){0, kernel, kernel};
    while (begin < kernel && origin + begin * dilation < 0) begin++;
    while (end > begin && origin + (end - 1) * dilation >= size) end--;
    for (int32_t k = 0; k < kernel; k++) inside += origin + k * dilation < padded_end;
    return (pool_axis){begin, end, counts_padding ? inside : end - begin};
}

// Channels taken together: their sums stay in registers while the window is gone through. A last run reads beyond its
// channels, as kernels may.
#define POOL_RUN 16
typedef float pool_floats __attribute__((ext_vector_type(POOL_RUN)));
typedef int32_t pool_sums __attribute__((ext_vector_type(POOL_RUN)));
typedef int8_t pool_bytes __attribute__((ext_vector_type(POOL_RUN)));

typedef enum { POOL_MAXIMUM, POOL_AVERAGE, POOL_AVERAGE_AWAY } pool_kind;

/// What a sum or maximum over one window becomes.
SK_INLINE float pool_result_f32(const sk_pool *p, pool_axis rows, pool_axis columns, float sum, const pool_kind kind) {
    (void)p;
    return kind == POOL_MAXIMUM ? sum : sum / (float)(rows.covered * columns.covered);
}

SK_INLINE int8_t pool_result_s8(const sk_pool *p, pool_axis rows, pool_axis columns, int32_t sum,
                                const pool_kind kind) {
    int32_t covered = rows.covered * columns.covered;
    if (kind == POOL_MAXIMUM) return (int8_t)sum;
    // An average never leaves the range of what it averages; no window is empty.
    if (kind == POOL_AVERAGE_AWAY)
        return (int8_t)((sum > 0 ? sum + covered / 2 : sum - covered / 2) / (covered > 0 ? covered : 1));
    int32_t taps = (rows.last - rows.first) * (columns.last - columns.first);
    return sk_saturate((float)(sum - taps * p->x_zero) * (p->scale / (float)covered), p->y_zero);
}

#define POOL(name, type, sum_type, stored, vector, RESULT, START_MAXIMUM, MAXIMUM) \
    SK_INLINE void name##_run(const sk_pool *p, pool_axis rows, pool_axis columns, const type *x, type *y, int64_t n, \
                              const pool_kind kind) { \
        int64_t c = p->channels; \
        vector run = kind ? 0 : START_MAXIMUM; \
        for (int32_t ky = rows.first; ky < rows.last; ky++) { \
            const type *from = x + ((int64_t)ky * p->dilation_y * p->in_width + columns.first * p->dilation_x) * c; \
            for (int32_t kx = columns.first; kx < columns.last; kx++, from += p->dilation_x * c) { \
                stored loaded; \
                memcpy(&loaded, from, sizeof loaded); \
                vector value = __builtin_convertvector(loaded, vector); \
                run = kind ? run + value : MAXIMUM(run, value); \
            } \
        } \
        sum_type sums[POOL_RUN]; \
        type results[POOL_RUN]; \
        memcpy(sums, &run, sizeof sums); \
        for (int i = 0; i < POOL_RUN; i++) results[i] = RESULT(p, rows, columns, sums[i], kind); \
        memcpy(y, results, (size_t)n * sizeof *y); \
    } \
    SK_INLINE void name##_pixel(const sk_pool *p, pool_axis rows, pool_axis columns, const type *x, type *y, \
                                const pool_kind kind) { \
        int64_t c = p->channels, run = 0; \
        for (; run + POOL_RUN <= c; run += POOL_RUN) \
            name##_run(p, rows, columns, x + run, y + run, POOL_RUN, kind); \
        if (run < c) name##_run(p, rows, columns, x + run, y + run, c - run, kind); \
    } \
    static void name(const sk_step *step, int32_t part, int32_t parts) { \
        const sk_pool own = *(const sk_pool *)step->params, *p = &own; /* stores of bytes may not change it */ \
        int64_t first, last, c = p->channels; \
        sk_share((int64_t)p->images * p->out_height, part, parts, &first, &last); \
        for (int64_t row = first; row < last; row++) { \
            int32_t top = (int32_t)(row % p->out_height) * p->stride_y - p->top; \
            int64_t image_row = row / p->out_height * p->in_height + top; \
            pool_axis rows = pool_taps(top, p->kernel_height, p->dilation_y, p->in_height, p->padded_height - p->top, \
                                       p->counts_padding); \
            for (int32_t ox = 0; ox < p->out_width; ox++) { \
                int32_t left = ox * p->stride_x - p->left; \
                pool_axis columns = pool_taps(left, p->kernel_width, p->dilation_x, p->in_width, \
                                              p->padded_width - p->left, p->counts_padding); \
                const type *x = (const type *)step->a + (image_row * p->in_width + left) * c; \
                type *y = (type *)step->y + (row * p->out_width + ox) * c; \
                if (!p->average) name##_pixel(p, rows, columns, x, y, POOL_MAXIMUM); \
                else if (p->rounds_away) name##_pixel(p, rows, columns, x, y, POOL_AVERAGE_AWAY); \
                else name##_pixel(p, rows, columns, x, y, POOL_AVERAGE); \
            } \
        } \
    }

// A not-a-number wins against everything.
#define MAXIMUM_F32(a, b) ((((b) > (a)) | ((b) != (b))) ? (b) : (a))
#define MAXIMUM_S8(a, b) (((b) > (a)) ? (b) : (a))

POOL(pool_f32, float, float, pool_floats, pool_floats, pool_result_f32, -INFINITY, MAXIMUM_F32)
POOL(pool_s8, int8_t, int32_t, pool_bytes, pool_sums, pool_result_s8, -128, MAXIMUM_S8)
#undef POOL
