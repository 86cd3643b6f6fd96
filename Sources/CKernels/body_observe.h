// What the numbers of a value are like: their range, sums by channel, and a histogram. Every set gives the same bits.
#include "common.h"

static void take_range(const float *restrict x, int64_t count, int32_t period, float *restrict least,
                       float *restrict most, double *restrict sums) {
    for (; count > 0; x += period, count -= period) {
        int32_t width = count < period ? (int32_t)count : period;
        SK_INDEPENDENT
        for (int32_t i = 0; i < width; i++) {
            float v = x[i];
            least[i] = v < least[i] ? v : least[i];
            most[i] = v > most[i] ? v : most[i];
            sums[i] += v;
        }
    }
}

static void count_bins(const float *restrict x, int64_t count, float low, float per_unit, int32_t bins,
                       uint32_t *restrict counts) {
    enum { chunk = 256 };
    int32_t found[chunk];
    float last = (float)(bins - 1);
    for (; count > 0; x += chunk, count -= chunk) {
        int32_t width = count < chunk ? (int32_t)count : chunk;
        for (int32_t i = 0; i < width; i++) found[i] = (int32_t)sk_clamp((x[i] - low) * per_unit, 0, last);
        for (int32_t i = 0; i < width; i++) counts[i % SK_BIN_TABLES * bins + found[i]]++;
    }
}
