/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mito through its public API, as a program would use it: one pool, cleared
 * after each run.
 */
#include "start.h"

#include <string.h>

#include <mito/subprocess.h>

static apr_status_t open_pool(void **state, const void *setting,
                              apr_pool_t *pool)
{
    apr_pool_t *runs;
    apr_status_t status = apr_pool_create(&runs, pool);

    (void)setting;
    if (status == APR_SUCCESS)
        *state = runs;
    return status;
}

static apr_status_t popen_and_wait(apr_pool_t *pool, double *values)
{
    start_clock_t clock;
    mito_popen_t *child;
    apr_status_t status;
    int64_t code;

    start_clock_begin(&clock);
    status = mito_popen_start(&child, MITO_ARGV(START_TRUE), NULL, pool);
    if (status != APR_SUCCESS)
        return status;
    start_clock_started(&clock);
    status = mito_popen_wait(child, MITO_FOREVER);
    if (status == APR_SUCCESS)
        status = mito_popen_exit_code(&code, child);
    start_clock_ended(&clock, values);
    mito_popen_close(child);
    if (status != APR_SUCCESS)
        return status;
    return code == 0 ? APR_SUCCESS : MITO_EEXIT;
}

static apr_status_t run_popen(void *state, double *values)
{
    apr_status_t status = popen_and_wait(state, values);

    apr_pool_clear(state);
    return status;
}

static apr_status_t run_run(void *state, double *values)
{
    start_clock_t clock;
    mito_completed_t *completed;
    apr_status_t status;

    start_clock_begin(&clock);
    status = mito_run(&completed, MITO_ARGV(START_TRUE), NULL, state);
    start_clock_ended(&clock, values);
    if (status == APR_SUCCESS)
        status = mito_completed_check(completed);
    apr_pool_clear(state);
    return status;
}

static apr_status_t run_capture(void *state, double *values)
{
    start_clock_t clock;
    mito_completed_t *completed;
    apr_status_t status;

    start_clock_begin(&clock);
    status = mito_run(
        &completed, MITO_ARGV(START_ECHO, START_WORD),
        &(mito_run_options_t){.command.output.to = MITO_STREAM_PIPE}, state);
    start_clock_ended(&clock, values);
    if (status == APR_SUCCESS
        && strcmp(mito_completed_output(completed, NULL), START_PRINTED) != 0)
        status = APR_EGENERAL;
    apr_pool_clear(state);
    return status;
}

const bench_contender_t start_mito_popen = {
    .name = "mito, popen",
    .about = "mito_popen_start(), mito_popen_wait(), "
             "mito_popen_exit_code(), without options",
    .version = mito_version,
    .open = open_pool,
    .run = run_popen,
};

const bench_contender_t start_mito_run = {
    .name = "mito, run",
    .about = "mito_run() without options; its start is not apart",
    .version = mito_version,
    .open = open_pool,
    .run = run_run,
};

const bench_contender_t capture_mito_run = {
    .name = "mito, run with output captured",
    .about = "mito_run() with a pipe for the output",
    .version = mito_version,
    .open = open_pool,
    .run = run_capture,
};
