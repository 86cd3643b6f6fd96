// Binary convolution: tiles of pixels × outputs; a lane of a vector counts the differing bits of one output.
//
// The including file sets
//   BITS_LANES   64-bit lanes of a vector; `bits` is the vector
//   BITS_VECTORS vectors of outputs a tile, BITS_ROWS pixels a tile (at most 4)
//   BITS_FLUSH   words that `bits_count` may add up before `bits_total` must be taken
// and defines `bits_splat(word)`, `bits_count(counts, x)`, `bits_total(counts)`, which gives counts by 64-bit lane, and
// `bits_of(x)`, the signs of eight floats.
#include "common.h"

#define BITS_WIDTH (BITS_LANES * BITS_VECTORS)

SK_INLINE bits bits_load(const uint64_t *x) {
    bits v;
    memcpy(&v, x, sizeof v);
    return v;
}

/// One pixel's sums of a block, from counts of differing bits.
SK_INLINE void bits_finish(const sk_bit_convolution *p, const int32_t *count, const int32_t *start, int32_t output,
                           float *y, const float *b, int32_t n) {
    float sums[BITS_WIDTH];
    for (int32_t i = 0; i < BITS_WIDTH; i++) {
        int32_t sum = start[i] - 2 * count[i];
        sums[i] = (float)sum * p->scale[output + i] + p->bias[output + i];
    }
    if (n == BITS_WIDTH) {
        if (p->has_residual)
            for (int32_t i = 0; i < BITS_WIDTH; i++) sums[i] += b[i];
        for (int32_t i = 0; i < BITS_WIDTH; i++) y[i] = sk_clamp(sums[i], p->lower, p->upper);
        return;
    }
    for (int32_t i = 0; i < n; i++)
        y[i] = sk_clamp(p->has_residual ? sums[i] + b[i] : sums[i], p->lower, p->upper);
}

/// Differing bits of `rows` windows and one block of weights.
SK_INLINE void bits_tile(const sk_bit_convolution *p, const uint64_t *const *x, const uint64_t *w,
                         int32_t count[BITS_ROWS][BITS_WIDTH], const int rows) {
    bits total[BITS_ROWS][BITS_VECTORS], partial[BITS_ROWS][BITS_VECTORS];
    SK_UNROLL
    for (int r = 0; r < rows; r++)
        SK_UNROLL
        for (int v = 0; v < BITS_VECTORS; v++) total[r][v] = partial[r][v] = (bits){0};
    int32_t left = BITS_FLUSH;
    for (int32_t t = 0; t < p->taps; t++) {
        int64_t offset = p->tap_offset[t];
        for (int32_t done = 0; done < p->depth;) {
            int32_t n = p->depth - done < left ? p->depth - done : left;
            for (int32_t k = done; k < done + n; k++) {
                SK_UNROLL
                for (int r = 0; r < rows; r++) {
                    bits word = bits_splat(x[r][offset + k]);
                    SK_UNROLL
                    for (int v = 0; v < BITS_VECTORS; v++)
                        partial[r][v] = bits_count(partial[r][v], word ^ bits_load(w + v * BITS_LANES));
                }
                w += BITS_WIDTH;
            }
            done += n;
            left -= n;
            if (left > 0) continue;
            SK_UNROLL
            for (int r = 0; r < rows; r++)
                SK_UNROLL
                for (int v = 0; v < BITS_VECTORS; v++) {
                    total[r][v] += bits_total(partial[r][v]);
                    partial[r][v] = (bits){0};
                }
            left = BITS_FLUSH;
        }
    }
    SK_UNROLL
    for (int r = 0; r < rows; r++)
        SK_UNROLL
        for (int v = 0; v < BITS_VECTORS; v++) {
            bits sum = total[r][v] + bits_total(partial[r][v]);
            SK_UNROLL
            for (int lane = 0; lane < BITS_LANES; lane++) count[r][v * BITS_LANES + lane] = (int32_t)sum[lane];
        }
}

/// Pixels from `first` to `last` for the outputs of one block.
static void bits_block(const sk_step *step, int32_t block, int64_t first, int64_t last) {
    const sk_bit_convolution *p = step->params;
    const uint64_t *w = p->weights + (int64_t)block * p->taps * p->depth * BITS_WIDTH;
    int32_t output = block * BITS_WIDTH, n = p->outputs - output < BITS_WIDTH ? p->outputs - output : BITS_WIDTH;
    int64_t padded = (int64_t)(p->outputs + BITS_WIDTH - 1) / BITS_WIDTH * BITS_WIDTH;
    for (int64_t pixel = first; pixel < last;) {
        const uint64_t *windows[BITS_ROWS];
        const int32_t *starts[BITS_ROWS];
        int32_t counts[BITS_ROWS][BITS_WIDTH];
        int32_t rows = last - pixel < BITS_ROWS ? (int32_t)(last - pixel) : BITS_ROWS;
        for (int32_t r = 0; r < rows; r++) {
            int64_t row = (pixel + r) / p->out_width, column = (pixel + r) % p->out_width;
            int64_t image = row / p->out_height;
            row %= p->out_height;
            windows[r] = (const uint64_t *)step->a + image * p->image_step + row * p->row_step
                + column * p->column_step;
            starts[r] = p->start + ((int64_t)p->row_kind[row] * p->column_kinds + p->column_kind[column]) * padded
                + output;
        }
        switch (rows) {
#define TILE(count) case count: bits_tile(p, windows, w, counts, count); break;
        TILE(1)
#if BITS_ROWS > 1
        TILE(2)
#endif
#if BITS_ROWS > 2
        TILE(3)
#endif
#if BITS_ROWS > 3
        TILE(4)
#endif
#undef TILE
        }
        for (int32_t r = 0; r < rows; r++) {
            int64_t at = (pixel + r) * p->outputs + output;
            const float *b = p->has_residual ? (const float *)step->b + at : 0;
            bits_finish(p, counts[r], starts[r], output, (float *)step->y + at, b, n);
        }
        pixel += rows;
    }
}

static void bits_convolution(const sk_step *step, int32_t part, int32_t parts) {
    const sk_bit_convolution *p = step->params;
    int64_t pixels = (int64_t)p->images * p->out_height * p->out_width;
    int64_t first = 0, last = pixels, first_block = 0, last_block = (p->outputs + BITS_WIDTH - 1) / BITS_WIDTH;
    // Few pixels (a dense layer) are shared by outputs, many by pixels.
    if (pixels >= BITS_ROWS * (int64_t)parts) sk_share(pixels, part, parts, &first, &last);
    else sk_share(last_block, part, parts, &first_block, &last_block);
    for (int64_t block = first_block; block < last_block; block++) bits_block(step, (int32_t)block, first, last);
}

/// The signs of up to 64 neighbouring numbers.
SK_INLINE uint64_t bits_word(const float *x, int32_t n) {
    uint64_t word = 0;
    int32_t i = 0;
    for (; i + 8 <= n; i += 8) word |= (uint64_t)bits_of(x + i) << i;
    for (; i < n; i++) word |= (uint64_t)!(x[i] < 0) << i;
    return word;
}

static void bits_signs(const sk_step *step, int32_t part, int32_t parts) {
    const sk_signs *p = step->params;
    int64_t rows = (int64_t)p->top + p->height + p->bottom, width = (int64_t)p->left + p->width + p->right;
    int64_t first, last;
    sk_share(rows * p->images, part, parts, &first, &last);
    for (int64_t row = first; row < last; row++) {
        uint64_t *y = (uint64_t *)step->y + row * width * p->words;
        int64_t source = row % rows - p->top;
        if (source < 0 || source >= p->height) {
            memset(y, 0, (size_t)(width * p->words * 8));
            continue;
        }
        const float *x = (const float *)step->a + (row / rows * p->height + source) * p->width * p->channels;
        memset(y, 0, (size_t)p->left * p->words * 8);
        y += (int64_t)p->left * p->words;
        for (int32_t column = 0; column < p->width; column++) {
            for (int32_t c = 0; c < p->channels; c += 64)
                *y++ = bits_word(x + c, p->channels - c < 64 ? p->channels - c : 64);
            x += p->channels;
        }
        memset(y, 0, (size_t)p->right * p->words * 8);
    }
}

static const sk_bit_kernels bit_kernels = {
    .name = BITS_NAME, .width = BITS_WIDTH, .signs = bits_signs, .convolution = bits_convolution};
