/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_pipeline: commands in a row that are run from start to end: what
 * passes through them, how each of them ends, and that none is left.
 * Pipelines that run beside the program are in test_stages.
 */
#include "runner.h"

#include <mito.h>

static apr_pool_t *pool;

#include "commands.h"
#include "stages.h"

#include <stdlib.h>
#include <string.h>

static const mito_pipeline_options_t captured = {.capture_output = 1};

static int64_t code_of(const mito_completed_t *done, size_t index)
{
    const mito_completed_t *stage = mito_completed_stage(done, index);

    CU_ASSERT_PTR_NOT_NULL_FATAL(stage);
    return mito_completed_exit_code(stage);
}

/* ---- what passes through ---- */

static void bytes_pass_through_all_stages(void)
{
    mito_completed_t *done = NULL;

    MITO_ASSERT_OK_FATAL(mito_pipeline_run(&done,
        STAGES(STAGE(HELPER("say"), "through "), COPY, COPY), &captured,
        pool));
    CU_ASSERT_STRING_EQUAL(mito_completed_output(done, NULL), "through ");
}

/* Each way more than all the pipes between hold. */
static void megabytes_pass_through_three_stages(void)
{
    const size_t size = 20000003;
    char *input = apr_palloc(pool, size);
    mito_completed_t *done = NULL;
    const char *output;
    size_t got = 0, i;

    for (i = 0; i < size; i++)
        input[i] = (char)(i % 253);
    MITO_ASSERT_OK_FATAL(mito_pipeline_run(&done, STAGES(COPY, COPY, COPY),
        &(mito_pipeline_options_t){.capture_output = 1, .check = 1,
                                   .input = input, .input_size = size},
        pool));
    output = mito_completed_output(done, &got);
    CU_ASSERT_EQUAL(got, size);
    CU_ASSERT_TRUE(got == size && memcmp(output, input, size) == 0);
}

static void one_stage_is_a_pipeline_too(void)
{
    mito_completed_t *done = NULL;

    MITO_ASSERT_OK_FATAL(mito_pipeline_run(&done, STAGES(COPY),
        &(mito_pipeline_options_t){.capture_output = 1, .input = "alone",
                                   .input_size = 5}, pool));
    CU_ASSERT_STRING_EQUAL(mito_completed_output(done, NULL), "alone");
    CU_ASSERT_EQUAL(code_of(done, 0), 0);
    CU_ASSERT_PTR_NULL(mito_completed_stage(done, 1));
}

static void thirty_stages(void)
{
    enum { STAGES_ = 30 };
    mito_stage_t stages[STAGES_];
    const char *const *argv = MITO_ARGV(HELPER("remark"), ".");
    mito_completed_t *done = NULL;
    size_t i;

    memset(stages, 0, sizeof(stages));
    for (i = 0; i < STAGES_; i++)
        stages[i].argv = argv;
    MITO_ASSERT_OK_FATAL(mito_pipeline_run(&done, stages, STAGES_,
        &(mito_pipeline_options_t){.capture_output = 1, .check = 1,
                                   .input = "a long way",
                                   .input_size = 10}, pool));
    CU_ASSERT_STRING_EQUAL(mito_completed_output(done, NULL), "a long way");
    for (i = 0; i < STAGES_; i++) {
        CU_ASSERT_EQUAL(code_of(done, i), 0);
        CU_ASSERT_STRING_EQUAL(
            mito_completed_error(mito_completed_stage(done, i), NULL), ".");
    }
}

static void empty_input_ends_every_stage(void)
{
    mito_completed_t *done = NULL;

    MITO_ASSERT_OK_FATAL(mito_pipeline_run(&done, STAGES(COPY, COPY),
        &(mito_pipeline_options_t){.capture_output = 1, .input = ""},
        pool));
    CU_ASSERT_STRING_EQUAL(mito_completed_output(done, NULL), "");
}

/* ---- streams at the ends, and beside ---- */

static void errors_are_captured_apart(void)
{
    static const char *const remarks[] = {"one", "two", "three"};
    mito_completed_t *done = NULL;
    size_t i;

    MITO_ASSERT_OK_FATAL(mito_pipeline_run(&done,
        STAGES(STAGE(HELPER("remark"), "one"),
               STAGE(HELPER("remark"), "two"),
               STAGE(HELPER("remark"), "three")),
        &(mito_pipeline_options_t){.capture_output = 1, .input = "text",
                                   .input_size = 4}, pool));
    CU_ASSERT_STRING_EQUAL(mito_completed_output(done, NULL), "text");
    CU_ASSERT_STRING_EQUAL(mito_completed_error(done, NULL), "three");
    for (i = 0; i < 3; i++) {
        const mito_completed_t *stage = mito_completed_stage(done, i);

        CU_ASSERT_STRING_EQUAL(mito_completed_error(stage, NULL),
                               remarks[i]);
        CU_ASSERT_STRING_EQUAL(mito_completed_argv(stage)[1], remarks[i]);
        CU_ASSERT_STRING_EQUAL(mito_completed_output(stage, NULL),
                               i == 2 ? "text" : "");
    }
}

static void an_error_stream_can_go_to_the_next_stage(void)
{
    mito_completed_t *done = NULL;

    MITO_ASSERT_OK_FATAL(mito_pipeline_run(&done,
        STAGES({.argv = MITO_ARGV(HELPER("say"), "out", "err"),
                .command.error.to = MITO_STREAM_OUTPUT}, COPY),
        &captured, pool));
    CU_ASSERT_STRING_EQUAL(mito_completed_output(done, NULL), "outerr");
    CU_ASSERT_STRING_EQUAL(
        mito_completed_error(mito_completed_stage(done, 0), NULL), "");
}

/* What a stage says itself goes before what the pipeline would do. */
static void the_ends_can_be_connected_elsewhere(void)
{
    const char *input = temporary("input");
    const char *output = temporary("output");
    const char *error = temporary("error");
    mito_completed_t *done = NULL;

    write_file(input, "from a file");
    MITO_ASSERT_OK_FATAL(mito_pipeline_run(&done,
        STAGES({.argv = MITO_ARGV(HELPER("remark"), "remark"),
                .command = {.input = {MITO_STREAM_PATH, .path = input},
                            .error = {MITO_STREAM_PATH, .path = error}}},
               {.argv = MITO_ARGV(HELPER("copy")),
                .command.output = {MITO_STREAM_PATH, .path = output}}),
        &captured, pool));
    CU_ASSERT_STRING_EQUAL(taken_from(input), "from a file");
    CU_ASSERT_STRING_EQUAL(taken_from(output), "from a file");
    CU_ASSERT_STRING_EQUAL(taken_from(error), "remark");
    CU_ASSERT_STRING_EQUAL(mito_completed_output(done, NULL), "");
}

/* Each stage is started with options of its own. */
static void stages_have_options_of_their_own(void)
{
    mito_completed_t *done = NULL;

    MITO_ASSERT_OK_FATAL(mito_pipeline_run(&done,
        STAGES({.argv = MITO_ARGV(HELPER("environment"), "MITO_TEST_ONE"),
                .command.add_environment = MITO_ARGV("MITO_TEST_ONE=1")},
               {.argv = MITO_ARGV("copy"),
                .command.executable = HELPER("copy")}),
        &captured, pool));
    CU_ASSERT_STRING_EQUAL(
        without_returns(mito_completed_output(done, NULL)), "1\n");
    CU_ASSERT_STRING_EQUAL(mito_completed_argv(done)[0], "copy");
}

/* ---- ends ---- */

static void every_exit_code_comes_back(void)
{
    static const int codes[] = {3, 0, 255, 7};
    mito_completed_t *done = NULL;
    size_t i;

    MITO_ASSERT_OK_FATAL(mito_pipeline_run(&done,
        STAGES(EXIT("3"), EXIT("0"), EXIT("255"), EXIT("7")), NULL, pool));
    for (i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(code_of(done, i), codes[i]);
    CU_ASSERT_EQUAL(mito_completed_exit_code(done), 7);
    CU_ASSERT_PTR_NULL(mito_completed_stage(done, 4));
}

/* The last stage has seen enough: those before it notice, one after the
 * other, when they write. */
static void the_end_of_a_stage_travels_up(void)
{
    mito_completed_t *done = NULL;
    size_t size = 0, i;

    MITO_ASSERT_OK_FATAL(mito_pipeline_run(&done,
        STAGES(ENDLESS, COPY, COPY, STAGE(HELPER("first"), "100000")),
        &captured, pool));
    mito_completed_output(done, &size);
    CU_ASSERT_EQUAL(size, 100000);
    CU_ASSERT_EQUAL(code_of(done, 3), 0);
    for (i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(code_of(done, i), on_posix() ? -13 : 1);
}

/* ---- check ---- */

static apr_status_t checked(const mito_stage_t *stages, size_t count)
{
    mito_completed_t *done = NULL;
    apr_status_t status = mito_pipeline_run(&done, stages, count,
        &(mito_pipeline_options_t){.check = 1, .capture_output = 1}, pool);

    CU_ASSERT_PTR_NOT_NULL_FATAL(done);
    CU_ASSERT_PTR_NOT_NULL(mito_completed_stage(done, count - 1));
    return status;
}

static void check_looks_at_every_stage(void)
{
    MITO_ASSERT_OK(checked(STAGES(EXIT("0"), EXIT("0"), EXIT("0"))));
    MITO_ASSERT_STATUS(checked(STAGES(EXIT("3"), EXIT("0"), EXIT("0"))),
                       MITO_EEXIT);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "exit code 3"));
    MITO_ASSERT_STATUS(checked(STAGES(EXIT("0"), EXIT("4"), EXIT("0"))),
                       MITO_EEXIT);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "exit code 4"));
    MITO_ASSERT_STATUS(checked(STAGES(EXIT("0"), EXIT("0"), EXIT("5"))),
                       MITO_EEXIT);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "exit code 5"));
    MITO_ASSERT_STATUS(checked(STAGES(EXIT("6"))), MITO_EEXIT);
}

#define KILLED_BY(signal) STAGE("sh", "-c", "kill -" signal " $$")

/* Only before the last stage, and only by that signal. */
static void an_early_end_by_sigpipe_is_no_failure(void)
{
    POSIX_ONLY;
    MITO_ASSERT_OK(checked(STAGES(ENDLESS, STAGE(HELPER("first"), "10"))));
    MITO_ASSERT_OK(checked(STAGES(KILLED_BY("PIPE"), KILLED_BY("PIPE"),
                                  EXIT("0"))));
    MITO_ASSERT_STATUS(checked(STAGES(EXIT("0"), KILLED_BY("PIPE"))),
                       MITO_EEXIT);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "SIGPIPE"));
    MITO_ASSERT_STATUS(checked(STAGES(KILLED_BY("TERM"), EXIT("0"))),
                       MITO_EEXIT);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "SIGTERM"));
    MITO_ASSERT_STATUS(checked(STAGES(KILLED_BY("PIPE"), EXIT("2"))),
                       MITO_EEXIT);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "exit code 2"));
}

/* ---- timeouts ---- */

static void a_timeout_stops_every_stage(void)
{
    mito_completed_t *done = NULL;
    size_t i;

    MITO_ASSERT_STATUS(mito_pipeline_run(&done, STAGES(HANG, HANG, HANG),
        &(mito_pipeline_options_t){.timeout = apr_time_from_msec(50),
                                   .capture_output = 1, .check = 1}, pool),
        APR_TIMEUP);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "0.050 seconds"));
    CU_ASSERT_PTR_NOT_NULL_FATAL(done);
    for (i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(code_of(done, i), -9);
}

/* Whichever stage it is that does not end. */
static void one_stage_that_hangs_is_enough(void)
{
    mito_completed_t *done = NULL;
    size_t i;

    for (i = 0; i < 3; i++) {
        mito_stage_t stages[] = {COPY, COPY, COPY};

        stages[i].argv = MITO_ARGV(HELPER("hang"));
        MITO_ASSERT_STATUS(mito_pipeline_run(&done, stages, 3,
            &(mito_pipeline_options_t){.timeout = apr_time_from_msec(200),
                                       .capture_output = 1, .input = "x",
                                       .input_size = 1}, pool),
            APR_TIMEUP);
        CU_ASSERT_EQUAL(code_of(done, i), -9);
    }
}

/* It holds the last stage's output open, in a session of the test's. */
static void a_timeout_takes_the_descendants(void)
{
    mito_completed_t *done = NULL;

    MITO_ASSERT_STATUS(mito_pipeline_run(&done,
        STAGES(EXIT("0"), STAGE(HELPER("offspring"), HELPER("hang"))),
        &(mito_pipeline_options_t){.timeout = apr_time_from_sec(1),
                                   .capture_output = 1}, pool),
        APR_TIMEUP);
    CU_ASSERT_PTR_NOT_NULL_FATAL(done);
    CU_ASSERT_EQUAL(code_of(done, 0), 0);
}

static void a_stop_in_steps_at_the_timeout(void)
{
    const mito_command_options_t polite = {
        .stop = {{{MITO_STOP_TERMINATE, apr_time_from_sec(60)}},
                 MITO_SCOPE_TREE}};
    mito_completed_t *done = NULL;
    size_t i;

    MITO_ASSERT_STATUS(mito_pipeline_run(&done,
        STAGES({.argv = MITO_ARGV(HELPER("hang")), .command = polite},
               {.argv = MITO_ARGV(HELPER("hang")), .command = polite}),
        &(mito_pipeline_options_t){.timeout = apr_time_from_msec(50)},
        pool), APR_TIMEUP);
    for (i = 0; i < 2; i++)
        CU_ASSERT_EQUAL(code_of(done, i), -15);
}

/* ---- failures to start ---- */

static void a_stage_that_cannot_be_started_leaves_nothing(void)
{
    mito_completed_t *done = NULL;
    mito_pipeline_t *pipeline = NULL;
    size_t i;

    for (i = 0; i < 3; i++) {
        mito_stage_t stages[] = {HANG, HANG, HANG};

        stages[i].argv = MITO_ARGV("./no-such-program");
        CU_ASSERT_TRUE(APR_STATUS_IS_ENOENT(mito_pipeline_run(&done, stages,
            3, &captured, pool)));
        CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "./no-such-program"));
        CU_ASSERT_TRUE(APR_STATUS_IS_ENOENT(mito_pipeline_start(&pipeline,
            stages, 3, &captured, pool)));
    }
    CU_ASSERT_PTR_NULL(done);
    CU_ASSERT_PTR_NULL(pipeline);
}

static void streams_of_the_pipeline_are_refused(void)
{
    static const char *const program[] = {"no-such-program", NULL};
    static const mito_stage_t wrong[][2] = {
        {{.argv = program, .command.output.to = MITO_STREAM_NULL},
         {.argv = program}},
        {{.argv = program},
         {.argv = program, .command.input.to = MITO_STREAM_NULL}},
        {{.argv = program}, {.argv = NULL}},
        {{.argv = program + 1}, {.argv = program}}};
    mito_completed_t *done = NULL;
    size_t i;

    for (i = 0; i < COUNT_OF(wrong); i++)
        MITO_ASSERT_STATUS(mito_pipeline_run(&done, wrong[i], 2, NULL,
                                             pool), MITO_EINVAL);
    MITO_ASSERT_STATUS(mito_pipeline_run(&done, wrong[0], 0, NULL, pool),
                       MITO_EINVAL);
    MITO_ASSERT_STATUS(mito_pipeline_run(&done, NULL, 2, NULL, pool),
                       MITO_EINVAL);
    MITO_ASSERT_STATUS(mito_pipeline_run(&done, STAGES(
        {.argv = program, .command.input.to = MITO_STREAM_NULL},
        {.argv = program}),
        &(mito_pipeline_options_t){.input = "x", .input_size = 1}, pool),
        MITO_EINVAL);
    MITO_ASSERT_STATUS(mito_pipeline_run(&done, STAGES({.argv = program}),
        &(mito_pipeline_options_t){.timeout = -1}, pool), MITO_EINVAL);
    CU_ASSERT_PTR_NULL(done);
}

static const mito_test_t tests[] = {
    {"bytes_pass_through_all_stages", bytes_pass_through_all_stages, 0},
    {"megabytes_pass_through_three_stages",
     megabytes_pass_through_three_stages, 60},
    {"one_stage_is_a_pipeline_too", one_stage_is_a_pipeline_too, 0},
    {"thirty_stages", thirty_stages, 0},
    {"empty_input_ends_every_stage", empty_input_ends_every_stage, 0},
    {"errors_are_captured_apart", errors_are_captured_apart, 0},
    {"an_error_stream_can_go_to_the_next_stage",
     an_error_stream_can_go_to_the_next_stage, 0},
    {"the_ends_can_be_connected_elsewhere",
     the_ends_can_be_connected_elsewhere, 0},
    {"stages_have_options_of_their_own", stages_have_options_of_their_own, 0},
    {"every_exit_code_comes_back", every_exit_code_comes_back, 0},
    {"the_end_of_a_stage_travels_up", the_end_of_a_stage_travels_up, 0},
    {"check_looks_at_every_stage", check_looks_at_every_stage, 0},
    {"an_early_end_by_sigpipe_is_no_failure",
     an_early_end_by_sigpipe_is_no_failure, 0},
    {"a_timeout_stops_every_stage", a_timeout_stops_every_stage, 0},
    {"one_stage_that_hangs_is_enough", one_stage_that_hangs_is_enough, 0},
    {"a_timeout_takes_the_descendants", a_timeout_takes_the_descendants, 0},
    {"a_stop_in_steps_at_the_timeout", a_stop_in_steps_at_the_timeout, 0},
    {"a_stage_that_cannot_be_started_leaves_nothing",
     a_stage_that_cannot_be_started_leaves_nothing, 0},
    {"streams_of_the_pipeline_are_refused",
     streams_of_the_pipeline_are_refused, 0},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    if (mito_init(&argc, &argv, &pool) != APR_SUCCESS)
        return EXIT_FAILURE;
    return mito_test_main(argc, argv, "pipeline", tests);
}
