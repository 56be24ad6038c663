/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flow.c: this side of one pipe to a standard stream of a command.
 */
#include "flow.h"

#include "error.h"

#include <stdlib.h>
#include <string.h>

struct mi_chunk_t {
    mi_chunk_t *next;
    size_t start;           /* what was written already */
    size_t size;
    char bytes[];
};

apr_status_t mi_flow_open(mi_flow_t *flow, const mito_stream_t *stream,
                          int is_input, plat_handle_t *other,
                          const char *what, apr_pool_t *pool)
{
    apr_status_t status = plat_channel_create(
        &flow->channel, other, is_input ? PLAT_WRITE : PLAT_READ,
        stream->pipe_size, pool);

    if (status != APR_SUCCESS)
        return mi_error_with(status, "cannot make a pipe for %s", what);
    flow->is_input = is_input;
    flow->what = what;
    mi_sink_init(&flow->sink, stream, what, pool);
    return APR_SUCCESS;
}

int mi_flow_is_open(const mi_flow_t *flow)
{
    return plat_channel_is_open(&flow->channel);
}

apr_status_t mi_flow_give(mi_flow_t *flow, const void *input, size_t size)
{
    if (flow->was_given_input) {
        if (input != NULL && input != flow->given_input)
            return mi_error(MITO_EINVAL, "%s was given other input before",
                            flow->what);
        return APR_SUCCESS;
    }
    flow->given_input = input;
    flow->input = input;
    flow->input_size = input == NULL ? 0 : size;
    flow->was_given_input = 1;
    flow->is_last_input = 1;
    return APR_SUCCESS;
}

apr_status_t mi_flow_add(mi_flow_t *flow, const void *bytes, size_t size)
{
    mi_chunk_t *chunk;

    if (size == 0)
        return APR_SUCCESS;
    chunk = size > SIZE_MAX - sizeof(*chunk) ? NULL
                                             : malloc(sizeof(*chunk) + size);
    if (chunk == NULL)
        return mi_error(APR_ENOMEM, "cannot allocate %zu bytes", size);
    chunk->next = NULL;
    chunk->start = 0;
    chunk->size = size;
    memcpy(chunk->bytes, bytes, size);
    if (flow->first_chunk == NULL)
        flow->first_chunk = chunk;
    else
        flow->last_chunk->next = chunk;
    flow->last_chunk = chunk;
    return APR_SUCCESS;
}

int mi_flow_has_input(const mi_flow_t *flow)
{
    return flow->first_chunk != NULL || flow->input_size > 0;
}

static void drop_chunk(mi_flow_t *flow)
{
    mi_chunk_t *chunk = flow->first_chunk;

    flow->first_chunk = chunk->next;
    free(chunk);
}

/* The system writes what it can of what comes first. */
static apr_status_t write_some(mi_flow_t *flow)
{
    mi_chunk_t *chunk = flow->first_chunk;
    size_t count = 0;
    apr_status_t status;

    if (chunk == NULL) {
        status = plat_channel_write(&flow->channel, flow->input,
                                    flow->input_size, &count);
        flow->input += count;
        flow->input_size -= count;
        return status;
    }
    status = plat_channel_write(&flow->channel, chunk->bytes + chunk->start,
                                chunk->size - chunk->start, &count);
    chunk->start += count;
    if (chunk->start == chunk->size)
        drop_chunk(flow);
    return status;
}

/* One write at a time. A second one right away would find the pipe full but
 * for a page or two, and keep the command, which has just made them free,
 * from reading on. */
static apr_status_t feed(mi_flow_t *flow, int *ends)
{
    apr_status_t status = APR_SUCCESS;

    if (mi_flow_has_input(flow))
        status = write_some(flow);
    if (status == APR_EAGAIN)
        return APR_SUCCESS;
    /* The command may end without having read all of it. */
    *ends = status != APR_SUCCESS
            || (flow->is_last_input && !mi_flow_has_input(flow));
    if (status == APR_SUCCESS || status == APR_EOF)
        return APR_SUCCESS;
    return mi_error_with(status, "cannot feed %s", flow->what);
}

static apr_status_t drain(mi_flow_t *flow, int *ends)
{
    size_t count = 0;
    size_t room;
    char *to;
    apr_status_t status = mi_sink_room(&flow->sink, &to, &room);

    if (status != APR_SUCCESS)
        return status;
    status = plat_channel_read(&flow->channel, to, room, &count);
    if (status == APR_EAGAIN)
        return APR_SUCCESS;
    if (status == APR_SUCCESS)
        return mi_sink_took(&flow->sink, count);
    *ends = 1;
    if (status == APR_EOF)
        return mi_sink_end(&flow->sink);
    return mi_error_with(status, "cannot read what %s writes", flow->what);
}

apr_status_t mi_flow_move(mi_flow_t *flow, int *ends)
{
    *ends = 0;
    return flow->is_input ? feed(flow, ends) : drain(flow, ends);
}

void mi_flow_close(mi_flow_t *flow)
{
    plat_channel_close(&flow->channel);
    while (flow->first_chunk != NULL)
        drop_chunk(flow);
    flow->input_size = 0;
}
