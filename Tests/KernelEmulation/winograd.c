// Winograd's 3 × 3 convolution against the plain one.
#include "check.h"

/// G g Gᵀ of F(4 × 4, 3 × 3) (Lavin & Gray, 2016), row i of G times factor[i]: `g` is 3 × 3, the result 6 × 6.
static void transformed(const double *g, const double factor[6], double *result) {
    const double G[6][3] = {{0.25, 0, 0},
                            {-1.0 / 6, -1.0 / 6, -1.0 / 6},
                            {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                            {1.0 / 24, 1.0 / 12, 1.0 / 6},
                            {1.0 / 24, -1.0 / 12, 1.0 / 6},
                            {0, 0, 1}};
    double half[6][3] = {0};
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 3; j++)
            for (int k = 0; k < 3; k++) half[i][j] += factor[i] * G[i][k] * g[3 * k + j];
    for (int i = 0; i < 36; i++) {
        result[i] = 0;
        for (int k = 0; k < 3; k++) result[i] += half[i / 6][k] * factor[i % 6] * G[i % 6][k];
    }
}

static const double no_factor[6] = {1, 1, 1, 1, 1, 1}, whole_factor[6] = {4, 6, 6, 24, 24, 1};

/// Where a weight goes in [36 places][block][input / k][width][k].
static int64_t packed_index(const sk_winograd *p, int32_t width, int32_t k, int64_t place, int32_t o, int32_t i) {
    int32_t begin = o / width * width, own = p->outputs - begin < width ? p->outputs - begin : width;
    return (place * p->outputs + begin) * p->inputs + (i / k * own + o - begin) * k + i % k;
}

static float *packed_floats(random_stream *r, const sk_winograd *p, int32_t width, const float *weights) {
    float *to = guarded(r, (size_t)(36 * p->inputs * p->outputs) * 4);
    for (int32_t o = 0; o < p->outputs; o++)
        for (int32_t i = 0; i < p->inputs; i++) {
            double g[9], places[36];
            for (int tap = 0; tap < 9; tap++) g[tap] = (double)weights[(o * 9 + tap) * p->inputs + i];
            transformed(g, no_factor, places);
            for (int place = 0; place < 36; place++)
                to[packed_index(p, width, 1, place, o, i)] = (float)places[place];
        }
    return to;
}

static int16_t *packed_integers(random_stream *r, const sk_winograd *p, const sk_kernel_set *set,
                                const int16_t *weights) {
    int16_t *to = guarded(r, (size_t)(36 * p->inputs * p->outputs) * 2);
    for (int32_t o = 0; o < p->outputs; o++)
        for (int32_t i = 0; i < p->inputs; i++) {
            double g[9], places[36];
            for (int tap = 0; tap < 9; tap++) g[tap] = (double)weights[(o * 9 + tap) * p->inputs + i];
            transformed(g, whole_factor, places);
            for (int place = 0; place < 36; place++)
                to[packed_index(p, set->s8_width, set->s8_group, place, o, i)] = (int16_t)lrint(places[place]);
        }
    return to;
}

/// The plain convolution of the same input by the reference.
static void run_reference(const sk_winograd *p, sk_kernel kernel, const void *weights, sk_step step) {
    int32_t offsets[3] = {0, (int32_t)p->row_step, (int32_t)(2 * p->row_step)};
    sk_convolution q = p->epilogue;
    q.windows.images = p->images;
    q.windows.out_height = p->out_height;
    q.windows.out_width = p->out_width;
    q.windows.image_step = p->image_step;
    q.windows.row_step = p->row_step;
    q.windows.column_step = p->inputs;
    q.groups = 1;
    q.group_inputs = p->inputs;
    q.group_outputs = p->outputs;
    q.windows.taps = 3;
    q.windows.depth = 3 * p->inputs;
    q.windows.tap_offset = offsets;
    q.weights = weights;
    q.y_stride = p->outputs;
    step.run = kernel;
    step.params = &q;
    run_step(step, 1);
}

/// A layer whose channels come in steps; everything but numbers and the epilogue.
static sk_winograd random_layer(random_stream *r, int32_t input_step, int32_t most_inputs, int32_t output_step) {
    sk_winograd p = {.images = random_int(r, 1, 2), .out_height = random_int(r, 1, 13), .out_width = random_int(r, 1, 13),
                     .inputs = input_step * random_int(r, 1, most_inputs / input_step),
                     .outputs = output_step * random_int(r, 1, 5)};
    p.tile_rows = (p.out_height + 3) / 4;
    p.tile_columns = (p.out_width + 3) / 4;
    p.row_step = (int64_t)(4 * p.tile_columns + 2) * p.inputs;
    p.image_step = (4 * p.tile_rows + 2) * p.row_step;
    p.scratch_bytes = (int64_t)36 * SK_WINOGRAD_TILES * (p.inputs + p.outputs) * 4;
    p.epilogue.has_residual = random_bool(r);
    describe("%dx%dx%d outputs, %d to %d channels", p.images, p.out_height, p.out_width, p.inputs, p.outputs);
    return p;
}

static int64_t output_count(const sk_winograd *p) {
    return (int64_t)p->images * p->out_height * p->out_width * p->outputs;
}

static void winograd_f32(const sk_kernel_set *set, random_stream *r) {
    if (!set->winograd_f32) return;
    sk_winograd p = random_layer(r, set->lanes, 3 * set->lanes, set->lanes);
    p.epilogue.lower = random_bool(r) ? -INFINITY : 0;
    p.epilogue.upper = random_bool(r) ? INFINITY : 1;
    float *weights = random_floats(r, (int64_t)p.outputs * 9 * p.inputs, -1, 1);
    int64_t outputs = output_count(&p);
    p.epilogue.bias = random_floats(r, p.outputs, -1, 1);
    sk_step step = {.a = random_floats(r, p.images * p.image_step, -1, 1)};
    if (p.epilogue.has_residual) step.b = random_floats(r, outputs, -1, 1);
    float *expected = step.y = guarded(r, (size_t)outputs * 4);
    run_reference(&p, sk_kernels_scalar()->convolution_f32, weights, step);
    p.weights = packed_floats(r, &p, set->f32_width, weights);
    step.run = set->winograd_f32;
    step.params = &p;
    for (int32_t parts = 1; parts <= SK_MAX_PARTS; parts++) {
        step.y = guarded(r, (size_t)outputs * 4);
        step.scratch = guarded(r, (size_t)p.scratch_bytes * SK_MAX_PARTS);
        run_within_reach(r, step, parts, set->winograd_f32_reach, p.images * p.image_step, 4);
        expect_floats(expected, step.y, outputs, 2e-6f * (float)(9 * p.inputs));
    }
}

/// Numbers between bounds, or in a third of the cases only the bounds, where sums are largest.
static int16_t *random_words(random_stream *r, int64_t count, int32_t lower, int32_t upper) {
    int16_t *values = guarded(r, (size_t)count * 2);
    int32_t kind = random_int(r, 0, 5);
    for (int64_t i = 0; i < count; i++)
        values[i] = (int16_t)(kind == 0 ? lower : kind == 1 ? (random_bool(r) ? lower : upper)
                                                            : random_int(r, lower, upper));
    return values;
}

static void winograd_s8(const sk_kernel_set *set, random_stream *r) {
    if (!set->winograd_s8) return;
    sk_winograd p = random_layer(r, 2 * set->lanes, 112, set->lanes);
    int32_t zero = random_int(r, -128, 127), *bias = guarded(r, (size_t)p.outputs * 4);
    for (int32_t o = 0; o < p.outputs; o++) bias[o] = random_int(r, -20000, 20000);
    p.epilogue.bias = bias;
    p.epilogue.scale = random_floats(r, p.outputs, 1e-6f, 2e-3f);
    p.epilogue.zero_point = random_int(r, -128, 127);
    p.epilogue.lower = random_bool(r) ? (float)(-128 - p.epilogue.zero_point) : 0;
    p.epilogue.upper = (float)(127 - p.epilogue.zero_point);
    p.epilogue.own_scale = random_float(r, 0.1f, 2);
    p.epilogue.b_scale = random_float(r, 0.1f, 2);
    p.epilogue.b_zero = random_int(r, -128, 127);
    p.epilogue.y_zero = random_int(r, -128, 127);
    p.epilogue.sum_lower = (float)(-128 - p.epilogue.y_zero);
    p.epilogue.sum_upper = (float)(127 - p.epilogue.y_zero);
    int64_t outputs = output_count(&p);
    int16_t *weights = random_words(r, (int64_t)p.outputs * 9 * p.inputs, -128, 127);
    sk_step step = {.a = random_words(r, p.images * p.image_step, -128 - zero, 127 - zero)};
    if (p.epilogue.has_residual) step.b = random_bytes(r, outputs);
    int8_t *expected = step.y = guarded(r, (size_t)outputs);
    run_reference(&p, sk_kernels_scalar()->convolution_s8, weights, step);
    p.weights = packed_integers(r, &p, set, weights);
    step.run = set->winograd_s8;
    step.params = &p;
    for (int32_t parts = 1; parts <= SK_MAX_PARTS; parts++) {
        step.y = guarded(r, (size_t)outputs);
        step.scratch = guarded(r, (size_t)p.scratch_bytes * SK_MAX_PARTS);
        run_within_reach(r, step, parts, set->winograd_s8_reach, p.images * p.image_step, 2);
        expect_equal(expected, step.y, (size_t)outputs);
    }
}

const inference_test winograd_tests[] = {{"winograd_f32", winograd_f32}, {"winograd_s8", winograd_s8}, {0}};
