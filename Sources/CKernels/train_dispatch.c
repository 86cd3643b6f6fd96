// Which kernels this processor can run.
#include "include/training.h"

const TrainKernels *train_portable_kernels(void);
const TrainKernels *train_avx2_kernels(void);
const TrainKernels *train_avx512_kernels(void);
const TrainKernels *train_bfloat16_kernels(void);

const TrainKernels *train_kernels(int32_t level) {
    switch (level) {
        case 0: return train_portable_kernels();
#if defined(__x86_64__)
        case 1:
            __builtin_cpu_init();
            return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? train_avx2_kernels() : 0;
        case 2:
            __builtin_cpu_init();
            return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
                       ? train_avx512_kernels()
                       : 0;
#endif
        default: return 0;
    }
}

const TrainKernels *train_kernels_rounding(void) {
#if defined(__x86_64__)
    return train_kernels(2) && __builtin_cpu_supports("avx512bf16") ? train_bfloat16_kernels() : 0;
#else
    return 0;
#endif
}
