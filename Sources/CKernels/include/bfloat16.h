// Kernels of bfloat16 layers for processors that multiply such numbers; others compute them in float32.
#ifndef CKERNELS_BFLOAT16_H
#define CKERNELS_BFLOAT16_H
#include "inference.h"

/// float32 rounded to bfloat16 (to nearest, ties to even), each pixel padded with a zero to an even number of channels,
/// each image surrounded by pixels of zeros.
typedef struct {
    int32_t images, height, width, channels, top, bottom, left, right;
    int32_t pixel_step;  // channels rounded up to an even number
} sk_bf16_border;

typedef struct {
    const char *_Nonnull name;
    int32_t width;  // outputs a block of packed weights
    sk_kernel _Nonnull border;
    // `sk_convolution` with one group, x and weights in bfloat16, the rest in float32. Depths are even; weights are
    // packed [block of `width` outputs][tap][depth / 2][width][2].
    sk_kernel _Nonnull convolution;
} sk_bf16_kernels;

/// The kernels for processors that run this set; NULL where bfloat16 is computed in float32.
const sk_bf16_kernels *_Nullable sk_bf16_for(const sk_kernel_set *_Nonnull set);

const sk_bf16_kernels *_Nonnull sk_bf16_scalar(void);
/// NULL where this processor (or this build) lacks it.
const sk_bf16_kernels *_Nullable sk_bf16_avx512(void);

#endif
