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

// Rows in order, whole: large activations come from memory, which is fastest read straight on.
INLINE void normalize_rows(const int has_residual, int64_t rows, int32_t channels, const float *x, const float *scale,
                           const float *offset, const float *residual, vec lower, vec upper, float *y) {
    int32_t whole = channels / LANES * LANES;
    for (int64_t r = 0; r < rows; r++, x += channels, y += channels) {
        for (int32_t c = 0; c < whole; c += LANES) {
            vec z = load(x + c) * load(scale + c) + load(offset + c);
            if (has_residual) z += load(residual + c);
            store(y + c, clamp(z, lower, upper));
        }
        for (int32_t c = whole; c < channels; c++) {
            vec z = load_part(x + c, 1) * load_part(scale + c, 1) + load_part(offset + c, 1);
            if (has_residual) z += load_part(residual + c, 1);
            store_part(y + c, clamp(z, lower, upper), 1);
        }
        if (has_residual) residual += channels;
    }
}

static void normalize(int64_t rows, int32_t channels, const float *x, const float *scale, const float *offset,
                      const float *residual, float lower, float upper, float *y) {
    if (residual)
        normalize_rows(1, rows, channels, x, scale, offset, residual, splat(lower), splat(upper), y);
    else
        normalize_rows(0, rows, channels, x, scale, offset, residual, splat(lower), splat(upper), y);
}

// dy where the clamp let its argument pass, else zero.
INLINE vec passed(const int count, vec x, const float *y, vec dy, vec scale, vec offset, vec lower, vec upper) {
    vec z = y ? take(y, count) : x * scale + offset;
    return (vec)((ivec)dy & (z > lower) & (z < upper));
}

// `vectors` blocks of `count` columns side by side: four vectors where 32 registers hold them, so that rows are read straight on.
INLINE void sums_block(const int vectors, const int count, int64_t rows, int32_t channels, const float *x,
                       const float *y, const float *dy, const float *scale, const float *offset, const float *mean,
                       vec lower, vec upper, float *sums, float *products) {
    vec a[4], b[4], m[4], s[4], q[4];
    UNROLL for (int v = 0; v < vectors; v++) {
        a[v] = take(scale + v * count, count);
        b[v] = take(offset + v * count, count);
        m[v] = take(mean + v * count, count);
        s[v] = q[v] = splat(0);
    }
    for (int64_t r = 0; r < rows; r++)
        UNROLL for (int v = 0; v < vectors; v++) {
            int64_t at = r * channels + v * count;
            vec value = take(x + at, count);
            vec g = passed(count, value, y ? y + at : 0, take(dy + at, count), a[v], b[v], lower, upper);
            s[v] += g;
            q[v] += g * (value - m[v]);
        }
    UNROLL for (int v = 0; v < vectors; v++) {
        put(sums + v * count, take(sums + v * count, count) + s[v], count);
        put(products + v * count, take(products + v * count, count) + q[v], count);
    }
}

static void normalize_sums(int64_t rows, int32_t channels, const float *x, const float *y, const float *dy,
                           const float *scale, const float *offset, const float *mean, float lower, float upper,
                           float *sums, float *products) {
    int64_t pass = rows_a_pass(channels);
    vec low = splat(lower), high = splat(upper);
    memset(sums, 0, sizeof(float) * (size_t)channels);
    memset(products, 0, sizeof(float) * (size_t)channels);
#define SUMS(vectors, count)                                                                                           \
    for (; c + (vectors) * (count) <= channels; c += (vectors) * (count))                                              \
        sums_block(vectors, count, n, channels, x + at + c, y ? y + at + c : 0, dy + at + c, scale + c, offset + c,    \
                   mean + c, low, high, sums + c, products + c);
    for (int64_t r = 0; r < rows; r += pass) {
        int64_t n = rows - r < pass ? rows - r : pass, at = r * channels;
        int32_t c = 0;
        if (LANES == 16) SUMS(4, LANES)
        SUMS(2, LANES)
        SUMS(1, LANES)
        SUMS(1, 1)
    }
#undef SUMS
}

INLINE void backward_block(const int vectors, const int count, int64_t rows, int32_t channels, const float *x,
                           const float *y, const float *dy, const float *scale, const float *offset,
                           const float *slope, const float *shift, vec lower, vec upper, int32_t accumulate,
                           float *dx, float *residual, int32_t accumulate_residual) {
    vec a[4], b[4], k[4], h[4];
    UNROLL for (int v = 0; v < vectors; v++) {
        a[v] = take(scale + v * count, count);
        b[v] = take(offset + v * count, count);
        k[v] = take(slope + v * count, count);
        h[v] = take(shift + v * count, count);
    }
    for (int64_t r = 0; r < rows; r++)
        UNROLL for (int v = 0; v < vectors; v++) {
            int64_t at = r * channels + v * count;
            vec value = take(x + at, count);
            vec g = passed(count, value, y ? y + at : 0, take(dy + at, count), a[v], b[v], lower, upper);
            vec d = g * a[v] + (value * k[v] + h[v]);
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
#define BACKWARD(vectors, count, y, residual)                                                                          \
    for (; c + (vectors) * (count) <= channels; c += (vectors) * (count))                                              \
        backward_block(vectors, count, n, channels, x + at + c, y, dy + at + c, scale + c, offset + c, slope + c,      \
                       shift + c, low, high, accumulate, dx + at + c, residual, accumulate_residual);
    for (int64_t r = 0; r < rows; r += pass) {
        int64_t n = rows - r < pass ? rows - r : pass, at = r * channels;
        int32_t c = 0;
        // The usual case by itself: without a residual the loop has no branches.
        if (!y && !residual) {
            if (LANES == 16) BACKWARD(4, LANES, 0, 0)
            BACKWARD(2, LANES, 0, 0)
        }
        BACKWARD(2, LANES, y ? y + at + c : 0, residual ? residual + at + c : 0)
        BACKWARD(1, LANES, y ? y + at + c : 0, residual ? residual + at + c : 0)
        BACKWARD(1, 1, y ? y + at + c : 0, residual ? residual + at + c : 0)
    }
#undef BACKWARD
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
