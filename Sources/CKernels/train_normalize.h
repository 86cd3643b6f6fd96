// Batch normalisation with a clamp (ReLU, ReLU6 or none) and an optional residual in the same pass.

// Rows a pass so that a pass stays in the first-level cache.
INLINE int64_t rows_a_pass(int32_t channels) {
    int64_t rows = 4096 / channels;
    return rows < 16 ? 16 : rows;
}

// Loads up to LANES columns: whole vectors directly, the rest part by part.
INLINE vec take(const float *p, int count) { return count == LANES ? load(p) : load_part(p, count); }
INLINE void put(float *p, vec v, int count) {
    if (count == LANES) store(p, v);
    else store_part(p, v, count);
}

// Σ (x − pivot) and Σ (x − pivot)² of `count` columns over `rows` rows.
INLINE void moment_block(const int count, int64_t rows, int32_t channels, const float *x, const float *pivot,
                         float *sum, float *square) {
    vec p = take(pivot, count), s0 = splat(0), s1 = s0, q0 = s0, q1 = s0;
    int64_t r = 0;
    for (; r + 2 <= rows; r += 2) {
        vec a = take(x + r * channels, count) - p, b = take(x + (r + 1) * channels, count) - p;
        s0 += a;
        s1 += b;
        q0 += a * a;
        q1 += b * b;
    }
    if (r < rows) {
        vec a = take(x + r * channels, count) - p;
        s0 += a;
        q0 += a * a;
    }
    put(sum, s0 + s1, count);
    put(square, q0 + q1, count);
}

// Sums of at most `rows_a_pass` rows are added up in double precision: float32 alone would lose the small variances of
// large batches. Channels are taken in groups so that the totals stay on the stack.
static void moments(int64_t rows, int32_t channels, const float *x, float *mean, float *variance) {
    enum { group = 64 };
    int64_t pass = rows_a_pass(channels < group ? channels : group);
    for (int32_t begin = 0; begin < channels; begin += group) {
        int32_t width = channels - begin < group ? channels - begin : group;
        const float *columns = x + begin;
        double total[group] = {0}, squares[group] = {0};
        float sum[group], square[group];
        for (int64_t r = 0; r < rows; r += pass) {
            int64_t count = rows - r < pass ? rows - r : pass;
            const float *block = columns + r * channels;
            int32_t c = 0;
            for (; c + LANES <= width; c += LANES)
                moment_block(LANES, count, channels, block + c, columns + c, sum + c, square + c);
            for (; c < width; c++)
                moment_block(1, count, channels, block + c, columns + c, sum + c, square + c);
            for (c = 0; c < width; c++) {
                total[c] += sum[c];
                squares[c] += square[c];
            }
        }
        for (int32_t c = 0; c < width; c++) {
            double shift = total[c] / (double)rows, spread = squares[c] / (double)rows - shift * shift;
            mean[begin + c] = (float)(columns[c] + shift);
            variance[begin + c] = (float)(spread > 0 ? spread : 0);
        }
    }
}

INLINE vec clamp(vec z, vec lower, vec upper) {
    z = choose(z < lower, lower, z); // NaN stays NaN
    return choose(z > upper, upper, z);
}

INLINE void normalize_block(const int count, int64_t rows, int32_t channels, const float *x, const float *scale,
                            const float *offset, const float *residual, vec lower, vec upper, float *y) {
    vec a = take(scale, count), b = take(offset, count);
    for (int64_t r = 0; r < rows; r++) {
        vec z = take(x + r * channels, count) * a + b;
        if (residual) z += take(residual + r * channels, count);
        put(y + r * channels, clamp(z, lower, upper), count);
    }
}

static void normalize(int64_t rows, int32_t channels, const float *x, const float *scale, const float *offset,
                      const float *residual, float lower, float upper, float *y) {
    int64_t pass = rows_a_pass(channels);
    vec low = splat(lower), high = splat(upper);
    for (int64_t r = 0; r < rows; r += pass) {
        int64_t count = rows - r < pass ? rows - r : pass, at = r * channels;
        int32_t c = 0;
        for (; c + LANES <= channels; c += LANES)
            normalize_block(LANES, count, channels, x + at + c, scale + c, offset + c,
                            residual ? residual + at + c : 0, low, high, y + at + c);
        for (; c < channels; c++)
            normalize_block(1, count, channels, x + at + c, scale + c, offset + c, residual ? residual + at + c : 0,
                            low, high, y + at + c);
    }
}

// dy where the clamp let its argument pass, else zero.
INLINE vec passed(const int count, vec x, const float *y, vec dy, vec scale, vec offset, vec lower, vec upper) {
    vec z = y ? take(y, count) : x * scale + offset;
    return (vec)((ivec)dy & (z > lower) & (z < upper));
}

INLINE void sums_block(const int count, int64_t rows, int32_t channels, const float *x, const float *y,
                       const float *dy, const float *scale, const float *offset, const float *mean, vec lower,
                       vec upper, float *sums, float *products) {
    vec a = take(scale, count), b = take(offset, count), m = take(mean, count), s = splat(0), q = s;
    for (int64_t r = 0; r < rows; r++) {
        vec value = take(x + r * channels, count);
        vec g = passed(count, value, y ? y + r * channels : 0, take(dy + r * channels, count), a, b, lower, upper);
        s += g;
        q += g * (value - m);
    }
    put(sums, take(sums, count) + s, count);
    put(products, take(products, count) + q, count);
}

static void normalize_sums(int64_t rows, int32_t channels, const float *x, const float *y, const float *dy,
                           const float *scale, const float *offset, const float *mean, float lower, float upper,
                           float *sums, float *products) {
    int64_t pass = rows_a_pass(channels);
    vec low = splat(lower), high = splat(upper);
    memset(sums, 0, sizeof(float) * (size_t)channels);
    memset(products, 0, sizeof(float) * (size_t)channels);
    for (int64_t r = 0; r < rows; r += pass) {
        int64_t count = rows - r < pass ? rows - r : pass, at = r * channels;
        int32_t c = 0;
        for (; c + LANES <= channels; c += LANES)
            sums_block(LANES, count, channels, x + at + c, y ? y + at + c : 0, dy + at + c, scale + c, offset + c,
                       mean + c, low, high, sums + c, products + c);
        for (; c < channels; c++)
            sums_block(1, count, channels, x + at + c, y ? y + at + c : 0, dy + at + c, scale + c, offset + c,
                       mean + c, low, high, sums + c, products + c);
    }
}

INLINE void backward_block(const int count, int64_t rows, int32_t channels, const float *x, const float *y,
                           const float *dy, const float *scale, const float *offset, const float *slope,
                           const float *shift, vec lower, vec upper, int32_t accumulate, float *dx, float *residual,
                           int32_t accumulate_residual) {
    vec a = take(scale, count), b = take(offset, count), k = take(slope, count), h = take(shift, count);
    for (int64_t r = 0; r < rows; r++) {
        int64_t at = r * channels;
        vec value = take(x + at, count);
        vec g = passed(count, value, y ? y + at : 0, take(dy + at, count), a, b, lower, upper);
        vec d = g * a + (value * k + h);
        if (residual) put(residual + at, accumulate_residual ? take(residual + at, count) + g : g, count);
        put(dx + at, accumulate ? take(dx + at, count) + d : d, count);
    }
}

static void normalize_backward(int64_t rows, int32_t channels, const float *x, const float *y, const float *dy,
                               const float *scale, const float *offset, const float *slope, const float *shift,
                               float lower, float upper, int32_t accumulate, float *dx, float *residual,
                               int32_t accumulate_residual) {
    int64_t pass = rows_a_pass(channels);
    vec low = splat(lower), high = splat(upper);
    for (int64_t r = 0; r < rows; r += pass) {
        int64_t count = rows - r < pass ? rows - r : pass, at = r * channels;
        int32_t c = 0;
        for (; c + LANES <= channels; c += LANES)
            backward_block(LANES, count, channels, x + at + c, y ? y + at + c : 0, dy + at + c, scale + c, offset + c,
                           slope + c, shift + c, low, high, accumulate, dx + at + c, residual ? residual + at + c : 0,
                           accumulate_residual);
        for (; c < channels; c++)
            backward_block(1, count, channels, x + at + c, y ? y + at + c : 0, dy + at + c, scale + c, offset + c,
                           slope + c, shift + c, low, high, accumulate, dx + at + c, residual ? residual + at + c : 0,
                           accumulate_residual);
    }
}

static void column_sums(int64_t rows, int32_t channels, const float *x, float *sums) {
    int64_t pass = rows_a_pass(channels);
    for (int64_t r = 0; r < rows; r += pass) {
        int64_t count = rows - r < pass ? rows - r : pass;
        for (int32_t c = 0; c < channels; c += LANES) {
            int width = channels - c < LANES ? channels - c : LANES;
            vec s = splat(0);
            for (int64_t k = 0; k < count; k++) {
                const float *p = x + (r + k) * channels + c;
                s += width == LANES ? load(p) : load_part(p, width);
            }
            if (width == LANES) store(sums + c, load(sums + c) + s);
            else store_part(sums + c, load_part(sums + c, width) + s, width);
        }
    }
}
