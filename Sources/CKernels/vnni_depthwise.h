// Depthwise convolution in int8 for AVX-512/VNNI: one instruction multiplies four rows of sixteen channels.
//
// The input rows under a pass are kept raised and padded in a small ring. Four of them are interleaved byte by byte, so that
// each 32-bit lane holds one column of a channel; every kernel column is then one dot product for each output row. Rows that
// a kernel leaves of its four serve further output rows: two for a kernel three high, four for one five high.
//
// With stride 1 a row is one run of numbers, pixels and channels alike, and vectors go through it 64 at a time; weights
// repeat with the period of the channels. Strides of 2 over 8, 16 or 32 channels pick their pixels from two vectors;
// whatever else goes pixel by pixel. Comes after vnni_convolution.h.
#include "common.h"

/// How the 64 inputs of a vector lie.
typedef enum { ONE_RUN, EVERY_SECOND_PIXEL, PIXEL_BY_PIXEL } vnni_order;

/// Input rows under a pass; the ring holds as many, rounded up to a power of two.
SK_INLINE int32_t rows_of_pass(const sk_depthwise *p) {
    return p->pass_rows > 1 ? 4 * p->row_groups : (p->kernel_height - 1) * p->dilation_y + 1;
}

SK_INLINE uint8_t *ring_row(const sk_depthwise *p, uint8_t *ring, int32_t row) {
    return ring + (row & (p->ring_rows - 1)) * p->ring_stride;
}

/// Prepares the rows under a pass that begins at output row `oy`; those outside the image are all padding.
SK_INLINE void raise_rows(const sk_depthwise *p, const int8_t *image, uint8_t *ring, int32_t oy, int32_t *next) {
    int32_t first = oy * p->stride_y - p->top, end = first + rows_of_pass(p);
    int64_t inner = (int64_t)p->in_width * p->channels, left = (int64_t)p->left * p->channels;
    uint8_t fill = (uint8_t)(p->x_zero + 128);
    for (int32_t row = *next > first ? *next : first; row < end; row++) {
        uint8_t *to = ring_row(p, ring, row);
        if (row < 0 || row >= p->in_height) {
            fill_bytes(to, fill, p->ring_stride);
            continue;
        }
        fill_bytes(to, fill, left);
        raise_bytes(image + row * inner, to + left, inner);
        fill_bytes(to + left + inner, fill, p->ring_stride - left - inner);
    }
    *next = end;
}

/// 64 inputs of one row; `picked` are the 8-byte pieces of two vectors that a stride of 2 leaves.
SK_INLINE __m512i inputs_at(const uint8_t *x, __m512i picked, const vnni_order order) {
    __m512i near = _mm512_loadu_si512(x);
    if (order != EVERY_SECOND_PIXEL) return near;
    return _mm512_permutex2var_epi64(near, picked, _mm512_loadu_si512(x + 64));
}

/// Where the pieces of every second pixel of `channels` bytes lie in two vectors.
SK_INLINE __m512i every_second(int32_t channels) {
    int64_t pieces = channels / 8, places[8];
    for (int64_t i = 0; i < 8; i++) places[i] = pieces ? i / pieces * 2 * pieces + i % pieces : 0;
    return _mm512_loadu_si512(places);
}

/// What the vectors of a pass share.
typedef struct {
    const sk_depthwise *p;
    const uint8_t *rows[4 * ((SK_MAX_KERNEL + 3) / 4)];  // input rows, groups of four
    int8_t *y;
    int64_t y_row, column;  // elements between output rows, and between kernel columns
    __m512i picked;
    vnni_bounds bounds;
    bool is_plain;
} vnni_pass;

/// Requantises and stores 64 outputs of `count` rows.
SK_INLINE void finish_rows(const vnni_pass *pass, int64_t index, const __m512i sums[4][4], int64_t to, __mmask64 kept,
                           const int count, const bool plain) {
    const float *scale = pass->p->scale + index * 64;
    SK_UNROLL
    for (int q = 0; q < count; q++) {
        __m512i four[4];
        SK_UNROLL
        for (int i = 0; i < 4; i++) four[i] = vnni_rescaled(sums[q][i], _mm512_loadu_ps(scale + 16 * i), plain);
        _mm512_mask_storeu_epi8(pass->y + q * pass->y_row + to, kept, packed_bytes(four, &pass->bounds, plain));
    }
}

/// 64 outputs of `count` rows: inputs from `at` on, results to `to`. `index` says which weights. A kernel of `three` columns
/// and one group of rows is unrolled.
SK_INLINE void depthwise_vector(const vnni_pass *pass, int64_t index, int64_t at, int64_t to, __mmask64 kept,
                                const int count, const vnni_order order, const bool three) {
    const sk_depthwise *p = pass->p;
    const int64_t columns = three ? 3 : p->kernel_width, groups = three ? 1 : p->row_groups, row_step = 256;
    int64_t column_step = p->pass_rows * row_step;
    const int8_t *w = (const int8_t *)p->weights + index * groups * columns * column_step;
    const int32_t *bias = (const int32_t *)p->bias + index * 64;
    __m512i sums[4][4];
    SK_UNROLL
    for (int q = 0; q < count; q++) {
        SK_UNROLL
        for (int i = 0; i < 4; i++) sums[q][i] = _mm512_loadu_si512(bias + 16 * i);
    }
    for (int64_t g = 0; g < groups; g++) {
        const uint8_t *const *rows = pass->rows + 4 * g;
        const uint8_t *r0 = rows[0] + at, *r1 = rows[1] + at, *r2 = rows[2] + at, *r3 = rows[3] + at;
        for (int64_t k = 0, x = 0; k < columns; k++, x += pass->column, w += column_step) {
            __m512i a = inputs_at(r0 + x, pass->picked, order), b = inputs_at(r1 + x, pass->picked, order);
            __m512i c = inputs_at(r2 + x, pass->picked, order), d = inputs_at(r3 + x, pass->picked, order);
            __m512i ab_low = _mm512_unpacklo_epi8(a, b), ab_high = _mm512_unpackhi_epi8(a, b);
            __m512i cd_low = _mm512_unpacklo_epi8(c, d), cd_high = _mm512_unpackhi_epi8(c, d);
            __m512i quads[4] = {_mm512_unpacklo_epi16(ab_low, cd_low), _mm512_unpackhi_epi16(ab_low, cd_low),
                                _mm512_unpacklo_epi16(ab_high, cd_high), _mm512_unpackhi_epi16(ab_high, cd_high)};
            SK_UNROLL
            for (int q = 0; q < count; q++) {
                SK_UNROLL
                for (int i = 0; i < 4; i++) {
                    __m512i weights = _mm512_loadu_si512(w + q * row_step + 64 * i);
                    sums[q][i] = _mm512_dpbusd_epi32(sums[q][i], quads[i], weights);
                }
            }
        }
    }
    if (pass->is_plain) finish_rows(pass, index, sums, to, kept, count, true);
    else finish_rows(pass, index, sums, to, kept, count, false);
}

/// All vectors of a pass of `count` output rows.
SK_INLINE void depthwise_pass(const vnni_pass *pass, const int count, const bool three) {
    const sk_depthwise *p = pass->p;
    int64_t c = p->channels, row = pass->y_row, period = p->weight_vectors;
    if (p->stride_x == 1) {
        for (int64_t at = 0, i = 0; at < row; at += 64, i = i + 1 < period ? i + 1 : 0)
            depthwise_vector(pass, i, at, at, first_bytes(row - at), count, ONE_RUN, three);
    } else if (p->stride_x == 2 && 64 % c == 0 && c >= 8) {
        for (int64_t at = 0; at < row; at += 64)
            depthwise_vector(pass, 0, 2 * at, at, first_bytes(row - at), count, EVERY_SECOND_PIXEL, three);
    } else {
        for (int64_t x = 0; x < p->out_width; x++)
            for (int64_t i = 0; i < period; i++)
                depthwise_vector(pass, i, x * p->stride_x * c + 64 * i, x * c + 64 * i, first_bytes(c - 64 * i), count,
                                 PIXEL_BY_PIXEL, three);
    }
}

static void depthwise_s8(const sk_step *step, int32_t part, int32_t parts) {
    const sk_depthwise *p = step->params;
    uint8_t *ring = (uint8_t *)step->scratch + part * p->ring_size;
    vnni_pass pass = {.p = p, .y_row = (int64_t)p->out_width * p->channels, .column = (int64_t)p->dilation_x * p->channels,
                      .picked = every_second(p->channels), .bounds = vnni_bounds_of(p->lower, p->upper, p->zero_point),
                      .is_plain = is_plain(p->has_small_scales, p->lower, p->upper, p->zero_point)};
    // Kernels that fill no whole group of rows, or skip rows, meet zero weights in the rest.
    int32_t kernel_rows = p->pass_rows > 1 ? 4 * p->row_groups : p->kernel_height, next = 0;
    int64_t first, last, image_bytes = (int64_t)p->in_height * p->in_width * p->channels;
    sk_share((int64_t)p->images * p->out_height, part, parts, &first, &last);
    const int8_t *image = (const int8_t *)step->a + first / p->out_height * image_bytes;
    int32_t oy = (int32_t)(first % p->out_height), count;
    for (int64_t row = first; row < last; row += count) {
        count = p->out_height - oy < p->pass_rows ? p->out_height - oy : p->pass_rows;
        if (last - row < count) count = (int32_t)(last - row);
        if (row == first || oy == 0) next = -p->top - rows_of_pass(p);
        raise_rows(p, image, ring, oy, &next);
        for (int32_t k = 0; k < 4 * p->row_groups; k++) {
            int32_t own = k < kernel_rows ? k : kernel_rows - 1;
            pass.rows[k] = ring_row(p, ring, oy * p->stride_y - p->top + own * p->dilation_y);
        }
        pass.y = (int8_t *)step->y + row * pass.y_row;
        if (p->kernel_width == 3 && p->row_groups == 1 && count <= 2) {
            if (count == 1) depthwise_pass(&pass, 1, true);
            else depthwise_pass(&pass, 2, true);
        } else {
            switch (count) {
            case 1: depthwise_pass(&pass, 1, false); break;
            case 2: depthwise_pass(&pass, 2, false); break;
            case 3: depthwise_pass(&pass, 3, false); break;
            default: depthwise_pass(&pass, 4, false); break;
            }
        }
        if ((oy += count) == p->out_height) oy = 0, image += image_bytes;
    }
}
