#define _GNU_SOURCE
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "inside.h"

/// What each descriptor stands for, 0 for not asked yet. A descriptor past the end is asked about anew every time.
static uint8_t known[65536];

static bool ends_in(const char *name, const char *ending)
{
    size_t length = strlen(name), tail = strlen(ending);
    return length >= tail && strcmp(name + length - tail, ending) == 0;
}

bool strikes_file_name(int descriptor, char *name)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, name, PATH_MAX - 1);
    if (length <= 0) return false;
    name[length] = '\0';
    return true;
}

static unsigned look_up(int descriptor)
{
    char name[PATH_MAX];
    if (!strikes_file_name(descriptor, name)) return FILE_KNOWN;
    if (ends_in(name, ".db")) return FILE_KNOWN | FILE_DATABASE;
    if (ends_in(name, ".db-wal")) return FILE_KNOWN | FILE_WAL;
    if (ends_in(name, ".db-shm")) return FILE_KNOWN | FILE_SHM;
    if (ends_in(name, "journal.jsonl")) return FILE_KNOWN | FILE_JOURNAL;
    return FILE_KNOWN;
}

static uint8_t *slot(int descriptor)
{
    return descriptor >= 0 && (size_t)descriptor < sizeof known ? &known[descriptor] : NULL;
}

unsigned strikes_file(int descriptor)
{
    uint8_t *cached = slot(descriptor);
    unsigned file = cached == NULL ? 0 : __atomic_load_n(cached, __ATOMIC_ACQUIRE);
    if (file != 0) return file;
    file = look_up(descriptor);
    if (cached != NULL) __atomic_store_n(cached, (uint8_t)file, __ATOMIC_RELEASE);
    return file;
}

void strikes_forget_file(int descriptor)
{
    uint8_t *cached = slot(descriptor);
    if (cached != NULL) __atomic_store_n(cached, 0, __ATOMIC_RELEASE);
}

void strikes_accepted(int descriptor)
{
    uint8_t *cached = slot(descriptor);
    if (cached == NULL) return;
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    bool known_name = getsockname(descriptor, (struct sockaddr *)&address, &length) == 0;
    bool is_internet = known_name && (address.ss_family == AF_INET || address.ss_family == AF_INET6);
    __atomic_store_n(cached, (uint8_t)(is_internet ? FILE_KNOWN | FILE_CLIENT : FILE_KNOWN), __ATOMIC_RELEASE);
}
