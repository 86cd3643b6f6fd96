// Depthwise convolution in float32 with kernels three wide, of stride 1 or 2, straight from the image: no row is copied.
// Padding of at most one column is left out of the first and the last window of a row, rows outside the image are left
// out altogether. Comes after body_convolution_f32.h; the including file sets SK_NARROW_PIXELS, how many sums fit into
// registers beside their inputs, at most 6.
#include "common.h"

/// The first `n` channels of a block; without a call, which would empty the registers.
SK_INLINE void store_channels_f32(vector_f32 sum, float *y, int64_t n) {
    if (n >= SK_LANES) return store_f32(y, sum);
    float values[SK_LANES], *from = values;
    store_f32(values, sum);
#define COPY(count) \
    if (n & count) { \
        memcpy(y, from, count * sizeof *y); \
        y += count; \
        from += count; \
    }
#if SK_LANES > 8
    COPY(8)
#endif
#if SK_LANES > 4
    COPY(4)
#endif
    COPY(2) COPY(1)
#undef COPY
}

/// The rows of an output row's windows that lie inside the image.
typedef struct {
    const float *weights, *bias;
    int32_t rows;
    int64_t row_step, block_step, channels;  // block_step: weights of a block
    vector_f32 lower, upper;
} narrow_rows;

/// `pixels` neighbouring outputs from `x` on, block of channels by block, so that the image is gone through in order;
/// `left`, `right`: the first window begins, the last ends outside the image.
SK_INLINE void narrow_pixels_f32(const narrow_rows *r, const float *x, float *y, const int pixels, const int stride,
                                 const bool left, const bool right) {
    for (int64_t at = 0, c = r->channels; at < c; at += SK_LANES) {
        const float *w = r->weights + at / SK_LANES * r->block_step, *from = x + at;
        vector_f32 sums[6], bias = load_f32(r->bias + at);
        SK_UNROLL
        for (int i = 0; i < pixels; i++) sums[i] = bias;
        _Pragma("clang loop unroll(disable)")
        for (int32_t ky = 0; ky < r->rows; ky++, from += r->row_step, w += 3 * SK_LANES) {
            SK_UNROLL
            for (int kx = 0; kx < 3; kx++) {
                vector_f32 weight = load_f32(w + kx * SK_LANES);
                SK_UNROLL
                for (int i = 0; i < pixels; i++) {
                    bool outside = (left && i == 0 && kx == 0) || (right && i == pixels - 1 && kx == 2);
                    if (outside) continue;
                    vector_f32 value = load_f32(from + (i * stride + kx) * c);
                    sums[i] = __builtin_elementwise_fma(value, weight, sums[i]);
                }
            }
        }
        SK_UNROLL
        for (int i = 0; i < pixels; i++) {
            vector_f32 sum = sums[i] < r->lower ? r->lower : sums[i];
            store_channels_f32(sum > r->upper ? r->upper : sum, y + i * c + at, c - at);
        }
    }
}

/// One output row, in equal groups of pixels.
SK_INLINE void narrow_row_f32(const sk_depthwise *p, const narrow_rows *r, const float *x, float *y, const int stride) {
    int32_t groups = (p->out_width + SK_NARROW_PIXELS - 1) / SK_NARROW_PIXELS;
    int32_t group = (p->out_width + groups - 1) / groups;
    bool ends_outside = (p->out_width - 1) * stride - p->left + 3 > p->in_width;
    for (int32_t ox = 0; ox < p->out_width; ox += group) {
        int32_t rest = p->out_width - ox, pixels = rest < group ? rest : group;
        bool left = ox == 0 && p->left > 0, right = rest <= group && ends_outside;
        const float *from = x + (int64_t)(ox * stride) * r->channels;
        float *to = y + ox * r->channels;
        switch (pixels * 4 + left * 2 + right) {
#define PIXELS(count) \
    case count * 4: narrow_pixels_f32(r, from, to, count, stride, false, false); break; \
    case count * 4 + 1: narrow_pixels_f32(r, from, to, count, stride, false, true); break; \
    case count * 4 + 2: narrow_pixels_f32(r, from, to, count, stride, true, false); break; \
    case count * 4 + 3: narrow_pixels_f32(r, from, to, count, stride, true, true); break;
        PIXELS(1) PIXELS(2) PIXELS(3) PIXELS(4) PIXELS(5)
#if SK_NARROW_PIXELS > 5
        PIXELS(6)
#endif
#undef PIXELS
        }
    }
}

static void depthwise_narrow_f32(const sk_step *step, int32_t part, int32_t parts) {
    const sk_depthwise *p = step->params;
    int64_t c = p->channels, in_row = p->in_width * c, first, last;
    sk_share((int64_t)p->images * p->out_height, part, parts, &first, &last);
    for (int64_t row = first; row < last; row++) {
        int32_t top = (int32_t)(row % p->out_height) * p->stride_y - p->top, begin = 0, end = p->kernel_height;
        while (begin < end && top + begin * p->dilation_y < 0) begin++;
        while (end > begin && top + (end - 1) * p->dilation_y >= p->in_height) end--;
        narrow_rows r = {.weights = (const float *)p->weights + begin * 3 * SK_LANES, .bias = p->bias,
                         .rows = end - begin, .row_step = p->dilation_y * in_row,
                         .block_step = p->kernel_height * 3 * SK_LANES, .channels = c, .lower = splat_f32(p->lower),
                         .upper = splat_f32(p->upper)};
        int64_t in = row / p->out_height * p->in_height + top + begin * p->dilation_y;
        const float *x = (const float *)step->a + in * in_row - p->left * c;
        float *y = (float *)step->y + row * p->out_width * c;
        if (p->stride_x == 1) narrow_row_f32(p, &r, x, y, 1);
        else narrow_row_f32(p, &r, x, y, 2);
    }
}
