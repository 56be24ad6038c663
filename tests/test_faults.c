/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_faults: the fault sweep. Each scenario is run with its first system
 * call failing, then with its second, until none is left to fail. Whatever
 * fails, the scenario ends, says in a status and a sentence what happened or
 * does its work all the same, and leaves nothing behind: the runner looks
 * for descriptors, handles and processes after the case.
 *
 * Linked with the library's test build; see platform/fault.h.
 */
#include "runner.h"

#include "platform/platform.h"
#include "platform/fault.h"

#include <mito.h>

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_include)
#if __has_include(<sys/wait.h>)
#include <sys/wait.h>
#define HAS_WAIT
#endif
#endif

/* More system calls than any scenario makes: a sweep that does not end. */
#define TOO_MANY 2000

static apr_pool_t *program_pool;

typedef apr_status_t scenario_t(apr_pool_t *pool);

/* An error of our own making, so that a sentence that was left from it
 * shows that a later failure said nothing. */
static const char *old_sentence(void)
{
    mito_completed_t *done;

    mito_run(&done, NULL, NULL, program_pool);
    return mito_errmsg();
}

/* One round; 1 when there was a call left to fail. */
static int run_with_fault(scenario_t *scenario, long nth)
{
    char before[1024];
    const char *failed;
    apr_pool_t *pool;
    apr_status_t status;

    strncpy(before, old_sentence(), sizeof(before) - 1);
    before[sizeof(before) - 1] = '\0';
    apr_pool_create(&pool, program_pool);
    plat_fault_arm(nth);
    status = scenario(pool);
    failed = plat_fault_name();
    plat_fault_arm(0);
    if (status != APR_SUCCESS) {
        if (failed == NULL || strcmp(mito_errmsg(), before) == 0)
            fprintf(stderr, "call %ld (%s): status %d: %s\n", nth,
                    failed == NULL ? "none" : failed, status, mito_errmsg());
        CU_ASSERT_PTR_NOT_NULL(failed);
        CU_ASSERT_STRING_NOT_EQUAL(mito_errmsg(), before);
    }
    apr_pool_destroy(pool);
    return failed != NULL;
}

static void sweep(scenario_t *scenario)
{
    apr_pool_t *pool;
    long nth = 1;

    /* Without a fault it works, so that what follows means something. */
    apr_pool_create(&pool, program_pool);
    MITO_ASSERT_OK_FATAL(scenario(pool));
    apr_pool_destroy(pool);
    while (nth < TOO_MANY && run_with_fault(scenario, nth))
        nth++;
    CU_ASSERT_TRUE(nth > 3);
    CU_ASSERT_TRUE(nth < TOO_MANY);
    printf("%ld calls failed in turn\n", nth - 1);
}

/* ---- scenarios ---- */

static apr_status_t run_plainly(apr_pool_t *pool)
{
    mito_completed_t *done;

    return mito_run(&done, MITO_ARGV(mito_test_helper("exit-code"), "0"),
                    NULL, pool);
}

static apr_status_t capture_and_feed(apr_pool_t *pool)
{
    mito_completed_t *done;

    return mito_run(&done, MITO_ARGV(mito_test_helper("copy")),
                    &(mito_run_options_t){.capture_output = 1,
                                          .input = "text",
                                          .input_size = 4}, pool);
}

static apr_status_t merge_and_discard(apr_pool_t *pool)
{
    mito_completed_t *done;

    return mito_run(&done, MITO_ARGV(mito_test_helper("flood"), "9", "9"),
                    &(mito_run_options_t){
                        .command.input = {.to = MITO_STREAM_NULL},
                        .command.output = {.to = MITO_STREAM_PIPE},
                        .command.error = {.to = MITO_STREAM_OUTPUT}}, pool);
}

static apr_status_t change_directory(apr_pool_t *pool)
{
    mito_completed_t *done;

    return mito_run(&done, MITO_ARGV(mito_test_helper("exit-code"), "0"),
                    &(mito_run_options_t){
                        .command.working_directory =
                            mito_test_temporary_directory()}, pool);
}

/* A program that is not there is an error with and without a fault. */
static apr_status_t find_nothing(apr_pool_t *pool)
{
    mito_completed_t *done;
    apr_status_t status = mito_run(&done, MITO_ARGV("./no-such-program"),
                                   &(mito_run_options_t){.capture_output = 1},
                                   pool);

    return APR_STATUS_IS_ENOENT(status) ? APR_SUCCESS : status;
}

static apr_status_t run_out_of_time(apr_pool_t *pool)
{
    mito_completed_t *done;
    apr_status_t status = mito_run(&done,
        MITO_ARGV(mito_test_helper("hang")),
        &(mito_run_options_t){.capture_output = 1, .timeout = 1000}, pool);

    return status == APR_TIMEUP ? APR_SUCCESS : status;
}

static apr_status_t start_and_kill(apr_pool_t *pool)
{
    mito_popen_t *popen;
    apr_status_t status = mito_popen_start(&popen,
        MITO_ARGV(mito_test_helper("hang")), NULL, pool);

    if (status != APR_SUCCESS)
        return status;
    status = mito_popen_kill(popen, MITO_SCOPE_TREE);
    if (status != APR_SUCCESS)
        mito_popen_kill(popen, MITO_SCOPE_TREE);
    return status == APR_SUCCESS ? mito_popen_wait(popen, MITO_FOREVER)
                                 : status;
}

static int nothing(const mito_value_t *args, apr_pool_t *pool)
{
    (void)args;
    (void)pool;
    return 0;
}

static apr_status_t start_process(mito_start_method_e method,
                                  apr_pool_t *pool)
{
    const mito_process_options_t options = {.start_method = method};
    mito_process_t *process;
    apr_status_t status = mito_process_start(&process, nothing,
        mito_list(pool, mito_str("text", pool)), &options, pool);

    if (status == APR_SUCCESS)
        status = mito_process_join(process, MITO_FOREVER);
    return status;
}

static apr_status_t spawn_and_join(apr_pool_t *pool)
{
    return start_process(MITO_START_SPAWN, pool);
}

static apr_status_t fork_and_join(apr_pool_t *pool)
{
    return start_process(MITO_START_FORK, pool);
}

/* ---- scenarios: commands that are talked with ---- */

#define HELPER(name) mito_test_helper(name)

static apr_status_t say_and_hear(mito_popen_t *popen)
{
    const char *line;
    apr_status_t status = mito_popen_write(popen, "one\ntwo", 7,
                                           MITO_FOREVER);

    if (status == APR_SUCCESS)
        status = mito_popen_read_line(&line, NULL, popen, MITO_STDOUT,
                                      MITO_FOREVER);
    if (status == APR_SUCCESS)
        status = mito_popen_close_input(popen, MITO_FOREVER);
    if (status == APR_SUCCESS)
        status = mito_popen_read_line(&line, NULL, popen, MITO_STDOUT,
                                      MITO_FOREVER);
    return status == APR_SUCCESS ? mito_popen_wait(popen, MITO_FOREVER)
                                 : status;
}

static apr_status_t talk(apr_pool_t *pool)
{
    mito_popen_t *popen;
    apr_status_t status = mito_popen_start(&popen, MITO_ARGV(HELPER("copy")),
        &(mito_command_options_t){.input = {.to = MITO_STREAM_PIPE},
                                  .output = {.to = MITO_STREAM_PIPE}}, pool);

    return status == APR_SUCCESS ? say_and_hear(popen) : status;
}

static apr_status_t count_line(void *count, const char *line, size_t size)
{
    (void)line;
    (void)size;
    ++*(int *)count;
    return APR_SUCCESS;
}

static apr_status_t receive_lines(apr_pool_t *pool)
{
    mito_completed_t *done;
    int count = 0;
    apr_status_t status = mito_run(&done, MITO_ARGV(HELPER("copy")),
        &(mito_run_options_t){
            .input = "one\ntwo\nthree", .input_size = 13,
            .command.output = {.to = MITO_STREAM_LINES,
                               .receive = count_line, .opaque = &count}},
        pool);

    CU_ASSERT_TRUE(status != APR_SUCCESS || count == 3);
    return status;
}

static apr_status_t spill(apr_pool_t *pool)
{
    mito_completed_t *done;
    apr_status_t status = mito_run(&done,
        MITO_ARGV(HELPER("flood"), "100000", "0"),
        &(mito_run_options_t){
            .command.output = {.to = MITO_STREAM_PIPE, .limit = 1000,
                               .overflow = MITO_OVERFLOW_SPILL}}, pool);

    CU_ASSERT_TRUE(status != APR_SUCCESS
                   || mito_completed_spilled(done, MITO_STDOUT) != NULL);
    return status;
}

static apr_status_t stop_over_the_limit(apr_pool_t *pool)
{
    mito_completed_t *done;
    apr_status_t status = mito_run(&done,
        MITO_ARGV(HELPER("flood"), "1000000000", "0"),
        &(mito_run_options_t){
            .command.output = {.to = MITO_STREAM_PIPE, .limit = 1000,
                               .overflow = MITO_OVERFLOW_STOP}}, pool);

    return status == MITO_ELIMIT ? APR_SUCCESS : status;
}

static apr_status_t take_a_file(apr_pool_t *pool)
{
    apr_file_t *file;
    mito_popen_t *popen;
    apr_status_t status = mito_popen_start(&popen, MITO_ARGV(HELPER("copy")),
        &(mito_command_options_t){.input = {.to = MITO_STREAM_PIPE_FILE}},
        pool);

    if (status == APR_SUCCESS)
        status = mito_popen_file(&file, popen, MITO_STDIN);
    if (status != APR_SUCCESS)
        return status;
    apr_file_close(file);
    return mito_popen_wait(popen, MITO_FOREVER);
}

/* ---- scenarios: commands that are brought to their end ---- */

static apr_status_t stop_step_by_step(apr_pool_t *pool)
{
    static const mito_stop_t steps = {
        .steps = {{MITO_STOP_WAIT, 1000}, {MITO_STOP_TERMINATE, 1000},
                  {MITO_STOP_KILL, APR_USEC_PER_SEC}}};
    mito_popen_t *popen;
    apr_status_t status = mito_popen_start(&popen,
        MITO_ARGV(HELPER("stubborn")),
        &(mito_command_options_t){.output = {.to = MITO_STREAM_PIPE}}, pool);

    return status == APR_SUCCESS ? mito_popen_stop(popen, &steps) : status;
}

/* Whatever fails while its pool is destroyed: the command is gone then. */
static apr_status_t stop_by_pool(apr_pool_t *pool)
{
    mito_popen_t *popen;
    apr_pool_t *own;
    apr_status_t status;

    apr_pool_create(&own, pool);
    status = mito_popen_start(&popen, MITO_ARGV(HELPER("hang")),
        &(mito_command_options_t){.output = {.to = MITO_STREAM_PIPE}}, own);
    apr_pool_destroy(own);
    return status;
}

/* It runs on until its input ends, behind which others are started. */
static apr_status_t detach(apr_pool_t *pool)
{
    mito_popen_t *popen;
    mito_completed_t *done;
    apr_file_t *reader;
    apr_file_t *writer;
    apr_status_t status;

    if (apr_file_pipe_create(&reader, &writer, pool) != APR_SUCCESS)
        return APR_SUCCESS;
    status = mito_popen_start(&popen, MITO_ARGV(HELPER("copy")),
        &(mito_command_options_t){.input = {.to = MITO_STREAM_FILE,
                                            .file = reader}}, pool);
    if (status == APR_SUCCESS)
        status = mito_popen_detach(popen);
    if (status == APR_SUCCESS)
        status = mito_run(&done, MITO_ARGV(HELPER("exit-code"), "0"), NULL,
                          pool);
    apr_file_close(writer);
    apr_file_close(reader);
    return status;
}

/* Detached commands are swept up by the next start after their end. */
static void sweep_up(void)
{
#ifdef HAS_WAIT
    siginfo_t information;

    while (waitid(P_ALL, 0, &information, WEXITED | WNOWAIT) == 0)
        MITO_ASSERT_OK(mito_check_call(MITO_ARGV(HELPER("exit-code"), "0"),
                                       NULL, program_pool));
#endif
}

/* ---- scenarios: what a command is given ---- */

static apr_status_t use_paths(apr_pool_t *pool)
{
    const char *path = apr_pstrcat(pool, mito_test_temporary_directory(),
                                   "/file", NULL);
    mito_completed_t *done;
    apr_status_t status = mito_run(&done,
        MITO_ARGV(HELPER("flood"), "9", "9"),
        &(mito_run_options_t){
            .command.output = {.to = MITO_STREAM_PATH, .path = path},
            .command.error = {.to = MITO_STREAM_APPEND, .path = path}}, pool);

    if (status == APR_SUCCESS)
        status = mito_run(&done, MITO_ARGV(HELPER("copy")),
            &(mito_run_options_t){
                .command.input = {.to = MITO_STREAM_PATH, .path = path},
                .command.output = {.to = MITO_STREAM_PIPE}}, pool);
    apr_file_remove(path, pool);
    return status;
}

static apr_status_t use_options(apr_pool_t *pool)
{
    static const mito_resource_limit_t limits[] = {
        {MITO_RESOURCE_CORE, 0, 0}, {MITO_RESOURCE_END, 0, 0}};
    mito_run_options_t options = {
        .command = {.process_group = MITO_GROUP_NEW,
                    .priority = MITO_PRIORITY_BELOW_NORMAL,
                    .add_environment = MITO_ARGV("A=1"),
                    .remove_environment = MITO_ARGV("PATHEXT")}};
    mito_completed_t *done;

    if (mito_has(MITO_CAP_FORK))
        options.command.posix = (mito_posix_options_t){
            .umask = MITO_UMASK(077), .limits = limits};
    return mito_run(&done, MITO_ARGV(HELPER("exit-code"), "0"), &options,
                    pool);
}

static apr_status_t start_session(apr_pool_t *pool)
{
    mito_completed_t *done;

    return mito_run(&done, MITO_ARGV(HELPER("exit-code"), "0"),
                    &(mito_run_options_t){
                        .command.posix = {.new_session = 1, .nice = 1}},
                    pool);
}

static apr_status_t use_shell(apr_pool_t *pool)
{
    const char *text;
    int64_t code;

    return mito_getstatusoutput(&code, &text, "exit 3", pool);
}

/* ---- scenarios: pipelines ---- */

static apr_status_t run_pipeline(apr_pool_t *pool)
{
    const mito_stage_t stages[] = {{.argv = MITO_ARGV(HELPER("copy"))},
                                   {.argv = MITO_ARGV(HELPER("copy"))},
                                   {.argv = MITO_ARGV(HELPER("copy"))}};
    mito_completed_t *done;
    apr_status_t status = mito_pipeline_run(&done, stages, 3,
        &(mito_pipeline_options_t){.capture_output = 1, .input = "text",
                                   .input_size = 4}, pool);

    CU_ASSERT_TRUE(status != APR_SUCCESS
        || strcmp(mito_completed_output(done, NULL), "text") == 0);
    return status;
}

static apr_status_t run_pipeline_out_of_time(apr_pool_t *pool)
{
    const mito_stage_t stages[] = {{.argv = MITO_ARGV(HELPER("hang"))},
                                   {.argv = MITO_ARGV(HELPER("copy"))},
                                   {.argv = MITO_ARGV(HELPER("hang"))}};
    mito_completed_t *done;
    apr_status_t status = mito_pipeline_run(&done, stages, 3,
        &(mito_pipeline_options_t){.timeout = 1000}, pool);

    return status == APR_TIMEUP ? APR_SUCCESS : status;
}

/* ---- cases ---- */

static void running_a_command(void)
{
    sweep(run_plainly);
}

static void capturing_and_feeding(void)
{
    sweep(capture_and_feed);
}

static void merging_and_discarding(void)
{
    sweep(merge_and_discard);
}

static void changing_the_directory(void)
{
    sweep(change_directory);
}

static void finding_no_program(void)
{
    sweep(find_nothing);
}

static void running_out_of_time(void)
{
    sweep(run_out_of_time);
}

static void starting_and_killing(void)
{
    sweep(start_and_kill);
}

static void spawning_and_joining(void)
{
    sweep(spawn_and_join);
}

static void forking_and_joining(void)
{
    if (!mito_has(MITO_CAP_FORK))
        mito_test_skip("this platform cannot fork");
    else
        sweep(fork_and_join);
}

static void talking(void)
{
    sweep(talk);
}

static void receiving_lines(void)
{
    sweep(receive_lines);
}

static void spilling(void)
{
    sweep(spill);
}

static void stopping_over_the_limit(void)
{
    sweep(stop_over_the_limit);
}

static void taking_a_file(void)
{
    sweep(take_a_file);
}

static void stopping_step_by_step(void)
{
    sweep(stop_step_by_step);
}

static void stopping_by_pool(void)
{
    sweep(stop_by_pool);
}

static void detaching(void)
{
    sweep(detach);
    sweep_up();
}

static void using_paths(void)
{
    sweep(use_paths);
}

static void using_options(void)
{
    sweep(use_options);
}

static void starting_a_session(void)
{
    if (!mito_has(MITO_CAP_FORK))
        mito_test_skip("there are no sessions here");
    else
        sweep(start_session);
}

static void using_a_shell(void)
{
    sweep(use_shell);
}

static void running_a_pipeline(void)
{
    sweep(run_pipeline);
}

static void running_a_pipeline_out_of_time(void)
{
    sweep(run_pipeline_out_of_time);
}

static const mito_test_t tests[] = {
    {"running_a_command", running_a_command, 120},
    {"capturing_and_feeding", capturing_and_feeding, 120},
    {"merging_and_discarding", merging_and_discarding, 120},
    {"changing_the_directory", changing_the_directory, 120},
    {"finding_no_program", finding_no_program, 120},
    {"running_out_of_time", running_out_of_time, 120},
    {"starting_and_killing", starting_and_killing, 120},
    {"talking", talking, 120},
    {"receiving_lines", receiving_lines, 120},
    {"spilling", spilling, 120},
    {"stopping_over_the_limit", stopping_over_the_limit, 120},
    {"taking_a_file", taking_a_file, 120},
    {"stopping_step_by_step", stopping_step_by_step, 120},
    {"stopping_by_pool", stopping_by_pool, 120},
    {"detaching", detaching, 120},
    {"using_paths", using_paths, 120},
    {"using_options", using_options, 120},
    {"starting_a_session", starting_a_session, 120},
    {"using_a_shell", using_a_shell, 120},
    {"running_a_pipeline", running_a_pipeline, 120},
    {"running_a_pipeline_out_of_time", running_a_pipeline_out_of_time, 120},
    {"spawning_and_joining", spawning_and_joining, 120},
    {"forking_and_joining", forking_and_joining, 120},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    if (mito_init(&argc, &argv, &program_pool) != APR_SUCCESS)
        return EXIT_FAILURE;
    return mito_test_main(argc, argv, "faults", tests);
}
