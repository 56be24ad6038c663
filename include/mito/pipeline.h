/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file mito/pipeline.h
 * @brief Commands in a row, each of which reads what the one before writes.
 *
 *     const mito_stage_t stages[] = {
 *         {.argv = MITO_ARGV("git", "log", "--format=%an")},
 *         {.argv = MITO_ARGV("sort")},
 *         {.argv = MITO_ARGV("uniq", "-c")}};
 *     mito_completed_t *done;
 *
 *     MITO_CHECK(mito_pipeline_run(&done, stages, 3,
 *         &(mito_pipeline_options_t){.capture_output = 1}, pool));
 *     printf("%s", mito_completed_output(done, NULL));
 *
 * The stages are connected to each other directly: what passes between them
 * does not pass through this program. No end of a pipe between two stages
 * is open anywhere else, so a stage whose successor has ended notices it
 * (SIGPIPE; Windows: an error when it writes), as in a shell.
 *
 * Functions of this header may be called from any thread, also on the same
 * object.
 */
#ifndef MITO_PIPELINE_H
#define MITO_PIPELINE_H

#include <mito/subprocess.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One command of a pipeline. */
typedef struct mito_stage_t {
    /** As for mito_run(). */
    const char *const *argv;
    /** How it is started. The input of all but the first stage and the
     *  output of all but the last are the pipeline's and must be zero. An
     *  error stream of #MITO_STREAM_OUTPUT goes to the next stage. */
    mito_command_options_t command;
} mito_stage_t;

/** How a pipeline is run. All zero: as mito_run_options_t. */
typedef struct mito_pipeline_options_t {
    /** Nonzero: the last stage's output and the error stream of every
     *  stage are captured, where the stage does not say otherwise. */
    int capture_output;
    /** What the first stage reads; see mito_run_options_t. */
    const void *input;
    /** The size of input in bytes. */
    size_t input_size;
    /** For all stages together; when the time is up every stage is
     *  stopped. 0 is without limit. */
    apr_interval_time_t timeout;
    /** Nonzero: a stage that fails makes mito_pipeline_run() return
     *  #MITO_EEXIT. A stage before the last that was ended by SIGPIPE did
     *  not fail: its successor had seen enough. 0: the exit codes are for
     *  the caller to look at. */
    int check;
    /** The size of the pipes between stages in bytes, where the system lets
     *  it be chosen; 0 is 1 MiB. */
    size_t pipe_size;
} mito_pipeline_options_t;

/**
 * Runs a pipeline and waits until all its stages have ended.
 *
 * @param completed Receives the last stage's result, of which
 *        mito_completed_stage() has those of the others. Set on the same
 *        conditions as by mito_run().
 * @param stages    The commands.
 * @param count     How many, at least 1.
 * @param options   NULL for the defaults.
 * @param pool      The result's memory.
 * @return As mito_run(). When a stage cannot be started, those before it
 *         are killed.
 * @retval MITO_EINVAL There is no stage, a stage says where a stream goes
 *         that is the pipeline's, or one is of #MITO_STREAM_PIPE_FILE.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_pipeline_run(
    mito_completed_t **completed, const mito_stage_t *stages, size_t count,
    const mito_pipeline_options_t *options, apr_pool_t *pool);

/**
 * The result of one stage of a pipeline.
 * @param completed The result of the pipeline.
 * @param index     From 0; NULL is returned when there is no such stage.
 * @since 0.1
 */
MITO_DECLARE(const mito_completed_t *) mito_completed_stage(
    const mito_completed_t *completed, size_t index);

/** A pipeline that was started. */
typedef struct mito_pipeline_t mito_pipeline_t;

/**
 * Starts a pipeline and returns as soon as its stages run. When the pool is
 * destroyed, stages that still run are stopped as their options say.
 * @param pipeline Receives the pipeline.
 * @param stages   As for mito_pipeline_run().
 * @param count    As there.
 * @param options  As there; `input`, `timeout` and `check` are not used.
 *        With #MITO_STREAM_PIPE as the first stage's input it can be fed.
 * @param pool     Owns the pipeline.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_pipeline_start(
    mito_pipeline_t **pipeline, const mito_stage_t *stages, size_t count,
    const mito_pipeline_options_t *options, apr_pool_t *pool);

/**
 * Feeds the first stage, drains what is captured of all, and waits until
 * every stage has ended; see mito_popen_communicate(), whose statuses it
 * has.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_pipeline_communicate(
    mito_pipeline_t *pipeline, const void *input, size_t size,
    apr_interval_time_t timeout);

/** How many stages there are.
 * @since 0.1 */
MITO_DECLARE(size_t) mito_pipeline_count(const mito_pipeline_t *pipeline);

/**
 * A stage, to be asked for its output, exit code and so on; NULL when there
 * is none of this index. It belongs to the pipeline: it is not to be
 * closed, nor communicated with while the pipeline is.
 * @since 0.1
 */
MITO_DECLARE(mito_popen_t *) mito_pipeline_stage(mito_pipeline_t *pipeline,
                                                 size_t index);

/** Waits until every stage has ended; see mito_popen_wait().
 * @since 0.1 */
MITO_DECLARE(apr_status_t) mito_pipeline_wait(mito_pipeline_t *pipeline,
                                              apr_interval_time_t timeout);

/** Stops all stages, each of their steps at the same time; see
 *  mito_popen_stop(). NULL is what each was started with.
 * @since 0.1 */
MITO_DECLARE(apr_status_t) mito_pipeline_stop(mito_pipeline_t *pipeline,
                                              const mito_stop_t *stop);

/** Closes all stages, the first one first; see mito_popen_close(). Accepts
 *  NULL.
 * @since 0.1 */
MITO_DECLARE(apr_status_t) mito_pipeline_close(mito_pipeline_t *pipeline);

#ifdef __cplusplus
}
#endif

#endif /* MITO_PIPELINE_H */
