// From int32 to int8 on AVX-512: rounded, the zero point added, saturated, clamped.
SK_INLINE vector_s32 nearest_s32(vector_f32 x) { return (vector_s32)_mm512_cvtps_epi32((__m512)x); }

SK_INLINE void narrow_words(__m512i words, s8_bounds bounds, int8_t *y) {
    __m256i bytes = _mm512_cvtsepi16_epi8(_mm512_adds_epi16(words, _mm512_set1_epi16(bounds.zero)));
    bytes = _mm256_max_epi8(bytes, _mm256_set1_epi8(bounds.least));
    _mm256_storeu_si256((__m256i *)y, _mm256_min_epi8(bytes, _mm256_set1_epi8(bounds.most)));
}

/// Two vectors of neighbouring outputs.
SK_INLINE void s8_narrow(vector_s32 a, vector_s32 b, s8_bounds bounds, int8_t *y) {
    __m256i first = _mm512_cvtsepi32_epi16((__m512i)a), second = _mm512_cvtsepi32_epi16((__m512i)b);
    narrow_words(_mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1), bounds, y);
}

/// Channels 0–3 and 4–7 of every eight: packing puts them back in order.
SK_INLINE void s16_narrow(vector_s32 low, vector_s32 high, s8_bounds bounds, int8_t *y) {
    narrow_words(_mm512_packs_epi32((__m512i)low, (__m512i)high), bounds, y);
}
