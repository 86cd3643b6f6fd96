// Binary convolution by look-up: four inputs of two pixels choose a table, four weights of an output an entry of it,
// which holds how many of the four differ in the first pixel (low half of a byte) and in the second one (high half).
//
// A shuffle makes eight products in every byte. Three entries fit into halves of a byte (at most 12); their sum goes whole
// into one accumulator, modulo 256, and its high half into another, which together tell both counts: nine instructions for
// 24 products a byte. The including file sets, besides what body_bits.h needs,
//   BITS_WIDTH   bytes of a vector, an output each
//   BITS_PAIRS   pairs of pixels a tile, at most SK_BIT_PAIRS
// and defines `bits_look_up(table, halves)`, which shuffles 16 bytes in memory by a vector of numbers below 16.
#include "body_bits.h"

typedef uint8_t bit_bytes __attribute__((ext_vector_type(BITS_WIDTH)));
typedef uint16_t bit_shorts __attribute__((ext_vector_type(BITS_WIDTH / 2)));

#define ENTRY(a, w) (__builtin_popcount(((a) & 15) ^ (w)) | __builtin_popcount(((a) >> 4) ^ (w)) << 4)
#define ENTRIES(a, w) ENTRY(a, w), ENTRY(a, w + 1), ENTRY(a, w + 2), ENTRY(a, w + 3)
#define TABLE(a) {ENTRIES(a, 0), ENTRIES(a, 4), ENTRIES(a, 8), ENTRIES(a, 12)}
#define TABLES(a) TABLE(a), TABLE(a + 1), TABLE(a + 2), TABLE(a + 3)
#define ROW(a) TABLES(a), TABLES(a + 4), TABLES(a + 8), TABLES(a + 12)
/// Differing bits of w and of the low half of a, and 16 times those of w and its high half.
static const uint8_t bit_tables[256][16] __attribute__((aligned(64))) = {
    ROW(0), ROW(16), ROW(32), ROW(48), ROW(64), ROW(80), ROW(96), ROW(112),
    ROW(128), ROW(144), ROW(160), ROW(176), ROW(192), ROW(208), ROW(224), ROW(240)};
#undef ENTRY
#undef ENTRIES
#undef TABLE
#undef TABLES
#undef ROW

#define BITS_GROUPS 21    // groups of look-ups whose sums fit into a byte: 21 · 3 · 4 < 256
#define BITS_FLUSHES 256  // of which the sums fit into sixteen bits

SK_INLINE bit_bytes bits_bytes(const uint8_t *x) {
    bit_bytes v;
    memcpy(&v, x, sizeof v);
    return v;
}

typedef uint8_t bit_run __attribute__((ext_vector_type(32)));

/// The tables of a pair of windows: for each tap those of the low halves of its bytes, then of the high ones; then the
/// zeros that fill a group. Reads and writes up to 31 bytes more.
SK_INLINE void bits_choose(const sk_bit_convolution *p, const uint8_t *first, const uint8_t *second, uint8_t *tables) {
    const uint8_t *end = tables + p->look_ups;
    const int32_t *tap = p->windows.tap_offset, *last = tap + p->windows.taps;
    const int64_t depth = p->windows.depth, size = sizeof(bit_run);
    for (; tap < last; tap++, tables += 2 * depth) {
        // From the end, so that what a vector of low halves writes too much is overwritten by the high ones.
        for (int64_t k = (depth - 1) / size * size; k >= 0; k -= size) {
            bit_run a, b;
            memcpy(&a, first + *tap + k, size);
            memcpy(&b, second + *tap + k, size);
            bit_run low = (a & 15) | b << 4, high = a >> 4 | (b & 240);
            memcpy(tables + k, &low, size);
            memcpy(tables + depth + k, &high, size);
        }
    }
    while (tables < end) *tables++ = 0;
}

/// Sums of bytes as 16-bit numbers: of odd bytes, and of all with the odd ones 256 times.
typedef struct {
    bit_shorts all, odd;
} bits_wide;

SK_INLINE void bits_widen(bits_wide *sum, bit_bytes x) {
    sum->all += (bit_shorts)x;
    sum->odd += (bit_shorts)x >> 8;
}

/// Takes twice the counts of a block from its sums so far: even bytes are the first outputs, odd ones the second half.
SK_INLINE void bits_subtract(int32_t *sums, const int32_t *from, bits_wide count) {
    typedef int32_t half __attribute__((ext_vector_type(BITS_WIDTH / 2)));
    half even, odd;
    memcpy(&even, from, sizeof even);
    memcpy(&odd, from + BITS_WIDTH / 2, sizeof odd);
    even -= __builtin_convertvector(count.all - (count.odd << 8), half) << 1;
    odd -= __builtin_convertvector(count.odd, half) << 1;
    memcpy(sums, &even, sizeof even);
    memcpy(sums + BITS_WIDTH / 2, &odd, sizeof odd);
}

/// Sums of `pairs` pairs of windows, whose tables lie `look_ups` apart, and one block of weights.
SK_INLINE void bits_tile(const sk_bit_convolution *p, const uint8_t *tables, const uint8_t *w, const int32_t **from,
                         int32_t sums[2 * BITS_PAIRS][BITS_WIDTH], const int pairs) {
    const uint8_t *x[BITS_PAIRS];
    SK_UNROLL
    for (int r = 0; r < pairs; r++) {
        x[r] = tables + r * (int64_t)p->look_ups;
        SK_OPAQUE(x[r]);  // keeps it in a register
    }
    int64_t k = 0;
    for (int64_t left = p->look_ups / SK_BIT_LOOK_UPS; left > 0;) {
        bits_wide first[BITS_PAIRS], second[BITS_PAIRS];
        for (int r = 0; r < pairs; r++) first[r] = second[r] = (bits_wide){0};
        for (int32_t flush = 0; flush < BITS_FLUSHES && left > 0; flush++) {
            bit_bytes both[BITS_PAIRS], high[BITS_PAIRS];
            SK_UNROLL
            for (int r = 0; r < pairs; r++) both[r] = high[r] = (bit_bytes){0};
            int64_t groups = left < BITS_GROUPS ? left : BITS_GROUPS;
            left -= groups;
            for (; groups > 0; groups--) {
                SK_UNROLL
                for (int r = 0; r < pairs; r++) {
                    bit_bytes sum = bits_look_up(bit_tables[x[r][k]], bits_bytes(w));
                    sum += bits_look_up(bit_tables[x[r][k + 1]], bits_bytes(w + BITS_WIDTH));
                    sum += bits_look_up(bit_tables[x[r][k + 2]], bits_bytes(w + 2 * BITS_WIDTH));
                    both[r] += sum;
                    high[r] += sum >> 4;
                }
                w += SK_BIT_LOOK_UPS * BITS_WIDTH;
                k += SK_BIT_LOOK_UPS;
            }
            SK_UNROLL
            for (int r = 0; r < pairs; r++) {
                bits_widen(&first[r], both[r] - (high[r] << 4));
                bits_widen(&second[r], high[r]);
            }
        }
        for (int r = 0; r < pairs; r++) {
            bits_subtract(sums[2 * r], from[2 * r], first[r]);
            bits_subtract(sums[2 * r + 1], from[2 * r + 1], second[r]);
            from[2 * r] = sums[2 * r];
            from[2 * r + 1] = sums[2 * r + 1];
        }
    }
}

/// The same for any number of pairs.
SK_INLINE void bits_block(const sk_bit_convolution *p, const uint8_t *tables, const uint8_t *w, const int32_t **from,
                          int32_t sums[2 * BITS_PAIRS][BITS_WIDTH], int32_t pairs) {
    switch (pairs) {
#define TILE(count) case count: bits_tile(p, tables, w, from, sums, count); break;
    TILE(1)
    TILE(2)
    TILE(3)
    TILE(4)
#if BITS_PAIRS > 4
    TILE(5)
    TILE(6)
    TILE(7)
    TILE(8)
#endif
#undef TILE
    }
}

/// The tables of a tile of `rows` pixels from a place on, which moves behind it, and where their sums start.
///
/// A last pixel without another makes a pair with itself.
SK_INLINE void bits_open(const sk_step *step, bits_pixel *at, int32_t rows, uint8_t *tables, const int32_t **starts) {
    const sk_bit_convolution *p = step->params;
    for (int32_t r = 0; r < rows; r += 2, tables += p->look_ups) {
        const uint8_t *window = bits_window(step, *at), *next = window;
        starts[r] = starts[r + 1] = bits_start(p, *at);
        bits_advance(p, at);
        if (r + 1 < rows) {
            next = bits_window(step, *at);
            starts[r + 1] = bits_start(p, *at);
            bits_advance(p, at);
        }
        bits_choose(p, window, next, tables);
    }
}

static void bits_convolution(const sk_step *step, int32_t part, int32_t parts) {
    const sk_bit_convolution *p = step->params;
    uint8_t *tables = (uint8_t *)step->scratch + part * p->scratch_size;
    int64_t first, last, first_block, last_block;
    bits_share(p, part, parts, 2 * BITS_PAIRS, &first, &last, &first_block, &last_block);
    bits_pixel at = bits_pixel_at(p, first);
    for (int64_t pixel = first; pixel < last; pixel += 2 * BITS_PAIRS) {
        int32_t rows = last - pixel < 2 * BITS_PAIRS ? (int32_t)(last - pixel) : 2 * BITS_PAIRS, pairs = (rows + 1) / 2;
        const int32_t *starts[2 * BITS_PAIRS], *from[2 * BITS_PAIRS];
        bits_open(step, &at, rows, tables, starts);
        for (int64_t block = first_block; block < last_block; block++) {
            int32_t sums[2 * BITS_PAIRS][BITS_WIDTH] __attribute__((aligned(64)));
            int32_t output = (int32_t)block * BITS_WIDTH;
            int32_t n = p->outputs - output < BITS_WIDTH ? p->outputs - output : BITS_WIDTH;
            for (int32_t r = 0; r < 2 * pairs; r++) from[r] = starts[r] + output;
            bits_block(p, tables, (const uint8_t *)p->weights + block * p->look_ups * BITS_WIDTH, from, sums, pairs);
            bits_finish(step, pixel, rows, output, n, sums);
        }
    }
}

static const sk_bit_kernels bit_kernels = {
    .name = BITS_NAME, .width = BITS_WIDTH, .unit = 1, .looks_up = true, .signs = bits_signs,
    .convolution = bits_convolution};
