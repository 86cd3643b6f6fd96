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

/// Hides from the compiler how addresses are related: it would keep twelve pointers, in memory, instead of every third.
#define SK_OPAQUE(address) __asm__ volatile("" : "+r"(address))

/// The half-open range of `count` units that falls to `part`.
SK_INLINE void sk_share(int64_t count, int32_t part, int32_t parts, int64_t *first, int64_t *last) {
    *first = count * part / parts;
    *last = count * (part + 1) / parts;
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
