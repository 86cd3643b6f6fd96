// 3 × 3 convolution of stride 1 by Winograd's minimal filtering F(4 × 4, 3 × 3): sixteen outputs for 36 products instead
// of 144 (Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks", 2016).
//
// A tile of 6 × 6 inputs is transformed (Bᵀ d B), each of its 36 places is one product of [tiles × inputs] with
// [inputs × outputs], and 4 × 4 outputs are transformed back (Aᵀ m A). Comes after body_convolution_f32.h, whose tiles
// do the products. A tile's result does not depend on which tiles it is taken with.
#include "common.h"

/// Bᵀ along one axis: six values, the results `step` vectors apart.
#define WINOGRAD_INPUT(name, vector) \
    SK_INLINE void name(const vector d[6], vector *t, int step) { \
        vector a = d[4] - 4 * d[2], b = d[3] - 4 * d[1], c = d[4] - d[2], e = 2 * (d[3] - d[1]); \
        t[0] = 4 * d[0] - 5 * d[2] + d[4]; \
        t[step] = a + b; \
        t[2 * step] = a - b; \
        t[3 * step] = c + e; \
        t[4 * step] = c - e; \
        t[5 * step] = 4 * d[1] - 5 * d[3] + d[5]; \
    }

/// A tile's inputs, transformed, to [36 places][SK_WINOGRAD_TILES][inputs].
#define WINOGRAD_LOAD(name, element, vector, load, transform) \
    SK_INLINE void name(const sk_winograd *p, const element *x, element *v) { \
        int64_t place = (int64_t)SK_WINOGRAD_TILES * p->inputs; \
        for (int32_t c = 0; c < p->inputs; c += (int32_t)(sizeof(vector) / sizeof(element))) { \
            vector d[6], columns[36]; \
            for (int j = 0; j < 6; j++) { \
                SK_UNROLL \
                for (int i = 0; i < 6; i++) d[i] = load(x + i * p->row_step + (int64_t)j * p->inputs + c); \
                transform(d, columns + j, 6); \
            } \
            for (int i = 0; i < 6; i++) { \
                vector row[6]; \
                transform(columns + 6 * i, row, 1); \
                SK_UNROLL \
                for (int j = 0; j < 6; j++) memcpy(v + (6 * i + j) * place + c, row + j, sizeof(vector)); \
            } \
        } \
    }

/// The outputs that `multiply` and `store` of a part are about.
typedef struct {
    int32_t first, last;
} winograd_outputs;

/// A part's tiles and outputs: few tiles are shared by outputs, so that neither part reads all weights.
SK_INLINE winograd_outputs winograd_share(const sk_winograd *p, int32_t block, int32_t part, int32_t parts, int64_t *first,
                                          int64_t *last) {
    int64_t tiles = (int64_t)p->images * p->tile_rows * p->tile_columns, blocks = p->outputs / block, from, to;
    if (tiles > SK_WINOGRAD_TILES || blocks < parts) {
        sk_share(tiles, part, parts, first, last);
        return (winograd_outputs){0, p->outputs};
    }
    *first = 0;
    *last = tiles;
    sk_share(blocks, part, parts, &from, &to);
    return (winograd_outputs){(int32_t)from * block, part == parts - 1 ? p->outputs : (int32_t)to * block};
}

/// The rows of inputs under a part's tiles.
SK_INLINE sk_extent winograd_reach(const sk_winograd *p, int32_t block, int32_t part, int32_t parts) {
    int64_t first, last, per_image = (int64_t)p->tile_rows * p->tile_columns;
    winograd_outputs outputs = winograd_share(p, block, part, parts, &first, &last);
    if (first == last || outputs.first == outputs.last) return (sk_extent){0, 0};
    int64_t end = last - 1, last_row = end % per_image / p->tile_columns * 4 + 6;
    return (sk_extent){first / per_image * p->image_step + first % per_image / p->tile_columns * 4 * p->row_step,
                       end / per_image * p->image_step + last_row * p->row_step};
}

/// A whole layer: `load` a group of tiles, `multiply` it place by place, `store` the outputs that exist.
#define WINOGRAD(name, x_type, m_type, y_type, block, load, multiply, store) \
    static sk_extent name##_reach(const void *params, int32_t part, int32_t parts) { \
        return winograd_reach(params, block, part, parts); \
    } \
    static void name(const sk_step *step, int32_t part, int32_t parts) { \
        const sk_winograd *p = step->params; \
        x_type *v = (x_type *)((char *)step->scratch + part * p->scratch_bytes); \
        m_type *m = (m_type *)(v + (int64_t)36 * SK_WINOGRAD_TILES * p->inputs); \
        int64_t first, last, per_image = (int64_t)p->tile_rows * p->tile_columns; \
        winograd_outputs outputs = winograd_share(p, block, part, parts, &first, &last); \
        for (int64_t tile = first; tile < last; tile += SK_WINOGRAD_TILES) { \
            int32_t tiles = (int32_t)(last - tile < SK_WINOGRAD_TILES ? last - tile : SK_WINOGRAD_TILES); \
            for (int32_t i = 0; i < tiles; i++) { \
                int64_t image = (tile + i) / per_image, row = (tile + i) % per_image / p->tile_columns; \
                int64_t column = (tile + i) % p->tile_columns; \
                const x_type *x = (const x_type *)step->a + image * p->image_step + 4 * row * p->row_step; \
                load(p, x + 4 * column * p->inputs, v + (int64_t)i * p->inputs); \
            } \
            multiply(p, outputs, v, m, tiles); \
            for (int32_t i = 0; i < tiles; i++) { \
                int64_t image = (tile + i) / per_image, row = 4 * ((tile + i) % per_image / p->tile_columns); \
                int64_t column = 4 * ((tile + i) % p->tile_columns); \
                int64_t at = ((image * p->out_height + row) * p->out_width + column) * p->outputs; \
                const y_type *b = (const y_type *)(p->epilogue.has_residual ? step->b : step->y) + at; \
                int64_t height = p->out_height - row, width = p->out_width - column; \
                store(p, outputs, m + (int64_t)i * p->outputs, (y_type *)step->y + at, b, (int32_t)(height < 4 ? height : 4), \
                      (int32_t)(width < 4 ? width : 4)); \
            } \
        } \
    }

WINOGRAD_INPUT(winograd_input_f32, vector_f32)
WINOGRAD_LOAD(winograd_load_f32, float, vector_f32, load_f32, winograd_input_f32)

/// Aᵀ along one axis: six products to four outputs.
SK_INLINE void winograd_output_f32(const vector_f32 m[6], vector_f32 *t, int step) {
    vector_f32 near_sum = m[1] + m[2], near = m[1] - m[2], far_sum = m[3] + m[4], far = m[3] - m[4];
    t[0] = m[0] + near_sum + far_sum;
    t[step] = near + 2 * far;
    t[2 * step] = near_sum + 4 * far_sum;
    t[3 * step] = near + 8 * far + m[5];
}

/// A tile's products, from [36 places][SK_WINOGRAD_TILES][outputs], to those of its 4 × 4 outputs that exist.
SK_INLINE void winograd_store_f32(const sk_winograd *p, winograd_outputs outputs, const float *m, float *y, const float *b,
                                  int32_t height, int32_t width) {
    int64_t place = (int64_t)SK_WINOGRAD_TILES * p->outputs, row_step = (int64_t)p->out_width * p->outputs;
    for (int32_t c = outputs.first; c < outputs.last; c += SK_LANES) {
        vector_f32 columns[24], bias = load_f32((const float *)p->epilogue.bias + c);
        for (int j = 0; j < 6; j++) {
            vector_f32 products[6];
            SK_UNROLL
            for (int i = 0; i < 6; i++) products[i] = load_f32(m + (6 * i + j) * place + c);
            winograd_output_f32(products, columns + j, 6);
        }
        for (int i = 0; i < height; i++) {
            vector_f32 row[4];
            winograd_output_f32(columns + 6 * i, row, 1);
            SK_UNROLL
            for (int j = 0; j < 4; j++) {
                if (j >= width) break;
                int64_t at = i * row_step + (int64_t)j * p->outputs + c;
                vector_f32 sum = row[j] + bias;
                if (p->epilogue.has_residual) sum += load_f32(b + at);
                store_f32(y + at, clamp_f32(sum, p->epilogue.lower, p->epilogue.upper));
            }
        }
    }
}

/// The products of `tiles` tiles at every place: [tiles × inputs] · [inputs × outputs].
SK_INLINE void winograd_multiply_f32(const sk_winograd *p, winograd_outputs outputs, const float *v, float *m,
                                     int32_t tiles) {
    static const int32_t offset = 0;
    static const float zeros[SK_F32_WIDTH];
    sk_windows windows = {.images = 1, .out_height = 1, .out_width = tiles, .column_step = p->inputs, .taps = 1,
                          .depth = p->inputs, .tap_offset = &offset};
    sk_convolution q = {.windows = windows, .y_stride = p->outputs, .lower = -INFINITY, .upper = INFINITY};
    for (int place = 0; place < 36; place++) {
        const float *x = v + (int64_t)place * SK_WINOGRAD_TILES * p->inputs;
        const float *w = (const float *)p->weights + (int64_t)place * p->inputs * p->outputs;
        float *y = m + (int64_t)place * SK_WINOGRAD_TILES * p->outputs;
        int32_t o = outputs.first;
        for (; o + SK_F32_WIDTH <= outputs.last; o += SK_F32_WIDTH)
            pixels_f32(&q, x, w + (int64_t)o * p->inputs, zeros, y + o, y + o, SK_F32_WIDTH, 0, tiles, WHOLE_BLOCK);
        if (o < outputs.last) pixels_f32(&q, x, w + (int64_t)o * p->inputs, zeros, y + o, y + o, SK_LANES, 0, tiles, HALF_BLOCK);
    }
}

WINOGRAD(winograd_f32, float, float, float, SK_F32_WIDTH, winograd_load_f32, winograd_multiply_f32, winograd_store_f32)
