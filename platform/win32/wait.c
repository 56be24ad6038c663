/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wait.c: chapter 7 of the seam on Win32. The system waits for 64 objects
 * at most in one call. A set that has no more is waited for in just this
 * way. In a larger one the system's thread pool waits for each: a callback
 * marks the item and sets the one event that the caller waits for.
 *
 * Nothing hangs on the marks: they only say where to look. So an item that
 * stays ready is told again, and a wait that is left over from the time
 * when the set was large does no harm.
 *
 * The same event wakes a wait from another thread; a mark of its own says
 * that it was meant.
 */
#include "internal.h"

#include "sys.h"

#include <string.h>

#include <apr_tables.h>

typedef struct item_t {
    plat_process_t *process;            /* one of these two */
    struct win_channel_t *channel;
    void *key;
    HANDLE wake;
    PTP_WAIT wait;                      /* NULL: none was needed yet */
    int is_armed;
    uint32_t has_fired;                 /* set by the callback */
} item_t;

struct plat_wait_set_t {
    apr_pool_t *pool;
    apr_array_header_t *items;          /* item_t * */
    apr_array_header_t *spare;          /* item_t * */
    HANDLE wake;
    uint32_t is_woken;                  /* set by other threads */
    int turn;
};

/* What a wait has found. */
typedef struct found_t {
    void **keys;
    size_t size;
    size_t count;
} found_t;

static item_t *item_at(const plat_wait_set_t *set, int index)
{
    return APR_ARRAY_IDX(set->items, index, item_t *);
}

/* After this no callback of the item's runs, nor will one. */
static void drop_wait(item_t *item)
{
    if (item->wait == NULL)
        return;
    SetThreadpoolWait(item->wait, NULL, NULL);
    WaitForThreadpoolWaitCallbacks(item->wait, TRUE);
    CloseThreadpoolWait(item->wait);
    item->wait = NULL;
}

static apr_status_t destroy(void *data)
{
    plat_wait_set_t *set = data;
    int i;

    for (i = 0; i < set->items->nelts; i++)
        drop_wait(item_at(set, i));
    apr_array_clear(set->items);
    plat_handle_close(&set->wake);
    return APR_SUCCESS;
}

apr_status_t plat_wait_set_create(plat_wait_set_t **set, apr_pool_t *pool)
{
    plat_wait_set_t *made = apr_pcalloc(pool, sizeof(*made));

    made->pool = pool;
    made->wake = sys_CreateEventW(NULL, TRUE, FALSE, NULL);
    if (made->wake == NULL)
        return win_last_status();
    made->items = apr_array_make(pool, 8, sizeof(item_t *));
    made->spare = apr_array_make(pool, 0, sizeof(item_t *));
    apr_pool_cleanup_register(pool, made, destroy, apr_pool_cleanup_null);
    *set = made;
    return APR_SUCCESS;
}

void plat_wait_set_destroy(plat_wait_set_t *set)
{
    if (set != NULL)
        apr_pool_cleanup_run(set->pool, set, destroy);
}

void plat_wait_set_wake(plat_wait_set_t *set)
{
    plat_atomic_store(&set->is_woken, 1);
    SetEvent(set->wake);
}

/* Whether it was, and not told yet. */
static int was_woken(plat_wait_set_t *set)
{
    if (!plat_atomic_load(&set->is_woken))
        return 0;
    plat_atomic_store(&set->is_woken, 0);
    return 1;
}

static item_t *add_item(plat_wait_set_t *set, void *key)
{
    item_t **spare = apr_array_pop(set->spare);
    item_t *item = spare != NULL ? *spare
                                 : apr_palloc(set->pool, sizeof(*item));

    memset(item, 0, sizeof(*item));
    item->key = key;
    APR_ARRAY_PUSH(set->items, item_t *) = item;
    return item;
}

apr_status_t plat_wait_set_add_process(plat_wait_set_t *set,
                                       plat_process_t *process, void *key)
{
    add_item(set, key)->process = process;
    return APR_SUCCESS;
}

apr_status_t plat_wait_set_add_channel(plat_wait_set_t *set,
                                       plat_channel_t *channel, void *key)
{
    add_item(set, key)->channel = channel->state;
    return APR_SUCCESS;
}

void plat_wait_set_remove(plat_wait_set_t *set, const void *key)
{
    int i;

    for (i = 0; i < set->items->nelts; i++) {
        item_t *item = item_at(set, i);

        if (item->key != key)
            continue;
        drop_wait(item);
        APR_ARRAY_IDX(set->items, i, item_t *) =
            item_at(set, set->items->nelts - 1);
        apr_array_pop(set->items);
        APR_ARRAY_PUSH(set->spare, item_t *) = item;
        return;
    }
}

static HANDLE handle_of(const item_t *item)
{
    return item->process != NULL ? item->process->process
                                 : item->channel->event;
}

/* Whether the item is ready; a process when its handle is signaled. */
static apr_status_t look(const item_t *item, int *ready)
{
    if (item->channel != NULL)
        return win_channel_look(item->channel, ready);
    switch (sys_WaitForSingleObject(item->process->process, 0)) {
    case WAIT_OBJECT_0:
        *ready = 1;
        return APR_SUCCESS;
    case WAIT_TIMEOUT:
        *ready = 0;
        return APR_SUCCESS;
    default:
        return win_last_status();
    }
}

static void tell(found_t *found, const item_t *item)
{
    found->keys[found->count++] = item->key;
}

/* Waits for items that were not ready, at first for as long as it takes,
 * then tells the others that have become ready too. The handle of a
 * channel only says that it is time to look. The last handle is the one
 * that wakes. */
static apr_status_t wait_for_items(HANDLE wake, item_t **items, DWORD count,
                                   DWORD milliseconds, found_t *found)
{
    HANDLE handles[MAXIMUM_WAIT_OBJECTS];
    DWORD i, result;

    for (i = 0; i < count; i++)
        handles[i] = handle_of(items[i]);
    while (found->count < found->size) {
        int ready = 1;
        apr_status_t status = APR_SUCCESS;

        handles[count] = wake;
        result = sys_WaitForMultipleObjects(count + 1, handles, FALSE,
                                            milliseconds);
        if (result == WAIT_TIMEOUT || result == WAIT_OBJECT_0 + count)
            return APR_SUCCESS;
        if (result > WAIT_OBJECT_0 + count)
            return win_last_status();
        i = result - WAIT_OBJECT_0;
        if (items[i]->channel != NULL)
            status = win_channel_look(items[i]->channel, &ready);
        if (status != APR_SUCCESS)
            return status;
        if (ready)
            tell(found, items[i]);
        count--;
        items[i] = items[count];
        handles[i] = handles[count];
        milliseconds = 0;
    }
    return APR_SUCCESS;
}

/* Channels are asked first: those that are ready have no signaled event.
 * Each wait begins with another item, so that one that is always ready
 * does not keep the rest from being told. */
static apr_status_t wait_for_few(plat_wait_set_t *set, DWORD milliseconds,
                                 found_t *found)
{
    item_t *waiting[MAXIMUM_WAIT_OBJECTS];
    DWORD count = 0;
    int i, items = set->items->nelts;

    /* Before the mark is looked at, or what comes then would be lost. */
    if (!ResetEvent(set->wake))
        return win_last_status();
    for (i = 0; i < items && found->count < found->size; i++) {
        item_t *item = item_at(set, (set->turn + i) % items);
        int ready = 0;

        if (item->channel != NULL) {
            apr_status_t status = win_channel_look(item->channel, &ready);

            if (status != APR_SUCCESS)
                return status;
        }
        if (ready)
            tell(found, item);
        else
            waiting[count++] = item;
    }
    if (found->count > 0 || plat_atomic_load(&set->is_woken))
        milliseconds = 0;
    return wait_for_items(set->wake, waiting, count, milliseconds, found);
}

static VOID CALLBACK fire(PTP_CALLBACK_INSTANCE instance, PVOID context,
                          PTP_WAIT wait, TP_WAIT_RESULT result)
{
    item_t *item = context;

    (void)instance;
    (void)wait;
    (void)result;
    plat_atomic_store(&item->has_fired, 1);
    SetEvent(item->wake);
}

/* Lets the thread pool wait for the item, unless it does already. */
static apr_status_t arm(plat_wait_set_t *set, item_t *item)
{
    if (item->wait == NULL) {
        item->wait = sys_CreateThreadpoolWait(fire, item, NULL);
        if (item->wait == NULL)
            return win_last_status();
        item->wake = set->wake;
        item->is_armed = 0;
    }
    if (!item->is_armed || plat_atomic_load(&item->has_fired)) {
        plat_atomic_store(&item->has_fired, 0);
        item->is_armed = 1;
        SetThreadpoolWait(item->wait, handle_of(item), NULL);
    }
    return APR_SUCCESS;
}

/* A process whose wait is under way need not be asked, except when there is
 * no time to hear from the thread pool. */
static apr_status_t look_in_crowd(const item_t *item, DWORD milliseconds,
                                  int *ready)
{
    if (item->channel == NULL && item->is_armed && milliseconds > 0
        && !plat_atomic_load(&item->has_fired)) {
        *ready = 0;
        return APR_SUCCESS;
    }
    return look(item, ready);
}

static apr_status_t wait_for_crowd(plat_wait_set_t *set, DWORD milliseconds,
                                   found_t *found)
{
    int i, items = set->items->nelts;

    /* Before the look, or what happens during it would go unnoticed. */
    if (!ResetEvent(set->wake))
        return win_last_status();
    for (i = 0; i < items && found->count < found->size; i++) {
        item_t *item = item_at(set, (set->turn + i) % items);
        int ready;
        apr_status_t status = look_in_crowd(item, milliseconds, &ready);

        if (status == APR_SUCCESS && ready)
            tell(found, item);
        else if (status == APR_SUCCESS)
            status = arm(set, item);
        if (status != APR_SUCCESS)
            return status;
    }
    if (found->count == 0 && milliseconds > 0
        && !plat_atomic_load(&set->is_woken)
        && sys_WaitForSingleObject(set->wake, milliseconds) == WAIT_FAILED)
        return win_last_status();
    return APR_SUCCESS;
}

apr_status_t plat_wait_set_wait(plat_wait_set_t *set,
                                plat_deadline_t deadline, void **keys,
                                size_t size, size_t *count)
{
    found_t found = {keys, size, 0};

    for (;;) {
        DWORD milliseconds = win_remaining(deadline);
        int is_small = set->items->nelts < MAXIMUM_WAIT_OBJECTS;
        apr_status_t status = is_small
            ? wait_for_few(set, milliseconds, &found)
            : wait_for_crowd(set, milliseconds, &found);

        if (set->items->nelts > 0)
            set->turn = (set->turn + 1) % set->items->nelts;
        if (status != APR_SUCCESS)
            return status;
        if (was_woken(set) || found.count > 0)
            break;
        if (milliseconds == 0)
            return APR_TIMEUP;
    }
    *count = found.count;
    return APR_SUCCESS;
}
