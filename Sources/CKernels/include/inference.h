// Kernels of inference: one call is one step of a plan. Activations are row-major NHWC.
//
// A kernel gets its operands and a parameter block prepared once. `part` of `parts` lets several threads share a
// step: each part writes outputs of its own, and the results do not depend on `parts`.
#ifndef CKERNELS_INFERENCE_H
#define CKERNELS_INFERENCE_H
#include <stdbool.h>
#include <stdint.h>

#define SK_MAX_RANK 8
#define SK_MAX_KERNEL 16  // rows of a depthwise kernel; larger ones take the path of grouped convolutions
#define SK_MAX_TAPS 256
#define SK_MAX_PARTS 2    // threads that may share a step

typedef struct sk_step sk_step;
typedef void (*sk_kernel)(const sk_step *_Nonnull step, int32_t part, int32_t parts);

/// The elements of its input `a`, from `first` up to `last`, that a part of a step with these parameters reads.
typedef struct {
    int64_t first, last;
} sk_extent;
typedef sk_extent (*sk_reach)(const void *_Nonnull params, int32_t part, int32_t parts);

/// One call: operands resolved to addresses, parameters shared by all workers.
struct sk_step {
    sk_kernel _Nonnull run;
    const void *_Nullable a;
    const void *_Nullable b;
    void *_Nullable y;
    void *_Nullable scratch;  // memory of the kernel's own, a piece for each part
    const void *_Nullable params;
};

/// The windows of a convolution (or dense layer) in an input that already has its padding around it.
///
/// A window is `taps` runs of `depth` neighbouring elements; a tap's first element lies `tap_offset` elements after the
/// window's origin. The elements of binary layers are bytes.
typedef struct {
    int32_t images, out_height, out_width;
    int64_t image_step, row_step, column_step;  // elements between the origins of neighbouring windows
    int32_t taps, depth;
    const int32_t *_Nullable tap_offset;
} sk_windows;

/// A convolution (or dense layer).
///
/// Weights are packed [group][block of `width` outputs][tap][depth / k][width][k]; a group's last block
/// is half as wide where that holds its outputs, and has a k of its own (`s8_half_group`). Float weights of groups of at
/// most a quarter of the width are packed [tap][depth / 2][width / 4][2] into the first half of that where `f32_pairs` and
/// the depth is even.
typedef struct {
    sk_windows windows;
    int32_t groups, group_inputs, group_outputs;
    const void *_Nullable weights;
    const void *_Nullable bias;    // float, or int32 with the zero-point correction folded in; group-padded to `width`
    const float *_Nullable scale;  // int8: one factor an output, padded like the bias
    bool has_small_scales;         // none of them is beyond a half, and of a residual's none beyond 2^20: no product leaves int32
    int64_t y_stride;              // elements between neighbouring output pixels
    float lower, upper;            // fused clamp (float), or bounds before the zero point is added (int8)
    int32_t zero_point;            // int8: of the convolution's own result
    // The residual `b`, laid out as y. int8: y = clamp(round((q - zero_point) * own_scale + (b - b_zero) * b_scale))
    bool has_residual;
    float own_scale, b_scale, sum_lower, sum_upper;
    int32_t b_zero, y_zero;
    // Bytes of one part's scratch, where int8 inputs are raised tile by tile; 0: they come as the kernel reads them.
    int64_t scratch_size;
} sk_convolution;

#define SK_RAISED_PIXELS 12  // pixels whose inputs lie in that scratch

#define SK_WINOGRAD_TILES 12  // tiles taken together, so that transformed weights are read once for all of them

/// A 3 × 3 convolution of stride 1 over an input whose border reaches under the last whole tile of 4 × 4 outputs.
///
/// Weights are transformed and packed [36 places][block of `width` outputs][input / k][width][k]; inputs and outputs are
/// whole vectors. int8: inputs are int16 minus the zero point, weights int16.
typedef struct {
    int32_t images, out_height, out_width, tile_rows, tile_columns, inputs, outputs;
    int64_t image_step, row_step;  // elements between images and rows of the input
    const void *_Nullable weights;
    sk_convolution epilogue;       // its bias, scale, bounds and residual
    int64_t scratch_bytes;         // of one part
} sk_winograd;

/// A depthwise convolution straight from the unpadded input.
///
/// Weights of the reference are [tap][channel]. Vector sets want [block of channels][tap][channel] in float32 and, in
/// int8, [block][pair of taps][lower or upper half of each eight][channel][tap], pairs as `sk_paired_place` has them; biases
/// and scales padded to blocks.
/// Sets that multiply four rows want int8 [vector][group of rows][kernel column][output row of the pass][quarter m][l][e][row]
/// of channel 16 l + 4 m + e, zero where a row lies outside the output row's kernel, and int32 biases corrected for raised
/// inputs; a vector holds 64 channels, begun again behind the last where the stride along the row is 1 or pixels are picked.
typedef struct {
    int32_t images, in_height, in_width, out_height, out_width, channels;
    int32_t kernel_height, kernel_width, stride_y, stride_x, dilation_y, dilation_x, top, left;
    const void *_Nullable weights;  // float, int16, or int8 in fours
    const void *_Nullable bias;     // float, or int32
    const float *_Nullable scale;
    bool has_small_scales;          // as of a convolution
    float lower, upper;
    int32_t zero_point, x_zero;
    // Input rows under one window; 0 for float32 kernels three wide, of stride 1 or 2 and no dilation along the row, with at
    // most a column of padding on either side, which vector sets run without a ring.
    int32_t ring_rows;
    int64_t ring_stride, ring_size; // elements of a padded row, and of one part's scratch
    // Where four rows are multiplied at once (ring_rows is a power of two then): output rows a pass, groups of four input
    // rows under them, vectors of weights.
    int32_t pass_rows, row_groups, weight_vectors;
} sk_depthwise;

/// The place of a tap among the paired weights of an int8 depthwise window: the taps of two rows go in pairs, column by
/// column, those of a last odd row follow one after the other.
static inline int32_t sk_paired_place(int32_t ky, int32_t kx, int32_t kernel_height, int32_t kernel_width) {
    int32_t paired_rows = kernel_height / 2 * 2;
    return ky < paired_rows ? (ky / 2 * kernel_width + kx) * 2 + ky % 2 : ky * kernel_width + kx;
}

typedef struct {
    int32_t images, in_height, in_width, out_height, out_width, channels;
    int32_t kernel_height, kernel_width, stride_y, stride_x, dilation_y, dilation_x, top, left;
    int32_t padded_height, padded_width;  // input plus padding on both sides
    bool average, counts_padding;
    bool rounds_away;                     // int8 average of one scale: stored integers, halves away from zero
    float scale;                          // int8 average: input scale / output scale
    int32_t x_zero, y_zero;
} sk_pool;

/// Copies an image batch into a larger, filled one; for int8 optionally widened to int16 minus the zero point.
typedef struct {
    int32_t images, height, width, channels, top, bottom, left, right;
    int32_t fill, subtract;
} sk_border;

/// y[i0, i1, …] = x[offset[0][i0] + offset[1][i1] + …], or `fill` where an offset is negative.
typedef struct {
    int32_t rank;
    int32_t element_bytes;
    int64_t size[SK_MAX_RANK];
    int64_t y_step[SK_MAX_RANK];
    const int64_t *_Nullable offset[SK_MAX_RANK];
    int64_t y_offset;
    int64_t contiguous;  // elements of the innermost axis that can be copied as one run (0: one by one)
    uint64_t fill;
} sk_gather;

typedef enum {
    SK_RELU, SK_RELU6, SK_HARD_SWISH, SK_SIGMOID, SK_SILU, SK_TANH, SK_HARD_SIGMOID, SK_GELU, SK_GELU_TANH,
    SK_LEAKY_RELU, SK_CLIP, SK_ABSOLUTE, SK_NEGATE, SK_EXPONENTIAL, SK_LOGARITHM, SK_SQUARE_ROOT, SK_RECIPROCAL,
    SK_FLOOR, SK_CEILING, SK_ROUND, SK_SIGN, SK_SINE, SK_COSINE, SK_ERROR_FUNCTION, SK_SOFTPLUS, SK_SOFTSIGN,
    SK_BINARIZE, SK_FAKE_QUANTIZE, SK_IDENTITY
} sk_unary_kind;

typedef struct {
    int64_t count;
    int32_t kind;
    float p, q;              // alpha and beta, slope, or bounds
    float scale;             // fake quantisation
    float lower, upper;
} sk_unary;

/// `outer` matrices of `rows` × `columns` elements with their sides exchanged.
typedef struct {
    int64_t outer, rows, columns;
    int32_t element_bytes;
} sk_transpose;

typedef enum {
    SK_ADD, SK_SUBTRACT, SK_MULTIPLY, SK_DIVIDE, SK_MINIMUM, SK_MAXIMUM, SK_POWER,
    // 1 where it holds, else 0.
    SK_EQUAL, SK_NOT_EQUAL, SK_LESS, SK_LESS_OR_EQUAL, SK_GREATER, SK_GREATER_OR_EQUAL, SK_AND, SK_OR, SK_EXCLUSIVE_OR
} sk_binary_kind;

/// Broadcasting: a step of 0 repeats. The innermost axis is last.
typedef struct {
    int32_t rank, kind;
    int64_t size[SK_MAX_RANK], a_step[SK_MAX_RANK], b_step[SK_MAX_RANK];
    float lower, upper;  // fused clamp
    // int8: each operand is (q - zero) * scale with scale relative to the result's
    float a_scale, b_scale;
    int32_t a_zero, b_zero, y_zero;
    float y_scale;       // int8 division and power work on real numbers
} sk_binary;

typedef struct {
    int64_t outer, axis, inner;
    float x_scale, y_scale;
    int32_t x_zero, y_zero;
} sk_softmax;

typedef struct {
    int64_t rows, channels;
    int32_t size;
    float alpha, beta, bias;
} sk_lrn;

/// y[…, c] = x[…, c] * scale[c] + offset[c]
typedef struct {
    int64_t rows, channels;
    const float *_Nullable scale, *_Nullable offset;
} sk_affine;

typedef struct {
    int64_t products, m, k, n;
    const int64_t *_Nullable a_offset, *_Nullable b_offset;  // one a product
} sk_product;

typedef enum { SK_MEAN, SK_SUM, SK_REDUCE_MAXIMUM, SK_REDUCE_MINIMUM, SK_PRODUCT } sk_reduce_kind;

/// Some axes of an input: their extents, and the elements between neighbours along each.
typedef struct {
    int32_t rank;
    int64_t size[SK_MAX_RANK], step[SK_MAX_RANK];
} sk_axes;

/// Kept axes index the result, reduced axes are gone through for each of its elements.
typedef struct {
    int32_t kind;
    sk_axes kept, reduced;
    float scale;  // int8
    int32_t x_zero, y_zero;
} sk_reduce;

typedef enum {
    SK_FLOAT32, SK_FLOAT16, SK_BFLOAT16, SK_INT8, SK_UINT8, SK_INT32, SK_INT64, SK_BOOL, SK_INT16
} sk_type;

/// Conversion of elements; with `outer`, `axis`, `inner` where scales run along an axis.
typedef struct {
    int64_t count;
    int32_t from, to;
    int64_t axis, inner;                                             // scale index = (i / inner) % axis
    const float *_Nullable scale, *_Nullable y_scale;                // reciprocal of nothing: plain scales
    const int32_t *_Nullable zero, *_Nullable y_zero;
} sk_convert;

typedef struct {
    int32_t images, in_height, in_width, out_height, out_width, channels;
    const int32_t *_Nullable y0, *_Nullable y1, *_Nullable x0, *_Nullable x1;
    const float *_Nullable y_weight, *_Nullable x_weight;  // of the second neighbour
} sk_linear;

typedef enum { SK_PLAIN_CELL, SK_LSTM, SK_GRU } sk_cell_kind;

/// A recurrent layer: `a` holds W x + b of every gate [time][batch][gates · hidden], `b` the states [hidden and cell][batch]
/// [hidden], which are used up.
///
/// Gates: LSTM input, output, forget, cell; GRU update, reset, hidden. `recurrent` is [hidden][gates · hidden], `bias` that of
/// its product. Scratch holds two rows of gates and one of the hidden state a part.
typedef struct {
    int64_t time, batch, hidden;
    int32_t gates, cell;
    int32_t function;  // of a plain cell
    bool reversed, returns_cell, resets_after;
    bool rounds_hidden;  // to eight bits, by its own range, before each product
    const float *_Nullable recurrent, *_Nullable bias;
    const float *_Nullable peephole;  // [3 · hidden]: input, output, forget
    float cell_clip;                  // 0: none
    // Integer form: steps of the cell and hidden state; 0 where numbers are real.
    float cell_step, hidden_step;
    int32_t hidden_zero;
} sk_recurrence;

/// Sums of all elements up to each one.
typedef struct {
    int64_t outer, axis, inner;
    bool exclusive, reversed;
} sk_cumulative;

/// The place of the largest (smallest) element along an axis, as int32 or, where `wide`, int64.
typedef struct {
    int64_t outer, axis, inner;
    bool smallest, selects_last, wide;
} sk_argument;

/// Broadcasting, as of sk_binary; the result itself has every element.
typedef struct {
    int32_t rank, element_bytes;
    int64_t size[SK_MAX_RANK], a_step[SK_MAX_RANK], b_step[SK_MAX_RANK];
} sk_select;

/// Runs of bytes picked along an axis by the `count` int32 (`wide`: int64) places in `b`.
typedef struct {
    int64_t outer, axis, count, run_bytes;
    bool wide;
} sk_look_up;

/// (x − mean) / √(variance + epsilon) over the reduced axes.
typedef struct {
    sk_axes kept, reduced;
    float epsilon;
} sk_normalize;

typedef struct {
    int64_t count;
    const int8_t *_Nullable table;  // 256 entries, indexed by the value + 128; none: a clamp
    int8_t least, most;             // of the clamp
} sk_lookup;

#define SK_PEAK_CHAINS 12
typedef struct {
    int64_t rounds;
} sk_peak;

/// Takes down `count` numbers by their place in rows of `period`: the least, the most and the sum of each place.
typedef void (*sk_take_range)(
    const float *_Nonnull x, int64_t count, int32_t period, float *_Nonnull least, float *_Nonnull most,
    double *_Nonnull sums);

#define SK_BIN_TABLES 4  // neighbouring numbers are counted apart, for most fall into few bins
/// Adds `count` numbers to SK_BIN_TABLES tables of `bins` counts each; a number's bin is (x − low) · per_unit without its
/// fraction, within the table.
typedef void (*sk_count_bins)(
    const float *_Nonnull x, int64_t count, float low, float per_unit, int32_t bins, uint32_t *_Nonnull counts);

/// The kernels of one instruction set and the shapes their packed weights have.
typedef struct {
    const char *_Nonnull name;
    int32_t f32_width;    // outputs a block of packed float weights
    bool f32_pairs;       // groups of at most a quarter block keep two inputs together where the depth is even
    int32_t s8_width;     // outputs a block of packed int8 weights
    int32_t depthwise_f32_width, depthwise_s8_width;  // channels a block; 0: weights as the reference wants them
    int32_t depthwise_s8_rows;  // rows that one instruction multiplies; 0: taps go in pairs
    int32_t s8_group;     // neighbouring depth elements multiplied by one instruction
    int32_t s8_half_group;  // and how many a half block's weights keep together where the depth is a multiple of that
    bool s8_widens;       // int8 inputs are widened to int16 minus the zero point before a convolution
    int32_t f32_pace, s8_pace, depthwise_f32_pace, depthwise_s8_pace;  // multiply-adds a microsecond of one core, about
    int32_t s8_shift;     // added to int8 inputs as they are copied (128 where the instruction wants unsigned)
    sk_kernel _Nonnull convolution_f32, convolution_s8, depthwise_f32, depthwise_s8;
    sk_kernel _Nonnull pool_f32, pool_s8, border_f32, border_s8, border_s16;
    sk_kernel _Nonnull gather, unary_f32, binary_f32, binary_s8, softmax_f32, softmax_s8, lrn_f32, affine_f32;
    sk_kernel _Nonnull product_f32, reduce_f32, reduce_s8, linear_f32, lookup_s8, convert;
    sk_kernel _Nonnull transpose;
    sk_kernel _Nonnull recurrence_f32, cumulative_f32, argument_f32, select_any, look_up, normalize_f32;
    sk_kernel _Nullable winograd_f32, winograd_s8;
    sk_reach _Nullable convolution_f32_reach, convolution_s8_reach, winograd_f32_reach, winograd_s8_reach;
    sk_kernel _Nullable peak_f32, peak_s8, peak_read;  // what a core can do at most; the reference has none
    int32_t lanes;  // numbers of a vector
    sk_kernel _Nonnull dequantize_s8, quantize_s8, requantize_s8;
    sk_take_range _Nonnull take_range;
    sk_count_bins _Nonnull count_bins;
} sk_kernel_set;

/// The set, or NULL where this processor (or this build) lacks it.
const sk_kernel_set *_Nullable sk_kernels_scalar(void);
const sk_kernel_set *_Nullable sk_kernels_avx2(void);
const sk_kernel_set *_Nullable sk_kernels_avx512vnni(void);
const sk_kernel_set *_Nullable sk_kernels_neon(void);
const sk_kernel_set *_Nullable sk_kernels_neondot(void);

/// Runs steps in order on the calling thread.
void sk_run(const sk_step *_Nonnull steps, int64_t count);

/// Two lists of steps that do not depend on each other.
typedef struct {
    const sk_step *_Nonnull steps[2];
    int64_t counts[2];
} sk_halves;

/// A step that runs both lists (`params` are halves), or the one that falls to a part of two.
void sk_run_halves(const sk_step *_Nonnull step, int32_t part, int32_t parts);

/// One part of another step.
typedef struct {
    sk_step step;
    int32_t part, parts;
} sk_part;

/// A step that is the part of another that `params` say.
void sk_run_part(const sk_step *_Nonnull step, int32_t part, int32_t parts);

/// A helper thread for one caller.
typedef struct sk_team sk_team;
/// NULL where no thread can be started.
sk_team *_Nullable sk_team_create(void);
void sk_team_destroy(sk_team *_Nonnull team);
/// Runs steps in order; those marked are shared with the helper.
void sk_team_run(sk_team *_Nonnull team, const sk_step *_Nonnull steps, const bool *_Nonnull shared, int64_t count);

#endif
