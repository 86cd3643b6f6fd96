// Binary layers with AVX-512: products and counts of bits by look-up, 64 outputs a vector.
#include "include/bits.h"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c"))), apply_to = function)
#include "common.h"

#define BITS_WIDTH 64
#define BITS_PAIRS 8
#define BITS_FLOATS 16

SK_INLINE uint16_t bits_of(const float *x) {
    return _mm512_cmp_ps_mask(_mm512_loadu_ps(x), _mm512_setzero_ps(), _CMP_NLT_UQ);
}

#define bits_look_up(table, halves) \
    (bit_bytes)_mm512_shuffle_epi8( \
        _mm512_broadcast_i32x4(_mm_load_si128((const __m128i *)(table))), (__m512i)(halves))

#define BITS_NAME "avx512bw"
#include "body_bits_lookup.h"
#pragma clang attribute pop

const sk_bit_kernels *sk_bits_avx512(void) { return sk_kernels_avx512vnni() ? &bit_kernels : 0; }
#else
const sk_bit_kernels *sk_bits_avx512(void) { return 0; }
#endif
