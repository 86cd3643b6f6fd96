// NEON with the dot product of ARMv8.2 (Cortex-A55 and A75 onwards): int8 in fours, signed times signed.
#include "include/inference.h"
#if defined(__aarch64__)
#include <arm_neon.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#include "common.h"
#define SK_FUSES
#include "body_elementwise.h"
#include "body_movement.h"
#include "body_pool.h"
#include "body_tensor.h"
#include "body_sequence.h"
#include "body_observe.h"

#define SK_LANES 4
#define SK_ROWS 6
#include "body_convolution_f32.h"
#include "body_winograd.h"

#define SK_S8_GROUP 4
typedef int8_t s8_input;
typedef int8_t s8_weight;
SK_INLINE vector_s32 s8_broadcast(const int8_t *x) {
    int32_t four;
    memcpy(&four, x, 4);
    return (vector_s32)vdupq_n_s32(four);
}
SK_INLINE vector_s32 s8_dot(vector_s32 sum, vector_s32 x, vector_s32 w) {
    return (vector_s32)vdotq_s32((int32x4_t)sum, (int8x16_t)x, (int8x16_t)w);
}
#define SK_NARROW "narrow_neon.h"
#include "body_convolution_s8.h"

#include "taps_neon.h"
#define SK_DEPTHWISE_PIXELS 8
#define SK_NARROW_PIXELS 6
#include "body_depthwise.h"
#include "body_depthwise_s8.h"

#define SK_REGISTER "w"
#include "body_peak.h"

#define SK_DEPTHWISE_F32_WIDTH SK_LANES
#define SK_DEPTHWISE_S8_WIDTH (2 * SK_LANES)

#define SK_NAME "neondot"
#define SK_S8_WIDENS false
#define SK_S8_SHIFT 0
#define SK_F32_PACE 16000
#define SK_S8_PACE 64000
#define SK_DEPTHWISE_F32_PACE 6000
#define SK_DEPTHWISE_S8_PACE 5000
#include "body_table.h"
#pragma clang attribute pop

const sk_kernel_set *sk_kernels_neondot(void) {
#if defined(__linux__)
    return getauxval(AT_HWCAP) & HWCAP_ASIMDDP ? &kernel_set : 0;
#elif defined(__APPLE__)
    return &kernel_set;  // every 64-bit Mac with such a processor has it
#else
    return 0;
#endif
}
#else
const sk_kernel_set *sk_kernels_neondot(void) { return 0; }
#endif
