// What the vector sets share of binary layers: taking signs, finding windows, and what happens to a sum.
//
// The including file sets BITS_WIDTH, the outputs a block, and BITS_FLOATS, the floats a vector, and defines
// `bits_of(x)`, the signs of sixteen floats.
#include "common.h"

typedef float bit_floats __attribute__((ext_vector_type(BITS_FLOATS)));
typedef int32_t bit_sums __attribute__((ext_vector_type(BITS_FLOATS)));

SK_INLINE bit_floats bits_floats(const float *x) {
    bit_floats v;
    memcpy(&v, x, sizeof v);
    return v;
}

/// Results of one vector of outputs from `output` on and of `rows` pixels.
SK_INLINE void bits_finish_vector(const sk_step *step, int64_t pixel, int32_t rows, int32_t output,
                                  const int32_t (*sums)[BITS_WIDTH], const bool has_residual) {
    const sk_bit_convolution *p = step->params;
    int64_t outputs = p->outputs, at = pixel * outputs + output;
    float *y = (float *)step->y + at;
    const float *b = has_residual ? (const float *)step->b + at : 0;
    bit_floats scale = bits_floats(p->scale + output), bias = bits_floats(p->bias + output);
    bit_floats lower = p->lower, upper = p->upper;
    for (int32_t r = 0; r < rows; r++) {
        bit_sums sum;
        memcpy(&sum, sums[r] + output % BITS_WIDTH, sizeof sum);
        bit_floats result = __builtin_convertvector(sum, bit_floats) * scale + bias;
        if (has_residual) result += bits_floats(b + r * outputs);
        result = result < lower ? lower : result;
        result = result > upper ? upper : result;
        memcpy(y + r * outputs, &result, sizeof result);
    }
}

/// Results of `rows` pixels and the `n` outputs from `output` on, where a block begins, from their sums.
SK_INLINE void bits_finish(const sk_step *step, int64_t pixel, int32_t rows, int32_t output, int32_t n,
                           const int32_t (*sums)[BITS_WIDTH]) {
    const sk_bit_convolution *p = step->params;
    int32_t i = 0;
    for (; i + BITS_FLOATS <= n; i += BITS_FLOATS) {
        if (p->has_residual) bits_finish_vector(step, pixel, rows, output + i, sums, true);
        else bits_finish_vector(step, pixel, rows, output + i, sums, false);
    }
    for (int32_t r = 0; r < rows && i < n; r++)
        for (int32_t o = i; o < n; o++) {
            int64_t at = (pixel + r) * p->outputs + output + o;
            float result = (float)sums[r][o] * p->scale[output + o] + p->bias[output + o];
            if (p->has_residual) result += ((const float *)step->b)[at];
            ((float *)step->y)[at] = sk_clamp(result, p->lower, p->upper);
        }
}

/// A place in the output.
typedef struct {
    int64_t image;
    int32_t row, column;
} bits_pixel;

SK_INLINE bits_pixel bits_pixel_at(const sk_bit_convolution *p, int64_t pixel) {
    int32_t height = p->windows.out_height, width = p->windows.out_width;
    int64_t row = pixel / width;
    return (bits_pixel){row / height, (int32_t)(row % height), (int32_t)(pixel % width)};
}

/// The next place; counted, as three divisions a pixel would cost as much as a short window.
SK_INLINE void bits_advance(const sk_bit_convolution *p, bits_pixel *at) {
    if (++at->column < p->windows.out_width) return;
    at->column = 0;
    if (++at->row < p->windows.out_height) return;
    at->row = 0;
    at->image++;
}

/// The first byte under the window of a place.
SK_INLINE const uint8_t *bits_window(const sk_step *step, bits_pixel at) {
    const sk_windows *w = &((const sk_bit_convolution *)step->params)->windows;
    return (const uint8_t *)step->a + at.image * w->image_step + at.row * w->row_step + at.column * w->column_step;
}

/// The sums of a place's window where all bits agree, from output 0 on.
SK_INLINE const int32_t *bits_start(const sk_bit_convolution *p, bits_pixel at) {
    int64_t padded = (int64_t)(p->outputs + BITS_WIDTH - 1) / BITS_WIDTH * BITS_WIDTH;
    return p->start + ((int64_t)p->row_kind[at.row] * p->column_kinds + p->column_kind[at.column]) * padded;
}

/// The part's share of the layer: few pixels (a dense layer) are shared by outputs, many by pixels.
SK_INLINE void bits_share(const sk_bit_convolution *p, int32_t part, int32_t parts, int32_t tile,
                          int64_t *first, int64_t *last, int64_t *first_block, int64_t *last_block) {
    int64_t pixels = (int64_t)p->windows.images * p->windows.out_height * p->windows.out_width;
    int64_t blocks = (p->outputs + BITS_WIDTH - 1) / BITS_WIDTH;
    *first = *first_block = 0;
    *last = pixels;
    *last_block = blocks;
    if (pixels >= tile * (int64_t)parts) sk_share(pixels, part, parts, first, last);
    else sk_share(blocks, part, parts, first_block, last_block);
}

/// The signs of a run of numbers, eight a byte.
SK_INLINE void bits_run(uint8_t *y, const float *x, int64_t n) {
    for (; n >= 16; n -= 16, x += 16, y += 2) {
        uint16_t signs = bits_of(x);
        memcpy(y, &signs, 2);
    }
    for (; n > 0; n -= 8, x += 8, y++) {
        uint32_t signs = 0;
        for (int32_t i = 0; i < n && i < 8; i++) signs |= (uint32_t)!(x[i] < 0) << i;
        *y = (uint8_t)signs;
    }
}

static void bits_signs(const sk_step *step, int32_t part, int32_t parts) {
    const sk_signs *p = step->params;
    int64_t rows = (int64_t)p->top + p->height + p->bottom, row_bytes = (int64_t)p->width * p->bytes;
    int64_t left = (int64_t)p->left * p->bytes, right = (int64_t)p->right * p->bytes;
    int64_t first, last;
    sk_share(rows * p->images, part, parts, &first, &last);
    for (int64_t row = first; row < last; row++) {
        uint8_t *y = (uint8_t *)step->y + row * (left + row_bytes + right);
        int64_t source = row % rows - p->top;
        if (source < 0 || source >= p->height) {
            memset(y, 0, (size_t)(left + row_bytes + right));
            continue;
        }
        const float *x = (const float *)step->a + (row / rows * p->height + source) * p->width * p->channels;
        memset(y, 0, (size_t)left);
        y += left;
        if (p->channels == 8 * p->bytes) {
            bits_run(y, x, (int64_t)p->width * p->channels);
        } else {
            for (int32_t column = 0; column < p->width; column++) {
                int32_t filled = (p->channels + 7) / 8;
                bits_run(y + (int64_t)column * p->bytes, x + (int64_t)column * p->channels, p->channels);
                for (int32_t i = filled; i < p->bytes; i++) y[(int64_t)column * p->bytes + i] = 0;
            }
        }
        memset(y + row_bytes, 0, (size_t)right);
    }
}
