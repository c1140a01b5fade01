// A module whose initialiser looks for what it may not have, writes down what it found, and crashes so that the gateway logs it.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

extern char **environ;

__attribute__((constructor)) static void pry(void) {
    // A program that is only inspected (ldd) has another parent, and no answer to give.
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/environ", getppid());
    int file = open(path, O_RDONLY);
    const char *environment = file < 0 ? strerror(errno) : "readable";
    snprintf(path, sizeof path, "/proc/%d/mem", getppid());
    file = open(path, O_RDONLY);
    const char *memory = file < 0 ? strerror(errno) : "readable";
    int secrets = 0;
    for (char **variable = environ; *variable; variable++) secrets += strstr(*variable, "SECRET") != NULL;
    struct rlimit core;
    getrlimit(RLIMIT_CORE, &core);
    fprintf(
        stderr, "pried: user %d, environment %s, memory %s, secrets %d, core %d, dumpable %d, no_new_privs %d\n", (int)getuid(),
        environment, memory, secrets, (int)core.rlim_cur, prctl(PR_GET_DUMPABLE), prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    abort();
}
