// What a core can do at most: multiply-adds that stay in registers, and reading memory. Measured layers are held against it.
// Comes after the convolution bodies, whose vectors and products it uses; the including file sets SK_REGISTER, the
// constraint that names a vector register to inline assembly.
#include "common.h"

/// `rounds` times SK_PEAK_CHAINS independent multiply-adds of whole vectors.
static void peak_f32(const sk_step *step, int32_t part, int32_t parts) {
    const sk_peak *p = step->params;
    vector_f32 sums[SK_PEAK_CHAINS], a = splat_f32(1), b = splat_f32(0x1p-20f);
    for (int i = 0; i < SK_PEAK_CHAINS; i++) sums[i] = splat_f32((float)(i + part + parts));
    for (int64_t round = 0; round < p->rounds; round++) {
        SK_UNROLL
        for (int i = 0; i < SK_PEAK_CHAINS; i++) sums[i] = __builtin_elementwise_fma(a, b, sums[i]);
    }
    for (int i = 1; i < SK_PEAK_CHAINS; i++) sums[0] += sums[i];
    store_f32(step->y, sums[0]);
}

static void peak_s8(const sk_step *step, int32_t part, int32_t parts) {
    const sk_peak *p = step->params;
    vector_s32 sums[SK_PEAK_CHAINS], a = (vector_s32)(part + parts), b = (vector_s32)(parts);
    for (int i = 0; i < SK_PEAK_CHAINS; i++) sums[i] = (vector_s32)i;
    for (int64_t round = 0; round < p->rounds; round++) {
        SK_UNROLL
        for (int i = 0; i < SK_PEAK_CHAINS; i++) {
            __asm__ volatile("" : "+" SK_REGISTER(a));  // or equal products would be computed once
            sums[i] = s8_dot(sums[i], a, b);
        }
    }
    for (int i = 1; i < SK_PEAK_CHAINS; i++) sums[0] += sums[i];
    memcpy(step->y, &sums[0], sizeof sums[0]);
}

/// Reads `rounds` times 4 · vectors of `a`.
static void peak_read(const sk_step *step, int32_t part, int32_t parts) {
    const sk_peak *p = step->params;
    const float *x = step->a;
    vector_s32 sums[4] = {(vector_s32)part, (vector_s32)parts, (vector_s32)0, (vector_s32)0};
    for (int64_t round = 0; round < p->rounds; round++, x += 4 * SK_LANES) {
        SK_UNROLL
        for (int i = 0; i < 4; i++) sums[i] ^= load_s32(x + i * SK_LANES);
    }
    sums[0] ^= sums[1] ^ sums[2] ^ sums[3];
    memcpy(step->y, &sums[0], sizeof sums[0]);
}
