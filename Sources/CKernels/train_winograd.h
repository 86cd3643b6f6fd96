// Convolutions of 3×3 taps and stride 1 by Winograd's F(2×2, 3×3) (Lavin and Gray, 2016): 16 products give the four
// outputs of a patch of 4×4 pixels, where the plain way takes 36. y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A; the gradient of the
// weights is the same from the other side, dg = Gᵀ[(Bᵀ d B) ⊙ (A dy Aᵀ)]G. Patches lie 2 pixels apart.
#define PATCHES 48 // a block: whole tiles of rows in every instruction set
#define POSITIONS 16

// Where the patches of a block lie, and the workspace of their transforms.
typedef struct {
    const TrainWindow *window;
    int32_t across, down; // patches of an image
    int64_t total;        // patches of all images
} Patches;

INLINE Patches patches_of(const TrainWindow *window, TrainImages images) {
    Patches p = {window, (window->out_width + 1) / 2, (window->out_height + 1) / 2, 0};
    p.total = images.count * p.across * p.down;
    return p;
}

// One patch: its image, and the place of its first output.
typedef struct {
    int64_t image;
    int32_t y, x;
} Patch;

INLINE Patch patch_at(const Patches *p, int64_t index) {
    int64_t image = index / (p->across * p->down);
    int32_t place = (int32_t)(index - image * p->across * p->down);
    return (Patch){image, place / p->across * 2, place % p->across * 2};
}

INLINE int32_t padded(int32_t count) { return (count + LANES - 1) / LANES * LANES; }

// The pixels of a square of `side` pixels whose corner is at (y, x); those outside the image are `zeros`.
INLINE void patch_pixels(const int side, const float *image, int32_t height, int32_t width, int32_t channels, int32_t y,
                         int32_t x, const float *zeros, const float **pixel) {
    if (y >= 0 && y + side <= height && x >= 0 && x + side <= width) {
        const float *corner = image + ((int64_t)y * width + x) * channels;
        UNROLL for (int i = 0; i < side; i++)
            UNROLL for (int j = 0; j < side; j++) pixel[i * side + j] = corner + (i * width + j) * channels;
        return;
    }
    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j++) {
            int inside = y + i >= 0 && y + i < height && x + j >= 0 && x + j < width;
            pixel[i * side + j] = inside ? image + ((int64_t)(y + i) * width + x + j) * channels : zeros;
        }
}

// Bᵀ of four values.
INLINE void transform_input(vec a, vec b, vec c, vec d, vec out[4]) {
    out[0] = a - c;
    out[1] = b + c;
    out[2] = c - b;
    out[3] = b - d;
}

// values[position][patch][channel] = Bᵀ d B of `count` patches from `first` on.
static void winograd_inputs(const Patches *p, TrainImages images, const float *input, int32_t channels, int64_t first,
                            int32_t count, const float *zeros, float *values) {
    const TrainWindow *w = p->window;
    int32_t stride = padded(channels);
    for (int32_t n = 0; n < count; n++) {
        Patch patch = patch_at(p, first + n);
        const float *pixel[16];
        patch_pixels(4, input + patch.image * images.input_stride, w->height, w->width, channels, patch.y - w->top,
                     patch.x - w->left, zeros, pixel);
        for (int32_t c = 0; c < channels; c += LANES) {
            vec rows[4][4], columns[4];
            UNROLL for (int j = 0; j < 4; j++) {
                transform_input(load(pixel[j] + c), load(pixel[4 + j] + c), load(pixel[8 + j] + c),
                                load(pixel[12 + j] + c), columns);
                UNROLL for (int i = 0; i < 4; i++) rows[i][j] = columns[i];
            }
            UNROLL for (int i = 0; i < 4; i++) {
                transform_input(rows[i][0], rows[i][1], rows[i][2], rows[i][3], columns);
                UNROLL for (int j = 0; j < 4; j++)
                    store(values + ((int64_t)(i * 4 + j) * PATCHES + n) * stride + c, columns[j]);
            }
        }
    }
}

// Aᵀ of four values, and A of two.
INLINE void gather_outputs(vec a, vec b, vec c, vec d, vec out[2]) {
    out[0] = a + b + c;
    out[1] = b - c - d;
}
INLINE void spread_gradient(vec a, vec b, vec out[4]) {
    out[0] = a;
    out[1] = a + b;
    out[2] = a - b;
    out[3] = -b;
}

// output (+)= bias + Aᵀ m A of the patches' products.
static void winograd_outputs(const Patches *p, TrainImages images, const float *products, int32_t width,
                             int64_t first, int32_t count, const float *bias, int32_t accumulate, float *output) {
    const TrainWindow *w = p->window;
    int32_t stride = padded(width);
    for (int32_t n = 0; n < count; n++) {
        Patch patch = patch_at(p, first + n);
        float *corner =
            output + patch.image * images.output_stride + ((int64_t)patch.y * w->out_width + patch.x) * width;
        for (int32_t c = 0; c < width; c += LANES) {
            vec rows[2][4], values[2];
            UNROLL for (int j = 0; j < 4; j++) {
                vec m[4];
                UNROLL for (int i = 0; i < 4; i++)
                    m[i] = load(products + ((int64_t)(i * 4 + j) * PATCHES + n) * stride + c);
                gather_outputs(m[0], m[1], m[2], m[3], values);
                rows[0][j] = values[0];
                rows[1][j] = values[1];
            }
            int32_t left = width - c;
            vec offset = splat(0);
            if (bias) offset = left >= LANES ? load(bias + c) : load_part(bias + c, left);
            UNROLL for (int i = 0; i < 2; i++) {
                gather_outputs(rows[i][0], rows[i][1], rows[i][2], rows[i][3], values);
                if (patch.y + i >= w->out_height) continue;
                UNROLL for (int j = 0; j < 2; j++) {
                    if (patch.x + j >= w->out_width) continue;
                    float *to = corner + ((int64_t)i * w->out_width + j) * width + c;
                    vec value = values[j] + offset;
                    if (left >= LANES) {
                        if (accumulate) value += load(to);
                        store(to, value);
                    } else {
                        if (accumulate) value += load_part(to, left);
                        store_part(to, value, left);
                    }
                }
            }
        }
    }
}

// values[position][patch][channel] = A dy Aᵀ of `count` patches from `first` on.
static void winograd_gradients(const Patches *p, TrainImages images, const float *gradient, int32_t width,
                               int64_t first, int32_t count, const float *zeros, float *values) {
    const TrainWindow *w = p->window;
    int32_t stride = padded(width);
    for (int32_t n = 0; n < count; n++) {
        Patch patch = patch_at(p, first + n);
        const float *pixel[4];
        patch_pixels(2, gradient + patch.image * images.output_stride, w->out_height, w->out_width, width, patch.y,
                     patch.x, zeros, pixel);
        for (int32_t c = 0; c < width; c += LANES) {
            vec rows[4][2], columns[4];
            UNROLL for (int j = 0; j < 2; j++) {
                spread_gradient(load(pixel[j] + c), load(pixel[2 + j] + c), columns);
                UNROLL for (int i = 0; i < 4; i++) rows[i][j] = columns[i];
            }
            UNROLL for (int i = 0; i < 4; i++) {
                spread_gradient(rows[i][0], rows[i][1], columns);
                UNROLL for (int j = 0; j < 4; j++)
                    store(values + ((int64_t)(i * 4 + j) * PATCHES + n) * stride + c, columns[j]);
            }
        }
    }
}

// A tile of patches × `vectors` vectors of columns at one position.
INLINE void patch_tile(const int vectors, const float *x, int32_t x_stride, int32_t depth, const float *panel,
                       float *y, int32_t y_stride) {
    vec sum[TILE_ROWS][2];
    UNROLL for (int r = 0; r < TILE_ROWS; r++)
        UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = splat(0);
    for (int32_t d = 0; d < depth; d++, panel += vectors * LANES) {
        vec w0 = load(panel), w1 = vectors > 1 ? load(panel + LANES) : w0;
        UNROLL for (int r = 0; r < TILE_ROWS; r++) {
            vec value = splat(x[r * x_stride + d]);
            sum[r][0] += value * w0;
            if (vectors > 1) sum[r][1] += value * w1;
        }
    }
    UNROLL for (int r = 0; r < TILE_ROWS; r++)
        UNROLL for (int v = 0; v < vectors; v++) store(y + r * y_stride + v * LANES, sum[r][v]);
}

static void winograd_product(const TrainWindow *window, TrainImages images, const float *input, int32_t depth,
                             const float *packed, int32_t width, const float *bias, const float *zeros,
                             int32_t accumulate, float *output, float *workspace) {
    Patches p = patches_of(window, images);
    int32_t x_stride = padded(depth), y_stride = padded(width);
    float *values = workspace, *products = workspace + (int64_t)POSITIONS * PATCHES * x_stride;
    for (int64_t first = 0; first < p.total; first += PATCHES) {
        int32_t count = p.total - first < PATCHES ? (int32_t)(p.total - first) : PATCHES;
        winograd_inputs(&p, images, input, depth, first, count, zeros, values);
        const float *panel = packed;
        for (int32_t position = 0; position < POSITIONS; position++) {
            const float *x = values + (int64_t)position * PATCHES * x_stride;
            float *y = products + (int64_t)position * PATCHES * y_stride;
            for (int32_t begin = 0; begin < width; begin += 2 * LANES) {
                int32_t vectors = width - begin > LANES ? 2 : 1;
                for (int32_t row = 0; row < count; row += TILE_ROWS) {
                    const float *from = x + row * x_stride;
                    float *to = y + row * y_stride + begin;
                    if (vectors == 2) patch_tile(2, from, x_stride, depth, panel, to, y_stride);
                    else patch_tile(1, from, x_stride, depth, panel, to, y_stride);
                }
                panel += (int64_t)depth * vectors * LANES;
            }
        }
        winograd_outputs(&p, images, products, width, first, count, bias, accumulate, output);
    }
}

static void winograd_outer(const TrainWindow *window, TrainImages images, const float *input, int32_t depth,
                           const float *gradient, int32_t width, const float *zeros, float *sums, float *workspace) {
    Patches p = patches_of(window, images);
    int32_t x_stride = padded(depth), g_stride = padded(width);
    float *values = workspace, *spread = workspace + (int64_t)POSITIONS * PATCHES * x_stride;
    int32_t source[PATCHES], destination[PATCHES];
    for (int32_t n = 0; n < PATCHES; n++) {
        source[n] = n * x_stride;
        destination[n] = n * g_stride;
    }
    for (int64_t first = 0; first < p.total; first += PATCHES) {
        int32_t count = p.total - first < PATCHES ? (int32_t)(p.total - first) : PATCHES;
        winograd_inputs(&p, images, input, depth, first, count, zeros, values);
        winograd_gradients(&p, images, gradient, width, first, count, zeros, spread);
        for (int32_t position = 0; position < POSITIONS; position++)
            for (int32_t d = 0; d < depth; d += TILE_ROWS)
                for (int32_t c = 0; c < width; c += 2 * LANES)
                    outer_rows(depth - d < TILE_ROWS ? depth - d : TILE_ROWS, width - c > LANES ? 2 : 1, source,
                               destination, count, values + (int64_t)position * PATCHES * x_stride + d,
                               spread + (int64_t)position * PATCHES * g_stride + c,
                               sums + ((int64_t)position * depth + d) * g_stride + c, g_stride);
    }
}

// G of three values: 4 from 3.
INLINE void transform_taps(float a, float b, float c, float out[4]) {
    out[0] = a;
    out[1] = 0.5f * (a + b + c);
    out[2] = 0.5f * (a - b + c);
    out[3] = c;
}

static void winograd_pack(const float *weights, int32_t depth, int32_t width, int64_t tap_stride, int64_t depth_stride,
                          int64_t width_stride, float *packed) {
    int64_t position_stride = (int64_t)depth * padded(width);
    for (int32_t begin = 0; begin < width; begin += 2 * LANES) {
        int32_t left = width - begin, columns = left > LANES ? 2 * LANES : LANES;
        for (int32_t d = 0; d < depth; d++, packed += columns)
            for (int32_t c = 0; c < columns; c++) {
                float rows[4][3], value[4];
                for (int j = 0; j < 3; j++) {
                    float g[3];
                    for (int i = 0; i < 3; i++)
                        g[i] = c < left ? weights[(i * 3 + j) * tap_stride + d * depth_stride
                                                  + (begin + c) * width_stride]
                                        : 0;
                    transform_taps(g[0], g[1], g[2], value);
                    for (int i = 0; i < 4; i++) rows[i][j] = value[i];
                }
                for (int i = 0; i < 4; i++) {
                    transform_taps(rows[i][0], rows[i][1], rows[i][2], value);
                    for (int j = 0; j < 4; j++) packed[(i * 4 + j) * position_stride + c] = value[j];
                }
            }
    }
}

// Gᵀ of four values: 3 from 4.
INLINE void gather_taps(const float m[4], float out[3]) {
    out[0] = m[0] + 0.5f * (m[1] + m[2]);
    out[1] = 0.5f * (m[1] - m[2]);
    out[2] = 0.5f * (m[1] + m[2]) + m[3];
}

static void winograd_unpack_add(const float *sums, int32_t depth, int32_t width, float *gradient) {
    int64_t stride = padded(width), position_stride = depth * stride;
    for (int32_t k = 0; k < width; k++)
        for (int32_t d = 0; d < depth; d++) {
            float rows[3][4], taps[3];
            for (int j = 0; j < 4; j++) {
                float m[4];
                for (int i = 0; i < 4; i++) m[i] = sums[(i * 4 + j) * position_stride + d * stride + k];
                gather_taps(m, taps);
                for (int i = 0; i < 3; i++) rows[i][j] = taps[i];
            }
            for (int i = 0; i < 3; i++) {
                gather_taps(rows[i], taps);
                for (int j = 0; j < 3; j++) gradient[((int64_t)k * 9 + i * 3 + j) * depth + d] += taps[j];
            }
        }
}
