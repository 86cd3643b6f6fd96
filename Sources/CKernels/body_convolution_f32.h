// Convolution and dense layers in float32: tiles of pixels × two vectors of outputs, kept in registers. The last block
// of a group is one vector wide where that holds its outputs; its weights are packed as narrow. Where half a vector holds
// all of a group's and the depth is even, sets with SK_PAIRS_FLOATS multiply two inputs at a time, one in every second lane.
//
// The including file sets SK_LANES (floats a vector) and SK_ROWS (pixels a tile), and may bring its own stores of part
// of a vector (SK_STORES_PARTS). All outputs of a layer are summed over taps and depth in the same order whatever block and
// tile they fall into: results do not depend on batch or threads, and outputs of equal weights are equal.
#include "common.h"

typedef float vector_f32 __attribute__((ext_vector_type(SK_LANES)));
typedef int32_t vector_s32 __attribute__((ext_vector_type(SK_LANES)));

#define SK_F32_WIDTH (2 * SK_LANES)

SK_INLINE vector_f32 load_f32(const float *x) {
    vector_f32 v;
    memcpy(&v, x, sizeof v);
    return v;
}

SK_INLINE vector_s32 load_s32(const void *x) {
    vector_s32 v;
    memcpy(&v, x, sizeof v);
    return v;
}

SK_INLINE void store_f32(float *y, vector_f32 v) { memcpy(y, &v, sizeof v); }

/// What a block's tiles multiply by: two vectors of outputs, one, or vectors whose lanes hold parts of an output's sum.
typedef enum { WHOLE_BLOCK, HALF_BLOCK, BLOCK_IN_PAIRS } block_form;

#ifndef SK_PAIRS_FLOATS
SK_INLINE vector_f32 spread_pairs_f32(vector_f32 x) { return x; }
SK_INLINE vector_f32 two_inputs_f32(const float *x) { return (vector_f32)*x; }
SK_INLINE vector_f32 joined_pairs_f32(vector_f32 x) { return x; }
#endif

#ifndef SK_STORES_PARTS
/// The first `n` numbers, of which there may be none or more than a vector has.
SK_INLINE void store_some_f32(float *to, vector_f32 x, int32_t n) {
    float all[SK_LANES];
    store_f32(all, x);
    if (n > 0) memcpy(to, all, (size_t)(n < SK_LANES ? n : SK_LANES) * sizeof *to);
}
#endif

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
    w.x = (int32_t)(pixel % p->windows.out_width);
    w.y = (int32_t)(pixel / p->windows.out_width % p->windows.out_height);
    w.column = w.x * p->windows.column_step;
    w.row = w.y * p->windows.row_step;
    w.image = pixel / p->windows.out_width / p->windows.out_height * p->windows.image_step;
    return w;
}

/// Moves on by some pixels of the same row.
SK_INLINE void walk_on(const sk_convolution *p, window_walk *w, int32_t pixels) {
    w->column += pixels * p->windows.column_step;
    if ((w->x += pixels) == p->windows.out_width) {
        w->x = 0;
        w->column = 0;
        w->row += p->windows.row_step;
        if (++w->y == p->windows.out_height) {
            w->y = 0;
            w->row = 0;
            w->image += p->windows.image_step;
        }
    }
}

/// The offset of the current window; then moves on.
SK_INLINE int64_t walk_next(const sk_convolution *p, window_walk *w) {
    int64_t offset = w->image + w->row + w->column;
    walk_on(p, w, 1);
    return offset;
}

/// Whether windows follow each other at equal distance over all rows and images.
SK_INLINE bool is_one_run(const sk_convolution *p) {
    int64_t row = p->windows.out_width * p->windows.column_step;
    const sk_windows *w = &p->windows;
    return (w->out_height == 1 || w->row_step == row) && (w->images == 1 || w->image_step == w->out_height * row);
}

/// Adds the residual of `rows` pixels. Whole vectors of it are read, beyond its end too, and all before any result is stored:
/// results may take the residual's place, and loads wait for parts of vectors stored nearby.
SK_INLINE void add_residual_f32(const sk_convolution *p, vector_f32 sums[][2], const float *b, const int rows, const int vectors) {
    if (!p->has_residual) return;
    SK_UNROLL
    for (int r = 0; r < rows; r++) {
        SK_UNROLL
        for (int v = 0; v < vectors; v++) sums[r][v] += load_f32(b + r * p->y_stride + v * SK_LANES);
    }
}

/// One pixel's sums, clamped, to memory; `n` of them where the block is not full.
SK_INLINE void finish_f32(const sk_convolution *p, const vector_f32 *sums, float *y, int32_t n, const int vectors) {
    bool full = n == vectors * SK_LANES;
    SK_UNROLL
    for (int v = 0; v < vectors; v++) {
        vector_f32 result = clamp_f32(sums[v], p->lower, p->upper);
        if (full) store_f32(y + v * SK_LANES, result);
        else store_some_f32(y + v * SK_LANES, result, n - v * SK_LANES);
    }
}

/// `rows` pixels whose windows lie `step` elements apart, times one block of outputs.
SK_INLINE void tile_f32(const sk_convolution *p, const float *x, int64_t step, const float *w, const float *bias, float *y,
                        const float *b, int32_t n, const int rows, const block_form form) {
    const int vectors = form == WHOLE_BLOCK ? 2 : 1;
    const bool pairs = form == BLOCK_IN_PAIRS;
    vector_f32 sums[SK_ROWS][2];
    SK_UNROLL
    for (int r = 0; r < rows; r++) {
        sums[r][0] = pairs ? spread_pairs_f32(load_f32(bias)) : load_f32(bias);
        if (vectors > 1) sums[r][1] = load_f32(bias + SK_LANES);
    }
#define STEP(at) \
    { \
        vector_f32 w0 = load_f32(w), w1 = vectors > 1 ? load_f32(w + SK_LANES) : w0; \
        w += vectors * SK_LANES; \
        SK_UNROLL \
        for (int r = 0; r < rows; r++) { \
            const float *third = r < 3 ? x0 : r < 6 ? x3 : r < 9 ? x6 : x9, *from = third + r % 3 * step + (at); \
            vector_f32 value = pairs ? two_inputs_f32(from) : splat_f32(*from); \
            sums[r][0] = __builtin_elementwise_fma(value, w0, sums[r][0]); \
            if (vectors > 1) sums[r][1] = __builtin_elementwise_fma(value, w1, sums[r][1]); \
        } \
    }
    SK_FOR_WINDOWS(float, p, x, step, (pairs ? 2 : 1), STEP)
#undef STEP
    if (pairs) {
        SK_UNROLL
        for (int r = 0; r < rows; r++) sums[r][0] = joined_pairs_f32(sums[r][0]);
    }
    add_residual_f32(p, sums, b, rows, vectors);
    SK_UNROLL
    for (int r = 0; r < rows; r++) finish_f32(p, sums[r], y + r * p->y_stride, n, vectors);
}

/// `pixels` neighbouring pixels of one run from `x` on, in tiles of equal size.
SK_INLINE void run_f32(const sk_convolution *p, const float *x, const float *w, const float *bias, float *y, const float *b,
                       int32_t n, int64_t pixels, const block_form form) {
    int64_t tiles = (pixels + SK_ROWS - 1) / SK_ROWS, rows = pixels / tiles, longer = pixels % tiles;
    for (int64_t tile = 0; tile < tiles; tile++) {
        int64_t count = rows + (tile < longer);
        switch (count) {
#define TILE(count) case count: tile_f32(p, x, p->windows.column_step, w, bias, y, b, n, count, form); break;
        TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6)
#if SK_ROWS > 6
        TILE(7) TILE(8) TILE(9) TILE(10) TILE(11) TILE(12)
#endif
#undef TILE
        }
        x += count * p->windows.column_step;
        y += count * p->y_stride;
        b += count * p->y_stride;
    }
}

/// All pixels from `first` to `last` for one block of outputs; `x`, `y` and `b` begin at the block's group or outputs.
SK_INLINE void pixels_f32(const sk_convolution *p, const float *x, const float *w, const float *bias, float *y,
                          const float *b, int32_t n, int64_t first, int64_t last, const block_form form) {
    y += first * p->y_stride;
    b += first * p->y_stride;
    if (is_one_run(p)) return run_f32(p, x + first * p->windows.column_step, w, bias, y, b, n, last - first, form);
    window_walk walk = walk_from(p, first);
    for (int64_t pixel = first; pixel < last;) {
        int64_t pixels = p->windows.out_width - walk.x < last - pixel ? p->windows.out_width - walk.x : last - pixel;
        run_f32(p, x + walk.image + walk.row + walk.column, w, bias, y, b, n, pixels, form);
        pixel += pixels;
        y += pixels * p->y_stride;
        b += pixels * p->y_stride;
        walk_on(p, &walk, (int32_t)pixels);
    }
}

/// Outputs that a group's packed weights hold: whole blocks, and a last one of one vector where that is enough.
SK_INLINE int32_t packed_outputs(int32_t outputs, int32_t width) {
    int32_t whole = outputs / width * width, rest = outputs - whole;
    return whole + (rest == 0 ? 0 : rest <= width / 2 ? width / 2 : width);
}

static void block_f32(const sk_step *step, int32_t g, int32_t block, int64_t first, int64_t last) {
    const sk_convolution *p = step->params;
    int32_t blocks = (p->group_outputs + SK_F32_WIDTH - 1) / SK_F32_WIDTH, index = g * blocks + block;
    int32_t n = p->group_outputs - block * SK_F32_WIDTH;
    int64_t output = (int64_t)g * p->group_outputs + block * SK_F32_WIDTH;
    int64_t packed = (int64_t)g * packed_outputs(p->group_outputs, SK_F32_WIDTH) + block * SK_F32_WIDTH;
    const float *x = (const float *)step->a + (int64_t)g * p->group_inputs;
    const float *w = (const float *)p->weights + packed * p->windows.taps * p->windows.depth;
    const float *bias = (const float *)p->bias + (int64_t)index * SK_F32_WIDTH;
    float *y = (float *)step->y + output;
    const float *b = p->has_residual ? (const float *)step->b + output : y;
    if (n > SK_LANES) return pixels_f32(p, x, w, bias, y, b, n > SK_F32_WIDTH ? SK_F32_WIDTH : n, first, last, WHOLE_BLOCK);
#ifdef SK_PAIRS_FLOATS
    if (p->group_outputs <= SK_LANES / 2 && p->windows.depth % 2 == 0)
        return pixels_f32(p, x, w, bias, y, b, n, first, last, BLOCK_IN_PAIRS);
#endif
    pixels_f32(p, x, w, bias, y, b, n, first, last, HALF_BLOCK);
}

/// One pixel (a dense layer): several full blocks side by side hide the latency of multiply-adds.
SK_INLINE void strip_f32(const sk_step *step, int64_t block, const int blocks) {
    const sk_convolution *p = step->params;
    int64_t output = block * SK_F32_WIDTH, stride = (int64_t)p->windows.taps * p->windows.depth * SK_F32_WIDTH;
    const float *x = step->a, *w = (const float *)p->weights + block * stride, *bias = (const float *)p->bias + output;
    float *y = (float *)step->y + output;
    const float *b = p->has_residual ? (const float *)step->b + output : y;
    vector_f32 sums[4][1][2];
    SK_UNROLL
    for (int i = 0; i < blocks; i++) {
        sums[i][0][0] = load_f32(bias + i * SK_F32_WIDTH);
        sums[i][0][1] = load_f32(bias + i * SK_F32_WIDTH + SK_LANES);
    }
    for (int32_t t = 0; t < p->windows.taps; t++) {
        const float *from = x + p->windows.tap_offset[t];
        for (int32_t k = 0; k < p->windows.depth; k++, w += SK_F32_WIDTH) {
            vector_f32 value = splat_f32(from[k]);
            SK_UNROLL
            for (int i = 0; i < blocks; i++) {
                vector_f32 *own = sums[i][0];
                own[0] = __builtin_elementwise_fma(value, load_f32(w + i * stride), own[0]);
                own[1] = __builtin_elementwise_fma(value, load_f32(w + i * stride + SK_LANES), own[1]);
            }
        }
    }
    SK_UNROLL
    for (int i = 0; i < blocks; i++) {
        add_residual_f32(p, sums[i], b + i * SK_F32_WIDTH, 1, 2);
        finish_f32(p, sums[i][0], y + i * SK_F32_WIDTH, SK_F32_WIDTH, 2);
    }
}

/// A part's pixels and blocks of outputs: few pixels (a dense layer) are shared by blocks, many by tiles.
typedef struct {
    int64_t first, last, block, last_block;
    bool is_single;  // the layer has one pixel
} convolution_share;

/// `unit` pixels stay together.
SK_INLINE convolution_share share_of(const sk_convolution *p, int64_t unit, int64_t blocks, int32_t part, int32_t parts) {
    int64_t pixels = (int64_t)p->windows.images * p->windows.out_height * p->windows.out_width;
    convolution_share s = {0, pixels, 0, blocks, pixels == 1};
    if (parts == 1) return s;
    if (pixels < 2 * SK_ROWS * (int64_t)parts) {
        sk_share(blocks, part, parts, &s.block, &s.last_block);
        return s;
    }
    sk_share((pixels + unit - 1) / unit, part, parts, &s.first, &s.last);
    s.first *= unit;
    s.last = s.last * unit < pixels ? s.last * unit : pixels;
    return s;
}

/// The pixels that stay together where tiles end with a run: a row, unless halves of few rows would differ much.
SK_INLINE int64_t run_unit(const sk_convolution *p, int32_t parts) {
    int64_t rows = (int64_t)p->windows.images * p->windows.out_height;
    return parts > 1 && !is_one_run(p) && (rows % parts == 0 || rows >= 16) ? p->windows.out_width : 1;
}

/// Blocks of `width` outputs of all groups.
SK_INLINE int64_t blocks_of(const sk_convolution *p, int32_t width) {
    return (int64_t)((p->group_outputs + width - 1) / width) * p->groups;
}

/// From the first pixel's window to the end of the last one's.
SK_INLINE sk_extent reach_of(const sk_convolution *p, convolution_share s) {
    if (s.first == s.last || s.block == s.last_block) return (sk_extent){0, 0};
    window_walk first = walk_from(p, s.first), last = walk_from(p, s.last - 1);
    int64_t last_tap = p->windows.tap_offset[p->windows.taps - 1];
    int64_t window = last_tap + (int64_t)(p->groups - 1) * p->group_inputs + p->windows.depth;
    return (sk_extent){walk_next(p, &first), walk_next(p, &last) + window};
}

static sk_extent convolution_f32_reach(const void *params, int32_t part, int32_t parts) {
    const sk_convolution *p = params;
    return reach_of(p, share_of(p, run_unit(p, parts), blocks_of(p, SK_F32_WIDTH), part, parts));
}

static void convolution_f32(const sk_step *step, int32_t part, int32_t parts) {
    const sk_convolution *p = step->params;
    int32_t in_group = (p->group_outputs + SK_F32_WIDTH - 1) / SK_F32_WIDTH;
    convolution_share s = share_of(p, run_unit(p, parts), blocks_of(p, SK_F32_WIDTH), part, parts);
    if (s.is_single && p->groups == 1) {
        int64_t full = p->group_outputs / SK_F32_WIDTH;
        for (full = full < s.last_block ? full : s.last_block; s.block + 4 <= full; s.block += 4) strip_f32(step, s.block, 4);
        for (; s.block + 2 <= full; s.block += 2) strip_f32(step, s.block, 2);
    }
    for (; s.block < s.last_block; s.block++)
        block_f32(step, (int32_t)(s.block / in_group), (int32_t)(s.block % in_group), s.first, s.last);
}
