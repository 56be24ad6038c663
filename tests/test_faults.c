/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_faults: the fault sweep. Each scenario is run with its first system
 * call failing, then with its second, until none is left to fail. Whatever
 * fails, the scenario ends, says in a status and a sentence what happened or
 * does its work all the same, and leaves nothing behind: the runner looks
 * for descriptors, handles and processes after the case.
 *
 * Linked with the library's test build; see platform/fault.h. Later topics
 * add their scenarios to the table at the end.
 */
#include "runner.h"

#include "platform/platform.h"
#include "platform/fault.h"

#include <mito.h>

#include <stdlib.h>
#include <string.h>

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
                        .command.input = {MITO_STREAM_NULL},
                        .command.output = {MITO_STREAM_PIPE},
                        .command.error = {MITO_STREAM_OUTPUT}}, pool);
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
    status = mito_popen_kill(popen);
    if (status != APR_SUCCESS)
        mito_popen_kill(popen);
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

static const mito_test_t tests[] = {
    {"running_a_command", running_a_command, 120},
    {"capturing_and_feeding", capturing_and_feeding, 120},
    {"merging_and_discarding", merging_and_discarding, 120},
    {"changing_the_directory", changing_the_directory, 120},
    {"finding_no_program", finding_no_program, 120},
    {"running_out_of_time", running_out_of_time, 120},
    {"starting_and_killing", starting_and_killing, 120},
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
