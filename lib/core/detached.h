/* SPDX-License-Identifier: Apache-2.0 */
/*
 * detached.h: children that were left to themselves, and whose end nobody
 * will ask for. They are held until it is there, so that no zombie stays.
 */
#ifndef MI_DETACHED_H
#define MI_DETACHED_H

#include "../../platform/platform.h"

/* Called once by mito_init(), before any other function of this header. */
apr_status_t mi_detached_start(apr_pool_t *pool);

/* Takes over a process of the calling process or one it was forked from, as
 * the generation tells. When there is no memory to hold it, it is let go. */
void mi_detached_add(const plat_process_t *process, uint32_t generation);

/* Reaps and releases those that have ended. Costs nothing when there are
 * none. */
void mi_detached_reap(void);

#endif /* MI_DETACHED_H */
