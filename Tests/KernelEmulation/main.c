// Tests the C kernels of the instruction sets that this program was built for against the scalar reference.
//
// usage: kernels [CASES [NAME]]   CASES random cases a kernel (default 300), only kernels whose name contains NAME
#include "check.h"

bool case_failed;
static int64_t failures;
static int cases = 300;
static const char *wanted = "";

/// A stream of a case of its own, so that a failure shows again whatever ran before.
static random_stream stream(const char *name, int index) {
    random_stream r = {(uint64_t)index};
    for (const char *c = name; *c; c++) r.state = r.state * 31 + (uint64_t)*c;
    random_bits(&r);
    return r;
}

#define RUN(tests, set) \
    for (size_t t = 0; tests[t].name; t++) { \
        int failed = 0; \
        if (!strstr(tests[t].name, wanted)) continue; \
        for (int i = 0; i < cases; i++) { \
            random_stream r = stream(tests[t].name, i); \
            case_failed = false; \
            tests[t].run(set, &r); \
            release_all(); \
            failed += case_failed; \
            if (failed == 3) break; \
        } \
        if (failed) printf("  %s: failed\n", tests[t].name); \
        failures += failed; \
        kernels++; \
    }

static void run_inference(const sk_kernel_set *set) {
    if (!set) return;
    int kernels = 0;
    RUN(convolution_tests, set)
    RUN(window_tests, set)
    RUN(elementwise_tests, set)
    RUN(movement_tests, set)
    RUN(tensor_tests, set)
    RUN(winograd_tests, set)
    RUN(bit_tests, set)
    RUN(sparse_tests, set)
    if (sk_bf16_for(set)) RUN(bfloat16_tests, set)
    printf("%s: %d kernels of inference, %d cases each\n", set->name, kernels, cases);
}

static void run_training(const TrainKernels *table) {
    if (!table) return;
    int kernels = 0;
    RUN(training_product_tests, table)
    RUN(training_row_tests, table)
    printf("%s: %d kernels of training, %d cases each\n", table->name, kernels, cases);
}

int main(int count, char **arguments) {
    if (count > 1) cases = atoi(arguments[1]);
    if (count > 2) wanted = arguments[2];
    setvbuf(stdout, 0, _IOLBF, 0);
    run_inference(sk_kernels_avx2());
    run_inference(sk_kernels_avx512vnni());
    run_inference(sk_kernels_neon());
    run_inference(sk_kernels_neondot());
    for (int32_t level = 1; level <= 2; level++) run_training(train_kernels(level));
    run_training(train_kernels_rounding());
    if (failures) printf("%lld cases failed\n", (long long)failures);
    return failures ? 1 : 0;
}
