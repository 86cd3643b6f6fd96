// AVX-512 with VNNI: sixteen lanes, tiles of twelve pixels × thirty-two outputs.
#include "include/inference.h"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,fma,f16c,prefer-256-bit"))), \
    apply_to = function)
#include "common.h"
#include "body_elementwise.h"
#include "body_movement.h"
#include "body_pool.h"
#include "body_tensor.h"

#define SK_LANES 16
#define SK_ROWS 12
#define SK_COPIES_PARTS
SK_INLINE void copy_some_f32(float *to, const float *from, int32_t n) {
    __mmask16 low = (__mmask16)(n < 16 ? (1u << n) - 1 : 0xFFFF), high = (__mmask16)(n > 16 ? (1u << (n - 16)) - 1 : 0);
    _mm512_mask_storeu_ps(to, low, _mm512_maskz_loadu_ps(low, from));
    _mm512_mask_storeu_ps(to + 16, high, _mm512_maskz_loadu_ps(high, from + 16));
}
SK_INLINE void copy_some_s8(int8_t *to, const int8_t *from, int32_t n) {
    __mmask32 mask = (__mmask32)((1ull << n) - 1);
    _mm256_mask_storeu_epi8(to, mask, _mm256_maskz_loadu_epi8(mask, from));
}
#include "body_convolution_f32.h"
#include "body_winograd.h"

// vpdpbusd multiplies unsigned by signed bytes: inputs are shifted by 128, which the bias takes back.
#define SK_S8_GROUP 4
typedef int8_t s8_input;
typedef int8_t s8_weight;
SK_INLINE vector_s32 s8_broadcast(const int8_t *x) {
    int32_t four;
    memcpy(&four, x, 4);
    return (vector_s32)_mm512_xor_si512(_mm512_set1_epi32(four), _mm512_set1_epi8((char)0x80));
}
SK_INLINE vector_s32 s8_dot(vector_s32 sum, vector_s32 x, vector_s32 w) {
    return (vector_s32)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)x, (__m512i)w);
}
#define SK_NARROW "narrow_avx512.h"
#include "body_convolution_s8.h"

typedef int16_t vector_s16 __attribute__((ext_vector_type(2 * SK_LANES)));

// Two taps interleaved: channels 0–3 of each eight, and 4–7.
SK_INLINE vector_s16 s16_low(vector_s16 a, vector_s16 b) {
    return __builtin_shufflevector(
        a, b, 0, 32, 1, 33, 2, 34, 3, 35, 8, 40, 9, 41, 10, 42, 11, 43, 16, 48, 17, 49, 18, 50, 19, 51, 24, 56,
        25, 57, 26, 58, 27, 59);
}
SK_INLINE vector_s16 s16_high(vector_s16 a, vector_s16 b) {
    return __builtin_shufflevector(
        a, b, 4, 36, 5, 37, 6, 38, 7, 39, 12, 44, 13, 45, 14, 46, 15, 47, 20, 52, 21, 53, 22, 54, 23, 55, 28, 60,
        29, 61, 30, 62, 31, 63);
}
SK_INLINE vector_s32 s16_dot(vector_s32 sum, vector_s16 x, vector_s16 w) {
    return (vector_s32)_mm512_dpwssd_epi32((__m512i)sum, (__m512i)x, (__m512i)w);
}
#define SK_DEPTHWISE_PIXELS 8
#define SK_NARROW_PIXELS 6
#include "body_depthwise.h"

#define SK_REGISTER "v"
#include "body_peak.h"

#define SK_DEPTHWISE_F32_WIDTH SK_LANES
#define SK_DEPTHWISE_S8_WIDTH (2 * SK_LANES)

#define SK_NAME "avx512vnni"
#define SK_S8_WIDENS false
#define SK_S8_SHIFT 128
#define SK_F32_PACE 58000
#define SK_S8_PACE 230000
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
