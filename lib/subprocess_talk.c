/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subprocess_talk.c: a command's streams while it runs: whole (communicate),
 * piece by piece (read, write), or as files of APR's. Whoever waits for one
 * of them feeds and drains all the others meanwhile.
 */
#include "subprocess.h"

#include "core/error.h"
#include "core/stop.h"

#include <apr_portable.h>
#include <string.h>

static apr_status_t closed(mito_popen_t *popen)
{
    return mi_error(MITO_ECLOSED, "%s is closed", popen->child.what);
}

/* Locks the command's pipes, unless it is closed. */
static apr_status_t enter(mito_popen_t *popen)
{
    apr_thread_mutex_lock(popen->pump->lock);
    if (!popen->closed)
        return APR_SUCCESS;
    apr_thread_mutex_unlock(popen->pump->lock);
    return closed(popen);
}

/* Another thread may have closed the command while this one waited. One that
 * wrote more than it may is stopped, whoever notices. */
static apr_status_t leave(mito_popen_t *popen, apr_status_t status)
{
    const mito_stop_t *stop = &popen->stop;
    mi_child_t *child = &popen->child;
    int was_closed = popen->closed;

    apr_thread_mutex_unlock(popen->pump->lock);
    if (status == APR_SUCCESS && was_closed)
        return closed(popen);
    if (status != MITO_ELIMIT)
        return status;
    mi_stop(&child, 1, &stop, mi_popen_own_pump(popen));
    return mi_error(status, "%s was stopped: it wrote more than its limit",
                    popen->child.what);
}

static apr_status_t still_runs(mito_popen_t *popen, apr_status_t status)
{
    if (status == APR_TIMEUP)
        mi_error(status, "%s still runs", popen->child.what);
    return status;
}

/* ---- all at once ---- */

static apr_status_t give(mito_popen_t *popen, const void *input, size_t size)
{
    mi_flow_t *flow = &popen->flows[PLAT_INPUT];

    if (input != NULL && !mi_flow_is_open(flow) && !flow->was_given_input)
        return mi_error(MITO_EINVAL, "%s has no pipe for input: it was not "
                        "started with .input.to = MITO_STREAM_PIPE",
                        popen->child.what);
    return mi_flow_give(flow, input, size);
}

apr_status_t mi_popen_pump(mito_popen_t *popen, const void *input,
                           size_t size, plat_deadline_t deadline)
{
    apr_status_t status = give(popen, input, size);

    return status == APR_SUCCESS
        ? mi_pump_run(popen->pump, deadline, NULL, NULL) : status;
}

static apr_status_t communicate(mito_popen_t *popen, const void *input,
                                size_t size, plat_deadline_t deadline)
{
    apr_status_t status = enter(popen);

    if (status != APR_SUCCESS)
        return status;
    if (popen->has_pipes)
        status = mi_popen_pump(popen, input, size, deadline);
    else
        status = give(popen, input, size);
    return leave(popen, status);
}

apr_status_t mito_popen_communicate(mito_popen_t *popen, const void *input,
                                    size_t size,
                                    apr_interval_time_t timeout)
{
    plat_deadline_t deadline = mi_deadline(timeout);
    apr_status_t status = communicate(popen, input, size, deadline);

    if (status == APR_SUCCESS)
        return mi_child_wait(&popen->child, deadline);
    return still_runs(popen, status);
}

/* ---- what was captured ---- */

static const char *text_of(mito_popen_t *popen, int index, size_t *size)
{
    const mi_buffer_t *buffer = &popen->flows[index].sink.buffer;
    const char *text;

    apr_thread_mutex_lock(popen->pump->lock);
    if (size != NULL)
        *size = mi_buffer_size(buffer);
    text = mi_buffer_text(buffer);
    apr_thread_mutex_unlock(popen->pump->lock);
    return text;
}

const char *mito_popen_output(mito_popen_t *popen, size_t *size)
{
    return text_of(popen, PLAT_OUTPUT, size);
}

const char *mito_popen_error(mito_popen_t *popen, size_t *size)
{
    return text_of(popen, PLAT_ERROR, size);
}

static int is_stream(mito_standard_e which)
{
    return (unsigned)which < PLAT_STREAMS;
}

uint64_t mito_popen_total(mito_popen_t *popen, mito_standard_e which)
{
    uint64_t total;

    if (!is_stream(which))
        return 0;
    apr_thread_mutex_lock(popen->pump->lock);
    total = popen->flows[which].sink.total;
    apr_thread_mutex_unlock(popen->pump->lock);
    return total;
}

apr_file_t *mito_popen_spilled(mito_popen_t *popen, mito_standard_e which)
{
    apr_file_t *file;

    if (!is_stream(which))
        return NULL;
    apr_thread_mutex_lock(popen->pump->lock);
    file = mi_sink_spilled(&popen->flows[which].sink);
    apr_thread_mutex_unlock(popen->pump->lock);
    return file;
}

/* ---- writing ---- */

static int all_written(void *opaque)
{
    return !mi_flow_has_input(opaque);
}

static int is_done(void *opaque)
{
    return !mi_flow_is_open(opaque);
}

/* With the lock. */
static apr_status_t write_all(mito_popen_t *popen, plat_deadline_t deadline)
{
    mi_flow_t *flow = &popen->flows[PLAT_INPUT];
    apr_status_t status = mi_pump_run(popen->pump, deadline, all_written,
                                      flow);

    if (status == APR_TIMEUP)
        return mi_error(status, "%s has not read all that was written to it",
                        popen->child.what);
    if (status == APR_SUCCESS && popen->closed)
        return closed(popen);
    if (status == APR_SUCCESS && !mi_flow_is_open(flow))
        return mi_error(APR_EOF, "%s does not read any more",
                        popen->child.what);
    return status;
}

static apr_status_t usable_input(mito_popen_t *popen)
{
    mi_flow_t *flow = &popen->flows[PLAT_INPUT];

    if (flow->what == NULL)
        return mi_error(MITO_EINVAL, "%s has no pipe for input: it was not "
                        "started with .input.to = MITO_STREAM_PIPE",
                        popen->child.what);
    if (flow->is_last_input)
        return mi_error(MITO_ECLOSED, "the input of %s is closed",
                        popen->child.what);
    if (!mi_flow_is_open(flow))
        return mi_error(APR_EOF, "%s does not read any more",
                        popen->child.what);
    return APR_SUCCESS;
}

apr_status_t mito_popen_write(mito_popen_t *popen, const void *bytes,
                              size_t size, apr_interval_time_t timeout)
{
    plat_deadline_t deadline = mi_deadline(timeout);
    apr_status_t status = enter(popen);

    if (status != APR_SUCCESS)
        return status;
    status = usable_input(popen);
    if (status == APR_SUCCESS)
        status = mi_flow_add(&popen->flows[PLAT_INPUT], bytes, size);
    if (status == APR_SUCCESS)
        status = write_all(popen, deadline);
    return leave(popen, status);
}

apr_status_t mito_popen_close_input(mito_popen_t *popen,
                                    apr_interval_time_t timeout)
{
    plat_deadline_t deadline = mi_deadline(timeout);
    mi_flow_t *flow = &popen->flows[PLAT_INPUT];
    apr_status_t status = enter(popen);

    if (status != APR_SUCCESS)
        return status;
    if (flow->what == NULL)
        return leave(popen, usable_input(popen));
    if (mi_flow_is_open(flow))
        status = write_all(popen, deadline);
    if (status == APR_EOF)
        status = APR_SUCCESS;
    if (status == APR_SUCCESS && mi_flow_is_open(flow)) {
        flow->is_last_input = 1;
        status = mi_pump_run(popen->pump, deadline, is_done, flow);
    }
    return leave(popen, status);
}

/* ---- reading ---- */

/* Output that is kept, so that there is something to be read. */
static apr_status_t usable_output(mito_popen_t *popen, mito_standard_e which)
{
    const mi_flow_t *flow = &popen->flows[which];

    if (which == MITO_STDIN || !is_stream(which) || flow->what == NULL
        || flow->sink.kind != MI_SINK_KEEP)
        return mi_error(MITO_EINVAL, "%s has no such output to be read: it "
                        "was not started with MITO_STREAM_PIPE for it",
                        popen->child.what);
    return APR_SUCCESS;
}

static int has_bytes(void *opaque)
{
    const mi_flow_t *flow = opaque;

    return mi_buffer_size(&flow->sink.buffer) > 0 || !mi_flow_is_open(flow);
}

static int has_line(void *opaque)
{
    mi_flow_t *flow = opaque;
    size_t length, taken;

    return mi_sink_find_line(&flow->sink, &length, &taken)
           || !mi_flow_is_open(flow);
}

/* With the lock: waits until there is what was asked for. */
static apr_status_t await_output(mito_popen_t *popen, mi_flow_t *flow,
                                 mi_pump_until_t *until,
                                 plat_deadline_t deadline)
{
    apr_status_t status = APR_SUCCESS;

    if (!until(flow))
        status = mi_pump_run(popen->pump, deadline, until, flow);
    if (status == APR_TIMEUP)
        return mi_error(status, "%s has written nothing to be read",
                        popen->child.what);
    if (status == APR_SUCCESS && popen->closed)
        return closed(popen);
    if (status == APR_SUCCESS && mi_buffer_size(&flow->sink.buffer) == 0)
        return mi_error(APR_EOF, "%s does not write any more",
                        popen->child.what);
    return status;
}

static void take_bytes(mi_flow_t *flow, size_t count)
{
    mi_buffer_take(&flow->sink.buffer, count);
    flow->sink.searched = 0;
}

apr_status_t mito_popen_read(size_t *count, mito_popen_t *popen,
                             mito_standard_e which, void *buffer,
                             size_t size, apr_interval_time_t timeout)
{
    plat_deadline_t deadline = mi_deadline(timeout);
    mi_flow_t *flow;
    apr_status_t status = enter(popen);

    if (status != APR_SUCCESS)
        return status;
    status = usable_output(popen, which);
    if (status == APR_SUCCESS && size == 0)
        status = mi_error(MITO_EINVAL, "there is no room to read what %s "
                          "writes", popen->child.what);
    if (status != APR_SUCCESS)
        return leave(popen, status);
    flow = &popen->flows[which];
    status = await_output(popen, flow, has_bytes, deadline);
    if (status == APR_SUCCESS) {
        size_t there = mi_buffer_size(&flow->sink.buffer);

        *count = there < size ? there : size;
        memcpy(buffer, mi_buffer_text(&flow->sink.buffer), *count);
        take_bytes(flow, *count);
    }
    return leave(popen, status);
}

/* The line stays where it is until the next call: only its end is written
 * over. The last line of all may have none. */
static const char *take_line(mi_flow_t *flow, size_t *size)
{
    mi_buffer_t *buffer = &flow->sink.buffer;
    char *line = buffer->data + buffer->start;
    size_t length, taken;

    if (!mi_sink_find_line(&flow->sink, &length, &taken))
        length = taken = mi_buffer_size(buffer);
    line[length] = '\0';
    take_bytes(flow, taken);
    if (size != NULL)
        *size = length;
    return line;
}

apr_status_t mito_popen_read_line(const char **line, size_t *size,
                                  mito_popen_t *popen, mito_standard_e which,
                                  apr_interval_time_t timeout)
{
    plat_deadline_t deadline = mi_deadline(timeout);
    apr_status_t status = enter(popen);

    if (status != APR_SUCCESS)
        return status;
    status = usable_output(popen, which);
    if (status == APR_SUCCESS)
        status = await_output(popen, &popen->flows[which], has_line,
                              deadline);
    if (status == APR_SUCCESS)
        *line = take_line(&popen->flows[which], size);
    return leave(popen, status);
}

/* ---- as a file ---- */

apr_status_t mito_popen_file(apr_file_t **file, mito_popen_t *popen,
                             mito_standard_e which)
{
    apr_os_file_t handle;
    apr_status_t status = enter(popen);

    if (status != APR_SUCCESS)
        return status;
    if (!is_stream(which) || !popen->is_pipe_file[which])
        status = mi_error(MITO_EINVAL, "%s has no such stream as a file: it "
                          "was not started with MITO_STREAM_PIPE_FILE for "
                          "it", popen->child.what);
    else if (popen->files[which] == PLAT_HANDLE_NONE)
        status = mi_error(MITO_ECLOSED, "the file of this stream of %s was "
                          "taken before", popen->child.what);
    if (status != APR_SUCCESS)
        return leave(popen, status);
    handle = popen->files[which];
    status = apr_os_pipe_put_ex(file, &handle, 1, popen->pool);
    if (status == APR_SUCCESS)
        popen->files[which] = PLAT_HANDLE_NONE;
    else
        mi_error_with(status, "cannot make a file of a stream of %s",
                      popen->child.what);
    return leave(popen, status);
}
