// Kernels that move or convert elements.
#include "check.h"

// MARK: Borders

static sk_border random_border(random_stream *r) {
    sk_border p = {.images = random_int(r, 1, 3), .height = random_int(r, 1, 6), .width = random_int(r, 1, 6),
                   .channels = random_size(r, 40), .top = random_int(r, 0, 2), .bottom = random_int(r, 0, 2),
                   .left = random_int(r, 0, 2), .right = random_int(r, 0, 2)};
    describe("%dx%dx%dx%d, border %d %d %d %d", p.images, p.height, p.width, p.channels, p.top, p.bottom, p.left, p.right);
    return p;
}

static int64_t inner_count(const sk_border *p) { return (int64_t)p->images * p->height * p->width * p->channels; }
static size_t bordered_count(const sk_border *p) {
    return (size_t)(p->images * (p->top + p->height + p->bottom) * (p->left + p->width + p->right) * p->channels);
}

static void border_f32(const sk_kernel_set *set, random_stream *r) {
    sk_border p = random_border(r);
    compare_steps(r, (sk_step){.a = random_floats(r, inner_count(&p), -1, 1), .params = &p}, (step_test){
        .reference = sk_kernels_scalar()->border_f32, .tested = set->border_f32, .y_bytes = bordered_count(&p) * 4,
        .comparison = BITS});
}

/// Sets whose products want unsigned inputs add 128 to everything they copy.
static void border_s8(const sk_kernel_set *set, random_stream *r) {
    sk_border p = random_border(r);
    p.fill = random_int(r, -128, 127);
    sk_step step = {.a = random_bytes(r, inner_count(&p)), .params = &p};
    uint8_t *results[SK_MAX_PARTS + 1];
    for (int32_t parts = 0; parts <= SK_MAX_PARTS; parts++) {
        step.run = parts ? set->border_s8 : sk_kernels_scalar()->border_s8;
        step.y = results[parts] = guarded(r, bordered_count(&p));
        run_step(step, parts ? parts : 1);
        for (size_t i = 0; parts && i < bordered_count(&p); i++) results[parts][i] -= (uint8_t)set->s8_shift;
        if (parts) expect_equal(results[0], results[parts], bordered_count(&p));
    }
}

static void border_s16(const sk_kernel_set *set, random_stream *r) {
    sk_border p = random_border(r);
    p.subtract = random_int(r, -128, 127);
    compare_steps(r, (sk_step){.a = random_bytes(r, inner_count(&p)), .params = &p}, (step_test){
        .reference = sk_kernels_scalar()->border_s16, .tested = set->border_s16, .y_bytes = bordered_count(&p) * 2,
        .comparison = BITS});
}

// MARK: Gathers

/// A slice, transposition, repetition or padding: y goes over its axes, each index has an offset into x or none.
static void gather(const sk_kernel_set *set, random_stream *r) {
    sk_gather p = {.rank = random_int(r, 1, 4), .element_bytes = 1 << random_int(r, 0, 3), .fill = random_bits(r)};
    int64_t x_size = 1, y_size = 1;
    bool copies_runs = random_bool(r);
    for (int32_t axis = p.rank - 1; axis >= 0; axis--) {
        bool is_run = copies_runs && axis == p.rank - 1;
        int32_t extent = random_int(r, 1, 9);
        p.size[axis] = is_run ? extent : random_int(r, 1, 9);
        p.y_step[axis] = y_size;
        int64_t *offsets = guarded(r, (size_t)p.size[axis] * 8);
        for (int64_t i = 0; i < p.size[axis]; i++) {
            bool outside = !is_run && random_int(r, 0, 9) == 0;
            offsets[i] = outside ? INT64_MIN / 16 : (is_run ? i : random_int(r, 0, extent - 1)) * x_size;
        }
        p.offset[axis] = offsets;
        if (is_run) p.contiguous = p.size[axis];
        x_size *= extent;
        y_size *= p.size[axis];
    }
    describe("rank %d, %d results of %d bytes", p.rank, (int)y_size, p.element_bytes);
    compare_steps(r, (sk_step){.a = random_bytes(r, x_size * p.element_bytes), .params = &p}, (step_test){
        .reference = sk_kernels_scalar()->gather, .tested = set->gather,
        .y_bytes = (size_t)(y_size * p.element_bytes), .comparison = BITS});
}

static void transpose(const sk_kernel_set *set, random_stream *r) {
    sk_transpose p = {.outer = random_int(r, 1, 3), .rows = random_size(r, 40), .columns = random_size(r, 40),
                      .element_bytes = 1 << random_int(r, 0, 3)};
    int64_t bytes = p.outer * p.rows * p.columns * p.element_bytes;
    describe("%d matrices of %dx%d, %d bytes", (int)p.outer, (int)p.rows, (int)p.columns, p.element_bytes);
    compare_steps(r, (sk_step){.a = random_bytes(r, bytes), .params = &p}, (step_test){
        .reference = sk_kernels_scalar()->transpose, .tested = set->transpose, .y_bytes = (size_t)bytes,
        .comparison = BITS});
}

// MARK: Types

static size_t bytes_of(sk_type type) {
    switch (type) {
    case SK_FLOAT32: case SK_INT32: return 4;
    case SK_FLOAT16: case SK_BFLOAT16: return 2;
    case SK_INT64: return 8;
    default: return 1;
    }
}

/// Any bits: every half, not-a-numbers included; floats also of ordinary size.
static void convert(const sk_kernel_set *set, random_stream *r) {
    sk_convert p = {.count = random_size(r, 200), .from = random_int(r, SK_FLOAT32, SK_BOOL),
                    .to = random_int(r, SK_FLOAT32, SK_BOOL)};
    size_t from = bytes_of(p.from), to = bytes_of(p.to);
    uint8_t *x = (uint8_t *)random_bytes(r, p.count * (int64_t)from);
    for (size_t i = 0; i < (size_t)p.count; i++) {
        float value = random_float(r, -300, 300);
        if (p.from == SK_FLOAT32 && random_bool(r)) memcpy(x + i * 4, &value, 4);
        // The least integer of all is the one number whose conversion to and fro is not defined by the reference.
        if (p.from == SK_INT64) memset(x + i * 8 + 6, x[i * 8 + 5] & 1 ? 0xFF : 0, 2);
    }
    describe("%d numbers from type %d to %d", (int)p.count, p.from, p.to);
    // A not-a-number keeps being one; which, no standard says.
    bool is_float = p.to == SK_FLOAT32;
    compare_steps(r, (sk_step){.a = x, .params = &p}, (step_test){
        .reference = sk_kernels_scalar()->convert, .tested = set->convert, .y_bytes = (size_t)p.count * to,
        .comparison = is_float ? FLOATS : BITS});
}

static sk_convert random_scales(random_stream *r) {
    sk_convert p = {.count = random_size(r, 300), .from = SK_INT8, .to = SK_FLOAT32, .axis = 1, .inner = 1};
    if (random_bool(r)) {
        p.axis = random_int(r, 2, 9);
        p.inner = random_int(r, 1, 9);
    }
    int32_t *zero = guarded(r, (size_t)p.axis * 4), *y_zero = guarded(r, (size_t)p.axis * 4);
    for (int64_t i = 0; i < p.axis; i++) {
        zero[i] = random_int(r, -128, 127);
        y_zero[i] = random_int(r, -128, 127);
    }
    p.scale = random_floats(r, p.axis, 0.01f, 2);
    p.zero = zero;
    p.y_zero = y_zero;
    describe("%d numbers, %d scales", (int)p.count, (int)p.axis);
    return p;
}

static void dequantize_s8(const sk_kernel_set *set, random_stream *r) {
    sk_convert p = random_scales(r);
    compare_steps(r, (sk_step){.a = random_bytes(r, p.count), .params = &p}, (step_test){
        .reference = sk_kernels_scalar()->dequantize_s8, .tested = set->dequantize_s8, .y_bytes = (size_t)p.count * 4,
        .comparison = FLOATS, .tolerance = 0});
}

static void quantize_s8(const sk_kernel_set *set, random_stream *r) {
    const float special[] = {NAN, INFINITY, -INFINITY, 3e38f, 0.5f, 1.5f};
    sk_convert p = random_scales(r);
    float *x = random_floats(r, p.count, -300, 300);
    for (int64_t i = 0; i < p.count; i++)
        if (random_int(r, 0, 9) == 0) x[i] = special[random_int(r, 0, 5)];
    compare_steps(r, (sk_step){.a = x, .params = &p}, (step_test){
        .reference = sk_kernels_scalar()->quantize_s8, .tested = set->quantize_s8, .y_bytes = (size_t)p.count,
        .comparison = BITS});
}

static void requantize_s8(const sk_kernel_set *set, random_stream *r) {
    sk_convert p = random_scales(r);
    compare_steps(r, (sk_step){.a = random_bytes(r, p.count), .params = &p}, (step_test){
        .reference = sk_kernels_scalar()->requantize_s8, .tested = set->requantize_s8, .y_bytes = (size_t)p.count,
        .comparison = BITS, .in_place = random_bool(r)});
}

const inference_test movement_tests[] = {
    {"border_f32", border_f32}, {"border_s8", border_s8}, {"border_s16", border_s16}, {"gather", gather},
    {"transpose", transpose}, {"convert", convert}, {"dequantize_s8", dequantize_s8}, {"quantize_s8", quantize_s8},
    {"requantize_s8", requantize_s8}, {0}};
