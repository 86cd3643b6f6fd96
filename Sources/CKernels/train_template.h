// One instruction set's kernels. The including file defines LANES (floats in a vector) and TILE_ROWS, the accumulator
// rows that fit its registers, and may push a target attribute around the include; with ROUNDS_PRODUCTS products are bfloat16.
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "include/training.h"

// A product and its sum round once where the processor can: these kernels promise equal results on one kernel set,
// not across sets.
#pragma clang fp contract(fast)

#define INLINE static inline __attribute__((always_inline))
// Keeps arrays of accumulators in registers: their indices become constants.
#define UNROLL _Pragma("clang loop unroll(full)")

typedef float vec __attribute__((ext_vector_type(LANES)));
typedef int32_t ivec __attribute__((ext_vector_type(LANES)));
typedef float loose __attribute__((ext_vector_type(LANES), aligned(4), may_alias));

INLINE vec load(const float *p) { return *(const loose *)p; }
INLINE void store(float *p, vec v) { *(loose *)p = v; }
INLINE vec splat(float x) { return (vec)x; }
INLINE vec choose(ivec mask, vec a, vec b) { return (vec)((mask & (ivec)a) | (~mask & (ivec)b)); }

// The first `count` lanes, the others zero; and back.
INLINE vec load_part(const float *p, int count) {
    vec v = splat(0);
    memcpy(&v, p, sizeof(float) * (size_t)count);
    return v;
}
INLINE void store_part(float *p, vec v, int count) { memcpy(p, &v, sizeof(float) * (size_t)count); }

#include "train_product.h"
#ifdef ROUNDS_PRODUCTS
#include "train_bfloat16.h"
#define PRODUCT(plain, rounded) rounded
#else
#define PRODUCT(plain, rounded) plain
#endif
#include "train_winograd.h"
#include "train_windows.h"
#include "train_depthwise.h"
#include "train_normalize.h"
#include "train_elementwise.h"
#include "train_pool.h"

static const TrainKernels table = {
    .name = KERNELS_NAME,
    .tile_rows = TILE_ROWS,
    .lanes = LANES,
    .rounds_products = PRODUCT(0, 1),
    .patches = PATCHES,
    .pack = PRODUCT(pack, rounded_pack),
    .gather_product = PRODUCT(gather_product, rounded_gather),
    .outer_product = PRODUCT(outer_product, rounded_outer),
    .unpack_add = unpack_add,
    .winograd_pack = winograd_pack,
    .winograd_product = winograd_product,
    .winograd_outer = winograd_outer,
    .winograd_unpack_add = winograd_unpack_add,
    .depthwise = depthwise,
    .depthwise_outer = depthwise_outer,
    .border = border,
    .window_product = window_product,
    .window_outer = window_outer,
    .moments = moments,
    .normalize = normalize,
    .normalize_sums = normalize_sums,
    .normalize_backward = normalize_backward,
    .column_sums = column_sums,
    .activate = activate,
    .activate_backward = activate_backward,
    .add = add,
    .scale = scale,
    .max_pool = max_pool,
    .max_pool_backward = max_pool_backward,
    .average_pool = average_pool,
    .average_pool_backward = average_pool_backward,
};
