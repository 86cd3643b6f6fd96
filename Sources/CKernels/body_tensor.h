// Softmax, normalisation across channels, matrix products, reductions and linear resizing.
#include "common.h"

#define SK_SOFTMAX_COLUMNS 16  // columns that go down the axis together

/// The softmax of `columns` neighbouring columns.
SK_INLINE void softmax_columns(const sk_softmax *p, const float *x, float *y, const int columns) {
    float top[SK_SOFTMAX_COLUMNS], sum[SK_SOFTMAX_COLUMNS];
    for (int c = 0; c < columns; c++) top[c] = -INFINITY, sum[c] = 0;
    for (int64_t i = 0; i < p->axis; i++)
        for (int c = 0; c < columns; c++) top[c] = x[i * p->inner + c] > top[c] ? x[i * p->inner + c] : top[c];
    for (int64_t i = 0; i < p->axis; i++)
        for (int c = 0; c < columns; c++) {
            float e = sk_exp(x[i * p->inner + c] - top[c]);
            y[i * p->inner + c] = e;
            sum[c] += e;
        }
    for (int64_t i = 0; i < p->axis; i++)
        for (int c = 0; c < columns; c++) y[i * p->inner + c] = y[i * p->inner + c] / sum[c];
}

#ifdef SK_FUSES
#define SK_RUN_LANES 16  // parts that a run is gone through in, so that vectors are full

SK_INLINE float largest_of(const float *x, int64_t n) {
    float tops[SK_RUN_LANES], top = -INFINITY;
    for (int lane = 0; lane < SK_RUN_LANES; lane++) tops[lane] = -INFINITY;
    int64_t i = 0;
    for (; i + SK_RUN_LANES <= n; i += SK_RUN_LANES)
        for (int lane = 0; lane < SK_RUN_LANES; lane++)
            tops[lane] = x[i + lane] > tops[lane] ? x[i + lane] : tops[lane];
    for (; i < n; i++) top = x[i] > top ? x[i] : top;
    for (int lane = 0; lane < SK_RUN_LANES; lane++) top = tops[lane] > top ? tops[lane] : top;
    return top;
}

SK_INLINE float sum_of(const float *x, int64_t n) {
    float sums[SK_RUN_LANES] = {0}, sum = 0;
    int64_t i = 0;
    for (; i + SK_RUN_LANES <= n; i += SK_RUN_LANES)
        for (int lane = 0; lane < SK_RUN_LANES; lane++) sums[lane] += x[i + lane];
    for (; i < n; i++) sum += x[i];
    for (int lane = 0; lane < SK_RUN_LANES; lane++) sum += sums[lane];
    return sum;
}

/// The softmax of one row of neighbours.
SK_INLINE void softmax_row(const float *x, float *y, int64_t n) {
    float top = largest_of(x, n);
    SK_INDEPENDENT
    for (int64_t i = 0; i < n; i++) y[i] = sk_exp(x[i] - top);
    float sum = sum_of(y, n);
    SK_INDEPENDENT
    for (int64_t i = 0; i < n; i++) y[i] = y[i] / sum;
}

/// Σ (x − mean)².
SK_INLINE float squares_of(const float *x, float mean, int64_t n) {
    float sums[SK_RUN_LANES] = {0}, sum = 0;
    int64_t i = 0;
    for (; i + SK_RUN_LANES <= n; i += SK_RUN_LANES)
        for (int lane = 0; lane < SK_RUN_LANES; lane++)
            sums[lane] += (x[i + lane] - mean) * (x[i + lane] - mean);
    for (; i < n; i++) sum += (x[i] - mean) * (x[i] - mean);
    for (int lane = 0; lane < SK_RUN_LANES; lane++) sum += sums[lane];
    return sum;
}
#else
SK_INLINE float sum_of(const float *x, int64_t n) {
    float sum = 0;
    for (int64_t i = 0; i < n; i++) sum += x[i];
    return sum;
}

SK_INLINE float squares_of(const float *x, float mean, int64_t n) {
    float sum = 0;
    for (int64_t i = 0; i < n; i++) sum += (x[i] - mean) * (x[i] - mean);
    return sum;
}

SK_INLINE void softmax_row(const float *x, float *y, int64_t n) {
    softmax_columns(&(sk_softmax){.axis = n, .inner = 1}, x, y, 1);
}
#endif

static void softmax_f32(const sk_step *step, int32_t part, int32_t parts) {
    const sk_softmax *p = step->params;
    int64_t first, last;
    sk_share(p->outer * p->inner, part, parts, &first, &last);
    for (int64_t row = first; row < last;) {
        int64_t column = row % p->inner, at = row / p->inner * p->axis * p->inner + column;
        const float *x = (const float *)step->a + at;
        float *y = (float *)step->y + at;
        int64_t left = p->inner - column < last - row ? p->inner - column : last - row;
        if (p->inner == 1) softmax_row(x, y, p->axis);
        else if (left >= SK_SOFTMAX_COLUMNS) softmax_columns(p, x, y, SK_SOFTMAX_COLUMNS);
        else softmax_columns(p, x, y, 1);
        row += p->inner > 1 && left >= SK_SOFTMAX_COLUMNS ? SK_SOFTMAX_COLUMNS : 1;
    }
}

// Through float32 with the same operations everywhere, so that every kernel set gives the same integers.
static void softmax_s8(const sk_step *step, int32_t part, int32_t parts) {
    const sk_softmax *p = step->params;
    int64_t first, last;
    sk_share(p->outer * p->inner, part, parts, &first, &last);
    for (int64_t row = first; row < last; row++) {
        int64_t at = row / p->inner * p->axis * p->inner + row % p->inner;
        const int8_t *x = (const int8_t *)step->a + at;
        int8_t *y = (int8_t *)step->y + at;
        int32_t top = -128;
        double sum = 0;
        for (int64_t i = 0; i < p->axis; i++) top = x[i * p->inner] > top ? x[i * p->inner] : top;
        for (int64_t i = 0; i < p->axis; i++) sum += exp((double)((float)(x[i * p->inner] - top) * p->x_scale));
        for (int64_t i = 0; i < p->axis; i++) {
            double e = exp((double)((float)(x[i * p->inner] - top) * p->x_scale)) / sum;
            y[i * p->inner] = sk_saturate((float)e / p->y_scale, p->y_zero);
        }
    }
}

static void lrn_f32(const sk_step *step, int32_t part, int32_t parts) {
    const sk_lrn *p = step->params;
    int64_t first, last;
    sk_share(p->rows, part, parts, &first, &last);
    for (int64_t row = first; row < last; row++) {
        const float *x = (const float *)step->a + row * p->channels;
        float *y = (float *)step->y + row * p->channels;
        int64_t before = (p->size - 1) / 2, after = p->size - 1 - before;
        for (int64_t c = 0; c < p->channels; c++) {
            int64_t from = c < before ? 0 : c - before;
            int64_t to = p->channels - 1 - c < after ? p->channels - 1 : c + after;
            float sum = 0;
            for (int64_t i = from; i <= to; i++) sum += x[i] * x[i];
            y[c] = x[c] / powf(p->bias + p->alpha / (float)p->size * sum, p->beta);
        }
    }
}

static void product_f32(const sk_step *step, int32_t part, int32_t parts) {
    const sk_product *p = step->params;
    int64_t first, last;
    sk_share(p->products * p->m, part, parts, &first, &last);
    for (int64_t row = first; row < last; row++) {
        int64_t product = row / p->m;
        const float *a = (const float *)step->a + p->a_offset[product] + row % p->m * p->k;
        const float *b = (const float *)step->b + p->b_offset[product];
        float *restrict y = (float *)step->y + row * p->n;
        for (int64_t j = 0; j < p->n; j++) y[j] = 0;
        for (int64_t i = 0; i < p->k; i++)
            for (int64_t j = 0; j < p->n; j++) y[j] += a[i] * b[i * p->n + j];
    }
}

/// The offset of the index-th position of a set of axes.
SK_INLINE int64_t axes_offset(const sk_axes *axes, int64_t index) {
    int64_t offset = 0;
    for (int32_t axis = axes->rank - 1; axis >= 0; axis--) {
        offset += index % axes->size[axis] * axes->step[axis];
        index /= axes->size[axis];
    }
    return offset;
}

SK_INLINE int64_t axes_count(const sk_axes *axes) {
    int64_t count = 1;
    for (int32_t axis = 0; axis < axes->rank; axis++) count *= axes->size[axis];
    return count;
}

static void reduce_f32(const sk_step *step, int32_t part, int32_t parts) {
    const sk_reduce *p = step->params;
    int64_t n = axes_count(&p->reduced), first, last;
    sk_share(axes_count(&p->kept), part, parts, &first, &last);
    for (int64_t i = first; i < last; i++) {
        const float *x = (const float *)step->a + axes_offset(&p->kept, i);
        float s = p->kind == SK_REDUCE_MAXIMUM ? -INFINITY : p->kind == SK_REDUCE_MINIMUM ? INFINITY : p->kind == SK_PRODUCT;
        for (int64_t j = 0; j < n; j++) {
            float v = x[axes_offset(&p->reduced, j)];
            switch (p->kind) {
            case SK_REDUCE_MAXIMUM: s = v > s || v != v ? v : s; break;
            case SK_REDUCE_MINIMUM: s = v < s || v != v ? v : s; break;
            case SK_PRODUCT: s *= v; break;
            default: s += v; break;
            }
        }
        ((float *)step->y)[i] = p->kind == SK_MEAN ? s / (float)n : s;
    }
}

static void reduce_s8(const sk_step *step, int32_t part, int32_t parts) {
    const sk_reduce *p = step->params;
    int64_t n = axes_count(&p->reduced), first, last;
    sk_share(axes_count(&p->kept), part, parts, &first, &last);
    for (int64_t i = first; i < last; i++) {
        const int8_t *x = (const int8_t *)step->a + axes_offset(&p->kept, i);
        int64_t sum = 0;
        int32_t top = -128, bottom = 127;
        for (int64_t j = 0; j < n; j++) {
            int8_t v = x[axes_offset(&p->reduced, j)];
            sum += v - p->x_zero;
            top = v > top ? v : top;
            bottom = v < bottom ? v : bottom;
        }
        float y;
        switch (p->kind) {
        case SK_MEAN: y = (float)sum * (p->scale / (float)n); break;
        case SK_SUM: y = (float)sum * p->scale; break;
        case SK_REDUCE_MAXIMUM: y = (float)(top - p->x_zero) * p->scale; break;
        default: y = (float)(bottom - p->x_zero) * p->scale; break;
        }
        ((int8_t *)step->y)[i] = sk_saturate(y, p->y_zero);
    }
}

static void linear_f32(const sk_step *step, int32_t part, int32_t parts) {
    const sk_linear *p = step->params;
    int64_t c = p->channels, first, last;
    sk_share((int64_t)p->images * p->out_height * p->out_width, part, parts, &first, &last);
    for (int64_t pixel = first; pixel < last; pixel++) {
        int32_t ox = (int32_t)(pixel % p->out_width);
        int32_t oy = (int32_t)(pixel / p->out_width % p->out_height);
        const float *x = (const float *)step->a + pixel / p->out_width / p->out_height * p->in_height * p->in_width * c;
        const float *top = x + (int64_t)p->y0[oy] * p->in_width * c;
        const float *bottom = x + (int64_t)p->y1[oy] * p->in_width * c;
        int64_t left = p->x0[ox] * c, right = p->x1[ox] * c;
        float wy = p->y_weight[oy], wx = p->x_weight[ox];
        float *y = (float *)step->y + pixel * c;
        for (int64_t i = 0; i < c; i++) {
            float upper = top[left + i] * (1 - wx) + top[right + i] * wx;
            float lower = bottom[left + i] * (1 - wx) + bottom[right + i] * wx;
            y[i] = upper * (1 - wy) + lower * wy;
        }
    }
}
