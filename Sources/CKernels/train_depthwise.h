// Depthwise convolution: channels side by side in vectors, weights packed as [tap][channel].

// `vectors` vectors of channels of `rows` rows of one tile, from row `begin` on.
INLINE void depthwise_rows(const int rows, const int vectors, const TrainGather *gather, int32_t tile, int begin,
                           const float *input, int32_t channels, const float *packed, const float *bias,
                           const float *zeros, int32_t accumulate, float *output) {
    vec sum[TILE_ROWS][4];
    UNROLL for (int v = 0; v < vectors; v++) {
        vec start = bias ? load(bias + v * LANES) : splat(0);
        UNROLL for (int r = 0; r < rows; r++) sum[r][v] = start;
    }
    for (int32_t e = gather->first[tile]; e < gather->first[tile + 1]; e++) {
        const float *from = packed + (int64_t)gather->tap[e] * channels;
        const int32_t *source = gather->source + (int64_t)e * TILE_ROWS + begin;
        vec w[4];
        UNROLL for (int v = 0; v < vectors; v++) w[v] = load(from + v * LANES);
        UNROLL for (int r = 0; r < rows; r++) {
            const float *x = source[r] < 0 ? zeros : input + source[r];
            UNROLL for (int v = 0; v < vectors; v++) sum[r][v] += load(x + v * LANES) * w[v];
        }
    }
    const int32_t *destination = gather->destination + (int64_t)tile * TILE_ROWS + begin;
    UNROLL for (int r = 0; r < rows; r++) {
        if (destination[r] < 0) continue;
        float *y = output + destination[r];
        UNROLL for (int v = 0; v < vectors; v++)
            store(y + v * LANES, accumulate ? load(y + v * LANES) + sum[r][v] : sum[r][v]);
    }
}

// `vectors` vectors of channels of one tile. Four of them (where 32 registers hold them) take half the rows at a time: where a
// row begins is then looked up half as often.
INLINE void depthwise_tile(const int vectors, const TrainGather *gather, int32_t tile, const float *input,
                           int32_t channels, const float *packed, const float *bias, const float *zeros,
                           int32_t accumulate, float *output) {
    const int rows = vectors > 2 ? TILE_ROWS / 2 : TILE_ROWS;
    for (int begin = 0; begin < TILE_ROWS; begin += rows)
        depthwise_rows(rows, vectors, gather, tile, begin, input, channels, packed, bias, zeros, accumulate, output);
}

// The channels that do not fill a vector.
static void depthwise_rest(const TrainGather *gather, int32_t tile, const float *input, int32_t channels,
                           int32_t count, const float *packed, const float *bias, int32_t accumulate, float *output) {
    for (int r = 0; r < TILE_ROWS; r++) {
        int32_t destination = gather->destination[tile * TILE_ROWS + r];
        if (destination < 0) continue;
        for (int32_t c = 0; c < count; c++) {
            float sum = bias ? bias[c] : 0;
            for (int32_t e = gather->first[tile]; e < gather->first[tile + 1]; e++) {
                int32_t source = gather->source[(int64_t)e * TILE_ROWS + r];
                if (source >= 0) sum += input[source + c] * packed[(int64_t)gather->tap[e] * channels + c];
            }
            output[destination + c] = accumulate ? output[destination + c] + sum : sum;
        }
    }
}

static void depthwise(const TrainGather *gather, TrainImages images, const float *input, int32_t channels,
                      const float *packed, const float *bias, const float *zeros, int32_t accumulate, float *output) {
    for (int64_t image = 0; image < images.count; image++) {
        const float *x = input + image * images.input_stride;
        float *y = output + image * images.output_stride;
        for (int32_t tile = 0; tile < gather->tiles; tile++) {
            int32_t c = 0;
            if (LANES == 16)
                for (; c + 4 * LANES <= channels; c += 4 * LANES)
                    depthwise_tile(4, gather, tile, x + c, channels, packed + c, bias ? bias + c : 0, zeros, accumulate,
                                   y + c);
            for (; c + 2 * LANES <= channels; c += 2 * LANES)
                depthwise_tile(2, gather, tile, x + c, channels, packed + c, bias ? bias + c : 0, zeros, accumulate,
                               y + c);
            for (; c + LANES <= channels; c += LANES)
                depthwise_tile(1, gather, tile, x + c, channels, packed + c, bias ? bias + c : 0, zeros, accumulate,
                               y + c);
            if (c < channels)
                depthwise_rest(gather, tile, x + c, channels, channels - c, packed + c, bias ? bias + c : 0,
                               accumulate, y + c);
        }
    }
}

// Σ over pairs of x·g for `vectors` vectors of channels, four pairs at a time to hide the adder's latency.
INLINE void depthwise_outer_tile(const int vectors, const int32_t *source, const int32_t *destination, int32_t count,
                                 const float *x, const float *g, float *sums) {
    vec sum[4][4];
    for (int k = 0; k < 4; k++)
        for (int v = 0; v < vectors; v++) sum[k][v] = splat(0);
    int32_t p = 0;
    for (; p + 4 <= count; p += 4)
        for (int k = 0; k < 4; k++)
            for (int v = 0; v < vectors; v++)
                sum[k][v] += load(x + source[p + k] + v * LANES) * load(g + destination[p + k] + v * LANES);
    for (; p < count; p++)
        for (int v = 0; v < vectors; v++)
            sum[0][v] += load(x + source[p] + v * LANES) * load(g + destination[p] + v * LANES);
    for (int v = 0; v < vectors; v++)
        store(sums + v * LANES, load(sums + v * LANES) + ((sum[0][v] + sum[1][v]) + (sum[2][v] + sum[3][v])));
}

static void depthwise_outer(const TrainPairs *pairs, TrainImages images, const float *input, int32_t channels,
                            const float *gradient, float *sums) {
    int32_t chunk = 4096 / channels;
    if (chunk < 64) chunk = 64;
    int32_t longest = most_pairs(pairs);
    for (int64_t image = 0; image < images.count; image++) {
        const float *x = input + image * images.input_stride, *g = gradient + image * images.output_stride;
        for (int32_t begin = 0; begin < longest; begin += chunk)
            for (int32_t t = 0; t < pairs->taps; t++) {
                int32_t at = pairs->first[t] + begin, count = pairs->first[t + 1] - at;
                if (count <= 0) continue;
                if (count > chunk) count = chunk;
                const int32_t *source = pairs->source + at, *destination = pairs->destination + at;
                float *total = sums + (int64_t)t * channels;
                int32_t c = 0;
                if (LANES == 16)
                    for (; c + 4 * LANES <= channels; c += 4 * LANES)
                        depthwise_outer_tile(4, source, destination, count, x + c, g + c, total + c);
                for (; c + 2 * LANES <= channels; c += 2 * LANES)
                    depthwise_outer_tile(2, source, destination, count, x + c, g + c, total + c);
                for (; c + LANES <= channels; c += LANES)
                    depthwise_outer_tile(1, source, destination, count, x + c, g + c, total + c);
                for (; c < channels; c++) {
                    float sum = 0;
                    for (int32_t p = 0; p < count; p++) sum += x[source[p] + c] * g[destination[p] + c];
                    total[c] += sum;
                }
            }
    }
}
