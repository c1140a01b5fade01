// The C library's allocator beyond malloc(3): Swift's module of the C library leaves it out.
#include <malloc.h>
#include <stddef.h>

// How many bytes are allocated now. In Swift `mallinfo2()` would be the structure of that name, empty.
static inline size_t allocator_bytes_in_use(void) {
    struct mallinfo2 information = mallinfo2();
    return information.uordblks + information.hblkhd;
}
