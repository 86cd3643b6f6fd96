// Kernels of binary layers: products of signs are the exclusive or of bits, sums are counts of bits.
#ifndef CKERNELS_BITS_H
#define CKERNELS_BITS_H
#include "inference.h"

/// Signs of float32 numbers as bits (clear where x < 0, else set), each pixel padded to whole words with clear bits, each
/// image surrounded by pixels of clear bits.
typedef struct {
    int32_t images, height, width, channels, top, bottom, left, right;
    int32_t words;  // of 64 bits, a pixel
} sk_signs;

/// A convolution (or dense layer) of signs with signs, over an input that already has its padding around it.
///
/// y = clamp((start - 2 · differing bits) · scale + bias + residual). Weights are packed
/// [block of `width` outputs][tap][depth][width] in words of 64 bits; a tap is a run of `depth` words.
typedef struct {
    int32_t images, out_height, out_width;
    int64_t image_step, row_step, column_step;  // words between the origins of neighbouring windows
    int32_t outputs, taps, depth;
    const int32_t *_Nullable tap_offset;
    const uint64_t *_Nullable weights;
    // A window's sum where all bits agree, with what bits of the padding would add taken back (padding is 0, not a
    // sign): [kind of row · column_kinds + kind of column][outputs padded to `width`].
    const int32_t *_Nullable start;
    const int32_t *_Nullable row_kind, *_Nullable column_kind;
    int32_t column_kinds;
    const float *_Nullable scale, *_Nullable bias;  // padded to `width`
    float lower, upper;
    bool has_residual;  // `b`, laid out as y
} sk_bit_convolution;

typedef struct {
    const char *_Nonnull name;
    int32_t width;  // outputs a block of packed weights
    sk_kernel _Nonnull signs, convolution;
} sk_bit_kernels;

/// The kernels for processors that run this set; those that count bits of whole vectors where the processor can.
const sk_bit_kernels *_Nonnull sk_bits_for(const sk_kernel_set *_Nonnull set);

/// NULL where this processor (or this build) lacks what the name says.
const sk_bit_kernels *_Nullable sk_bits_scalar(void);
const sk_bit_kernels *_Nullable sk_bits_avx2(void);
const sk_bit_kernels *_Nullable sk_bits_avx512(void);
const sk_bit_kernels *_Nullable sk_bits_neon(void);

#endif
