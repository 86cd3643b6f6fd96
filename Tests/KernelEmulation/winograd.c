// Winograd's 3 × 3 convolution against the plain one.
#include "check.h"

/// G g Gᵀ of F(4 × 4, 3 × 3) (Lavin & Gray, 2016): `g` is 3 × 3, the result 6 × 6.
static void transformed(const float *g, float *result) {
    const float G[6][3] = {{0.25f, 0, 0},
                           {-1.0f / 6, -1.0f / 6, -1.0f / 6},
                           {-1.0f / 6, 1.0f / 6, -1.0f / 6},
                           {1.0f / 24, 1.0f / 12, 1.0f / 6},
                           {1.0f / 24, -1.0f / 12, 1.0f / 6},
                           {0, 0, 1}};
    float half[6][3] = {0};
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 3; j++)
            for (int k = 0; k < 3; k++) half[i][j] += G[i][k] * g[3 * k + j];
    for (int i = 0; i < 36; i++) {
        result[i] = 0;
        for (int k = 0; k < 3; k++) result[i] += half[i / 6][k] * G[i % 6][k];
    }
}

/// Weights [output][3][3][input] as [36 places][block][input][width].
static float *packed(random_stream *r, const sk_winograd *p, int32_t width, const float *weights) {
    int64_t place_size = (int64_t)p->inputs * p->outputs;
    float *to = guarded(r, (size_t)(36 * place_size) * 4);
    for (int32_t o = 0; o < p->outputs; o++)
        for (int32_t i = 0; i < p->inputs; i++) {
            float g[9], places[36];
            for (int tap = 0; tap < 9; tap++) g[tap] = weights[(o * 9 + tap) * p->inputs + i];
            transformed(g, places);
            int32_t begin = o / width * width, own = p->outputs - begin < width ? p->outputs - begin : width;
            for (int64_t place = 0; place < 36; place++)
                to[place * place_size + (int64_t)begin * p->inputs + i * own + o - begin] = places[place];
        }
    return to;
}

/// The plain convolution of the same input.
static void reference(const sk_winograd *p, const float *weights, sk_step step) {
    int32_t offsets[3] = {0, (int32_t)p->row_step, (int32_t)(2 * p->row_step)};
    sk_convolution q = {.images = p->images, .out_height = p->out_height, .out_width = p->out_width,
                        .image_step = p->image_step, .row_step = p->row_step, .column_step = p->inputs, .groups = 1,
                        .group_inputs = p->inputs, .group_outputs = p->outputs, .taps = 3, .depth = 3 * p->inputs,
                        .tap_offset = offsets, .weights = weights, .bias = p->bias, .y_stride = p->outputs,
                        .lower = p->lower, .upper = p->upper, .has_residual = p->has_residual};
    step.run = sk_kernels_scalar()->convolution_f32;
    step.params = &q;
    run_step(step, 1);
}

static void winograd_f32(const sk_kernel_set *set, random_stream *r) {
    if (!set->winograd_f32) return;
    sk_winograd p = {.images = random_int(r, 1, 2), .out_height = random_int(r, 1, 13), .out_width = random_int(r, 1, 13),
                     .inputs = set->lanes * random_int(r, 1, 3), .outputs = set->lanes * random_int(r, 1, 5),
                     .has_residual = random_bool(r)};
    p.tile_rows = (p.out_height + 3) / 4;
    p.tile_columns = (p.out_width + 3) / 4;
    p.row_step = (int64_t)(4 * p.tile_columns + 2) * p.inputs;
    p.image_step = (4 * p.tile_rows + 2) * p.row_step;
    p.lower = random_bool(r) ? -INFINITY : 0;
    p.upper = random_bool(r) ? INFINITY : 1;
    p.scratch_size = (int64_t)SK_MAX_PARTS * 36 * SK_WINOGRAD_TILES * (p.inputs + p.outputs);
    describe("%dx%dx%d outputs, %d to %d channels", p.images, p.out_height, p.out_width, p.inputs, p.outputs);
    float *weights = random_floats(r, (int64_t)p.outputs * 9 * p.inputs, -1, 1);
    int64_t outputs = (int64_t)p.images * p.out_height * p.out_width * p.outputs;
    p.bias = random_floats(r, p.outputs, -1, 1);
    sk_step step = {.a = random_floats(r, p.images * p.image_step, -1, 1)};
    if (p.has_residual) step.b = random_floats(r, outputs, -1, 1);
    float *expected = step.y = guarded(r, (size_t)outputs * 4);
    reference(&p, weights, step);
    p.weights = packed(r, &p, set->f32_width, weights);
    step.run = set->winograd_f32;
    step.params = &p;
    for (int32_t parts = 1; parts <= SK_MAX_PARTS; parts++) {
        step.y = guarded(r, (size_t)outputs * 4);
        step.scratch = guarded(r, (size_t)p.scratch_size * 4);
        run_step(step, parts);
        expect_floats(expected, step.y, outputs, 2e-6f * (float)(9 * p.inputs));
    }
}

const inference_test winograd_tests[] = {{"winograd_f32", winograd_f32}, {0}};
