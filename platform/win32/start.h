/* SPDX-License-Identifier: Apache-2.0 */
/*
 * start.h: the plan of a start. start.c makes it, with the help of
 * streams.c and options.c, then makes the process from it.
 */
#ifndef WIN32_START_H
#define WIN32_START_H

#include "internal.h"

/* Texts and lists lie in the start's pool. */
typedef struct win_plan_t {
    wchar_t *program;
    wchar_t *command_line;
    wchar_t *environment;       /* NULL: the parent's */
    wchar_t *directory;         /* NULL: the parent's */
    DWORD flags;
    STARTUPINFOEXW startup;
    int inherits_own;           /* a stream of the parent's that exists */
    /* Each handle that the child inherits, once; the first `own_count` are
     * the plan's to close. */
    HANDLE *inherited;
    size_t inherited_count;
    size_t own_count;
    HANDLE shared;              /* one of them, or NULL */
    HANDLE job;
} win_plan_t;

/* streams.c: the standard streams, the shared handle and the caller's. */
apr_status_t win_plan_streams(win_plan_t *plan, const plat_start_t *start,
                              plat_failure_t *failure, apr_pool_t *pool);

/* Closes what is the plan's, and takes back that the rest can be
 * inherited. */
void win_drop_streams(win_plan_t *plan);

/* options.c: what the flags of CreateProcess and of the startup information
 * can say, and the refusal of what nothing can. Looks at the streams. */
apr_status_t win_plan_options(win_plan_t *plan, const plat_start_t *start,
                              plat_failure_t *failure);

/* Whether an access that was denied was so on account of an option. */
int win_is_option_denied(const win_plan_t *plan, plat_failure_t *failure);

#endif /* WIN32_START_H */
