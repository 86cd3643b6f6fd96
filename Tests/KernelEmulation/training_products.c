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
    m.images = (TrainImages){random_int(r, 1, 2), (int64_t)m.inputs * m.depth, (int64_t)m.rows * m.width};
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
        k->gather_product(&gather, m.images, input, m.depth, packed, m.taps, m.width, bias, zeros, accumulates, results[i]);
    }
    expect_floats(results[0], results[1], (int64_t)bytes / 4, 1e-6f * (float)(m.taps * m.depth + 8));
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
        k->outer_product(&pairs, m.images, input, m.depth, gradient, m.width, sums);
        k->unpack_add(sums, m.taps, m.depth, m.width, results[i]);
    }
    expect_floats(results[0], results[1], count, 1e-6f * (float)(m.images.count * m.rows + 8));
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
    {"train_gather_product", gather_product}, {"train_outer_product", outer_product}, {"train_depthwise", depthwise},
    {"train_depthwise_outer", depthwise_outer}, {0}};
