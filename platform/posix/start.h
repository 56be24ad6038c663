/* SPDX-License-Identifier: Apache-2.0 */
/*
 * start.h: what the files of starting a program share on POSIX. start.c
 * makes the plan and the child's part of it, program.c finds the program,
 * attributes.c says what the options mean and credentials.c whose rights
 * the child has, descriptors.c gives it its descriptors, and clone.c makes
 * it.
 *
 * What the child does is marked POSIX_CHILD_SIDE: system calls alone, as it
 * may share the parent's memory. Each returns 0, or -1 with errno.
 */
#ifndef POSIX_START_H
#define POSIX_START_H

#include "process.h"

#include <signal.h>
#include <stddef.h>
#include <sys/types.h>

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

/* ---- descriptors.c ---- */

/* Sources of a child's descriptor that are no descriptors. */
enum { SOURCE_KEEP = -1, SOURCE_NULL = -2, SOURCE_OUTPUT = -3 };

/* Descriptors 0 to 2, and 3 for the handle that is handed over. */
#define ARRANGED 4

typedef struct descriptors_t {
    int sources[ARRANGED];
    const intptr_t *kept;   /* those that stay open under their numbers */
    size_t kept_count;
} descriptors_t;

/* MITO_EINVAL: a handle to keep is not open, or its place is taken. */
apr_status_t descriptors_prepare(descriptors_t *descriptors,
                                 const plat_start_t *start);

/* Puts the sources into their places. */
POSIX_CHILD_SIDE int descriptors_arrange(descriptors_t *descriptors);

/* Sees to it that the program has no others but those that are kept. The
 * system closes them when it is executed: until then a report's pipe must
 * stay open. */
POSIX_CHILD_SIDE int descriptors_close(const descriptors_t *descriptors);

/* ---- credentials.c ---- */

typedef struct credentials_t {
    int has_user;
    int has_group;
    int has_groups;
    uid_t user;
    gid_t group;
    gid_t *groups;
    size_t group_count;
} credentials_t;

/* Looks up the names. On error *option is the one it is about. */
apr_status_t credentials_prepare(credentials_t *credentials,
                                 const mito_posix_options_t *posix,
                                 const char **option, apr_pool_t *pool);

int credentials_change(const credentials_t *credentials);

/* On error *option is what failed. */
POSIX_CHILD_SIDE int credentials_take(const credentials_t *credentials,
                                      const char **option);

/* ---- attributes.c ---- */

typedef struct limit_t {
    int resource;           /* RLIMIT_ */
    uint64_t soft;
    uint64_t hard;
} limit_t;

/* The options of a start as the system has them; all zero is none. */
typedef struct attributes_t {
    int are_any;
    int new_session;
    int joins_group;
    pid_t group;            /* 0: a new one */
    const mito_posix_options_t *posix;  /* never NULL */
    limit_t *limits;
    size_t limit_count;
    int has_priority;
    int priority;
    int nice;
    pid_t parent;           /* not 0: die with it */
    credentials_t credentials;
} attributes_t;

/* On error *option is the option that it is about. */
apr_status_t attributes_prepare(attributes_t *attributes,
                                const plat_start_t *start,
                                const char **option, apr_pool_t *pool);

/* On error *option is what failed. */
POSIX_CHILD_SIDE int attributes_take(const attributes_t *attributes,
                                     const char **option);

/* ---- clone.c ---- */

typedef enum clone_e {
    CLONE_SHARING,          /* the child borrows the parent's memory */
    CLONE_COPYING           /* it has a copy */
} clone_e;

/* Makes a child that runs run(argument) on a stack of its own, while the
 * parent waits for it to execute a program or exit; see clone_waits().
 * Returns 0 or an errno.
 *
 * No signal handler of the parent's can run in the child, which would be in
 * the parent's memory. Either *handlers_cleared is 1 before the child runs;
 * or it is 0, then the child has all signals blocked, and has to reset the
 * handlers before it sets *mask, the mask that the parent had. */
int clone_run(clone_e kind, void (*run)(void *), void *argument,
              int *handlers_cleared, sigset_t *mask, plat_process_t *process);

/* Whether a child that shares memory really does so here; emulators and
 * valgrind make a copy instead. Looked up once, by making one. */
int clone_shares_memory(void);

/* Whether the parent has waited when clone_run() returns. */
int clone_waits(clone_e kind);

#endif /* POSIX_START_H */
