/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_process: processes that run a function, by every start method that
 * the platform has. A case without "spawn" or "fork" in its name runs once
 * for each; see EACH_METHOD.
 */
#include "runner.h"

#include <mito.h>

#include <apr_env.h>
#include <apr_strings.h>
#include <apr_thread_proc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static apr_pool_t *pool;

#include "processes.h"

/* ---- targets ---- */

static int return_argument(const mito_value_t *args, apr_pool_t *child_pool)
{
    (void)child_pool;
    return (int)mito_as_int(mito_item(args, 0));
}

/* Waits for nothing: it is there to be killed. */
static int hang(const mito_value_t *args, apr_pool_t *child_pool)
{
    (void)args;
    while (child_pool != NULL)
        apr_sleep(apr_time_from_sec(3600));
    return 0;
}

static int crash(const mito_value_t *args, apr_pool_t *child_pool)
{
    volatile int *volatile nowhere = (int *)(uintptr_t)64;

    (void)args;
    (void)child_pool;
    /* A sanitizer would make an exit code of it, and knows NULL. */
    signal(SIGSEGV, SIG_DFL);
    return *nowhere;
}

/* ---- exit codes ---- */

static void what_a_target_returns_is_the_exit_code(void)
{
    EACH_METHOD(options) {
        CU_ASSERT_EQUAL(run(return_argument,
            mito_list(pool, mito_int(0, pool)), &options), 0);
        CU_ASSERT_EQUAL(run(return_argument,
            mito_list(pool, mito_int(7, pool)), &options), 7);
        CU_ASSERT_EQUAL(run(return_argument,
            mito_list(pool, mito_int(255, pool)), &options), 255);
    }
}

static void a_returned_status_is_exit_code_1(void)
{
    EACH_METHOD(options) {
        CU_ASSERT_EQUAL(run(return_argument,
            mito_list(pool, mito_int(256, pool)), &options), 1);
        CU_ASSERT_EQUAL(run(return_argument,
            mito_list(pool, mito_int(MITO_EINVAL, pool)), &options), 1);
        CU_ASSERT_EQUAL(run(return_argument,
            mito_list(pool, mito_int(-1, pool)), &options), 1);
    }
}

static void a_crash_shows_as_its_signal(void)
{
    EACH_METHOD(options)
        CU_ASSERT_EQUAL(run(crash, mito_none(), &options), -11);
}

static int call_exit(const mito_value_t *args, apr_pool_t *child_pool)
{
    (void)args;
    (void)child_pool;
    exit(9);
}

static void a_target_may_call_exit(void)
{
    EACH_METHOD(options)
        CU_ASSERT_EQUAL(run(call_exit, mito_none(), &options), 9);
}

/* ---- arguments ---- */

static const mito_value_t *many_kinds(apr_pool_t *of)
{
    static const char bytes[] = "\0\xff\1";

    return mito_list(of,
        mito_none(), mito_bool(1), mito_int(INT64_MIN, of),
        mito_float(0.1, of), mito_str("\xc3\xa9t\xc3\xa9", of),
        mito_bytes(bytes, 3, of), mito_list_of(NULL, 0, of),
        mito_dict(of, mito_str("a", of), mito_list(of, mito_int(1, of)),
                  mito_int(2, of), mito_none()));
}

static int compare_with_many_kinds(const mito_value_t *args,
                                   apr_pool_t *child_pool)
{
    return mito_value_equal(args, many_kinds(child_pool)) ? 0 : 1;
}

static void every_kind_of_value_arrives(void)
{
    EACH_METHOD(options)
        CU_ASSERT_EQUAL(run(compare_with_many_kinds, many_kinds(pool),
                            &options), 0);
}

static int expect_nothing(const mito_value_t *args, apr_pool_t *child_pool)
{
    (void)child_pool;
    return mito_is_none(args) && mito_count(args) == 0 ? 0 : 1;
}

static void a_target_may_be_given_nothing(void)
{
    EACH_METHOD(options)
        CU_ASSERT_EQUAL(run(expect_nothing, mito_none(), &options), 0);
}

#define BIG 50000000

static int check_big_bytes(const mito_value_t *args, apr_pool_t *child_pool)
{
    size_t size;
    const char *bytes = mito_as_bytes(mito_item(args, 0), &size);

    (void)child_pool;
    return bytes != NULL && size == BIG && bytes[0] == 'a'
           && bytes[BIG / 2] == 'b' && bytes[BIG - 1] == 'c' ? 0 : 1;
}

/* More than any pipe holds: starting never waits for the child to read. */
static void big_arguments_arrive(void)
{
    char *bytes = apr_pcalloc(pool, BIG);

    bytes[0] = 'a';
    bytes[BIG / 2] = 'b';
    bytes[BIG - 1] = 'c';
    EACH_METHOD(options)
        CU_ASSERT_EQUAL(run(check_big_bytes,
            mito_list(pool, mito_bytes(bytes, BIG, pool)), &options), 0);
}

static void too_deep_arguments_are_refused(void)
{
    const mito_value_t *args = mito_list_of(NULL, 0, pool);
    mito_process_t *process = NULL;
    int i;

    for (i = 0; i < MITO_VALUE_DEPTH + 5; i++)
        args = mito_list(pool, args);
    CU_ASSERT_NOT_EQUAL(mito_process_start(&process, return_argument, args,
                                           &spawned, pool), APR_SUCCESS);
    CU_ASSERT_PTR_NULL(process);
}

static void no_target_is_refused(void)
{
    mito_process_t *process = NULL;

    MITO_ASSERT_STATUS(mito_process_start(&process, NULL, mito_none(), NULL,
                                          pool), MITO_EINVAL);
    CU_ASSERT_PTR_NULL(process);
}

/* What a builder says when it fails is not lost. */
static void arguments_that_could_not_be_made_are_refused(void)
{
    mito_process_t *process = NULL;

    MITO_ASSERT_STATUS(mito_process_start(&process, return_argument,
        mito_list(pool, mito_str("\xff", pool)), NULL, pool), MITO_EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "UTF-8"));
    CU_ASSERT_PTR_NULL(process);
}

/* ---- joining, killing, closing ---- */

static void a_process_can_be_joined_again_and_again(void)
{
    EACH_METHOD(options) {
        mito_process_t *process = NULL;
        int64_t code = 0;

        MITO_ASSERT_OK(mito_process_start(&process, hang, mito_none(), &options,
                                          pool));
        CU_ASSERT_TRUE(mito_process_is_alive(process));
        MITO_ASSERT_STATUS(mito_process_join(process, 0), APR_TIMEUP);
        MITO_ASSERT_STATUS(mito_process_join(process, 1000), APR_TIMEUP);
        MITO_ASSERT_STATUS(mito_process_exitcode(&code, process),
                           APR_CHILD_NOTDONE);
        MITO_ASSERT_OK(mito_process_kill(process));
        MITO_ASSERT_OK(mito_process_join(process, MITO_FOREVER));
        MITO_ASSERT_OK(mito_process_join(process, 0));
        CU_ASSERT_FALSE(mito_process_is_alive(process));
        MITO_ASSERT_OK(mito_process_exitcode(&code, process));
        CU_ASSERT_EQUAL(code, -9);
        MITO_ASSERT_OK(mito_process_close(process));
        MITO_ASSERT_OK(mito_process_close(process));
        MITO_ASSERT_STATUS(mito_process_join(process, 0), MITO_ECLOSED);
        CU_ASSERT_FALSE(mito_process_is_alive(process));
    }
}

static void closing_nothing_is_fine(void)
{
    MITO_ASSERT_OK(mito_process_close(NULL));
}

static void a_process_cannot_join_itself(void)
{
    mito_process_t *self = mito_current_process();
    int64_t code;

    MITO_ASSERT_STATUS(mito_process_join(self, MITO_FOREVER), MITO_ESELF);
    MITO_ASSERT_STATUS(mito_process_kill(self), MITO_ESELF);
    MITO_ASSERT_STATUS(mito_process_close(self), MITO_ESELF);
    MITO_ASSERT_STATUS(mito_process_exitcode(&code, self),
                       APR_CHILD_NOTDONE);
    CU_ASSERT_TRUE(mito_process_is_alive(self));
}

static void *APR_THREAD_FUNC join_it(apr_thread_t *thread, void *process)
{
    apr_thread_exit(thread, mito_process_join(process, MITO_FOREVER));
    return NULL;
}

static void several_threads_join_one_process(void)
{
    EACH_METHOD(options) {
        enum { THREADS = 4 };
        apr_thread_t *threads[THREADS];
        mito_process_t *process = NULL;
        apr_status_t status = APR_EGENERAL;
        int i;

        MITO_ASSERT_OK(mito_process_start(&process, hang, mito_none(), &options,
                                          pool));
        for (i = 0; i < THREADS; i++)
            MITO_ASSERT_OK(apr_thread_create(&threads[i], NULL, join_it,
                                             process, pool));
        MITO_ASSERT_OK(mito_process_kill(process));
        for (i = 0; i < THREADS; i++) {
            apr_thread_join(&status, threads[i]);
            MITO_ASSERT_OK(status);
        }
        MITO_ASSERT_OK(mito_process_close(process));
    }
}

static void the_pool_joins(void)
{
    EACH_METHOD(options) {
        apr_pool_t *inner;
        mito_process_t *process = NULL;

        apr_pool_create(&inner, pool);
        MITO_ASSERT_OK(mito_process_start(&process, return_argument,
            mito_none(), &options, inner));
        apr_pool_destroy(inner);
    }
}

static void many_at_once(void)
{
    EACH_METHOD(options) {
        enum { COUNT = 20 };
        mito_process_t *processes[COUNT];
        int64_t code = 0;
        int i;

        for (i = 0; i < COUNT; i++)
            MITO_ASSERT_OK_FATAL(mito_process_start(&processes[i],
                return_argument, mito_list(pool, mito_int(i, pool)),
                &options, pool));
        for (i = COUNT - 1; i >= 0; i--) {
            MITO_ASSERT_OK(mito_process_join(processes[i], MITO_FOREVER));
            MITO_ASSERT_OK(mito_process_exitcode(&code, processes[i]));
            CU_ASSERT_EQUAL(code, i);
            MITO_ASSERT_OK(mito_process_close(processes[i]));
        }
    }
}

/* ---- names ---- */

static int check_name(const mito_value_t *args, apr_pool_t *child_pool)
{
    (void)child_pool;
    return strcmp(mito_process_name(mito_current_process()),
                  mito_as_str(mito_item(args, 0)));
}

static void a_process_knows_its_name(void)
{
    CU_ASSERT_STRING_EQUAL(mito_process_name(mito_current_process()),
                           "MainProcess");
    EACH_METHOD(options) {
        options.name = "caf\xc3\xa9 \"x\"";
        CU_ASSERT_EQUAL(run(check_name,
            mito_list(pool, mito_str(options.name, pool)), &options), 0);
    }
}

static int start_another(const mito_value_t *args, apr_pool_t *child_pool)
{
    mito_process_t *process = NULL;
    int64_t code = 1;
    const char *expected = apr_pstrcat(child_pool,
        mito_as_str(mito_item(args, 0)), ":1", NULL);

    if (mito_process_start(&process, check_name,
                           mito_list(child_pool,
                                     mito_str(expected, child_pool)),
                           NULL, child_pool) != APR_SUCCESS
        || strcmp(mito_process_name(process), expected) != 0
        || mito_process_join(process, MITO_FOREVER) != APR_SUCCESS
        || mito_process_exitcode(&code, process) != APR_SUCCESS)
        return 1;
    return (int)code;
}

/* "Process-1" starts "Process-1:1", by the start method it inherits. */
static void default_names_tell_the_ancestry(void)
{
    int number = 0;

    EACH_METHOD(options) {
        const char *name = apr_psprintf(pool, "Process-%d", ++number);
        mito_process_t *process = NULL;
        int64_t code = 1;

        MITO_ASSERT_OK(mito_set_start_method(options.start_method, 1));
        MITO_ASSERT_OK(mito_process_start(&process, start_another,
            mito_list(pool, mito_str(name, pool)), NULL, pool));
        CU_ASSERT_STRING_EQUAL(mito_process_name(process), name);
        MITO_ASSERT_OK(mito_process_join(process, MITO_FOREVER));
        MITO_ASSERT_OK(mito_process_exitcode(&code, process));
        CU_ASSERT_EQUAL(code, 0);
        MITO_ASSERT_OK(mito_process_close(process));
    }
}

static int compare_pid(const mito_value_t *args, apr_pool_t *child_pool)
{
    (void)child_pool;
    return mito_process_pid(mito_current_process())
           != mito_as_int(mito_item(args, 0));
}

static void a_process_has_a_pid_of_its_own(void)
{
    int64_t own = mito_process_pid(mito_current_process());

    EACH_METHOD(options) {
        mito_process_t *process = NULL;

        CU_ASSERT_EQUAL(run(compare_pid,
            mito_list(pool, mito_int(own, pool)), &options), 1);
        MITO_ASSERT_OK(mito_process_start(&process, hang, mito_none(), &options,
                                          pool));
        CU_ASSERT_TRUE(mito_process_pid(process) > 0);
        CU_ASSERT_NOT_EQUAL(mito_process_pid(process), own);
        MITO_ASSERT_OK(mito_process_kill(process));
        MITO_ASSERT_OK(mito_process_close(process));
    }
}

/* ---- start methods ---- */

static void the_start_method_is_set_once(void)
{
    MITO_ASSERT_OK(mito_set_start_method(MITO_START_SPAWN, 0));
    CU_ASSERT_EQUAL(mito_get_start_method(), MITO_START_SPAWN);
    MITO_ASSERT_STATUS(mito_set_start_method(MITO_START_SPAWN, 0),
                       MITO_EINVAL);
    MITO_ASSERT_OK(mito_set_start_method(MITO_START_SPAWN, 1));
    MITO_ASSERT_STATUS(mito_set_start_method(MITO_START_DEFAULT, 1),
                       MITO_EINVAL);
}

static void asking_for_the_start_method_sets_it(void)
{
    mito_start_method_e method = mito_get_start_method();

    CU_ASSERT_EQUAL(method, mito_has(MITO_CAP_FORK) ? MITO_START_FORK
                                                    : MITO_START_SPAWN);
    MITO_ASSERT_STATUS(mito_set_start_method(method, 0), MITO_EINVAL);
    CU_ASSERT_STRING_EQUAL(mito_start_method_name(MITO_START_SPAWN),
                           "spawn");
    CU_ASSERT_STRING_EQUAL(mito_start_method_name(MITO_START_FORK), "fork");
    CU_ASSERT_PTR_NULL(mito_start_method_name(MITO_START_DEFAULT));
}

static void fork_without_fork_is_not_supported(void)
{
    const mito_process_options_t forked = {.start_method = MITO_START_FORK};
    mito_process_t *process = NULL;

    if (mito_has(MITO_CAP_FORK)) {
        mito_test_skip("this platform can fork");
        return;
    }
    MITO_ASSERT_STATUS(mito_process_start(&process, hang, mito_none(), &forked,
                                          pool), MITO_ENOTSUP);
    CU_ASSERT_PTR_NULL(process);
}

static int changed_in_parent;

static int return_changed(const mito_value_t *args, apr_pool_t *child_pool)
{
    (void)args;
    (void)child_pool;
    return changed_in_parent;
}

/* What makes the two methods different. */
static void fork_copies_memory_and_spawn_does_not(void)
{
    changed_in_parent = 5;
    EACH_METHOD(options)
        CU_ASSERT_EQUAL(run(return_changed, mito_none(), &options),
            options.start_method == MITO_START_FORK ? 5 : 0);
}

/* In a helper whose own input is not empty. */
static void the_input_of_a_process_is_empty(void)
{
    EACH_METHOD(options) {
        mito_completed_t *done = NULL;

        MITO_ASSERT_OK(mito_run(&done,
            MITO_ARGV(mito_test_helper("no-input"),
                      mito_start_method_name(options.start_method)),
            &(mito_run_options_t){.input = "something", .input_size = 9},
            pool));
        CU_ASSERT_EQUAL(mito_completed_exit_code(done), 0);
    }
}

static int check_environment(const mito_value_t *args,
                             apr_pool_t *child_pool)
{
    char *value;

    (void)args;
    return apr_env_get(&value, "MITO_TEST_INHERITED", child_pool)
           != APR_SUCCESS || strcmp(value, "yes") != 0;
}

static void the_environment_is_inherited(void)
{
    apr_env_set("MITO_TEST_INHERITED", "yes", pool);
    EACH_METHOD(options)
        CU_ASSERT_EQUAL(run(check_environment, mito_none(), &options), 0);
}

static const mito_test_t tests[] = {
    {"what_a_target_returns_is_the_exit_code",
     what_a_target_returns_is_the_exit_code, 0},
    {"a_returned_status_is_exit_code_1", a_returned_status_is_exit_code_1, 0},
    {"a_crash_shows_as_its_signal", a_crash_shows_as_its_signal, 0},
    {"a_target_may_call_exit", a_target_may_call_exit, 0},
    {"every_kind_of_value_arrives", every_kind_of_value_arrives, 0},
    {"a_target_may_be_given_nothing", a_target_may_be_given_nothing, 0},
    {"big_arguments_arrive", big_arguments_arrive, 60},
    {"too_deep_arguments_are_refused", too_deep_arguments_are_refused, 0},
    {"no_target_is_refused", no_target_is_refused, 0},
    {"arguments_that_could_not_be_made_are_refused",
     arguments_that_could_not_be_made_are_refused, 0},
    {"a_process_can_be_joined_again_and_again",
     a_process_can_be_joined_again_and_again, 0},
    {"closing_nothing_is_fine", closing_nothing_is_fine, 0},
    {"a_process_cannot_join_itself", a_process_cannot_join_itself, 0},
    {"several_threads_join_one_process", several_threads_join_one_process, 0},
    {"the_pool_joins", the_pool_joins, 0},
    {"many_at_once", many_at_once, 60},
    {"a_process_knows_its_name", a_process_knows_its_name, 0},
    {"default_names_tell_the_ancestry", default_names_tell_the_ancestry, 0},
    {"a_process_has_a_pid_of_its_own", a_process_has_a_pid_of_its_own, 0},
    {"the_start_method_is_set_once", the_start_method_is_set_once, 0},
    {"asking_for_the_start_method_sets_it",
     asking_for_the_start_method_sets_it, 0},
    {"fork_without_fork_is_not_supported",
     fork_without_fork_is_not_supported, 0},
    {"fork_copies_memory_and_spawn_does_not",
     fork_copies_memory_and_spawn_does_not, 0},
    {"the_input_of_a_process_is_empty", the_input_of_a_process_is_empty, 0},
    {"the_environment_is_inherited", the_environment_is_inherited, 0},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    if (mito_init(&argc, &argv, &pool) != APR_SUCCESS)
        return EXIT_FAILURE;
    return mito_test_main(argc, argv, "process", tests);
}
