/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libuv: one loop that lives as long as the case does, and is turned until
 * the exit callback has been called.
 */
#include "start.h"

#ifdef HAVE_LIBUV

#include <apr_strings.h>
#include <uv.h>

/* A run as the loop's callbacks see it. */
typedef struct attempt_t {
    start_clock_t clock;
    double *values;
    int64_t exit_code;
} attempt_t;

static apr_status_t open_loop(void **state, const void *setting,
                              apr_pool_t *pool)
{
    uv_loop_t *loop = apr_palloc(pool, sizeof *loop);
    int error = uv_loop_init(loop);

    (void)setting;
    *state = loop;
    return -error;
}

static void close_loop(void *state)
{
    uv_loop_close(state);
}

static void on_exit(uv_process_t *process, int64_t exit_code, int signal)
{
    attempt_t *attempt = process->data;

    start_clock_ended(&attempt->clock, attempt->values);
    attempt->exit_code = signal != 0 ? -signal : exit_code;
    uv_close((uv_handle_t *)process, NULL);
}

static apr_status_t run(void *state, double *values)
{
    char *argv[] = {(char[]){START_TRUE}, NULL};
    uv_loop_t *loop = state;
    uv_process_t process;
    uv_process_options_t options = {0};
    attempt_t attempt = {.values = values};
    int error;

    process.data = &attempt;
    options.file = argv[0];
    options.args = argv;
    options.exit_cb = on_exit;
    start_clock_begin(&attempt.clock);
    error = uv_spawn(loop, &process, &options);
    start_clock_started(&attempt.clock);
    if (error != 0)
        uv_close((uv_handle_t *)&process, NULL);
    uv_run(loop, UV_RUN_DEFAULT);
    if (error != 0)
        return -error;
    return attempt.exit_code == 0 ? APR_SUCCESS : APR_EGENERAL;
}

const bench_contender_t start_libuv = {
    .name = "libuv",
    .about = "uv_spawn(), uv_run() until the exit callback",
    .version = uv_version_string,
    .disturbs = 1,
    .open = open_loop,
    .run = run,
    .close = close_loop,
};

#else

const bench_contender_t start_libuv = {
    .name = "libuv",
    .absent = "libuv was not found when the build was configured",
};

#endif
