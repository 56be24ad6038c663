/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A test program whose cases are bad, each in one way, for the test of the
 * runner: that every way is seen and told. It does not use mito.
 *
 * Its cases start it again as `runner_victim --stay`, which lives until it
 * is killed.
 */
#include <stdlib.h>
#include <string.h>

#include <apr_general.h>
#include <apr_thread_proc.h>
#include <apr_time.h>

#include "tests/runner.h"

static const char *program;
static apr_pool_t *pool;

static void stay(void)
{
    for (;;)
        apr_sleep(apr_time_from_sec(3600));
}

static void start_one_that_stays(int detached)
{
    const char *arguments[] = {program, "--stay", NULL};
    apr_procattr_t *attributes;
    apr_proc_t process;

    CU_ASSERT_EQUAL_FATAL(apr_procattr_create(&attributes, pool), 0);
    CU_ASSERT_EQUAL_FATAL(apr_procattr_cmdtype_set(attributes, APR_PROGRAM_ENV),
                          0);
    CU_ASSERT_EQUAL_FATAL(apr_procattr_detach_set(attributes, detached), 0);
    CU_ASSERT_EQUAL_FATAL(apr_proc_create(&process, program, arguments, NULL,
                                          attributes, pool), 0);
}

static void passes(void)
{
    CU_ASSERT_EQUAL(1 + 1, 2);
}

static void skips(void)
{
    mito_test_skip("there is no moon");
}

static void fails(void)
{
    CU_ASSERT_EQUAL(1 + 1, 3);
    CU_ASSERT_STRING_EQUAL("one", "two");
    puts("it went on");
}

static void fails_fatally(void)
{
    CU_ASSERT_TRUE_FATAL(program == NULL);
    puts("it went on");
}

static void crashes(void)
{
    int *volatile nowhere = (int *)(size_t)64;

    puts("before the crash");
    *nowhere = 1;
}

static void aborts(void)
{
    CU_ASSERT_EQUAL(2 + 2, 5);
    abort();
}

static void hangs(void)
{
    puts("before the hang");
    CU_ASSERT_EQUAL(2 + 2, 5);
    stay();
}

static void hangs_with_others(void)
{
    start_one_that_stays(0);
    start_one_that_stays(1);
    stay();
}

static void exits(void)
{
    exit(0);
}

static void exits_with_seven(void)
{
    exit(7);
}

static void fail_late(void)
{
    abort();
}

static void crashes_at_exit(void)
{
    CU_ASSERT_EQUAL(atexit(fail_late), 0);
}

static void leaks_descriptor(void)
{
    CU_ASSERT_PTR_NOT_NULL(fopen(program, "rb"));
}

static void closes_descriptor(void)
{
    if (strcmp(mito_test_platform(), "posix") != 0) {
        mito_test_skip("a handle less is no proof where the system has some "
                       "of its own");
        return;
    }
    CU_ASSERT_EQUAL(fclose(stdin), 0);
}

static void leaks_child(void)
{
    start_one_that_stays(0);
}

static void leaks_daemon(void)
{
    start_one_that_stays(1);
}

static void leaks_file(void)
{
    char path[4096];
    FILE *file;

    snprintf(path, sizeof(path), "%s/left-behind",
             mito_test_temporary_directory());
    file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL(fclose(file), 0);
}

static void leaks_shared_memory(void)
{
    const char *name = getenv("MITO_TEST_SHARED_MEMORY");
    char path[256];
    FILE *file;

    snprintf(path, sizeof(path), "/dev/shm/%s-left-behind",
             name != NULL ? name : "");
    file = name != NULL ? fopen(path, "w") : NULL;
    if (file == NULL) {
        mito_test_skip("there is no /dev/shm, or no name for it was given");
        return;
    }
    CU_ASSERT_EQUAL(fclose(file), 0);
}

static void opens_once(void)
{
    static FILE *kept;

    if (kept == NULL)
        kept = fopen(program, "rb");
    CU_ASSERT_PTR_NOT_NULL(kept);
}

static void floods(void)
{
    int i;

    for (i = 0; i < 20000; i++)
        printf("line %d of a long output, which is cut in the middle\n", i);
    CU_FAIL("the end");
}

/* Fails in a third of its runs, according to the seed. */
static void fails_at_random(void)
{
    CU_ASSERT_NOT_EQUAL(mito_test_random() % 3, 0);
}

static void fails_in_child(void)
{
    const char *arguments[] = {program, "--assert", NULL};
    apr_procattr_t *attributes;
    apr_proc_t process;
    int code;
    apr_exit_why_e why;

    CU_ASSERT_EQUAL_FATAL(apr_procattr_create(&attributes, pool), 0);
    CU_ASSERT_EQUAL_FATAL(apr_procattr_cmdtype_set(attributes, APR_PROGRAM_ENV),
                          0);
    CU_ASSERT_EQUAL_FATAL(apr_proc_create(&process, program, arguments, NULL,
                                          attributes, pool), 0);
    CU_ASSERT_EQUAL(apr_proc_wait(&process, &code, &why, APR_WAIT),
                    APR_CHILD_DONE);
    CU_ASSERT_EQUAL(code, MITO_TEST_EXIT_ASSERTION);
}

static const mito_test_t tests[] = {
    {"passes", passes, 0},
    {"skips", skips, 0},
    {"fails", fails, 0},
    {"fails_fatally", fails_fatally, 0},
    {"crashes", crashes, 0},
    {"aborts", aborts, 0},
    {"hangs", hangs, 1},
    {"hangs_with_others", hangs_with_others, 1},
    {"exits", exits, 0},
    {"exits_with_seven", exits_with_seven, 0},
    {"crashes_at_exit", crashes_at_exit, 0},
    {"leaks_descriptor", leaks_descriptor, 0},
    {"closes_descriptor", closes_descriptor, 0},
    {"leaks_child", leaks_child, 0},
    {"leaks_daemon", leaks_daemon, 0},
    {"leaks_file", leaks_file, 0},
    {"leaks_shared_memory", leaks_shared_memory, 0},
    {"opens_once", opens_once, 0},
    {"floods", floods, 0},
    {"fails_at_random", fails_at_random, 0},
    {"fails_in_child", fails_in_child, 0},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    int code;

    if (argc == 2 && strcmp(argv[1], "--stay") == 0)
        stay();
    if (argc == 2 && strcmp(argv[1], "--assert") == 0) {
        CU_ASSERT_STRING_EQUAL("in the child", "it fails");
        return 0;
    }
    if (apr_initialize() != APR_SUCCESS
        || apr_pool_create(&pool, NULL) != APR_SUCCESS)
        return 3;
    program = mito_test_helper("runner_victim");
    code = mito_test_main(argc, argv, "runner_victim", tests);
    apr_terminate();
    return code;
}
