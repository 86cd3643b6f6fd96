// Training: normalisation, activations, sums and pooling.
#include "check.h"

static const TrainKernels *table(const TrainKernels *tested, int index) { return index ? tested : train_kernels(0); }

// MARK: Normalisation

/// Rows of channels with what normalising them takes.
typedef struct {
    int64_t rows, count;
    int32_t channels;
    const float *x, *y, *dy, *scale, *offset, *mean, *slope, *shift, *residual;
    float lower, upper;
} normalization;

static normalization random_normalization(random_stream *r) {
    normalization n = {.rows = random_int(r, 1, 60), .channels = random_size(r, 150)};
    n.count = n.rows * n.channels;
    n.x = random_floats(r, n.count, -1, 1);
    n.y = random_bool(r) ? random_floats(r, n.count, -0.5f, 1.5f) : 0;
    n.dy = random_floats(r, n.count, -1, 1);
    n.scale = random_floats(r, n.channels, 0.5f, 2);
    n.offset = random_floats(r, n.channels, -1, 1);
    n.mean = random_floats(r, n.channels, -1, 1);
    n.slope = random_floats(r, n.channels, -1, 1);
    n.shift = random_floats(r, n.channels, -1, 1);
    n.residual = random_bool(r) ? random_floats(r, n.count, -1, 1) : 0;
    n.lower = random_bool(r) ? 0 : -INFINITY;
    n.upper = random_bool(r) ? 1 : INFINITY;
    describe("%d rows of %d channels", (int)n.rows, n.channels);
    return n;
}

/// Whether a rounding decides what a clamp passes: then two sets may rightly differ.
static bool is_close_to_clamp(const normalization *n) {
    for (int64_t i = 0; i < n->count; i++) {
        int64_t c = i % n->channels;
        float z = n->x[i] * n->scale[c] + n->offset[c];
        if (!n->y && (fabsf(z - n->lower) < 1e-5f || fabsf(z - n->upper) < 1e-5f)) return true;
    }
    return false;
}

static void moments(const TrainKernels *tested, random_stream *r) {
    normalization n = random_normalization(r);
    float *mean[2], *variance[2];
    for (int i = 0; i < 2; i++) {
        mean[i] = guarded(r, (size_t)n.channels * 4);
        variance[i] = guarded(r, (size_t)n.channels * 4);
        table(tested, i)->moments(n.rows, n.channels, n.x, mean[i], variance[i]);
    }
    expect_floats(mean[0], mean[1], n.channels, 1e-5f);
    expect_floats(variance[0], variance[1], n.channels, 1e-5f);
}

static void normalize(const TrainKernels *tested, random_stream *r) {
    normalization n = random_normalization(r);
    float *results[2];
    for (int i = 0; i < 2; i++) {
        results[i] = guarded(r, (size_t)n.count * 4);
        table(tested, i)->normalize(n.rows, n.channels, n.x, n.scale, n.offset, n.residual, n.lower, n.upper, results[i]);
    }
    expect_floats(results[0], results[1], n.count, 1e-6f);
}

static void normalize_sums(const TrainKernels *tested, random_stream *r) {
    normalization n = random_normalization(r);
    float *sums[2], *products[2];
    if (is_close_to_clamp(&n)) return;
    for (int i = 0; i < 2; i++) {
        sums[i] = guarded(r, (size_t)n.channels * 4);
        products[i] = guarded(r, (size_t)n.channels * 4);
        table(tested, i)->normalize_sums(n.rows, n.channels, n.x, n.y, n.dy, n.scale, n.offset, n.mean, n.lower, n.upper,
                                         sums[i], products[i]);
    }
    expect_floats(sums[0], sums[1], n.channels, 1e-4f);
    expect_floats(products[0], products[1], n.channels, 1e-4f);
}

static void normalize_backward(const TrainKernels *tested, random_stream *r) {
    normalization n = random_normalization(r);
    if (is_close_to_clamp(&n)) return;
    bool over = random_bool(r);
    int32_t accumulate = !over && random_bool(r), accumulate_residual = random_bool(r);
    float *start = random_floats(r, n.count, -1, 1), *dx[2], *residual[2] = {0};
    for (int i = 0; i < 2; i++) {
        dx[i] = copied(r, over ? n.dy : start, (size_t)n.count * 4);
        if (n.residual) residual[i] = copied(r, n.residual, (size_t)n.count * 4);
        table(tested, i)->normalize_backward(n.rows, n.channels, n.x, n.y, over ? dx[i] : n.dy, n.scale, n.offset, n.slope,
                                             n.shift, n.lower, n.upper, accumulate, dx[i], residual[i],
                                             accumulate_residual);
    }
    expect_floats(dx[0], dx[1], n.count, 1e-5f);
    if (n.residual) expect_floats(residual[0], residual[1], n.count, 1e-6f);
}

static void column_sums(const TrainKernels *tested, random_stream *r) {
    normalization n = random_normalization(r);
    float *sums[2];
    for (int i = 0; i < 2; i++) {
        sums[i] = copied(r, n.mean, (size_t)n.channels * 4);
        table(tested, i)->column_sums(n.rows, n.channels, n.x, sums[i]);
    }
    expect_floats(sums[0], sums[1], n.channels, 1e-5f);
}

// MARK: Element-wise

static void activations(const TrainKernels *tested, random_stream *r) {
    int64_t count = random_size(r, 300);
    TrainActivation kind = (TrainActivation)random_int(r, TRAIN_HARD_SWISH, TRAIN_CLAMP);
    float *x = random_floats(r, count, -8, 8), *dy = random_floats(r, count, -1, 1), *y[2], *dx[2];
    bool over = random_bool(r);
    int32_t accumulate = !over && random_bool(r);
    describe("kind %d, %d numbers", kind, (int)count);
    for (int i = 0; i < 2; i++) {
        y[i] = guarded(r, (size_t)count * 4);
        dx[i] = copied(r, dy, (size_t)count * 4);
        table(tested, i)->activate(kind, 0.2f, 0.5f, count, x, y[i]);
        table(tested, i)->activate_backward(kind, 0.2f, 0.5f, count, x, over ? dx[i] : dy, accumulate, dx[i]);
    }
    expect_floats(y[0], y[1], count, 4e-6f);
    expect_floats(dx[0], dx[1], count, 4e-6f);
}

static void sums(const TrainKernels *tested, random_stream *r) {
    int64_t count = random_size(r, 300);
    float *a = random_floats(r, count, -1, 1), *b = random_floats(r, count, -1, 1), *added[2], *scaled[2];
    int32_t accumulate = random_bool(r);
    describe("%d numbers", (int)count);
    for (int i = 0; i < 2; i++) {
        added[i] = guarded(r, (size_t)count * 4);
        scaled[i] = copied(r, b, (size_t)count * 4);
        table(tested, i)->add(count, a, b, added[i]);
        table(tested, i)->scale(count, a, 0.3f, accumulate, scaled[i]);
    }
    expect_floats(added[0], added[1], count, 0);
    expect_floats(scaled[0], scaled[1], count, 1e-6f);
}

// MARK: Windows

static void windows(const TrainKernels *tested, random_stream *r) {
    TrainWindow w = {.height = random_int(r, 4, 9), .width = random_int(r, 4, 9), .channels = random_size(r, 40),
                     .kernel_height = random_int(r, 1, 3), .kernel_width = random_int(r, 1, 3),
                     .stride_height = random_int(r, 1, 2), .stride_width = random_int(r, 1, 2), .dilation_height = 1,
                     .dilation_width = random_int(r, 1, 2)};
    w.top = w.kernel_height / 2;
    w.left = w.kernel_width / 2;
    w.out_height = (w.height + 2 * w.top - w.kernel_height) / w.stride_height + 1;
    w.out_width = (w.width + 2 * w.left - (w.kernel_width - 1) * w.dilation_width - 1) / w.stride_width + 1;
    describe("%dx%dx%d, kernel %dx%d", w.height, w.width, w.channels, w.kernel_height, w.kernel_width);
    int64_t images = random_int(r, 1, 2), in = images * w.height * w.width * w.channels;
    int64_t out = images * w.out_height * w.out_width * w.channels;
    int32_t counts_padding = random_bool(r), *chosen[2];
    float *x = random_floats(r, in, -1, 1), *dy = random_floats(r, out, -1, 1), *y[2], *dx[2];
    for (int i = 0; i < 2; i++) {
        const TrainKernels *k = table(tested, i);
        chosen[i] = guarded(r, (size_t)out * 4);
        y[i] = guarded(r, (size_t)out * 2 * 4);
        dx[i] = copied(r, x, (size_t)in * 4);
        k->max_pool(&w, images, x, y[i], chosen[i]);
        k->average_pool(&w, images, counts_padding, x, y[i] + out);
        k->max_pool_backward(&w, images, chosen[i], dy, dx[i]);
        k->average_pool_backward(&w, images, counts_padding, dy, dx[i]);
    }
    expect_equal(chosen[0], chosen[1], (size_t)out * 4);
    expect_floats(y[0], y[1], 2 * out, 1e-6f);
    expect_floats(dx[0], dx[1], in, 1e-5f);
}

const training_test training_row_tests[] = {
    {"train_moments", moments}, {"train_normalize", normalize}, {"train_normalize_sums", normalize_sums},
    {"train_normalize_backward", normalize_backward}, {"train_column_sums", column_sums},
    {"train_activations", activations}, {"train_sums", sums}, {"train_windows", windows}, {0}};
