/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.h: what the files about processes and waiting share on POSIX.
 */
#ifndef POSIX_PROCESS_H
#define POSIX_PROCESS_H

#include "../platform.h"

#include <poll.h>

/* Code that runs on the child's side of shared memory: the sanitizers'
 * bookkeeping would take it for the parent's. */
#if defined(__clang__)
#define POSIX_CHILD_SIDE __attribute__((no_sanitize("address", "thread")))
#else
#define POSIX_CHILD_SIDE                                                    \
    __attribute__((no_sanitize("address"), no_sanitize("thread")))
#endif

/* Makes the process object of a child that was just made, with a descriptor
 * that tells its end. Returns 0 or an errno; there is no child then. */
int posix_watch(plat_process_t *process, pid_t pid);

/* poll() until a deadline, through interruptions. */
int posix_poll(struct pollfd *items, nfds_t count, plat_deadline_t deadline);

/* Sends a signal to the process alone, to whatever has become of it; returns
 * 0 or an errno. */
int posix_signal_process(const plat_process_t *process, int number);

/* Sends a signal to those of a process's descendants that can be found, and
 * to the process itself; see tree.c. Returns what became of the latter, 0 or
 * an errno. */
int posix_signal_tree(const plat_process_t *process, int number);

/* ---- marks, by which descendants are known; see mark.c ---- */

/* Once, before all others. */
void mark_initialize(void);

/* A mark for one child; 0: there are none here. */
uint64_t mark_make(void);

/* In the child, before it can have descendants: takes the mark. Makes one
 * system call; returns 0, or -1 with errno. */
POSIX_CHILD_SIDE int mark_take(uint64_t mark);

/* The same in a copy of the parent, which goes on to use this library. */
void mark_take_for_good(uint64_t mark);

typedef enum mark_e {
    MARK_SAME,              /* the process has the mark */
    MARK_OTHER,             /* it has not, or is gone */
    MARK_UNKNOWN            /* there is no telling */
} mark_e;

mark_e mark_look(uint64_t mark, pid_t pid);

#endif /* POSIX_PROCESS_H */
