// The three entry points of a module, in C: what a test wants of them comes with -D.
// A gateway that compares before it calls never reaches gateway_provider_module, which by default ends the process.

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef ABI
#define ABI 1
#endif
#ifndef COMPILER
#define COMPILER "0.0.0"
#endif

#ifdef INITIALISER_CRASHES
__attribute__((constructor)) static void initialise(void) { *(volatile int *)0 = 1; }
#endif

unsigned int gateway_provider_abi(void) { return ABI; }

const char *gateway_provider_compiler(void) { return COMPILER; }

void *gateway_provider_module(void) {
#if defined(RETURNS_NOTHING)
    return NULL;
#elif defined(TRAPS)
    __builtin_trap();
#elif defined(HANGS)
    for (;;) pause();
#elif defined(EXITS)
    fprintf(stderr, "no licence found\n");
    exit(0);
#else
    abort();
#endif
}
