// Convolutions and dense layers: dense weights packed as each set wants them, results compared pixel by pixel.
#include "check.h"

/// A convolution over an input with its border around it, before anything is packed.
typedef struct {
    int32_t images, height, width, groups, inputs, outputs;  // of a group
    int32_t kernel_height, kernel_width, stride_y, stride_x, dilation_y, dilation_x;
    int32_t out_height, out_width;
    bool merges_columns;  // kernel rows are single runs
    int32_t taps, depth;
    int64_t y_stride;
} shape;

static shape random_shape(random_stream *r) {
    shape s = {.images = random_int(r, 1, 3), .groups = random_int(r, 0, 3) ? 1 : random_int(r, 2, 4)};
    s.inputs = random_size(r, s.groups > 1 ? 9 : 70);
    s.outputs = random_size(r, s.groups > 1 ? 40 : 100);
    bool is_dense = random_int(r, 0, 4) == 0;
    s.kernel_height = is_dense ? 1 : random_int(r, 1, 4);
    s.kernel_width = is_dense ? 1 : random_int(r, 1, 4);
    s.dilation_y = random_int(r, 0, 3) ? 1 : 2;
    s.dilation_x = random_int(r, 0, 3) ? 1 : 2;
    s.stride_y = random_int(r, 1, 3);
    s.stride_x = random_int(r, 1, 3);
    s.out_height = is_dense ? 1 : random_int(r, 1, 6);
    s.out_width = is_dense ? 1 : random_int(r, 1, 9);
    s.height = (s.out_height - 1) * s.stride_y + (s.kernel_height - 1) * s.dilation_y + 1 + random_int(r, 0, 1);
    s.width = (s.out_width - 1) * s.stride_x + (s.kernel_width - 1) * s.dilation_x + 1 + random_int(r, 0, 1);
    s.merges_columns = s.groups == 1 && s.dilation_x == 1;
    s.taps = s.merges_columns ? s.kernel_height : s.kernel_height * s.kernel_width;
    s.depth = s.merges_columns ? s.kernel_width * s.inputs : s.inputs;
    s.y_stride = s.groups * s.outputs + (random_int(r, 0, 3) ? 0 : random_int(r, 1, 5));
    describe("images %d, input %dx%d, groups %d, %d to %d channels, kernel %dx%d, stride %dx%d, dilation %dx%d", s.images,
             s.height, s.width, s.groups, s.inputs, s.outputs, s.kernel_height, s.kernel_width, s.stride_y, s.stride_x,
             s.dilation_y, s.dilation_x);
    return s;
}

static int64_t input_count(shape s) { return (int64_t)s.images * s.height * s.width * s.groups * s.inputs; }
static int64_t pixels(shape s) { return (int64_t)s.images * s.out_height * s.out_width; }
static int64_t output_count(shape s) { return (pixels(s) - 1) * s.y_stride + s.groups * s.outputs; }
static int64_t weight_count(shape s) { return (int64_t)s.groups * s.outputs * s.taps * s.depth; }

static sk_convolution parameters(random_stream *r, shape s) {
    int64_t channels = (int64_t)s.groups * s.inputs, row = s.width * channels;
    int32_t *offsets = guarded(r, (size_t)s.taps * sizeof *offsets);
    for (int32_t t = 0; t < s.taps; t++) {
        int32_t ky = s.merges_columns ? t : t / s.kernel_width, kx = s.merges_columns ? 0 : t % s.kernel_width;
        offsets[t] = (int32_t)(ky * s.dilation_y * row + kx * s.dilation_x * channels);
    }
    sk_windows windows = {
        .images = s.images, .out_height = s.out_height, .out_width = s.out_width, .image_step = s.height * row,
        .row_step = s.stride_y * row, .column_step = s.stride_x * channels, .taps = s.taps, .depth = s.depth,
        .tap_offset = offsets};
    return (sk_convolution){
        .windows = windows, .groups = s.groups, .group_inputs = s.inputs, .group_outputs = s.outputs,
        .y_stride = s.y_stride};
}

/// Outputs that the packed weights of a group hold: whole blocks, and a last one of half the width where that is enough.
static int64_t packed_outputs(shape s, int32_t width) {
    int32_t rest = s.outputs % width;
    return s.outputs - rest + (rest == 0 ? 0 : rest <= width / 2 ? width / 2 : width);
}

static int64_t packed_count(shape s, int32_t width, int32_t k) {
    return s.groups * packed_outputs(s, width) * s.taps * ((s.depth + k - 1) / k) * k;
}

/// Weights [group][output][tap][depth] as [group][block][tap][depth / k][width][k]: where one goes. A half block has its own k
/// where the depth is a multiple of that.
static int64_t packed_index(shape s, int32_t width, int32_t k, int32_t half_k, int64_t output, int32_t tap, int32_t d) {
    int64_t padded = (s.depth + k - 1) / k * k, g = output / s.outputs, lane = output % s.outputs, begin = lane / width * width;
    int64_t own = width > 1 && s.outputs - begin <= width / 2 ? width / 2 : width;
    if (own < width && s.depth % half_k == 0) k = half_k;
    return (g * packed_outputs(s, width) + begin) * s.taps * padded + (tap * padded + d / k * k) * own + (lane - begin) * k
        + d % k;
}

/// One 32-bit number an output, every group padded to whole blocks.
static void *blocked(random_stream *r, shape s, int32_t width, const void *values) {
    int64_t blocks = (s.outputs + width - 1) / width;
    int32_t *to = guarded(r, (size_t)(s.groups * blocks * width) * 4);
    memset(to, 0, (size_t)(s.groups * blocks * width) * 4);
    for (int64_t o = 0; o < (int64_t)s.groups * s.outputs; o++)
        to[o / s.outputs * blocks * width + o % s.outputs] = ((const int32_t *)values)[o];
    return to;
}

// MARK: float32

static void *packed_floats(random_stream *r, shape s, const sk_kernel_set *set, const float *weights) {
    int32_t width = set->f32_width;
    float *to = guarded(r, (size_t)packed_count(s, width, 1) * 4);
    memset(to, 0, (size_t)packed_count(s, width, 1) * 4);
    for (int64_t i = 0; i < weight_count(s); i++) {
        int64_t output = i / s.depth / s.taps, tap = i / s.depth % s.taps, d = i % s.depth;
        int64_t lane = output % s.outputs, begin = lane / width * width, block = output - lane + begin;
        int64_t at = packed_index(s, width, 1, 1, output, (int32_t)tap, (int32_t)d);
        if (set->f32_pairs && s.outputs <= width / 4 && s.depth % 2 == 0)  // pairs of inputs, a quarter of the width
            at = packed_index(s, width, 1, 1, block, 0, 0) + (tap * s.depth + d / 2 * 2) * (width / 4) + (lane - begin) * 2 + d % 2;
        to[at] = weights[i];
    }
    return to;
}

static void run_floats(random_stream *r, const sk_kernel_set *set, shape s, sk_convolution p, const float *weights,
                       const float *bias, sk_step step, int32_t parts) {
    p.weights = packed_floats(r, s, set, weights);
    p.bias = blocked(r, s, set->f32_width, bias);
    step.run = set->convolution_f32;
    step.params = &p;
    run_within_reach(r, step, parts, set->convolution_f32_reach, input_count(s), 4);
}

static void convolution_f32(const sk_kernel_set *set, random_stream *r) {
    shape s = random_shape(r);
    sk_convolution p = parameters(r, s);
    int64_t outputs = (int64_t)s.groups * s.outputs;
    p.has_residual = random_bool(r);
    p.lower = random_bool(r) ? -INFINITY : 0;
    p.upper = random_bool(r) ? INFINITY : 1;
    float *weights = random_floats(r, weight_count(s), -1, 1), *bias = random_floats(r, outputs, -1, 1);
    size_t bytes = (size_t)output_count(s) * 4;
    sk_step step = {.a = random_floats(r, input_count(s), -1, 1)};
    if (p.has_residual) step.b = random_floats(r, output_count(s), -1, 1);
    float *expected = guarded(r, bytes);
    memset(expected, 0, bytes);
    step.y = expected;
    run_floats(r, sk_kernels_scalar(), s, p, weights, bias, step, 1);
    for (int32_t parts = 1; parts <= SK_MAX_PARTS; parts++) {
        step.y = guarded(r, bytes);
        memset(step.y, 0, bytes);
        run_floats(r, set, s, p, weights, bias, step, parts);
        expect_floats(expected, step.y, output_count(s), 1e-6f * (float)(s.taps * s.depth + 8));
    }
}

// MARK: int8

static float random_factor(random_stream *r) {
    const float odd[] = {0.5f, 0.25f, 1, 0, 1e30f, 1e-30f, INFINITY};  // halves meet ties
    return random_int(r, 0, 7) ? random_float(r, 1e-5f, 2e-2f) : odd[random_int(r, 0, 6)];
}

typedef struct {
    const int8_t *input, *weights;
    const int32_t *bias;
    const float *scale;
    int32_t x_zero;
} integers;

static void run_integers(random_stream *r, const sk_kernel_set *set, shape s, sk_convolution p, integers n, sk_step step,
                         int32_t parts) {
    int32_t width = set->s8_width, k = set->s8_group, shift = set->s8_widens ? 0 : n.x_zero + set->s8_shift;
    int64_t count = packed_count(s, width, k), per_output = (int64_t)s.taps * s.depth;
    size_t size = set->s8_widens ? 2 : 1;
    void *packed = guarded(r, (size_t)count * size), *input = guarded(r, (size_t)input_count(s) * size);
    int32_t *bias = copied(r, n.bias, (size_t)(s.groups * s.outputs) * 4);
    memset(packed, 0, (size_t)count * size);
    for (int64_t i = 0; i < weight_count(s); i++) {
        int64_t output = i / per_output;
        int64_t to = packed_index(s, width, k, set->s8_half_group, output, (int32_t)(i / s.depth % s.taps), (int32_t)(i % s.depth));
        if (set->s8_widens) ((int16_t *)packed)[to] = n.weights[i];
        else ((int8_t *)packed)[to] = n.weights[i];
        bias[output] = (int32_t)((uint32_t)bias[output] - (uint32_t)(shift * n.weights[i]));
    }
    // A set that wants its inputs raised gets them so, but for layers whose windows are single pixels, half of the time.
    bool raises = set->s8_shift && s.taps == 1 && s.groups == 1 && p.windows.column_step == p.windows.depth && random_bool(r);
    if (raises) {
        p.scratch_size = SK_RAISED_PIXELS * (int64_t)p.windows.depth + 64;
        step.scratch = guarded(r, (size_t)(p.scratch_size * SK_MAX_PARTS));
    }
    for (int64_t i = 0; i < input_count(s); i++) {
        if (set->s8_widens) ((int16_t *)input)[i] = (int16_t)(n.input[i] - n.x_zero);
        else ((int8_t *)input)[i] = raises ? n.input[i] : (int8_t)(n.input[i] + set->s8_shift);
    }
    p.weights = packed;
    p.bias = blocked(r, s, width, bias);
    p.scale = blocked(r, s, width, n.scale);
    step.run = set->convolution_s8;
    step.a = input;
    step.params = &p;
    run_within_reach(r, step, parts, set->convolution_s8_reach, input_count(s), size);
}

static void random_bounds(random_stream *r, int32_t zero, float *lower, float *upper) {
    *lower = (float)(-128 - zero);
    *upper = (float)(127 - zero);
    if (random_int(r, 0, 2) == 0) *lower = 0 < *lower ? *lower : 0;
    if (random_int(r, 0, 2) == 0) *upper = (float)random_int(r, (int32_t)*lower, (int32_t)*upper);
}

static int32_t random_zero(random_stream *r) {
    return random_int(r, 0, 2) ? random_int(r, -128, 127) : random_bool(r) ? -128 : 127;
}

static void convolution_s8(const sk_kernel_set *set, random_stream *r) {
    shape s = random_shape(r);
    sk_convolution p = parameters(r, s);
    int64_t outputs = (int64_t)s.groups * s.outputs;
    int32_t *bias = guarded(r, (size_t)outputs * 4);
    float *scale = guarded(r, (size_t)outputs * 4);
    p.has_small_scales = random_bool(r);
    for (int64_t o = 0; o < outputs; o++) {
        bias[o] = random_int(r, 0, 15) ? random_int(r, -20000, 20000) : random_int(r, INT32_MIN, INT32_MAX);
        scale[o] = p.has_small_scales ? random_float(r, 1e-5f, 0.02f) : random_factor(r);
    }
    p.has_residual = random_bool(r);
    p.zero_point = random_zero(r);
    random_bounds(r, p.zero_point, &p.lower, &p.upper);
    p.own_scale = random_float(r, 0.1f, 2);
    p.b_scale = random_bool(r) ? 0.5f : random_float(r, 0.1f, 2);
    p.b_zero = random_zero(r);
    p.y_zero = random_zero(r);
    random_bounds(r, p.y_zero, &p.sum_lower, &p.sum_upper);
    integers n = {.input = random_bytes(r, input_count(s)), .weights = random_bytes(r, weight_count(s)), .bias = bias,
                  .scale = scale, .x_zero = random_zero(r)};
    size_t bytes = (size_t)output_count(s);
    sk_step step = {0};
    if (p.has_residual) step.b = random_bytes(r, output_count(s));
    if (random_int(r, 0, 3) == 0) {  // a channel without weights, and its scale anything
        memset((int8_t *)n.weights, 0, (size_t)s.taps * (size_t)s.depth);
        bias[0] = 0;
        scale[0] = INFINITY;
        p.has_small_scales = false;
    }
    int8_t *expected = guarded(r, bytes);
    memset(expected, 0, bytes);
    step.y = expected;
    run_integers(r, sk_kernels_scalar(), s, p, n, step, 1);
    for (int32_t parts = 1; parts <= SK_MAX_PARTS; parts++) {
        step.y = guarded(r, bytes);
        memset(step.y, 0, bytes);
        run_integers(r, set, s, p, n, step, parts);
        expect_equal(expected, step.y, bytes);
    }
}

const inference_test convolution_tests[] = {
    {"convolution_f32", convolution_f32}, {"convolution_s8", convolution_s8}, {0}};
