// The YAML files that travel inside the binary, so that it works from any folder.
#ifndef SWIFTLET_SHIPPED_H
#define SWIFTLET_SHIPPED_H

#include <stddef.h>

struct shipped_file {
    const char *path; // relative to the repository, such as "jobs/mnist.yaml"
    const unsigned char *bytes;
    size_t count;
};

size_t shipped_file_count(void);

// index < shipped_file_count()
struct shipped_file shipped_file_at(size_t index);

#endif
