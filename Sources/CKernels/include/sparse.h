// Kernels that skip zero weights: pointwise convolutions (and dense layers over many rows) in float32.
#ifndef CKERNELS_SPARSE_H
#define CKERNELS_SPARSE_H
#include "inference.h"

/// y = clamp(x · weights + bias + residual) for rows of `inputs` numbers.
///
/// A tile of rows is transposed into `scratch`, so that a vector holds one channel of neighbouring rows; then every
/// non-zero weight costs one multiply-add a vector.
typedef struct {
    int64_t rows;
    int32_t inputs, outputs;
    const int32_t *_Nullable first;    // [outputs + 1]: where an output's non-zeros begin
    const int32_t *_Nullable channel;  // of each non-zero; times `tile` where the set has one
    const float *_Nullable weight;
    const float *_Nullable bias;
    int64_t scratch_size;              // floats of one part's scratch
    float lower, upper;
    bool has_residual;                 // `b`, laid out as y
} sk_sparse;

typedef struct {
    const char *_Nonnull name;
    int32_t tile;         // rows a tile; 1: weights name channels and no scratch is used
    int32_t least_rows;   // fewer leave vectors empty
    int32_t least_inputs; // of fewer the dense kernel is done before rows are turned into columns and back
    float most_density;   // share of non-zeros up to which skipping zeros was faster than the dense kernel
    sk_kernel _Nonnull pointwise;
} sk_sparse_kernels;

/// The kernels for processors that run this set.
const sk_sparse_kernels *_Nonnull sk_sparse_for(const sk_kernel_set *_Nonnull set);

/// NULL where this processor (or this build) lacks what the name says.
const sk_sparse_kernels *_Nullable sk_sparse_scalar(void);
const sk_sparse_kernels *_Nullable sk_sparse_avx2(void);
const sk_sparse_kernels *_Nullable sk_sparse_avx512(void);
const sk_sparse_kernels *_Nullable sk_sparse_neon(void);

#endif
