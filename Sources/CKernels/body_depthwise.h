// Depthwise convolution in float32: the input rows under the kernel are kept, padded, in a small ring, so that every
// window is whole and every input row is prepared once. Comes after body_convolution_f32.h, whose vectors it uses. The
// including file sets SK_DEPTHWISE_PIXELS: how many sums fit into registers beside the weights of a kernel row, at most 8.
#include "common.h"
#include "body_depthwise_narrow.h"

/// The ring row that holds an input row.
SK_INLINE int32_t ring_slot(const sk_depthwise *p, int32_t row) {
    return (row % p->ring_rows + p->ring_rows) % p->ring_rows;
}

/// Prepares the rows under output row `oy`; those above and below the image are filled with zeros.
#define PREPARE_ROWS(name, from_type, to_type, VALUE) \
    SK_INLINE void name(const sk_depthwise *p, const from_type *image, to_type *ring, int32_t oy, int32_t *next) { \
        int32_t first = oy * p->stride_y - p->top, end = first + p->ring_rows; \
        int64_t c = p->channels, inner = p->in_width * c; \
        for (int32_t row = *next > first ? *next : first; row < end; row++) { \
            to_type *to = ring + ring_slot(p, row) * p->ring_stride; \
            if (row < 0 || row >= p->in_height) { \
                memset(to, 0, (size_t)p->ring_stride * sizeof *to); \
                continue; \
            } \
            const from_type *from = image + row * inner; \
            int64_t left = p->left * c, rest = p->ring_stride - left - inner; \
            memset(to, 0, (size_t)left * sizeof *to); \
            to += left; \
            for (int64_t i = 0; i < inner; i++) to[i] = VALUE; \
            memset(to + inner, 0, (size_t)rest * sizeof *to); \
        } \
        *next = end; \
    }
PREPARE_ROWS(prepare_rows_f32, float, float, from[i])

/// `pixels` neighbouring outputs of one channel block, kernels `width` wide. Several sums side by side hide the latency
/// of multiply-adds; every input vector is loaded once for all windows it lies in, every weight once for all pixels.
SK_INLINE void pixels_f32_depthwise(const sk_depthwise *p, const float *const *rows, const float *w, vector_f32 bias,
                                    float *y, int64_t n, int64_t at, const int pixels, const int width,
                                    const int stride) {
    vector_f32 sums[8];
    int64_t c = p->channels;
    SK_UNROLL
    for (int i = 0; i < pixels; i++) sums[i] = bias;
    // Unrolled, the rows' loads would all move to the front and leave the registers.
    _Pragma("clang loop unroll(disable)")
    for (int32_t ky = 0; ky < p->kernel_height; ky++, w += width * SK_LANES) {
        const float *x = rows[ky] + at;
        vector_f32 weights[5];
        SK_UNROLL
        for (int kx = 0; kx < width; kx++) weights[kx] = load_f32(w + kx * SK_LANES);
        SK_UNROLL
        for (int column = 0; column < (pixels - 1) * stride + width; column++) {
            vector_f32 value = load_f32(x + column * c);
            SK_UNROLL
            for (int i = 0; i < pixels; i++) {
                int kx = column - i * stride;
                if (kx >= 0 && kx < width) sums[i] = __builtin_elementwise_fma(value, weights[kx], sums[i]);
            }
        }
    }
    SK_UNROLL
    for (int i = 0; i < pixels; i++) store_channels_f32(clamp_f32(sums[i], p->lower, p->upper), y + i * c, n);
}

/// One output row of one channel block, in equal groups of at most SK_DEPTHWISE_PIXELS pixels.
SK_INLINE void row_f32_depthwise(const sk_depthwise *p, const float *const *rows, const float *w, vector_f32 bias,
                                 float *y, int64_t n, const int width, const int stride) {
    int64_t c = p->channels, step = stride * c;
    int32_t groups = (p->out_width + SK_DEPTHWISE_PIXELS - 1) / SK_DEPTHWISE_PIXELS;
    int32_t group = (p->out_width + groups - 1) / groups;
    for (int32_t ox = 0; ox < p->out_width; ox += group) {
        int32_t rest = p->out_width - ox;
        switch (rest < group ? rest : group) {
#define PIXELS(count) \
    case count: pixels_f32_depthwise(p, rows, w, bias, y + ox * c, n, ox * step, count, width, stride); break;
        PIXELS(1) PIXELS(2) PIXELS(3) PIXELS(4) PIXELS(5) PIXELS(6) PIXELS(7) PIXELS(8)
#undef PIXELS
        }
    }
}

/// One output row of one channel block, any kernel, `pixels` outputs at a time.
SK_INLINE void row_any_f32(const sk_depthwise *p, const float *const *rows, const float *w, vector_f32 bias, float *y,
                           int64_t n, int32_t ox, const int pixels) {
    vector_f32 sums[4];
    int64_t c = p->channels, step = p->stride_x * c, tap = p->dilation_x * c;
    SK_UNROLL
    for (int i = 0; i < pixels; i++) sums[i] = bias;
    for (int32_t ky = 0; ky < p->kernel_height; ky++) {
        const float *x = rows[ky] + ox * step;
        for (int32_t kx = 0; kx < p->kernel_width; kx++, x += tap, w += SK_LANES) {
            vector_f32 weight = load_f32(w);
            SK_UNROLL
            for (int i = 0; i < pixels; i++)
                sums[i] = __builtin_elementwise_fma(load_f32(x + i * step), weight, sums[i]);
        }
    }
    SK_UNROLL
    for (int i = 0; i < pixels; i++) store_channels_f32(clamp_f32(sums[i], p->lower, p->upper), y + (ox + i) * c, n);
}

static void depthwise_row_f32(const sk_depthwise *p, const float *ring, int32_t oy, float *y) {
    const float *first[SK_MAX_KERNEL], *rows[SK_MAX_KERNEL];
    int64_t taps = (int64_t)p->kernel_height * p->kernel_width;
    // Kernel width and stride of the common cases are constants of their code.
    int32_t kind = p->dilation_x == 1 && p->stride_x <= 2 ? p->kernel_width * 10 + p->stride_x : 0;
    for (int32_t ky = 0; ky < p->kernel_height; ky++)
        first[ky] = ring + ring_slot(p, oy * p->stride_y - p->top + ky * p->dilation_y) * p->ring_stride;
    for (int64_t c = 0; c < p->channels; c += SK_LANES) {
        for (int32_t ky = 0; ky < p->kernel_height; ky++) rows[ky] = first[ky] + c;
        const float *w = (const float *)p->weights + c * taps;
        vector_f32 bias = load_f32((const float *)p->bias + c);
        int64_t n = p->channels - c;
        int32_t ox = 0;
        switch (kind) {
#define ROW(width, stride) \
    case width * 10 + stride: row_f32_depthwise(p, rows, w, bias, y + c, n, width, stride); break;
        ROW(5, 1) ROW(5, 2)
#undef ROW
        default:
            for (; ox + 4 <= p->out_width; ox += 4) row_any_f32(p, rows, w, bias, y + c, n, ox, 4);
            for (; ox < p->out_width; ox++) row_any_f32(p, rows, w, bias, y + c, n, ox, 1);
        }
    }
}

/// A layer row by row, each after those under it are prepared.
#define DEPTHWISE(name, x_type, ring_type, y_type, PREPARE, ROW) \
    static void name(const sk_step *step, int32_t part, int32_t parts) { \
        const sk_depthwise *p = step->params; \
        ring_type *ring = (ring_type *)step->scratch + part * p->ring_size; \
        int64_t first, last; \
        int32_t next = 0; \
        sk_share((int64_t)p->images * p->out_height, part, parts, &first, &last); \
        for (int64_t row = first; row < last; row++) { \
            int32_t oy = (int32_t)(row % p->out_height); \
            const x_type *image = (const x_type *)step->a \
                + row / p->out_height * p->in_height * p->in_width * p->channels; \
            if (row == first || oy == 0) next = -p->top - p->ring_rows; \
            PREPARE(p, image, ring, oy, &next); \
            ROW(p, ring, oy, (y_type *)step->y + row * p->out_width * p->channels); \
        } \
    }
DEPTHWISE(depthwise_ring_f32, float, float, float, prepare_rows_f32, depthwise_row_f32)

static void depthwise_f32(const sk_step *step, int32_t part, int32_t parts) {
    const sk_depthwise *p = step->params;
    if (p->ring_rows) depthwise_ring_f32(step, part, parts);
    else depthwise_narrow_f32(step, part, parts);
}
