/* SPDX-License-Identifier: Apache-2.0 */
/*
 * handover.h: what a parent hands over to a child that it spawns, and what
 * the child answers. One piece of shared memory: the parent fills it before
 * there is a child, so that neither ever waits for the other, and looks at
 * the answer when the child has ended.
 *
 *     +--------+----------------------+------------------------+
 *     | header | about: pickled dict  | arguments: pickled     |
 *     +--------+----------------------+------------------------+
 */
#ifndef MI_HANDOVER_H
#define MI_HANDOVER_H

#include <mito/process.h>

#include "../../platform/platform.h"

/* The argument by which a spawned child knows itself, with a token behind
 * it. */
#define MI_CHILD_ARGUMENT "--mito-child="

typedef struct mi_handover_t {
    plat_memory_t memory;
} mi_handover_t;

/* Puts target, arguments, name, ancestry and the settings that a child
 * inherits into shared memory. */
apr_status_t mi_handover_create(mi_handover_t *handover,
                                mito_target_t *target,
                                const mito_value_t *args, const char *name,
                                const char *ancestry, apr_pool_t *scratch);

/* For a child that has ended: APR_SUCCESS when it ran its target, else its
 * error, with its sentence, which `what` ("the process 'x'") begins. host is
 * the program that was started. */
apr_status_t mi_handover_result(const mi_handover_t *handover,
                                const char *what, const char *host);

void mi_handover_close(mi_handover_t *handover);

/* The child's side: becomes what the parent has handed over, runs the
 * target and ends the process. */
PLAT_NORETURN void mi_handover_run(const char *token, apr_pool_t *pool);

/* Runs a target as a process does and returns its exit code. */
int mi_run_target(mito_target_t *target, const mito_value_t *args,
                  apr_pool_t *pool);

#endif /* MI_HANDOVER_H */
