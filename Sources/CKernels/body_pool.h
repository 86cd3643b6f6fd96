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

/// How many pixels from `ox` on see whole windows of neighbouring inputs: their numbers are one run. At least one.
SK_INLINE int32_t pixels_alike(const sk_pool *p, int32_t ox) {
    int32_t end = p->in_width - (p->kernel_width - 1) * p->dilation_x + p->left;  // of the pixels with whole windows
    if (p->stride_x != 1 || ox < p->left || ox >= end) return 1;
    return (end < p->out_width ? end : p->out_width) - ox;
}

// Numbers taken together, in several vectors where there are as many: their sums stay in registers while the window is gone
// through. A last run reads beyond its channels, as kernels may.
#define POOL_SIDE_BY_SIDE 4
typedef float pool_floats __attribute__((ext_vector_type(16)));
typedef int32_t pool_sums __attribute__((ext_vector_type(16)));
typedef int8_t pool_bytes __attribute__((ext_vector_type(16)));
// Sums of up to 256 bytes fit half as wide.
typedef int16_t pool_short_sums __attribute__((ext_vector_type(32)));
typedef int8_t pool_many_bytes __attribute__((ext_vector_type(32)));

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

#define POOL(name, lanes, type, sum_type, stored, vector, RESULT, START_MAXIMUM, MAXIMUM) \
    SK_INLINE void name##_run(const sk_pool *p, pool_axis rows, pool_axis columns, const type *x, type *y, int64_t n, \
                              const int vectors, const pool_kind kind) { \
        int64_t c = p->channels; \
        vector run[POOL_SIDE_BY_SIDE]; \
        SK_UNROLL \
        for (int v = 0; v < vectors; v++) run[v] = kind ? 0 : START_MAXIMUM; \
        for (int32_t ky = rows.first; ky < rows.last; ky++) { \
            const type *from = x + ((int64_t)ky * p->dilation_y * p->in_width + columns.first * p->dilation_x) * c; \
            for (int32_t kx = columns.first; kx < columns.last; kx++, from += p->dilation_x * c) { \
                SK_UNROLL \
                for (int v = 0; v < vectors; v++) { \
                    stored loaded; \
                    memcpy(&loaded, from + v * lanes, sizeof loaded); \
                    vector value = __builtin_convertvector(loaded, vector); \
                    run[v] = kind ? run[v] + value : MAXIMUM(run[v], value); \
                } \
            } \
        } \
        SK_UNROLL \
        for (int v = 0; v < vectors; v++) { \
            sum_type sums[lanes]; \
            type results[lanes]; \
            memcpy(sums, &run[v], sizeof sums); \
            for (int i = 0; i < lanes; i++) results[i] = RESULT(p, rows, columns, sums[i], kind); \
            if (n >= lanes) memcpy(y + v * lanes, results, sizeof results); \
            else if (n == lanes / 2) memcpy(y, results, sizeof results / 2); \
            else memcpy(y, results, (size_t)n * sizeof *y); \
        } \
    } \
    SK_INLINE void name##_numbers(const sk_pool *p, pool_axis rows, pool_axis columns, const type *x, type *y, int64_t n, \
                                  const pool_kind kind) { \
        const int64_t many = POOL_SIDE_BY_SIDE * lanes; \
        for (; n >= many; x += many, y += many, n -= many) \
            name##_run(p, rows, columns, x, y, many, POOL_SIDE_BY_SIDE, kind); \
        for (; n > 0; x += lanes, y += lanes, n -= lanes) name##_run(p, rows, columns, x, y, n, 1, kind); \
    } \
    SK_INLINE void name##_row(const sk_pool *p, pool_axis rows, const type *x, type *y, const pool_kind kind) { \
        int64_t c = p->channels; \
        for (int32_t ox = 0; ox < p->out_width;) { \
            int32_t left = ox * p->stride_x - p->left, pixels = pixels_alike(p, ox); \
            pool_axis columns = pool_taps(left, p->kernel_width, p->dilation_x, p->in_width, \
                                          p->padded_width - p->left, p->counts_padding); \
            name##_numbers(p, rows, columns, x + left * c, y + ox * c, pixels * c, kind); \
            ox += pixels; \
        } \
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
            const type *x = (const type *)step->a + image_row * p->in_width * c; \
            type *y = (type *)step->y + row * p->out_width * c; \
            if (!p->average) name##_row(p, rows, x, y, POOL_MAXIMUM); \
            else if (p->rounds_away) name##_row(p, rows, x, y, POOL_AVERAGE_AWAY); \
            else name##_row(p, rows, x, y, POOL_AVERAGE); \
        } \
    }

// A not-a-number wins against everything.
#define MAXIMUM_F32(a, b) ((((b) > (a)) | ((b) != (b))) ? (b) : (a))
#define MAXIMUM_S8(a, b) (((b) > (a)) ? (b) : (a))

POOL(pool_f32, 16, float, float, pool_floats, pool_floats, pool_result_f32, -INFINITY, MAXIMUM_F32)
POOL(pool_s8_small, 32, int8_t, int16_t, pool_many_bytes, pool_short_sums, pool_result_s8, -128, MAXIMUM_S8)
POOL(pool_s8_large, 16, int8_t, int32_t, pool_bytes, pool_sums, pool_result_s8, -128, MAXIMUM_S8)
#undef POOL

static void pool_s8(const sk_step *step, int32_t part, int32_t parts) {
    const sk_pool *p = step->params;
    if ((int64_t)p->kernel_height * p->kernel_width <= 256) pool_s8_small(step, part, parts);
    else pool_s8_large(step, part, parts);
}
