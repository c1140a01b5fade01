#ifndef STRIKE_PAGE_H
#define STRIKE_PAGE_H

#include <stdbool.h>
#include <stdint.h>

/// The memory that the torture process and the process it strikes share: what shall happen, and what was seen.
///
/// Both map the same file. The control side arms and disarms; the struck side counts. Every field that both touch is read and
/// written atomically in strike_page.c, because Swift can't see C's atomic types.
struct strike_page;

/// The system calls that are counted, in the order of StrikePoint.Kind.
enum strike_kind {
    STRIKE_SYNC = 0,
    STRIKE_WAL_WRITE = 1,
    STRIKE_EFFECT = 2,
    STRIKE_REPLY = 3,
    STRIKE_DB_WRITE = 4,
    STRIKE_KINDS = 5
};

enum strike_moment { STRIKE_BEFORE = 0, STRIKE_AFTER = 1 };

enum strike_blow_kind {
    STRIKE_NONE = 0,
    STRIKE_KILL = 1,
    STRIKE_POWER_CUT = 2,
    STRIKE_FAIL = 3,
    STRIKE_FAIL_FROM_HERE_ON = 4,
    STRIKE_HOLD = 5
};

/// What shall happen, and where. With STRIKE_NONE the calls are only counted.
struct strike_order {
    uint32_t kind;
    uint32_t moment;
    /// Counts the calls of that kind, from 1.
    uint32_t ordinal;
    uint32_t blow;
    int32_t error;
    uint64_t seed;
};

/// How many calls the log holds; later ones are counted only.
enum { STRIKE_LOG_CAPACITY = 65536 };

// The file. NULL with errno set where it can't be had; EPROTO where the file is no such page.

struct strike_page *strike_page_create(const char *path);
struct strike_page *strike_page_open(const char *path);
void strike_page_close(struct strike_page *page);

// The control side.

void strike_page_arm(struct strike_page *page, struct strike_order order);
void strike_page_disarm(struct strike_page *page);
void strike_page_release(struct strike_page *page);
void strike_page_keep_undo_log(struct strike_page *page, bool on);
void strike_page_set_clock_offset(struct strike_page *page, int64_t nanoseconds);
bool strike_page_has_struck(const struct strike_page *page);
uint32_t strike_page_count(const struct strike_page *page, uint32_t kind);
uint32_t strike_page_seen_count(const struct strike_page *page);
/// The kind of the call at `index`, or -1 where its thread has claimed the line and not written it (it may have been killed).
int32_t strike_page_seen(const struct strike_page *page, uint32_t index);

// The struck side. A generation is one arming; 0 means not armed.

uint32_t strike_page_generation(const struct strike_page *page);
/// Counts a call and logs it. Returns its ordinal, or 0 where the page was armed anew meanwhile.
uint32_t strike_page_enter(struct strike_page *page, uint32_t generation, uint32_t kind);
/// Reads the order of that generation. False where the page was armed anew meanwhile.
bool strike_page_order(const struct strike_page *page, uint32_t generation, struct strike_order *order);
void strike_page_mark_struck(struct strike_page *page);
bool strike_page_is_released(const struct strike_page *page);
bool strike_page_keeps_undo_log(const struct strike_page *page);
int64_t strike_page_clock_offset(const struct strike_page *page);

#endif
