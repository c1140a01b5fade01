#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inside.h"
#include "strikes.h"

static struct strike_page *page;

struct strike_page *strikes_page(void)
{
    return __atomic_load_n(&page, __ATOMIC_ACQUIRE);
}

/// A run whose strikes never come would pass for a sound gateway, so a page that can't be had ends the process.
__attribute__((constructor)) static void find_page(void)
{
    const char *path = getenv(STRIKES_PAGE_VARIABLE);
    if (path == NULL || *path == '\0') return;
    struct strike_page *found = strike_page_open(path);
    if (found == NULL) {
        fprintf(stderr, "%s: the page %s can't be mapped: %s\n", STRIKES_PAGE_VARIABLE, path, strerror(errno));
        _exit(120);
    }
    __atomic_store_n(&page, found, __ATOMIC_RELEASE);
}

/// Looked up at the first call and not in the constructor: other libraries' constructors may run, and call, before it.
void *strikes_next(void **cache, const char *name)
{
    void *found = __atomic_load_n(cache, __ATOMIC_ACQUIRE);
    if (found == NULL) {
        found = dlsym(RTLD_NEXT, name);
        if (found == NULL) {
            fprintf(stderr, "libStrikes.so: the C library has no %s\n", name);
            _exit(120);
        }
        __atomic_store_n(cache, found, __ATOMIC_RELEASE);
    }
    return found;
}
