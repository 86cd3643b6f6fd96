// What the tests of the C kernels share: random cases, memory with guards around it, comparisons.
//
// A test makes one random case from its seed, runs it with the reference and with the kernels under test, and compares.
#ifndef KERNEL_CHECK_H
#define KERNEL_CHECK_H
#include "../../Sources/CKernels/include/CKernels.h"
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Bytes past an operand that kernels may read, as `ConstantPool.slack` in Swift; nothing may write them.
#define SLACK 64

// MARK: Random numbers (SplitMix64)

typedef struct {
    uint64_t state;
} random_stream;

uint64_t random_bits(random_stream *r);
/// From `lower` to `upper`, both included.
int32_t random_int(random_stream *r, int32_t lower, int32_t upper);
/// From 1 to `most`, often a multiple of four, eight, sixteen or thirty-two, or a neighbour of one.
int32_t random_size(random_stream *r, int32_t most);
float random_float(random_stream *r, float lower, float upper);
bool random_bool(random_stream *r);

// MARK: Memory

/// `bytes` bytes and the slack, beside pages that must not be touched: in half of the cases right behind the slack, else
/// right before the first byte. The end of the former lies anywhere, as operands do.
void *guarded(random_stream *r, size_t bytes);
/// Fails the case where something wrote into the slack of a buffer; then frees all buffers of the case.
void release_all(void);

float *random_floats(random_stream *r, int64_t count, float lower, float upper);
int8_t *random_bytes(random_stream *r, int64_t count);
/// A guarded copy.
void *copied(random_stream *r, const void *from, size_t bytes);

// MARK: Verdicts

/// What is tested right now: shown where a case fails.
void describe(const char *format, ...) __attribute__((format(printf, 1, 2)));
void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/// Within `tolerance`, absolutely or relative to the expected number; equal where either is infinite or not a number.
void expect_floats(const float *expected, const float *actual, int64_t count, float tolerance);
void expect_equal(const void *expected, const void *actual, size_t bytes);

typedef enum { FLOATS, BITS } comparison;

/// Runs one step with the reference and with the kernel under test, in one part and in two, and compares `y`.
typedef struct {
    sk_kernel reference, tested;
    size_t y_bytes;
    comparison comparison;
    float tolerance;
    bool in_place;  // `y` lies over `a`, of the same size
} step_test;
void compare_steps(random_stream *r, sk_step step, step_test test);
/// Runs a kernel in `parts` parts, last part first.
void run_step(sk_step step, int32_t parts);
/// The same, each part with an input of `count` elements of which only those are there that it says it reads.
void run_within_reach(random_stream *r, sk_step step, int32_t parts, sk_reach reach, int64_t count, size_t element_bytes);

// MARK: Tests

/// A test of one kernel of inference; `set` is what is tested, the reference is the scalar set.
typedef struct {
    const char *name;
    void (*run)(const sk_kernel_set *set, random_stream *r);
} inference_test;
extern const inference_test convolution_tests[], window_tests[], elementwise_tests[], movement_tests[], tensor_tests[];

/// Tests of kernels beside the sets: Winograd's convolution, binary, sparse and bfloat16 layers.
extern const inference_test winograd_tests[], bit_tests[], sparse_tests[], bfloat16_tests[];

/// A test of the training kernels; `tested` against the portable table.
typedef struct {
    const char *name;
    void (*run)(const TrainKernels *tested, random_stream *r);
} training_test;
extern const training_test training_product_tests[], training_row_tests[];
#endif
