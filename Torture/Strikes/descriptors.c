#define _GNU_SOURCE
#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>

#include "inside.h"

// Where descriptors come and go, so that what is known of a number never outlives what it stood for.

static int fresh(int descriptor)
{
    if (descriptor >= 0) strikes_forget_file(descriptor);
    return descriptor;
}

static int accepted(int descriptor)
{
    if (descriptor >= 0) strikes_accepted(descriptor);
    return descriptor;
}

/// Reads the mode, which is given only where a file may be made.
#define MODE(flags)                                          \
    ({                                                       \
        mode_t mode = 0;                                     \
        if (((flags) & O_CREAT) != 0 || ((flags) & O_TMPFILE) == O_TMPFILE) { \
            va_list arguments;                               \
            va_start(arguments, flags);                      \
            mode = va_arg(arguments, mode_t);                \
            va_end(arguments);                               \
        }                                                    \
        mode;                                                \
    })

int open(const char *path, int flags, ...)
{
    mode_t mode = MODE(flags);
    return fresh(NEXT(open)(path, flags, mode));
}

int open64(const char *path, int flags, ...)
{
    mode_t mode = MODE(flags);
    return fresh(NEXT(open64)(path, flags, mode));
}

int openat(int folder, const char *path, int flags, ...)
{
    mode_t mode = MODE(flags);
    return fresh(NEXT(openat)(folder, path, flags, mode));
}

int openat64(int folder, const char *path, int flags, ...)
{
    mode_t mode = MODE(flags);
    return fresh(NEXT(openat64)(folder, path, flags, mode));
}

int close(int descriptor)
{
    strikes_forget_file(descriptor);
    return NEXT(close)(descriptor);
}

int dup2(int descriptor, int other)
{
    strikes_forget_file(other);
    return NEXT(dup2)(descriptor, other);
}

int dup3(int descriptor, int other, int flags)
{
    strikes_forget_file(other);
    return NEXT(dup3)(descriptor, other, flags);
}

int socket(int domain, int type, int protocol)
{
    return fresh(NEXT(socket)(domain, type, protocol));
}

// The declarations of glibc have a union for the address, which C++ and other compilers see as a plain pointer.
int accept(int listener, __SOCKADDR_ARG address, socklen_t *restrict length)
{
    return accepted(NEXT(accept)(listener, address, length));
}

int accept4(int listener, __SOCKADDR_ARG address, socklen_t *restrict length, int flags)
{
    return accepted(NEXT(accept4)(listener, address, length, flags));
}
