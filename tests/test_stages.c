/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_stages: commands in a row that run beside the program: it talks with
 * them, waits for them and stops them, all together or one of them.
 */
#include "runner.h"

#include <mito.h>

static apr_pool_t *pool;

#include "commands.h"
#include "stages.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static const mito_pipeline_options_t captured = {.capture_output = 1};

static mito_pipeline_t *start(const mito_stage_t *stages, size_t count,
                              const mito_pipeline_options_t *options)
{
    mito_pipeline_t *pipeline = NULL;

    MITO_ASSERT_OK_FATAL(mito_pipeline_start(&pipeline, stages, count,
                                             options, pool));
    return pipeline;
}

/* ---- talking ---- */

static void a_pipeline_can_be_talked_with(void)
{
    mito_pipeline_t *pipeline = start(
        STAGES({.argv = MITO_ARGV(HELPER("copy")),
                .command.input.to = MITO_STREAM_PIPE}, COPY, COPY),
        &captured);
    mito_popen_t *first = mito_pipeline_stage(pipeline, 0);
    mito_popen_t *last = mito_pipeline_stage(pipeline, 2);
    char bytes[8] = "";
    size_t count = 0;

    CU_ASSERT_EQUAL(mito_pipeline_count(pipeline), 3);
    CU_ASSERT_PTR_NULL(mito_pipeline_stage(pipeline, 3));
    MITO_ASSERT_OK(mito_popen_write(first, "ping", 4, MITO_FOREVER));
    MITO_ASSERT_OK(mito_popen_read(&count, last, MITO_STDOUT, bytes, 8,
                                   MITO_FOREVER));
    CU_ASSERT_EQUAL(count, 4);
    CU_ASSERT_STRING_EQUAL(bytes, "ping");
    MITO_ASSERT_OK(mito_pipeline_communicate(pipeline, "pong", 4,
                                             MITO_FOREVER));
    CU_ASSERT_STRING_EQUAL(mito_popen_output(last, NULL), "pong");
    MITO_ASSERT_OK(mito_pipeline_close(pipeline));
}

/* Calls that time out, until one does not: nothing is lost nor doubled. */
static void communication_goes_on_after_a_timeout(void)
{
    const size_t size = 3000000;
    char *input = apr_palloc(pool, size);
    mito_pipeline_t *pipeline = start(
        STAGES({.argv = MITO_ARGV(HELPER("copy")),
                .command.input.to = MITO_STREAM_PIPE}, COPY), &captured);
    apr_status_t status;
    const char *output;
    size_t got = 0, i;

    for (i = 0; i < size; i++)
        input[i] = (char)(i % 239);
    MITO_ASSERT_STATUS(mito_pipeline_communicate(pipeline, input, size, 0),
                       APR_TIMEUP);
    do {
        status = mito_pipeline_communicate(pipeline, input, size, 100);
    } while (status == APR_TIMEUP);
    MITO_ASSERT_OK(status);
    output = mito_popen_output(mito_pipeline_stage(pipeline, 1), &got);
    CU_ASSERT_TRUE(got == size && memcmp(output, input, size) == 0);
    MITO_ASSERT_OK(mito_pipeline_close(pipeline));
}

/* ---- waiting and stopping ---- */

static void exit_codes_of_a_started_pipeline(void)
{
    mito_pipeline_t *pipeline = start(STAGES(EXIT("1"), EXIT("2")), NULL);
    int64_t code = 0;

    MITO_ASSERT_OK(mito_pipeline_wait(pipeline, MITO_FOREVER));
    MITO_ASSERT_OK(mito_popen_exit_code(&code,
                                        mito_pipeline_stage(pipeline, 0)));
    CU_ASSERT_EQUAL(code, 1);
    MITO_ASSERT_OK(mito_popen_exit_code(&code,
                                        mito_pipeline_stage(pipeline, 1)));
    CU_ASSERT_EQUAL(code, 2);
    MITO_ASSERT_OK(mito_pipeline_close(pipeline));
}

/* One stage that runs is enough for the wait to go on. */
static void a_wait_is_for_all_stages(void)
{
    mito_pipeline_t *pipeline = start(STAGES(EXIT("0"), HANG, EXIT("0")),
                                      NULL);
    int64_t code = 0;

    MITO_ASSERT_OK(mito_popen_wait(mito_pipeline_stage(pipeline, 0),
                                   MITO_FOREVER));
    MITO_ASSERT_OK(mito_popen_wait(mito_pipeline_stage(pipeline, 2),
                                   MITO_FOREVER));
    MITO_ASSERT_STATUS(mito_pipeline_wait(pipeline, 0), APR_TIMEUP);
    MITO_ASSERT_STATUS(mito_pipeline_wait(pipeline, 10000), APR_TIMEUP);
    MITO_ASSERT_OK(mito_popen_kill(mito_pipeline_stage(pipeline, 1),
                                   MITO_SCOPE_TREE));
    MITO_ASSERT_OK(mito_pipeline_wait(pipeline, MITO_FOREVER));
    MITO_ASSERT_OK(mito_popen_exit_code(&code,
                                        mito_pipeline_stage(pipeline, 1)));
    CU_ASSERT_EQUAL(code, -9);
    MITO_ASSERT_OK(mito_pipeline_close(pipeline));
}

static void expect_stopped(const mito_stop_t *stop, int64_t expected)
{
    mito_pipeline_t *pipeline = start(STAGES(HANG, HANG, HANG), &captured);
    int64_t code = 0;
    size_t i;

    MITO_ASSERT_OK(mito_pipeline_stop(pipeline, stop));
    for (i = 0; i < 3; i++) {
        MITO_ASSERT_OK(mito_popen_exit_code(&code,
            mito_pipeline_stage(pipeline, i)));
        CU_ASSERT_EQUAL(code, expected);
    }
    MITO_ASSERT_OK(mito_pipeline_stop(pipeline, stop));
    MITO_ASSERT_OK(mito_pipeline_close(pipeline));
}

static void all_stages_are_stopped(void)
{
    expect_stopped(NULL, -9);
    expect_stopped(&(mito_stop_t){{{MITO_STOP_TERMINATE,
                                    apr_time_from_sec(60)}},
                                  MITO_SCOPE_TREE}, -15);
    expect_stopped(&(mito_stop_t){{{MITO_STOP_WAIT, 1000},
                                   {MITO_STOP_TERMINATE,
                                    apr_time_from_sec(60)}},
                                  MITO_SCOPE_PROCESS}, -15);
}

/* Five that do not care have one grace together, and not one each. */
static void the_steps_are_taken_at_the_same_time(void)
{
    enum { STAGES_ = 5 };
    const char *const *argv = MITO_ARGV(HELPER("hang"));
    mito_stage_t stages[STAGES_];
    mito_pipeline_t *pipeline;
    apr_time_t begin;
    size_t i;

    memset(stages, 0, sizeof(stages));
    for (i = 0; i < STAGES_; i++)
        stages[i].argv = argv;
    pipeline = start(stages, STAGES_, NULL);
    begin = apr_time_now();
    MITO_ASSERT_OK(mito_pipeline_stop(pipeline,
        &(mito_stop_t){{{MITO_STOP_WAIT, apr_time_from_sec(1)}},
                       MITO_SCOPE_TREE}));
    CU_ASSERT_TRUE(apr_time_now() - begin >= apr_time_from_msec(990));
    CU_ASSERT_TRUE(apr_time_now() - begin < apr_time_from_msec(3500));
    MITO_ASSERT_OK(mito_pipeline_close(pipeline));
}

/* What ends it says how, in its exit code. */
static void each_stage_is_stopped_as_it_says(void)
{
    mito_stage_t stages[] = {HANG, STAGE(HELPER("polite"))};
    mito_pipeline_t *pipeline = NULL;
    const char *line = NULL;
    int64_t code = 0;

    stages[1].command.stop.steps[0].action = MITO_STOP_TERMINATE;
    stages[1].command.stop.steps[0].grace = apr_time_from_sec(10);
    MITO_ASSERT_OK_FATAL(mito_pipeline_start(&pipeline, stages, 2,
        &(mito_pipeline_options_t){.capture_output = 1}, pool));
    MITO_ASSERT_OK(mito_popen_read_line(&line, NULL,
                                        mito_pipeline_stage(pipeline, 1),
                                        MITO_STDOUT, MITO_FOREVER));
    MITO_ASSERT_OK(mito_pipeline_stop(pipeline, NULL));
    MITO_ASSERT_OK(mito_popen_exit_code(&code,
                                        mito_pipeline_stage(pipeline, 0)));
    CU_ASSERT_EQUAL(code, -9);
    MITO_ASSERT_OK(mito_popen_exit_code(&code,
                                        mito_pipeline_stage(pipeline, 1)));
    CU_ASSERT_EQUAL(code, on_posix() ? 7 : -15);
    MITO_ASSERT_OK(mito_pipeline_close(pipeline));
}

/* Also at the same time. The runner sees to it that nothing is left. */
static void the_end_of_the_pool_stops_all_stages(void)
{
    const mito_stage_t stage = {
        .argv = MITO_ARGV(HELPER("hang")),
        .command.stop = {{{MITO_STOP_WAIT, apr_time_from_sec(1)}},
                         MITO_SCOPE_TREE}};
    mito_pipeline_t *pipeline = NULL;
    apr_time_t begin;
    apr_pool_t *own;

    MITO_ASSERT_OK(apr_pool_create(&own, pool));
    MITO_ASSERT_OK(mito_pipeline_start(&pipeline,
        STAGES(stage, stage, stage, stage, stage), &captured, own));
    begin = apr_time_now();
    apr_pool_destroy(own);
    CU_ASSERT_TRUE(apr_time_now() - begin >= apr_time_from_msec(990));
    CU_ASSERT_TRUE(apr_time_now() - begin < apr_time_from_msec(3500));
}

/* The first stage's input ends, and so all of them do. */
static void close_lets_the_stages_end(void)
{
    mito_pipeline_t *pipeline = start(
        STAGES({.argv = MITO_ARGV(HELPER("copy")),
                .command.input.to = MITO_STREAM_PIPE}, COPY, COPY),
        &captured);

    MITO_ASSERT_OK(mito_pipeline_close(pipeline));
    MITO_ASSERT_OK(mito_pipeline_close(pipeline));
    MITO_ASSERT_OK(mito_pipeline_close(NULL));
    MITO_ASSERT_STATUS(mito_pipeline_wait(pipeline, 0), MITO_ECLOSED);
    MITO_ASSERT_STATUS(mito_pipeline_communicate(pipeline, NULL, 0, 0),
                       MITO_ECLOSED);
    MITO_ASSERT_STATUS(mito_pipeline_stop(pipeline, NULL), MITO_ECLOSED);
}

static void input_without_a_pipe_is_refused(void)
{
    mito_pipeline_t *pipeline = start(STAGES(EXIT("0"), COPY), &captured);

    MITO_ASSERT_STATUS(mito_pipeline_communicate(pipeline, "x", 1,
                                                 MITO_FOREVER), MITO_EINVAL);
    MITO_ASSERT_OK(mito_pipeline_communicate(pipeline, NULL, 0,
                                             MITO_FOREVER));
    MITO_ASSERT_OK(mito_pipeline_close(pipeline));
}

/* ---- the pipes between ---- */

/* The same while other commands run that could hold an end of a pipe: such a
 * pipe would not end. */
static void no_end_of_a_pipe_is_anywhere_else(void)
{
    const mito_stage_t piped = {
        .argv = MITO_ARGV(HELPER("hang")),
        .command = {.output.to = MITO_STREAM_PIPE,
                    .error.to = MITO_STREAM_PIPE}};
    mito_pipeline_t *other = start(&piped, 1, NULL);
    mito_pipeline_t *pipeline = start(
        STAGES(COPY, STAGE(HELPER("first"), "4")), &captured);
    mito_pipeline_t *third = start(&piped, 1, NULL);
    mito_completed_t *done = NULL;

    MITO_ASSERT_OK(mito_pipeline_run(&done,
        STAGES(ENDLESS, STAGE(HELPER("first"), "4")), &captured, pool));
    MITO_ASSERT_OK(mito_pipeline_communicate(pipeline, NULL, 0,
                                             MITO_FOREVER));
    MITO_ASSERT_OK(mito_pipeline_stop(third, NULL));
    MITO_ASSERT_OK(mito_pipeline_stop(other, NULL));
    MITO_ASSERT_OK(mito_pipeline_close(third));
    MITO_ASSERT_OK(mito_pipeline_close(pipeline));
    MITO_ASSERT_OK(mito_pipeline_close(other));
}

#ifdef F_GETPIPE_SZ
static void expect_pipe_size(size_t chosen, int expected)
{
    mito_pipeline_t *pipeline = start(STAGES(HANG, HANG),
        &(mito_pipeline_options_t){.pipe_size = chosen});
    int descriptor = open(apr_psprintf(pool, "/proc/%d/fd/1",
        (int)mito_popen_pid(mito_pipeline_stage(pipeline, 0))), O_WRONLY);

    CU_ASSERT_EQUAL(fcntl(descriptor, F_GETPIPE_SZ), expected);
    (void)close(descriptor);
    MITO_ASSERT_OK(mito_pipeline_stop(pipeline, NULL));
    MITO_ASSERT_OK(mito_pipeline_close(pipeline));
}
#endif

static void the_size_of_the_pipes_is_chosen(void)
{
#ifdef F_GETPIPE_SZ
    if (skipped_without(has_proc(), "there is no /proc to see it in"))
        return;
    expect_pipe_size(0, 1 << 20);
    expect_pipe_size(8192, 8192);
    expect_pipe_size(262144, 262144);
#else
    mito_test_skip("the size of a pipe cannot be asked for here");
#endif
}

static const mito_test_t tests[] = {
    {"a_pipeline_can_be_talked_with", a_pipeline_can_be_talked_with, 0},
    {"communication_goes_on_after_a_timeout",
     communication_goes_on_after_a_timeout, 60},
    {"exit_codes_of_a_started_pipeline", exit_codes_of_a_started_pipeline, 0},
    {"a_wait_is_for_all_stages", a_wait_is_for_all_stages, 0},
    {"all_stages_are_stopped", all_stages_are_stopped, 0},
    {"the_steps_are_taken_at_the_same_time",
     the_steps_are_taken_at_the_same_time, 0},
    {"each_stage_is_stopped_as_it_says", each_stage_is_stopped_as_it_says, 0},
    {"the_end_of_the_pool_stops_all_stages",
     the_end_of_the_pool_stops_all_stages, 0},
    {"close_lets_the_stages_end", close_lets_the_stages_end, 0},
    {"input_without_a_pipe_is_refused", input_without_a_pipe_is_refused, 0},
    {"no_end_of_a_pipe_is_anywhere_else", no_end_of_a_pipe_is_anywhere_else, 0},
    {"the_size_of_the_pipes_is_chosen", the_size_of_the_pipes_is_chosen, 0},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    if (mito_init(&argc, &argv, &pool) != APR_SUCCESS)
        return EXIT_FAILURE;
    return mito_test_main(argc, argv, "stages", tests);
}
