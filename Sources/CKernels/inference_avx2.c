// AVX2 with FMA (and half-precision conversion): eight lanes, tiles of six pixels × sixteen outputs.
#include "include/inference.h"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "common.h"
#define SK_FUSES
#include "body_elementwise.h"
#include "body_movement.h"
#include "body_pool.h"
#include "body_tensor.h"
#include "body_sequence.h"
#include "body_observe.h"

#define SK_LANES 8
#define SK_ROWS 6
#include "body_convolution_f32.h"
#include "body_winograd.h"

// Pairs of int16 products summed into int32: exact for every int8 input, which maddubs is not.
#define SK_S8_GROUP 2
typedef int16_t s8_input;
typedef int16_t s8_weight;
SK_INLINE vector_s32 s8_broadcast(const int16_t *x) {
    int32_t pair;
    memcpy(&pair, x, 4);
    return (vector_s32)_mm256_set1_epi32(pair);
}
SK_INLINE vector_s32 s8_dot(vector_s32 sum, vector_s32 x, vector_s32 w) {
    return sum + (vector_s32)_mm256_madd_epi16((__m256i)x, (__m256i)w);
}
#define SK_NARROW "narrow_avx2.h"
#include "body_convolution_s8.h"

typedef int16_t vector_s16 __attribute__((ext_vector_type(2 * SK_LANES)));

#define SK_INTERLEAVES
// Two taps interleaved: channels 0–3 of each eight, and 4–7.
SK_INLINE vector_s16 s16_low(vector_s16 a, vector_s16 b) {
    return __builtin_shufflevector(
        a, b, 0, 16, 1, 17, 2, 18, 3, 19, 8, 24, 9, 25, 10, 26, 11, 27);
}
SK_INLINE vector_s16 s16_high(vector_s16 a, vector_s16 b) {
    return __builtin_shufflevector(
        a, b, 4, 20, 5, 21, 6, 22, 7, 23, 12, 28, 13, 29, 14, 30, 15, 31);
}
SK_INLINE vector_s32 s16_dot(vector_s32 sum, vector_s16 x, vector_s16 w) {
    return sum + (vector_s32)_mm256_madd_epi16((__m256i)x, (__m256i)w);
}
#define SK_DEPTHWISE_PIXELS 7
#define SK_NARROW_PIXELS 6
#include "body_depthwise.h"
#include "body_depthwise_s8.h"
#define SK_WINOGRAD_S8
#include "body_winograd_s8.h"

#define SK_REGISTER "x"
#include "body_peak.h"

#define SK_DEPTHWISE_F32_WIDTH SK_LANES
#define SK_DEPTHWISE_S8_WIDTH (2 * SK_LANES)

#define SK_NAME "avx2"
#define SK_S8_WIDENS true
#define SK_S8_SHIFT 0
#define SK_F32_PACE 20000
#define SK_S8_PACE 20000
#define SK_DEPTHWISE_F32_PACE 8000
#define SK_DEPTHWISE_S8_PACE 7000
#include "body_table.h"
#pragma clang attribute pop

const sk_kernel_set *sk_kernels_avx2(void) {
    __builtin_cpu_init();
    bool present = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
    return present ? &kernel_set : 0;
}
#else
const sk_kernel_set *sk_kernels_avx2(void) { return 0; }
#endif
