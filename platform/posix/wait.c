/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wait.c: chapter 7 of the seam on POSIX: poll over exit descriptors and
 * channels. Two arrays in step, one for the system and one of keys; what is
 * removed is filled from the end. The first item is the set's own, by which
 * it is woken: an eventfd, or a pipe where there is none.
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
    int waker;              /* written to, to wake; the first item's other */
    apr_pool_t *pool;
};

static apr_status_t forget(void *opaque)
{
    plat_wait_set_t *set = opaque;

    if (set->count > 0) {
        if (set->waker != set->items[0].fd)
            close(set->waker);
        close(set->items[0].fd);
    }
    free(set->items);
    free(set->keys);
    set->items = NULL;
    set->keys = NULL;
    set->count = set->room = 0;
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

#ifdef __linux__

static int open_waker(int ends[2])
{
    ends[0] = ends[1] = sys_eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return ends[0];
}

#else

static int open_waker(int ends[2])
{
    return sys_pipe2(ends, O_CLOEXEC | O_NONBLOCK);
}

#endif

apr_status_t plat_wait_set_create(plat_wait_set_t **set, apr_pool_t *pool)
{
    plat_wait_set_t *made = apr_pcalloc(pool, sizeof(*made));
    int ends[2];
    apr_status_t status;

    made->pool = pool;
    if (open_waker(ends) < 0)
        return errno;
    made->waker = ends[1];
    status = add(made, ends[0], POLLIN, made);
    if (status != APR_SUCCESS) {
        if (ends[1] != ends[0])
            close(ends[1]);
        close(ends[0]);
        return status;
    }
    apr_pool_cleanup_register(pool, made, forget, apr_pool_cleanup_null);
    *set = made;
    return APR_SUCCESS;
}

/* One that is full wakes as well. */
void plat_wait_set_wake(plat_wait_set_t *set)
{
    static const uint64_t one = 1;

    while (write(set->waker, &one, sizeof(one)) < 0 && errno == EINTR)
        ;
}

static void rest(plat_wait_set_t *set)
{
    char bytes[64];

    if (set->items[0].revents != 0)
        while (read(set->items[0].fd, bytes, sizeof(bytes)) == sizeof(bytes))
            ;
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

    for (i = 1; i < set->count; i++) {
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
    rest(set);
    for (i = 0; i < set->count && found < size; i++) {
        size_t at = (set->next + i) % set->count;

        if (at > 0 && set->items[at].revents != 0)
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
