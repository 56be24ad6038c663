/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool.c: the memory of an object that any thread may use. APR's pools are
 * for one thread at a time, and so is the allocator below them unless it
 * has a mutex. The library's objects share one that has.
 *
 * One for all and not one for each: an allocator of its own would give each
 * object fresh pages from the system and back, which costs half as much as
 * starting a process does.
 */
#include "pool.h"

#include "error.h"

#include <apr_allocator.h>
#include <apr_thread_mutex.h>

/* What is kept for the next object rather than given back. */
#define KEPT_FREE (1024 * 1024)

static apr_allocator_t *allocator;
static apr_thread_mutex_t *mutex;

/* Never destroyed: a pool of the user's with one of our objects in it may
 * outlive all of ours at exit. */
apr_status_t mi_pools_start(void)
{
    apr_pool_t *pool;
    apr_status_t status = apr_pool_create_unmanaged_ex(&pool, NULL, NULL);

    if (status == APR_SUCCESS)
        status = apr_thread_mutex_create(&mutex, APR_THREAD_MUTEX_DEFAULT,
                                         pool);
    if (status != APR_SUCCESS)
        return status;
    allocator = apr_pool_allocator_get(pool);
    apr_allocator_max_free_set(allocator, KEPT_FREE);
    apr_allocator_mutex_set(allocator, mutex);
    return APR_SUCCESS;
}

apr_status_t mi_pool_create(apr_pool_t **pool, apr_pool_t *parent)
{
    apr_status_t status = apr_pool_create_ex(pool, parent, NULL, allocator);

    if (status != APR_SUCCESS)
        return mi_error_with(status, "cannot allocate memory");
    return APR_SUCCESS;
}

void mi_pools_lock(void)
{
    apr_thread_mutex_lock(mutex);
}

void mi_pools_unlock(void)
{
    apr_thread_mutex_unlock(mutex);
}
