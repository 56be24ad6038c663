/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline.c: commands in a row. Each stage is a command like others, but
 * their pipes to this program are fed and drained together, by one pump that
 * belongs to the pipeline. The pipe between two stages is made just before
 * the first of them is started and closed here as soon as both have it, so
 * that its ends are the stages' alone.
 */
#include <mito/pipeline.h>

#include "subprocess.h"

#include "core/error.h"
#include "core/pool.h"
#include "core/stop.h"

#include <apr_strings.h>

#define PIPE_SIZE 1048576

/* SIGPIPE by POSIX's number, which exit codes have on every platform. */
#define BROKEN_PIPE 13

struct mito_pipeline_t {
    apr_pool_t *pool;
    size_t count;
    mito_popen_t **stages;
    mi_child_t **children;
    mi_pump_t pump;             /* of all stages' streams */
    mi_flow_t *flows;
    const char *what;
    int closed;
};

/* ---- options ---- */

static apr_status_t check_stage(const mito_stage_t *stages, size_t count,
                                size_t index)
{
    const mito_command_options_t *command = &stages[index].command;

    if (stages[index].argv == NULL || stages[index].argv[0] == NULL)
        return mi_error(MITO_EINVAL, "stage %zu of the pipeline has no "
                        "command", index);
    if (index > 0 && command->input.to != MITO_STREAM_INHERIT)
        return mi_error(MITO_EINVAL, "the input of '%s' is what the stage "
                        "before it writes", stages[index].argv[0]);
    if (index + 1 < count && command->output.to != MITO_STREAM_INHERIT)
        return mi_error(MITO_EINVAL, "the output of '%s' is what the next "
                        "stage reads", stages[index].argv[0]);
    return mi_command_check(command);
}

static apr_status_t check_stages(const mito_stage_t *stages, size_t count)
{
    apr_status_t status = mi_require_init();
    size_t i;

    if (status == APR_SUCCESS && (stages == NULL || count == 0))
        return mi_error(MITO_EINVAL, "a pipeline needs a stage");
    for (i = 0; i < count && status == APR_SUCCESS; i++)
        status = check_stage(stages, count, i);
    return status;
}

/* What a stage does not say itself. */
static mito_command_options_t command_of(
    const mito_stage_t *stages, size_t count, size_t index,
    const mito_pipeline_options_t *options)
{
    mito_command_options_t command = stages[index].command;

    if (options->capture_output) {
        if (command.error.to == MITO_STREAM_INHERIT)
            command.error.to = MITO_STREAM_PIPE;
        if (index + 1 == count && command.output.to == MITO_STREAM_INHERIT)
            command.output.to = MITO_STREAM_PIPE;
    }
    if (index == 0 && options->input != NULL)
        command.input.to = MITO_STREAM_PIPE;
    return command;
}

/* ---- starting ---- */

/* What cannot be ended is not waited for. */
static void leave_running(mito_pipeline_t *pipeline)
{
    size_t i;

    for (i = 0; i < pipeline->count; i++)
        if (mi_child_runs(pipeline->children[i]))
            mi_popen_leave(pipeline->stages[i]);
}

static int any_runs(const mito_pipeline_t *pipeline)
{
    int any = 0;
    size_t i;

    for (i = 0; i < pipeline->count; i++)
        any |= mi_child_runs(pipeline->children[i]);
    return any;
}

static apr_status_t close_at_cleanup(void *opaque)
{
    mito_pipeline_t *pipeline = opaque;

    if (any_runs(pipeline)
        && mito_pipeline_stop(pipeline, NULL) != APR_SUCCESS)
        leave_running(pipeline);
    return mito_pipeline_close(pipeline);
}

static apr_status_t create(mito_pipeline_t **pipeline, const char *first,
                           size_t count, apr_pool_t *parent)
{
    mito_pipeline_t *made;
    apr_pool_t *pool;
    apr_status_t status = mi_pool_create(&pool, parent);

    if (status != APR_SUCCESS)
        return status;
    made = apr_pcalloc(pool, sizeof(*made));
    made->pool = pool;
    made->stages = apr_pcalloc(pool, count * sizeof(*made->stages));
    made->children = apr_pcalloc(pool, count * sizeof(*made->children));
    made->flows = apr_pcalloc(pool, count * PLAT_STREAMS
                                    * sizeof(*made->flows));
    made->what = apr_pstrcat(pool, "the pipeline from '", first, "'", NULL);
    mi_pump_init(&made->pump, made->flows, count * PLAT_STREAMS, made->what,
                 pool);
    status = apr_thread_mutex_create(&made->pump.lock,
                                     APR_THREAD_MUTEX_DEFAULT, pool);
    if (status != APR_SUCCESS) {
        apr_pool_destroy(pool);
        return mi_error_with(status, "cannot make a lock");
    }
    *pipeline = made;
    return APR_SUCCESS;
}

/* Starts one stage; `input` is where it reads from and is replaced by where
 * the next one does. */
static apr_status_t start_stage(mito_pipeline_t *pipeline,
                                const mito_stage_t *stage,
                                const mito_command_options_t *command,
                                size_t pipe_size, plat_handle_t *input)
{
    size_t index = pipeline->count;
    mi_link_t link = MI_LINK_NONE;
    plat_handle_t next = PLAT_HANDLE_NONE;
    apr_status_t status = APR_SUCCESS;

    link.input = *input;
    if (pipe_size > 0)
        status = plat_pipe_create(&next, &link.output, pipe_size);
    if (status != APR_SUCCESS)
        mi_error_with(status, "cannot make a pipe for '%s'", stage->argv[0]);
    else
        status = mi_popen_start(&pipeline->stages[index], stage->argv,
                                command, &link, &pipeline->pump,
                                pipeline->flows + index * PLAT_STREAMS,
                                pipeline->pool);
    plat_handle_close(&link.output);
    plat_handle_close(input);
    *input = next;
    if (status == APR_SUCCESS) {
        pipeline->children[index] = &pipeline->stages[index]->child;
        pipeline->count++;
    }
    return status;
}

static apr_status_t start_stages(mito_pipeline_t *pipeline,
                                 const mito_stage_t *stages, size_t count,
                                 const mito_pipeline_options_t *options)
{
    size_t pipe_size = options->pipe_size != 0 ? options->pipe_size
                                               : PIPE_SIZE;
    plat_handle_t input = PLAT_HANDLE_NONE;
    apr_status_t status = APR_SUCCESS;
    size_t i;

    for (i = 0; i < count && status == APR_SUCCESS; i++) {
        mito_command_options_t command = command_of(stages, count, i,
                                                    options);

        status = start_stage(pipeline, &stages[i], &command,
                             i + 1 < count ? pipe_size : 0, &input);
    }
    plat_handle_close(&input);
    return status;
}

/* The sentence of what went wrong is kept. */
static void abandon(mito_pipeline_t *pipeline)
{
    static const mito_stop_t kill;
    mi_sentence_t why;

    mi_error_save(&why);
    if (pipeline->count > 0)
        mito_pipeline_stop(pipeline, &kill);
    mito_pipeline_close(pipeline);
    apr_pool_destroy(pipeline->pool);
    mi_error_restore(&why);
}

apr_status_t mito_pipeline_start(mito_pipeline_t **pipeline,
                                 const mito_stage_t *stages, size_t count,
                                 const mito_pipeline_options_t *options,
                                 apr_pool_t *pool)
{
    static const mito_pipeline_options_t defaults;
    mito_pipeline_t *made = NULL;
    apr_status_t status = check_stages(stages, count);

    if (status == APR_SUCCESS)
        status = create(&made, stages[0].argv[0], count, pool);
    if (status != APR_SUCCESS)
        return status;
    status = start_stages(made, stages, count,
                          options == NULL ? &defaults : options);
    if (status != APR_SUCCESS) {
        abandon(made);
        return status;
    }
    /* Before the stages' own, which would stop one after the other. */
    apr_pool_pre_cleanup_register(made->pool, made, close_at_cleanup);
    *pipeline = made;
    return APR_SUCCESS;
}

/* ---- its life ---- */

size_t mito_pipeline_count(const mito_pipeline_t *pipeline)
{
    return pipeline->count;
}

mito_popen_t *mito_pipeline_stage(mito_pipeline_t *pipeline, size_t index)
{
    return index < pipeline->count ? pipeline->stages[index] : NULL;
}

/* The pump serves all stages, whichever is asked. */
static apr_status_t pump(mito_pipeline_t *pipeline, const void *input,
                         size_t size, plat_deadline_t deadline)
{
    apr_status_t status;

    apr_thread_mutex_lock(pipeline->pump.lock);
    if (pipeline->closed)
        status = mi_error(MITO_ECLOSED, "%s is closed", pipeline->what);
    else
        status = mi_popen_pump(pipeline->stages[0], input, size, deadline);
    apr_thread_mutex_unlock(pipeline->pump.lock);
    return status;
}

static apr_status_t await(mito_pipeline_t *pipeline,
                          plat_deadline_t deadline)
{
    apr_status_t first = APR_SUCCESS;
    size_t i;

    for (i = 0; i < pipeline->count; i++) {
        apr_status_t status = mi_child_wait(pipeline->children[i], deadline);

        if (status == APR_TIMEUP)
            return status;
        if (first == APR_SUCCESS)
            first = status;
    }
    return first;
}

apr_status_t mito_pipeline_communicate(mito_pipeline_t *pipeline,
                                       const void *input, size_t size,
                                       apr_interval_time_t timeout)
{
    plat_deadline_t deadline = mi_deadline(timeout);
    apr_status_t status = pump(pipeline, input, size, deadline);

    if (status == APR_SUCCESS)
        return await(pipeline, deadline);
    if (status == APR_TIMEUP)
        return mi_error(status, "%s still runs", pipeline->what);
    if (status == MITO_ELIMIT) {
        mito_pipeline_stop(pipeline, NULL);
        mi_error(status, "%s was stopped: it wrote more than its limit",
                 pipeline->what);
    }
    return status;
}

apr_status_t mito_pipeline_wait(mito_pipeline_t *pipeline,
                                apr_interval_time_t timeout)
{
    return await(pipeline, mi_deadline(timeout));
}

static int was_closed(mito_pipeline_t *pipeline)
{
    int closed;

    apr_thread_mutex_lock(pipeline->pump.lock);
    closed = pipeline->closed;
    apr_thread_mutex_unlock(pipeline->pump.lock);
    return closed;
}

apr_status_t mito_pipeline_stop(mito_pipeline_t *pipeline,
                                const mito_stop_t *stop)
{
    const mito_stop_t **stops;
    apr_pool_t *scratch;
    apr_status_t status = stop == NULL ? APR_SUCCESS : mi_stop_check(stop);
    size_t i;

    if (status == APR_SUCCESS && was_closed(pipeline))
        status = mi_error(MITO_ECLOSED, "%s is closed", pipeline->what);
    if (status == APR_SUCCESS)
        status = mi_pool_create(&scratch, pipeline->pool);
    if (status != APR_SUCCESS)
        return status;
    stops = apr_palloc(scratch, pipeline->count * sizeof(*stops));
    for (i = 0; i < pipeline->count; i++)
        stops[i] = stop != NULL ? stop : &pipeline->stages[i]->stop;
    status = mi_stop(pipeline->children, pipeline->count, stops,
                     &pipeline->pump);
    apr_pool_destroy(scratch);
    return status;
}

/* 0: that was done before. */
static int close_pipes(mito_pipeline_t *pipeline)
{
    int was_closed;
    size_t i;

    apr_thread_mutex_lock(pipeline->pump.lock);
    was_closed = pipeline->closed;
    pipeline->closed = 1;
    apr_thread_mutex_unlock(pipeline->pump.lock);
    if (was_closed)
        return 0;
    for (i = 0; i < pipeline->count; i++)
        mi_popen_close_pipes(pipeline->stages[i]);
    apr_thread_mutex_lock(pipeline->pump.lock);
    mi_pump_pause(&pipeline->pump);
    mi_pump_close(&pipeline->pump);
    mi_pump_resume(&pipeline->pump);
    apr_thread_mutex_unlock(pipeline->pump.lock);
    return 1;
}

/* All pipes before any wait: the first stage may be waiting for the last
 * one, which waits for its reader. */
apr_status_t mito_pipeline_close(mito_pipeline_t *pipeline)
{
    size_t i;

    if (pipeline == NULL || !close_pipes(pipeline))
        return APR_SUCCESS;
    for (i = 0; i < pipeline->count; i++) {
        mi_child_wait(pipeline->children[i], PLAT_NEVER);
        mi_child_close(pipeline->children[i]);
    }
    return APR_SUCCESS;
}

/* ---- from start to end ---- */

static apr_status_t check_options(const mito_stage_t *stages, size_t count,
                                  const mito_pipeline_options_t *options)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (mi_is_for_a_caller(&stages[i].command))
            return mi_error(MITO_EINVAL, "nobody can use a stream of "
                            "MITO_STREAM_PIPE_FILE while "
                            "mito_pipeline_run() runs");
    if (options->timeout < 0)
        return mi_error(MITO_EINVAL, "a pipeline's timeout is negative; 0 "
                        "is without limit");
    if (options->input != NULL
        && stages[0].command.input.to != MITO_STREAM_INHERIT)
        return mi_error(MITO_EINVAL, "input may not be combined with where "
                        "the first stage's input comes from");
    return APR_SUCCESS;
}

static apr_status_t run_started(mito_pipeline_t *pipeline,
                                const mito_pipeline_options_t *options)
{
    mi_sentence_t why;
    apr_status_t status = mito_pipeline_communicate(
        pipeline, options->input, options->input_size,
        options->timeout == 0 ? MITO_FOREVER : options->timeout);

    if (status == APR_TIMEUP) {
        mito_pipeline_stop(pipeline, NULL);
        return mi_error(status, "%s was stopped: it did not end within %.3f "
                        "seconds", pipeline->what,
                        (double)options->timeout / 1e6);
    }
    if (status != APR_SUCCESS && status != MITO_ELOST
        && status != MITO_ELIMIT) {
        mi_error_save(&why);
        mito_pipeline_stop(pipeline, NULL);
        mi_error_restore(&why);
    }
    return status;
}

static mito_completed_t *complete(mito_pipeline_t *pipeline,
                                  apr_pool_t *pool)
{
    size_t count = pipeline->count;
    mito_completed_t **stages = apr_pcalloc(pool, count * sizeof(*stages));
    size_t i;

    for (i = 0; i < count; i++)
        stages[i] = mi_complete(pipeline->stages[i], pool);
    mi_completed_set_stages(stages[count - 1], stages, count);
    return stages[count - 1];
}

/* A stage whose successor had seen enough did not fail. */
static apr_status_t check_codes(const mito_completed_t *completed,
                                size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        const mito_completed_t *stage = mito_completed_stage(completed, i);
        apr_status_t status = APR_SUCCESS;

        if (i + 1 == count
            || mito_completed_exit_code(stage) != -BROKEN_PIPE)
            status = mito_completed_check(stage);
        if (status != APR_SUCCESS)
            return status;
    }
    return APR_SUCCESS;
}

apr_status_t mito_pipeline_run(mito_completed_t **completed,
                               const mito_stage_t *stages, size_t count,
                               const mito_pipeline_options_t *options,
                               apr_pool_t *pool)
{
    static const mito_pipeline_options_t defaults;
    mito_pipeline_t *pipeline;
    mito_completed_t *result;
    apr_status_t status = check_stages(stages, count);

    if (options == NULL)
        options = &defaults;
    if (status == APR_SUCCESS)
        status = check_options(stages, count, options);
    if (status == APR_SUCCESS)
        status = mito_pipeline_start(&pipeline, stages, count, options,
                                     pool);
    if (status != APR_SUCCESS)
        return status;
    status = run_started(pipeline, options);
    result = complete(pipeline, pool);
    leave_running(pipeline);
    apr_pool_destroy(pipeline->pool);
    if (status == APR_SUCCESS && options->check)
        status = check_codes(result, count);
    if (mi_has_result(status))
        *completed = result;
    return status;
}
