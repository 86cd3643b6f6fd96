// Sparse pointwise layers with AVX-512: sixteen rows a vector.
#include "include/sparse.h"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c,prefer-256-bit"))), apply_to = function)

#define SPARSE_LANES 16
#define SPARSE_VECTORS 4
typedef float lanes __attribute__((ext_vector_type(SPARSE_LANES)));

static inline __attribute__((always_inline)) lanes lanes_join(const float *const *x, int32_t c) {
    __m512 v = _mm512_castps128_ps512(_mm_loadu_ps(x[0] + c));
    v = _mm512_insertf32x4(v, _mm_loadu_ps(x[4] + c), 1);
    v = _mm512_insertf32x4(v, _mm_loadu_ps(x[8] + c), 2);
    return (lanes)_mm512_insertf32x4(v, _mm_loadu_ps(x[12] + c), 3);
}
#define lanes_mix_low(a, b) (lanes)_mm512_unpacklo_ps((__m512)(a), (__m512)(b))
#define lanes_mix_high(a, b) (lanes)_mm512_unpackhi_ps((__m512)(a), (__m512)(b))
#define lanes_pair_low(a, b) (lanes)_mm512_shuffle_ps((__m512)(a), (__m512)(b), 0x44)
#define lanes_pair_high(a, b) (lanes)_mm512_shuffle_ps((__m512)(a), (__m512)(b), 0xEE)

#define SPARSE_NAME "avx512"
#define SPARSE_LEAST_ROWS 32
#define SPARSE_LEAST_INPUTS 40
#define SPARSE_MOST_DENSITY 0.2f
#include "body_sparse.h"
#pragma clang attribute pop

const sk_sparse_kernels *sk_sparse_avx512(void) { return sk_kernels_avx512vnni() ? &sparse_kernels : 0; }
#else
const sk_sparse_kernels *sk_sparse_avx512(void) { return 0; }
#endif
