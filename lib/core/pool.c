/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool.c: the memory of an object that any thread may use. APR's pools are
 * for one thread at a time; an allocator of their own with a mutex lets two
 * threads work below different pools of one object.
 */
#include "pool.h"

#include "error.h"

#include <apr_allocator.h>
#include <apr_thread_mutex.h>

apr_status_t mi_pool_create(apr_pool_t **pool, apr_pool_t *parent)
{
    apr_allocator_t *allocator;
    apr_thread_mutex_t *mutex;
    apr_pool_t *made;
    apr_status_t status = apr_allocator_create(&allocator);

    if (status != APR_SUCCESS)
        return mi_error_with(status, "cannot allocate memory");
    status = apr_pool_create_ex(&made, parent, NULL, allocator);
    if (status != APR_SUCCESS) {
        apr_allocator_destroy(allocator);
        return mi_error_with(status, "cannot allocate memory");
    }
    apr_allocator_owner_set(allocator, made);
    status = apr_thread_mutex_create(&mutex, APR_THREAD_MUTEX_DEFAULT, made);
    if (status != APR_SUCCESS) {
        apr_pool_destroy(made);
        return mi_error_with(status, "cannot make a lock");
    }
    apr_allocator_mutex_set(allocator, mutex);
    *pool = made;
    return APR_SUCCESS;
}
