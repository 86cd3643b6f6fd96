// The files of the review page, which travel inside the binary.
#ifndef SWIFTLET_PAGE_H
#define SWIFTLET_PAGE_H

#include <stddef.h>

struct page_file {
    const char *name; // such as "app.js"
    const unsigned char *bytes;
    size_t count;
};

size_t page_file_count(void);

// index < page_file_count()
struct page_file page_file_at(size_t index);

#endif
