#define _GNU_SOURCE
#include "strike_page.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/// Says that a file is a page of this layout; its last figures are the layout's version.
static const uint64_t page_magic = 0x5354524b50470001;

struct strike_page {
    uint64_t magic;
    /// The generation, and in the lowest bit whether it is armed: one word, so that both are read at once.
    uint32_t state;
    uint32_t keeps_undo_log;
    int64_t clock_offset;
    struct strike_order order;
    uint32_t struck;
    uint32_t released;
    /// The generation in the upper half, the count in the lower: a thread that was overtaken by a new arming can't spoil its counts.
    uint64_t counts[STRIKE_KINDS];
    uint64_t log_count;
    /// Kinds, counted from 1; 0 is a line that is not written yet.
    uint8_t log[STRIKE_LOG_CAPACITY];
};

#define LOAD(field) __atomic_load_n(&(field), __ATOMIC_ACQUIRE)
#define STORE(field, value) __atomic_store_n(&(field), (value), __ATOMIC_RELEASE)

static struct strike_page *map_page(int descriptor)
{
    void *memory = mmap(NULL, sizeof(struct strike_page), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    int reason = errno;
    close(descriptor);
    errno = reason;
    return memory == MAP_FAILED ? NULL : memory;
}

struct strike_page *strike_page_create(const char *path)
{
    int descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0) return NULL;
    if (ftruncate(descriptor, sizeof(struct strike_page)) != 0) {
        int reason = errno;
        close(descriptor);
        errno = reason;
        return NULL;
    }
    struct strike_page *page = map_page(descriptor);
    if (page != NULL) STORE(page->magic, page_magic);
    return page;
}

struct strike_page *strike_page_open(const char *path)
{
    int descriptor = open(path, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return NULL;
    struct stat status;
    if (fstat(descriptor, &status) != 0 || status.st_size != sizeof(struct strike_page)) {
        close(descriptor);
        errno = EPROTO;
        return NULL;
    }
    struct strike_page *page = map_page(descriptor);
    if (page != NULL && LOAD(page->magic) != page_magic) {
        strike_page_close(page);
        errno = EPROTO;
        return NULL;
    }
    return page;
}

void strike_page_close(struct strike_page *page)
{
    munmap(page, sizeof(struct strike_page));
}

void strike_page_arm(struct strike_page *page, struct strike_order order)
{
    uint32_t generation = (LOAD(page->state) >> 1) + 1;
    STORE(page->state, generation << 1);
    page->order = order;
    STORE(page->struck, 0);
    STORE(page->released, 0);
    memset(page->log, 0, sizeof(page->log));
    STORE(page->log_count, (uint64_t)generation << 32);
    for (int kind = 0; kind < STRIKE_KINDS; kind++) STORE(page->counts[kind], (uint64_t)generation << 32);
    __atomic_store_n(&page->state, generation << 1 | 1, __ATOMIC_SEQ_CST);
}

void strike_page_disarm(struct strike_page *page)
{
    STORE(page->state, LOAD(page->state) & ~1u);
}

void strike_page_release(struct strike_page *page)
{
    STORE(page->released, 1);
}

void strike_page_keep_undo_log(struct strike_page *page, bool on)
{
    STORE(page->keeps_undo_log, on);
}

void strike_page_set_clock_offset(struct strike_page *page, int64_t nanoseconds)
{
    STORE(page->clock_offset, nanoseconds);
}

bool strike_page_has_struck(const struct strike_page *page)
{
    return LOAD(page->struck) != 0;
}

uint32_t strike_page_count(const struct strike_page *page, uint32_t kind)
{
    return kind < STRIKE_KINDS ? (uint32_t)LOAD(page->counts[kind]) : 0;
}

uint32_t strike_page_seen_count(const struct strike_page *page)
{
    uint32_t count = (uint32_t)LOAD(page->log_count);
    return count < STRIKE_LOG_CAPACITY ? count : STRIKE_LOG_CAPACITY;
}

int32_t strike_page_seen(const struct strike_page *page, uint32_t index)
{
    return index < STRIKE_LOG_CAPACITY ? (int32_t)LOAD(page->log[index]) - 1 : -1;
}

uint32_t strike_page_generation(const struct strike_page *page)
{
    uint32_t state = LOAD(page->state);
    return state & 1 ? state >> 1 : 0;
}

/// Adds one to a count of that generation. Returns the new count, or 0 where it belongs to another generation.
static uint32_t count_up(uint64_t *count, uint32_t generation)
{
    uint64_t old = LOAD(*count);
    do {
        if (old >> 32 != generation) return 0;
    } while (!__atomic_compare_exchange_n(count, &old, old + 1, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
    return (uint32_t)(old + 1);
}

uint32_t strike_page_enter(struct strike_page *page, uint32_t generation, uint32_t kind)
{
    uint32_t ordinal = count_up(&page->counts[kind], generation);
    uint32_t line = ordinal == 0 ? 0 : count_up(&page->log_count, generation);
    if (line > 0 && line <= STRIKE_LOG_CAPACITY) STORE(page->log[line - 1], (uint8_t)(kind + 1));
    return ordinal;
}

bool strike_page_order(const struct strike_page *page, uint32_t generation, struct strike_order *order)
{
    *order = page->order;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return strike_page_generation(page) == generation;
}

void strike_page_mark_struck(struct strike_page *page)
{
    STORE(page->struck, 1);
}

bool strike_page_is_released(const struct strike_page *page)
{
    return LOAD(page->released) != 0;
}

bool strike_page_keeps_undo_log(const struct strike_page *page)
{
    return LOAD(page->keeps_undo_log) != 0;
}

int64_t strike_page_clock_offset(const struct strike_page *page)
{
    return LOAD(page->clock_offset);
}
