// Recurrent layers, normalisation, sums along an axis, places of largest elements, choices and look-ups. Comes after
// body_tensor.h.
#include "common.h"

SK_INLINE float recurrence_function(int32_t kind, float x) {
    switch (kind) {
    case SK_RELU: return x < 0 ? 0 : x;
    case SK_SIGMOID: return sk_sigmoid(x);
    case SK_TANH: return sk_tanh(x);
    default: return x;
    }
}

/// y += R · h for weights [inputs][outputs].
SK_INLINE void add_product(const float *restrict weights, const float *restrict h, float *restrict y, int64_t inputs,
                           int64_t outputs) {
    for (int64_t k = 0; k < inputs; k++) {
        const float *w = weights + k * outputs;
        for (int64_t j = 0; j < outputs; j++) y[j] += h[k] * w[j];
    }
}

/// The nearest multiple of a step, within 16 bits of it; unchanged where the step is 0.
SK_INLINE float on_grid(float x, float step) {
    return step > 0 ? (float)sk_round_clamped(x / step, -32768, 32767) * step : x;
}

#define SK_GATE_STEP (1.0f / 4096)      // of a gate's sum in integer form: sixteen bits, three before the point
#define SK_FUNCTION_STEP (1.0f / 32768)  // of its function's value

/// A gate's value, through the grids of integer layers where they round.
SK_INLINE float gate_value(const sk_recurrence *p, int32_t kind, float sum) {
    if (p->cell_step == 0) return recurrence_function(kind, sum);
    return on_grid(recurrence_function(kind, on_grid(sum, SK_GATE_STEP)), SK_FUNCTION_STEP);
}

/// Eight bits of each number: 255 steps from the least to the greatest, 0 included.
SK_INLINE void round_by_own_range(const float *restrict x, float *restrict y, int64_t n) {
    float least = 0, most = 0;
    for (int64_t j = 0; j < n; j++) {
        least = x[j] < least ? x[j] : least;
        most = x[j] > most ? x[j] : most;
    }
    float scale = (most - least) / 255;
    if (!(scale > 0)) {
        memcpy(y, x, (size_t)n * sizeof *y);
        return;
    }
    float zero = (float)sk_round_clamped(-least / scale, 0, 255);
    for (int64_t j = 0; j < n; j++) y[j] = (float)sk_round_clamped(x[j] / scale, -zero, 255 - zero) * scale;
}

/// One step of an LSTM: gates input, output, forget, cell hold W x + R h + b.
SK_INLINE void lstm_step(const sk_recurrence *p, const float *gates, float *h, float *c) {
    int64_t n = p->hidden;
    const float *peephole = p->peephole;
    for (int64_t j = 0; j < n; j++) {
        float input = gates[j], output = gates[n + j], forget = gates[2 * n + j];
        if (peephole) {
            input += peephole[j] * c[j];
            forget += peephole[2 * n + j] * c[j];
        }
        float cell = gate_value(p, SK_TANH, gates[3 * n + j]);
        float value = gate_value(p, SK_SIGMOID, forget) * c[j] + gate_value(p, SK_SIGMOID, input) * cell;
        if (p->cell_step > 0) value = on_grid(value, p->cell_step);
        if (p->cell_clip > 0) value = sk_clamp(value, -p->cell_clip, p->cell_clip);
        c[j] = value;
        if (peephole) output += peephole[n + j] * value;
        float bent = p->cell_step > 0 ? on_grid(sk_tanh(value), SK_FUNCTION_STEP) : sk_tanh(value);
        float result = gate_value(p, SK_SIGMOID, output) * bent;
        if (p->hidden_step > 0) {
            int32_t zero = p->hidden_zero;
            result = (float)sk_round_clamped(result / p->hidden_step, (float)(-128 - zero), (float)(127 - zero))
                * p->hidden_step;
        }
        h[j] = result;
    }
}

/// One step of a GRU: gates update, reset, hidden hold W x + b; `products` R h + its bias, where that is reset afterwards.
SK_INLINE void gru_step(const sk_recurrence *p, float *gates, float *products, float *h) {
    int64_t n = p->hidden;
    if (p->resets_after) {
        for (int64_t j = 0; j < 2 * n; j++) gates[j] += products[j];
        for (int64_t j = 0; j < n; j++) gates[2 * n + j] += sk_sigmoid(gates[n + j]) * products[2 * n + j];
    } else {
        for (int64_t j = 0; j < 2 * n; j++) gates[j] += products[j];
        float *reset = products;
        for (int64_t j = 0; j < n; j++) reset[j] = sk_sigmoid(gates[n + j]) * h[j];
        for (int64_t k = 0; k < n; k++) {
            const float *w = p->recurrent + k * 3 * n + 2 * n;
            for (int64_t j = 0; j < n; j++) gates[2 * n + j] += reset[k] * w[j];
        }
        for (int64_t j = 0; j < n; j++) gates[2 * n + j] += p->bias[2 * n + j];
    }
    for (int64_t j = 0; j < n; j++) {
        float update = sk_sigmoid(gates[j]);
        h[j] = (1 - update) * sk_tanh(gates[2 * n + j]) + update * h[j];
    }
}

/// The sequences of one part; the states in `b` are used up.
static void recurrence_f32(const sk_step *step, int32_t part, int32_t parts) {
    const sk_recurrence *p = step->params;
    int64_t n = p->hidden, width = p->gates * n, first, last;
    sk_share(p->batch, part, parts, &first, &last);
    float *gates = (float *)step->scratch + part * (2 * width + n), *products = gates + width;
    float *rounded = products + width;
    for (int64_t sequence = first; sequence < last; sequence++) {
        float *h = (float *)(uintptr_t)step->b + sequence * n, *c = h + p->batch * n;
        for (int64_t i = 0; i < p->time; i++) {
            int64_t at = (p->reversed ? p->time - 1 - i : i) * p->batch + sequence;
            memcpy(gates, (const float *)step->a + at * width, (size_t)width * sizeof *gates);
            for (int64_t j = 0; j < width; j++) products[j] = p->bias[j];
            const float *state = h;
            if (p->rounds_hidden) {
                round_by_own_range(h, rounded, n);
                state = rounded;
            }
            bool resets_before = p->cell == SK_GRU && !p->resets_after;
            if (!resets_before) add_product(p->recurrent, state, products, n, width);
            else
                for (int64_t k = 0; k < n; k++)
                    for (int64_t j = 0; j < 2 * n; j++) products[j] += state[k] * p->recurrent[k * width + j];
            if (p->cell == SK_GRU) {
                gru_step(p, gates, products, h);
            } else {
                for (int64_t j = 0; j < width; j++) gates[j] += products[j];
                if (p->cell == SK_LSTM) lstm_step(p, gates, h, c);
                else
                    for (int64_t j = 0; j < n; j++) h[j] = recurrence_function(p->function, gates[j]);
            }
            float *y = (float *)step->y + at * n * (p->returns_cell ? 2 : 1);
            memcpy(y, h, (size_t)n * sizeof *y);
            if (p->returns_cell) memcpy(y + n, c, (size_t)n * sizeof *y);
        }
    }
}

static void cumulative_f32(const sk_step *step, int32_t part, int32_t parts) {
    const sk_cumulative *p = step->params;
    int64_t first, last;
    sk_share(p->outer * p->inner, part, parts, &first, &last);
    for (int64_t row = first; row < last; row++) {
        int64_t begin = row / p->inner * p->axis * p->inner + row % p->inner;
        float sum = 0;
        for (int64_t i = 0; i < p->axis; i++) {
            int64_t at = begin + (p->reversed ? p->axis - 1 - i : i) * p->inner;
            float x = ((const float *)step->a)[at];
            ((float *)step->y)[at] = p->exclusive ? sum : sum + x;
            sum += x;
        }
    }
}

static void argument_f32(const sk_step *step, int32_t part, int32_t parts) {
    const sk_argument *p = step->params;
    int64_t first, last;
    sk_share(p->outer * p->inner, part, parts, &first, &last);
    for (int64_t row = first; row < last; row++) {
        const float *x = (const float *)step->a + row / p->inner * p->axis * p->inner + row % p->inner;
        int64_t place = 0;
        for (int64_t i = 1; i < p->axis; i++) {
            float best = x[place * p->inner], value = x[i * p->inner];
            bool beats = p->smallest ? value < best : value > best;
            if (beats || (p->selects_last && value == best)) place = i;
        }
        if (p->wide) ((int64_t *)step->y)[row] = place;
        else ((int32_t *)step->y)[row] = (int32_t)place;
    }
}

/// Copies an element of 1, 2, 4 or 8 bytes.
SK_INLINE void copy_element(void *y, const void *x, int32_t bytes) {
    switch (bytes) {
    case 1: memcpy(y, x, 1); break;
    case 2: memcpy(y, x, 2); break;
    case 4: memcpy(y, x, 4); break;
    default: memcpy(y, x, 8); break;
    }
}

/// Writes elements of `a` over those of the result where the condition `b` holds.
static void select_any(const sk_step *step, int32_t part, int32_t parts) {
    const sk_select *p = step->params;
    int64_t n = p->size[p->rank - 1], rows = 1, first, last;
    for (int32_t axis = 0; axis + 1 < p->rank; axis++) rows *= p->size[axis];
    sk_share(rows, part, parts, &first, &last);
    for (int64_t row = first; row < last; row++) {
        int64_t a = 0, b = 0, rest = row;
        for (int32_t axis = p->rank - 2; axis >= 0; axis--) {
            a += rest % p->size[axis] * p->a_step[axis];
            b += rest % p->size[axis] * p->b_step[axis];
            rest /= p->size[axis];
        }
        for (int64_t i = 0; i < n; i++) {
            if (!((const uint8_t *)step->b)[b + i * p->b_step[p->rank - 1]]) continue;
            const char *x = (const char *)step->a + (a + i * p->a_step[p->rank - 1]) * p->element_bytes;
            copy_element((char *)step->y + (row * n + i) * p->element_bytes, x, p->element_bytes);
        }
    }
}

/// y[o][i] = x[o][places[i]], runs of bytes; places outside the axis are taken to its nearest end.
static void look_up(const sk_step *step, int32_t part, int32_t parts) {
    const sk_look_up *p = step->params;
    int64_t first, last;
    sk_share(p->outer * p->count, part, parts, &first, &last);
    for (int64_t at = first; at < last; at++) {
        int64_t i = at % p->count;
        int64_t place = p->wide ? ((const int64_t *)step->b)[i] : ((const int32_t *)step->b)[i];
        if (place < 0) place += p->axis;
        place = place < 0 ? 0 : place >= p->axis ? p->axis - 1 : place;
        const char *x = (const char *)step->a + (at / p->count * p->axis + place) * p->run_bytes;
        memcpy((char *)step->y + at * p->run_bytes, x, (size_t)p->run_bytes);
    }
}

/// x − mean times a factor, for `n` neighbours.
SK_INLINE void normalize_run(const sk_normalize *p, const float *x, float *y, int64_t n) {
    float mean = sum_of(x, n) / (float)n, factor = 1 / sqrtf(squares_of(x, mean, n) / (float)n + p->epsilon);
    SK_INDEPENDENT
    for (int64_t i = 0; i < n; i++) y[i] = (x[i] - mean) * factor;
}

/// The same for elements anywhere.
SK_INLINE void normalize_scattered(const sk_normalize *p, const float *x, float *y, int64_t n) {
    float sum = 0, squares = 0;
    for (int64_t i = 0; i < n; i++) sum += x[axes_offset(&p->reduced, i)];
    float mean = sum / (float)n;
    for (int64_t i = 0; i < n; i++) {
        float d = x[axes_offset(&p->reduced, i)] - mean;
        squares += d * d;
    }
    float factor = 1 / sqrtf(squares / (float)n + p->epsilon);
    for (int64_t i = 0; i < n; i++) {
        int64_t at = axes_offset(&p->reduced, i);
        y[at] = (x[at] - mean) * factor;
    }
}

static void normalize_f32(const sk_step *step, int32_t part, int32_t parts) {
    const sk_normalize *p = step->params;
    int64_t n = axes_count(&p->reduced), first, last;
    sk_share(axes_count(&p->kept), part, parts, &first, &last);
    bool is_run = p->reduced.rank == 1 && (n == 1 || p->reduced.step[0] == 1);
    for (int64_t group = first; group < last; group++) {
        int64_t begin = axes_offset(&p->kept, group);
        const float *x = (const float *)step->a + begin;
        float *y = (float *)step->y + begin;
        if (is_run) normalize_run(p, x, y, n);
        else normalize_scattered(p, x, y, n);
    }
}
