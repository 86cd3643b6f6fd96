// Rounding float32 to bfloat16 with a border around, the same for every kernel set.
#include "common.h"

/// To nearest, ties to even; NaN stays NaN.
SK_INLINE uint16_t bf16_rounded(float x) {
    uint32_t bits;
    memcpy(&bits, &x, 4);
    uint16_t rounded = (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    return (bits & 0x7FFFFFFF) > 0x7F800000 ? 0x7FC0 : rounded;
}

static void bf16_border(const sk_step *step, int32_t part, int32_t parts) {
    const sk_bf16_border *p = step->params;
    int64_t rows = (int64_t)p->top + p->height + p->bottom;
    int64_t width = ((int64_t)p->left + p->width + p->right) * p->pixel_step, first, last;
    sk_share(rows * p->images, part, parts, &first, &last);
    for (int64_t row = first; row < last; row++) {
        uint16_t *restrict y = (uint16_t *)step->y + row * width;
        int64_t source = row % rows - p->top;
        memset(y, 0, (size_t)width * 2);
        if (source < 0 || source >= p->height) continue;
        const float *restrict x = (const float *)step->a + (row / rows * p->height + source) * p->width * p->channels;
        y += (int64_t)p->left * p->pixel_step;
        if (p->channels == p->pixel_step) {
            for (int64_t i = 0; i < (int64_t)p->width * p->channels; i++) y[i] = bf16_rounded(x[i]);
            continue;
        }
        for (int32_t column = 0; column < p->width; column++)
            for (int32_t c = 0; c < p->channels; c++)
                y[(int64_t)column * p->pixel_step + c] = bf16_rounded(x[(int64_t)column * p->channels + c]);
    }
}
