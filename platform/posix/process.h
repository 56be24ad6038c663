/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.h: what the files about processes and waiting share on POSIX.
 */
#ifndef POSIX_PROCESS_H
#define POSIX_PROCESS_H

#include "../platform.h"

#include <poll.h>

/* Makes the process object of a child that was just made, with a descriptor
 * that tells its end. Returns 0 or an errno; there is no child then. */
int posix_watch(plat_process_t *process, pid_t pid);

/* poll() until a deadline, through interruptions. */
int posix_poll(struct pollfd *items, nfds_t count, plat_deadline_t deadline);

/* Stops and kills the descendants of a process that can be found; see
 * tree.c. The process itself is stopped on return where that was needed. */
void posix_kill_descendants(const plat_process_t *process);

#endif /* POSIX_PROCESS_H */
