// Element-wise functions and their derivatives; plain loops that the compiler turns into vectors.

// e^x within 2 units in the last place (Cephes expf), without branches so that loops become vectors.
INLINE float exponential(float x) {
    x = x < -87.0f ? -87.0f : x;
    x = x > 88.0f ? 88.0f : x;
    float shifted = x * 1.44269504088896341f + 12582912.0f; // 1.5·2²³ rounds to the nearest integer
    float n = shifted - 12582912.0f;
    x -= n * 0.693359375f;
    x -= n * -2.12194440e-4f;
    float y = 1.9875691500e-4f;
    y = y * x + 1.3981999507e-3f;
    y = y * x + 8.3334519073e-3f;
    y = y * x + 4.1665795894e-2f;
    y = y * x + 1.6666665459e-1f;
    y = y * x + 5.0000001201e-1f;
    y = y * x * x + x + 1.0f;
    int32_t bits = ((int32_t)n + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return y * power;
}

INLINE float logistic(float x) { return 1.0f / (1.0f + exponential(-x)); }
INLINE float hyperbolic_tangent(float x) { return 1.0f - 2.0f / (1.0f + exponential(2.0f * x)); }
INLINE float between(float x, float lower, float upper) {
    x = x < lower ? lower : x;
    return x > upper ? upper : x;
}
// Abramowitz and Stegun 7.1.26 is too coarse for gradients checked by differences; the library's is exact.
INLINE float normal_cumulative(float x) { return 0.5f * (1.0f + erff(x * 0.70710678118654752f)); }

#define GELU_INNER(x) (0.79788456080286536f * ((x) + 0.044715f * (x) * (x) * (x)))

#define EACH(expression)                                                                                               \
    for (int64_t i = 0; i < count; i++) {                                                                              \
        float v = x[i];                                                                                                \
        y[i] = (expression);                                                                                           \
    }                                                                                                                  \
    break;

static void activate(TrainActivation kind, float alpha, float beta, int64_t count, const float *restrict x,
                     float *restrict y) {
    switch (kind) {
        case TRAIN_HARD_SWISH: EACH(v * between(v + 3.0f, 0, 6) * (1.0f / 6))
        case TRAIN_SIGMOID: EACH(logistic(v))
        case TRAIN_SILU: EACH(v * logistic(v))
        case TRAIN_TANH: EACH(hyperbolic_tangent(v))
        case TRAIN_HARD_SIGMOID: EACH(between(alpha * v + beta, 0, 1))
        case TRAIN_GELU: EACH(v * normal_cumulative(v))
        case TRAIN_GELU_TANH: EACH(0.5f * v * (1 + hyperbolic_tangent(GELU_INNER(v))))
        case TRAIN_LEAKY_RELU: EACH(v > 0 ? v : alpha * v)
        case TRAIN_CLAMP: EACH(between(v, alpha, beta))
    }
}

INLINE float silu_slope(float v) {
    float s = logistic(v);
    return s * (1 + v * (1 - s));
}
INLINE float gelu_tanh_slope(float v) {
    float t = hyperbolic_tangent(GELU_INNER(v));
    return 0.5f * (1 + t) + 0.5f * v * (1 - t * t) * 0.79788456080286536f * (1 + 3 * 0.044715f * v * v);
}
INLINE float gelu_slope(float v) {
    return normal_cumulative(v) + v * 0.39894228040143268f * exponential(-0.5f * v * v);
}
INLINE float square(float v) { return v * v; }

#define EACH_SLOPE(slope)                                                                                              \
    if (accumulate)                                                                                                    \
        for (int64_t i = 0; i < count; i++) {                                                                          \
            float v = x[i];                                                                                            \
            dx[i] += dy[i] * (slope);                                                                                  \
        }                                                                                                              \
    else                                                                                                               \
        for (int64_t i = 0; i < count; i++) {                                                                          \
            float v = x[i];                                                                                            \
            dx[i] = dy[i] * (slope);                                                                                   \
        }                                                                                                              \
    break;

// dx may be dy.
static void activate_backward(TrainActivation kind, float alpha, float beta, int64_t count, const float *restrict x,
                              const float *dy, int32_t accumulate, float *dx) {
    switch (kind) {
        case TRAIN_HARD_SWISH: EACH_SLOPE(v <= -3 ? 0.0f : v >= 3 ? 1.0f : (2 * v + 3) * (1.0f / 6))
        case TRAIN_SIGMOID: EACH_SLOPE(logistic(v) * (1 - logistic(v)))
        case TRAIN_SILU: EACH_SLOPE(silu_slope(v))
        case TRAIN_TANH: EACH_SLOPE(1 - square(hyperbolic_tangent(v)))
        case TRAIN_HARD_SIGMOID: EACH_SLOPE(alpha * v + beta > 0 && alpha * v + beta < 1 ? alpha : 0.0f)
        case TRAIN_GELU: EACH_SLOPE(gelu_slope(v))
        case TRAIN_GELU_TANH: EACH_SLOPE(gelu_tanh_slope(v))
        case TRAIN_LEAKY_RELU: EACH_SLOPE(v > 0 ? 1.0f : alpha)
        case TRAIN_CLAMP: EACH_SLOPE(v > alpha && v < beta ? 1.0f : 0.0f)
    }
}

static void add(int64_t count, const float *restrict a, const float *restrict b, float *restrict y) {
    for (int64_t i = 0; i < count; i++) y[i] = a[i] + b[i];
}

static void scale(int64_t count, const float *restrict x, float factor, int32_t accumulate, float *restrict y) {
    if (accumulate)
        for (int64_t i = 0; i < count; i++) y[i] += factor * x[i];
    else
        for (int64_t i = 0; i < count; i++) y[i] = factor * x[i];
}
