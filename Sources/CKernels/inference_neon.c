// NEON: four lanes, tiles of six pixels × eight outputs; int8 in pairs of int16 products.
#include "include/inference.h"
#if defined(__aarch64__)
#include <arm_neon.h>
#include "common.h"
#include "body_depthwise.h"
#include "body_elementwise.h"
#include "body_movement.h"
#include "body_pool.h"
#include "body_tensor.h"

#define SK_LANES 4
#define SK_ROWS 6
#include "body_convolution_f32.h"

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
#include "body_convolution_s8.h"

#define SK_NAME "neon"
#define SK_S8_WIDENS true
#define SK_S8_SHIFT 0
#include "body_table.h"

const sk_kernel_set *sk_kernels_neon(void) { return &kernel_set; }
#else
const sk_kernel_set *sk_kernels_neon(void) { return 0; }
#endif
