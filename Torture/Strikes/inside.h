#ifndef STRIKES_INSIDE_H
#define STRIKES_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>

#include "strike_page.h"

// What the files of the library share. Hidden: a preloaded library's names would stand in for anybody's.
#pragma GCC visibility push(hidden)

/// The page, or NULL where the process is not to be struck.
struct strike_page *strikes_page(void);

/// The C library's own function of that name.
void *strikes_next(void **cache, const char *name);
#define NEXT(name)                              \
    ({                                          \
        static void *cache;                     \
        (__typeof__(&name))strikes_next(&cache, #name); \
    })

// Files: what a descriptor stands for.

enum {
    FILE_KNOWN = 1,
    FILE_DATABASE = 2,
    FILE_WAL = 4,
    FILE_SHM = 8,
    FILE_JOURNAL = 16,
    FILE_CLIENT = 32
};

unsigned strikes_file(int descriptor);
/// Call it before a descriptor is closed: another thread may get the same number at once.
void strikes_forget_file(int descriptor);
void strikes_accepted(int descriptor);
/// The file's name, for a buffer of PATH_MAX. False where it has none.
bool strikes_file_name(int descriptor, char *name);

// Blows: a call is announced before and after.

/// One call, under each of the kinds that it counts as.
struct strikes_call {
    uint32_t generation;
    uint32_t kinds[2];
    uint32_t ordinals[2];
    int count;
};

/// No further kind.
enum { NO_KIND = STRIKE_KINDS };

/// Counts the call, and strikes if it is its turn. True: don't make it, errno is set.
bool strikes_before(struct strikes_call *call, uint32_t kind, uint32_t other_kind);
/// True: report a failure instead of the result, errno is set. Otherwise errno is as the call left it.
bool strikes_after(const struct strikes_call *call);

// Power cuts.

/// pwrite and ftruncate that remember what was there before, as long as the page says so.
ssize_t strikes_undoable_pwrite(int descriptor, const void *bytes, size_t count, off_t offset);
int strikes_undoable_ftruncate(int descriptor, off_t size);
/// How many writes there are; those are safe once a sync that starts now has succeeded.
uint64_t strikes_undo_mark(void);
void strikes_undo_forget(int descriptor, uint64_t mark);
/// Takes back what no sync has made safe: for seed 0 all of it, otherwise what coins from the seed say. The lock stays taken.
void strikes_lose_writes(uint64_t seed);

#pragma GCC visibility pop

#endif
