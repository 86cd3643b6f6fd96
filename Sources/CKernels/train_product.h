// Dense products: implicit-GEMM convolution (no im2col copy) and its weight gradient.

static void pack(const float *weights, int32_t taps, int32_t depth, int32_t width, int64_t tap_stride,
                 int64_t depth_stride, int64_t width_stride, float *packed) {
    for (int32_t begin = 0; begin < width; begin += 2 * LANES) {
        int32_t left = width - begin, columns = left > LANES ? 2 * LANES : LANES;
        for (int32_t t = 0; t < taps; t++)
            for (int32_t d = 0; d < depth; d++) {
                const float *from = weights + t * tap_stride + d * depth_stride + begin * width_stride;
                for (int32_t c = 0; c < columns; c++) packed[c] = c < left ? from[c * width_stride] : 0;
                packed += columns;
            }
    }
}

// Writes a tile's sums to their rows.
INLINE void store_tile(const int vectors, const int32_t *destination, vec sum[TILE_ROWS][2], const float *bias,
                       int32_t columns, int32_t accumulate, float *output) {
    UNROLL for (int r = 0; r < TILE_ROWS; r++) {
        if (destination[r] < 0) continue;
        float *y = output + destination[r];
        UNROLL for (int v = 0; v < vectors; v++) {
            int32_t count = columns - v * LANES;
            if (count >= LANES) {
                vec s = sum[r][v];
                if (bias) s += load(bias + v * LANES);
                if (accumulate) s += load(y + v * LANES);
                store(y + v * LANES, s);
            } else if (count > 0) {
                vec s = sum[r][v];
                if (bias) s += load_part(bias + v * LANES, count);
                if (accumulate) s += load_part(y + v * LANES, count);
                store_part(y + v * LANES, s, count);
            }
        }
    }
}

// One tile: TILE_ROWS rows × `vectors` vectors of columns, accumulated in registers over all taps.
INLINE void product_tile(const int vectors, const TrainGather *gather, int32_t tile, const float *input, int32_t depth,
                         const float *panel, const float *bias, const float *zeros, int32_t columns,
                         int32_t accumulate, float *output) {
    vec sum[TILE_ROWS][2];
    UNROLL for (int r = 0; r < TILE_ROWS; r++)
        UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = splat(0);
    for (int32_t e = gather->first[tile]; e < gather->first[tile + 1]; e++) {
        const float *w = panel + (int64_t)gather->tap[e] * depth * vectors * LANES;
        const float *row[TILE_ROWS];
        for (int r = 0; r < TILE_ROWS; r++) {
            int32_t source = gather->source[(int64_t)e * TILE_ROWS + r];
            row[r] = source < 0 ? zeros : input + source;
        }
        for (int32_t d = 0; d < depth; d++, w += vectors * LANES) {
            vec w0 = load(w), w1 = vectors > 1 ? load(w + LANES) : w0;
            UNROLL for (int r = 0; r < TILE_ROWS; r++) {
                vec x = splat(row[r][d]);
                sum[r][0] += x * w0;
                if (vectors > 1) sum[r][1] += x * w1;
            }
        }
    }
    store_tile(vectors, gather->destination + (int64_t)tile * TILE_ROWS, sum, bias, columns, accumulate, output);
}

static void gather_product(const TrainGather *gather, TrainImages images, const float *input, int32_t depth,
                           const float *packed, int32_t taps, int32_t width, const float *bias, const float *zeros,
                           int32_t accumulate, float *output, float *workspace) {
    (void)workspace;
    for (int64_t image = 0; image < images.count; image++) {
        const float *x = input + image * images.input_stride;
        float *y = output + image * images.output_stride;
        const float *panel = packed;
        for (int32_t begin = 0; begin < width; begin += 2 * LANES) {
            int32_t left = width - begin, vectors = left > LANES ? 2 : 1;
            const float *b = bias ? bias + begin : 0;
            for (int32_t tile = 0; tile < gather->tiles; tile++) {
                if (vectors == 2)
                    product_tile(2, gather, tile, x, depth, panel, b, zeros, left, accumulate, y + begin);
                else
                    product_tile(1, gather, tile, x, depth, panel, b, zeros, left, accumulate, y + begin);
            }
            panel += (int64_t)taps * depth * vectors * LANES;
        }
    }
}

// `rows` input channels × `vectors` vectors of output channels over `count` pairs.
INLINE void outer_tile(const int rows, const int vectors, const int32_t *source, const int32_t *destination,
                       int32_t count, const float *x, const float *g, float *sums, int64_t stride) {
    vec sum[TILE_ROWS][2];
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = load(sums + r * stride + v * LANES);
    for (int32_t p = 0; p < count; p++) {
        const float *xp = x + source[p], *gp = g + destination[p];
        vec g0 = load(gp), g1 = vectors > 1 ? load(gp + LANES) : g0;
        UNROLL for (int r = 0; r < rows; r++) {
            vec value = splat(xp[r]);
            sum[r][0] += value * g0;
            if (vectors > 1) sum[r][1] += value * g1;
        }
    }
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int v = 0; v < vectors; v++) store(sums + r * stride + v * LANES, sum[r][v]);
}

#define OUTER_CASE(n)                                                                                                  \
    case n:                                                                                                            \
        if (vectors == 2)                                                                                              \
            outer_tile(n, 2, source, destination, count, x, g, sums, stride);                                          \
        else                                                                                                           \
            outer_tile(n, 1, source, destination, count, x, g, sums, stride);                                          \
        break;

static void outer_rows(int rows, int vectors, const int32_t *source, const int32_t *destination, int32_t count,
                       const float *x, const float *g, float *sums, int64_t stride) {
    switch (rows) {
        OUTER_CASE(1)
        OUTER_CASE(2)
        OUTER_CASE(3)
        OUTER_CASE(4)
#if TILE_ROWS > 4
        OUTER_CASE(5)
        OUTER_CASE(6)
#endif
#if TILE_ROWS > 6
        OUTER_CASE(7)
        OUTER_CASE(8)
        OUTER_CASE(9)
        OUTER_CASE(10)
        OUTER_CASE(11)
        OUTER_CASE(12)
#endif
    }
}

/// The pairs of the tap that has most.
static int32_t most_pairs(const TrainPairs *pairs) {
    int32_t most = 0;
    for (int32_t t = 0; t < pairs->taps; t++) {
        int32_t count = pairs->first[t + 1] - pairs->first[t];
        if (count > most) most = count;
    }
    return most;
}

static void outer_product(const TrainPairs *pairs, TrainImages images, const float *input, int32_t depth,
                          const float *gradient, int32_t width, float *sums, float *workspace) {
    (void)workspace;
    int64_t stride = (int64_t)(width + LANES - 1) / LANES * LANES;
    // Pairs a pass: what fits the first-level cache beside the accumulators.
    int32_t chunk = 6144 / (depth + width);
    if (chunk < 64) chunk = 64;
    int32_t longest = most_pairs(pairs);
    for (int64_t image = 0; image < images.count; image++) {
        const float *x = input + image * images.input_stride, *g = gradient + image * images.output_stride;
        for (int32_t begin = 0; begin < longest; begin += chunk)
            for (int32_t t = 0; t < pairs->taps; t++) {
                int32_t at = pairs->first[t] + begin, count = pairs->first[t + 1] - at;
                if (count <= 0) continue;
                if (count > chunk) count = chunk;
                for (int32_t d = 0; d < depth; d += TILE_ROWS)
                    for (int32_t c = 0; c < width; c += 2 * LANES)
                        outer_rows(depth - d < TILE_ROWS ? depth - d : TILE_ROWS, width - c > LANES ? 2 : 1,
                                   pairs->source + at, pairs->destination + at, count, x + d, g + c,
                                   sums + ((int64_t)t * depth + d) * stride + c, stride);
            }
    }
}

static void unpack_add(const float *sums, int32_t taps, int32_t depth, int32_t width, float *gradient) {
    int64_t stride = (int64_t)(width + LANES - 1) / LANES * LANES, rows = (int64_t)taps * depth;
    for (int32_t c = 0; c < width; c++)
        for (int64_t r = 0; r < rows; r++) gradient[c * rows + r] += sums[r * stride + c];
}
