// bfloat16 layers with AVX512-BF16: vdpbf16ps adds two products to each of sixteen sums.
#include "include/bfloat16.h"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma,f16c,prefer-256-bit"))), \
    apply_to = function)
#include "body_bfloat16.h"

#define LANES 16
#define WIDTH 32  // two vectors of outputs
#define ROWS 8    // pixels a tile
typedef float sums __attribute__((ext_vector_type(LANES)));

SK_INLINE sums load_sums(const float *x) {
    sums v;
    memcpy(&v, x, sizeof v);
    return v;
}

SK_INLINE __m512bh load_pairs(const uint16_t *x) { return (__m512bh)_mm512_loadu_si512(x); }

SK_INLINE __m512bh broadcast_pair(const uint16_t *x) {
    int32_t pair;
    memcpy(&pair, x, 4);
    return (__m512bh)_mm512_set1_epi32(pair);
}

SK_INLINE void tile(const sk_convolution *p, const uint16_t *const *x, const uint16_t *w, const float *bias,
                    float values[ROWS][WIDTH], const int rows) {
    sums total[ROWS][2];
    SK_UNROLL
    for (int r = 0; r < rows; r++) {
        total[r][0] = load_sums(bias);
        total[r][1] = load_sums(bias + LANES);
    }
    for (int32_t t = 0; t < p->windows.taps; t++) {
        int64_t offset = p->windows.tap_offset[t];
        for (int32_t k = 0; k < p->windows.depth; k += 2) {
            __m512bh w0 = load_pairs(w), w1 = load_pairs(w + 2 * LANES);
            w += 2 * WIDTH;
            SK_UNROLL
            for (int r = 0; r < rows; r++) {
                __m512bh pair = broadcast_pair(x[r] + offset + k);
                total[r][0] = (sums)_mm512_dpbf16_ps((__m512)total[r][0], pair, w0);
                total[r][1] = (sums)_mm512_dpbf16_ps((__m512)total[r][1], pair, w1);
            }
        }
    }
    SK_UNROLL
    for (int r = 0; r < rows; r++) memcpy(values[r], total[r], sizeof total[r]);
}

/// One pixel's sums with residual and clamp to memory.
SK_INLINE void finish(const sk_convolution *p, const float *values, float *y, const float *b, int32_t n) {
    for (int32_t i = 0; i < n; i++)
        y[i] = sk_clamp(p->has_residual ? values[i] + b[i] : values[i], p->lower, p->upper);
}

static void block(const sk_step *step, int32_t index, int64_t first, int64_t last) {
    const sk_convolution *p = step->params;
    int32_t output = index * WIDTH, n = p->group_outputs - output < WIDTH ? p->group_outputs - output : WIDTH;
    const uint16_t *w = (const uint16_t *)p->weights + (int64_t)output * p->windows.taps * p->windows.depth;
    const float *bias = (const float *)p->bias + output;
    for (int64_t pixel = first; pixel < last;) {
        const uint16_t *windows[ROWS];
        float values[ROWS][WIDTH];
        int32_t rows = last - pixel < ROWS ? (int32_t)(last - pixel) : ROWS;
        for (int32_t r = 0; r < rows; r++) {
            int64_t row = (pixel + r) / p->windows.out_width, column = (pixel + r) % p->windows.out_width;
            windows[r] = (const uint16_t *)step->a + row / p->windows.out_height * p->windows.image_step
                + row % p->windows.out_height * p->windows.row_step + column * p->windows.column_step;
        }
        switch (rows) {
#define TILE(count) case count: tile(p, windows, w, bias, values, count); break;
        TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6) TILE(7) TILE(8)
#undef TILE
        }
        for (int32_t r = 0; r < rows; r++) {
            int64_t at = (pixel + r) * p->y_stride + output;
            const float *b = p->has_residual ? (const float *)step->b + at : 0;
            finish(p, values[r], (float *)step->y + at, b, n);
        }
        pixel += rows;
    }
}

static void convolution(const sk_step *step, int32_t part, int32_t parts) {
    const sk_convolution *p = step->params;
    int64_t pixels = (int64_t)p->windows.images * p->windows.out_height * p->windows.out_width;
    int64_t first = 0, last = pixels, first_block = 0, last_block = (p->group_outputs + WIDTH - 1) / WIDTH;
    // Few pixels (a dense layer) are shared by outputs, many by pixels.
    if (pixels >= 2 * ROWS * (int64_t)parts) sk_share(pixels, part, parts, &first, &last);
    else sk_share(last_block, part, parts, &first_block, &last_block);
    for (int64_t index = first_block; index < last_block; index++) block(step, (int32_t)index, first, last);
}

static const sk_bf16_kernels bf16_kernels = {
    .name = "avx512bf16", .width = WIDTH, .border = bf16_border, .convolution = convolution};
#pragma clang attribute pop

const sk_bf16_kernels *sk_bf16_avx512(void) {
    return sk_kernels_avx512vnni() && __builtin_cpu_supports("avx512bf16") ? &bf16_kernels : 0;
}
#else
const sk_bf16_kernels *sk_bf16_avx512(void) { return 0; }
#endif
