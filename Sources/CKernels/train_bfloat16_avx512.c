// The kernels for AVX512-BF16: those of AVX-512 with products in bfloat16.
#if defined(__x86_64__)
#include <math.h>
#include <stddef.h>
#include <string.h>
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512bf16,avx2,fma"))), apply_to = function)
#define LANES 16
#define TILE_ROWS 12
#define KERNELS_NAME "avx512bf16"
#define ROUNDS_PRODUCTS
#include "train_template.h"
#pragma clang attribute pop

const TrainKernels *train_bfloat16_kernels(void) { return &table; }
#endif
