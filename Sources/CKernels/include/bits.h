// Kernels of binary layers: products of signs are the exclusive or of bits, sums are counts of bits.
#ifndef CKERNELS_BITS_H
#define CKERNELS_BITS_H
#include "inference.h"

/// Signs of float32 numbers as bits (clear where x < 0, else set), each pixel padded with clear bits to whole bytes (or to
/// what the kernels read at a time), each image surrounded by pixels of clear bits.
typedef struct {
    int32_t images, height, width, channels, top, bottom, left, right;
    int32_t bytes;  // a pixel
} sk_signs;

/// A convolution (or dense layer) of binary weights with binary inputs.
///
/// y = clamp((start - 2 · differing bits) · scale + bias + residual). Weights are packed
/// [block of `width` outputs][tap][depth / unit][width][unit], or for kernels that look up in halves of bytes,
/// [block][look-up][width]: for each tap the low halves of its bytes, then the high ones. Even bytes of the latter are the
/// first half of a block's outputs, odd ones the second half.
typedef struct {
    sk_windows windows;
    int32_t outputs;
    const void *_Nullable weights;
    // A window's sum where all bits agree, with what bits of the padding would add taken back (padding is 0, not a
    // sign): [kind of row · column_kinds + kind of column][outputs padded to `width`].
    const int32_t *_Nullable start;
    const int32_t *_Nullable row_kind, *_Nullable column_kind;
    int32_t column_kinds;
    const float *_Nullable scale, *_Nullable bias;  // padded to `width`
    float lower, upper;
    bool has_residual;      // `b`, laid out as y
    int32_t look_ups;       // halves of bytes in a window, and zeros up to a multiple of SK_BIT_LOOK_UPS
    int64_t scratch_size;   // bytes of one part's scratch: `look_ups` a pair of pixels, and SK_BIT_SLACK
} sk_bit_convolution;

#define SK_BIT_LOOK_UPS 3  // done together
#define SK_BIT_PAIRS 8     // pairs of pixels whose tables lie in the scratch
#define SK_BIT_SLACK 64    // bytes past them that may be written

typedef struct {
    const char *_Nonnull name;
    int32_t width;  // outputs a block of packed weights
    int32_t unit;   // bytes that the kernels read at a time; those of a pixel are a multiple
    bool looks_up;  // which weights and scratch the convolution takes
    sk_kernel _Nonnull signs, convolution;
} sk_bit_kernels;

/// The kernels for processors that run this set.
const sk_bit_kernels *_Nonnull sk_bits_for(const sk_kernel_set *_Nonnull set);

/// NULL where this processor (or this build) lacks what the name says.
const sk_bit_kernels *_Nullable sk_bits_scalar(void);
const sk_bit_kernels *_Nullable sk_bits_avx2(void);
const sk_bit_kernels *_Nullable sk_bits_avx512(void);
const sk_bit_kernels *_Nullable sk_bits_avx512vpopcntdq(void);
const sk_bit_kernels *_Nullable sk_bits_neon(void);

#endif
