/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stop.c: bringing children to their end, each by its own steps at its own
 * times. What has ended is not asked again, but with the tree as scope what
 * it has left behind is killed.
 */
#include "stop.h"

#include "error.h"

#include <stdlib.h>

/* POSIX's numbers, which the seam takes on every platform. */
enum { INTERRUPT = 2, KILL = 9, TERMINATE = 15 };

#define STEPS 3

/* How long the system may take to end what was killed. */
#define KILL_TIME apr_time_from_sec(5)

/* How long what is left in the pipes is collected; somebody who was not to
 * be stopped may still write. */
#define DRAIN_TIME apr_time_from_msec(50)

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
    return action == MITO_STOP_WAIT
           || mi_child_signal(child, number_of(action), scope)
              == APR_SUCCESS;
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

/* How far a child's stop has come. */
typedef struct course_t {
    mi_child_t *child;
    const mito_stop_t *stop;
    size_t step;                /* the next one */
    plat_deadline_t until;      /* when it is taken */
    int was_killed;             /* with what is left of its scope */
    apr_status_t status;        /* of the kill */
} course_t;

static void finish(course_t *course)
{
    if (!course->was_killed)
        course->status = kill_rest(course->child, course->stop->scope);
    course->was_killed = 1;
    course->until = mi_deadline(KILL_TIME);
}

/* Takes the steps that are due; one that nobody can be told of has no
 * grace. */
static void take_steps(course_t *course)
{
    const mito_stop_t *stop = course->stop;

    while (course->until <= plat_now() && course->step < STEPS
           && stop->steps[course->step].action != MITO_STOP_NONE) {
        if (tell(course->child, stop->steps[course->step].action,
                 stop->scope))
            course->until = mi_deadline(stop->steps[course->step].grace);
        course->step++;
    }
    if (course->until <= plat_now() && !course->was_killed)
        finish(course);
}

/* When the next step of any child is due; 0: all have ended. */
static plat_deadline_t advance(course_t *courses, size_t count)
{
    plat_deadline_t next = PLAT_NEVER;
    int any = 0;
    size_t i;

    for (i = 0; i < count; i++) {
        if (!mi_child_runs(courses[i].child)) {
            finish(&courses[i]);
            continue;
        }
        take_steps(&courses[i]);
        if (courses[i].until < next)
            next = courses[i].until;
        any = 1;
    }
    return any ? next : 0;
}

/* The first that could not be killed says why the children do not end. */
static apr_status_t reason(const course_t *courses, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (courses[i].status != APR_SUCCESS)
            return courses[i].status;
    return APR_TIMEUP;
}

static void hurry(course_t *courses, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        courses[i].step = STEPS;
        if (!courses[i].was_killed)
            courses[i].until = 0;
    }
}

/* Who cannot be waited for is killed at once. */
static apr_status_t stop_all(course_t *courses, mi_child_t **children,
                             size_t count, mi_pump_t *pump)
{
    int failures = 0;

    for (;;) {
        plat_deadline_t next = advance(courses, count);
        apr_status_t status;

        if (next == 0)
            return APR_SUCCESS;
        /* A child that was killed, and has had its time. */
        if (next <= plat_now())
            return reason(courses, count);
        status = await(children, count, next, pump);
        if (status == APR_SUCCESS || status == APR_TIMEUP)
            continue;
        if (++failures > 3)
            return status;
        hurry(courses, count);
    }
}

apr_status_t mi_stop(mi_child_t **children, size_t count,
                     const mito_stop_t *const *stops, mi_pump_t *pump)
{
    course_t *courses = calloc(count, sizeof(*courses));
    mi_sentence_t before;
    apr_status_t status;
    size_t i;

    if (courses == NULL)
        return mi_error(APR_ENOMEM, "cannot allocate %zu bytes",
                        count * sizeof(*courses));
    mi_error_save(&before);
    for (i = 0; i < count; i++) {
        courses[i].child = children[i];
        courses[i].stop = stops[i];
    }
    status = stop_all(courses, children, count, pump);
    free(courses);
    if (pump != NULL) {
        apr_thread_mutex_lock(pump->lock);
        mi_pump_drain(pump, DRAIN_TIME);
        apr_thread_mutex_unlock(pump->lock);
    }
    if (status == APR_SUCCESS)
        mi_error_restore(&before);
    return status;
}
