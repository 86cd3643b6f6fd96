// AVX-512 with VNNI: sixteen lanes, tiles of twelve pixels × thirty-two outputs.
#include "include/inference.h"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,fma,f16c"))), \
    apply_to = function)
#include "common.h"
#define SK_FUSES
#define SK_RAISES
#include "body_elementwise.h"
#include "body_movement.h"
#include "body_pool.h"
#include "body_tensor.h"
#include "body_sequence.h"
#include "body_observe.h"

#define SK_LANES 16
#define SK_ROWS 12
#define SK_PAIRS_FLOATS
/// Eight numbers in every second lane, zeros between them.
SK_INLINE __m512 spread_pairs_f32(__m512 x) { return _mm512_maskz_expand_ps(0x5555, x); }
SK_INLINE __m512 two_inputs_f32(const float *x) { return (__m512)_mm512_broadcastsd_pd(_mm_loadu_pd((const double *)x)); }
/// The sums of neighbouring lanes, in the lower half.
SK_INLINE __m512 joined_pairs_f32(__m512 x) {
    const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 0, 2, 4, 6, 8, 10, 12, 14);
    __m512i odd = _mm512_or_si512(even, _mm512_set1_epi32(1));
    return _mm512_add_ps(_mm512_permutexvar_ps(even, x), _mm512_permutexvar_ps(odd, x));
}
#define SK_STORES_PARTS
SK_INLINE void store_some_f32(float *to, __m512 x, int32_t n) {
    _mm512_mask_storeu_ps(to, (__mmask16)(n >= 16 ? 0xFFFF : n > 0 ? (1u << n) - 1 : 0), x);
}
#include "body_convolution_f32.h"
#include "body_winograd.h"

#include "vnni_convolution.h"

#define SK_DEPTHWISE_PIXELS 8
#define SK_NARROW_PIXELS 6
#include "body_depthwise.h"
#include "vnni_depthwise.h"

#define SK_REGISTER "v"
#include "body_peak.h"

#define SK_DEPTHWISE_F32_WIDTH SK_LANES
#define SK_DEPTHWISE_S8_WIDTH 64
#define SK_DEPTHWISE_S8_ROWS 4

#define SK_NAME "avx512vnni"
#define SK_S8_WIDENS false
#define SK_S8_SHIFT 128
#define SK_F32_PACE 58000
#define SK_S8_PACE 130000
#define SK_DEPTHWISE_F32_PACE 24000
#define SK_DEPTHWISE_S8_PACE 28000
#include "body_table.h"
#pragma clang attribute pop

const sk_kernel_set *sk_kernels_avx512vnni(void) {
    __builtin_cpu_init();
    bool present = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("fma");
    return present ? &kernel_set : 0;
}
#else
const sk_kernel_set *sk_kernels_avx512vnni(void) { return 0; }
#endif
