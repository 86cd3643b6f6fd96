// Binary layers with AVX2: bits counted by table look-up of half bytes (Mula and others, Faster Population Counts, 2018).
#include "include/bits.h"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "common.h"

#define BITS_LANES 4
#define BITS_VECTORS 2
#define BITS_ROWS 3
#define BITS_FLUSH 31  // a byte gains at most eight a word
typedef uint64_t bits __attribute__((ext_vector_type(BITS_LANES)));

SK_INLINE bits bits_splat(uint64_t word) { return (bits)word; }

SK_INLINE bits bits_count(bits counts, bits x) {
    const __m256i table = _mm256_setr_epi8(
        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i half = _mm256_set1_epi8(15);
    __m256i low = _mm256_and_si256((__m256i)x, half);
    __m256i high = _mm256_and_si256(_mm256_srli_epi16((__m256i)x, 4), half);
    __m256i count = _mm256_add_epi8(_mm256_shuffle_epi8(table, low), _mm256_shuffle_epi8(table, high));
    return (bits)_mm256_add_epi8((__m256i)counts, count);
}

SK_INLINE bits bits_total(bits counts) { return (bits)_mm256_sad_epu8((__m256i)counts, _mm256_setzero_si256()); }

SK_INLINE uint32_t bits_of(const float *x) {
    __m256 is_set = _mm256_cmp_ps(_mm256_loadu_ps(x), _mm256_setzero_ps(), _CMP_NLT_UQ);
    return (uint32_t)_mm256_movemask_ps(is_set);
}

#define BITS_NAME "avx2"
#include "body_bits.h"
#pragma clang attribute pop

const sk_bit_kernels *sk_bits_avx2(void) { return sk_kernels_avx2() ? &bit_kernels : 0; }
#else
const sk_bit_kernels *sk_bits_avx2(void) { return 0; }
#endif
