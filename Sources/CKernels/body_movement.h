// Kernels that move or convert elements: gathers (slice, transpose, pad, broadcast, nearest resize), borders, types.
#include "common.h"

SK_INLINE void gather_row(const sk_gather *p, const uint8_t *x, int64_t base, bool filled, uint8_t *y) {
    int32_t axis = p->rank - 1;
    int64_t n = p->size[axis], step = p->y_step[axis];
    const int64_t *offset = p->offset[axis];
    int32_t bytes = p->element_bytes;
    if (!filled && p->contiguous == n) {
        memcpy(y, x + (base + offset[0]) * bytes, (size_t)(n * bytes));
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        uint8_t *to = y + i * step * bytes;
        bool fill = filled || offset[i] < 0;
        const uint8_t *from = fill ? (const uint8_t *)&p->fill : x + (base + offset[i]) * bytes;
        switch (bytes) {
        case 1: *to = *from; break;
        case 2: memcpy(to, from, 2); break;
        case 4: memcpy(to, from, 4); break;
        default: memcpy(to, from, 8); break;
        }
    }
}

static void gather(const sk_step *step, int32_t part, int32_t parts) {
    const sk_gather *p = step->params;
    int64_t rows = 1, first, last;
    for (int32_t axis = 0; axis + 1 < p->rank; axis++) rows *= p->size[axis];
    sk_share(rows, part, parts, &first, &last);
    for (int64_t row = first; row < last; row++) {
        int64_t rest = row, base = 0, to = p->y_offset;
        bool filled = false;
        for (int32_t axis = p->rank - 2; axis >= 0; axis--) {
            int64_t index = rest % p->size[axis];
            rest /= p->size[axis];
            to += index * p->y_step[axis];
            filled |= p->offset[axis][index] < 0;
            base += p->offset[axis][index];
        }
        gather_row(p, step->a, base, filled, (uint8_t *)step->y + to * p->element_bytes);
    }
}

#define TRANSPOSE(type) \
    SK_INLINE void transpose_##type(const type *restrict x, type *restrict y, int64_t rows, int64_t columns, \
                                    int64_t first, int64_t last) { \
        if (rows == 3) { /* images whose colours come as planes */ \
            for (int64_t j = first; j < last; j++) { \
                y[3 * j] = x[j]; \
                y[3 * j + 1] = x[columns + j]; \
                y[3 * j + 2] = x[2 * columns + j]; \
            } \
            return; \
        } \
        for (int64_t run = first; run < last; run += 16) { \
            int64_t end = run + 16 < last ? run + 16 : last; \
            for (int64_t i = 0; i < rows; i++) \
                for (int64_t j = run; j < end; j++) y[j * rows + i] = x[i * columns + j]; \
        } \
    }
TRANSPOSE(uint8_t)
TRANSPOSE(uint16_t)
TRANSPOSE(uint32_t)
TRANSPOSE(uint64_t)
#undef TRANSPOSE

static void transpose(const sk_step *step, int32_t part, int32_t parts) {
    const sk_transpose *p = step->params;
    int64_t first, last, size = p->rows * p->columns;
    sk_share(p->columns, part, parts, &first, &last);
    for (int64_t o = 0; o < p->outer; o++) {
        switch (p->element_bytes) {
#define SIZE(bytes, type) \
    case bytes: \
        transpose_##type((const type *)step->a + o * size, (type *)step->y + o * size, p->rows, p->columns, first, \
                         last); \
        break;
        SIZE(1, uint8_t) SIZE(2, uint16_t) SIZE(4, uint32_t) SIZE(8, uint64_t)
#undef SIZE
        }
    }
}

// One output row of a bordered image: fill, pixels, fill.
#define BORDER(name, from_type, to_type, VALUE) \
    static void name(const sk_step *step, int32_t part, int32_t parts) { \
        const sk_border *p = step->params; \
        int64_t rows = p->top + (int64_t)p->height + p->bottom, c = p->channels; \
        int64_t width = (p->left + (int64_t)p->width + p->right) * c, inner = p->width * c, first, last; \
        const from_type *x = step->a; \
        to_type *y = step->y; \
        sk_share(rows * p->images, part, parts, &first, &last); \
        for (int64_t row = first; row < last; row++) { \
            to_type *to = y + row * width; \
            int64_t source = row % rows - p->top; \
            if (source < 0 || source >= p->height) { \
                for (int64_t i = 0; i < width; i++) to[i] = (to_type)p->fill; \
                continue; \
            } \
            const from_type *from = x + (row / rows * p->height + source) * inner; \
            for (int64_t i = 0; i < p->left * c; i++) *to++ = (to_type)p->fill; \
            for (int64_t i = 0; i < inner; i++) to[i] = VALUE; \
            to += inner; \
            for (int64_t i = 0; i < p->right * c; i++) *to++ = (to_type)p->fill; \
        } \
    }
BORDER(border_f32, float, float, from[i])
#ifndef SK_RAISES  // whose int8 inputs become unsigned as they are copied
BORDER(border_s8, int8_t, int8_t, from[i])
#endif
BORDER(border_s16, int8_t, int16_t, (int16_t)(from[i] - p->subtract))
#undef BORDER

SK_INLINE float half_to_float(uint16_t h) {
    _Float16 value;
    memcpy(&value, &h, 2);
    return (float)value;
}

SK_INLINE double load_number(int32_t type, const void *x, int64_t i) {
    switch (type) {
    case SK_FLOAT32: return ((const float *)x)[i];
    case SK_FLOAT16: return half_to_float(((const uint16_t *)x)[i]);
    case SK_BFLOAT16: {
        uint32_t bits = (uint32_t)((const uint16_t *)x)[i] << 16;
        float value;
        memcpy(&value, &bits, 4);
        return value;
    }
    case SK_INT8: return ((const int8_t *)x)[i];
    case SK_UINT8: return ((const uint8_t *)x)[i];
    case SK_INT16: return ((const int16_t *)x)[i];
    case SK_INT32: return ((const int32_t *)x)[i];
    case SK_INT64: return (double)((const int64_t *)x)[i];
    default: return ((const uint8_t *)x)[i] != 0;
    }
}

/// The integer nearest zero, saturated; not-a-number becomes 0.
SK_INLINE double truncated(double x, double lower, double upper) {
    if (x != x) return 0;
    x = x < 0 ? ceil(x) : floor(x);
    return x < lower ? lower : (x > upper ? upper : x);
}

SK_INLINE void store_number(int32_t type, void *y, int64_t i, double x) {
    switch (type) {
    case SK_FLOAT32: ((float *)y)[i] = (float)x; break;
    case SK_FLOAT16: {
        _Float16 value = (_Float16)(float)x;
        memcpy((uint16_t *)y + i, &value, 2);
        break;
    }
    case SK_BFLOAT16: {
        float value = (float)x;
        uint32_t bits;
        memcpy(&bits, &value, 4);
        // Round half to even; a not-a-number keeps its payload's top bit.
        bits = value != value ? bits | 0x400000 : bits + 0x7FFF + (bits >> 16 & 1);
        ((uint16_t *)y)[i] = (uint16_t)(bits >> 16);
        break;
    }
    case SK_INT8: ((int8_t *)y)[i] = (int8_t)truncated(x, -128, 127); break;
    case SK_UINT8: ((uint8_t *)y)[i] = (uint8_t)truncated(x, 0, 255); break;
    case SK_INT16: ((int16_t *)y)[i] = (int16_t)truncated(x, -32768, 32767); break;
    case SK_INT32: ((int32_t *)y)[i] = (int32_t)truncated(x, -2147483648.0, 2147483647.0); break;
    case SK_INT64: {
        double t = truncated(x, -9223372036854775808.0, 9223372036854774784.0);
        ((int64_t *)y)[i] = (int64_t)t;
        break;
    }
    default: ((uint8_t *)y)[i] = x != 0; break;
    }
}

static void convert(const sk_step *step, int32_t part, int32_t parts) {
    const sk_convert *p = step->params;
    int64_t first, last;
    sk_share(p->count, part, parts, &first, &last);
    if (p->from == SK_INT64 && p->to == SK_INT32) {
        for (int64_t i = first; i < last; i++) ((int32_t *)step->y)[i] = (int32_t)((const int64_t *)step->a)[i];
        return;
    }
    for (int64_t i = first; i < last; i++) store_number(p->to, step->y, i, load_number(p->from, step->a, i));
}

SK_INLINE int64_t scale_index(const sk_convert *p, int64_t i) { return p->axis > 1 ? i / p->inner % p->axis : 0; }

static void dequantize_s8(const sk_step *step, int32_t part, int32_t parts) {
    const sk_convert *p = step->params;
    const int8_t *x = step->a;
    float *y = step->y;
    int64_t first, last;
    sk_share(p->count, part, parts, &first, &last);
    if (p->axis <= 1 && p->from == SK_INT8) {
        float scale = p->scale[0];
        int32_t zero = p->zero[0];
        for (int64_t i = first; i < last; i++) y[i] = (float)(x[i] - zero) * scale;
        return;
    }
    for (int64_t i = first; i < last; i++) {
        int64_t c = scale_index(p, i);
        double q = load_number(p->from, x, i);
        y[i] = (float)(q - p->zero[c]) * p->scale[c];
    }
}

#ifdef SK_FUSES  // sets with fused multiply-add; dividing takes them several times as long
/// x / scale, correctly rounded: two corrections of the product with the reciprocal by its exact residual (Markstein,
/// "Computation of elementary functions on the IBM RISC System/6000 processor", 1990). Quotients beyond 1024 become that.
SK_INLINE float quotient(float x, float scale, float reciprocal) {
    float most = 1024 * scale;
    x = x > most ? most : x;
    x = x < -most ? -most : x;
    float q = x * reciprocal;
    q = __builtin_fmaf(__builtin_fmaf(-q, scale, x), reciprocal, q);
    return __builtin_fmaf(__builtin_fmaf(-q, scale, x), reciprocal, q);
}
#else
SK_INLINE float quotient(float x, float scale, float reciprocal) {
    (void)reciprocal;
    return x / scale;
}
#endif

/// To sixteen bits.
SK_INLINE void quantize_s16(const sk_convert *p, const float *x, int16_t *y, int64_t first, int64_t last) {
    for (int64_t i = first; i < last; i++) {
        int64_t c = scale_index(p, i);
        int32_t zero = p->zero[c];
        y[i] = (int16_t)(sk_round_clamped(x[i] / p->scale[c], (float)(-32768 - zero), (float)(32767 - zero)) + zero);
    }
}

static void quantize_s8(const sk_step *step, int32_t part, int32_t parts) {
    const sk_convert *p = step->params;
    const float *x = step->a;
    int8_t *y = step->y;
    int64_t first, last;
    sk_share(p->count, part, parts, &first, &last);
    if (p->to == SK_INT16) return quantize_s16(p, x, step->y, first, last);
    if (p->axis <= 1) {
        float scale = p->scale[0];
        int32_t zero = p->zero[0];
        // Reciprocals and residuals of other scales are not normal numbers.
        if (scale < 0x1p-100f || scale > 0x1p100f)
            for (int64_t i = first; i < last; i++) y[i] = sk_saturate(x[i] / scale, zero);
        else
            for (int64_t i = first; i < last; i++) y[i] = sk_saturate(quotient(x[i], scale, 1 / scale), zero);
        return;
    }
    for (int64_t i = first; i < last; i++) {
        int64_t c = scale_index(p, i);
        y[i] = sk_saturate(x[i] / p->scale[c], p->zero[c]);
    }
}

static void requantize_s8(const sk_step *step, int32_t part, int32_t parts) {
    const sk_convert *p = step->params;
    const int8_t *x = step->a;
    int8_t *y = step->y;
    float factor = p->scale[0];
    int32_t zero = p->zero[0], y_zero = p->y_zero[0];
    int64_t first, last;
    sk_share(p->count, part, parts, &first, &last);
    for (int64_t i = first; i < last; i++) y[i] = sk_saturate((float)(x[i] - zero) * factor, y_zero);
}
