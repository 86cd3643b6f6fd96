// Products in bfloat16 with float32 sums: operands are rounded where they are read, so that activations, gradients and
// weights stay float32 in memory. vdpbf16ps adds two products to each of sixteen sums.
#include <immintrin.h>

// Shorter rows stay in float32: rounding them would cost more than it saves.
#define ROUNDED_DEPTH 8
#define ROUNDED_OUTER 32
#define PAIR_BLOCK 64

/// To nearest, ties to even; beyond the last pair stands a zero.
static void round_row(const float *x, int64_t count, uint16_t *y) {
    int64_t i = 0;
    for (; i + 32 <= count; i += 32)
        _mm512_storeu_si512(
            y + i, (__m512i)_mm512_cvtne2ps_pbh((__m512)load(x + i + LANES), (__m512)load(x + i)));
    for (; i < count; i += LANES) {
        __m256bh rounded = _mm512_cvtneps_pbh((__m512)load(x + i));
        memcpy(y + i, &rounded, sizeof rounded);
    }
    y[count] = 0;
}

static void rounded_pack(const float *weights, int32_t taps, int32_t depth, int32_t width, int64_t tap_stride,
                         int64_t depth_stride, int64_t width_stride, float *packed) {
    if (depth < ROUNDED_DEPTH) {
        pack(weights, taps, depth, width, tap_stride, depth_stride, width_stride, packed);
        return;
    }
    uint16_t *to = (uint16_t *)packed;
    for (int32_t begin = 0; begin < width; begin += 2 * LANES) {
        int32_t left = width - begin, columns = left > LANES ? 2 * LANES : LANES;
        for (int32_t t = 0; t < taps; t++)
            for (int32_t d = 0; d < depth; d += 2) {
                const float *from = weights + t * tap_stride + d * depth_stride + begin * width_stride;
                float row[2][2 * LANES];
                for (int32_t c = 0; c < columns; c++) {
                    row[0][c] = c < left ? from[c * width_stride] : 0;
                    row[1][c] = c < left && d + 1 < depth ? from[c * width_stride + depth_stride] : 0;
                }
                for (int32_t c = 0; c < columns; c += LANES, to += 2 * LANES) {
                    __m512i even = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)load(row[0] + c)));
                    __m512i odd = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)load(row[1] + c)));
                    _mm512_storeu_si512(to, _mm512_or_si512(even, _mm512_slli_epi32(odd, 16)));
                }
            }
    }
}

INLINE vec add_pairs(vec sum, __m512i pair, __m512i weights) {
    return (vec)_mm512_dpbf16_ps((__m512)sum, (__m512bh)pair, (__m512bh)weights);
}

INLINE __m512i splat_pair(const uint16_t *x) {
    int32_t pair;
    memcpy(&pair, x, sizeof pair);
    return _mm512_set1_epi32(pair);
}

// One tile, as `product_tile`.
INLINE void rounded_tile(const int vectors, const TrainGather *gather, int32_t tile, const uint16_t *input,
                         int32_t depth, const uint16_t *panel, const float *bias, const uint16_t *zeros,
                         int32_t columns, int32_t accumulate, float *output) {
    vec sum[TILE_ROWS][2];
    UNROLL for (int r = 0; r < TILE_ROWS; r++)
        UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = splat(0);
    int32_t pairs = (depth + 1) / 2;
    for (int32_t e = gather->first[tile]; e < gather->first[tile + 1]; e++) {
        const uint16_t *w = panel + (int64_t)gather->tap[e] * pairs * vectors * 2 * LANES;
        const uint16_t *row[TILE_ROWS];
        for (int r = 0; r < TILE_ROWS; r++) {
            int32_t source = gather->source[(int64_t)e * TILE_ROWS + r];
            row[r] = source < 0 ? zeros : input + source;
        }
        for (int32_t p = 0; p < pairs; p++, w += vectors * 2 * LANES) {
            __m512i w0 = _mm512_loadu_si512(w), w1 = vectors > 1 ? _mm512_loadu_si512(w + 2 * LANES) : w0;
            UNROLL for (int r = 0; r < TILE_ROWS; r++) {
                __m512i x = splat_pair(row[r] + 2 * p);
                sum[r][0] = add_pairs(sum[r][0], x, w0);
                if (vectors > 1) sum[r][1] = add_pairs(sum[r][1], x, w1);
            }
        }
    }
    store_tile(vectors, gather->destination + (int64_t)tile * TILE_ROWS, sum, bias, columns, accumulate, output);
}

static void rounded_gather(const TrainGather *gather, TrainImages images, const float *input, int32_t depth,
                           const float *packed, int32_t taps, int32_t width, const float *bias, const float *zeros,
                           int32_t accumulate, float *output, float *workspace) {
    if (depth < ROUNDED_DEPTH) {
        gather_product(gather, images, input, depth, packed, taps, width, bias, zeros, accumulate, output, workspace);
        return;
    }
    uint16_t *x = (uint16_t *)workspace;
    const uint16_t *none = (const uint16_t *)zeros;
    for (int64_t image = 0; image < images.count; image++) {
        round_row(input + image * images.input_stride, images.input_count, x);
        float *y = output + image * images.output_stride;
        const uint16_t *panel = (const uint16_t *)packed;
        for (int32_t begin = 0; begin < width; begin += 2 * LANES) {
            int32_t left = width - begin, vectors = left > LANES ? 2 : 1;
            const float *b = bias ? bias + begin : 0;
            for (int32_t tile = 0; tile < gather->tiles; tile++) {
                if (vectors == 2)
                    rounded_tile(2, gather, tile, x, depth, panel, b, none, left, accumulate, y + begin);
                else
                    rounded_tile(1, gather, tile, x, depth, panel, b, none, left, accumulate, y + begin);
            }
            panel += (int64_t)taps * ((depth + 1) / 2) * vectors * 2 * LANES;
        }
    }
}

/// pairs[j][c] = (rows[2j][c], rows[2j + 1][c]) as bfloat16; a row that is missing counts as zeros.
static void pair_rows(const float *rows, const int32_t *offset, int32_t count, int32_t columns, int64_t stride,
                      uint32_t *pairs) {
    for (int32_t p = 0; p < count; p += 2, pairs += stride)
        for (int32_t c = 0; c < columns; c += LANES) {
            vec second = p + 1 < count ? load(rows + offset[p + 1] + c) : splat(0);
            __m512i even = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)load(rows + offset[p] + c)));
            __m512i odd = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)second));
            _mm512_storeu_si512(pairs + c, _mm512_or_si512(even, _mm512_slli_epi32(odd, 16)));
        }
}

INLINE void rounded_outer_tile(const int rows, const int vectors, int32_t pairs, const uint32_t *x, int64_t x_stride,
                               const uint32_t *g, int64_t g_stride, float *sums) {
    vec sum[TILE_ROWS][2];
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = load(sums + r * g_stride + v * LANES);
    for (int32_t p = 0; p < pairs; p++, x += x_stride, g += g_stride) {
        __m512i g0 = _mm512_loadu_si512(g), g1 = vectors > 1 ? _mm512_loadu_si512(g + LANES) : g0;
        UNROLL for (int r = 0; r < rows; r++) {
            __m512i value = _mm512_set1_epi32((int32_t)x[r]);
            sum[r][0] = add_pairs(sum[r][0], value, g0);
            if (vectors > 1) sum[r][1] = add_pairs(sum[r][1], value, g1);
        }
    }
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int v = 0; v < vectors; v++) store(sums + r * g_stride + v * LANES, sum[r][v]);
}

#define ROUNDED_CASE(n)                                                                                                \
    case n:                                                                                                            \
        if (vectors == 2)                                                                                              \
            rounded_outer_tile(n, 2, pairs, x, x_stride, g, g_stride, sums);                                           \
        else                                                                                                           \
            rounded_outer_tile(n, 1, pairs, x, x_stride, g, g_stride, sums);                                           \
        break;

static void rounded_outer_rows(int rows, int vectors, int32_t pairs, const uint32_t *x, int64_t x_stride,
                               const uint32_t *g, int64_t g_stride, float *sums) {
    switch (rows) {
        ROUNDED_CASE(1)
        ROUNDED_CASE(2)
        ROUNDED_CASE(3)
        ROUNDED_CASE(4)
        ROUNDED_CASE(5)
        ROUNDED_CASE(6)
        ROUNDED_CASE(7)
        ROUNDED_CASE(8)
        ROUNDED_CASE(9)
        ROUNDED_CASE(10)
        ROUNDED_CASE(11)
        ROUNDED_CASE(12)
    }
}

static void rounded_outer(const TrainPairs *pairs, TrainImages images, const float *input, int32_t depth,
                          const float *gradient, int32_t width, float *sums, float *workspace) {
    if (depth < ROUNDED_OUTER || width < ROUNDED_OUTER) {
        outer_product(pairs, images, input, depth, gradient, width, sums, workspace);
        return;
    }
    int64_t x_stride = (int64_t)(depth + LANES - 1) / LANES * LANES;
    int64_t g_stride = (int64_t)(width + LANES - 1) / LANES * LANES;
    uint32_t *x = (uint32_t *)workspace, *g = x + PAIR_BLOCK / 2 * x_stride;
    for (int64_t image = 0; image < images.count; image++)
        for (int32_t t = 0; t < pairs->taps; t++)
            for (int32_t at = pairs->first[t]; at < pairs->first[t + 1]; at += PAIR_BLOCK) {
                int32_t count = pairs->first[t + 1] - at;
                if (count > PAIR_BLOCK) count = PAIR_BLOCK;
                pair_rows(input + image * images.input_stride, pairs->source + at, count, depth, x_stride, x);
                pair_rows(gradient + image * images.output_stride, pairs->destination + at, count, width, g_stride, g);
                for (int32_t d = 0; d < depth; d += TILE_ROWS)
                    for (int32_t c = 0; c < width; c += 2 * LANES)
                        rounded_outer_rows(depth - d < TILE_ROWS ? depth - d : TILE_ROWS, width - c > LANES ? 2 : 1,
                                           (count + 1) / 2, x + d, x_stride, g + c, g_stride,
                                           sums + ((int64_t)t * depth + d) * g_stride + c);
            }
}
