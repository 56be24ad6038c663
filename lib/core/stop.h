/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stop.h: bringing children to their end, step by step.
 */
#ifndef MI_STOP_H
#define MI_STOP_H

#include "pump.h"

/* MITO_EINVAL with a sentence for a stop that has no meaning. */
apr_status_t mi_stop_check(const mito_stop_t *stop);

/* Takes the steps for all children at the same time, each its own, then kills
 * what is left, and waits. The children's pipes are drained meanwhile, here
 * or by the thread that does so anyway, so that none waits for its reader
 * while it should end, and its last words are taken. NULL: there are no
 * pipes. APR_TIMEUP: a child that was killed does not end. */
apr_status_t mi_stop(mi_child_t **children, size_t count,
                     const mito_stop_t *const *stops, mi_pump_t *pump);

#endif /* MI_STOP_H */
