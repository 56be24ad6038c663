/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool.h: the memory of an object that any thread may use.
 */
#ifndef MI_POOL_H
#define MI_POOL_H

#include <apr_pools.h>

/* A pool below the caller's with an allocator of its own: what the object
 * allocates later, in whatever thread, never touches the caller's pool. It
 * goes with the caller's. */
apr_status_t mi_pool_create(apr_pool_t **pool, apr_pool_t *parent);

#endif /* MI_POOL_H */
