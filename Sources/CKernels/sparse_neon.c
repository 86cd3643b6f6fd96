// Sparse pointwise layers with NEON: four rows a vector.
#include "include/sparse.h"
#if defined(__aarch64__)
#include <arm_neon.h>

#define SPARSE_LANES 4
#define SPARSE_VECTORS 8
typedef float lanes __attribute__((ext_vector_type(SPARSE_LANES)));

static inline __attribute__((always_inline)) lanes lanes_join(const float *const *x, int32_t c) {
    return (lanes)vld1q_f32(x[0] + c);
}
#define lanes_mix_low(a, b) (lanes)vzip1q_f32((float32x4_t)(a), (float32x4_t)(b))
#define lanes_mix_high(a, b) (lanes)vzip2q_f32((float32x4_t)(a), (float32x4_t)(b))
#define lanes_pair_low(a, b) (lanes)vzip1q_f64((float64x2_t)(a), (float64x2_t)(b))
#define lanes_pair_high(a, b) (lanes)vzip2q_f64((float64x2_t)(a), (float64x2_t)(b))

#define SPARSE_NAME "neon"
#define SPARSE_LEAST_ROWS 8
#define SPARSE_LEAST_INPUTS 0
#define SPARSE_MOST_DENSITY 0.3f
#include "body_sparse.h"

const sk_sparse_kernels *sk_sparse_neon(void) { return &sparse_kernels; }
#else
const sk_sparse_kernels *sk_sparse_neon(void) { return 0; }
#endif
