// Binary layers with AVX-512 VPOPCNTDQ: vpopcntq counts eight words at once.
#include "include/bits.h"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vpopcntdq,avx2,fma,f16c"))), apply_to = function)
#include "common.h"

#define BITS_LANES 8
#define BITS_VECTORS 2
#define BITS_ROWS 4
#define BITS_FLUSH (1 << 30)
#define BITS_FLOATS 16
typedef uint64_t bits __attribute__((ext_vector_type(BITS_LANES)));

SK_INLINE bits bits_splat(uint64_t word) { return (bits)word; }
SK_INLINE bits bits_count(bits counts, bits x) { return counts + (bits)_mm512_popcnt_epi64((__m512i)x); }
SK_INLINE bits bits_total(bits counts) { return counts; }

SK_INLINE uint16_t bits_of(const float *x) {
    return _mm512_cmp_ps_mask(_mm512_loadu_ps(x), _mm512_setzero_ps(), _CMP_NLT_UQ);
}

#define BITS_NAME "avx512vpopcntdq"
#include "body_bits_words.h"
#pragma clang attribute pop

const sk_bit_kernels *sk_bits_avx512vpopcntdq(void) {
    return sk_kernels_avx512vnni() && __builtin_cpu_supports("avx512vpopcntdq") ? &bit_kernels : 0;
}
#else
const sk_bit_kernels *sk_bits_avx512vpopcntdq(void) { return 0; }
#endif
