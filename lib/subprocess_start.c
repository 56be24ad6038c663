/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subprocess_start.c: from the options of a command to its start: which
 * options have a meaning, and what its streams are connected to.
 */
#include "subprocess.h"

#include "core/environment.h"
#include "core/error.h"
#include "core/stop.h"

#include <apr_portable.h>
#include <string.h>

static const char *const names[PLAT_STREAMS] = {"input", "output", "error"};

/* The handles that a start is given, and which of them are for it alone. */
typedef struct streams_t {
    plat_stream_t given[PLAT_STREAMS];
    int is_ours[PLAT_STREAMS];
} streams_t;

int mi_is_pumped(const mito_stream_t *stream)
{
    return stream->to == MITO_STREAM_PIPE || stream->to == MITO_STREAM_LINES
           || stream->to == MITO_STREAM_CHUNKS;
}

int mi_is_for_a_caller(const mito_command_options_t *options)
{
    return options->input.to == MITO_STREAM_PIPE_FILE
           || options->output.to == MITO_STREAM_PIPE_FILE
           || options->error.to == MITO_STREAM_PIPE_FILE;
}

/* ---- checks ---- */

static apr_status_t check_kind(const mito_stream_t *stream, int index)
{
    if ((unsigned)stream->to > MITO_STREAM_PIPE_FILE)
        return mi_error(MITO_EINVAL, "the %s stream of a command is to go "
                        "where no mito_stream_e says", names[index]);
    if (stream->to == MITO_STREAM_OUTPUT && index != PLAT_ERROR)
        return mi_error(MITO_EINVAL, "only the error stream of a command "
                        "can go where its output goes");
    if (index == PLAT_INPUT && (stream->to == MITO_STREAM_APPEND
                                || stream->to == MITO_STREAM_LINES
                                || stream->to == MITO_STREAM_CHUNKS))
        return mi_error(MITO_EINVAL, "the input stream of a command cannot "
                        "be one that it writes to");
    return APR_SUCCESS;
}

static apr_status_t missing(int index, const char *field)
{
    return mi_error(MITO_EINVAL, "the %s stream of a command lacks its %s",
                    names[index], field);
}

static apr_status_t check_stream(const mito_stream_t *stream, int index)
{
    apr_status_t status = check_kind(stream, index);

    if (status != APR_SUCCESS)
        return status;
    if ((stream->to == MITO_STREAM_PATH || stream->to == MITO_STREAM_APPEND)
        && stream->path == NULL)
        return missing(index, "path");
    if (stream->to == MITO_STREAM_FILE && stream->file == NULL)
        return missing(index, "file");
    if ((stream->to == MITO_STREAM_LINES || stream->to == MITO_STREAM_CHUNKS)
        && stream->receive == NULL)
        return missing(index, "receiver");
    if ((unsigned)stream->overflow > MITO_OVERFLOW_STOP)
        return mi_error(MITO_EINVAL, "what is beyond the limit of a "
                        "command's %s stream is to go where no "
                        "mito_overflow_e says", names[index]);
    return APR_SUCCESS;
}

apr_status_t mi_command_check(const mito_command_options_t *options)
{
    apr_status_t status = check_stream(&options->input, PLAT_INPUT);

    if (status == APR_SUCCESS)
        status = check_stream(&options->output, PLAT_OUTPUT);
    if (status == APR_SUCCESS)
        status = check_stream(&options->error, PLAT_ERROR);
    if (status == APR_SUCCESS)
        status = mi_stop_check(&options->stop);
    if (status != APR_SUCCESS)
        return status;
    if ((unsigned)options->priority > MITO_PRIORITY_REALTIME)
        return mi_error(MITO_EINVAL, "the priority of a command is no "
                        "mito_priority_e");
    if (options->priority != MITO_PRIORITY_SAME && options->posix.nice != 0)
        return mi_error(MITO_EINVAL, "a command's priority may not be "
                        "combined with its nice value");
    if (options->handle_count > 0 && options->handles == NULL)
        return mi_error(MITO_EINVAL, "a command's handles are counted but "
                        "not given");
    return APR_SUCCESS;
}

/* ---- streams ---- */

static apr_status_t open_path(mito_popen_t *popen,
                              const mito_stream_t *stream, int index,
                              plat_handle_t *handle)
{
    plat_open_e how = index == PLAT_INPUT ? PLAT_OPEN_READ
        : stream->to == MITO_STREAM_APPEND ? PLAT_OPEN_APPEND
        : PLAT_OPEN_WRITE;
    apr_status_t status = plat_handle_open(handle, stream->path, how,
                                           popen->pool);

    if (status != APR_SUCCESS)
        return mi_error_with(status, "cannot open '%s' for the %s of %s",
                             stream->path, names[index], popen->child.what);
    return APR_SUCCESS;
}

static apr_status_t handle_of_file(mito_popen_t *popen,
                                   const mito_stream_t *stream, int index,
                                   plat_handle_t *handle)
{
    apr_status_t status = APR_SUCCESS;

    if (index != PLAT_INPUT)
        status = apr_file_flush(stream->file);
    if (status == APR_SUCCESS)
        status = apr_os_file_get(handle, stream->file);
    if (status != APR_SUCCESS)
        return mi_error_with(status, "cannot use the file for the %s of %s",
                             names[index], popen->child.what);
    return APR_SUCCESS;
}

static apr_status_t open_pipe_file(mito_popen_t *popen,
                                   const mito_stream_t *stream, int index,
                                   plat_handle_t *handle)
{
    plat_handle_t reader, writer;
    apr_status_t status = plat_pipe_create(&reader, &writer,
                                           stream->pipe_size);

    if (status != APR_SUCCESS)
        return mi_error_with(status, "cannot make a pipe for %s",
                             popen->child.what);
    *handle = index == PLAT_INPUT ? reader : writer;
    popen->files[index] = index == PLAT_INPUT ? writer : reader;
    popen->is_pipe_file[index] = 1;
    return APR_SUCCESS;
}

static plat_stream_e kind_of(mito_stream_e to)
{
    switch (to) {
    case MITO_STREAM_INHERIT: return PLAT_STREAM_INHERIT;
    case MITO_STREAM_NULL: return PLAT_STREAM_NULL;
    case MITO_STREAM_OUTPUT: return PLAT_STREAM_OUTPUT;
    default: return PLAT_STREAM_HANDLE;
    }
}

/* Opens what one stream needs and says what the child is to be given. */
static apr_status_t prepare_stream(mito_popen_t *popen,
                                   const mito_stream_t *stream, int index,
                                   streams_t *streams)
{
    plat_handle_t *handle = &streams->given[index].handle;

    streams->given[index].kind = kind_of(stream->to);
    streams->is_ours[index] = 1;
    switch (stream->to) {
    case MITO_STREAM_INHERIT:
    case MITO_STREAM_NULL:
    case MITO_STREAM_OUTPUT:
        break;
    case MITO_STREAM_PATH:
    case MITO_STREAM_APPEND:
        return open_path(popen, stream, index, handle);
    case MITO_STREAM_FILE:
        streams->is_ours[index] = 0;
        return handle_of_file(popen, stream, index, handle);
    case MITO_STREAM_NATIVE:
        streams->is_ours[index] = 0;
        *handle = PLAT_HANDLE_FROM(stream->native);
        break;
    case MITO_STREAM_PIPE:
    case MITO_STREAM_LINES:
    case MITO_STREAM_CHUNKS:
        return mi_flow_open(&popen->flows[index], stream,
                            index == PLAT_INPUT, handle, popen->child.what,
                            popen->pool);
    case MITO_STREAM_PIPE_FILE:
        return open_pipe_file(popen, stream, index, handle);
    }
    return APR_SUCCESS;
}

static int prepare_link(plat_handle_t handle, int index, streams_t *streams)
{
    if (handle == PLAT_HANDLE_NONE)
        return 0;
    streams->given[index].kind = PLAT_STREAM_HANDLE;
    streams->given[index].handle = handle;
    streams->is_ours[index] = 0;
    return 1;
}

static apr_status_t prepare_streams(mito_popen_t *popen,
                                    const mito_command_options_t *options,
                                    const mi_link_t *link,
                                    streams_t *streams)
{
    apr_status_t status = APR_SUCCESS;

    if (!prepare_link(link->input, PLAT_INPUT, streams))
        status = prepare_stream(popen, &options->input, PLAT_INPUT, streams);
    if (status == APR_SUCCESS
        && !prepare_link(link->output, PLAT_OUTPUT, streams))
        status = prepare_stream(popen, &options->output, PLAT_OUTPUT,
                                streams);
    if (status == APR_SUCCESS)
        status = prepare_stream(popen, &options->error, PLAT_ERROR, streams);
    return status;
}

void mi_popen_close_streams(mito_popen_t *popen)
{
    int i;

    for (i = 0; i < PLAT_STREAMS; i++) {
        mi_pump_close_flow(popen->pump, &popen->flows[i]);
        plat_handle_close(&popen->files[i]);
    }
}

/* ---- the start ---- */

static void set_options(plat_start_t *start, mito_popen_t *popen,
                        const mito_command_options_t *options)
{
    start->program = options->executable;
    if (start->program == NULL && !options->shell)
        start->program = popen->argv[0];
    start->arguments = popen->argv;
    start->is_shell = options->shell;
    start->working_directory = options->working_directory;
    start->shared = PLAT_HANDLE_NONE;
    start->handles = options->handles;
    start->handle_count = options->handle_count;
    start->process_group = options->process_group;
    start->priority = options->priority;
    start->die_with_parent = options->die_with_parent;
    start->posix = &options->posix;
    start->windows = &options->windows;
}

static apr_status_t start_child(mito_popen_t *popen, plat_start_t *start,
                                const mito_command_options_t *options)
{
    apr_status_t status = mi_environment_make(
        &start->environment, options->environment,
        options->remove_environment, options->add_environment, popen->pool);

    set_options(start, popen, options);
    if (status == APR_SUCCESS)
        status = mi_child_start(&popen->child.process, start, popen->pool);
    return status;
}

apr_status_t mi_command_start(mito_popen_t *popen,
                              const mito_command_options_t *options,
                              const mi_link_t *link)
{
    plat_start_t start;
    streams_t streams;
    apr_status_t status;
    int i;

    memset(&start, 0, sizeof(start));
    memset(&streams, 0, sizeof(streams));
    for (i = 0; i < PLAT_STREAMS; i++)
        streams.given[i].handle = PLAT_HANDLE_NONE;
    status = prepare_streams(popen, options, link, &streams);
    memcpy(start.streams, streams.given, sizeof(start.streams));
    if (status == APR_SUCCESS)
        status = start_child(popen, &start, options);
    for (i = 0; i < PLAT_STREAMS; i++)
        if (streams.is_ours[i])
            plat_handle_close(&streams.given[i].handle);
    return status;
}
