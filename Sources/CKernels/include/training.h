/// Kernels of the training loop: float32, NHWC, one thread, no allocation.
///
/// One set rounds the operands of products to bfloat16 and keeps everything else, sums included, in float32.
/// Every kernel exists once for each instruction set, from one source (train_*.h), and is reached through a table.
/// Buffers must not overlap unless said; every buffer may be read up to 64 bytes past its end.
#ifndef SWIFTLET_TRAINING_H
#define SWIFTLET_TRAINING_H

#include <stdint.h>

/// Which rows of an input meet which tap of a kernel, in tiles of `tile_rows` output rows.
///
/// Built once per layer, it turns every convolution (any stride, dilation and padding) and every gradient with respect to
/// an input into one loop; a tile lists only taps that reach the image. Offsets count floats.
typedef struct {
    int32_t tiles;
    const int32_t *destination; ///< [tiles × tile_rows]; −1: no row
    const int32_t *first;       ///< [tiles + 1]: where a tile's entries begin
    const int32_t *tap;         ///< [entries]
    const int32_t *source;      ///< [entries × tile_rows]; −1: padding, reads as zeros
} TrainGather;

/// For each tap the pairs of input and output rows that meet there; offsets count floats.
typedef struct {
    int32_t taps;
    const int32_t *first; ///< [taps + 1]
    const int32_t *source, *destination;
} TrainPairs;

/// `count` images `input_stride` and `output_stride` floats apart; an image's input holds `input_count` floats.
typedef struct {
    int64_t count, input_stride, output_stride, input_count;
} TrainImages;

/// A 2-D window over NHWC images.
typedef struct {
    int32_t height, width, channels, out_height, out_width;
    int32_t kernel_height, kernel_width, stride_height, stride_width, dilation_height, dilation_width;
    int32_t top, left;
} TrainWindow;

/// The non-linear functions; parameters as in the graph's Activation.
typedef enum {
    TRAIN_HARD_SWISH, TRAIN_SIGMOID, TRAIN_SILU, TRAIN_TANH, TRAIN_HARD_SIGMOID, TRAIN_GELU, TRAIN_GELU_TANH,
    TRAIN_LEAKY_RELU, TRAIN_CLAMP
} TrainActivation;

typedef struct {
    const char *name;
    int32_t tile_rows; ///< rows of a gather tile
    int32_t lanes;     ///< floats in a vector
    int32_t rounds_products; ///< whether the operands of products are rounded to bfloat16
    int32_t patches;   ///< patches that the Winograd kernels transform at a time

    /// packed[panel][tap][depth][column] = weights[tap·tap_stride + depth·depth_stride + column·width_stride];
    /// panels are two vectors wide, the last one or two; missing columns are zero. (The layout of the rounding set is
    /// its own, and no larger.)
    void (*pack)(const float *weights, int32_t taps, int32_t depth, int32_t width, int64_t tap_stride,
                 int64_t depth_stride, int64_t width_stride, float *packed);
    /// output[row, :] (+)= bias + Σ over the row's taps of input[source, :] · packed[tap]. `zeros` has `depth` zeros;
    /// `bias` may be null; `workspace` has room for input_count / 2 + 32 floats.
    void (*gather_product)(const TrainGather *gather, TrainImages images, const float *input, int32_t depth,
                           const float *packed, int32_t taps, int32_t width, const float *bias, const float *zeros,
                           int32_t accumulate, float *output, float *workspace);
    /// sums[tap][depth][column] += Σ over pairs of input[source + depth] · gradient[destination + column];
    /// rows of `sums` are `width` rounded up to whole vectors. `workspace` has room for 32 · (depth + width + 32) floats.
    void (*outer_product)(const TrainPairs *pairs, TrainImages images, const float *input, int32_t depth,
                          const float *gradient, int32_t width, float *sums, float *workspace);
    /// gradient[column·T·D + tap·D + depth] += sums[tap][depth][column]
    void (*unpack_add)(const float *sums, int32_t taps, int32_t depth, int32_t width, float *gradient);

    /// Convolutions of 3×3 taps, stride 1, no dilation, in the Winograd domain of 16 positions; the window tells sizes and
    /// padding, input rows hold `depth` floats and output rows `width`. `zeros` has `depth` or `width` zeros, whichever
    /// is more, and a vector; `workspace` has room for 16 · patches · (depth + width + 2 vectors) floats.
    /// packed[position][panel][depth][column], panels as in `pack`.
    void (*winograd_pack)(const float *weights, int32_t depth, int32_t width, int64_t tap_stride, int64_t depth_stride,
                          int64_t width_stride, float *packed);
    /// output (+)= bias + input ∗ weights; `bias` may be null.
    void (*winograd_product)(const TrainWindow *window, TrainImages images, const float *input, int32_t depth,
                             const float *packed, int32_t width, const float *bias, const float *zeros,
                             int32_t accumulate, float *output, float *workspace);
    /// sums[position][depth][column] += the gradient of the transformed weights.
    void (*winograd_outer)(const TrainWindow *window, TrainImages images, const float *input, int32_t depth,
                           const float *gradient, int32_t width, const float *zeros, float *sums, float *workspace);
    /// gradient[column·9·D + tap·D + depth] += the sums, back in the domain of taps.
    void (*winograd_unpack_add)(const float *sums, int32_t depth, int32_t width, float *gradient);

    /// The depthwise forms; weights are packed as [tap][channel].
    void (*depthwise)(const TrainGather *gather, TrainImages images, const float *input, int32_t channels,
                      const float *packed, const float *bias, const float *zeros, int32_t accumulate,
                      float *output);
    void (*depthwise_outer)(const TrainPairs *pairs, TrainImages images, const float *input, int32_t channels,
                            const float *gradient, float *sums);
    /// Convolutions of few channels, image by image, in float32 in every set; windows are not dilated in a row.
    /// bordered[row][column][channel] is the image with zeros around it, as far as windows reach.
    void (*border)(const TrainWindow *window, const float *image, float *bordered);
    /// output[pixel, :] = bias + Σ over its window of bordered · packed, weights packed as plain rows of depth 1 to 7;
    /// `bias` may be null.
    void (*window_product)(const TrainWindow *window, const float *bordered, const float *packed, int32_t width,
                           const float *bias, float *output);
    /// sums[tap][channel][column] += Σ over windows of bordered · gradient[pixel, column]; rows as in `outer_product`.
    void (*window_outer)(const TrainWindow *window, const float *bordered, const float *gradient, int32_t width,
                         float *sums);

    /// Mean and (biased) variance of each column.
    void (*moments)(int64_t rows, int32_t channels, const float *x, float *mean, float *variance);
    /// y = min(max(scale·x + offset + residual, lower), upper); `residual` may be null.
    void (*normalize)(int64_t rows, int32_t channels, const float *x, const float *scale, const float *offset,
                      const float *residual, float lower, float upper, float *y);
    /// sums = Σ g and products = Σ g·(x − mean), where g is dy where the clamp let its argument pass, else 0.
    /// With `y` null the clamp's argument is scale·x + offset; else y tells where it passed.
    void (*normalize_sums)(int64_t rows, int32_t channels, const float *x, const float *y, const float *dy,
                           const float *scale, const float *offset, const float *mean, float lower, float upper,
                           float *sums, float *products);
    /// dx = scale·g + slope·x + shift; where `residual` is not null it receives (or is added) g.
    /// dx may be dy.
    void (*normalize_backward)(int64_t rows, int32_t channels, const float *x, const float *y, const float *dy,
                               const float *scale, const float *offset, const float *slope, const float *shift,
                               float lower, float upper, int32_t accumulate, float *dx, float *residual,
                               int32_t accumulate_residual);
    /// sums[c] += Σ rows
    void (*column_sums)(int64_t rows, int32_t channels, const float *x, float *sums);

    void (*activate)(TrainActivation kind, float alpha, float beta, int64_t count, const float *x, float *y);
    /// dx may be dy.
    void (*activate_backward)(TrainActivation kind, float alpha, float beta, int64_t count, const float *x,
                              const float *dy, int32_t accumulate, float *dx);
    /// y = a + b, and y (+)= factor·x
    void (*add)(int64_t count, const float *a, const float *b, float *y);
    void (*scale)(int64_t count, const float *x, float factor, int32_t accumulate, float *y);

    /// Maximum over each window; `chosen` remembers the winner's offset within its image.
    void (*max_pool)(const TrainWindow *window, int64_t images, const float *x, float *y, int32_t *chosen);
    void (*max_pool_backward)(const TrainWindow *window, int64_t images, const int32_t *chosen, const float *dy,
                              float *dx);
    void (*average_pool)(const TrainWindow *window, int64_t images, int32_t counts_padding, const float *x, float *y);
    /// Adds to dx.
    void (*average_pool_backward)(const TrainWindow *window, int64_t images, int32_t counts_padding, const float *dy,
                                  float *dx);
} TrainKernels;

/// The tables this processor can run: 0 portable, 1 AVX2 with FMA, 2 AVX-512; null where it cannot.
const TrainKernels *train_kernels(int32_t level);

/// The set whose products are bfloat16 with float32 sums; null where the processor has no AVX512-BF16.
const TrainKernels *train_kernels_rounding(void);

#endif
