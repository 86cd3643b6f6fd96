// The kernels for AVX-512: 32 registers of sixteen floats hold 12 × 2 accumulators.
#if defined(__x86_64__)
#include <math.h>
#include <stddef.h>
#include <string.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))), apply_to = function)
#define LANES 16
#define TILE_ROWS 12
#define KERNELS_NAME "avx512"
#include "train_template.h"
#pragma clang attribute pop

const TrainKernels *train_avx512_kernels(void) { return &table; }
#endif
