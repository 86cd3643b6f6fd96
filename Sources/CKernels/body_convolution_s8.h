// Convolution and dense layers in int8: int32 sums in registers, requantised in the epilogue.
//
// The including file sets SK_S8_GROUP, the type `s8_input`, and `s8_broadcast` / `s8_dot`. Comes after
// body_convolution_f32.h, whose vector types it uses.
#define SK_S8_WIDTH (2 * SK_LANES)

/// The zero point and the least and greatest int8 result.
typedef struct {
    int16_t zero;
    int8_t least, most;
} s8_bounds;
#include SK_NARROW

typedef int8_t vector_s8 __attribute__((ext_vector_type(SK_LANES)));

/// Clamps within integers that fit int8 around the zero point, and rounds to the nearest, ties to even.
SK_INLINE vector_f32 round_clamped_f32(vector_f32 x, float lower, float upper) {
    vector_f32 lo = splat_f32(lower), hi = splat_f32(upper);
    x = select_f32(x > lo, x, lo);
    x = select_f32(x < hi, x, hi);
    return __builtin_elementwise_roundeven(x);
}

/// sums · scale rounded to the nearest integer, ties to even; far too large ones stay far too large, not-a-number
/// (nothing times an infinite scale) becomes far too small.
SK_INLINE vector_s32 rescaled(vector_s32 sums, const float *scale) {
    vector_f32 x = __builtin_convertvector(sums, vector_f32) * load_f32(scale), most = splat_f32(0x1p30f);
    return nearest_s32(x > most ? most : x);
}

/// Bounds and zero point of a result, ready for `s8_narrow`.
SK_INLINE s8_bounds bounds_of(float lower, float upper, int32_t zero) {
    return (s8_bounds){(int16_t)zero, (int8_t)((int32_t)lower + zero), (int8_t)((int32_t)upper + zero)};
}

/// The result of a convolution added to the residual and rounded once more, as a separate addition would.
SK_INLINE vector_s8 requantized_sum(const sk_convolution *p, vector_s32 sums, const float *scale, const int8_t *b) {
    vector_f32 q = round_clamped_f32(__builtin_convertvector(sums, vector_f32) * load_f32(scale), p->lower, p->upper);
    vector_s8 other;
    memcpy(&other, b, sizeof other);
    vector_s32 difference = __builtin_convertvector(other, vector_s32) - p->b_zero;
    q = q * p->own_scale + __builtin_convertvector(difference, vector_f32) * p->b_scale;
    q = round_clamped_f32(q, p->sum_lower, p->sum_upper);
    return __builtin_convertvector(__builtin_convertvector(q, vector_s32) + p->y_zero, vector_s8);
}

SK_INLINE void finish_s8(const sk_convolution *p, const vector_s32 *sums, const float *scale, int8_t *y,
                         const int8_t *b, int32_t n, const int vectors) {
    int8_t result[SK_S8_WIDTH];
    bool full = n == vectors * SK_LANES;
    if (p->has_residual) {
        SK_UNROLL
        for (int v = 0; v < vectors; v++) {
            vector_s8 q = requantized_sum(p, sums[v], scale + v * SK_LANES, b + v * SK_LANES);
            memcpy(result + v * SK_LANES, &q, sizeof q);
        }
    } else {
        vector_s32 a = rescaled(sums[0], scale), c = vectors > 1 ? rescaled(sums[1], scale + SK_LANES) : a;
        s8_bounds bounds = bounds_of(p->lower, p->upper, p->zero_point);
        if (full && vectors > 1) return s8_narrow(a, c, bounds, y);
        s8_narrow(a, c, bounds, result);
    }
    if (full) memcpy(y, result, (size_t)vectors * SK_LANES);
    else memcpy(y, result, (size_t)n);
}

SK_INLINE void tile_s8(const sk_convolution *p, const s8_input *const *x, const s8_weight *w, const int32_t *bias,
                       const float *scale, int8_t *y, const int8_t *b, int32_t n, const int rows, const int vectors) {
    vector_s32 sums[SK_ROWS][2];
    SK_UNROLL
    for (int r = 0; r < rows; r++) {
        sums[r][0] = load_s32(bias);
        if (vectors > 1) sums[r][1] = load_s32(bias + SK_LANES);
    }
    for (int32_t t = 0; t < p->windows.taps; t++) {
        int64_t offset = p->windows.tap_offset[t];
        for (int32_t k = 0; k < p->windows.depth; k += SK_S8_GROUP) {
            vector_s32 w0 = load_s32(w), w1 = vectors > 1 ? load_s32(w + SK_LANES * SK_S8_GROUP) : w0;
            w += vectors * SK_LANES * SK_S8_GROUP;
            SK_UNROLL
            for (int r = 0; r < rows; r++) {
                vector_s32 value = s8_broadcast(x[r] + offset + k);
                sums[r][0] = s8_dot(sums[r][0], value, w0);
                if (vectors > 1) sums[r][1] = s8_dot(sums[r][1], value, w1);
            }
        }
    }
    SK_UNROLL
    for (int r = 0; r < rows; r++)
        finish_s8(p, sums[r], scale, y + r * p->y_stride, b + r * p->y_stride, n, vectors);
}

/// All pixels from `first` to `last` for one block of outputs; `x`, `y` and `b` begin at the block's group or outputs.
SK_INLINE void pixels_of_block_s8(const sk_convolution *p, const s8_input *x, const s8_weight *w, const int32_t *bias,
                                  const float *scale, int8_t *y, const int8_t *b, int32_t n, int64_t first,
                                  int64_t last, const int vectors) {
    window_walk walk = walk_from(p, first);
    for (int64_t pixel = first; pixel < last;) {
        const s8_input *windows[SK_ROWS];
        int64_t rows = last - pixel < SK_ROWS ? last - pixel : SK_ROWS;
        for (int64_t r = 0; r < rows; r++) windows[r] = x + walk_next(p, &walk);
        int8_t *to = y + pixel * p->y_stride;
        const int8_t *from = b + pixel * p->y_stride;
        switch (rows) {
#define TILE(count) case count: tile_s8(p, windows, w, bias, scale, to, from, n, count, vectors); break;
        TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6)
#if SK_ROWS > 6
        TILE(7) TILE(8) TILE(9) TILE(10) TILE(11) TILE(12)
#endif
#undef TILE
        }
        pixel += rows;
    }
}

/// Elements of packed weights for each output.
SK_INLINE int64_t packed_depth_s8(const sk_convolution *p) {
    return (int64_t)p->windows.taps * ((p->windows.depth + SK_S8_GROUP - 1) / SK_S8_GROUP) * SK_S8_GROUP;
}

static void block_s8(const sk_step *step, int32_t g, int32_t block, int64_t first, int64_t last) {
    const sk_convolution *p = step->params;
    int32_t blocks = (p->group_outputs + SK_S8_WIDTH - 1) / SK_S8_WIDTH, index = g * blocks + block;
    int32_t n = p->group_outputs - block * SK_S8_WIDTH;
    int64_t output = (int64_t)g * p->group_outputs + block * SK_S8_WIDTH;
    int64_t packed = (int64_t)g * packed_outputs(p->group_outputs, SK_S8_WIDTH) + block * SK_S8_WIDTH;
    const s8_input *x = (const s8_input *)step->a + (int64_t)g * p->group_inputs;
    const s8_weight *w = (const s8_weight *)p->weights + packed * packed_depth_s8(p);
    const int32_t *bias = (const int32_t *)p->bias + (int64_t)index * SK_S8_WIDTH;
    const float *scale = p->scale + (int64_t)index * SK_S8_WIDTH;
    int8_t *y = (int8_t *)step->y + output;
    const int8_t *b = p->has_residual ? (const int8_t *)step->b + output : y;
    if (n > SK_LANES)
        pixels_of_block_s8(p, x, w, bias, scale, y, b, n > SK_S8_WIDTH ? SK_S8_WIDTH : n, first, last, 2);
    else pixels_of_block_s8(p, x, w, bias, scale, y, b, n, first, last, 1);
}

/// One pixel (a dense layer): several full blocks side by side hide the latency of multiply-adds.
SK_INLINE void strip_s8(const sk_step *step, int64_t block, const int blocks) {
    const sk_convolution *p = step->params;
    int64_t output = block * SK_S8_WIDTH, stride = packed_depth_s8(p) * SK_S8_WIDTH;
    const s8_input *x = step->a;
    const s8_weight *w = (const s8_weight *)p->weights + block * stride;
    const int32_t *bias = (const int32_t *)p->bias + output;
    int8_t *y = (int8_t *)step->y + output;
    const int8_t *b = p->has_residual ? (const int8_t *)step->b + output : y;
    vector_s32 sums[4][2];
    SK_UNROLL
    for (int i = 0; i < blocks; i++) {
        sums[i][0] = load_s32(bias + i * SK_S8_WIDTH);
        sums[i][1] = load_s32(bias + i * SK_S8_WIDTH + SK_LANES);
    }
    for (int32_t t = 0; t < p->windows.taps; t++) {
        const s8_input *from = x + p->windows.tap_offset[t];
        for (int32_t k = 0; k < p->windows.depth; k += SK_S8_GROUP, w += SK_S8_WIDTH * SK_S8_GROUP) {
            vector_s32 value = s8_broadcast(from + k);
            SK_UNROLL
            for (int i = 0; i < blocks; i++) {
                const s8_weight *at = w + i * stride;
                sums[i][0] = s8_dot(sums[i][0], value, load_s32(at));
                sums[i][1] = s8_dot(sums[i][1], value, load_s32(at + SK_LANES * SK_S8_GROUP));
            }
        }
    }
    SK_UNROLL
    for (int i = 0; i < blocks; i++)
        finish_s8(p, sums[i], p->scale + output + i * SK_S8_WIDTH, y + i * SK_S8_WIDTH, b + i * SK_S8_WIDTH,
                  SK_S8_WIDTH, 2);
}

static sk_extent convolution_s8_reach(const void *params, int32_t part, int32_t parts) {
    const sk_convolution *p = params;
    return reach_of(p, share_of(p, SK_ROWS, blocks_of(p, SK_S8_WIDTH), part, parts));
}

static void convolution_s8(const sk_step *step, int32_t part, int32_t parts) {
    const sk_convolution *p = step->params;
    int32_t in_group = (p->group_outputs + SK_S8_WIDTH - 1) / SK_S8_WIDTH;
    convolution_share s = share_of(p, SK_ROWS, blocks_of(p, SK_S8_WIDTH), part, parts);
    if (s.is_single && p->groups == 1) {
        int64_t full = p->group_outputs / SK_S8_WIDTH;
        for (full = full < s.last_block ? full : s.last_block; s.block + 4 <= full; s.block += 4) strip_s8(step, s.block, 4);
        for (; s.block + 2 <= full; s.block += 2) strip_s8(step, s.block, 2);
    }
    for (; s.block < s.last_block; s.block++)
        block_s8(step, (int32_t)(s.block / in_group), (int32_t)(s.block % in_group), s.first, s.last);
}
