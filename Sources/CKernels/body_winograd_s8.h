// 3 × 3 convolution of stride 1 in int8 by the same F(4 × 4, 3 × 3), exact to the last bit.
//
// The rows of G are multiplied by 4, 6, 6, 24, 24 and 1, so that transformed weights are integers; differences of int8
// numbers stay within 100 · 255 when transformed, and both fit int16. What comes out is a sum R times 9 · 2ᵉ modulo 2³²:
// a multiplication by the inverse of 9 and an arithmetic shift by e (at most 6) give R itself wherever |R| < 2²⁵.
// Comes after body_winograd.h, body_convolution_s8.h and body_depthwise.h.
#include "common.h"

WINOGRAD_INPUT(winograd_input_s16, vector_s16)
WINOGRAD_LOAD(winograd_load_s16, int16_t, vector_s16, load_s16, winograd_input_s16)

/// Aᵀ along one axis, times 24, 12, 6 and 6.
SK_INLINE void winograd_output_s32(const vector_s32 m[6], vector_s32 *t, int step) {
    vector_s32 near_sum = m[1] + m[2], near = m[1] - m[2], far_sum = m[3] + m[4], far = m[3] - m[4];
    t[0] = 6 * m[0] + 4 * near_sum + far_sum;
    t[step] = 2 * near + far;
    t[2 * step] = near_sum + far_sum;
    t[3 * step] = near + 2 * far + 6 * m[5];
}

/// One vector of outputs of a tile: the sums of its 4 × 4 pixels.
SK_INLINE void winograd_sums_s32(const sk_winograd *p, const int32_t *m, vector_s32 bias, vector_s32 sums[][2],
                                 const int vector) {
    static const int32_t halvings[4] = {3, 2, 1, 1};
    int64_t place = (int64_t)SK_WINOGRAD_TILES * p->outputs;
    vector_s32 columns[24];
    for (int j = 0; j < 6; j++) {
        vector_s32 products[6];
        SK_UNROLL
        for (int i = 0; i < 6; i++) products[i] = load_s32(m + (6 * i + j) * place);
        winograd_output_s32(products, columns + j, 6);
    }
    SK_UNROLL
    for (int i = 0; i < 4; i++) {
        vector_s32 row[4];
        winograd_output_s32(columns + 6 * i, row, 1);
        SK_UNROLL
        for (int j = 0; j < 4; j++)
            sums[4 * i + j][vector] = ((row[j] * 0x38E38E39) >> (halvings[i] + halvings[j])) + bias;
    }
}

/// A tile's products, from [36 places][SK_WINOGRAD_TILES][outputs], to those of its 4 × 4 outputs that exist.
SK_INLINE void winograd_store_s8(const sk_winograd *p, winograd_outputs outputs, const int32_t *m, int8_t *y,
                                 const int8_t *b, int32_t height, int32_t width) {
    const int32_t *bias = p->epilogue.bias;
    const float *scale = p->epilogue.scale;
    for (int32_t c = outputs.first; c < outputs.last; c += 2 * SK_LANES) {
        bool whole = c + 2 * SK_LANES <= outputs.last;
        vector_s32 sums[16][2];
        winograd_sums_s32(p, m + c, load_s32(bias + c), sums, 0);
        if (whole) winograd_sums_s32(p, m + c + SK_LANES, load_s32(bias + c + SK_LANES), sums, 1);
        for (int i = 0; i < height; i++)
            for (int j = 0; j < width; j++) {
                int64_t at = ((int64_t)i * p->out_width + j) * p->outputs + c;
                if (whole) finish_s8(&p->epilogue, sums[4 * i + j], scale + c, y + at, b + at, 2 * SK_LANES, 2);
                else finish_s8(&p->epilogue, sums[4 * i + j], scale + c, y + at, b + at, SK_LANES, 1);
            }
    }
}

/// The products of some tiles with one block of outputs at one place.
SK_INLINE void winograd_tile_s16(const sk_winograd *p, const int16_t *v, const s8_weight *w, int32_t *m, const int tiles,
                                 const int vectors) {
    vector_s32 sums[SK_ROWS][2];
    SK_UNROLL
    for (int r = 0; r < tiles; r++) sums[r][0] = sums[r][1] = (vector_s32)0;
    for (int32_t k = 0; k < p->inputs; k += SK_S8_GROUP, w += vectors * SK_LANES * SK_S8_GROUP) {
        vector_s32 w0 = load_s32(w), w1 = vectors > 1 ? load_s32(w + SK_LANES * SK_S8_GROUP) : w0;
        SK_UNROLL
        for (int r = 0; r < tiles; r++) {
            vector_s32 value = s8_broadcast(v + (int64_t)r * p->inputs + k);
            sums[r][0] = s8_dot(sums[r][0], value, w0);
            if (vectors > 1) sums[r][1] = s8_dot(sums[r][1], value, w1);
        }
    }
    SK_UNROLL
    for (int r = 0; r < tiles; r++) memcpy(m + (int64_t)r * p->outputs, sums[r], (size_t)vectors * sizeof sums[r][0]);
}

/// The products of `tiles` tiles with one block of outputs at every place.
SK_INLINE void winograd_block_s16(const sk_winograd *p, const int16_t *v, const s8_weight *w, int32_t *m, int32_t tiles,
                                  const int vectors) {
    for (int32_t first = 0; first < tiles; first += SK_ROWS) {
        const int16_t *from = v + (int64_t)first * p->inputs;
        int32_t *to = m + (int64_t)first * p->outputs;
        switch (tiles - first < SK_ROWS ? tiles - first : SK_ROWS) {
#define TILE(count) case count: winograd_tile_s16(p, from, w, to, count, vectors); break;
        TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6)
#undef TILE
        }
    }
}

SK_INLINE void winograd_multiply_s16(const sk_winograd *p, winograd_outputs outputs, const int16_t *v, int32_t *m,
                                     int32_t tiles) {
    for (int64_t place = 0; place < 36; place++) {
        const int16_t *x = v + place * SK_WINOGRAD_TILES * p->inputs;
        const s8_weight *w = (const s8_weight *)p->weights + place * p->inputs * p->outputs;
        int32_t *y = m + place * SK_WINOGRAD_TILES * p->outputs;
        int32_t o = outputs.first;
        for (; o + SK_S8_WIDTH <= outputs.last; o += SK_S8_WIDTH)
            winograd_block_s16(p, x, w + (int64_t)o * p->inputs, y + o, tiles, 2);
        if (o < outputs.last) winograd_block_s16(p, x, w + (int64_t)o * p->inputs, y + o, tiles, 1);
    }
}

WINOGRAD(winograd_s8, int16_t, int32_t, int8_t, SK_S8_WIDTH, winograd_load_s16, winograd_multiply_s16, winograd_store_s8)
