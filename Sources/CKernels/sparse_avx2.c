// Sparse pointwise layers with AVX2: eight rows a vector.
#include "include/sparse.h"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#define SPARSE_LANES 8
#define SPARSE_VECTORS 4
typedef float lanes __attribute__((ext_vector_type(SPARSE_LANES)));

static inline __attribute__((always_inline)) lanes lanes_join(const float *const *x, int32_t c) {
    return (lanes)_mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(x[0] + c)), _mm_loadu_ps(x[4] + c), 1);
}
#define lanes_mix_low(a, b) (lanes)_mm256_unpacklo_ps((__m256)(a), (__m256)(b))
#define lanes_mix_high(a, b) (lanes)_mm256_unpackhi_ps((__m256)(a), (__m256)(b))
#define lanes_pair_low(a, b) (lanes)_mm256_shuffle_ps((__m256)(a), (__m256)(b), 0x44)
#define lanes_pair_high(a, b) (lanes)_mm256_shuffle_ps((__m256)(a), (__m256)(b), 0xEE)

#define SPARSE_NAME "avx2"
#define SPARSE_LEAST_ROWS 8
#define SPARSE_LEAST_INPUTS 0
#define SPARSE_MOST_DENSITY 0.3f
#include "body_sparse.h"
#pragma clang attribute pop

const sk_sparse_kernels *sk_sparse_avx2(void) { return sk_kernels_avx2() ? &sparse_kernels : 0; }
#else
const sk_sparse_kernels *sk_sparse_avx2(void) { return 0; }
#endif
