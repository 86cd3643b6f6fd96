// NEON: four lanes, tiles of six pixels × eight outputs; int8 as products of int16, which need no pairs here.
#include "include/inference.h"
#if defined(__aarch64__)
#include <arm_neon.h>
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

// smlal multiplies int16 and adds to int32 in one step; of a vector of weights its lower half is meant.
#define SK_S8_GROUP 1
typedef int16_t s8_input;
typedef int16_t s8_weight;
SK_INLINE vector_s32 s8_broadcast(const int16_t *x) { return (vector_s32)vdupq_n_s16(*x); }
SK_INLINE vector_s32 s8_dot(vector_s32 sum, vector_s32 x, vector_s32 w) {
    return (vector_s32)vmlal_s16((int32x4_t)sum, vget_low_s16((int16x8_t)x), vget_low_s16((int16x8_t)w));
}
#define SK_NARROW "narrow_neon.h"
#include "body_convolution_s8.h"

#include "taps_neon.h"
#define SK_DEPTHWISE_PIXELS 8
#define SK_NARROW_PIXELS 6
#include "body_depthwise.h"
#include "body_depthwise_s8.h"
#define SK_WINOGRAD_S8
#include "body_winograd_s8.h"

#define SK_REGISTER "w"
#include "body_peak.h"

#define SK_DEPTHWISE_F32_WIDTH SK_LANES
#define SK_DEPTHWISE_S8_WIDTH (2 * SK_LANES)

#define SK_NAME "neon"
#define SK_S8_WIDENS true
#define SK_S8_SHIFT 0
#define SK_F32_PACE 16000
#define SK_S8_PACE 16000
#define SK_DEPTHWISE_F32_PACE 6000
#define SK_DEPTHWISE_S8_PACE 5000
#include "body_table.h"

const sk_kernel_set *sk_kernels_neon(void) { return &kernel_set; }
#else
const sk_kernel_set *sk_kernels_neon(void) { return 0; }
#endif
