// Convolutions of few channels: in an image with its border around it a window is `kernel_height` runs of neighbours.
// Windows are not dilated in a row.

/// Pixels of a row with its border, as far as windows reach.
INLINE int32_t bordered_width(const TrainWindow *s) { return (s->out_width - 1) * s->stride_width + s->kernel_width; }

static void border(const TrainWindow *s, const float *image, float *bordered) {
    int32_t rows = (s->out_height - 1) * s->stride_height + (s->kernel_height - 1) * s->dilation_height + 1;
    int32_t columns = bordered_width(s), left = s->left < columns ? s->left : columns;
    int32_t inside = s->width < columns - left ? s->width : columns - left;
    size_t before = (size_t)left * (size_t)s->channels, copied = (size_t)inside * (size_t)s->channels;
    size_t line = (size_t)columns * (size_t)s->channels;
    for (int32_t row = 0; row < rows; row++, bordered += line) {
        int32_t y = row - s->top;
        if (y < 0 || y >= s->height) {
            memset(bordered, 0, sizeof(float) * line);
            continue;
        }
        for (size_t i = 0; i < before; i++) bordered[i] = 0;
        memcpy(bordered + before, image + (int64_t)y * s->width * s->channels, sizeof(float) * copied);
        for (size_t i = before + copied; i < line; i++) bordered[i] = 0;
    }
}

// One tile, as `product_tile`, of windows that begin at `row`.
INLINE void window_tile(const int vectors, const TrainWindow *s, const float *const row[TILE_ROWS], const float *w,
                        const int32_t destination[TILE_ROWS], const float *bias, int32_t columns, float *output) {
    vec sum[TILE_ROWS][2];
    UNROLL for (int r = 0; r < TILE_ROWS; r++)
        UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = splat(0);
    int32_t run = s->kernel_width * s->channels;
    int64_t step = (int64_t)s->dilation_height * bordered_width(s) * s->channels, end = s->kernel_height * step;
    for (int64_t begin = 0; begin < end; begin += step)
        for (int64_t d = begin; d < begin + run; d++, w += vectors * LANES) {
            vec w0 = load(w), w1 = vectors > 1 ? load(w + LANES) : w0;
            UNROLL for (int r = 0; r < TILE_ROWS; r++) {
                vec x = splat(row[r][d]);
                sum[r][0] += x * w0;
                if (vectors > 1) sum[r][1] += x * w1;
            }
        }
    store_tile(vectors, destination, sum, bias, columns, 0, output);
}

static void window_product(const TrainWindow *s, const float *bordered, const float *packed, int32_t width,
                           const float *bias, float *output) {
    int32_t line = bordered_width(s) * s->channels, positions = s->out_height * s->out_width;
    int64_t depth = (int64_t)s->kernel_height * s->kernel_width * s->channels;
    for (int32_t begin = 0; begin < width; begin += 2 * LANES) {
        int32_t left = width - begin, vectors = left > LANES ? 2 : 1, x = 0;
        const float *b = bias ? bias + begin : 0, *from = bordered;
        for (int32_t p = 0; p < positions; p += TILE_ROWS) {
            const float *row[TILE_ROWS];
            int32_t destination[TILE_ROWS];
            for (int r = 0; r < TILE_ROWS; r++) {
                if (p + r >= positions) {
                    row[r] = row[0];
                    destination[r] = -1;
                    continue;
                }
                row[r] = from + x * s->stride_width * s->channels;
                destination[r] = (p + r) * width;
                if (++x == s->out_width) {
                    x = 0;
                    from += (int64_t)s->stride_height * line;
                }
            }
            if (vectors == 2) window_tile(2, s, row, packed, destination, b, left, output + begin);
            else window_tile(1, s, row, packed, destination, b, left, output + begin);
        }
        packed += depth * vectors * LANES;
    }
}

// `rows` numbers of a window, each at its offset, × `vectors` vectors of output channels over `count` rows of windows.
INLINE void window_outer_tile(const int rows, const int vectors, const TrainWindow *s, const int32_t *offset,
                              int32_t count, const float *x, const float *g, int32_t width, float *sums,
                              int64_t stride) {
    vec sum[TILE_ROWS][2];
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = load(sums + r * stride + v * LANES);
    int64_t next_row = (int64_t)s->stride_height * bordered_width(s) * s->channels;
    int32_t next = s->stride_width * s->channels;
    for (int32_t y = 0; y < count; y++, x += next_row) {
        const float *window = x;
        for (int32_t left = s->out_width; left > 0; left--, window += next, g += width) {
            vec g0 = load(g), g1 = vectors > 1 ? load(g + LANES) : g0;
            UNROLL for (int r = 0; r < rows; r++) {
                vec value = splat(window[offset[r]]);
                sum[r][0] += value * g0;
                if (vectors > 1) sum[r][1] += value * g1;
            }
        }
    }
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int v = 0; v < vectors; v++) store(sums + r * stride + v * LANES, sum[r][v]);
}

#define WINDOW_CASE(n)                                                                                                 \
    case n:                                                                                                            \
        if (vectors == 2)                                                                                              \
            window_outer_tile(n, 2, s, offset, count, x, g, width, sums, stride);                                      \
        else                                                                                                           \
            window_outer_tile(n, 1, s, offset, count, x, g, width, sums, stride);                                      \
        break;

static void window_outer_rows(int rows, int vectors, const TrainWindow *s, const int32_t *offset, int32_t count,
                              const float *x, const float *g, int32_t width, float *sums, int64_t stride) {
    switch (rows) {
        WINDOW_CASE(1)
        WINDOW_CASE(2)
        WINDOW_CASE(3)
        WINDOW_CASE(4)
#if TILE_ROWS > 4
        WINDOW_CASE(5)
        WINDOW_CASE(6)
#endif
#if TILE_ROWS > 6
        WINDOW_CASE(7)
        WINDOW_CASE(8)
        WINDOW_CASE(9)
        WINDOW_CASE(10)
        WINDOW_CASE(11)
        WINDOW_CASE(12)
#endif
    }
}

static void window_outer(const TrainWindow *s, const float *bordered, const float *gradient, int32_t width,
                         float *sums) {
    int64_t stride = (int64_t)(width + LANES - 1) / LANES * LANES;
    int32_t run = s->kernel_width * s->channels, depth = s->kernel_height * run;
    int32_t line = bordered_width(s) * s->channels;
    // Rows of windows a pass: what fits the first-level cache beside the accumulators.
    int32_t chunk = 6144 / (s->out_width * (width + s->stride_width * s->channels));
    if (chunk < 1) chunk = 1;
    for (int32_t y = 0; y < s->out_height; y += chunk) {
        int32_t count = s->out_height - y < chunk ? s->out_height - y : chunk;
        const float *x = bordered + (int64_t)y * s->stride_height * line;
        const float *g = gradient + (int64_t)y * s->out_width * width;
        for (int32_t d = 0; d < depth; d += TILE_ROWS) {
            int32_t rows = depth - d < TILE_ROWS ? depth - d : TILE_ROWS, offset[TILE_ROWS];
            for (int32_t r = 0; r < rows; r++)
                offset[r] = (d + r) / run * s->dilation_height * line + (d + r) % run;
            for (int32_t c = 0; c < width; c += 2 * LANES)
                window_outer_rows(rows, width - c > LANES ? 2 : 1, s, offset, count, x, g + c, width,
                                  sums + d * stride + c, stride);
        }
    }
}
