// Sparse pointwise layers in plain loops: the reference, and the choice between sets.
#include "include/sparse.h"
#include "common.h"

static void pointwise(const sk_step *step, int32_t part, int32_t parts) {
    const sk_sparse *p = step->params;
    int64_t first, last;
    sk_share(p->rows, part, parts, &first, &last);
    for (int64_t row = first; row < last; row++) {
        const float *x = (const float *)step->a + row * p->inputs;
        for (int32_t o = 0; o < p->outputs; o++) {
            int64_t at = row * p->outputs + o;
            float sum = p->bias[o];
            for (int32_t i = p->first[o]; i < p->first[o + 1]; i++) sum += p->weight[i] * x[p->channel[i]];
            if (p->has_residual) sum += ((const float *)step->b)[at];
            ((float *)step->y)[at] = sk_clamp(sum, p->lower, p->upper);
        }
    }
}

static const sk_sparse_kernels sparse_kernels = {
    .name = "scalar", .tile = 1, .least_rows = 1, .most_density = 0.5f, .pointwise = pointwise};

const sk_sparse_kernels *sk_sparse_scalar(void) { return &sparse_kernels; }

const sk_sparse_kernels *sk_sparse_for(const sk_kernel_set *set) {
    const sk_sparse_kernels *found = 0;
    if (set == sk_kernels_avx512vnni()) found = sk_sparse_avx512();
    else if (set == sk_kernels_avx2()) found = sk_sparse_avx2();
    else if (set == sk_kernels_neon() || set == sk_kernels_neondot()) found = sk_sparse_neon();
    return found ? found : sk_sparse_scalar();
}
