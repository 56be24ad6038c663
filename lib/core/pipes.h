/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipes.h: this side of the pipes to a command's standard streams: fed and
 * drained together, so that neither side can block the other for ever.
 */
#ifndef MI_PIPES_H
#define MI_PIPES_H

#include "buffer.h"

#include "../../platform/platform.h"

typedef struct mi_pipe_t {
    plat_channel_t channel;
    mi_buffer_t buffer;         /* what was read; not for input */
} mi_pipe_t;

typedef struct mi_pipes_t {
    apr_pool_t *pool;
    const char *what;           /* whose they are, for sentences */
    mi_pipe_t pipes[PLAT_STREAMS];
    plat_wait_set_t *waits;     /* the open pipes, while they are pumped */
    const char *input;          /* what is left to be fed */
    size_t input_size;
    const void *first_input;    /* what the first call was given */
    int was_given_input;
} mi_pipes_t;

/* Both strings and the pool must live as long. */
void mi_pipes_init(mi_pipes_t *pipes, const char *what, apr_pool_t *pool);

/* Makes the pipe for one of the streams, and the handle of its other end,
 * which the caller closes once the command has been started. */
apr_status_t mi_pipes_open(mi_pipes_t *pipes, int stream,
                           plat_handle_t *other);

/* What is to be fed; anything the first time, then only the same again, or
 * NULL. MITO_EINVAL otherwise, and for input without a pipe. */
apr_status_t mi_pipes_give(mi_pipes_t *pipes, const void *input,
                           size_t size);

/* Feeds and drains until every pipe is done with. APR_TIMEUP: another call
 * goes on where this one stopped. */
apr_status_t mi_pipes_pump(mi_pipes_t *pipes, plat_deadline_t deadline);

/* Closes the pipes; what was read stays until mi_pipes_forget(). */
void mi_pipes_close(mi_pipes_t *pipes);
void mi_pipes_forget(mi_pipes_t *pipes);

#endif /* MI_PIPES_H */
