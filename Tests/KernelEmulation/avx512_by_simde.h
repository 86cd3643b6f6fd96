// Lets the AVX-512 kernels be compiled for processors without it: included ahead of their sources, it turns their
// intrinsics into SIMDe's portable ones (https://github.com/simd-everywhere/simde) and takes away their target.
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <immintrin.h>
#include <math.h>
#include <simde/x86/avx512.h>
#include <string.h>

// `__attribute__((target("avx512f,…")))` becomes an attribute without effect, and the processor has everything.
#define target(features) annotate("emulated")
#define __builtin_cpu_supports(feature) 1

// Inline assembly that only keeps a register busy (body_peak.h) has no register of that size here.
#define __asm__
#define volatile(...) (void)0
#define SK_OPAQUE(address) (void)0

// What SIMDe lacks, or does by reading whole vectors where the instruction leaves masked elements alone.
#undef _mm512_cvtps_epi32
#define _mm512_cvtps_epi32(x) emulated_cvtps_epi32(x)
static inline simde__m512i emulated_cvtps_epi32(simde__m512 x) {
    simde__m512_private from = simde__m512_to_private(x);
    simde__m512i_private to;
    for (int i = 0; i < 2; i++) to.m256i[i] = simde_mm256_cvtps_epi32(from.m256[i]);
    return simde__m512i_from_private(to);
}

#define EMULATED_MASKED(suffix, vector, element, bits, lanes) \
    static inline vector emulated_maskz_load_##suffix(uint##bits##_t mask, const void *from) { \
        element values[lanes] = {0}; \
        for (int i = 0; i < lanes; i++) \
            if (mask >> i & 1) memcpy(values + i, (const element *)from + i, sizeof(element)); \
        vector result; \
        memcpy(&result, values, sizeof result); \
        return result; \
    } \
    static inline void emulated_mask_store_##suffix(void *to, uint##bits##_t mask, vector x) { \
        element values[lanes]; \
        memcpy(values, &x, sizeof x); \
        for (int i = 0; i < lanes; i++) \
            if (mask >> i & 1) memcpy((element *)to + i, values + i, sizeof(element)); \
    }
EMULATED_MASKED(ps512, simde__m512, float, 16, 16)
EMULATED_MASKED(epi8_128, simde__m128i, int8_t, 16, 16)
EMULATED_MASKED(epi8_256, simde__m256i, int8_t, 32, 32)
EMULATED_MASKED(epi8_512, simde__m512i, int8_t, 64, 64)
#undef EMULATED_MASKED
#undef _mm512_maskz_loadu_ps
#undef _mm512_mask_storeu_ps
#undef _mm_maskz_loadu_epi8
#undef _mm_mask_storeu_epi8
#undef _mm256_maskz_loadu_epi8
#undef _mm256_mask_storeu_epi8
#undef _mm512_maskz_loadu_epi8
#undef _mm512_mask_storeu_epi8
#define _mm512_maskz_loadu_ps(mask, from) emulated_maskz_load_ps512(mask, from)
#define _mm512_mask_storeu_ps(to, mask, x) emulated_mask_store_ps512(to, mask, x)
#define _mm_maskz_loadu_epi8(mask, from) emulated_maskz_load_epi8_128(mask, from)
#define _mm_mask_storeu_epi8(to, mask, x) emulated_mask_store_epi8_128(to, mask, x)
#define _mm512_maskz_loadu_epi8(mask, from) emulated_maskz_load_epi8_512(mask, from)
#define _mm512_mask_storeu_epi8(to, mask, x) emulated_mask_store_epi8_512(to, mask, x)
#define _mm256_maskz_loadu_epi8(mask, from) emulated_maskz_load_epi8_256(mask, from)
#define _mm256_mask_storeu_epi8(to, mask, x) emulated_mask_store_epi8_256(to, mask, x)

#define EMULATED_CONVERSION(name, from_vector, from_element, to_vector, to_element) \
    static inline to_vector emulated_##name(from_vector x) { \
        from_element from[16]; \
        to_element to[16]; \
        memcpy(from, &x, sizeof from); \
        for (int i = 0; i < 16; i++) to[i] = (to_element)from[i]; \
        to_vector result; \
        memcpy(&result, to, sizeof result); \
        return result; \
    }
EMULATED_CONVERSION(cvtepi8_epi32, simde__m128i, int8_t, simde__m512i, int32_t)
EMULATED_CONVERSION(cvtepi32_ps, simde__m512i, int32_t, simde__m512, float)
#undef EMULATED_CONVERSION
#undef _mm512_cvtepi8_epi32
#undef _mm512_cvtepi32_ps
#define _mm512_cvtepi8_epi32(x) emulated_cvtepi8_epi32(x)
#define _mm512_cvtepi32_ps(x) emulated_cvtepi32_ps(x)
