/* Preloaded into the gateway, this makes each fdatasync last longer, by as many microseconds as a variable says, like a slower
   disk's; without its caller using the processor meanwhile. What is synced is synced. */
#define _GNU_SOURCE
#include "slow_disk.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int fdatasync(int file) {
    const char *text = getenv(SLOW_DISK_DELAY_VARIABLE);
    long microseconds = text ? strtol(text, NULL, 10) : 0;
    struct timespec rest = {microseconds / 1000000, microseconds % 1000000 * 1000};
    while (nanosleep(&rest, &rest) == -1 && errno == EINTR) {
    }
    return syscall(SYS_fdatasync, file);
}
