// Pooling over NHWC images. The functions differ in what they do with a window's elements, not in how they walk it.

// Calls `body` with `y`, `x` inside the image for the window at (oy, ox).
#define WINDOW(body)                                                                                                   \
    for (int32_t ky = 0; ky < s->kernel_height; ky++) {                                                                \
        int32_t y = oy * s->stride_height + ky * s->dilation_height - s->top;                                          \
        if (y < 0 || y >= s->height) continue;                                                                         \
        for (int32_t kx = 0; kx < s->kernel_width; kx++) {                                                             \
            int32_t x = ox * s->stride_width + kx * s->dilation_width - s->left;                                       \
            if (x < 0 || x >= s->width) continue;                                                                      \
            int64_t at = ((int64_t)y * s->width + x) * s->channels;                                                    \
            body                                                                                                       \
        }                                                                                                              \
    }

static void max_pool(const TrainWindow *s, int64_t images, const float *restrict input, float *restrict output,
                     int32_t *restrict chosen) {
    int32_t channels = s->channels;
    for (int64_t n = 0; n < images; n++, input += (int64_t)s->height * s->width * channels)
        for (int32_t oy = 0; oy < s->out_height; oy++)
            for (int32_t ox = 0; ox < s->out_width; ox++, output += channels, chosen += channels) {
                for (int32_t c = 0; c < channels; c++) {
                    output[c] = -INFINITY;
                    chosen[c] = -1;
                }
                WINDOW({
                    for (int32_t c = 0; c < channels; c++) {
                        float value = input[at + c];
                        int better = value > output[c] || chosen[c] < 0;
                        output[c] = better ? value : output[c];
                        chosen[c] = better ? (int32_t)at + c : chosen[c];
                    }
                })
            }
}

static void max_pool_backward(const TrainWindow *s, int64_t images, const int32_t *chosen, const float *dy,
                              float *dx) {
    int64_t outputs = (int64_t)s->out_height * s->out_width * s->channels;
    int64_t inputs = (int64_t)s->height * s->width * s->channels;
    for (int64_t n = 0; n < images; n++, dx += inputs, dy += outputs, chosen += outputs)
        for (int64_t i = 0; i < outputs; i++)
            if (chosen[i] >= 0) dx[chosen[i]] += dy[i];
}

// 1 / how many elements an average divides by.
INLINE float window_share(const TrainWindow *s, int32_t oy, int32_t ox, int32_t counts_padding) {
    if (counts_padding) return 1.0f / (float)(s->kernel_height * s->kernel_width);
    int32_t count = 0;
    WINDOW({
        (void)at;
        count++;
    })
    return count > 0 ? 1.0f / (float)count : 0.0f;
}

static void average_pool(const TrainWindow *s, int64_t images, int32_t counts_padding, const float *restrict input,
                         float *restrict output) {
    int32_t channels = s->channels;
    for (int64_t n = 0; n < images; n++, input += (int64_t)s->height * s->width * channels)
        for (int32_t oy = 0; oy < s->out_height; oy++)
            for (int32_t ox = 0; ox < s->out_width; ox++, output += channels) {
                float share = window_share(s, oy, ox, counts_padding);
                for (int32_t c = 0; c < channels; c++) output[c] = 0;
                WINDOW({
                    for (int32_t c = 0; c < channels; c++) output[c] += input[at + c];
                })
                for (int32_t c = 0; c < channels; c++) output[c] *= share;
            }
}

static void average_pool_backward(const TrainWindow *s, int64_t images, int32_t counts_padding,
                                  const float *restrict dy, float *restrict dx) {
    int32_t channels = s->channels;
    for (int64_t n = 0; n < images; n++, dx += (int64_t)s->height * s->width * channels)
        for (int32_t oy = 0; oy < s->out_height; oy++)
            for (int32_t ox = 0; ox < s->out_width; ox++, dy += channels) {
                float share = window_share(s, oy, ox, counts_padding);
                WINDOW({
                    for (int32_t c = 0; c < channels; c++) dx[at + c] += share * dy[c];
                })
            }
}
