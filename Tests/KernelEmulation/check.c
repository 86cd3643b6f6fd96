#include "check.h"
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

// MARK: Random numbers

uint64_t random_bits(random_stream *r) {
    uint64_t z = r->state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

int32_t random_int(random_stream *r, int32_t lower, int32_t upper) {
    return (int32_t)(lower + (int64_t)(random_bits(r) % (uint64_t)((int64_t)upper - lower + 1)));
}

int32_t random_size(random_stream *r, int32_t most) {
    int32_t size = random_int(r, 1, most);
    if (random_bool(r)) {
        int32_t step = 4 << random_int(r, 0, 3);
        size = (size + step - 1) / step * step + random_int(r, -1, 1);
    }
    return size < 1 ? 1 : size > most ? most : size;
}

float random_float(random_stream *r, float lower, float upper) {
    return lower + (upper - lower) * (float)(random_bits(r) >> 40) * 0x1p-24f;
}

bool random_bool(random_stream *r) { return random_bits(r) & 1; }

// MARK: Memory

typedef struct {
    uint8_t *pages, *end;
    size_t mapped;
} allocation;

#define MOST_ALLOCATIONS 64
static allocation allocations[MOST_ALLOCATIONS];
static int allocated;
static const uint8_t slack_byte = 0xA5;

void *guarded(random_stream *r, size_t bytes) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE), inner = (bytes + SLACK + page - 1) / page * page;
    uint8_t *pages = mmap(0, inner + 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || allocated == MOST_ALLOCATIONS) {
        fprintf(stderr, "no memory for a case\n");
        exit(2);
    }
    mprotect(pages, page, PROT_NONE);
    mprotect(pages + page + inner, page, PROT_NONE);
    uint8_t *start = random_bool(r) ? pages + page : pages + page + inner - SLACK - bytes;
    memset(start + bytes, slack_byte, SLACK);
    allocations[allocated++] = (allocation){pages, start + bytes, inner + 2 * page};
    return start;
}

void release_all(void) {
    for (int i = 0; i < allocated; i++) {
        for (int k = 0; k < SLACK; k++)
            if (allocations[i].end[k] != slack_byte) fail("buffer %d: byte %d past its end was written", i, k);
        munmap(allocations[i].pages, allocations[i].mapped);
    }
    allocated = 0;
}

float *random_floats(random_stream *r, int64_t count, float lower, float upper) {
    float *values = guarded(r, (size_t)count * sizeof *values);
    for (int64_t i = 0; i < count; i++) values[i] = random_float(r, lower, upper);
    return values;
}

int8_t *random_bytes(random_stream *r, int64_t count) {
    int8_t *values = guarded(r, (size_t)count);
    for (int64_t i = 0; i < count; i++) {
        int8_t extremes[4] = {-128, 127, 0, -1};
        values[i] = random_int(r, 0, 7) ? (int8_t)random_int(r, -128, 127) : extremes[random_int(r, 0, 3)];
    }
    return values;
}

void *copied(random_stream *r, const void *from, size_t bytes) {
    void *to = guarded(r, bytes);
    memcpy(to, from, bytes);
    return to;
}

// MARK: Verdicts

static char description[512];
extern bool case_failed;

void describe(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(description, sizeof description, format, arguments);
    va_end(arguments);
}

void fail(const char *format, ...) {
    if (case_failed) return;
    case_failed = true;
    va_list arguments;
    va_start(arguments, format);
    printf("    FAILED (%s): ", description);
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
}

void expect_floats(const float *expected, const float *actual, int64_t count, float tolerance) {
    for (int64_t i = 0; i < count; i++) {
        float a = expected[i], b = actual[i], scale = fabsf(a) > 1 ? fabsf(a) : 1;
        bool same = a == b || (a != a && b != b) || fabsf(a - b) <= tolerance * scale;
        if (!same) return fail("element %lld: expected %.9g, got %.9g", (long long)i, (double)a, (double)b);
    }
}

void expect_equal(const void *expected, const void *actual, size_t bytes) {
    const int8_t *a = expected, *b = actual;
    for (size_t i = 0; i < bytes; i++)
        if (a[i] != b[i]) return fail("byte %zu: expected %d, got %d", i, a[i], b[i]);
}

void run_step(sk_step step, int32_t parts) {
    for (int32_t part = parts - 1; part >= 0; part--) step.run(&step, part, parts);
}

void run_within_reach(random_stream *r, sk_step step, int32_t parts, sk_reach reach, int64_t count, size_t element_bytes) {
    if (!reach) return run_step(step, parts);
    size_t bytes = (size_t)count * element_bytes;
    for (int32_t part = 0; part < parts; part++) {
        sk_extent extent = reach(step.params, part, parts);
        if (extent.first < 0 || extent.last > count) return fail("reach from %lld to %lld of %lld elements",
                                                                 (long long)extent.first, (long long)extent.last, (long long)count);
        size_t first = (size_t)extent.first * element_bytes, last = (size_t)extent.last * element_bytes;
        uint8_t *input = guarded(r, bytes);
        memset(input, 0xFF, bytes);  // not a number
        memcpy(input + first, (const uint8_t *)step.a + first, last - first);
        sk_step own = step;
        own.a = input;
        own.run(&own, part, parts);
    }
}

void compare_steps(random_stream *r, sk_step step, step_test test) {
    uint8_t *expected = guarded(r, test.y_bytes);
    memset(expected, 0x5A, test.y_bytes);
    step.run = test.reference;
    step.y = expected;
    run_step(step, 1);
    for (int32_t parts = 1; parts <= SK_MAX_PARTS; parts++) {
        uint8_t *actual = guarded(r, test.y_bytes);
        if (test.in_place) memcpy(actual, step.a, test.y_bytes);
        else memset(actual, 0x5A, test.y_bytes);
        sk_step own = step;
        own.run = test.tested;
        own.y = actual;
        if (test.in_place) own.a = actual;
        run_step(own, parts);
        if (test.comparison == BITS) expect_equal(expected, actual, test.y_bytes);
        else expect_floats((float *)expected, (float *)actual, (int64_t)(test.y_bytes / 4), test.tolerance);
    }
}
