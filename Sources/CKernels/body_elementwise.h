// Element-wise kernels: activations, broadcasting arithmetic, per-channel affine maps, tables.
#include "common.h"
#include "body_functions.h"

SK_INLINE float unary_value(const sk_unary *p, int32_t kind, float x) {
    switch (kind) {
    case SK_RELU: return x < 0 ? 0 : x;
    case SK_RELU6: return sk_clamp(x, 0, 6);
    case SK_HARD_SWISH: return x * sk_clamp(x + 3, 0, 6) * (1.0f / 6);
    case SK_SIGMOID: return sk_sigmoid(x);
    case SK_SILU: return sk_silu(x);
    case SK_TANH: return sk_tanh(x);
    case SK_HARD_SIGMOID: return sk_clamp(p->p * x + p->q, 0, 1);
    case SK_GELU: return 0.5f * x * (1 + sk_erf(x * 0.70710678f));
    case SK_GELU_TANH: return 0.5f * x * (1 + sk_tanh(0.79788456f * (x + 0.044715f * x * x * x)));
    case SK_LEAKY_RELU: return x < 0 ? x * p->p : x;
    case SK_CLIP: return sk_clamp(x, p->p, p->q);
    case SK_ABSOLUTE: return fabsf(x);
    case SK_NEGATE: return -x;
    case SK_EXPONENTIAL: return sk_exp(x);
    case SK_LOGARITHM: return logf(x);
    case SK_SQUARE_ROOT: return sqrtf(x);
    case SK_RECIPROCAL: return 1 / x;
    case SK_FLOOR: return floorf(x);
    case SK_CEILING: return ceilf(x);
    case SK_ROUND: return rintf(x);
    case SK_SIGN: return x > 0 ? 1.0f : (x < 0 ? -1.0f : x);
    case SK_SINE: return sinf(x);
    case SK_COSINE: return cosf(x);
    case SK_ERROR_FUNCTION: return sk_erf(x);
    case SK_SOFTPLUS: return sk_softplus(x);
    case SK_SOFTSIGN: return x / (1 + fabsf(x));
    case SK_BINARIZE: return x >= 0 ? 1.0f : (x < 0 ? -1.0f : x);
    case SK_FAKE_QUANTIZE: {
        if (x != x) return x;
        return (float)sk_round_clamped(x / p->scale, p->lower, p->upper) * p->scale;
    }
    default: return x;
    }
}

// A result may lie exactly over an operand: elements do not depend on each other, so the loops vectorise regardless.
#define SK_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")

// One loop a kind, so that the cheap kinds become vector loops.
#define UNARY_LOOP(kind) \
    case kind: \
        SK_INDEPENDENT \
        for (int64_t i = first; i < last; i++) y[i] = unary_value(p, kind, x[i]); \
        break;

static void unary_f32(const sk_step *step, int32_t part, int32_t parts) {
    const sk_unary *p = step->params;
    const float *x = step->a;
    float *y = step->y;
    int64_t first, last;
    sk_share(p->count, part, parts, &first, &last);
    switch (p->kind) {
    UNARY_LOOP(SK_RELU) UNARY_LOOP(SK_RELU6) UNARY_LOOP(SK_HARD_SWISH) UNARY_LOOP(SK_SIGMOID)
    UNARY_LOOP(SK_SILU) UNARY_LOOP(SK_TANH) UNARY_LOOP(SK_HARD_SIGMOID) UNARY_LOOP(SK_GELU)
    UNARY_LOOP(SK_GELU_TANH) UNARY_LOOP(SK_LEAKY_RELU) UNARY_LOOP(SK_CLIP) UNARY_LOOP(SK_ABSOLUTE)
    UNARY_LOOP(SK_NEGATE) UNARY_LOOP(SK_EXPONENTIAL) UNARY_LOOP(SK_LOGARITHM) UNARY_LOOP(SK_SQUARE_ROOT)
    UNARY_LOOP(SK_RECIPROCAL) UNARY_LOOP(SK_FLOOR) UNARY_LOOP(SK_CEILING) UNARY_LOOP(SK_ROUND)
    UNARY_LOOP(SK_SIGN) UNARY_LOOP(SK_SINE) UNARY_LOOP(SK_COSINE) UNARY_LOOP(SK_ERROR_FUNCTION)
    UNARY_LOOP(SK_SOFTPLUS) UNARY_LOOP(SK_SOFTSIGN) UNARY_LOOP(SK_BINARIZE) UNARY_LOOP(SK_FAKE_QUANTIZE)
    UNARY_LOOP(SK_IDENTITY)
    }
}
#undef UNARY_LOOP

SK_INLINE float binary_value(int32_t kind, float a, float b) {
    switch (kind) {
    case SK_ADD: return a + b;
    case SK_SUBTRACT: return a - b;
    case SK_MULTIPLY: return a * b;
    case SK_DIVIDE: return a / b;
    case SK_MINIMUM: return a != a ? a : (b < a || b != b ? b : a);
    case SK_MAXIMUM: return a != a ? a : (b > a || b != b ? b : a);
    case SK_EQUAL: return a == b;
    case SK_NOT_EQUAL: return a != b;
    case SK_LESS: return a < b;
    case SK_LESS_OR_EQUAL: return a <= b;
    case SK_GREATER: return a > b;
    case SK_GREATER_OR_EQUAL: return a >= b;
    case SK_AND: return a != 0 && b != 0;
    case SK_OR: return a != 0 || b != 0;
    case SK_EXCLUSIVE_OR: return (a != 0) != (b != 0);
    default: return powf(a, b);
    }
}

// The three inner loops a broadcast meets: both run, or one repeats a single value.
#define BINARY_ROW(kind) \
    case kind: \
        if (sa == 1 && sb == 1) \
            SK_INDEPENDENT for (int64_t i = 0; i < n; i++) y[i] = sk_clamp(binary_value(kind, a[i], b[i]), lo, hi); \
        else if (sa == 1 && sb == 0) \
            SK_INDEPENDENT for (int64_t i = 0; i < n; i++) y[i] = sk_clamp(binary_value(kind, a[i], b[0]), lo, hi); \
        else \
            for (int64_t i = 0; i < n; i++) y[i] = sk_clamp(binary_value(kind, a[i * sa], b[i * sb]), lo, hi); \
        break;

SK_INLINE void binary_row(int32_t kind, const float *a, int64_t sa, const float *b, int64_t sb, float *y,
                          int64_t n, float lo, float hi) {
    switch (kind) {
    BINARY_ROW(SK_ADD) BINARY_ROW(SK_SUBTRACT) BINARY_ROW(SK_MULTIPLY) BINARY_ROW(SK_DIVIDE)
    BINARY_ROW(SK_MINIMUM) BINARY_ROW(SK_MAXIMUM) BINARY_ROW(SK_POWER)
    BINARY_ROW(SK_EQUAL) BINARY_ROW(SK_NOT_EQUAL) BINARY_ROW(SK_LESS) BINARY_ROW(SK_LESS_OR_EQUAL)
    BINARY_ROW(SK_GREATER) BINARY_ROW(SK_GREATER_OR_EQUAL) BINARY_ROW(SK_AND) BINARY_ROW(SK_OR)
    BINARY_ROW(SK_EXCLUSIVE_OR)
    }
}
#undef BINARY_ROW

/// The row-th run along the innermost axis: where its operands begin.
SK_INLINE void broadcast_row(const sk_binary *p, int64_t row, int64_t *a, int64_t *b) {
    *a = 0;
    *b = 0;
    for (int32_t axis = p->rank - 2; axis >= 0; axis--) {
        int64_t index = row % p->size[axis];
        row /= p->size[axis];
        *a += index * p->a_step[axis];
        *b += index * p->b_step[axis];
    }
}

SK_INLINE int64_t broadcast_rows(const sk_binary *p) {
    int64_t rows = 1;
    for (int32_t axis = 0; axis + 1 < p->rank; axis++) rows *= p->size[axis];
    return rows;
}

static void binary_f32(const sk_step *step, int32_t part, int32_t parts) {
    const sk_binary *p = step->params;
    const float *a = step->a, *b = step->b;
    float *y = step->y;
    int64_t n = p->size[p->rank - 1], sa = p->a_step[p->rank - 1], sb = p->b_step[p->rank - 1];
    int64_t first, last;
    sk_share(broadcast_rows(p), part, parts, &first, &last);
    for (int64_t row = first; row < last; row++) {
        int64_t ia, ib;
        broadcast_row(p, row, &ia, &ib);
        binary_row(p->kind, a + ia, sa, b + ib, sb, y + row * n, n, p->lower, p->upper);
    }
}

/// One int8 result of real-number arithmetic on two int8 operands; the same operations in every kernel set.
SK_INLINE int8_t binary_s8_value(const sk_binary *p, int32_t kind, int8_t qa, int8_t qb) {
    float a = (float)(qa - p->a_zero), b = (float)(qb - p->b_zero), y;
    switch (kind) {
    case SK_ADD: y = a * p->a_scale + b * p->b_scale; break;
    case SK_SUBTRACT: y = a * p->a_scale - b * p->b_scale; break;
    case SK_MULTIPLY: y = a * b * p->a_scale; break;
    default: y = binary_value(kind, a * p->a_scale, b * p->b_scale) / p->y_scale; break;
    }
    return (int8_t)(sk_round_clamped(y, p->lower, p->upper) + p->y_zero);
}

#define BINARY_S8_ROW(kind) \
    case kind: for (int64_t i = 0; i < n; i++) y[i] = binary_s8_value(p, kind, a[i * sa], b[i * sb]); break;

static void binary_s8(const sk_step *step, int32_t part, int32_t parts) {
    const sk_binary own = *(const sk_binary *)step->params, *p = &own;  // stores of bytes may not change it
    int64_t n = p->size[p->rank - 1], sa = p->a_step[p->rank - 1], sb = p->b_step[p->rank - 1];
    int64_t first, last;
    sk_share(broadcast_rows(p), part, parts, &first, &last);
    for (int64_t row = first; row < last; row++) {
        int64_t ia, ib;
        broadcast_row(p, row, &ia, &ib);
        const int8_t *a = (const int8_t *)step->a + ia, *b = (const int8_t *)step->b + ib;
        int8_t *y = (int8_t *)step->y + row * n;
        if (p->kind == SK_ADD && sa == 1 && sb == 1) {
            SK_INDEPENDENT
            for (int64_t i = 0; i < n; i++) y[i] = binary_s8_value(p, SK_ADD, a[i], b[i]);
            continue;
        }
        switch (p->kind) {
        BINARY_S8_ROW(SK_ADD) BINARY_S8_ROW(SK_SUBTRACT) BINARY_S8_ROW(SK_MULTIPLY) BINARY_S8_ROW(SK_DIVIDE)
        BINARY_S8_ROW(SK_MINIMUM) BINARY_S8_ROW(SK_MAXIMUM) BINARY_S8_ROW(SK_POWER)
        }
    }
}
#undef BINARY_S8_ROW

static void affine_f32(const sk_step *step, int32_t part, int32_t parts) {
    const sk_affine *p = step->params;
    int64_t first, last;
    sk_share(p->rows, part, parts, &first, &last);
    for (int64_t row = first; row < last; row++) {
        const float *x = (const float *)step->a + row * p->channels;
        float *y = (float *)step->y + row * p->channels;
        SK_INDEPENDENT
        for (int64_t c = 0; c < p->channels; c++) y[c] = x[c] * p->scale[c] + p->offset[c];
    }
}

static void lookup_s8(const sk_step *step, int32_t part, int32_t parts) {
    const sk_lookup *p = step->params;
    const int8_t *x = step->a, *table = p->table;
    const int8_t least = p->least, most = p->most;
    int8_t *y = step->y;
    int64_t first, last;
    sk_share(p->count, part, parts, &first, &last);
    if (table) {
        SK_INDEPENDENT
        for (int64_t i = first; i < last; i++) y[i] = table[x[i] + 128];
        return;
    }
    SK_INDEPENDENT
    for (int64_t i = first; i < last; i++) {
        int8_t value = x[i] > least ? x[i] : least;
        y[i] = value < most ? value : most;
    }
}
