#define _GNU_SOURCE
#include <sys/time.h>

#include "inside.h"

// The wall clock runs ahead by what the page says, so that leases run out and days pass. The monotonic clocks don't: timeouts and
// sleeps take as long as they take. A wait with a deadline on the wall clock (pthread_cond_timedwait, wall-clock timers) is the
// kernel's and would wait the offset longer; the gateway has none.

static const int64_t second = 1000 * 1000 * 1000;

static int64_t offset(void)
{
    struct strike_page *page = strikes_page();
    return page == NULL ? 0 : strike_page_clock_offset(page);
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    int result = NEXT(clock_gettime)(clock, time);
    if (result != 0 || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return result;
    int64_t ahead = offset();
    if (ahead == 0) return result;
    int64_t nanoseconds = time->tv_nsec + ahead % second;
    // The remainder has the sign of the offset, which may be negative.
    int64_t carry = nanoseconds < 0 ? -1 : nanoseconds / second;
    time->tv_sec += ahead / second + carry;
    time->tv_nsec = nanoseconds - carry * second;
    return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
    if (offset() == 0) return NEXT(gettimeofday)(time, zone);
    struct timespec now;
    int result = clock_gettime(CLOCK_REALTIME, &now);
    if (result == 0) *time = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return result;
}

time_t time(time_t *seconds)
{
    if (offset() == 0) return NEXT(time)(seconds);
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return (time_t)-1;
    if (seconds != NULL) *seconds = now.tv_sec;
    return now.tv_sec;
}
