#define _GNU_SOURCE
#include "process_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* The user and the group `nobody` of Debian, and the kernel's own for ids that it cannot map. */
#define UNPRIVILEGED_ID 65534

/* The signals that Swift's runtime handles. */
static const int fatal_signals[] = {SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP};

/* Swift's handlers. */
static struct sigaction backtracing[NSIG];
static unsigned backtrace_limit;
static atomic_flag has_crashed = ATOMIC_FLAG_INIT;

int process_guard_memory(void) {
    const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) return errno;
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : errno;
}

/* SIGALRM ends the process, whatever its threads block. */
static void limit_backtrace(void) {
    if (backtrace_limit == 0) return;
    sigset_t alarms;
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    signal(SIGALRM, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &alarms, NULL);
    alarm(backtrace_limit);
}

/* Calls only functions that may be called in a signal handler. */
static void on_crash(int number, siginfo_t *information, void *context) {
    /* Swift's handler keeps further threads that crash waiting. */
    int is_first = !atomic_flag_test_and_set(&has_crashed);
    if (is_first) {
        limit_backtrace();
        /* swift-backtrace looks up in /proc where this process has its images. */
        prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    }
    backtracing[number].sa_sigaction(number, information, context);
    /* A core file that a pipe takes does not ask for RLIMIT_CORE. */
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    /* A fault happens again when its instruction does; a signal that was sent does not come back. */
    signal(number, SIG_DFL);
    raise(number);
}

void process_guard_crashes(unsigned limit) {
    backtrace_limit = limit;
    for (size_t index = 0; index < sizeof fatal_signals / sizeof *fatal_signals; index++) {
        int number = fatal_signals[index];
        struct sigaction action;
        /* Without a handler of Swift's the signal ends the process at once. */
        if (sigaction(number, NULL, &action) != 0 || !(action.sa_flags & SA_SIGINFO)) continue;
        backtracing[number] = action;
        action.sa_sigaction = on_crash;
        sigaction(number, &action, NULL);
    }
}

int process_guard_drop_privileges(void) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    if (geteuid() != 0) return 0;
    if (setgroups(0, NULL) != 0) return errno;
    if (setresgid(UNPRIVILEGED_ID, UNPRIVILEGED_ID, UNPRIVILEGED_ID) != 0) return errno;
    return setresuid(UNPRIVILEGED_ID, UNPRIVILEGED_ID, UNPRIVILEGED_ID) == 0 ? 0 : errno;
}

int process_guard_copy_to_memory(const char *path) {
    int source = open(path, O_RDONLY | O_CLOEXEC);
    if (source < 0) return -1;
    struct stat state;
    int copy = fstat(source, &state) == 0 ? memfd_create("module", MFD_CLOEXEC) : -1;
    off_t rest = copy < 0 ? 0 : state.st_size;
    while (rest > 0) {
        ssize_t count = sendfile(copy, source, NULL, (size_t)rest);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        rest -= count;
    }
    int error = rest > 0 && errno == 0 ? EIO : errno;
    close(source);
    if (copy >= 0 && rest > 0) {
        close(copy);
        copy = -1;
    }
    errno = error;
    return copy;
}
