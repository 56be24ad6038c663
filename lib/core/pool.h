/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool.h: the memory of an object that any thread may use.
 */
#ifndef MI_POOL_H
#define MI_POOL_H

#include <apr_pools.h>

/* Called once by mito_init(), before any other function of this header. */
apr_status_t mi_pools_start(void);

/* A pool below the caller's, with memory from the library's allocator: what
 * the object allocates later, in whatever thread, never touches the
 * caller's pool. It goes with the caller's. */
apr_status_t mi_pool_create(apr_pool_t **pool, apr_pool_t *parent);

/* Round a fork, so that the child does not inherit the allocator while
 * another thread is changing it. */
void mi_pools_lock(void);
void mi_pools_unlock(void);

#endif /* MI_POOL_H */
