/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process of a case: assertions that tell their failures at once, a
 * suite of CUnit's with that one test, and the search for what the case
 * leaves open.
 *
 * Its last word is a verdict, which the parent waits for: without one,
 * something ended the process before the case was through.
 */
#include <stdlib.h>
#include <string.h>

#include "runner.h"
#include "runner_platform.h"

#undef CU_assertImplementation

static struct {
    const mito_test_t *test; /* NULL where no case is run */
    mito_test_function_t warm_up;
    unsigned long process;
    int skipped;
    int rerunning;
} running;

/* Assertions, in the process of a case and in its children --------------- */

static int is_case_process(void)
{
    return running.test != NULL && runner_process_id() == running.process;
}

/* Children have no suite that could fail: they print and end. */
static void assert_in_child(int value)
{
    if (value)
        return;
    fputs(RUNNER_VERDICT "failed\n", stderr);
    fflush(NULL);
    _Exit(MITO_TEST_EXIT_ASSERTION);
}

int mito_test_assert(int value, unsigned int line, const char *condition,
                     const char *file, const char *function, int fatal)
{
    if (!value && !running.rerunning)
        fprintf(stderr, RUNNER_FAILED "%s:%u: %s\n", file, line, condition);
    if (!is_case_process()) {
        assert_in_child(value);
        return value;
    }
    return CU_assertImplementation(value, line, condition, file, function,
                                   fatal);
}

static void describe_status(char *buffer, size_t size, int status,
                            const char *name, const char *text)
{
    if (name != NULL)
        snprintf(buffer, size, "%s (%s)", name, text);
    else
        snprintf(buffer, size, "%d (%s)", status, text);
}

void mito_test_assert_status(const mito_test_status_t *status,
                             const char *file, unsigned int line, int fatal)
{
    char actual[512], expected[512], sentence[3072];
    int equal = status->status == status->expected;

    describe_status(actual, sizeof(actual), status->status, status->name,
                    status->text);
    describe_status(expected, sizeof(expected), status->expected,
                    status->expected_name, status->expected_text);
    snprintf(sentence, sizeof(sentence), "%s: expected %s, got %s%s%s",
             status->expression, expected, actual,
             status->status != 0 ? ": " : "",
             status->status != 0 ? status->sentence : "");
    (void)mito_test_assert(equal, line, sentence, file, "", fatal);
}

void mito_test_skip(const char *reason)
{
    running.skipped = 1;
    if (!running.rerunning)
        printf(RUNNER_SKIP "%s\n", reason);
}

/* The case ---------------------------------------------------------------- */

void mito_test_set_warm_up(mito_test_function_t function)
{
    running.warm_up = function;
}

/* What a suite of one test runs. A forked child that returns from the case
 * would otherwise go on as if it were the case. */
static void call_case(void)
{
    running.test->function();
    if (!is_case_process()) {
        fprintf(stderr, RUNNER_FAILED "%s:0: a forked child returned into the "
                "test\n" RUNNER_VERDICT "failed\n", running.test->name);
        fflush(NULL);
        _Exit(MITO_TEST_EXIT_ASSERTION);
    }
}

static unsigned int run_under_cunit(void)
{
    if (CU_run_all_tests() != CUE_SUCCESS)
        runner_fail(CU_get_error_msg());
    return CU_get_number_of_failures();
}

/* Whether every further run leaves more behind, too. */
static int leaks_every_time(void)
{
    int i;

    running.rerunning = 1;
    for (i = 0; i < runner_reruns; i++) {
        runner_baseline();
        (void)run_under_cunit();
        if (runner_compare(0) == 0)
            return 0;
    }
    return 1;
}

static int leaks(int failed)
{
    int count = runner_children();

    if (runner_reruns > 0 && runner_compare(0) > 0
        && (failed || !leaks_every_time()))
        return count;
    return count + runner_compare(1);
}

static void register_case(const char *topic, const mito_test_t *test)
{
    CU_pSuite suite;

    if (CU_initialize_registry() != CUE_SUCCESS
        || (suite = CU_add_suite(topic, NULL, NULL)) == NULL
        || CU_add_test(suite, test->name, call_case) == NULL)
        runner_fail(CU_get_error_msg());
}

int runner_case(const char *topic, const mito_test_t *test)
{
    int failed;

    /* Nothing may be lost in a crash, or be printed twice by a fork. */
    setvbuf(stdout, NULL, _IONBF, 0);
    setvbuf(stderr, NULL, _IONBF, 0);
    running.test = test;
    running.process = runner_process_id();
    register_case(topic, test);
    if (running.warm_up != NULL)
        running.warm_up();
    runner_baseline();
    failed = run_under_cunit() != 0;
    if (leaks(failed) > 0)
        failed = 1;
    CU_cleanup_registry();
    printf(RUNNER_VERDICT "%s\n",
           failed ? "failed" : running.skipped ? "skipped" : "passed");
    running.test = NULL;
    return failed;
}
