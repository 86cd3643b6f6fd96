// Binary layers: packing of signs, and convolutions of bits.
#include "check.h"

/// Kernels that a processor with this set may run: those that look up, too, where it could count bits of vectors.
static const sk_bit_kernels *some_kernels(const sk_kernel_set *set, random_stream *r) {
    return set == sk_kernels_avx512vnni() && random_bool(r) ? sk_bits_avx512() : sk_bits_for(set);
}

static void bit_signs(const sk_kernel_set *set, random_stream *r) {
    sk_signs p = {.images = random_int(r, 1, 2), .height = random_int(r, 1, 5), .width = random_int(r, 1, 5),
                  .channels = random_size(r, 140), .top = random_int(r, 0, 1), .bottom = random_int(r, 0, 1),
                  .left = random_int(r, 0, 1), .right = random_int(r, 0, 1)};
    const sk_bit_kernels *tested = some_kernels(set, r);
    int32_t unit = 8 * tested->unit;
    p.bytes = (p.channels + unit - 1) / unit * unit / 8;
    int64_t count = (int64_t)p.images * p.height * p.width * p.channels;
    int64_t pixels = (int64_t)p.images * (p.top + p.height + p.bottom) * (p.left + p.width + p.right);
    float *x = random_floats(r, count, -1, 1);
    const float special[] = {NAN, 0, -0.0f, INFINITY, -INFINITY, -1e-40f};
    for (int64_t i = 0; i < count; i++)
        if (random_int(r, 0, 9) == 0) x[i] = special[random_int(r, 0, 5)];
    describe("%dx%dx%dx%d", p.images, p.height, p.width, p.channels);
    compare_steps(r, (sk_step){.a = x, .params = &p}, (step_test){
        .reference = sk_bits_scalar()->signs, .tested = tested->signs,
        .y_bytes = (size_t)(pixels * p.bytes), .comparison = BITS});
}

typedef struct {
    const uint8_t *weights;  // [output][tap][depth]
    const int32_t *start;    // [kind of row][kind of column][output]
    const float *scale, *bias;
} bit_constants;

/// An output's window in blocks of `width` outputs, in units of bytes.
static void pack_units(const sk_bit_kernels *kernels, int32_t window, int64_t output, const uint8_t *from, uint8_t *to) {
    int64_t width = kernels->width, unit = kernels->unit;
    to += output / width * window * width + output % width * unit;
    for (int64_t i = 0; i < window; i++) to[i / unit * width * unit + i % unit] = from[i];
}

/// The same in halves of bytes, for each tap first the low ones; even bytes are the first half of a block.
static void pack_look_ups(const sk_bit_kernels *kernels, const sk_bit_convolution *p, int64_t output,
                          const uint8_t *from, uint8_t *to) {
    int64_t width = kernels->width, lane = output % width;
    to += output / width * p->look_ups * width + lane % (width / 2) * 2 + lane / (width / 2);
    for (int32_t t = 0; t < p->windows.taps; t++)
        for (int32_t half = 0; half < 2; half++)
            for (int32_t k = 0; k < p->windows.depth; k++, to += width) *to = from[t * p->windows.depth + k] >> (4 * half) & 15;
}

/// Constants in blocks of `width` outputs, then the convolution.
static void run_bits(random_stream *r, const sk_bit_kernels *kernels, sk_bit_convolution p, int32_t kinds,
                     bit_constants from, sk_step step, int32_t parts) {
    int64_t width = kernels->width, blocks = (p.outputs + width - 1) / width;
    int32_t window = p.windows.taps * p.windows.depth;
    p.look_ups = (2 * window + SK_BIT_LOOK_UPS - 1) / SK_BIT_LOOK_UPS * SK_BIT_LOOK_UPS;
    size_t weight_bytes = (size_t)(blocks * width * (kernels->looks_up ? p.look_ups : window));
    uint8_t *weights = guarded(r, weight_bytes);
    int32_t *start = guarded(r, (size_t)(blocks * width * kinds) * 4);
    float *scale = guarded(r, (size_t)(blocks * width) * 4), *bias = guarded(r, (size_t)(blocks * width) * 4);
    memset(weights, 0, weight_bytes);
    memset(start, 0, (size_t)(blocks * width * kinds) * 4);
    memset(scale, 0, (size_t)(blocks * width) * 4);
    memset(bias, 0, (size_t)(blocks * width) * 4);
    for (int64_t o = 0; o < p.outputs; o++) {
        const uint8_t *own = from.weights + o * window;
        if (kernels->looks_up) pack_look_ups(kernels, &p, o, own, weights);
        else pack_units(kernels, window, o, own, weights);
        for (int64_t kind = 0; kind < kinds; kind++) start[kind * blocks * width + o] = from.start[kind * p.outputs + o];
        scale[o] = from.scale[o];
        bias[o] = from.bias[o];
    }
    p.weights = weights;
    p.start = start;
    p.scale = scale;
    p.bias = bias;
    p.scratch_size = (int64_t)SK_BIT_PAIRS * p.look_ups + SK_BIT_SLACK;
    step.run = kernels->convolution;
    step.params = &p;
    step.scratch = guarded(r, (size_t)p.scratch_size * SK_MAX_PARTS);
    run_step(step, parts);
}

static int32_t *random_kinds(random_stream *r, int32_t count, int32_t kinds) {
    int32_t *values = guarded(r, (size_t)count * 4);
    for (int32_t i = 0; i < count; i++) values[i] = random_int(r, 0, kinds - 1);
    return values;
}

static void bit_convolution(const sk_kernel_set *set, random_stream *r) {
    const sk_bit_kernels *tested = some_kernels(set, r);
    int32_t unit = tested->unit, bytes = unit * random_int(r, 1, 32 / unit);
    int32_t kernel = random_int(r, 1, 4), stride = random_int(r, 1, 2);
    // Now and then a window of more bits than sixteen bits count.
    if (random_int(r, 0, 15) == 0) bytes = 8 * (random_int(r, 800, 1600) / kernel);
    sk_windows windows = {.images = random_int(r, 1, 2), .out_height = random_int(r, 1, 5),
                          .out_width = random_int(r, 1, 8), .taps = kernel, .depth = kernel * bytes};
    sk_bit_convolution p = {.windows = windows, .outputs = random_size(r, 140), .column_kinds = 3,
                            .has_residual = random_bool(r)};
    int64_t height = (p.windows.out_height - 1) * stride + kernel, width = (p.windows.out_width - 1) * stride + kernel;
    int32_t *offsets = guarded(r, (size_t)kernel * 4);
    for (int32_t t = 0; t < kernel; t++) offsets[t] = (int32_t)(t * width * bytes);
    p.windows.tap_offset = offsets;
    p.windows.image_step = height * width * bytes;
    p.windows.row_step = stride * width * bytes;
    p.windows.column_step = (int64_t)stride * bytes;
    p.row_kind = random_kinds(r, p.windows.out_height, 3);
    p.column_kind = random_kinds(r, p.windows.out_width, 3);
    p.lower = random_bool(r) ? -INFINITY : -1;
    p.upper = random_bool(r) ? INFINITY : 1;
    int64_t window = (int64_t)p.windows.taps * p.windows.depth;
    bit_constants constants = {.weights = (uint8_t *)random_bytes(r, p.outputs * window),
                               .start = random_kinds(r, 9 * p.outputs, 8 * (int32_t)window),
                               .scale = random_floats(r, p.outputs, -1, 1), .bias = random_floats(r, p.outputs, -1, 1)};
    int64_t outputs = (int64_t)p.windows.images * p.windows.out_height * p.windows.out_width * p.outputs;
    sk_step step = {.a = random_bytes(r, p.windows.images * height * width * bytes)};
    if (p.has_residual) step.b = random_floats(r, outputs, -1, 1);
    describe("%dx%dx%d windows of %d bytes, %d outputs", p.windows.images, p.windows.out_height, p.windows.out_width, (int)window, p.outputs);
    float *results[SK_MAX_PARTS + 1];
    for (int32_t parts = 0; parts <= SK_MAX_PARTS; parts++) {
        step.y = results[parts] = guarded(r, (size_t)outputs * 4);
        run_bits(r, parts ? tested : sk_bits_scalar(), p, 9, constants, step, parts ? parts : 1);
        if (parts) expect_equal(results[0], results[parts], (size_t)outputs * 4);
    }
}

const inference_test bit_tests[] = {{"bit_signs", bit_signs}, {"bit_convolution", bit_convolution}, {0}};
