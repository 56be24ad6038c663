/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pump.h: this side of the pipes to commands' standard streams, fed and
 * drained together, so that no side can block another for ever. A command
 * has a pump for its three streams; a pipeline has one for the streams of
 * all its stages.
 *
 * Any number of threads may use a pump at once, each until what it wants has
 * come. One of them does the work for all, and does not hold the lock while
 * it waits; the others wait for their turn or their wish.
 */
#ifndef MI_PUMP_H
#define MI_PUMP_H

#include <apr_thread_mutex.h>

#include "child.h"
#include "flow.h"

/* A thread that waits for another one to do the work. */
typedef struct mi_follower_t mi_follower_t;

typedef struct mi_pump_t {
    apr_thread_mutex_t *lock;   /* guards it and its flows */
    apr_pool_t *pool;
    mi_flow_t *flows;
    size_t count;
    plat_wait_set_t *waits;     /* for the thread that works alone */
    int is_running;             /* there is one */
    int pauses;                 /* of threads that want none */
    int is_ending;              /* and it waits for the end of children */
    mi_follower_t *followers;
    mi_follower_t *spare;
    const char *what;
} mi_pump_t;

/* All must live as long. The flows need no initialization but zeros. */
void mi_pump_init(mi_pump_t *pump, mi_flow_t *flows, size_t count,
                  const char *what, apr_pool_t *pool);

/* Whether what is being waited for has come. */
typedef int mi_pump_until_t(void *opaque);

/* What follows is called with the lock. */

/* Feeds and drains until the condition holds or every output has ended and
 * every input was written. APR_TIMEUP, which says nothing in mito_errmsg()
 * yet; a sink's status, an error of the system's. */
apr_status_t mi_pump_run(mi_pump_t *pump, plat_deadline_t deadline,
                         mi_pump_until_t *until, void *opaque);

/* Takes what is in the pipes now, for as long as that may take. */
void mi_pump_drain(mi_pump_t *pump, apr_interval_time_t at_most);

/* Feeds and drains until all the children have ended; APR_TIMEUP, or an
 * error of the system's. A pipe that something goes wrong with is closed.
 * APR_EBUSY: another thread feeds and drains. */
apr_status_t mi_pump_await(mi_pump_t *pump, mi_child_t **children,
                           size_t count, plat_deadline_t deadline);

/* Makes the thread that works stop, and keeps others from beginning, until
 * mi_pump_resume(). The lock is given up meanwhile. */
void mi_pump_pause(mi_pump_t *pump);
void mi_pump_resume(mi_pump_t *pump);

/* Closes pipes; what was read stays in their sinks. The pump is paused, or
 * its user knows that nobody else has it yet. */
void mi_pump_close_flow(mi_pump_t *pump, mi_flow_t *flow);
void mi_pump_close(mi_pump_t *pump);

#endif /* MI_PUMP_H */
