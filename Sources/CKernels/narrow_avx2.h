// From int32 to int8 on AVX2: rounded, the zero point added, saturated, clamped.
SK_INLINE vector_s32 nearest_s32(vector_f32 x) { return (vector_s32)_mm256_cvtps_epi32((__m256)x); }

SK_INLINE void narrow_words(__m256i words, s8_bounds bounds, int8_t *y) {
    words = _mm256_adds_epi16(words, _mm256_set1_epi16(bounds.zero));
    __m128i bytes = _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    bytes = _mm_max_epi8(bytes, _mm_set1_epi8(bounds.least));
    _mm_storeu_si128((__m128i *)y, _mm_min_epi8(bytes, _mm_set1_epi8(bounds.most)));
}

/// Two vectors of neighbouring outputs.
SK_INLINE void s8_narrow(vector_s32 a, vector_s32 b, s8_bounds bounds, int8_t *y) {
    narrow_words(_mm256_permute4x64_epi64(_mm256_packs_epi32((__m256i)a, (__m256i)b), 0xD8), bounds, y);
}

/// Channels 0–3 and 4–7 of every eight: packing puts them back in order.
SK_INLINE void s16_narrow(vector_s32 low, vector_s32 high, s8_bounds bounds, int8_t *y) {
    narrow_words(_mm256_packs_epi32((__m256i)low, (__m256i)high), bounds, y);
}
