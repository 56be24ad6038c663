/* SPDX-License-Identifier: Apache-2.0 */
/*
 * start.h: what the files of starting a program share on POSIX. start.c
 * makes the plan and the child's part of it, program.c finds the program,
 * clone.c makes the child.
 */
#ifndef POSIX_START_H
#define POSIX_START_H

#include "../platform.h"

#include <signal.h>
#include <stddef.h>
#include <sys/types.h>

/* Code that runs on the child's side of shared memory: the sanitizers'
 * bookkeeping would take it for the parent's. */
#if defined(__clang__)
#define POSIX_CHILD_SIDE __attribute__((no_sanitize("address", "thread")))
#else
#define POSIX_CHILD_SIDE                                                    \
    __attribute__((no_sanitize("address"), no_sanitize("thread")))
#endif

/* Where the paths to execute for a program's name come from. */
typedef struct program_t {
    const char **candidates;    /* NULL-terminated, to be tried in order */
    const char *name;           /* as it was asked for */
} program_t;

/* The candidates for a name: the name itself when it has a slash, else one
 * for each folder of the environment's PATH. */
apr_status_t program_find(program_t *program, const char *name,
                          const char *const *environment, apr_pool_t *pool);

/* What an errno of execve means for the candidate that failed with it;
 * directory is the one that the child was in, NULL for the parent's. */
apr_status_t program_status(int error, const char *candidate,
                            const char *directory, apr_pool_t *pool);

/* Makes a child that shares the parent's memory while the parent waits for
 * it to execute a program or exit, and runs run(argument) in it on a stack
 * of its own. Returns 0 or an errno.
 *
 * No signal handler of the parent's can run in the child, which would be in
 * the parent's memory. Either *handlers_cleared is 1 before the child runs;
 * or it is 0, then the child has all signals blocked, and has to reset the
 * handlers before it sets *mask, the mask that the parent had. */
int clone_run(void (*run)(void *), void *argument, int *handlers_cleared,
              sigset_t *mask, plat_process_t *process);

/* Whether such children really share memory here; emulators and valgrind
 * make a copy instead. Looked up once, by making one. */
int clone_shares_memory(void);

#endif /* POSIX_START_H */
