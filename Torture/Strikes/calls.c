#define _GNU_SOURCE
#include <errno.h>
#include <unistd.h>

#include "inside.h"

// The calls that are counted. Each asks before and after whether it is the one to strike.

static bool is_active(void)
{
    return strikes_page() != NULL;
}

/// A write to one of the database's files.
static ssize_t database_write(unsigned file, int descriptor, const void *bytes, size_t count, off_t offset)
{
    struct strikes_call call;
    if (strikes_before(&call, (file & FILE_WAL) != 0 ? STRIKE_WAL_WRITE : NO_KIND, STRIKE_DB_WRITE)) return -1;
    ssize_t written = (file & FILE_SHM) != 0 ? NEXT(pwrite64)(descriptor, bytes, count, offset)
                                             : strikes_undoable_pwrite(descriptor, bytes, count, offset);
    return strikes_after(&call) ? -1 : written;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset)
{
    unsigned file = is_active() ? strikes_file(descriptor) : 0;
    if ((file & (FILE_DATABASE | FILE_WAL | FILE_SHM)) == 0) return NEXT(pwrite64)(descriptor, bytes, count, offset);
    return database_write(file, descriptor, bytes, count, offset);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset)
{
    return pwrite64(descriptor, bytes, count, offset);
}

ssize_t write(int descriptor, const void *bytes, size_t count)
{
    unsigned file = is_active() ? strikes_file(descriptor) : 0;
    if ((file & (FILE_DATABASE | FILE_WAL | FILE_SHM)) != 0) {
        // An SQLite that was built without pwrite seeks and writes.
        off_t offset = lseek(descriptor, 0, SEEK_CUR);
        ssize_t written = database_write(file, descriptor, bytes, count, offset);
        if (written > 0) lseek(descriptor, offset + written, SEEK_SET);
        return written;
    }
    if ((file & (FILE_JOURNAL | FILE_CLIENT)) == 0) return NEXT(write)(descriptor, bytes, count);
    struct strikes_call call;
    if (strikes_before(&call, (file & FILE_JOURNAL) != 0 ? STRIKE_EFFECT : STRIKE_REPLY, NO_KIND)) return -1;
    ssize_t written = NEXT(write)(descriptor, bytes, count);
    return strikes_after(&call) ? -1 : written;
}

static int truncate_file(int descriptor, off_t size)
{
    unsigned file = is_active() ? strikes_file(descriptor) : 0;
    if ((file & (FILE_DATABASE | FILE_WAL)) == 0) return NEXT(ftruncate64)(descriptor, size);
    return strikes_undoable_ftruncate(descriptor, size);
}

int ftruncate(int descriptor, off_t size)
{
    return truncate_file(descriptor, size);
}

int ftruncate64(int descriptor, off64_t size)
{
    return truncate_file(descriptor, size);
}

static int sync_file(int descriptor, int (*next)(int))
{
    unsigned file = is_active() ? strikes_file(descriptor) : 0;
    if ((file & (FILE_DATABASE | FILE_WAL)) == 0) return next(descriptor);
    struct strikes_call call;
    if (strikes_before(&call, STRIKE_SYNC, NO_KIND)) return -1;
    uint64_t mark = strikes_undo_mark();
    int result = next(descriptor);
    if (result == 0) strikes_undo_forget(descriptor, mark);
    return strikes_after(&call) ? -1 : result;
}

int fsync(int descriptor)
{
    return sync_file(descriptor, NEXT(fsync));
}

int fdatasync(int descriptor)
{
    return sync_file(descriptor, NEXT(fdatasync));
}

static bool is_client(int descriptor)
{
    return is_active() && (strikes_file(descriptor) & FILE_CLIENT) != 0;
}

ssize_t writev(int descriptor, const struct iovec *parts, int count)
{
    if (!is_client(descriptor)) return NEXT(writev)(descriptor, parts, count);
    struct strikes_call call;
    if (strikes_before(&call, STRIKE_REPLY, NO_KIND)) return -1;
    ssize_t written = NEXT(writev)(descriptor, parts, count);
    return strikes_after(&call) ? -1 : written;
}

ssize_t send(int descriptor, const void *bytes, size_t count, int flags)
{
    if (!is_client(descriptor)) return NEXT(send)(descriptor, bytes, count, flags);
    struct strikes_call call;
    if (strikes_before(&call, STRIKE_REPLY, NO_KIND)) return -1;
    ssize_t written = NEXT(send)(descriptor, bytes, count, flags);
    return strikes_after(&call) ? -1 : written;
}

ssize_t sendto(
    int descriptor, const void *bytes, size_t count, int flags, __CONST_SOCKADDR_ARG address, socklen_t length)
{
    if (!is_client(descriptor)) return NEXT(sendto)(descriptor, bytes, count, flags, address, length);
    struct strikes_call call;
    if (strikes_before(&call, STRIKE_REPLY, NO_KIND)) return -1;
    ssize_t written = NEXT(sendto)(descriptor, bytes, count, flags, address, length);
    return strikes_after(&call) ? -1 : written;
}

ssize_t sendmsg(int descriptor, const struct msghdr *message, int flags)
{
    if (!is_client(descriptor)) return NEXT(sendmsg)(descriptor, message, flags);
    struct strikes_call call;
    if (strikes_before(&call, STRIKE_REPLY, NO_KIND)) return -1;
    ssize_t written = NEXT(sendmsg)(descriptor, message, flags);
    return strikes_after(&call) ? -1 : written;
}
