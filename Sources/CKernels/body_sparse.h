// Sparse pointwise layers: rows transposed to vectors of one channel, zero weights left out.
//
// The including file sets SPARSE_LANES (floats a vector, 4, 8 or 16), SPARSE_VECTORS (vectors of rows a tile, 4 or 8),
// SPARSE_NAME, SPARSE_LEAST_ROWS, SPARSE_LEAST_INPUTS and SPARSE_MOST_DENSITY, and defines `lanes`, the vector, with
//   lanes_join(x, c)     floats c to c + 3 of rows 0, 4, 8, … (x has an address for every row)
//   lanes_mix_low/high   a0 b0 a1 b1 / a2 b2 a3 b3 within every four lanes
//   lanes_pair_low/high  a0 a1 b0 b1 / a2 a3 b2 b3 within every four lanes
// The sum of an output runs over its non-zeros in order, whatever the tile, so results depend on no row count.
#include "common.h"

#define SPARSE_TILE (SPARSE_LANES * SPARSE_VECTORS)
typedef float four __attribute__((ext_vector_type(4)));

SK_INLINE four four_load(const float *x) {
    four v;
    memcpy(&v, x, sizeof v);
    return v;
}

SK_INLINE lanes lanes_load(const float *x) {
    lanes v;
    memcpy(&v, x, sizeof v);
    return v;
}

SK_INLINE void lanes_store(float *y, lanes v) { memcpy(y, &v, sizeof v); }

/// Every four rows × four columns within four vectors change places.
SK_INLINE void transpose(lanes *v) {
    lanes a = lanes_mix_low(v[0], v[1]), b = lanes_mix_low(v[2], v[3]);
    lanes c = lanes_mix_high(v[0], v[1]), d = lanes_mix_high(v[2], v[3]);
    v[0] = lanes_pair_low(a, b);
    v[1] = lanes_pair_high(a, b);
    v[2] = lanes_pair_low(c, d);
    v[3] = lanes_pair_high(c, d);
}

/// columns[channel][row] of a tile; `rows` has an address for every row of whole vectors.
SK_INLINE void gather_columns(const sk_sparse *p, const float *const *rows, int32_t vectors, float *columns) {
    int32_t whole = p->inputs / 4 * 4;
    for (int32_t v = 0; v < vectors; v++) {
        const float *const *x = rows + v * SPARSE_LANES;
        float *to = columns + v * SPARSE_LANES;
        for (int32_t c = 0; c < whole; c += 4) {
            lanes block[4];
            SK_UNROLL
            for (int r = 0; r < 4; r++) block[r] = lanes_join(x + r, c);
            transpose(block);
            SK_UNROLL
            for (int i = 0; i < 4; i++) lanes_store(to + (c + i) * SPARSE_TILE, block[i]);
        }
        for (int32_t c = whole; c < p->inputs; c++)
            for (int32_t r = 0; r < SPARSE_LANES; r++) to[c * SPARSE_TILE + r] = x[r][c];
    }
}

/// One output of all rows of a tile.
SK_INLINE void column_sums(const sk_sparse *p, const float *columns, int32_t output, float *y, const int vectors) {
    lanes sums[SPARSE_VECTORS];
    SK_UNROLL
    for (int v = 0; v < vectors; v++) sums[v] = (lanes)p->bias[output];
    for (int32_t i = p->first[output]; i < p->first[output + 1]; i++) {
        const float *x = columns + p->channel[i];
        lanes w = (lanes)p->weight[i];
        SK_UNROLL
        for (int v = 0; v < vectors; v++)
            sums[v] = __builtin_elementwise_fma(w, lanes_load(x + v * SPARSE_LANES), sums[v]);
    }
    SK_UNROLL
    for (int v = 0; v < vectors; v++) lanes_store(y + v * SPARSE_LANES, sums[v]);
}

/// Four columns of sums back into rows of y; a whole tile's rows all exist.
SK_INLINE void scatter_columns(const sk_sparse *p, const float *sums, int32_t rows, float *y, const float *b,
                               const bool whole) {
    four lower = (four)p->lower, upper = (four)p->upper;
    for (int32_t row = 0; row < rows; row += SPARSE_LANES) {
        lanes block[4];
        SK_UNROLL
        for (int i = 0; i < 4; i++) block[i] = lanes_load(sums + i * SPARSE_TILE + row);
        transpose(block);
        SK_UNROLL
        for (int r = 0; r < 4; r++) {
            four pieces[SPARSE_LANES / 4];
            memcpy(pieces, &block[r], sizeof pieces);
            SK_UNROLL
            for (int g = 0; g < SPARSE_LANES / 4; g++) {
                int64_t at = row + g * 4 + r;
                if (!whole && at >= rows) continue;
                four sum = p->has_residual ? pieces[g] + four_load(b + at * p->outputs) : pieces[g];
                sum = sum < lower ? lower : sum;
                sum = sum > upper ? upper : sum;
                memcpy(y + at * p->outputs, &sum, sizeof sum);
            }
        }
    }
}

/// `rows` rows, which fill `vectors` vectors.
SK_INLINE void sparse_tile(const sk_step *step, int64_t first, int32_t rows, float *columns, const int vectors) {
    const sk_sparse *p = step->params;
    const float *sources[SPARSE_TILE];
    for (int32_t r = 0; r < vectors * SPARSE_LANES; r++)
        sources[r] = (const float *)step->a + (first + (r < rows ? r : rows - 1)) * p->inputs;
    gather_columns(p, sources, vectors, columns);
    float sums[4 * SPARSE_TILE];
    float *y = (float *)step->y + first * p->outputs;
    const float *b = p->has_residual ? (const float *)step->b + first * p->outputs : y;
    int32_t whole = p->outputs / 4 * 4;
    for (int32_t o = 0; o < whole; o += 4) {
        for (int32_t i = 0; i < 4; i++) column_sums(p, columns, o + i, sums + i * SPARSE_TILE, vectors);
        if (rows == vectors * SPARSE_LANES) scatter_columns(p, sums, rows, y + o, b + o, true);
        else scatter_columns(p, sums, rows, y + o, b + o, false);
    }
    for (int32_t o = whole; o < p->outputs; o++) {
        column_sums(p, columns, o, sums, vectors);
        for (int32_t r = 0; r < rows; r++) {
            int64_t at = (int64_t)r * p->outputs + o;
            y[at] = sk_clamp(p->has_residual ? sums[r] + b[at] : sums[r], p->lower, p->upper);
        }
    }
}

static void sparse_pointwise(const sk_step *step, int32_t part, int32_t parts) {
    const sk_sparse *p = step->params;
    float *columns = (float *)step->scratch + part * p->scratch_size;
    int64_t first, last;
    sk_share((p->rows + SPARSE_TILE - 1) / SPARSE_TILE, part, parts, &first, &last);
    for (int64_t tile = first; tile < last; tile++) {
        int64_t row = tile * SPARSE_TILE;
        int32_t rows = p->rows - row < SPARSE_TILE ? (int32_t)(p->rows - row) : SPARSE_TILE;
        switch ((rows + SPARSE_LANES - 1) / SPARSE_LANES) {
#define TILE(vectors) case vectors: sparse_tile(step, row, rows, columns, vectors); break;
        TILE(1) TILE(2) TILE(3) TILE(4)
#if SPARSE_VECTORS > 4
        TILE(5) TILE(6) TILE(7) TILE(8)
#endif
#undef TILE
        }
    }
}

static const sk_sparse_kernels sparse_kernels = {
    .name = SPARSE_NAME, .tile = SPARSE_TILE, .least_rows = SPARSE_LEAST_ROWS,
    .least_inputs = SPARSE_LEAST_INPUTS, .most_density = SPARSE_MOST_DENSITY,
    .pointwise = sparse_pointwise};
