// Softmax, normalisation across channels, matrix products, reductions and linear resizing.
#include "check.h"

static void softmax_f32(const sk_kernel_set *set, random_stream *r) {
    sk_softmax p = {.outer = random_int(r, 1, 6), .axis = random_size(r, 60), .inner = random_int(r, 1, 4)};
    int64_t count = p.outer * p.axis * p.inner;
    describe("%d rows of %d", (int)(p.outer * p.inner), (int)p.axis);
    compare_steps(r, (sk_step){.a = random_floats(r, count, -20, 20), .params = &p}, (step_test){
        .reference = sk_kernels_scalar()->softmax_f32, .tested = set->softmax_f32, .y_bytes = (size_t)count * 4,
        .comparison = FLOATS, .tolerance = 1e-6f, .in_place = random_bool(r)});
}

static void softmax_s8(const sk_kernel_set *set, random_stream *r) {
    sk_softmax p = {.outer = random_int(r, 1, 6), .axis = random_size(r, 60), .inner = random_int(r, 1, 4),
                    .x_scale = random_float(r, 0.01f, 0.3f), .y_scale = 1.0f / 256, .x_zero = random_int(r, -128, 127),
                    .y_zero = -128};
    int64_t count = p.outer * p.axis * p.inner;
    describe("%d rows of %d", (int)(p.outer * p.inner), (int)p.axis);
    compare_steps(r, (sk_step){.a = random_bytes(r, count), .params = &p}, (step_test){
        .reference = sk_kernels_scalar()->softmax_s8, .tested = set->softmax_s8, .y_bytes = (size_t)count,
        .comparison = BITS});
}

static void lrn_f32(const sk_kernel_set *set, random_stream *r) {
    sk_lrn p = {.rows = random_int(r, 1, 6), .channels = random_size(r, 60), .size = random_int(r, 1, 7),
                .alpha = random_float(r, 0, 1), .beta = random_float(r, 0.5f, 1), .bias = random_float(r, 1, 2)};
    describe("%d rows of %d, size %d", (int)p.rows, (int)p.channels, p.size);
    compare_steps(r, (sk_step){.a = random_floats(r, p.rows * p.channels, -2, 2), .params = &p}, (step_test){
        .reference = sk_kernels_scalar()->lrn_f32, .tested = set->lrn_f32,
        .y_bytes = (size_t)(p.rows * p.channels) * 4, .comparison = FLOATS, .tolerance = 1e-6f});
}

static void product_f32(const sk_kernel_set *set, random_stream *r) {
    sk_product p = {.products = random_int(r, 1, 3), .m = random_int(r, 1, 9), .k = random_size(r, 40),
                    .n = random_size(r, 60)};
    int64_t *a_offset = guarded(r, (size_t)p.products * 8), *b_offset = guarded(r, (size_t)p.products * 8);
    bool repeats = random_bool(r);
    for (int64_t i = 0; i < p.products; i++) {
        a_offset[i] = i * p.m * p.k;
        b_offset[i] = repeats ? 0 : i * p.k * p.n;
    }
    p.a_offset = a_offset;
    p.b_offset = b_offset;
    int64_t b_count = (repeats ? 1 : p.products) * p.k * p.n;
    describe("%d products %dx%dx%d", (int)p.products, (int)p.m, (int)p.k, (int)p.n);
    sk_step step = {.a = random_floats(r, p.products * p.m * p.k, -1, 1), .b = random_floats(r, b_count, -1, 1),
                    .params = &p};
    compare_steps(r, step, (step_test){
        .reference = sk_kernels_scalar()->product_f32, .tested = set->product_f32,
        .y_bytes = (size_t)(p.products * p.m * p.n) * 4, .comparison = FLOATS, .tolerance = 1e-5f});
}

// MARK: Reductions

static sk_reduce random_reduce(random_stream *r, int64_t *x_count, int64_t *y_count) {
    sk_reduce p = {.kind = random_int(r, SK_MEAN, SK_REDUCE_MINIMUM), .scale = random_float(r, 0.05f, 2),
                   .x_zero = random_int(r, -128, 127), .y_zero = random_int(r, -128, 127)};
    *x_count = *y_count = 1;
    for (int32_t axis = 0; axis < 4; axis++) {
        int64_t size = random_int(r, 1, 12);
        bool is_kept = random_bool(r);
        sk_axes *axes = is_kept ? &p.kept : &p.reduced;
        axes->size[axes->rank] = size;
        axes->step[axes->rank++] = *x_count;
        if (is_kept) *y_count *= size;
        *x_count *= size;
    }
    describe("kind %d, %d to %d numbers", p.kind, (int)*x_count, (int)*y_count);
    return p;
}

static void reduce_f32(const sk_kernel_set *set, random_stream *r) {
    int64_t x_count, y_count;
    sk_reduce p = random_reduce(r, &x_count, &y_count);
    float *x = random_floats(r, x_count, -1, 1);
    if (random_int(r, 0, 3) == 0) x[random_int(r, 0, (int32_t)x_count - 1)] = NAN;
    compare_steps(r, (sk_step){.a = x, .params = &p}, (step_test){
        .reference = sk_kernels_scalar()->reduce_f32, .tested = set->reduce_f32, .y_bytes = (size_t)y_count * 4,
        .comparison = FLOATS, .tolerance = 1e-4f});
}

static void reduce_s8(const sk_kernel_set *set, random_stream *r) {
    int64_t x_count, y_count;
    sk_reduce p = random_reduce(r, &x_count, &y_count);
    compare_steps(r, (sk_step){.a = random_bytes(r, x_count), .params = &p}, (step_test){
        .reference = sk_kernels_scalar()->reduce_s8, .tested = set->reduce_s8, .y_bytes = (size_t)y_count,
        .comparison = BITS});
}

// MARK: Resizing

static void neighbours(random_stream *r, int32_t in, int32_t out, const int32_t **first, const int32_t **second,
                       const float **weight) {
    int32_t *a = guarded(r, (size_t)out * 4), *b = guarded(r, (size_t)out * 4);
    for (int32_t i = 0; i < out; i++) {
        a[i] = random_int(r, 0, in - 1);
        b[i] = a[i] + 1 < in ? a[i] + 1 : a[i];
    }
    *first = a;
    *second = b;
    *weight = random_floats(r, out, 0, 1);
}

static void linear_f32(const sk_kernel_set *set, random_stream *r) {
    sk_linear p = {.images = random_int(r, 1, 2), .in_height = random_int(r, 1, 6), .in_width = random_int(r, 1, 6),
                   .out_height = random_int(r, 1, 8), .out_width = random_int(r, 1, 8), .channels = random_size(r, 40)};
    neighbours(r, p.in_height, p.out_height, &p.y0, &p.y1, &p.y_weight);
    neighbours(r, p.in_width, p.out_width, &p.x0, &p.x1, &p.x_weight);
    describe("%dx%d to %dx%d, %d channels", p.in_height, p.in_width, p.out_height, p.out_width, p.channels);
    int64_t inputs = (int64_t)p.images * p.in_height * p.in_width * p.channels;
    compare_steps(r, (sk_step){.a = random_floats(r, inputs, -1, 1), .params = &p}, (step_test){
        .reference = sk_kernels_scalar()->linear_f32, .tested = set->linear_f32,
        .y_bytes = (size_t)(p.images * p.out_height * p.out_width * p.channels) * 4, .comparison = FLOATS,
        .tolerance = 1e-6f});
}

const inference_test tensor_tests[] = {
    {"softmax_f32", softmax_f32}, {"softmax_s8", softmax_s8}, {"lrn_f32", lrn_f32}, {"product_f32", product_f32},
    {"reduce_f32", reduce_f32}, {"reduce_s8", reduce_s8}, {"linear_f32", linear_f32}, {0}};
