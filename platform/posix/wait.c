/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wait.c: chapter 7 of the seam on POSIX: poll over exit descriptors and
 * channels. Two arrays in step, one for the system and one of keys; what is
 * removed is filled from the end.
 */
#include "process.h"

#include "sys.h"

#include <stdlib.h>

struct plat_wait_set_t {
    struct pollfd *items;
    void **keys;
    size_t count;
    size_t room;
    size_t next;            /* where the next search begins: fairness */
    apr_pool_t *pool;
};

static apr_status_t forget(void *opaque)
{
    plat_wait_set_t *set = opaque;

    free(set->items);
    free(set->keys);
    set->items = NULL;
    set->keys = NULL;
    set->count = set->room = 0;
    return APR_SUCCESS;
}

apr_status_t plat_wait_set_create(plat_wait_set_t **set, apr_pool_t *pool)
{
    plat_wait_set_t *made = apr_pcalloc(pool, sizeof(*made));

    made->pool = pool;
    apr_pool_cleanup_register(pool, made, forget, apr_pool_cleanup_null);
    *set = made;
    return APR_SUCCESS;
}

static apr_status_t grow(plat_wait_set_t *set)
{
    size_t room = set->room * 2 + 4;
    struct pollfd *items = realloc(set->items, room * sizeof(*items));
    void **keys;

    if (items == NULL)
        return APR_ENOMEM;
    set->items = items;
    keys = realloc(set->keys, room * sizeof(*keys));
    if (keys == NULL)
        return APR_ENOMEM;
    set->keys = keys;
    set->room = room;
    return APR_SUCCESS;
}

static apr_status_t add(plat_wait_set_t *set, int descriptor, short events,
                        void *key)
{
    apr_status_t status;

    if (set->count == set->room) {
        status = grow(set);
        if (status != APR_SUCCESS)
            return status;
    }
    set->items[set->count].fd = descriptor;
    set->items[set->count].events = events;
    set->items[set->count].revents = 0;
    set->keys[set->count] = key;
    set->count++;
    return APR_SUCCESS;
}

apr_status_t plat_wait_set_add_process(plat_wait_set_t *set,
                                       plat_process_t *process, void *key)
{
    return add(set, process->exit_descriptor, POLLIN, key);
}

apr_status_t plat_wait_set_add_channel(plat_wait_set_t *set,
                                       plat_channel_t *channel, void *key)
{
    return add(set, channel->descriptor,
               channel->is_write ? POLLOUT : POLLIN, key);
}

void plat_wait_set_remove(plat_wait_set_t *set, const void *key)
{
    size_t i;

    for (i = 0; i < set->count; i++) {
        if (set->keys[i] != key)
            continue;
        set->count--;
        set->items[i] = set->items[set->count];
        set->keys[i] = set->keys[set->count];
        return;
    }
}

apr_status_t plat_wait_set_wait(plat_wait_set_t *set,
                                plat_deadline_t deadline, void **keys,
                                size_t size, size_t *count)
{
    int ready = posix_poll(set->items, (nfds_t)set->count, deadline);
    size_t found = 0;
    size_t i;

    if (ready < 0)
        return errno;
    if (ready == 0)
        return APR_TIMEUP;
    for (i = 0; i < set->count && found < size; i++) {
        size_t at = (set->next + i) % set->count;

        if (set->items[at].revents != 0)
            keys[found++] = set->keys[at];
    }
    set->next = (set->next + i) % set->count;
    *count = found;
    return APR_SUCCESS;
}

void plat_wait_set_destroy(plat_wait_set_t *set)
{
    if (set != NULL)
        apr_pool_cleanup_run(set->pool, set, forget);
}
