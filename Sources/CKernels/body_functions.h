// Exponential functions of one number, without branches and calls, so that loops over them become vector loops.
//
// The reference calls the C library. Sets with fused multiply-adds evaluate polynomials (fitted by reweighted least squares
// to the largest relative error) and give the same bits as each other. Largest errors, in units in the last place:
//   exp            1; zero below 2^-125.5
//   sigmoid, silu  3; zero where the sigmoid is below 2^-127.5
//   softplus       4
//   tanh, erf      6
// Not-a-number gives not-a-number.
#include "common.h"

#ifndef SK_FUSES
SK_INLINE float sk_exp(float x) { return expf(x); }
SK_INLINE float sk_sigmoid(float x) { return 1 / (1 + expf(-x)); }
SK_INLINE float sk_silu(float x) { return x / (1 + expf(-x)); }
SK_INLINE float sk_tanh(float x) { return tanhf(x); }
SK_INLINE float sk_erf(float x) { return erff(x); }
SK_INLINE float sk_softplus(float x) { return x > 20 ? x : log1pf(expf(x)); }
#else
#define SK_FMA __builtin_fmaf

SK_INLINE uint32_t sk_float_bits(float x) {
    uint32_t bits;
    memcpy(&bits, &x, 4);
    return bits;
}

SK_INLINE float sk_float_of_bits(uint32_t bits) {
    float x;
    memcpy(&x, &bits, 4);
    return x;
}

/// 2^n; zero for n = −127, infinite for n = 128.
SK_INLINE float sk_power_of_two(int32_t n) { return sk_float_of_bits((uint32_t)(n + 127) << 23); }

/// e^x = *scale · 2^(the result), for x in the range of exponents: x = n · ln 2 + r, and a polynomial of r.
SK_INLINE int32_t sk_exp_parts(float x, float *scale) {
    // Adding 1.5 · 2^23 leaves the nearest integer in the low bits.
    const float shift = 12582912.0f;
    float shifted = SK_FMA(x, 1.44269504f, shift), n = shifted - shift;
    float r = SK_FMA(n, 1.90465430e-9f, SK_FMA(n, -0.693147182f, x));
    float p = SK_FMA(r, 1.99178178e-4f, 1.39460783e-3f);
    p = SK_FMA(p, r, 8.33326578e-3f);
    p = SK_FMA(p, r, 4.16662693e-2f);
    p = SK_FMA(p, r, 0.166666672f);
    p = SK_FMA(p, r, 0.5f);
    *scale = SK_FMA(p * r, r, r) + 1;
    return (int32_t)(sk_float_bits(shifted) - sk_float_bits(shift));
}

SK_INLINE float sk_exp(float x) {
    float scale;
    int32_t n = sk_exp_parts(sk_clamp(x, -87.6f, 89), &scale);
    return (scale + scale) * sk_power_of_two(n - 1);
}

/// 1 + e^-x; infinite for x below −88.4.
SK_INLINE float sk_one_plus_exp_of_negative(float x) {
    float scale;
    int32_t n = sk_exp_parts(sk_clamp(-x, -88, 89), &scale);
    return SK_FMA(scale, sk_power_of_two(n), 1);
}

SK_INLINE float sk_sigmoid(float x) { return 1 / sk_one_plus_exp_of_negative(x); }
SK_INLINE float sk_silu(float x) { return x / sk_one_plus_exp_of_negative(x); }

SK_INLINE float sk_tanh(float x) {
    x = sk_clamp(x, -9.01f, 9.01f);
    float u = x * x;
    float p = SK_FMA(u, 1.33371119e-8f, 2.05965063e-5f), q = SK_FMA(u, 7.7693934e-7f, 3.28438822e-4f);
    p = SK_FMA(p, u, 3.49482708e-3f), q = SK_FMA(q, u, 2.58740895e-2f);
    p = SK_FMA(p, u, 0.133803859f), q = SK_FMA(q, u, 0.467137069f);
    p = SK_FMA(p, u, 1), q = SK_FMA(q, u, 1);
    return sk_clamp(x * p / q, -1, 1);
}

SK_INLINE float sk_erf(float x) {
    x = sk_clamp(x, -3.92f, 3.92f);
    float u = x * x;
    float p = SK_FMA(u, 2.05003153e-6f, 2.84874986e-4f), q = SK_FMA(u, 3.80907295e-5f, 1.16249989e-3f);
    p = SK_FMA(p, u, 3.76551319e-3f), q = SK_FMA(q, u, 1.49690192e-2f);
    p = SK_FMA(p, u, 5.27484007e-2f), q = SK_FMA(q, u, 0.114108324f);
    p = SK_FMA(p, u, 0.190404788f), q = SK_FMA(q, u, 0.502074599f);
    p = SK_FMA(p, u, 1.12837911f), q = SK_FMA(q, u, 1);
    return sk_clamp(x * p / q, -1, 1);
}

/// log(1 + t) for t from 0 to 1.
SK_INLINE float sk_log1p_of_fraction(float t) {
    float p = SK_FMA(t, 3.41727445e-3f, 0.238157287f), q = SK_FMA(t, 7.52871931e-2f, 0.687935829f);
    p = SK_FMA(p, t, 1.06621802f), q = SK_FMA(q, t, 1.5662179f);
    p = SK_FMA(p, t, 1), q = SK_FMA(q, t, 1);
    return t * p / q;
}

SK_INLINE float sk_softplus(float x) {
    float positive = x > 0 ? x : 0;
    return positive + sk_log1p_of_fraction(sk_exp(-fabsf(x)));
}
#endif
