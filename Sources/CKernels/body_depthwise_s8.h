// Depthwise convolution in int8: the ring of body_depthwise.h with rows widened to int16, taps multiplied in pairs (see
// `sk_paired_place`). A set that interleaves the taps of a pair (SK_INTERLEAVES) does so once for all windows of 3×3 that the
// pair lies in.
#include "common.h"

PREPARE_ROWS(prepare_rows_s8, int8_t, int16_t, (int16_t)(from[i] - p->x_zero))

SK_INLINE vector_s16 load_s16(const int16_t *x) {
    vector_s16 v;
    memcpy(&v, x, sizeof v);
    return v;
}

/// The result of 2 · SK_LANES channels of one pixel.
SK_INLINE void store_channels_s8(vector_s32 low, vector_s32 high, const float *scale, s8_bounds bounds, int8_t *y,
                                 int64_t n) {
    vector_s32 a = rescaled(low, scale), b = rescaled(high, scale + SK_LANES);
    if (n >= 2 * SK_LANES) return s16_narrow(a, b, bounds, y);
    int8_t values[2 * SK_LANES];
    s16_narrow(a, b, bounds, values);
    if (n == SK_LANES) memcpy(y, values, SK_LANES);
    else memcpy(y, values, (size_t)n);
}

#ifndef SK_TWO_TAPS
SK_INLINE void s16_two_taps(vector_s32 *low, vector_s32 *high, vector_s16 x0, vector_s16 x1, vector_s16 w0,
                            vector_s16 w1) {
    *low = s16_dot(*low, s16_low(x0, x1), w0);
    *high = s16_dot(*high, s16_high(x0, x1), w1);
}
#endif

/// `pixels` outputs of one channel block: taps go in pairs, interleaved so that one instruction multiplies and adds both.
SK_INLINE void pixels_s8(const sk_depthwise *p, const int16_t *const *taps, int32_t pairs, const int16_t *w,
                         const int32_t *bias, const float *scale, int8_t *y, int64_t n, int64_t at, const int pixels) {
    vector_s32 low[2], high[2];
    int64_t step = (int64_t)p->stride_x * p->channels;
    SK_UNROLL
    for (int i = 0; i < pixels; i++) {
        low[i] = load_s32(bias);
        high[i] = load_s32(bias + SK_LANES);
    }
    for (int32_t pair = 0; pair < pairs; pair++, w += 4 * SK_LANES) {
        vector_s16 w0 = load_s16(w), w1 = load_s16(w + 2 * SK_LANES);
        const int16_t *a = taps[2 * pair] + at, *b = taps[2 * pair + 1] + at;
        SK_UNROLL
        for (int i = 0; i < pixels; i++) {
            vector_s16 x0 = load_s16(a + i * step), x1 = load_s16(b + i * step);
            s16_two_taps(&low[i], &high[i], x0, x1, w0, w1);
        }
    }
    s8_bounds bounds = bounds_of(p->lower, p->upper, p->zero_point);
    SK_UNROLL
    for (int i = 0; i < pixels; i++)
        store_channels_s8(low[i], high[i], scale, bounds, y + i * p->channels, n);
}

#ifdef SK_INTERLEAVES
/// `pixels` neighbouring outputs of one whole channel block under 3×3 windows that move by one column.
SK_INLINE void columns_s8(const sk_depthwise *p, const int16_t *const *rows, const int16_t *w, const int32_t *bias,
                          const float *scale, int8_t *y, int64_t at, const int pixels) {
    vector_s32 low[4], high[4];
    SK_UNROLL
    for (int i = 0; i < pixels; i++) {
        low[i] = load_s32(bias);
        high[i] = load_s32(bias + SK_LANES);
    }
#define ADD_PAIR(i, pair) \
    low[i] = s16_dot(low[i], x_low, load_s16(w + (pair) * 4 * SK_LANES)); \
    high[i] = s16_dot(high[i], x_high, load_s16(w + ((pair) * 4 + 2) * SK_LANES))
    SK_UNROLL
    for (int column = 0; column < pixels + 2; column++) {
        int64_t from = at + column * (int64_t)p->channels;
        vector_s16 first = load_s16(rows[0] + from), second = load_s16(rows[1] + from);
        vector_s16 x_low = s16_low(first, second), x_high = s16_high(first, second);
        SK_UNROLL
        for (int kx = 0; kx < 3; kx++)
            if (column >= kx && column - kx < pixels) { ADD_PAIR(column - kx, kx); }
        // Beside the last column stands one that meets a zero weight.
        vector_s16 third = load_s16(rows[2] + from);
        vector_s16 beside = column < pixels + 1 ? load_s16(rows[2] + from + p->channels) : third;
        x_low = s16_low(third, beside), x_high = s16_high(third, beside);
        if (column < pixels) { ADD_PAIR(column, 3); }
        if (column >= 2) { ADD_PAIR(column - 2, 4); }
    }
#undef ADD_PAIR
    s8_bounds bounds = bounds_of(p->lower, p->upper, p->zero_point);
    SK_UNROLL
    for (int i = 0; i < pixels; i++)
        store_channels_s8(low[i], high[i], scale, bounds, y + i * p->channels, 2 * SK_LANES);
}
#endif

/// The input rows under output row `oy`, tap by tap in the order of the weights; one more where their number is odd.
SK_INLINE int32_t paired_taps_s8(const sk_depthwise *p, const int16_t *ring, int32_t oy, const int16_t **taps) {
    int32_t width = p->kernel_width, height = p->kernel_height, count = height * width;
    for (int32_t ky = 0; ky < height; ky++) {
        const int16_t *row = ring + ring_slot(p, oy * p->stride_y - p->top + ky * p->dilation_y) * p->ring_stride;
        for (int32_t kx = 0; kx < width; kx++)
            taps[sk_paired_place(ky, kx, height, width)] = row + (int64_t)kx * p->dilation_x * p->channels;
    }
    taps[count] = taps[count - 1];  // meets a zero weight
    return (count + 1) / 2;
}

static void depthwise_row_s8(const sk_depthwise *p, const int16_t *ring, int32_t oy, int8_t *y) {
    const int16_t *taps[SK_MAX_TAPS + 1];
    int32_t pairs = paired_taps_s8(p, ring, oy, taps);
    int64_t step = (int64_t)p->stride_x * p->channels;
#ifdef SK_INTERLEAVES
    bool is_columnwise = p->kernel_height == 3 && p->kernel_width == 3 && p->stride_x == 1 && p->dilation_x == 1;
#endif
    for (int64_t c = 0; c < p->channels; c += 2 * SK_LANES) {
        const int16_t *w = (const int16_t *)p->weights + c * 2 * pairs;
        const int32_t *bias = (const int32_t *)p->bias + c;
        const float *scale = p->scale + c;
        int64_t n = p->channels - c;
        int32_t ox = 0;
#ifdef SK_INTERLEAVES
        if (is_columnwise && n >= 2 * SK_LANES) {
            const int16_t *rows[] = {taps[0], taps[1], taps[6]};
            for (; ox + 4 <= p->out_width; ox += 4)
                columns_s8(p, rows, w, bias, scale, y + ox * p->channels + c, ox * step + c, 4);
        }
#endif
        for (; ox + 2 <= p->out_width; ox += 2)
            pixels_s8(p, taps, pairs, w, bias, scale, y + ox * p->channels + c, n, ox * step + c, 2);
        for (; ox < p->out_width; ox++)
            pixels_s8(p, taps, pairs, w, bias, scale, y + ox * p->channels + c, n, ox * step + c, 1);
    }
}

DEPTHWISE(depthwise_s8, int8_t, int16_t, int8_t, prepare_rows_s8, depthwise_row_s8)
