#ifndef STRIKES_H
#define STRIKES_H

/// libStrikes.so: preloaded into a process, it stands between that process and the C library, counts the system calls that
/// matter to a payment, and strikes at the chosen one. It has no interface but this variable, which names the file of the page
/// (strike_page.h). Without the variable every call passes through.
#define STRIKES_PAGE_VARIABLE "GATEWAY_STRIKES"

#endif
