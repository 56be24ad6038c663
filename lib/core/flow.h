/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flow.h: this side of one pipe to a standard stream of a command: what is
 * to be written to it, or what becomes of what is read. Nothing here waits;
 * pump.h does.
 */
#ifndef MI_FLOW_H
#define MI_FLOW_H

#include "sink.h"

/* Bytes that were copied to be written; they stay where they are, as the
 * system may be writing from there. */
typedef struct mi_chunk_t mi_chunk_t;

typedef struct mi_flow_t {
    plat_channel_t channel;
    int is_input;               /* of the command: we write */
    int is_waited_for;          /* the pump's */
    mi_sink_t sink;             /* what becomes of output */
    mi_chunk_t *first_chunk;    /* input: what is written first */
    mi_chunk_t *last_chunk;
    const char *input;          /* then this, of the caller's */
    size_t input_size;
    const void *given_input;    /* what the first call was given */
    int was_given_input;
    int is_last_input;          /* closed when all is written */
    const char *what;           /* whose it is, for sentences; NULL: unused */
} mi_flow_t;

/* Makes the pipe as the stream says, and the handle of its other end, which
 * the caller closes once the command has been started. */
apr_status_t mi_flow_open(mi_flow_t *flow, const mito_stream_t *stream,
                          int is_input, plat_handle_t *other,
                          const char *what, apr_pool_t *pool);

int mi_flow_is_open(const mi_flow_t *flow);

/* What communicate is to feed before it closes the input: anything the
 * first time, then only the same again, or NULL. MITO_EINVAL otherwise. */
apr_status_t mi_flow_give(mi_flow_t *flow, const void *input, size_t size);

/* Adds a copy of the bytes to what is to be written. */
apr_status_t mi_flow_add(mi_flow_t *flow, const void *bytes, size_t size);

/* Whether there is something left to be written. */
int mi_flow_has_input(const mi_flow_t *flow);

/* One write or read, where it does not block. *ends: the pipe is done with
 * and to be closed, also when the status is an error: a sink's, or the
 * system's. */
apr_status_t mi_flow_move(mi_flow_t *flow, int *ends);

/* Closes the pipe and forgets what was to be written. What was read stays
 * in the sink. */
void mi_flow_close(mi_flow_t *flow);

#endif /* MI_FLOW_H */
