// Activations, arithmetic with broadcasting, affine maps and tables.
#include "check.h"

/// Numbers where functions change their course, among ordinary ones.
static float *telling_floats(random_stream *r, int64_t count, float bound) {
    const float special[] = {NAN, INFINITY, -INFINITY, 0, -0.0f, 1e-40f, -1e-40f, 3e38f, -3e38f, 6, -3, 3, 0.5f, 1.5f, 2.5f};
    float *x = random_floats(r, count, -bound, bound);
    for (int64_t i = 0; i < count; i++)
        if (random_int(r, 0, 9) == 0) x[i] = special[random_int(r, 0, 14)];
    return x;
}

static void unary_f32(const sk_kernel_set *set, random_stream *r) {
    sk_unary p = {.count = random_size(r, 300), .kind = random_int(r, 0, SK_IDENTITY)};
    p.p = random_float(r, 0.05f, 0.4f);
    p.q = p.p + random_float(r, 0, 1);
    p.scale = random_float(r, 0.01f, 0.5f);
    p.lower = (float)random_int(r, -128, 0);
    p.upper = (float)random_int(r, 1, 127);
    describe("kind %d, %d numbers", p.kind, (int)p.count);
    compare_steps(r, (sk_step){.a = telling_floats(r, p.count, 9), .params = &p}, (step_test){
        .reference = sk_kernels_scalar()->unary_f32, .tested = set->unary_f32, .y_bytes = (size_t)p.count * 4,
        .comparison = FLOATS, .tolerance = 4e-6f, .in_place = random_bool(r)});
}

/// Broadcasting of two operands: shapes, steps and how many elements each holds.
static void random_broadcast(random_stream *r, sk_binary *p, int64_t *a, int64_t *b, int64_t *y) {
    p->rank = random_int(r, 1, 4);
    *a = *b = *y = 1;
    for (int32_t axis = p->rank - 1; axis >= 0; axis--) {
        p->size[axis] = axis == p->rank - 1 ? random_size(r, 80) : random_int(r, 1, 4);
        bool repeats_a = random_int(r, 0, 3) == 0, repeats_b = !repeats_a && random_int(r, 0, 1) == 0;
        p->a_step[axis] = repeats_a ? 0 : *a;
        p->b_step[axis] = repeats_b ? 0 : *b;
        *a *= repeats_a ? 1 : p->size[axis];
        *b *= repeats_b ? 1 : p->size[axis];
        *y *= p->size[axis];
    }
    p->kind = random_int(r, SK_ADD, SK_POWER);
    describe("kind %d, rank %d, %d results, last steps %d and %d", p->kind, p->rank, (int)*y,
             (int)p->a_step[p->rank - 1], (int)p->b_step[p->rank - 1]);
}

static void binary_f32(const sk_kernel_set *set, random_stream *r) {
    sk_binary p = {.lower = -INFINITY, .upper = INFINITY};
    int64_t a, b, y;
    random_broadcast(r, &p, &a, &b, &y);
    if (random_bool(r)) {
        p.lower = 0;
        p.upper = 6;
    }
    compare_steps(r, (sk_step){.a = telling_floats(r, a, 4), .b = telling_floats(r, b, 4), .params = &p}, (step_test){
        .reference = sk_kernels_scalar()->binary_f32, .tested = set->binary_f32, .y_bytes = (size_t)y * 4,
        .comparison = FLOATS, .tolerance = p.kind == SK_POWER ? 1e-6f : 0, .in_place = a == y && random_bool(r)});
}

static void binary_s8(const sk_kernel_set *set, random_stream *r) {
    sk_binary p = {.a_zero = random_int(r, -128, 127), .b_zero = random_int(r, -128, 127)};
    int64_t a, b, y;
    random_broadcast(r, &p, &a, &b, &y);
    p.y_zero = random_int(r, -128, 127);
    p.a_scale = random_float(r, 0.1f, 2);
    p.b_scale = random_bool(r) ? 0.5f : random_float(r, 0.1f, 2);
    p.y_scale = random_float(r, 0.1f, 2);
    p.lower = (float)(-128 - p.y_zero);
    p.upper = (float)(127 - p.y_zero);
    compare_steps(r, (sk_step){.a = random_bytes(r, a), .b = random_bytes(r, b), .params = &p}, (step_test){
        .reference = sk_kernels_scalar()->binary_s8, .tested = set->binary_s8, .y_bytes = (size_t)y,
        .comparison = BITS, .in_place = a == y && random_bool(r)});
}

static void affine_f32(const sk_kernel_set *set, random_stream *r) {
    sk_affine p = {.rows = random_int(r, 1, 9), .channels = random_size(r, 80)};
    p.scale = random_floats(r, p.channels, -2, 2);
    p.offset = random_floats(r, p.channels, -2, 2);
    describe("%d rows of %d channels", (int)p.rows, (int)p.channels);
    compare_steps(r, (sk_step){.a = telling_floats(r, p.rows * p.channels, 4), .params = &p}, (step_test){
        .reference = sk_kernels_scalar()->affine_f32, .tested = set->affine_f32,
        .y_bytes = (size_t)(p.rows * p.channels) * 4, .comparison = FLOATS, .tolerance = 1e-6f,
        .in_place = random_bool(r)});
}

static void lookup_s8(const sk_kernel_set *set, random_stream *r) {
    sk_lookup p = {.count = random_size(r, 300), .least = (int8_t)random_int(r, -128, 0),
                   .most = (int8_t)random_int(r, 0, 127)};
    if (random_bool(r)) p.table = random_bytes(r, 256);
    describe("%d numbers", (int)p.count);
    compare_steps(r, (sk_step){.a = random_bytes(r, p.count), .params = &p}, (step_test){
        .reference = sk_kernels_scalar()->lookup_s8, .tested = set->lookup_s8, .y_bytes = (size_t)p.count,
        .comparison = BITS, .in_place = random_bool(r)});
}

const inference_test elementwise_tests[] = {
    {"unary_f32", unary_f32}, {"binary_f32", binary_f32}, {"binary_s8", binary_s8}, {"affine_f32", affine_f32},
    {"lookup_s8", lookup_s8}, {0}};
