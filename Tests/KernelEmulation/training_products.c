// Training: convolutions and their gradients, over random tables of which row meets which tap.
#include "check.h"

/// Which input row (or none) each output row reads at each tap, before it is cut into tiles.
typedef struct {
    int32_t rows, taps, inputs, depth, width;
    TrainImages images;
    const int32_t *source;  // [row][tap]; −1: padding
} meeting;

static meeting random_meeting(random_stream *r, bool is_depthwise) {
    meeting m = {.rows = random_int(r, 1, 40), .taps = random_int(r, 1, 9), .inputs = random_int(r, 1, 30),
                 .depth = random_size(r, 70)};
    m.width = is_depthwise ? m.depth : random_size(r, 70);
    m.images = (TrainImages){random_int(r, 1, 2), (int64_t)m.inputs * m.depth, (int64_t)m.rows * m.width,
                             (int64_t)m.inputs * m.depth};
    int32_t *source = guarded(r, (size_t)(m.rows * m.taps) * 4);
    for (int32_t i = 0; i < m.rows * m.taps; i++)
        source[i] = random_int(r, 0, 4) ? random_int(r, 0, m.inputs - 1) * m.depth : -1;
    m.source = source;
    describe("%d images, %d rows from %d, %d taps, %d to %d channels", (int)m.images.count, m.rows, m.inputs, m.taps,
             m.depth, m.width);
    return m;
}

static TrainGather gather_table(random_stream *r, const meeting *m, int32_t tile_rows) {
    int32_t tiles = (m->rows + tile_rows - 1) / tile_rows, entries = 0;
    int32_t *destination = guarded(r, (size_t)(tiles * tile_rows) * 4), *first = guarded(r, (size_t)(tiles + 1) * 4);
    int32_t *tap = guarded(r, (size_t)(tiles * m->taps) * 4);
    int32_t *source = guarded(r, (size_t)(tiles * m->taps * tile_rows) * 4);
    for (int32_t i = 0; i < tiles * tile_rows; i++) destination[i] = i < m->rows ? i * m->width : -1;
    for (int32_t tile = 0; tile < tiles; tile++) {
        first[tile] = entries;
        for (int32_t t = 0; t < m->taps; t++) {
            bool reaches = false;
            for (int32_t i = 0; i < tile_rows; i++) {
                int32_t row = tile * tile_rows + i, from = row < m->rows ? m->source[row * m->taps + t] : -1;
                source[entries * tile_rows + i] = from;
                reaches |= from >= 0;
            }
            if (reaches) tap[entries++] = t;
        }
    }
    first[tiles] = entries;
    return (TrainGather){tiles, destination, first, tap, source};
}

static TrainPairs pair_table(random_stream *r, const meeting *m) {
    int32_t *first = guarded(r, (size_t)(m->taps + 1) * 4), count = 0;
    int32_t *source = guarded(r, (size_t)(m->taps * m->rows) * 4), *destination = guarded(r, (size_t)(m->taps * m->rows) * 4);
    for (int32_t t = 0; t < m->taps; t++) {
        first[t] = count;
        for (int32_t row = 0; row < m->rows; row++) {
            if (m->source[row * m->taps + t] < 0) continue;
            source[count] = m->source[row * m->taps + t];
            destination[count++] = row * m->width;
        }
    }
    first[m->taps] = count;
    return (TrainPairs){m->taps, first, source, destination};
}

static const TrainKernels *table(const TrainKernels *tested, int index) { return index ? tested : train_kernels(0); }

/// What a product of numbers up to 1 may be off: bfloat16 has eight bits.
static float rounding(const TrainKernels *tested) { return tested->rounds_products ? 1.0f / 256 : 1e-6f; }

static void gather_product(const TrainKernels *tested, random_stream *r) {
    meeting m = random_meeting(r, false);
    float *weights = random_floats(r, (int64_t)m.taps * m.depth * m.width, -1, 1);
    float *input = random_floats(r, m.images.count * m.images.input_stride, -1, 1);
    float *bias = random_bool(r) ? random_floats(r, m.width, -1, 1) : 0, *zeros = guarded(r, (size_t)m.depth * 4);
    size_t bytes = (size_t)(m.images.count * m.images.output_stride) * 4;
    float *start = random_floats(r, (int64_t)bytes / 4, -1, 1), *results[2];
    int32_t accumulates = random_bool(r);
    memset(zeros, 0, (size_t)m.depth * 4);
    for (int i = 0; i < 2; i++) {
        const TrainKernels *k = table(tested, i);
        int32_t padded = (m.width + k->lanes - 1) / k->lanes * k->lanes;
        float *packed = guarded(r, (size_t)(m.taps * m.depth * padded) * 4);
        TrainGather gather = gather_table(r, &m, k->tile_rows);
        results[i] = copied(r, start, bytes);
        k->pack(weights, m.taps, m.depth, m.width, m.depth, 1, (int64_t)m.taps * m.depth, packed);
        k->gather_product(&gather, m.images, input, m.depth, packed, m.taps, m.width, bias, zeros, accumulates, results[i],
                          guarded(r, (size_t)(m.images.input_count / 2 + 32) * 4));
    }
    expect_floats(results[0], results[1], (int64_t)bytes / 4, rounding(tested) * (float)(m.taps * m.depth + 8));
}

static void outer_product(const TrainKernels *tested, random_stream *r) {
    meeting m = random_meeting(r, false);
    TrainPairs pairs = pair_table(r, &m);
    float *input = random_floats(r, m.images.count * m.images.input_stride, -1, 1);
    float *gradient = random_floats(r, m.images.count * m.images.output_stride, -1, 1);
    int64_t count = (int64_t)m.taps * m.depth * m.width;
    float *start = random_floats(r, count, -1, 1), *results[2];
    for (int i = 0; i < 2; i++) {
        const TrainKernels *k = table(tested, i);
        int32_t padded = (m.width + k->lanes - 1) / k->lanes * k->lanes;
        size_t bytes = (size_t)(m.taps * m.depth * padded) * 4;
        float *sums = guarded(r, bytes);
        memset(sums, 0, bytes);
        results[i] = copied(r, start, (size_t)count * 4);
        k->outer_product(&pairs, m.images, input, m.depth, gradient, m.width, sums,
                         guarded(r, (size_t)(32 * (m.depth + m.width + 32)) * 4));
        k->unpack_add(sums, m.taps, m.depth, m.width, results[i]);
    }
    expect_floats(results[0], results[1], count, rounding(tested) * (float)(m.images.count * m.rows + 8));
}

static int32_t whole_vectors(const TrainKernels *k, int32_t count) { return (count + k->lanes - 1) / k->lanes * k->lanes; }

/// A 3×3 window of stride 1 over an image of any size that gives one output at least.
static TrainWindow random_window(random_stream *r, int32_t depth) {
    TrainWindow w = {.height = random_int(r, 1, 9), .width = random_int(r, 1, 9), .channels = depth, .kernel_height = 3,
                     .kernel_width = 3, .stride_height = 1, .stride_width = 1, .dilation_height = 1,
                     .dilation_width = 1, .top = random_int(r, 0, 2), .left = random_int(r, 0, 2)};
    int32_t below = random_int(r, 0, 2), right = random_int(r, 0, 2);
    w.out_height = w.height + w.top + below - 2 > 0 ? w.height + w.top + below - 2 : 1;
    w.out_width = w.width + w.left + right - 2 > 0 ? w.width + w.left + right - 2 : 1;
    return w;
}

static void winograd_product(const TrainKernels *tested, random_stream *r) {
    int32_t depth = random_size(r, 70), width = random_size(r, 70), accumulates = random_bool(r);
    TrainWindow window = random_window(r, depth);
    TrainImages images = {random_int(r, 1, 3), (int64_t)window.height * window.width * depth,
                          (int64_t)window.out_height * window.out_width * width, 0};
    float *weights = random_floats(r, (int64_t)9 * depth * width, -1, 1), *results[2];
    float *input = random_floats(r, images.count * images.input_stride, -1, 1);
    float *bias = random_bool(r) ? random_floats(r, width, -1, 1) : 0;
    int32_t most = depth > width ? depth : width;
    size_t bytes = (size_t)(images.count * images.output_stride) * 4;
    float *start = random_floats(r, (int64_t)bytes / 4, -1, 1);
    describe("%d images of %dx%d, %d to %d channels", (int)images.count, window.height, window.width, depth, width);
    for (int i = 0; i < 2; i++) {
        const TrainKernels *k = table(tested, i);
        float *packed = guarded(r, (size_t)(16 * depth * whole_vectors(k, width)) * 4);
        float *zeros = guarded(r, (size_t)(most + k->lanes) * 4);
        memset(zeros, 0, (size_t)(most + k->lanes) * 4);
        results[i] = copied(r, start, bytes);
        k->winograd_pack(weights, depth, width, depth, 1, (int64_t)9 * depth, packed);
        k->winograd_product(&window, images, input, depth, packed, width, bias, zeros, accumulates, results[i],
                            guarded(r, (size_t)16 * k->patches * (depth + width + 2 * k->lanes) * 4));
    }
    expect_floats(results[0], results[1], (int64_t)bytes / 4, 1e-6f * (float)(9 * depth + 8));
}

static void winograd_outer(const TrainKernels *tested, random_stream *r) {
    int32_t depth = random_size(r, 70), width = random_size(r, 70);
    TrainWindow window = random_window(r, depth);
    TrainImages images = {random_int(r, 1, 3), (int64_t)window.height * window.width * depth,
                          (int64_t)window.out_height * window.out_width * width, 0};
    float *input = random_floats(r, images.count * images.input_stride, -1, 1);
    float *gradient = random_floats(r, images.count * images.output_stride, -1, 1);
    int64_t count = (int64_t)9 * depth * width;
    float *start = random_floats(r, count, -1, 1), *results[2];
    int32_t most = depth > width ? depth : width;
    describe("%d images of %dx%d, %d to %d channels", (int)images.count, window.height, window.width, depth, width);
    for (int i = 0; i < 2; i++) {
        const TrainKernels *k = table(tested, i);
        size_t bytes = (size_t)(16 * depth * whole_vectors(k, width)) * 4;
        float *sums = guarded(r, bytes), *zeros = guarded(r, (size_t)(most + k->lanes) * 4);
        memset(sums, 0, bytes);
        memset(zeros, 0, (size_t)(most + k->lanes) * 4);
        results[i] = copied(r, start, (size_t)count * 4);
        k->winograd_outer(&window, images, input, depth, gradient, width, zeros, sums,
                          guarded(r, (size_t)16 * k->patches * (depth + width + 2 * k->lanes) * 4));
        k->winograd_unpack_add(sums, depth, width, results[i]);
    }
    int64_t products = images.count * window.out_height * window.out_width;
    expect_floats(results[0], results[1], count, 4e-6f * (float)(products + 8));
}

/// Products and sums of windows of few channels, beside plain loops over the image.
static void windows(const TrainKernels *tested, random_stream *r) {
    TrainWindow w = {.height = random_int(r, 1, 12), .width = random_int(r, 1, 12), .channels = random_int(r, 1, 7),
                     .kernel_height = random_int(r, 1, 5), .kernel_width = random_int(r, 1, 5),
                     .stride_height = random_int(r, 1, 3), .stride_width = random_int(r, 1, 3),
                     .dilation_height = random_int(r, 1, 2), .dilation_width = 1, .top = random_int(r, 0, 4),
                     .left = random_int(r, 0, 4), .out_height = random_int(r, 1, 9), .out_width = random_int(r, 1, 9)};
    int32_t width = random_size(r, 70), depth = w.kernel_height * w.kernel_width * w.channels;
    int64_t pixels = (int64_t)w.out_height * w.out_width;
    int64_t rows = (w.out_height - 1) * w.stride_height + (w.kernel_height - 1) * w.dilation_height + 1;
    int64_t columns = (w.out_width - 1) * w.stride_width + w.kernel_width;
    describe("%dx%dx%d to %dx%dx%d, kernel %dx%d", w.height, w.width, w.channels, w.out_height, w.out_width, width,
             w.kernel_height, w.kernel_width);
    const TrainKernels *k = tested;
    float *image = random_floats(r, (int64_t)w.height * w.width * w.channels, -1, 1);
    float *weights = random_floats(r, (int64_t)depth * width, -1, 1), *gradient = random_floats(r, pixels * width, -1, 1);
    float *bias = random_bool(r) ? random_floats(r, width, -1, 1) : 0;
    int32_t padded = whole_vectors(k, width);
    float *packed = guarded(r, (size_t)(depth * padded) * 4), *sums = guarded(r, (size_t)(depth * padded) * 4);
    float *bordered = guarded(r, (size_t)(rows * columns * w.channels) * 4), *results[2], *gradients[2];
    for (int i = 0; i < 2; i++) {
        results[i] = guarded(r, (size_t)(pixels * width) * 4);
        gradients[i] = guarded(r, (size_t)(depth * width) * 4);
        memset(gradients[i], 0, (size_t)(depth * width) * 4);
    }
    memset(sums, 0, (size_t)(depth * padded) * 4);
    k->border(&w, image, bordered);
    k->pack(weights, w.kernel_height * w.kernel_width, w.channels, width, w.channels, 1, depth, packed);
    k->window_product(&w, bordered, packed, width, bias, results[1]);
    k->window_outer(&w, bordered, gradient, width, sums);
    k->unpack_add(sums, w.kernel_height * w.kernel_width, w.channels, width, gradients[1]);
    for (int64_t pixel = 0; pixel < pixels; pixel++)
        for (int32_t c = 0; c < width; c++) {
            double sum = bias ? bias[c] : 0;
            for (int32_t d = 0; d < depth; d++) {
                int32_t tap = d / w.channels, y = (int32_t)(pixel / w.out_width) * w.stride_height - w.top;
                int32_t x = (int32_t)(pixel % w.out_width) * w.stride_width - w.left + tap % w.kernel_width;
                y += tap / w.kernel_width * w.dilation_height;
                if (y < 0 || y >= w.height || x < 0 || x >= w.width) continue;
                float value = image[(y * w.width + x) * w.channels + d % w.channels];
                sum += (double)value * weights[(int64_t)c * depth + d];
                gradients[0][(int64_t)c * depth + d] += value * gradient[pixel * width + c];
            }
            results[0][pixel * width + c] = (float)sum;
        }
    expect_floats(results[0], results[1], pixels * width, 1e-6f * (float)(depth + 8));
    expect_floats(gradients[0], gradients[1], (int64_t)depth * width, 1e-6f * (float)(pixels + 8));
}

static void depthwise(const TrainKernels *tested, random_stream *r) {
    meeting m = random_meeting(r, true);
    float *packed = random_floats(r, (int64_t)m.taps * m.depth, -1, 1);
    float *input = random_floats(r, m.images.count * m.images.input_stride, -1, 1);
    float *bias = random_bool(r) ? random_floats(r, m.width, -1, 1) : 0, *zeros = guarded(r, (size_t)m.depth * 4);
    size_t bytes = (size_t)(m.images.count * m.images.output_stride) * 4;
    float *start = random_floats(r, (int64_t)bytes / 4, -1, 1), *results[2];
    int32_t accumulates = random_bool(r);
    memset(zeros, 0, (size_t)m.depth * 4);
    for (int i = 0; i < 2; i++) {
        const TrainKernels *k = table(tested, i);
        TrainGather gather = gather_table(r, &m, k->tile_rows);
        results[i] = copied(r, start, bytes);
        k->depthwise(&gather, m.images, input, m.depth, packed, bias, zeros, accumulates, results[i]);
    }
    expect_floats(results[0], results[1], (int64_t)bytes / 4, 1e-5f);
}

static void depthwise_outer(const TrainKernels *tested, random_stream *r) {
    meeting m = random_meeting(r, true);
    TrainPairs pairs = pair_table(r, &m);
    float *input = random_floats(r, m.images.count * m.images.input_stride, -1, 1);
    float *gradient = random_floats(r, m.images.count * m.images.output_stride, -1, 1);
    int64_t count = (int64_t)m.taps * m.depth;
    float *start = random_floats(r, count, -1, 1), *results[2];
    for (int i = 0; i < 2; i++) {
        results[i] = copied(r, start, (size_t)count * 4);
        table(tested, i)->depthwise_outer(&pairs, m.images, input, m.depth, gradient, results[i]);
    }
    expect_floats(results[0], results[1], count, 1e-6f * (float)(m.images.count * m.rows + 8));
}

const training_test training_product_tests[] = {
    {"train_gather_product", gather_product}, {"train_outer_product", outer_product},
    {"train_winograd_product", winograd_product}, {"train_winograd_outer", winograd_outer},
    {"train_few_channels", windows}, {"train_depthwise", depthwise}, {"train_depthwise_outer", depthwise_outer}, {0}};
