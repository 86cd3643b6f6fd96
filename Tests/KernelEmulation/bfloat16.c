// Layers in bfloat16: rounding with a border, and convolution.
#include "check.h"

static void bf16_border(const sk_kernel_set *set, random_stream *r) {
    sk_bf16_border p = {.images = random_int(r, 1, 2), .height = random_int(r, 1, 5), .width = random_int(r, 1, 5),
                        .channels = random_size(r, 40), .top = random_int(r, 0, 1), .bottom = random_int(r, 0, 1),
                        .left = random_int(r, 0, 1), .right = random_int(r, 0, 1)};
    p.pixel_step = (p.channels + 1) / 2 * 2;
    int64_t count = (int64_t)p.images * p.height * p.width * p.channels;
    int64_t pixels = (int64_t)p.images * (p.top + p.height + p.bottom) * (p.left + p.width + p.right);
    const float special[] = {NAN, INFINITY, -INFINITY, 0, -0.0f, 1e-40f, 3.4e38f, 1.00390625f, 1.01171875f};
    float *x = random_floats(r, count, -1, 1);
    for (int64_t i = 0; i < count; i++)
        if (random_int(r, 0, 9) == 0) x[i] = special[random_int(r, 0, 8)];
    describe("%dx%dx%dx%d", p.images, p.height, p.width, p.channels);
    compare_steps(r, (sk_step){.a = x, .params = &p}, (step_test){
        .reference = sk_bf16_scalar()->border, .tested = sk_bf16_for(set)->border,
        .y_bytes = (size_t)(pixels * p.pixel_step) * 2, .comparison = BITS});
}

/// The upper half of floats.
static uint16_t *random_halves(random_stream *r, int64_t count) {
    uint16_t *values = guarded(r, (size_t)count * 2);
    for (int64_t i = 0; i < count; i++) {
        float x = random_float(r, -1, 1);
        memcpy(values + i, (const char *)&x + 2, 2);
    }
    return values;
}

/// Weights [output][tap][depth] as [block][tap][depth / 2][width][2], bias padded to blocks.
static void run(random_stream *r, const sk_bf16_kernels *kernels, sk_convolution p, const uint16_t *weights,
                const float *bias, sk_step step, int32_t parts) {
    int64_t width = kernels->width, blocks = (p.group_outputs + width - 1) / width, window = (int64_t)p.windows.taps * p.windows.depth;
    uint16_t *packed = guarded(r, (size_t)(blocks * width * window) * 2);
    float *padded = guarded(r, (size_t)(blocks * width) * 4);
    memset(packed, 0, (size_t)(blocks * width * window) * 2);
    memset(padded, 0, (size_t)(blocks * width) * 4);
    for (int64_t o = 0; o < p.group_outputs; o++) {
        padded[o] = bias[o];
        for (int64_t i = 0; i < window; i++)
            packed[(o / width * window + i / 2 * 2) * width + o % width * 2 + i % 2] = weights[o * window + i];
    }
    p.weights = packed;
    p.bias = padded;
    step.run = kernels->convolution;
    step.params = &p;
    run_step(step, parts);
}

static void bf16_convolution(const sk_kernel_set *set, random_stream *r) {
    int32_t step_of_pixel = 2 * random_size(r, 20), kernel = random_int(r, 1, 3), stride = random_int(r, 1, 2);
    sk_windows windows = {.images = random_int(r, 1, 2), .out_height = random_int(r, 1, 5),
                          .out_width = random_int(r, 1, 7), .taps = kernel, .depth = kernel * step_of_pixel};
    sk_convolution p = {.windows = windows, .groups = 1, .group_inputs = step_of_pixel,
                        .group_outputs = random_size(r, 70), .has_residual = random_bool(r)};
    int64_t height = (p.windows.out_height - 1) * stride + kernel, width = (p.windows.out_width - 1) * stride + kernel;
    int32_t *offsets = guarded(r, (size_t)kernel * 4);
    for (int32_t t = 0; t < kernel; t++) offsets[t] = (int32_t)(t * width * step_of_pixel);
    p.windows.tap_offset = offsets;
    p.windows.image_step = height * width * step_of_pixel;
    p.windows.row_step = stride * width * step_of_pixel;
    p.windows.column_step = stride * step_of_pixel;
    p.y_stride = p.group_outputs;
    p.lower = random_bool(r) ? -INFINITY : 0;
    p.upper = random_bool(r) ? INFINITY : 1;
    uint16_t *weights = random_halves(r, (int64_t)p.group_outputs * p.windows.taps * p.windows.depth);
    float *bias = random_floats(r, p.group_outputs, -1, 1);
    int64_t outputs = (int64_t)p.windows.images * p.windows.out_height * p.windows.out_width * p.group_outputs;
    sk_step step = {.a = random_halves(r, p.windows.images * p.windows.image_step)};
    if (p.has_residual) step.b = random_floats(r, outputs, -1, 1);
    describe("%dx%dx%d outputs, %d to %d channels, kernel %d", p.windows.images, p.windows.out_height, p.windows.out_width, step_of_pixel,
             p.group_outputs, kernel);
    float *results[SK_MAX_PARTS + 1];
    for (int32_t parts = 0; parts <= SK_MAX_PARTS; parts++) {
        step.y = results[parts] = guarded(r, (size_t)outputs * 4);
        run(r, parts ? sk_bf16_for(set) : sk_bf16_scalar(), p, weights, bias, step, parts ? parts : 1);
        if (parts) expect_floats(results[0], results[parts], outputs, 1e-6f * (float)(p.windows.taps * p.windows.depth + 8));
    }
}

const inference_test bfloat16_tests[] = {{"bf16_border", bf16_border}, {"bf16_convolution", bf16_convolution}, {0}};
