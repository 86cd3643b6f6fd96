// Layers that skip zero weights.
#include "check.h"

static void sparse_pointwise(const sk_kernel_set *set, random_stream *r) {
    sk_sparse p = {.rows = random_size(r, 150), .inputs = random_size(r, 60), .outputs = random_size(r, 40),
                   .has_residual = random_bool(r)};
    int32_t *first = guarded(r, (size_t)(p.outputs + 1) * 4), most = p.inputs * p.outputs, count = 0;
    int32_t *channel = guarded(r, (size_t)most * 4), *scaled = guarded(r, (size_t)most * 4);
    const sk_sparse_kernels *tested = sk_sparse_for(set);
    for (int32_t o = 0; o < p.outputs; o++) {
        first[o] = count;
        for (int32_t c = 0; c < p.inputs; c++)
            if (random_int(r, 0, 4) == 0) channel[count++] = c;
    }
    first[p.outputs] = count;
    for (int32_t i = 0; i < count; i++) scaled[i] = channel[i] * (tested->tile > 1 ? tested->tile : 1);
    p.first = first;
    p.weight = random_floats(r, count, -1, 1);
    p.bias = random_floats(r, p.outputs, -1, 1);
    p.scratch_size = (int64_t)p.inputs * tested->tile;
    p.lower = random_bool(r) ? -INFINITY : 0;
    p.upper = random_bool(r) ? INFINITY : 1;
    describe("%d rows, %d to %d channels, %d weights", (int)p.rows, p.inputs, p.outputs, count);
    int64_t outputs = p.rows * p.outputs;
    sk_step step = {.a = random_floats(r, p.rows * p.inputs, -1, 1), .params = &p};
    if (p.has_residual) step.b = random_floats(r, outputs, -1, 1);
    float *results[SK_MAX_PARTS + 1];
    for (int32_t parts = 0; parts <= SK_MAX_PARTS; parts++) {
        p.channel = parts ? scaled : channel;
        step.run = parts ? tested->pointwise : sk_sparse_scalar()->pointwise;
        step.scratch = guarded(r, (size_t)(p.scratch_size * SK_MAX_PARTS) * 4);
        step.y = results[parts] = guarded(r, (size_t)outputs * 4);
        run_step(step, parts ? parts : 1);
        if (parts) expect_floats(results[0], results[parts], outputs, 1e-5f);
    }
}

const inference_test sparse_tests[] = {{"sparse_pointwise", sparse_pointwise}, {0}};
