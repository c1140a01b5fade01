#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "inside.h"

/// The call that is being struck must not go on while the signal is under way.
static _Noreturn void end_process(void)
{
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static void hold(struct strike_page *page, uint32_t generation)
{
    const struct timespec pause = {.tv_nsec = 1000 * 1000};
    while (!strike_page_is_released(page) && strike_page_generation(page) == generation) nanosleep(&pause, NULL);
}

/// True: the call fails, errno is set.
static bool strike(struct strike_page *page, uint32_t generation, uint32_t kind, uint32_t ordinal, uint32_t moment)
{
    struct strike_order order;
    if (ordinal == 0 || !strike_page_order(page, generation, &order)) return false;
    if (order.blow == STRIKE_NONE || order.kind != kind || order.moment != moment) return false;
    bool lasts = order.blow == STRIKE_FAIL_FROM_HERE_ON;
    if (lasts ? ordinal < order.ordinal : ordinal != order.ordinal) return false;

    strike_page_mark_struck(page);
    switch (order.blow) {
    case STRIKE_POWER_CUT:
        strikes_lose_writes(order.seed);
        end_process();
    case STRIKE_KILL:
        end_process();
    case STRIKE_HOLD:
        hold(page, generation);
        return false;
    default:
        errno = order.error;
        return true;
    }
}

bool strikes_before(struct strikes_call *call, uint32_t kind, uint32_t other_kind)
{
    int reason = errno;
    call->count = 0;
    struct strike_page *page = strikes_page();
    call->generation = page == NULL ? 0 : strike_page_generation(page);
    if (call->generation == 0) return false;

    const uint32_t kinds[2] = {kind, other_kind};
    for (int index = 0; index < 2; index++) {
        if (kinds[index] == NO_KIND) continue;
        call->kinds[call->count] = kinds[index];
        call->ordinals[call->count++] = strike_page_enter(page, call->generation, kinds[index]);
    }
    for (int index = 0; index < call->count; index++) {
        if (strike(page, call->generation, call->kinds[index], call->ordinals[index], STRIKE_BEFORE)) return true;
    }
    errno = reason;
    return false;
}

bool strikes_after(const struct strikes_call *call)
{
    int reason = errno;
    for (int index = 0; index < call->count; index++) {
        if (strike(strikes_page(), call->generation, call->kinds[index], call->ordinals[index], STRIKE_AFTER)) return true;
    }
    errno = reason;
    return false;
}
