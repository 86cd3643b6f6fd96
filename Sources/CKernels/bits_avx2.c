// Binary layers with AVX2: products and counts of bits by look-up, 32 outputs a vector.
#include "include/bits.h"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "common.h"

#define BITS_WIDTH 32
#define BITS_PAIRS 4
#define BITS_FLOATS 8

SK_INLINE uint16_t bits_of(const float *x) {
    __m256 low = _mm256_cmp_ps(_mm256_loadu_ps(x), _mm256_setzero_ps(), _CMP_NLT_UQ);
    __m256 high = _mm256_cmp_ps(_mm256_loadu_ps(x + 8), _mm256_setzero_ps(), _CMP_NLT_UQ);
    return (uint16_t)(_mm256_movemask_ps(low) | _mm256_movemask_ps(high) << 8);
}

#define bits_look_up(table, halves) \
    (bit_bytes)_mm256_shuffle_epi8( \
        _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)(table))), (__m256i)(halves))

#define BITS_NAME "avx2"
#include "body_bits_lookup.h"
#pragma clang attribute pop

const sk_bit_kernels *sk_bits_avx2(void) { return sk_kernels_avx2() ? &bit_kernels : 0; }
#else
const sk_bit_kernels *sk_bits_avx2(void) { return 0; }
#endif
