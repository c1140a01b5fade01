// The three entry points of a module, in C: what a test wants of them comes with -D.
// A gateway that compares before it calls never reaches gateway_provider_module, which ends the process.

#include <stdlib.h>

#ifndef ABI
#define ABI 1
#endif
#ifndef COMPILER
#define COMPILER "0.0.0"
#endif

unsigned int gateway_provider_abi(void) { return ABI; }

const char *gateway_provider_compiler(void) { return COMPILER; }

void *gateway_provider_module(void) {
#ifdef RETURNS_NOTHING
    return NULL;
#else
    abort();
#endif
}
