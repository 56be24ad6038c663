/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipes.c: this side of the pipes to a command's standard streams. One loop
 * waits for all of them; each round writes or reads what can be without
 * blocking, so it does not matter in which order the command reads and
 * writes.
 */
#include "pipes.h"

#include "error.h"

#include <string.h>

/* The most that is read at once, and the least room to read into. */
#define READ_SIZE 65536
#define FIRST_READ_SIZE 4096

void mi_pipes_init(mi_pipes_t *pipes, const char *what, apr_pool_t *pool)
{
    static const plat_channel_t no_channel = PLAT_CHANNEL_NONE;
    int i;

    memset(pipes, 0, sizeof(*pipes));
    pipes->pool = pool;
    pipes->what = what;
    for (i = 0; i < PLAT_STREAMS; i++)
        pipes->pipes[i].channel = no_channel;
}

apr_status_t mi_pipes_open(mi_pipes_t *pipes, int stream,
                           plat_handle_t *other)
{
    apr_status_t status = plat_channel_create(
        &pipes->pipes[stream].channel, other,
        stream == PLAT_INPUT ? PLAT_WRITE : PLAT_READ, pipes->pool);

    if (status != APR_SUCCESS)
        return mi_error_with(status, "cannot make a pipe for %s",
                             pipes->what);
    return APR_SUCCESS;
}

apr_status_t mi_pipes_give(mi_pipes_t *pipes, const void *input,
                           size_t size)
{
    if (pipes->was_given_input) {
        if (input != NULL && input != pipes->first_input)
            return mi_error(MITO_EINVAL, "%s was given other input before",
                            pipes->what);
        return APR_SUCCESS;
    }
    if (input != NULL
        && !plat_channel_is_open(&pipes->pipes[PLAT_INPUT].channel))
        return mi_error(MITO_EINVAL, "%s has no pipe for input: it was not "
                        "started with .input = {MITO_STREAM_PIPE}",
                        pipes->what);
    pipes->first_input = input;
    pipes->input = input;
    pipes->input_size = input == NULL ? 0 : size;
    pipes->was_given_input = 1;
    return APR_SUCCESS;
}

static void close_pipe(mi_pipes_t *pipes, mi_pipe_t *pipe)
{
    plat_wait_set_remove(pipes->waits, pipe);
    plat_channel_close(&pipe->channel);
}

/* One round of writing; the pipe is closed when all was fed, or when the
 * command does not want it. */
static apr_status_t feed(mi_pipes_t *pipes, mi_pipe_t *pipe)
{
    size_t count = 0;
    apr_status_t status = APR_SUCCESS;

    while (pipes->input_size > 0 && status == APR_SUCCESS) {
        status = plat_channel_write(&pipe->channel, pipes->input,
                                    pipes->input_size, &count);
        if (status == APR_SUCCESS) {
            pipes->input += count;
            pipes->input_size -= count;
        }
    }
    if (status == APR_EAGAIN)
        return APR_SUCCESS;
    close_pipe(pipes, pipe);
    if (status == APR_SUCCESS || status == APR_EOF)
        return APR_SUCCESS;
    return mi_error_with(status, "cannot feed %s", pipes->what);
}

/* One round of reading; one only, so that both outputs get their turn. */
static apr_status_t drain(mi_pipes_t *pipes, mi_pipe_t *pipe)
{
    mi_buffer_t *buffer = &pipe->buffer;
    size_t count = 0;
    size_t room;
    apr_status_t status;

    status = mi_buffer_reserve(buffer, FIRST_READ_SIZE);
    if (status != APR_SUCCESS)
        return status;
    room = buffer->room - buffer->size;
    if (room > READ_SIZE)
        room = READ_SIZE;
    status = plat_channel_read(&pipe->channel, buffer->data + buffer->size,
                               room, &count);
    if (status == APR_EAGAIN)
        return APR_SUCCESS;
    if (status == APR_SUCCESS) {
        mi_buffer_added(buffer, count);
        return APR_SUCCESS;
    }
    close_pipe(pipes, pipe);
    if (status == APR_EOF)
        return APR_SUCCESS;
    return mi_error_with(status, "cannot read what %s writes",
                         pipes->what);
}

static apr_status_t prepare_waits(mi_pipes_t *pipes)
{
    apr_status_t status;
    int i;

    if (pipes->waits != NULL)
        return APR_SUCCESS;
    status = plat_wait_set_create(&pipes->waits, pipes->pool);
    for (i = 0; i < PLAT_STREAMS && status == APR_SUCCESS; i++)
        if (plat_channel_is_open(&pipes->pipes[i].channel))
            status = plat_wait_set_add_channel(pipes->waits,
                                               &pipes->pipes[i].channel,
                                               &pipes->pipes[i]);
    if (status != APR_SUCCESS) {
        plat_wait_set_destroy(pipes->waits);
        pipes->waits = NULL;
        return mi_error_with(status, "cannot wait for the pipes of %s",
                             pipes->what);
    }
    return APR_SUCCESS;
}

static int has_open_pipe(const mi_pipes_t *pipes)
{
    int i;

    for (i = 0; i < PLAT_STREAMS; i++)
        if (plat_channel_is_open(&pipes->pipes[i].channel))
            return 1;
    return 0;
}

/* Until every pipe is done with. */
apr_status_t mi_pipes_pump(mi_pipes_t *pipes, plat_deadline_t deadline)
{
    mi_pipe_t *input = &pipes->pipes[PLAT_INPUT];
    void *ready[PLAT_STREAMS];
    size_t count;
    size_t i;
    apr_status_t status = prepare_waits(pipes);

    /* An empty input ends before the command has to ask for it. */
    if (status == APR_SUCCESS && plat_channel_is_open(&input->channel))
        status = feed(pipes, input);
    while (status == APR_SUCCESS && has_open_pipe(pipes)) {
        status = plat_wait_set_wait(pipes->waits, deadline, ready,
                                    PLAT_STREAMS, &count);
        if (status == APR_TIMEUP)
            return mi_error(status, "%s still runs", pipes->what);
        if (status != APR_SUCCESS)
            return mi_error_with(status, "cannot wait for the pipes of %s",
                                 pipes->what);
        for (i = 0; i < count && status == APR_SUCCESS; i++) {
            mi_pipe_t *pipe = ready[i];

            status = pipe == input ? feed(pipes, pipe) : drain(pipes, pipe);
        }
    }
    return status;
}

void mi_pipes_close(mi_pipes_t *pipes)
{
    int i;

    plat_wait_set_destroy(pipes->waits);
    pipes->waits = NULL;
    for (i = 0; i < PLAT_STREAMS; i++)
        plat_channel_close(&pipes->pipes[i].channel);
}

void mi_pipes_forget(mi_pipes_t *pipes)
{
    int i;

    for (i = 0; i < PLAT_STREAMS; i++)
        mi_buffer_free(&pipes->pipes[i].buffer);
}
