/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subprocess.c: commands. mito_popen_t is one start, its pipes and what was
 * read from them; mito_run() is a popen from start to end.
 *
 * A popen's pipes and buffers are guarded by its io lock, which a thread
 * holds while it communicates; the child has a lock of its own, so that
 * another thread can kill the command meanwhile. Without pipes the two are
 * one.
 */
#include <mito/subprocess.h>

#include "core/child.h"
#include "core/error.h"
#include "core/pipes.h"
#include "core/pool.h"

#include <apr_strings.h>
#include <string.h>

/* How long what is left in the pipes of a killed command is collected. */
#define DRAIN_TIME apr_time_from_msec(100)

/* How long the system may take to end a killed command. */
#define KILL_TIME apr_time_from_sec(5)

struct mito_popen_t {
    apr_pool_t *pool;
    mi_child_t child;
    apr_thread_mutex_t *io_lock;
    mi_pipes_t pipes;
    int closed;
};

struct mito_completed_t {
    const char *command;
    int64_t exit_code;
    mi_buffer_t output;
    mi_buffer_t error;
};

/* ---- starting ---- */

static apr_status_t check_streams(const mito_command_options_t *options)
{
    if (options->input.to == MITO_STREAM_OUTPUT
        || options->output.to == MITO_STREAM_OUTPUT)
        return mi_error(MITO_EINVAL, "only the error stream of a command "
                        "can go where its output goes");
    if (options->input.to > MITO_STREAM_OUTPUT
        || options->output.to > MITO_STREAM_OUTPUT
        || options->error.to > MITO_STREAM_OUTPUT)
        return mi_error(MITO_EINVAL, "a stream of a command is to go where "
                        "no mito_stream_e says");
    return APR_SUCCESS;
}

static int wants_pipes(const mito_command_options_t *options)
{
    return options->input.to == MITO_STREAM_PIPE
           || options->output.to == MITO_STREAM_PIPE
           || options->error.to == MITO_STREAM_PIPE;
}

/* Makes the pipe of one stream and says what the child is to be given. */
static apr_status_t prepare_stream(mito_popen_t *popen, int index,
                                   mito_stream_e to, plat_stream_t *stream)
{
    switch (to) {
    case MITO_STREAM_INHERIT:
        stream->kind = PLAT_STREAM_INHERIT;
        return APR_SUCCESS;
    case MITO_STREAM_NULL:
        stream->kind = PLAT_STREAM_NULL;
        return APR_SUCCESS;
    case MITO_STREAM_OUTPUT:
        stream->kind = PLAT_STREAM_OUTPUT;
        return APR_SUCCESS;
    case MITO_STREAM_PIPE:
        break;
    }
    stream->kind = PLAT_STREAM_HANDLE;
    return mi_pipes_open(&popen->pipes, index, &stream->handle);
}

static apr_status_t prepare_streams(mito_popen_t *popen,
                                    const mito_command_options_t *options,
                                    plat_stream_t streams[PLAT_STREAMS])
{
    const mito_stream_e to[PLAT_STREAMS] = {
        options->input.to, options->output.to, options->error.to};
    apr_status_t status = APR_SUCCESS;
    int i;

    for (i = 0; i < PLAT_STREAMS && status == APR_SUCCESS; i++)
        status = prepare_stream(popen, i, to[i], &streams[i]);
    return status;
}

static apr_status_t start_child(mito_popen_t *popen,
                                const char *const *argv,
                                const mito_command_options_t *options)
{
    plat_process_t process = PLAT_PROCESS_NONE;
    plat_start_t start;
    apr_status_t status;
    int i;

    memset(&start, 0, sizeof(start));
    start.program = options->executable != NULL ? options->executable
                                                : argv[0];
    start.arguments = argv;
    start.environment = options->environment;
    start.working_directory = options->working_directory;
    start.shared = PLAT_HANDLE_NONE;
    for (i = 0; i < PLAT_STREAMS; i++)
        start.streams[i].handle = PLAT_HANDLE_NONE;
    status = prepare_streams(popen, options, start.streams);
    if (status == APR_SUCCESS)
        status = mi_child_start(&process, &start, popen->pool);
    for (i = 0; i < PLAT_STREAMS; i++)
        plat_handle_close(&start.streams[i].handle);
    if (status != APR_SUCCESS)
        return status;
    popen->child.process = process;
    return APR_SUCCESS;
}

static apr_status_t close_at_cleanup(void *opaque)
{
    return mito_popen_close(opaque);
}

static apr_status_t popen_create(mito_popen_t **popen, const char *program,
                                 int has_pipes, apr_pool_t *parent)
{
    static const plat_process_t no_process = PLAT_PROCESS_NONE;
    mito_popen_t *made;
    apr_pool_t *pool;
    const char *what;
    apr_status_t status = mi_pool_create(&pool, parent);

    if (status != APR_SUCCESS)
        return status;
    made = apr_pcalloc(pool, sizeof(*made));
    made->pool = pool;
    what = apr_pstrcat(pool, "the command '", program, "'", NULL);
    mi_pipes_init(&made->pipes, what, pool);
    status = mi_child_init(&made->child, &no_process, what, pool);
    /* Without pipes it is never held for long, so one lock will do. */
    made->io_lock = made->child.lock;
    if (status == APR_SUCCESS && has_pipes)
        status = apr_thread_mutex_create(&made->io_lock,
                                         APR_THREAD_MUTEX_DEFAULT, pool);
    if (status != APR_SUCCESS) {
        apr_pool_destroy(pool);
        return mi_error_with(status, "cannot make a lock");
    }
    *popen = made;
    return APR_SUCCESS;
}

apr_status_t mito_popen_start(mito_popen_t **popen, const char *const *argv,
                              const mito_command_options_t *options,
                              apr_pool_t *pool)
{
    static const mito_command_options_t defaults;
    mito_popen_t *made = NULL;
    apr_status_t status = mi_require_init();

    if (status != APR_SUCCESS)
        return status;
    if (argv == NULL || argv[0] == NULL)
        return mi_error(MITO_EINVAL, "cannot run a command: its argument "
                        "vector is empty");
    if (options == NULL)
        options = &defaults;
    status = check_streams(options);
    if (status == APR_SUCCESS)
        status = popen_create(&made, argv[0], wants_pipes(options), pool);
    if (status != APR_SUCCESS)
        return status;
    status = start_child(made, argv, options);
    if (status != APR_SUCCESS) {
        mi_pipes_close(&made->pipes);
        apr_pool_destroy(made->pool);
        return status;
    }
    made->child.pid = plat_process_id(&made->child.process);
    apr_pool_cleanup_register(made->pool, made, close_at_cleanup,
                              apr_pool_cleanup_null);
    *popen = made;
    return APR_SUCCESS;
}

/* ---- talking to it ---- */

static apr_status_t communicate(mito_popen_t *popen, const void *input,
                                size_t size, plat_deadline_t deadline)
{
    apr_status_t status;

    apr_thread_mutex_lock(popen->io_lock);
    if (popen->closed)
        status = mi_error(MITO_ECLOSED, "%s is closed", popen->child.what);
    else
        status = mi_pipes_give(&popen->pipes, input, size);
    if (status == APR_SUCCESS)
        status = mi_pipes_pump(&popen->pipes, deadline);
    apr_thread_mutex_unlock(popen->io_lock);
    if (status == APR_SUCCESS)
        status = mi_child_wait(&popen->child, deadline);
    return status;
}

apr_status_t mito_popen_communicate(mito_popen_t *popen, const void *input,
                                    size_t size,
                                    apr_interval_time_t timeout)
{
    return communicate(popen, input, size, mi_deadline(timeout));
}

static const char *text_of(mito_popen_t *popen, int index, size_t *size)
{
    const mi_buffer_t *buffer = &popen->pipes.pipes[index].buffer;
    const char *text;

    apr_thread_mutex_lock(popen->io_lock);
    if (size != NULL)
        *size = buffer->size;
    text = mi_buffer_text(buffer);
    apr_thread_mutex_unlock(popen->io_lock);
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

/* ---- its end ---- */

apr_status_t mito_popen_wait(mito_popen_t *popen,
                             apr_interval_time_t timeout)
{
    return mi_child_wait(&popen->child, mi_deadline(timeout));
}

apr_status_t mito_popen_exit_code(int64_t *exit_code, mito_popen_t *popen)
{
    return mi_child_exit_code(&popen->child, exit_code);
}

int64_t mito_popen_pid(const mito_popen_t *popen)
{
    return popen->child.pid;
}

apr_status_t mito_popen_kill(mito_popen_t *popen)
{
    return mi_child_kill(&popen->child);
}

/* Closes all, with the wait for the command bounded by the deadline. */
static void let_go(mito_popen_t *popen, plat_deadline_t deadline)
{
    apr_thread_mutex_lock(popen->io_lock);
    if (popen->closed) {
        apr_thread_mutex_unlock(popen->io_lock);
        return;
    }
    popen->closed = 1;
    mi_pipes_close(&popen->pipes);
    mi_pipes_forget(&popen->pipes);
    apr_thread_mutex_unlock(popen->io_lock);
    mi_child_wait(&popen->child, deadline);
    mi_child_close(&popen->child);
}

apr_status_t mito_popen_close(mito_popen_t *popen)
{
    if (popen != NULL)
        let_go(popen, PLAT_NEVER);
    return APR_SUCCESS;
}

/* ---- mito_run ---- */

static apr_status_t check_run(const mito_run_options_t *options)
{
    const mito_command_options_t *command = &options->command;

    if (options->capture_output
        && (command->output.to != MITO_STREAM_INHERIT
            || command->error.to != MITO_STREAM_INHERIT))
        return mi_error(MITO_EINVAL, "capture_output may not be combined "
                        "with where the output and error stream go");
    if (options->input != NULL && command->input.to != MITO_STREAM_INHERIT)
        return mi_error(MITO_EINVAL, "input may not be combined with where "
                        "the command's input comes from");
    if (options->timeout < 0)
        return mi_error(MITO_EINVAL, "a command's timeout is negative; 0 is "
                        "without limit");
    return APR_SUCCESS;
}

static mito_command_options_t command_of(const mito_run_options_t *options)
{
    mito_command_options_t command = options->command;

    if (options->capture_output) {
        command.output.to = MITO_STREAM_PIPE;
        command.error.to = MITO_STREAM_PIPE;
    }
    if (options->input != NULL)
        command.input.to = MITO_STREAM_PIPE;
    return command;
}

static apr_status_t free_buffers(void *opaque)
{
    mito_completed_t *completed = opaque;

    mi_buffer_free(&completed->output);
    mi_buffer_free(&completed->error);
    return APR_SUCCESS;
}

/* The popen's buffers change hands. */
static mito_completed_t *complete(mito_popen_t *popen, const char *command,
                                  apr_pool_t *pool)
{
    static const mi_buffer_t empty;
    mito_completed_t *completed = apr_pcalloc(pool, sizeof(*completed));

    completed->command = apr_pstrdup(pool, command);
    if (mi_child_exit_code(&popen->child, &completed->exit_code)
        != APR_SUCCESS)
        completed->exit_code = -9;
    completed->output = popen->pipes.pipes[PLAT_OUTPUT].buffer;
    completed->error = popen->pipes.pipes[PLAT_ERROR].buffer;
    popen->pipes.pipes[PLAT_OUTPUT].buffer = empty;
    popen->pipes.pipes[PLAT_ERROR].buffer = empty;
    apr_pool_cleanup_register(pool, completed, free_buffers,
                              apr_pool_cleanup_null);
    return completed;
}

/* The time is up, or communication failed: the command goes, and what its
 * pipes still hold is taken along. */
static void stop(mito_popen_t *popen)
{
    mi_child_kill(&popen->child);
    communicate(popen, NULL, 0, mi_deadline(DRAIN_TIME));
    mi_child_wait(&popen->child, mi_deadline(KILL_TIME));
}

apr_status_t mito_run(mito_completed_t **completed, const char *const *argv,
                      const mito_run_options_t *options, apr_pool_t *pool)
{
    static const mito_run_options_t defaults;
    mito_command_options_t command;
    mito_popen_t *popen;
    mito_completed_t *result;
    plat_deadline_t deadline;
    apr_status_t status;

    if (options == NULL)
        options = &defaults;
    status = check_run(options);
    if (status != APR_SUCCESS)
        return status;
    command = command_of(options);
    status = mito_popen_start(&popen, argv, &command, pool);
    if (status != APR_SUCCESS)
        return status;
    deadline = mi_deadline(options->timeout == 0 ? MITO_FOREVER
                                                 : options->timeout);
    status = communicate(popen, options->input, options->input_size,
                         deadline);
    if (status != APR_SUCCESS && status != MITO_ELOST)
        stop(popen);
    result = complete(popen, argv[0], pool);
    let_go(popen, plat_now());
    apr_pool_destroy(popen->pool);
    if (status == APR_TIMEUP)
        mi_error(status, "the command '%s' was killed: it did not end "
                 "within %.3f seconds", argv[0],
                 (double)options->timeout / 1e6);
    else if (status == APR_SUCCESS && options->check)
        status = mito_completed_check(result);
    if (status == APR_SUCCESS || status == APR_TIMEUP
        || status == MITO_EEXIT)
        *completed = result;
    return status;
}

int64_t mito_completed_exit_code(const mito_completed_t *completed)
{
    return completed->exit_code;
}

static const char *captured(const mi_buffer_t *buffer, size_t *size)
{
    if (size != NULL)
        *size = buffer->size;
    return mi_buffer_text(buffer);
}

const char *mito_completed_output(const mito_completed_t *completed,
                                  size_t *size)
{
    return captured(&completed->output, size);
}

const char *mito_completed_error(const mito_completed_t *completed,
                                 size_t *size)
{
    return captured(&completed->error, size);
}

apr_status_t mito_completed_check(const mito_completed_t *completed)
{
    const char *signal;

    if (completed->exit_code == 0)
        return APR_SUCCESS;
    if (completed->exit_code > 0)
        return mi_error(MITO_EEXIT, "the command '%s' failed with exit code "
                        "%lld", completed->command,
                        (long long)completed->exit_code);
    signal = plat_signal_name((int)-completed->exit_code);
    if (signal == NULL)
        return mi_error(MITO_EEXIT, "the command '%s' was ended by signal "
                        "%lld", completed->command,
                        (long long)-completed->exit_code);
    return mi_error(MITO_EEXIT, "the command '%s' was ended by %s",
                    completed->command, signal);
}
