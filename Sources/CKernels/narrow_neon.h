// From int32 to int8 on NEON: rounded, the zero point added, saturated, clamped.
// Not-a-number becomes far too small, as on other processors.
SK_INLINE vector_s32 nearest_s32(vector_f32 x) {
    return (vector_s32)vcvtnq_s32_f32(vmaxnmq_f32((float32x4_t)x, vdupq_n_f32(-0x1p30f)));
}

/// Two vectors of neighbouring outputs.
SK_INLINE void s8_narrow(vector_s32 a, vector_s32 b, s8_bounds bounds, int8_t *y) {
    int16x8_t words = vcombine_s16(vqmovn_s32((int32x4_t)a), vqmovn_s32((int32x4_t)b));
    int8x8_t bytes = vqmovn_s16(vqaddq_s16(words, vdupq_n_s16(bounds.zero)));
    vst1_s8(y, vmin_s8(vmax_s8(bytes, vdup_n_s8(bounds.least)), vdup_n_s8(bounds.most)));
}

/// Channels 0–3 and 4–7 of one group of eight are neighbours already.
SK_INLINE void s16_narrow(vector_s32 low, vector_s32 high, s8_bounds bounds, int8_t *y) {
    s8_narrow(low, high, bounds, y);
}
