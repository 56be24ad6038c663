/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pump.c: this side of the pipes to commands' standard streams. One loop
 * waits for all of them; each round writes or reads what can be without
 * blocking, so it does not matter in which order the commands read and
 * write.
 *
 * An output is waited for as long as it is open; an input only while there
 * is something to write to it, as it would be ready all the time. The
 * deadline is looked at in every round, because an output may be ready all
 * the time too.
 *
 * The thread that runs the loop gives up the lock while it waits, and wakes
 * the others, who follow it, after each round. A follower that has something
 * to be written wakes it in turn, and whichever of them finds that nobody
 * runs the loop any more does so itself.
 */
#include "pump.h"

#include "error.h"

#include <apr_thread_proc.h>
#include <string.h>

/* It sleeps in a wait set with nothing in it, until it is woken. */
struct mi_follower_t {
    mi_follower_t *next;
    plat_wait_set_t *bed;
};

/* How many keys one wait brings. */
#define KEYS 16

void mi_pump_init(mi_pump_t *pump, mi_flow_t *flows, size_t count,
                  const char *what, apr_pool_t *pool)
{
    static const plat_channel_t no_channel = PLAT_CHANNEL_NONE;
    size_t i;

    memset(pump, 0, sizeof(*pump));
    pump->pool = pool;
    pump->flows = flows;
    pump->count = count;
    pump->what = what;
    for (i = 0; i < count; i++)
        flows[i].channel = no_channel;
}

/* ---- the loop's rounds ---- */

static void stop_waiting(mi_pump_t *pump, mi_flow_t *flow)
{
    if (flow->is_waited_for)
        plat_wait_set_remove(pump->waits, flow);
    flow->is_waited_for = 0;
}

void mi_pump_close_flow(mi_pump_t *pump, mi_flow_t *flow)
{
    stop_waiting(pump, flow);
    mi_flow_close(flow);
}

/* Of commands that are being ended one pipe's failure is not another's. */
static apr_status_t move(mi_pump_t *pump, mi_flow_t *flow)
{
    int ends;
    apr_status_t status = mi_flow_move(flow, &ends);

    if (status != APR_SUCCESS && pump->is_ending) {
        ends = 1;
        status = APR_SUCCESS;
    }
    if (ends)
        mi_pump_close_flow(pump, flow);
    return status;
}

/* What there is to wait for now. An input that has become ready to be
 * written to or closed is seen to at once, before anybody has to ask. */
static apr_status_t prepare_flow(mi_pump_t *pump, mi_flow_t *flow)
{
    apr_status_t status = APR_SUCCESS;

    if (!mi_flow_is_open(flow))
        return APR_SUCCESS;
    if (flow->is_input && !flow->is_waited_for)
        status = move(pump, flow);
    if (status != APR_SUCCESS || !mi_flow_is_open(flow))
        return status;
    if (flow->is_input && !mi_flow_has_input(flow)) {
        stop_waiting(pump, flow);
        return APR_SUCCESS;
    }
    if (flow->is_waited_for)
        return APR_SUCCESS;
    status = plat_wait_set_add_channel(pump->waits, &flow->channel, flow);
    if (status != APR_SUCCESS)
        return mi_error_with(status, "cannot wait for the pipes of %s",
                             flow->what);
    flow->is_waited_for = 1;
    return APR_SUCCESS;
}

/* *waits says whether anything is waited for. */
static apr_status_t prepare(mi_pump_t *pump, int *waits)
{
    apr_status_t status = APR_SUCCESS;
    size_t i;

    if (pump->waits == NULL) {
        status = plat_wait_set_create(&pump->waits, pump->pool);
        if (status != APR_SUCCESS)
            return mi_error_with(status, "cannot wait for the pipes of %s",
                                 pump->what);
    }
    *waits = 0;
    for (i = 0; i < pump->count && status == APR_SUCCESS; i++) {
        status = prepare_flow(pump, &pump->flows[i]);
        *waits |= pump->flows[i].is_waited_for;
    }
    return status;
}

static int is_flow(const mi_pump_t *pump, const void *key)
{
    return key >= (const void *)pump->flows
           && key < (const void *)(pump->flows + pump->count);
}

/* A child that has ended is not waited for any more. */
static apr_status_t round_of(mi_pump_t *pump, plat_deadline_t deadline)
{
    void *ready[KEYS];
    size_t count = 0;
    size_t i;
    apr_status_t status;

    apr_thread_mutex_unlock(pump->lock);
    status = plat_wait_set_wait(pump->waits, deadline, ready, KEYS, &count);
    apr_thread_mutex_lock(pump->lock);
    if (status == APR_TIMEUP)
        return status;
    if (status != APR_SUCCESS)
        return mi_error_with(status, "cannot wait for the pipes of %s",
                             pump->what);
    for (i = 0; i < count && status == APR_SUCCESS; i++) {
        if (is_flow(pump, ready[i]))
            status = move(pump, ready[i]);
        else
            plat_wait_set_remove(pump->waits, ready[i]);
    }
    return status;
}

/* ---- one that works, others that follow ---- */

static void begin(mi_pump_t *pump)
{
    pump->is_running = 1;
}

static void wake_followers(mi_pump_t *pump)
{
    mi_follower_t *follower;

    for (follower = pump->followers; follower != NULL;
         follower = follower->next)
        plat_wait_set_wake(follower->bed);
}

static void end(mi_pump_t *pump)
{
    pump->is_running = 0;
    wake_followers(pump);
}

static apr_status_t get_follower(mi_pump_t *pump, mi_follower_t **follower)
{
    mi_follower_t *made = pump->spare;
    apr_status_t status;

    if (made != NULL) {
        pump->spare = made->next;
    } else {
        made = apr_pcalloc(pump->pool, sizeof(*made));
        status = plat_wait_set_create(&made->bed, pump->pool);
        if (status != APR_SUCCESS)
            return mi_error_with(status, "cannot wait for %s", pump->what);
    }
    made->next = pump->followers;
    pump->followers = made;
    *follower = made;
    return APR_SUCCESS;
}

static void put_follower(mi_pump_t *pump, mi_follower_t *follower)
{
    mi_follower_t **link = &pump->followers;

    while (*link != follower)
        link = &(*link)->next;
    *link = follower->next;
    follower->next = pump->spare;
    pump->spare = follower;
}

/* Has the one that works look again: there is something new to be written, or
 * somebody wants the pump. Once is enough, as a wake is not lost. */
static void tell_worker(mi_pump_t *pump)
{
    if (pump->is_running && pump->waits != NULL)
        plat_wait_set_wake(pump->waits);
}

/* Sleeps until the one that works has done something or ends. */
static apr_status_t follow(mi_pump_t *pump, mi_follower_t *follower,
                           plat_deadline_t deadline)
{
    void *nothing;
    size_t count;
    apr_status_t status;

    apr_thread_mutex_unlock(pump->lock);
    status = plat_wait_set_wait(follower->bed, deadline, &nothing, 1,
                                &count);
    apr_thread_mutex_lock(pump->lock);
    return status;
}

static int is_taken(const mi_pump_t *pump)
{
    return pump->is_running || pump->pauses > 0;
}

/* Until the condition holds (1), or nobody works any more. */
static apr_status_t await_turn(mi_pump_t *pump, plat_deadline_t deadline,
                               mi_pump_until_t *until, void *opaque,
                               int *holds)
{
    mi_follower_t *follower;
    apr_status_t status = APR_SUCCESS;

    *holds = 0;
    if (!is_taken(pump))
        return APR_SUCCESS;
    status = get_follower(pump, &follower);
    if (status != APR_SUCCESS)
        return status;
    tell_worker(pump);
    while (is_taken(pump) && status == APR_SUCCESS) {
        *holds = until != NULL && until(opaque);
        if (*holds)
            break;
        status = follow(pump, follower, deadline);
    }
    put_follower(pump, follower);
    return status;
}

/* *is_paused: it stopped because another thread wants the pump. */
static apr_status_t work(mi_pump_t *pump, plat_deadline_t deadline,
                         mi_pump_until_t *until, void *opaque,
                         int *is_paused)
{
    int is_late = 0;
    int waits;

    for (;;) {
        apr_status_t status = prepare(pump, &waits);

        wake_followers(pump);
        if (status != APR_SUCCESS)
            return status;
        if (!waits || (until != NULL && until(opaque)))
            return APR_SUCCESS;
        if (is_late)
            return APR_TIMEUP;
        *is_paused = pump->pauses > 0;
        if (*is_paused)
            return APR_SUCCESS;
        status = round_of(pump, deadline);
        if (status != APR_SUCCESS)
            return status;
        is_late = deadline != PLAT_NEVER && plat_now() >= deadline;
    }
}

/* A pause sends it back among those that wait for their turn. */
apr_status_t mi_pump_run(mi_pump_t *pump, plat_deadline_t deadline,
                         mi_pump_until_t *until, void *opaque)
{
    apr_status_t status;
    int holds;
    int is_paused;

    do {
        is_paused = 0;
        status = await_turn(pump, deadline, until, opaque, &holds);
        if (status != APR_SUCCESS || holds)
            return status;
        begin(pump);
        status = work(pump, deadline, until, opaque, &is_paused);
        end(pump);
    } while (is_paused);
    return status;
}

void mi_pump_drain(mi_pump_t *pump, apr_interval_time_t at_most)
{
    plat_deadline_t limit = plat_now() + at_most;
    int waits;

    if (pump->is_running)
        return;
    begin(pump);
    while (prepare(pump, &waits) == APR_SUCCESS && waits
           && plat_now() < limit && round_of(pump, 0) == APR_SUCCESS)
        ;
    end(pump);
}

/* ---- until children have ended ---- */

static void watch_children(mi_pump_t *pump, mi_child_t **children,
                           size_t count, apr_status_t *status)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (mi_child_enter(children[i]) && *status == APR_SUCCESS)
            *status = plat_wait_set_add_process(
                pump->waits, &children[i]->process, children[i]);
    if (*status != APR_SUCCESS)
        mi_error_with(*status, "cannot wait for %s", pump->what);
}

static void unwatch_children(mi_pump_t *pump, mi_child_t **children,
                             size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        plat_wait_set_remove(pump->waits, children[i]);
        mi_child_leave(children[i]);
    }
}

static int any_runs(mi_child_t **children, size_t count)
{
    int any = 0;
    size_t i;

    for (i = 0; i < count; i++)
        any |= mi_child_runs(children[i]);
    return any;
}

/* It is the children's end that counts, so a pipe that cannot be used is
 * closed. 1: there was one. */
static int give_up_flows(mi_pump_t *pump)
{
    int any = 0;
    size_t i;

    for (i = 0; i < pump->count; i++) {
        any |= mi_flow_is_open(&pump->flows[i]);
        mi_pump_close_flow(pump, &pump->flows[i]);
    }
    return any;
}

static apr_status_t await_watched(mi_pump_t *pump, mi_child_t **children,
                                  size_t count, plat_deadline_t deadline)
{
    apr_status_t status = APR_SUCCESS;
    int is_late = 0;
    int waits;

    while (any_runs(children, count)) {
        if (is_late)
            return APR_TIMEUP;
        status = prepare(pump, &waits);
        if (status == APR_SUCCESS)
            status = round_of(pump, deadline);
        if (status != APR_SUCCESS && status != APR_TIMEUP
            && !give_up_flows(pump))
            return status;
        is_late = deadline != PLAT_NEVER && plat_now() >= deadline;
    }
    return APR_SUCCESS;
}

apr_status_t mi_pump_await(mi_pump_t *pump, mi_child_t **children,
                           size_t count, plat_deadline_t deadline)
{
    apr_status_t status = APR_SUCCESS;
    int waits;

    if (pump->is_running)
        return APR_EBUSY;
    begin(pump);
    pump->is_ending = 1;
    if (prepare(pump, &waits) != APR_SUCCESS)
        give_up_flows(pump);
    if (pump->waits != NULL) {
        watch_children(pump, children, count, &status);
        if (status == APR_SUCCESS)
            status = await_watched(pump, children, count, deadline);
        unwatch_children(pump, children, count);
    } else {
        status = APR_ENOMEM;
    }
    pump->is_ending = 0;
    end(pump);
    return status;
}

/* ---- the end ---- */

static void look_away(mi_pump_t *pump)
{
    apr_thread_mutex_unlock(pump->lock);
    apr_thread_yield();
    apr_thread_mutex_lock(pump->lock);
}

/* Without a follower, for which descriptors may be lacking, it looks again
 * and again: the other one has been told and is about to stop. */
void mi_pump_pause(mi_pump_t *pump)
{
    mi_follower_t *follower = NULL;

    pump->pauses++;
    if (!pump->is_running)
        return;
    get_follower(pump, &follower);
    tell_worker(pump);
    while (pump->is_running)
        if (follower == NULL
            || follow(pump, follower, PLAT_NEVER) != APR_SUCCESS)
            look_away(pump);
    if (follower != NULL)
        put_follower(pump, follower);
}

void mi_pump_resume(mi_pump_t *pump)
{
    pump->pauses--;
    wake_followers(pump);
}

void mi_pump_close(mi_pump_t *pump)
{
    size_t i;

    for (i = 0; i < pump->count; i++)
        mi_pump_close_flow(pump, &pump->flows[i]);
    plat_wait_set_destroy(pump->waits);
    pump->waits = NULL;
    for (; pump->spare != NULL; pump->spare = pump->spare->next)
        plat_wait_set_destroy(pump->spare->bed);
}
