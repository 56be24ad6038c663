/* SPDX-License-Identifier: Apache-2.0 */
/*
 * detached.c: children that were left to themselves. A list that is looked
 * through whenever another child is started, as there is no thread to wait
 * for them. A forked copy of the program inherits the list, but not the
 * children, and forgets it.
 */
#include "detached.h"

#include "identity.h"

#include <apr_thread_mutex.h>
#include <stdlib.h>

static apr_thread_mutex_t *lock;
static plat_process_t *processes;
static uint32_t count;              /* also read without the lock */
static uint32_t owner;              /* whose children they are */

apr_status_t mi_detached_start(apr_pool_t *pool)
{
    return apr_thread_mutex_create(&lock, APR_THREAD_MUTEX_DEFAULT, pool);
}

/* Called with the lock. */
static void forget_others(void)
{
    uint32_t i;

    if (owner == mi_identity_generation())
        return;
    for (i = 0; i < count; i++)
        plat_process_release(&processes[i]);
    plat_atomic_store(&count, 0);
    owner = mi_identity_generation();
}

/* Called with the lock. */
static int add(const plat_process_t *process)
{
    plat_process_t *grown = realloc(processes,
                                    (count + 1) * sizeof(*grown));

    if (grown == NULL)
        return 0;
    processes = grown;
    processes[count] = *process;
    plat_atomic_store(&count, count + 1);
    return 1;
}

void mi_detached_add(const plat_process_t *process, uint32_t generation)
{
    plat_process_t held = *process;
    int is_held = 0;

    apr_thread_mutex_lock(lock);
    forget_others();
    if (generation == owner)
        is_held = add(&held);
    apr_thread_mutex_unlock(lock);
    if (!is_held)
        plat_process_release(&held);
}

void mi_detached_reap(void)
{
    uint32_t i = 0;
    int64_t code;

    if (plat_atomic_load(&count) == 0)
        return;
    apr_thread_mutex_lock(lock);
    forget_others();
    while (i < count) {
        if (plat_process_await(&processes[i], 0) != APR_SUCCESS) {
            i++;
            continue;
        }
        plat_process_reap(&processes[i], &code);
        plat_process_release(&processes[i]);
        processes[i] = processes[count - 1];
        plat_atomic_store(&count, count - 1);
    }
    if (count == 0) {
        free(processes);
        processes = NULL;
    }
    apr_thread_mutex_unlock(lock);
}
