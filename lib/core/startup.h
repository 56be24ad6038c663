/* SPDX-License-Identifier: Apache-2.0 */
/*
 * startup.h: what the library knows of the program that it was started in.
 */
#ifndef MI_STARTUP_H
#define MI_STARTUP_H

#include <apr_pools.h>

/* Whether main() calls mito_init() with its own arguments, so that the
 * program can be its own child. */
int mi_main_takes_part(void);

/* The pool that lives until exit; NULL before mito_init(). */
apr_pool_t *mi_program_pool(void);

/* In a forked child: the parent's pool is the parent's to destroy; this one
 * takes its place. */
void mi_abandon_program_pool(apr_pool_t *pool);

#endif /* MI_STARTUP_H */
