#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inside.h"

// What a power cut takes: writes that no sync has made safe. They are kept here with what they replaced. At the cut all are taken
// back, newest first, and those that the disk happened to write are made again, oldest first: a later write that reached
// the disk must not be lost with an earlier one that did not.
//
// Writes of an earlier process that no sync followed are taken for safe.

/// A disk writes its sectors whole.
static const off_t sector = 512;

struct change {
    uint64_t number;
    dev_t device;
    ino_t inode;
    char *path;
    bool is_truncation;
    off_t offset;
    /// The file's size before, and for a truncation after it.
    off_t old_size, new_size;
    unsigned char *old_bytes, *new_bytes;
    size_t old_count, new_count;
    struct change *older, *newer;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct change *oldest, *newest;
static uint64_t last_number;

/// The databases that were written to, for the cut to take their shared memory along. More than these are not expected.
static char *databases[8];

static bool keeps_log(void)
{
    struct strike_page *page = strikes_page();
    return page != NULL && strike_page_keeps_undo_log(page);
}

/// A log with gaps would make a power cut write nonsense.
static void *must_have(void *memory)
{
    if (memory != NULL) return memory;
    static const char message[] = "libStrikes.so: no memory for the undo log\n";
    ssize_t ignored = NEXT(write)(STDERR_FILENO, message, sizeof message - 1);
    (void)ignored;
    _exit(120);
}

static void read_old(struct change *change, int descriptor, off_t end)
{
    off_t available = (change->old_size < end ? change->old_size : end) - change->offset;
    if (available <= 0) return;
    change->old_bytes = must_have(malloc((size_t)available));
    ssize_t got = pread(descriptor, change->old_bytes, (size_t)available, change->offset);
    change->old_count = got > 0 ? (size_t)got : 0;
}

/// Notes the database that a file or its write-ahead log belongs to.
static void note_database(const char *path)
{
    static const char wal[] = "-wal";
    size_t length = strlen(path), tail = sizeof wal - 1;
    if (length >= tail && strcmp(path + length - tail, wal) == 0) length -= tail;
    for (size_t index = 0; index < sizeof databases / sizeof *databases; index++) {
        if (databases[index] == NULL) databases[index] = must_have(strndup(path, length));
        if (strlen(databases[index]) == length && strncmp(databases[index], path, length) == 0) return;
    }
}

/// A change that is about to happen, or NULL where the descriptor is no file with a name.
static struct change *new_change(int descriptor)
{
    struct stat status;
    char path[PATH_MAX];
    if (fstat(descriptor, &status) != 0 || !strikes_file_name(descriptor, path)) return NULL;
    struct change *change = must_have(calloc(1, sizeof *change));
    change->device = status.st_dev;
    change->inode = status.st_ino;
    change->old_size = status.st_size;
    change->path = must_have(strdup(path));
    note_database(path);
    return change;
}

static void drop(struct change *change)
{
    if (change == NULL) return;
    free(change->path);
    free(change->old_bytes);
    free(change->new_bytes);
    free(change);
}

static void append(struct change *change)
{
    change->number = ++last_number;
    change->older = newest;
    if (newest != NULL) newest->newer = change;
    else oldest = change;
    newest = change;
}

static void unlink_change(struct change *change)
{
    if (change->older != NULL) change->older->newer = change->newer;
    else oldest = change->newer;
    if (change->newer != NULL) change->newer->older = change->older;
    else newest = change->older;
}

ssize_t strikes_undoable_pwrite(int descriptor, const void *bytes, size_t count, off_t offset)
{
    if (!keeps_log()) return NEXT(pwrite64)(descriptor, bytes, count, offset);
    pthread_mutex_lock(&lock);
    struct change *change = new_change(descriptor);
    if (change != NULL) {
        change->offset = offset;
        read_old(change, descriptor, offset + (off_t)count);
    }
    ssize_t written = NEXT(pwrite64)(descriptor, bytes, count, offset);
    int reason = errno;
    if (change != NULL && written > 0) {
        change->new_count = (size_t)written;
        change->new_bytes = must_have(malloc((size_t)written));
        memcpy(change->new_bytes, bytes, (size_t)written);
        append(change);
    } else {
        drop(change);
    }
    pthread_mutex_unlock(&lock);
    errno = reason;
    return written;
}

int strikes_undoable_ftruncate(int descriptor, off_t size)
{
    if (!keeps_log()) return NEXT(ftruncate64)(descriptor, size);
    pthread_mutex_lock(&lock);
    struct change *change = new_change(descriptor);
    if (change != NULL) {
        change->is_truncation = true;
        change->offset = size;
        change->new_size = size;
        read_old(change, descriptor, change->old_size);
    }
    int result = NEXT(ftruncate64)(descriptor, size);
    int reason = errno;
    if (change != NULL && result == 0) append(change);
    else drop(change);
    pthread_mutex_unlock(&lock);
    errno = reason;
    return result;
}

uint64_t strikes_undo_mark(void)
{
    pthread_mutex_lock(&lock);
    uint64_t mark = last_number;
    pthread_mutex_unlock(&lock);
    return mark;
}

void strikes_undo_forget(int descriptor, uint64_t mark)
{
    int reason = errno;
    struct stat status;
    pthread_mutex_lock(&lock);
    if (fstat(descriptor, &status) == 0) {
        for (struct change *change = oldest, *next; change != NULL && change->number <= mark; change = next) {
            next = change->newer;
            if (change->device != status.st_dev || change->inode != status.st_ino) continue;
            unlink_change(change);
            drop(change);
        }
    }
    pthread_mutex_unlock(&lock);
    errno = reason;
}

/// The file of a change, or -1 where it is gone: what was written to a file that was deleted since is nobody's loss.
static int open_file(const struct change *change)
{
    int descriptor = NEXT(open)(change->path, O_WRONLY | O_CLOEXEC);
    struct stat status;
    if (descriptor < 0) return -1;
    if (fstat(descriptor, &status) == 0 && status.st_dev == change->device && status.st_ino == change->inode) return descriptor;
    NEXT(close)(descriptor);
    return -1;
}

static void put(int descriptor, const unsigned char *bytes, size_t count, off_t offset)
{
    while (count > 0) {
        ssize_t written = NEXT(pwrite64)(descriptor, bytes, count, offset);
        if (written <= 0) {
            perror("libStrikes.so: the power cut could not write");
            return;
        }
        bytes += written;
        count -= (size_t)written;
        offset += written;
    }
}

static void set_size(int descriptor, off_t size)
{
    if (NEXT(ftruncate64)(descriptor, size) != 0) perror("libStrikes.so: the power cut could not set a file's size");
}

static void take_back(const struct change *change)
{
    int descriptor = open_file(change);
    if (descriptor < 0) return;
    set_size(descriptor, change->old_size);
    put(descriptor, change->old_bytes, change->old_count, change->offset);
    NEXT(close)(descriptor);
}

/// splitmix64: a few lines that mix well enough for coins.
static uint64_t next_random(uint64_t *state)
{
    uint64_t value = *state += 0x9e3779b97f4a7c15;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

/// How much of a write reached the disk: nothing, all, or in one case of four its first sectors.
static size_t survivor(const struct change *change, uint64_t *random)
{
    uint64_t coin = next_random(random);
    if ((coin & 3) != 0) return (coin & 4) != 0 ? change->new_count : 0;
    off_t end = change->offset + (off_t)change->new_count;
    uint64_t boundaries = (uint64_t)(end / sector - change->offset / sector);
    if (boundaries == 0) return (coin & 4) != 0 ? change->new_count : 0;
    off_t cut = (change->offset / sector + 1 + (off_t)((coin >> 3) % boundaries)) * sector;
    return cut < end ? (size_t)(cut - change->offset) : change->new_count;
}

static void make_again(const struct change *change, uint64_t *random)
{
    if (change->is_truncation) {
        bool reached_disk = (next_random(random) & 1) != 0;
        int descriptor = reached_disk ? open_file(change) : -1;
        if (descriptor < 0) return;
        set_size(descriptor, change->new_size);
        NEXT(close)(descriptor);
        return;
    }
    size_t count = survivor(change, random);
    int descriptor = count > 0 ? open_file(change) : -1;
    if (descriptor < 0) return;
    put(descriptor, change->new_bytes, count, change->offset);
    NEXT(close)(descriptor);
}

/// The index of the write-ahead log is memory that processes share, and memory is gone with the power. Were it left, a reader that
/// outlives the cut (the checker) would hold the next gateway to an index of a log that is no longer there.
static void lose_shared_memory(const char *database)
{
    char name[PATH_MAX];
    int needed = snprintf(name, sizeof name, "%s-shm", database);
    if (needed > 0 && (size_t)needed < sizeof name) unlink(name);
}

void strikes_lose_writes(uint64_t seed)
{
    // Never given back: no thread may write, or learn that its sync succeeded, after the power is gone.
    pthread_mutex_lock(&lock);
    for (const struct change *change = newest; change != NULL; change = change->older) take_back(change);
    uint64_t random = seed;
    if (seed != 0) {
        for (const struct change *change = oldest; change != NULL; change = change->newer) make_again(change, &random);
    }
    for (size_t index = 0; index < sizeof databases / sizeof *databases && databases[index] != NULL; index++) {
        lose_shared_memory(databases[index]);
    }
}
