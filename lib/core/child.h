/* SPDX-License-Identifier: Apache-2.0 */
/*
 * child.h: a child process that several threads may wait for, kill and let
 * go at once. What a command (subprocess) and a process that runs a
 * function (process) have in common.
 */
#ifndef MI_CHILD_H
#define MI_CHILD_H

#include <apr_thread_mutex.h>

#include "../../platform/platform.h"

typedef enum mi_child_state_e {
    MI_CHILD_RUNS,      /* as far as is known */
    MI_CHILD_ENDED,     /* exit_code is set */
    MI_CHILD_LOST       /* other code took its exit status */
} mi_child_state_e;

typedef struct mi_child_t {
    apr_thread_mutex_t *lock;       /* guards all below but pid and what */
    plat_process_t process;
    mi_child_state_e state;
    int64_t exit_code;
    int users;                      /* that wait on process */
    int closed;
    int64_t pid;
    uint32_t generation;            /* of the process that made it */
    const char *what;               /* for sentences: "command 'ls'" */
} mi_child_t;

/* Starts a program, and says in mito_errmsg() what went wrong: the system's
 * status becomes MITO_EWORKDIR where it was about the working directory.
 * scratch is for the call alone. */
apr_status_t mi_child_start(plat_process_t *process,
                            const plat_start_t *start, apr_pool_t *scratch);

/* Takes over a process that was just made. what must live as long. */
apr_status_t mi_child_init(mi_child_t *child, const plat_process_t *process,
                           const char *what, apr_pool_t *pool);

/* Waits until it has ended, and takes its status. APR_TIMEUP, MITO_ELOST,
 * MITO_ECLOSED, MITO_EINVAL (in another process than the one that made
 * it). */
apr_status_t mi_child_wait(mi_child_t *child, plat_deadline_t deadline);

/* Whether it runs, or nobody can say: looks for itself, without a word. */
int mi_child_runs(mi_child_t *child);

/* APR_CHILD_NOTDONE, MITO_ELOST, or the exit code. Does not look for itself
 * whether it has ended. */
apr_status_t mi_child_exit_code(mi_child_t *child, int64_t *exit_code);

/* Sends a signal by POSIX's number. One that has ended is no error; with
 * MITO_SCOPE_TREE its descendants are sent it all the same. MITO_ENOTSUP,
 * MITO_EINVAL, MITO_ECLOSED. */
apr_status_t mi_child_signal(mi_child_t *child, int number,
                             mito_scope_e scope);

/* To be called in pairs by who waits on the process itself, not by
 * mi_child_wait(): it is not released meanwhile. Entering says whether it
 * runs, as far as is known. */
int mi_child_enter(mi_child_t *child);
void mi_child_leave(mi_child_t *child);

/* Closes it without waiting. What is left of it when it has ended is seen to
 * by a later start or detach. */
void mi_child_detach(mi_child_t *child);

/* Gives back what the system holds for it; the exit code stays. To be
 * called when it has ended, or when it is to be left to itself. */
void mi_child_close(mi_child_t *child);

/* The deadline for a timeout that begins now. */
plat_deadline_t mi_deadline(apr_interval_time_t timeout);

#endif /* MI_CHILD_H */
