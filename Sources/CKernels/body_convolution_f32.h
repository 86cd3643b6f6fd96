// Convolution and dense layers in float32: tiles of pixels × two vectors of outputs, kept in registers.
//
// The including file sets SK_LANES (floats a vector) and SK_ROWS (pixels a tile). Every output is summed over taps and
// depth in the same order whatever tile it falls into, so results do not depend on batch or threads.
#include "common.h"

typedef float vector_f32 __attribute__((ext_vector_type(SK_LANES)));
typedef int32_t vector_s32 __attribute__((ext_vector_type(SK_LANES)));

#define SK_F32_WIDTH (2 * SK_LANES)

SK_INLINE vector_f32 load_f32(const float *x) {
    vector_f32 v;
    memcpy(&v, x, sizeof v);
    return v;
}

SK_INLINE void store_f32(float *y, vector_f32 v) { memcpy(y, &v, sizeof v); }

SK_INLINE vector_f32 splat_f32(float x) { return (vector_f32)x; }

SK_INLINE vector_f32 select_f32(vector_s32 mask, vector_f32 a, vector_f32 b) {
    return mask ? a : b;
}

SK_INLINE vector_f32 clamp_f32(vector_f32 x, float lower, float upper) {
    vector_f32 lo = splat_f32(lower), hi = splat_f32(upper);
    x = select_f32(x < lo, lo, x);
    return select_f32(x > hi, hi, x);
}

/// Steps through the windows of consecutive output pixels.
typedef struct {
    int64_t image, row, column;  // element offsets of the current window's image, row and column
    int32_t y, x;
} window_walk;

SK_INLINE window_walk walk_from(const sk_convolution *p, int64_t pixel) {
    window_walk w;
    w.x = (int32_t)(pixel % p->out_width);
    w.y = (int32_t)(pixel / p->out_width % p->out_height);
    w.column = w.x * p->column_step;
    w.row = w.y * p->row_step;
    w.image = pixel / p->out_width / p->out_height * p->image_step;
    return w;
}

/// The offset of the current window; then moves on.
SK_INLINE int64_t walk_next(const sk_convolution *p, window_walk *w) {
    int64_t offset = w->image + w->row + w->column;
    w->column += p->column_step;
    if (++w->x == p->out_width) {
        w->x = 0;
        w->column = 0;
        w->row += p->row_step;
        if (++w->y == p->out_height) {
            w->y = 0;
            w->row = 0;
            w->image += p->image_step;
        }
    }
    return offset;
}

SK_INLINE void finish_f32(const sk_convolution *p, vector_f32 s0, vector_f32 s1, float *y, const float *b,
                          int32_t n) {
    if (n == SK_F32_WIDTH) {
        if (p->has_residual) {
            s0 += load_f32(b);
            s1 += load_f32(b + SK_LANES);
        }
        store_f32(y, clamp_f32(s0, p->lower, p->upper));
        store_f32(y + SK_LANES, clamp_f32(s1, p->lower, p->upper));
        return;
    }
    float values[SK_F32_WIDTH];
    store_f32(values, s0);
    store_f32(values + SK_LANES, s1);
    for (int32_t i = 0; i < n; i++)
        y[i] = sk_clamp(p->has_residual ? values[i] + b[i] : values[i], p->lower, p->upper);
}

SK_INLINE void tile_f32(const sk_convolution *p, const float *const *x, const float *w, const float *bias, float *y,
                        const float *b, int32_t n, const int rows) {
    vector_f32 sums[SK_ROWS][2];
    SK_UNROLL
    for (int r = 0; r < rows; r++) {
        sums[r][0] = load_f32(bias);
        sums[r][1] = load_f32(bias + SK_LANES);
    }
    for (int32_t t = 0; t < p->taps; t++) {
        int64_t offset = p->tap_offset[t];
        for (int32_t k = 0; k < p->depth; k++) {
            vector_f32 w0 = load_f32(w), w1 = load_f32(w + SK_LANES);
            w += SK_F32_WIDTH;
            SK_UNROLL
            for (int r = 0; r < rows; r++) {
                vector_f32 value = splat_f32(x[r][offset + k]);
                sums[r][0] = __builtin_elementwise_fma(value, w0, sums[r][0]);
                sums[r][1] = __builtin_elementwise_fma(value, w1, sums[r][1]);
            }
        }
    }
    SK_UNROLL
    for (int r = 0; r < rows; r++) finish_f32(p, sums[r][0], sums[r][1], y + r * p->y_stride, b + r * p->y_stride, n);
}

/// All pixels from `first` to `last` for one block of outputs.
static void block_f32(const sk_step *step, int32_t g, int32_t block, int64_t first, int64_t last) {
    const sk_convolution *p = step->params;
    int32_t blocks = (p->group_outputs + SK_F32_WIDTH - 1) / SK_F32_WIDTH, index = g * blocks + block;
    int32_t n = p->group_outputs - block * SK_F32_WIDTH;
    int64_t output = (int64_t)g * p->group_outputs + block * SK_F32_WIDTH;
    const float *x = (const float *)step->a + (int64_t)g * p->group_inputs;
    const float *w = (const float *)p->weights + (int64_t)index * p->taps * p->depth * SK_F32_WIDTH;
    const float *bias = (const float *)p->bias + (int64_t)index * SK_F32_WIDTH;
    float *y = (float *)step->y + output;
    const float *b = p->has_residual ? (const float *)step->b + output : y;
    window_walk walk = walk_from(p, first);
    n = n > SK_F32_WIDTH ? SK_F32_WIDTH : n;
    for (int64_t pixel = first; pixel < last;) {
        const float *windows[SK_ROWS];
        int64_t rows = last - pixel < SK_ROWS ? last - pixel : SK_ROWS;
        for (int64_t r = 0; r < rows; r++) windows[r] = x + walk_next(p, &walk);
        float *to = y + pixel * p->y_stride;
        const float *from = b + pixel * p->y_stride;
        switch (rows) {
#define TILE(count) case count: tile_f32(p, windows, w, bias, to, from, n, count); break;
        TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6)
#if SK_ROWS > 6
        TILE(7) TILE(8) TILE(9) TILE(10) TILE(11) TILE(12)
#endif
#undef TILE
        }
        pixel += rows;
    }
}

static void convolution_f32(const sk_step *step, int32_t part, int32_t parts) {
    const sk_convolution *p = step->params;
    int64_t pixels = (int64_t)p->images * p->out_height * p->out_width;
    int64_t blocks = (p->group_outputs + SK_F32_WIDTH - 1) / SK_F32_WIDTH * (int64_t)p->groups;
    int64_t first = 0, last = pixels, first_block = 0, last_block = blocks;
    // Few pixels (a dense layer) are shared by outputs, many by tiles.
    if (pixels >= 2 * SK_ROWS * (int64_t)parts) {
        sk_share((pixels + SK_ROWS - 1) / SK_ROWS, part, parts, &first, &last);
        first *= SK_ROWS;
        last = last * SK_ROWS < pixels ? last * SK_ROWS : pixels;
    } else {
        sk_share(blocks, part, parts, &first_block, &last_block);
    }
    int32_t in_group = (p->group_outputs + SK_F32_WIDTH - 1) / SK_F32_WIDTH;
    for (int64_t block = first_block; block < last_block; block++)
        block_f32(step, (int32_t)(block / in_group), (int32_t)(block % in_group), first, last);
}
