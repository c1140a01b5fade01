/* What keeps the memory of this process to itself, and how it ends when it crashes. Linux only. */
#ifndef PROCESS_GUARD_H
#define PROCESS_GUARD_H

/* Forbids core files, and makes the process not dumpable: other processes of the same user cannot read its memory, its environment
   or its descriptors, and cannot trace it. A process that root runs with its capabilities still can. Holds until the next execve.
   Returns 0, or the error number of the step that failed. */
int process_guard_memory(void);

/* Keeps Swift's crash handlers working in a process that is not dumpable: the process is dumpable while the backtrace is made, and
   ends by the signal afterwards, also where another process sent it. Call once, after process_guard_memory.
   limit: after so many seconds SIGALRM ends a process whose backtrace is not done; 0 for no limit. */
void process_guard_crashes(unsigned limit);

/* Gives up what a process that runs unknown code has no use for: new privileges for good, and for root also the user, the groups
   and with them the capabilities. Returns 0, or the error number of the step that failed; what came before it holds. */
int process_guard_drop_privileges(void);

/* Copies a file into memory that every user may map, for a process that is about to give up its user.
   Returns a descriptor, or -1 with errno. */
int process_guard_copy_to_memory(const char *path);

#endif
