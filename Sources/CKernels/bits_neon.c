// Binary layers with NEON: cnt counts the bits of sixteen bytes.
#include "include/bits.h"
#if defined(__aarch64__)
#include <arm_neon.h>
#include "common.h"

#define BITS_LANES 2
#define BITS_VECTORS 4
#define BITS_ROWS 3
#define BITS_FLUSH 31  // a byte gains at most eight a word
#define BITS_FLOATS 4
typedef uint64_t bits __attribute__((ext_vector_type(BITS_LANES)));

SK_INLINE bits bits_splat(uint64_t word) { return (bits)word; }

SK_INLINE bits bits_count(bits counts, bits x) {
    return (bits)vaddq_u8((uint8x16_t)counts, vcntq_u8((uint8x16_t)x));
}

SK_INLINE bits bits_total(bits counts) {
    return (bits)vpaddlq_u32(vpaddlq_u16(vpaddlq_u8((uint8x16_t)counts)));
}

/// Which of four numbers are not below zero, as bits 0 to 3.
SK_INLINE uint32_t bits_of_four(const float *x) {
    const uint32x4_t places = {1, 2, 4, 8};
    return vaddvq_u32(vbicq_u32(places, vcltq_f32(vld1q_f32(x), vdupq_n_f32(0))));
}

SK_INLINE uint16_t bits_of(const float *x) {
    uint32_t low = bits_of_four(x) | bits_of_four(x + 4) << 4;
    return (uint16_t)(low | bits_of_four(x + 8) << 8 | bits_of_four(x + 12) << 12);
}

#define BITS_NAME "neon"
#include "body_bits_words.h"

const sk_bit_kernels *sk_bits_neon(void) { return &bit_kernels; }
#else
const sk_bit_kernels *sk_bits_neon(void) { return 0; }
#endif
