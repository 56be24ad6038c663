/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mito through its public API, as a program would use it.
 */
#include "capture.h"

#include <mito/pipeline.h>
#include <mito/subprocess.h>

static apr_status_t take_output(const mito_completed_t *completed,
                                capture_output_t *output)
{
    output->bytes = mito_completed_output(completed, &output->size);
    return mito_completed_check(completed);
}

static apr_status_t run(const char *const *argv,
                        const mito_run_options_t *options,
                        const capture_job_t *job, capture_output_t *output)
{
    mito_completed_t *completed;
    apr_status_t status = mito_run(&completed, argv, options, job->pool);

    return status == APR_SUCCESS ? take_output(completed, output) : status;
}

static apr_status_t capture(const capture_job_t *job,
                            capture_output_t *output)
{
    return run(job->writer,
               &(mito_run_options_t){.command.output.to = MITO_STREAM_PIPE},
               job, output);
}

static apr_status_t go_both_ways(const capture_job_t *job,
                                 capture_output_t *output)
{
    return run(MITO_ARGV(CAPTURE_CAT),
               &(mito_run_options_t){.command.output.to = MITO_STREAM_PIPE,
                                     .input = job->input,
                                     .input_size = job->size},
               job, output);
}

static apr_status_t run_stages(const capture_job_t *job,
                               capture_output_t *output, mito_stream_e last)
{
    const mito_stage_t stages[] = {
        {.argv = job->writer},
        {.argv = MITO_ARGV(CAPTURE_CAT)},
        {.argv = MITO_ARGV(CAPTURE_CAT), .command.output.to = last}};
    mito_completed_t *completed;
    apr_status_t status = mito_pipeline_run(
        &completed, stages, 3, &(mito_pipeline_options_t){.check = 1},
        job->pool);

    return status == APR_SUCCESS ? take_output(completed, output) : status;
}

static apr_status_t run_pipeline(const capture_job_t *job,
                                 capture_output_t *output)
{
    return run_stages(job, output, MITO_STREAM_PIPE);
}

static apr_status_t run_pipeline_to_null(const capture_job_t *job,
                                         capture_output_t *output)
{
    return run_stages(job, output, MITO_STREAM_NULL);
}

const capture_player_t capture_mito_player = {
    .name = "mito",
    .functions = {[CAPTURE_OUTPUT] = capture,
                  [CAPTURE_BOTH_WAYS] = go_both_ways,
                  [CAPTURE_PIPELINE] = run_pipeline,
                  [CAPTURE_PIPELINE_NULL] = run_pipeline_to_null},
};

static apr_status_t open_mito(void **state, const void *setting,
                              apr_pool_t *pool)
{
    return capture_open(state, setting, &capture_mito_player, pool);
}

const bench_contender_t capture_mito = {
    .name = "mito",
    .about = "mito_run() with a pipe for the output, and with input; "
             "mito_pipeline_run()",
    .version = mito_version,
    .open = open_mito,
    .run = capture_run,
};
