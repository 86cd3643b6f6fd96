// The kernels for AVX2 with FMA: 16 registers of eight floats hold 6 × 2 accumulators.
#if defined(__x86_64__)
#include <math.h>
#include <stddef.h>
#include <string.h>
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define LANES 8
#define TILE_ROWS 6
#define KERNELS_NAME "avx2"
#include "train_template.h"
#pragma clang attribute pop

const TrainKernels *train_avx2_kernels(void) { return &table; }
#endif
