// Kernels that slide a window over unpadded images: depthwise convolution and pooling.
#include "check.h"

typedef struct {
    int32_t kernel, stride, dilation, before, after, in, out;
} axis;

/// One axis of a window over a padded image; no window lies wholly in the padding where `reaches`.
static axis random_axis(random_stream *r, int32_t most_kernel, bool reaches) {
    axis a = {.kernel = random_int(r, 1, most_kernel), .stride = random_int(r, 1, 3)};
    a.dilation = a.kernel > 1 && random_int(r, 0, 3) == 0 ? 2 : 1;
    int32_t extent = (a.kernel - 1) * a.dilation + 1, most = reaches ? a.dilation == 1 ? extent - 1 : 0 : extent;
    a.before = random_int(r, 0, most);
    a.after = random_int(r, 0, most);
    a.in = random_int(r, 1, 12);
    while (a.in + a.before + a.after < extent) a.in++;
    a.out = (a.in + a.before + a.after - extent) / a.stride + 1;
    return a;
}

// MARK: Depthwise

static sk_depthwise depthwise_parameters(axis y, axis x, int32_t images, int32_t channels) {
    sk_depthwise p = {
        .images = images, .in_height = y.in, .in_width = x.in, .out_height = y.out, .out_width = x.out,
        .channels = channels, .kernel_height = y.kernel, .kernel_width = x.kernel, .stride_y = y.stride,
        .stride_x = x.stride, .dilation_y = y.dilation, .dilation_x = x.dilation, .top = y.before, .left = x.before};
    p.ring_rows = (y.kernel - 1) * y.dilation + 1;
    p.ring_stride = (int64_t)(x.in + x.before + x.after) * channels;
    p.ring_size = p.ring_rows * p.ring_stride;
    describe("images %d, input %dx%d, %d channels, kernel %dx%d, stride %dx%d, dilation %dx%d, padding %d %d %d %d", images,
             y.in, x.in, channels, y.kernel, x.kernel, y.stride, x.stride, y.dilation, x.dilation, y.before, y.after,
             x.before, x.after);
    return p;
}

/// Where channel `c` of a block lies among sums that were interleaved: first 0–3 of every eight, then 4–7.
static int32_t interleaved(int32_t c, int32_t width) { return c % 8 / 4 * (width / 2) + c / 8 * 4 + c % 4; }

/// One 32-bit number a channel, padded to blocks, interleaved for int8.
static void *channel_values(random_stream *r, int32_t channels, int32_t width, bool interleaves, const void *values) {
    int32_t own = width ? width : 1, count = (channels + own - 1) / own * own;
    int32_t *to = guarded(r, (size_t)count * 4);
    memset(to, 0, (size_t)count * 4);
    for (int32_t c = 0; c < channels; c++)
        to[interleaves && width ? c / width * width + interleaved(c % width, width) : c] = ((const int32_t *)values)[c];
    return to;
}

/// Weights [tap][channel] as float blocks [block][tap][channel].
static void *float_blocks(random_stream *r, const sk_depthwise *p, int32_t width, const float *weights) {
    int32_t taps = p->kernel_height * p->kernel_width, own = width ? width : p->channels;
    int32_t blocks = (p->channels + own - 1) / own;
    float *to = guarded(r, (size_t)(blocks * taps * own) * 4);
    memset(to, 0, (size_t)(blocks * taps * own) * 4);
    for (int32_t t = 0; t < taps; t++)
        for (int32_t c = 0; c < p->channels; c++)
            to[(c / own * taps + t) * own + c % own] = weights[t * p->channels + c];
    return to;
}

/// Weights [tap][channel] as [block][pair of taps][half][channel][tap]; the reference takes them as they are.
static void *integer_pairs(random_stream *r, const sk_depthwise *p, int32_t width, const int8_t *weights) {
    int32_t taps = p->kernel_height * p->kernel_width, pairs = (taps + 1) / 2;
    int32_t blocks = width ? (p->channels + width - 1) / width : 0;
    int64_t count = width ? (int64_t)blocks * pairs * width * 2 : (int64_t)taps * p->channels;
    int16_t *to = guarded(r, (size_t)count * 2);
    memset(to, 0, (size_t)count * 2);
    for (int32_t t = 0; t < taps; t++) {
        int32_t ky = t / p->kernel_width, kx = t % p->kernel_width;
        int32_t place = sk_paired_place(ky, kx, p->kernel_height, p->kernel_width);
        for (int32_t c = 0; c < p->channels; c++) {
            int64_t at = width ? ((int64_t)c / width * pairs + place / 2) * width * 2
                    + interleaved(c % width, width) * 2 + place % 2 : (int64_t)t * p->channels + c;
            to[at] = weights[t * p->channels + c];
        }
    }
    return to;
}

static void *ring(random_stream *r, const sk_depthwise *p, int32_t width, int64_t element) {
    return width ? guarded(r, (size_t)((p->ring_size * SK_MAX_PARTS + width) * element)) : 0;
}

// MARK: Four rows at once

static int32_t greatest_common_divisor(int32_t a, int32_t b) { return b ? greatest_common_divisor(b, a % b) : a; }

static bool picks_pixels(const sk_depthwise *p) { return p->stride_x == 2 && p->channels >= 8 && 64 % p->channels == 0; }

/// Sets what kernels that multiply four rows at once need to know of the layer.
static void plan_quads(sk_depthwise *p) {
    p->row_groups = (p->kernel_height + 3) / 4;
    p->pass_rows = p->stride_y == 1 && p->dilation_y == 1 ? 4 * p->row_groups - p->kernel_height + 1 : 1;
    p->weight_vectors = p->stride_x == 1 ? p->channels / greatest_common_divisor(p->channels, 64)
        : picks_pixels(p) ? 1 : (p->channels + 63) / 64;
    if (p->pass_rows > 1) p->ring_rows = 4 * p->row_groups;
    while (p->ring_rows & (p->ring_rows - 1)) p->ring_rows++;
    p->ring_size = p->ring_rows * p->ring_stride;
}

/// The channel at a place of a vector of 64, none (-1) beyond the last.
static int32_t channel_at(const sk_depthwise *p, int32_t vector, int32_t place) {
    int32_t c = 64 * vector + place;
    if (p->stride_x == 1 || picks_pixels(p)) return c % p->channels;
    return c < p->channels ? c : -1;
}

/// Where channel 16 l + 4 m + e of a vector lies among its sums.
static int32_t quad_place(int32_t place) { return place / 4 % 4 * 16 + place / 16 * 4 + place % 4; }

static void *quads(random_stream *r, const sk_depthwise *p, const int8_t *weights) {
    int64_t step = (int64_t)p->row_groups * p->kernel_width * p->pass_rows * 256;
    int8_t *to = guarded(r, (size_t)(p->weight_vectors * step));
    memset(to, 0, (size_t)(p->weight_vectors * step));
    for (int32_t v = 0; v < p->weight_vectors; v++)
        for (int32_t place = 0; place < 64; place++)
            for (int32_t q = 0; q < p->pass_rows && channel_at(p, v, place) >= 0; q++)
                for (int32_t ky = 0; ky < p->kernel_height; ky++)
                    for (int32_t kx = 0; kx < p->kernel_width; kx++) {
                        int64_t block = ((int64_t)(ky + q) / 4 * p->kernel_width + kx) * p->pass_rows + q;
                        to[v * step + block * 256 + quad_place(place) * 4 + (ky + q) % 4] =
                            weights[(ky * p->kernel_width + kx) * p->channels + channel_at(p, v, place)];
                    }
    return to;
}

static void *quad_values(random_stream *r, const sk_depthwise *p, const void *values) {
    int32_t *to = guarded(r, (size_t)p->weight_vectors * 256);
    memset(to, 0, (size_t)p->weight_vectors * 256);
    for (int32_t v = 0; v < p->weight_vectors; v++)
        for (int32_t place = 0; place < 64; place++)
            if (channel_at(p, v, place) >= 0)
                to[64 * v + quad_place(place)] = ((const int32_t *)values)[channel_at(p, v, place)];
    return to;
}

/// Biases minus what raised inputs and their zero point add.
static int32_t *corrected(random_stream *r, const sk_depthwise *p, const int8_t *weights, const int32_t *bias) {
    int32_t *to = copied(r, bias, (size_t)p->channels * 4), taps = p->kernel_height * p->kernel_width;
    for (int32_t i = 0; i < taps * p->channels; i++) to[i % p->channels] -= (p->x_zero + 128) * weights[i];
    return to;
}

static sk_depthwise random_depthwise(random_stream *r) {
    bool is_3x3 = random_bool(r);
    axis y = random_axis(r, 5, false), x = random_axis(r, 5, false);
    if (is_3x3) {
        y = (axis){3, random_int(r, 1, 2), 1, 1, 1, random_int(r, 1, 9), 0};
        x = (axis){3, y.stride, 1, 1, 1, random_int(r, 1, 17), 0};
        y.out = (y.in - 1) / y.stride + 1;
        x.out = (x.in - 1) / x.stride + 1;
    }
    return depthwise_parameters(y, x, random_int(r, 1, 2), random_size(r, 70));
}

static void depthwise_f32(const sk_kernel_set *set, random_stream *r) {
    sk_depthwise p = random_depthwise(r);
    int32_t taps = p.kernel_height * p.kernel_width;
    float *weights = random_floats(r, (int64_t)taps * p.channels, -1, 1), *bias = random_floats(r, p.channels, -1, 1);
    p.lower = random_bool(r) ? -INFINITY : 0;
    p.upper = random_bool(r) ? INFINITY : 1;
    int64_t count = (int64_t)p.images * p.out_height * p.out_width * p.channels;
    sk_step step = {.a = random_floats(r, (int64_t)p.images * p.in_height * p.in_width * p.channels, -1, 1),
                    .params = &p};
    // Half of the layers that need no ring run without.
    bool is_narrow = p.kernel_width == 3 && p.dilation_x == 1 && p.stride_x <= 2 && p.left <= 1
        && (p.out_width - 1) * p.stride_x + 3 - p.left <= p.in_width + 1;
    if (is_narrow && random_bool(r)) p.ring_rows = 0;
    float *results[SK_MAX_PARTS + 1];
    for (int32_t parts = 0; parts <= SK_MAX_PARTS; parts++) {
        const sk_kernel_set *own = parts ? set : sk_kernels_scalar();
        int32_t width = own->depthwise_f32_width;
        p.weights = float_blocks(r, &p, width, weights);
        p.bias = channel_values(r, p.channels, width, false, bias);
        step.run = own->depthwise_f32;
        step.scratch = ring(r, &p, width, 4);
        step.y = results[parts] = guarded(r, (size_t)count * 4);
        run_step(step, parts ? parts : 1);
        if (parts) expect_floats(results[0], results[parts], count, 1e-5f);
    }
}

static void depthwise_s8(const sk_kernel_set *set, random_stream *r) {
    sk_depthwise p = random_depthwise(r);
    int32_t taps = p.kernel_height * p.kernel_width;
    int8_t *weights = random_bytes(r, (int64_t)taps * p.channels);
    int32_t *bias = guarded(r, (size_t)p.channels * 4);
    float *scale = guarded(r, (size_t)p.channels * 4);
    p.has_small_scales = random_bool(r);
    for (int32_t c = 0; c < p.channels; c++) {
        const float odd[] = {0.5f, 0, 1e30f, INFINITY};
        bias[c] = random_int(r, -20000, 20000);
        bool is_odd = !p.has_small_scales && random_int(r, 0, 7) == 0;
        scale[c] = is_odd ? odd[random_int(r, 0, 3)] : random_float(r, 1e-4f, 2e-2f);
    }
    p.zero_point = random_int(r, -128, 127);
    p.x_zero = random_int(r, -128, 127);
    p.lower = random_bool(r) ? (float)(-128 - p.zero_point) : -1;
    if (p.lower < (float)(-128 - p.zero_point)) p.lower = (float)(-128 - p.zero_point);
    p.upper = (float)(127 - p.zero_point);
    int64_t count = (int64_t)p.images * p.out_height * p.out_width * p.channels;
    sk_step step = {.a = random_bytes(r, (int64_t)p.images * p.in_height * p.in_width * p.channels), .params = &p};
    int8_t *results[SK_MAX_PARTS + 1];
    for (int32_t parts = 0; parts <= SK_MAX_PARTS; parts++) {
        const sk_kernel_set *own = parts ? set : sk_kernels_scalar();
        int32_t width = own->depthwise_s8_width;
        if (own->depthwise_s8_rows) {
            plan_quads(&p);
            p.weights = quads(r, &p, weights);
            p.bias = quad_values(r, &p, corrected(r, &p, weights, bias));
            p.scale = quad_values(r, &p, scale);
            step.scratch = ring(r, &p, 192, 1);
        } else {
            p.weights = integer_pairs(r, &p, width, weights);
            p.bias = channel_values(r, p.channels, width, true, bias);
            p.scale = channel_values(r, p.channels, width, true, scale);
            step.scratch = ring(r, &p, width, 2);
        }
        step.run = own->depthwise_s8;
        step.y = results[parts] = guarded(r, (size_t)count);
        run_step(step, parts ? parts : 1);
        if (parts) expect_equal(results[0], results[parts], (size_t)count);
    }
}

// MARK: Pooling

static sk_pool random_pool(random_stream *r) {
    axis y = random_axis(r, 4, true), x = random_axis(r, 4, true);
    sk_pool p = {
        .images = random_int(r, 1, 2), .in_height = y.in, .in_width = x.in, .out_height = y.out, .out_width = x.out,
        .channels = random_size(r, 80), .kernel_height = y.kernel, .kernel_width = x.kernel, .stride_y = y.stride,
        .stride_x = x.stride, .dilation_y = y.dilation, .dilation_x = x.dilation, .top = y.before, .left = x.before,
        .padded_height = y.in + y.before + y.after, .padded_width = x.in + x.before + x.after,
        .average = random_bool(r), .counts_padding = random_bool(r), .scale = random_float(r, 0.2f, 3)};
    p.x_zero = random_int(r, -128, 127);
    p.y_zero = random_int(r, -128, 127);
    describe("images %d, input %dx%d, %d channels, kernel %dx%d, stride %dx%d, %s", p.images, y.in, x.in, p.channels,
             y.kernel, x.kernel, y.stride, x.stride, p.average ? "average" : "maximum");
    return p;
}

static int64_t pool_inputs(const sk_pool *p) { return (int64_t)p->images * p->in_height * p->in_width * p->channels; }
static int64_t pool_outputs(const sk_pool *p) {
    return (int64_t)p->images * p->out_height * p->out_width * p->channels;
}

static void pool_f32(const sk_kernel_set *set, random_stream *r) {
    sk_pool p = random_pool(r);
    float *x = random_floats(r, pool_inputs(&p), -1, 1);
    x[random_int(r, 0, (int32_t)pool_inputs(&p) - 1)] = NAN;
    compare_steps(r, (sk_step){.a = x, .params = &p}, (step_test){
        .reference = sk_kernels_scalar()->pool_f32, .tested = set->pool_f32, .y_bytes = (size_t)pool_outputs(&p) * 4,
        .comparison = FLOATS, .tolerance = 1e-6f});
}

static void pool_s8(const sk_kernel_set *set, random_stream *r) {
    sk_pool p = random_pool(r);
    p.rounds_away = p.average && random_bool(r);
    if (p.rounds_away) p.counts_padding = false;
    compare_steps(r, (sk_step){.a = random_bytes(r, pool_inputs(&p)), .params = &p}, (step_test){
        .reference = sk_kernels_scalar()->pool_s8, .tested = set->pool_s8, .y_bytes = (size_t)pool_outputs(&p),
        .comparison = BITS});
}

const inference_test window_tests[] = {
    {"depthwise_f32", depthwise_f32}, {"depthwise_s8", depthwise_s8}, {"pool_f32", pool_f32}, {"pool_s8", pool_s8}, {0}};
