/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stop.c: bringing children to their end: each step is taken for all of
 * them, and all have its grace together. What has ended is not asked again.
 */
#include "stop.h"

#include "error.h"

/* POSIX's numbers, which the seam takes on every platform. */
enum { INTERRUPT = 2, KILL = 9, TERMINATE = 15 };

#define STEPS 3

/* How long the system may take to end what was killed. */
#define KILL_TIME apr_time_from_sec(5)

apr_status_t mi_stop_check(const mito_stop_t *stop)
{
    size_t i;

    if ((unsigned)stop->scope > MITO_SCOPE_GROUP)
        return mi_error(MITO_EINVAL, "a stop is for whom no mito_scope_e "
                        "says");
    for (i = 0; i < STEPS; i++)
        if ((unsigned)stop->steps[i].action > MITO_STOP_KILL)
            return mi_error(MITO_EINVAL, "a step of a stop does what no "
                            "mito_stop_e says");
    return APR_SUCCESS;
}

static int number_of(mito_stop_e action)
{
    switch (action) {
    case MITO_STOP_INTERRUPT: return INTERRUPT;
    case MITO_STOP_TERMINATE: return TERMINATE;
    case MITO_STOP_KILL: return KILL;
    case MITO_STOP_WAIT:
    case MITO_STOP_NONE: break;
    }
    return 0;
}

static apr_status_t await_in_turn(mi_child_t **children, size_t count,
                                  plat_deadline_t deadline)
{
    apr_status_t first = APR_SUCCESS;
    size_t i;

    for (i = 0; i < count; i++) {
        apr_status_t status = mi_child_wait(children[i], deadline);

        if (status != APR_SUCCESS && status != MITO_ELOST
            && first == APR_SUCCESS)
            first = status;
    }
    return first;
}

/* A thread that communicates with the children meanwhile drains them. */
static apr_status_t await(mi_child_t **children, size_t count,
                          plat_deadline_t deadline, mi_pump_t *pump)
{
    apr_status_t status;

    if (pump == NULL)
        return await_in_turn(children, count, deadline);
    apr_thread_mutex_lock(pump->lock);
    status = mi_pump_await(pump, children, count, deadline);
    apr_thread_mutex_unlock(pump->lock);
    if (status == APR_SUCCESS || status == APR_TIMEUP)
        return status;
    return await_in_turn(children, count, deadline);
}

/* Whether the child was told, or need not be. */
static int tell(mi_child_t *child, mito_stop_e action, mito_scope_e scope)
{
    if (action == MITO_STOP_NONE || !mi_child_runs(child))
        return 0;
    return action == MITO_STOP_WAIT
           || mi_child_signal(child, number_of(action), scope)
              == APR_SUCCESS;
}

/* One that is not told any more has no grace of its own. *status is that of
 * the wait; 0: nobody has such a step. */
static int take_step(mi_child_t **children, size_t count,
                     const mito_stop_t *const *stops, size_t step,
                     mi_pump_t *pump, apr_status_t *status)
{
    plat_deadline_t last = 0;
    int any = 0;
    size_t i;

    for (i = 0; i < count; i++) {
        mito_stop_e action = stops[i]->steps[step].action;
        plat_deadline_t deadline = mi_deadline(stops[i]->steps[step].grace);

        any |= action != MITO_STOP_NONE;
        if (tell(children[i], action, stops[i]->scope) && deadline > last)
            last = deadline;
    }
    *status = await(children, count, last, pump);
    return any;
}

/* Those that run, or with the tree as scope what is left of it; a group
 * that cannot be told is told by its leader. */
static apr_status_t kill_rest(mi_child_t *child, mito_scope_e scope)
{
    apr_status_t status = mi_child_signal(child, KILL, scope);

    if (status != APR_SUCCESS && scope == MITO_SCOPE_GROUP)
        status = mi_child_signal(child, KILL, MITO_SCOPE_PROCESS);
    return status;
}

apr_status_t mi_stop(mi_child_t **children, size_t count,
                     const mito_stop_t *const *stops, mi_pump_t *pump)
{
    apr_status_t killed = APR_SUCCESS;
    apr_status_t status = APR_TIMEUP;
    size_t i;

    for (i = 0; i < STEPS && status != APR_SUCCESS; i++)
        if (!take_step(children, count, stops, i, pump, &status))
            break;
    for (i = 0; i < count; i++) {
        status = kill_rest(children[i], stops[i]->scope);
        if (killed == APR_SUCCESS)
            killed = status;
    }
    status = await(children, count, mi_deadline(KILL_TIME), pump);
    return status == APR_SUCCESS ? status
         : killed != APR_SUCCESS ? killed : status;
}
