// Binary convolution by counting bits: tiles of pixels × outputs; a lane of a vector counts the differing bits of one
// output.
//
// The including file sets, besides what body_bits.h needs,
//   BITS_LANES   64-bit lanes of a vector; `bits` is the vector
//   BITS_VECTORS vectors of outputs a tile, BITS_ROWS pixels a tile (3 or 4)
//   BITS_FLUSH   words that `bits_count` may add up before `bits_total` must be taken
// and defines `bits_splat(word)`, `bits_count(counts, x)` and `bits_total(counts)`, which gives counts by 64-bit lane.
#define BITS_WIDTH (BITS_LANES * BITS_VECTORS)
#include "body_bits.h"

SK_INLINE bits bits_load(const uint64_t *x) {
    bits v;
    memcpy(&v, x, sizeof v);
    return v;
}

/// Sums of `rows` windows and one block of weights.
SK_INLINE void bits_tile(const sk_bit_convolution *p, const uint8_t *const *x, const uint64_t *w,
                         const int32_t *const *start, int32_t sums[BITS_ROWS][BITS_WIDTH], const int rows) {
    bits total[BITS_ROWS][BITS_VECTORS], partial[BITS_ROWS][BITS_VECTORS];
    SK_UNROLL
    for (int r = 0; r < rows; r++)
        SK_UNROLL
        for (int v = 0; v < BITS_VECTORS; v++) total[r][v] = partial[r][v] = (bits){0};
    int32_t left = BITS_FLUSH, depth = p->windows.depth / 8;
    for (int32_t t = 0; t < p->windows.taps; t++) {
        for (int32_t done = 0; done < depth;) {
            int32_t n = depth - done < left ? depth - done : left;
            for (int32_t k = done; k < done + n; k++) {
                SK_UNROLL
                for (int r = 0; r < rows; r++) {
                    uint64_t word;
                    memcpy(&word, x[r] + p->windows.tap_offset[t] + 8 * (int64_t)k, 8);
                    bits splat = bits_splat(word);
                    SK_UNROLL
                    for (int v = 0; v < BITS_VECTORS; v++)
                        partial[r][v] = bits_count(partial[r][v], splat ^ bits_load(w + v * BITS_LANES));
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
            bits count = total[r][v] + bits_total(partial[r][v]);
            SK_UNROLL
            for (int lane = 0; lane < BITS_LANES; lane++) {
                int output = v * BITS_LANES + lane;
                sums[r][output] = start[r][output] - 2 * (int32_t)count[lane];
            }
        }
}

/// Pixels from `first` to `last` for the outputs of one block.
static void bits_block(const sk_step *step, int32_t block, int64_t first, int64_t last) {
    const sk_bit_convolution *p = step->params;
    int64_t window = (int64_t)p->windows.taps * (p->windows.depth / 8);
    const uint64_t *w = (const uint64_t *)p->weights + block * window * BITS_WIDTH;
    int32_t output = block * BITS_WIDTH, n = p->outputs - output < BITS_WIDTH ? p->outputs - output : BITS_WIDTH;
    bits_pixel at = bits_pixel_at(p, first);
    for (int64_t pixel = first; pixel < last;) {
        const uint8_t *windows[BITS_ROWS];
        const int32_t *starts[BITS_ROWS];
        int32_t sums[BITS_ROWS][BITS_WIDTH];
        int32_t rows = last - pixel < BITS_ROWS ? (int32_t)(last - pixel) : BITS_ROWS;
        for (int32_t r = 0; r < rows; r++) {
            windows[r] = bits_window(step, at);
            starts[r] = bits_start(p, at) + output;
            bits_advance(p, &at);
        }
        switch (rows) {
#define TILE(count) case count: bits_tile(p, windows, w, starts, sums, count); break;
        TILE(1)
        TILE(2)
        TILE(3)
#if BITS_ROWS > 3
        TILE(4)
#endif
#undef TILE
        }
        bits_finish(step, pixel, rows, output, n, sums);
        pixel += rows;
    }
}

static void bits_convolution(const sk_step *step, int32_t part, int32_t parts) {
    int64_t first, last, first_block, last_block;
    bits_share(step->params, part, parts, BITS_ROWS, &first, &last, &first_block, &last_block);
    for (int64_t block = first_block; block < last_block; block++) bits_block(step, (int32_t)block, first, last);
}

static const sk_bit_kernels bit_kernels = {
    .name = BITS_NAME, .width = BITS_WIDTH, .unit = 8, .signs = bits_signs, .convolution = bits_convolution};
