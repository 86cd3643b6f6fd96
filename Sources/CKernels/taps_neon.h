// Two taps of a depthwise convolution on NEON: eight channels, weights interleaved tap by tap.
typedef int16_t vector_s16 __attribute__((ext_vector_type(2 * SK_LANES)));

#define SK_TWO_TAPS
SK_INLINE void s16_two_taps(vector_s32 *low, vector_s32 *high, vector_s16 x0, vector_s16 x1, vector_s16 w0,
                            vector_s16 w1) {
    int16x8_t a = (int16x8_t)x0, b = (int16x8_t)x1;
    int16x8_t first = vuzp1q_s16((int16x8_t)w0, (int16x8_t)w1), second = vuzp2q_s16((int16x8_t)w0, (int16x8_t)w1);
    int32x4_t sum = vmlal_s16((int32x4_t)*low, vget_low_s16(a), vget_low_s16(first));
    *low = (vector_s32)vmlal_s16(sum, vget_low_s16(b), vget_low_s16(second));
    sum = vmlal_high_s16((int32x4_t)*high, a, first);
    *high = (vector_s32)vmlal_high_s16(sum, b, second);
}
