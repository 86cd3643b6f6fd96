// NEON: four lanes, tiles of six pixels × eight outputs; int8 in pairs of int16 products.
#include "include/inference.h"
#if defined(__aarch64__)
#include <arm_neon.h>
#include "common.h"
#include "body_elementwise.h"
#include "body_movement.h"
#include "body_pool.h"
#include "body_tensor.h"

#define SK_LANES 4
#define SK_ROWS 6
#include "body_convolution_f32.h"
#include "body_winograd.h"

#define SK_S8_GROUP 2
typedef int16_t s8_input;
typedef int16_t s8_weight;
SK_INLINE vector_s32 s8_broadcast(const int16_t *x) {
    int32_t pair;
    memcpy(&pair, x, 4);
    return (vector_s32)vdupq_n_s32(pair);
}
SK_INLINE vector_s32 s8_dot(vector_s32 sum, vector_s32 x, vector_s32 w) {
    int16x8_t a = vreinterpretq_s16_s32((int32x4_t)x), b = vreinterpretq_s16_s32((int32x4_t)w);
    int32x4_t low = vmull_s16(vget_low_s16(a), vget_low_s16(b)), high = vmull_high_s16(a, b);
    return sum + (vector_s32)vpaddq_s32(low, high);
}
#define SK_NARROW "narrow_neon.h"
#include "body_convolution_s8.h"

typedef int16_t vector_s16 __attribute__((ext_vector_type(2 * SK_LANES)));

// Two taps interleaved: channels 0–3 of each eight, and 4–7.
SK_INLINE vector_s16 s16_low(vector_s16 a, vector_s16 b) {
    return __builtin_shufflevector(
        a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}
SK_INLINE vector_s16 s16_high(vector_s16 a, vector_s16 b) {
    return __builtin_shufflevector(
        a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}
SK_INLINE vector_s32 s16_dot(vector_s32 sum, vector_s16 x, vector_s16 w) {
    return s8_dot(sum, (vector_s32)x, (vector_s32)w);
}
#define SK_DEPTHWISE_PIXELS 8
#include "body_depthwise.h"

#define SK_REGISTER "w"
#include "body_peak.h"

#define SK_DEPTHWISE_F32_WIDTH SK_LANES
#define SK_DEPTHWISE_S8_WIDTH (2 * SK_LANES)

#define SK_NAME "neon"
#define SK_S8_WIDENS true
#define SK_S8_SHIFT 0
#define SK_F32_PACE 16000
#define SK_S8_PACE 16000
#include "body_table.h"

const sk_kernel_set *sk_kernels_neon(void) { return &kernel_set; }
#else
const sk_kernel_set *sk_kernels_neon(void) { return 0; }
#endif
