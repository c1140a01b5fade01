#ifndef SLOW_DISK_H
#define SLOW_DISK_H

/// Preloaded, the library takes the place of the C library's fdatasync. This variable says how many microseconds longer it takes.
#define SLOW_DISK_DELAY_VARIABLE "BENCH_SYNC_DELAY"

#endif
