/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_image: functions of shared libraries and of other programs, hosts,
 * and images that were built anew while their processes ran.
 */
#include "runner.h"

#include <mito.h>

#include <apr_dso.h>
#include <apr_env.h>
#include <apr_file_io.h>
#include <apr_strings.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static apr_pool_t *pool;

#include "processes.h"

static int return_argument(const mito_value_t *args, apr_pool_t *child_pool)
{
    (void)child_pool;
    return (int)mito_as_int(mito_item(args, 0));
}

static const char *library(const char *name)
{
    const char *folder = NULL;
    char *value;

    if (apr_env_get(&value, "MITO_TEST_DIR", pool) == APR_SUCCESS)
        folder = value;
    return apr_pstrcat(pool, folder == NULL ? "." : folder, "/", name,
                       mito_has(MITO_CAP_FORK) ? ".so" : ".dll", NULL);
}

static mito_target_t *load_answer(const char *path)
{
    apr_dso_handle_t *loaded;
    apr_dso_handle_sym_t symbol = NULL;
    char text[256];

    if (apr_dso_load(&loaded, path, pool) != APR_SUCCESS
        || apr_dso_sym(&symbol, loaded, "plugin_answer") != APR_SUCCESS) {
        fprintf(stderr, "%s: %s\n", path,
                apr_dso_error(loaded, text, sizeof(text)));
        CU_FAIL_FATAL("the test library cannot be loaded");
    }
    return (mito_target_t *)(uintptr_t)symbol;
}

static void a_function_of_a_shared_library(void)
{
    mito_target_t *answer = load_answer(library("plugin"));

    EACH_METHOD(options) {
        CU_ASSERT_EQUAL(run(answer, mito_none(), &options), 42);
        CU_ASSERT_EQUAL(run(answer, mito_list(pool, mito_int(3, pool),
                                              mito_int(4, pool)), &options),
                        7);
    }
}

/* What a helper prints. */
static const char *output_of(const char *const *argv)
{
    mito_completed_t *done = NULL;

    MITO_ASSERT_OK(mito_run(&done, argv,
        &(mito_run_options_t){.capture_output = 1, .check = 1}, pool));
    return done == NULL ? "" : mito_completed_output(done, NULL);
}

static void a_guest_needs_a_host(void)
{
    const char *output = output_of(MITO_ARGV(mito_test_helper("guest"),
                                             library("plugin")));

    CU_ASSERT_PTR_NOT_NULL(strstr(output, "MITO_EHOST: "));
    CU_ASSERT_PTR_NOT_NULL(strstr(output, "mito_set_executable()"));
}

static void mito_worker_is_a_host(void)
{
    const char *output = output_of(MITO_ARGV(mito_test_helper("guest"),
        library("plugin"), mito_test_helper("mito-worker")));

    CU_ASSERT_PTR_NOT_NULL(strstr(output, "exit code 42"));
}

static void a_host_that_knows_nothing_of_mito(void)
{
    const char *output = output_of(MITO_ARGV(mito_test_helper("guest"),
        library("plugin"), mito_test_helper("directory")));

    CU_ASSERT_PTR_NOT_NULL(strstr(output, "MITO_EHOST: "));
    CU_ASSERT_PTR_NOT_NULL(strstr(output, "mito_init()"));
}

static void a_missing_host(void)
{
    const mito_process_options_t options = {
        .start_method = MITO_START_SPAWN};
    mito_process_t *process = NULL;

    MITO_ASSERT_OK(mito_set_executable("./no-such-host"));
    CU_ASSERT_TRUE(APR_STATUS_IS_ENOENT(mito_process_start(&process,
        return_argument, mito_none(), &options, pool)));
    CU_ASSERT_PTR_NULL(process);
    MITO_ASSERT_OK(mito_set_executable(NULL));
}

static void a_host_cannot_run_another_programs_functions(void)
{
    mito_process_t *process = NULL;

    MITO_ASSERT_OK(mito_set_executable(mito_test_helper("mito-worker")));
    MITO_ASSERT_OK_FATAL(mito_process_start(&process, return_argument,
        mito_none(), &spawned, pool));
    MITO_ASSERT_STATUS(mito_process_join(process, MITO_FOREVER),
                       MITO_EIMAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "mito-worker"));
    MITO_ASSERT_OK(mito_process_close(process));
    MITO_ASSERT_OK(mito_set_executable(NULL));
}

/* Where a file that is in use cannot be removed it can be renamed. */
static void put_in_place(const char *from, const char *to)
{
    if (apr_file_remove(to, pool) != APR_SUCCESS)
        apr_file_rename(to, apr_pstrcat(pool, to, ".old", NULL), pool);
    MITO_ASSERT_OK_FATAL(apr_file_copy(from, to, APR_FILE_SOURCE_PERMS,
                                       pool));
}

static void remove_both(const char *path)
{
    apr_file_remove(path, pool);
    apr_file_remove(apr_pstrcat(pool, path, ".old", NULL), pool);
}

/* The copy stands beside the original, where Windows finds its libraries. */
static void a_rebuilt_program_is_noticed(void)
{
    const char *helper = mito_test_helper("identity");
    const char *name = strrchr(helper, '/') + 1;
    const char *own = apr_psprintf(pool, "%.*scopy-%08x-%s",
                                   (int)(name - helper), helper,
                                   (unsigned)mito_test_random(), name);
    const char *output;

    put_in_place(helper, own);
    output = output_of(MITO_ARGV(own, own,
                                 mito_test_helper("identity-rebuilt")));
    CU_ASSERT_PTR_NOT_NULL(strstr(output, "MITO_EIMAGE: "));
    CU_ASSERT_PTR_NOT_NULL(strstr(output, "another build"));
    remove_both(own);
}

/* In a process of its own, as the library stays loaded until its end. */
static int start_with_rebuilt_library(const mito_value_t *args,
                                      apr_pool_t *child_pool)
{
    const char *copy = mito_as_str(mito_item(args, 0));
    mito_target_t *answer;
    mito_process_t *process = NULL;

    pool = child_pool;
    answer = load_answer(copy);
    put_in_place(library("plugin-rebuilt"), copy);
    if (mito_process_start(&process, answer, mito_none(), &spawned, child_pool)
        != APR_SUCCESS
        || mito_process_join(process, MITO_FOREVER) != MITO_EIMAGE
        || strstr(mito_errmsg(), "another build") == NULL
        || strstr(mito_errmsg(), "Process-1:1") == NULL)
        return 1;
    return 0;
}

static void a_rebuilt_library_is_noticed(void)
{
    const char *copy = apr_pstrcat(pool, mito_test_temporary_directory(),
                                   "/copy.so", NULL);

    put_in_place(library("plugin"), copy);
    CU_ASSERT_EQUAL(run(start_with_rebuilt_library,
        mito_list(pool, mito_str(copy, pool)), &spawned), 0);
    remove_both(copy);
}

static const mito_test_t tests[] = {
    {"a_function_of_a_shared_library", a_function_of_a_shared_library, 0},
    {"a_guest_needs_a_host", a_guest_needs_a_host, 0},
    {"mito_worker_is_a_host", mito_worker_is_a_host, 0},
    {"a_host_that_knows_nothing_of_mito", a_host_that_knows_nothing_of_mito, 0},
    {"a_missing_host", a_missing_host, 0},
    {"a_host_cannot_run_another_programs_functions",
     a_host_cannot_run_another_programs_functions, 0},
    {"a_rebuilt_program_is_noticed", a_rebuilt_program_is_noticed, 0},
    {"a_rebuilt_library_is_noticed", a_rebuilt_library_is_noticed, 0},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    if (mito_init(&argc, &argv, &pool) != APR_SUCCESS)
        return EXIT_FAILURE;
    return mito_test_main(argc, argv, "image", tests);
}
