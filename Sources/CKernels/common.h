// What the kernel bodies share. Each instruction set includes the bodies once, under its own target attributes.
#ifndef CKERNELS_COMMON_H
#define CKERNELS_COMMON_H
#include <math.h>
#include <string.h>
#include "include/inference.h"

// Loops marked independent include some (calls of expf, say) that no compiler turns into vectors.
#pragma clang diagnostic ignored "-Wpass-failed"

#define SK_INLINE static inline __attribute__((always_inline))

// For loops over registers, whose bounds are constants.
#define SK_UNROLL _Pragma("clang loop unroll(full)")

/// Hides from the compiler how addresses are related: it would keep twelve pointers, in memory, instead of every third. One that
/// is not used goes away.
#ifndef SK_OPAQUE
#define SK_OPAQUE(address) __asm__("" : "+r"(address))
#endif
#define SK_OPAQUE_AGAIN(address) __asm__ volatile("" : "+r"(address))

/// Goes through the windows of a tile of pixels that lie `step` elements apart, `size` elements a STEP(offset): that reads
/// x0, x3, x6 and x9, the windows of every third pixel, and those between them by multiples of `step`.
#define SK_FOR_WINDOWS(element, p, x, step, size, STEP) \
    for (int32_t t = 0; t < p->windows.taps; t++) { \
        const element *x0 = x + p->windows.tap_offset[t], *x3 = x0 + 3 * step, *x6 = x3 + 3 * step, *x9 = x6 + 3 * step; \
        SK_OPAQUE(x3); \
        SK_OPAQUE(x6); \
        SK_OPAQUE(x9); \
        int32_t left = p->windows.depth; \
        for (; left >= 2 * size; left -= 2 * size) { \
            SK_OPAQUE_AGAIN(step); \
            STEP(0) STEP(size) \
            x0 += 2 * size, x3 += 2 * size, x6 += 2 * size, x9 += 2 * size; \
        } \
        for (; left > 0; left -= size) { \
            SK_OPAQUE_AGAIN(step); \
            STEP(0) \
            x0 += size, x3 += size, x6 += size, x9 += size; \
        } \
    }

/// The half-open range of `count` units that falls to `part`.
SK_INLINE void sk_share(int64_t count, int32_t part, int32_t parts, int64_t *first, int64_t *last) {
    // Nearly always all of it: two divisions cost as much as a small step's arithmetic.
    *first = parts == 1 ? 0 : count * part / parts;
    *last = parts == 1 ? count : count * (part + 1) / parts;
}

/// Clamps; not-a-number passes through.
SK_INLINE float sk_clamp(float x, float lower, float upper) {
    x = x < lower ? lower : x;
    return x > upper ? upper : x;
}

/// Rounds to the nearest integer, ties to even, within bounds that fit int32; not-a-number becomes `lower`.
SK_INLINE int32_t sk_round_clamped(float x, float lower, float upper) {
    x = x > lower ? x : lower;
    x = x < upper ? x : upper;
    return (int32_t)rintf(x);
}

SK_INLINE int8_t sk_saturate(float x, int32_t zero) {
    return (int8_t)(sk_round_clamped(x, (float)(-128 - zero), (float)(127 - zero)) + zero);
}
#endif
