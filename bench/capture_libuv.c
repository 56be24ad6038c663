/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libuv: a loop that is turned until the output has ended and the exit
 * callback has been called. It is read into the end of a buffer that
 * doubles, so that nothing is copied but when it grows.
 */
#include "capture.h"

#ifdef HAVE_LIBUV

#include <stdlib.h>

#include <uv.h>

/* A run as the loop's callbacks see it. */
typedef struct attempt_t {
    uv_loop_t loop;
    uv_process_t process;
    uv_pipe_t input;
    uv_pipe_t output;
    uv_write_t writing;
    uv_shutdown_t ending;
    char *bytes;
    size_t size;
    size_t room;
    int64_t exit_code;
    int error;
} attempt_t;

static void note_error(attempt_t *attempt, int error)
{
    if (error < 0 && attempt->error == 0)
        attempt->error = error;
}

static void on_process_end(uv_process_t *process, int64_t exit_code, int signal)
{
    attempt_t *attempt = process->data;

    attempt->exit_code = signal != 0 ? -signal : exit_code;
    uv_close((uv_handle_t *)process, NULL);
}

/* No memory is told by an empty buffer. */
static void on_room_wanted(uv_handle_t *handle, size_t suggested,
                           uv_buf_t *buffer)
{
    attempt_t *attempt = handle->data;

    if (attempt->room - attempt->size < suggested) {
        size_t room = 2 * (attempt->room + suggested);
        char *grown = realloc(attempt->bytes, room);

        *buffer = uv_buf_init(NULL, 0);
        if (grown == NULL)
            return;
        attempt->bytes = grown;
        attempt->room = room;
    }
    buffer->base = attempt->bytes + attempt->size;
    buffer->len = attempt->room - attempt->size;
}

static void on_read(uv_stream_t *stream, ssize_t count,
                    const uv_buf_t *buffer)
{
    attempt_t *attempt = stream->data;

    (void)buffer;
    if (count >= 0) {
        attempt->size += (size_t)count;
        return;
    }
    if (count != UV_EOF)
        note_error(attempt, (int)count);
    uv_close((uv_handle_t *)stream, NULL);
}

static void on_end(uv_shutdown_t *ending, int error)
{
    attempt_t *attempt = ending->data;

    note_error(attempt, error);
    uv_close((uv_handle_t *)&attempt->input, NULL);
}

static void on_written(uv_write_t *writing, int error)
{
    note_error(writing->data, error);
}

static void open_pipe(attempt_t *attempt, uv_pipe_t *pipe,
                      uv_stdio_container_t *stream, uv_stdio_flags flags)
{
    note_error(attempt, uv_pipe_init(&attempt->loop, pipe, 0));
    pipe->data = attempt;
    stream->flags = (uv_stdio_flags)(UV_CREATE_PIPE | flags);
    stream->data.stream = (uv_stream_t *)pipe;
}

/* One request, however big it is. */
static void feed(attempt_t *attempt, const capture_job_t *job)
{
    uv_buf_t input = {.base = (char *)(uintptr_t)job->input,
                      .len = job->size};

    attempt->writing.data = attempt;
    attempt->ending.data = attempt;
    note_error(attempt,
               uv_write(&attempt->writing, (uv_stream_t *)&attempt->input,
                        &input, 1, on_written));
    note_error(attempt,
               uv_shutdown(&attempt->ending, (uv_stream_t *)&attempt->input,
                           on_end));
}

static void go(attempt_t *attempt, const char *const *argv,
               const capture_job_t *job, int feeds)
{
    uv_stdio_container_t streams[3] = {
        {.flags = UV_IGNORE},
        {.flags = UV_IGNORE},
        {.flags = UV_INHERIT_FD, .data.fd = 2}};
    uv_process_options_t options = {
        .file = argv[0],
        .args = (char **)(uintptr_t)argv,
        .exit_cb = on_process_end,
        .stdio = streams,
        .stdio_count = 3,
    };

    attempt->process.data = attempt;
    open_pipe(attempt, &attempt->output, &streams[1], UV_WRITABLE_PIPE);
    if (feeds)
        open_pipe(attempt, &attempt->input, &streams[0], UV_READABLE_PIPE);
    note_error(attempt,
               uv_spawn(&attempt->loop, &attempt->process, &options));
    if (attempt->error != 0)
        return;
    if (feeds)
        feed(attempt, job);
    note_error(attempt, uv_read_start((uv_stream_t *)&attempt->output,
                                      on_room_wanted, on_read));
    uv_run(&attempt->loop, UV_RUN_DEFAULT);
}

static apr_status_t run(const char *const *argv, const capture_job_t *job,
                        capture_output_t *output, int feeds)
{
    attempt_t attempt = {.exit_code = -1};

    note_error(&attempt, uv_loop_init(&attempt.loop));
    if (attempt.error == 0)
        go(&attempt, argv, job, feeds);
    if (attempt.error != 0)
        return -attempt.error;
    uv_loop_close(&attempt.loop);
    output->bytes = attempt.bytes;
    output->size = attempt.size;
    return attempt.exit_code == 0 ? APR_SUCCESS : APR_EGENERAL;
}

static apr_status_t capture(const capture_job_t *job,
                            capture_output_t *output)
{
    return run(job->writer, job, output, 0);
}

static apr_status_t go_both_ways(const capture_job_t *job,
                                 capture_output_t *output)
{
    static const char *const cat[] = {CAPTURE_CAT, NULL};

    return run(cat, job, output, 1);
}

const capture_player_t capture_libuv_player = {
    .name = "libuv",
    .functions = {[CAPTURE_OUTPUT] = capture,
                  [CAPTURE_BOTH_WAYS] = go_both_ways},
};

static apr_status_t open_libuv(void **state, const void *setting,
                               apr_pool_t *pool)
{
    return capture_open(state, setting, &capture_libuv_player, pool);
}

const bench_contender_t capture_libuv = {
    .name = "libuv",
    .about = "uv_spawn(), uv_read_start() into a buffer that doubles, "
             "uv_write() of the whole input",
    .version = uv_version_string,
    .open = open_libuv,
    .run = capture_run,
};

#else

const capture_player_t capture_libuv_player = {.name = "libuv"};

const bench_contender_t capture_libuv = {
    .name = "libuv",
    .absent = "libuv was not found when the build was configured",
};

#endif
