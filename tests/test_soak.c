/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_soak: much of it: many starts, one after another and at the same
 * time, and many bytes. The runner looks for what is left behind.
 *
 * The usual amounts take seconds. MITO_TEST_STARTS (100000) and
 * MITO_TEST_BYTES (1073741824) make them those of the promises.
 */
#include "runner.h"

#include <mito.h>

#include <apr_portable.h>
#include <apr_thread_proc.h>

static apr_pool_t *pool;

#include "running.h"

/* Long enough for the larger amounts on a slow machine. */
#define DEADLINE 3600

#define MEBIBYTE 1048576

/* mito_test_helper() is for one thread at a time. */
static const char *holdings;

static const mito_command_options_t all_pipes = {
    .input = {.to = MITO_STREAM_PIPE}, .output = {.to = MITO_STREAM_PIPE},
    .error = {.to = MITO_STREAM_PIPE}};

/* Each is fed and captured while others' pipes are open. It says how many
 * descriptors or handles it was given that it should not have. */
static apr_status_t count_foreign(int64_t *foreign, apr_pool_t *own)
{
    mito_popen_t *popen;
    int64_t code = 0;
    apr_status_t status = mito_popen_start(&popen, MITO_ARGV(holdings),
                                           &all_pipes, own);

    if (status == APR_SUCCESS)
        status = mito_popen_communicate(popen, "text", 4, MITO_FOREVER);
    if (status == APR_SUCCESS)
        status = mito_popen_exit_code(&code, popen);
    if (status == APR_SUCCESS
        && strcmp(mito_popen_output(popen, NULL), "text") != 0)
        status = MITO_EMALFORMED;
    *foreign += code;
    return status == APR_SUCCESS ? mito_popen_close(popen) : status;
}

typedef struct worker_t {
    apr_thread_t *thread;
    apr_status_t status;
    int64_t foreign;
    int done;
    int rounds;
} worker_t;

static void work(worker_t *worker)
{
    while (worker->done < worker->rounds && worker->status == APR_SUCCESS) {
        apr_pool_t *own;

        apr_pool_create_unmanaged_ex(&own, NULL, NULL);
        worker->status = count_foreign(&worker->foreign, own);
        apr_pool_destroy(own);
        worker->done++;
    }
}

/* apr_thread_exit() leaves the thread's function without a return, which
 * the address sanitizer does not see: nothing else may be in that frame. */
static void (*volatile body)(worker_t *) = work;

static void *APR_THREAD_FUNC run_worker(apr_thread_t *thread, void *opaque)
{
    body(opaque);
    apr_thread_exit(thread, APR_SUCCESS);
    return NULL;
}

static void no_command_has_anothers_pipes(void)
{
    enum { THREADS = 8 };
    static worker_t workers[THREADS];
    apr_status_t ignored;
    int i;

    holdings = HELPER("holdings");
    for (i = 0; i < THREADS; i++) {
        workers[i].rounds = on_posix() ? 200 : 20;
        MITO_ASSERT_OK_FATAL(apr_thread_create(&workers[i].thread, NULL,
                                               run_worker, &workers[i],
                                               pool));
    }
    for (i = 0; i < THREADS; i++) {
        apr_thread_join(&ignored, workers[i].thread);
        MITO_ASSERT_OK(workers[i].status);
        CU_ASSERT_EQUAL(workers[i].foreign, 0);
        CU_ASSERT_EQUAL(workers[i].done, workers[i].rounds);
    }
}

/* That it would be seen: the helper counts what it is given on purpose. */
static void what_a_command_is_given_is_counted(void)
{
    apr_file_t *files[2] = {NULL, NULL};
    mito_completed_t *done = NULL;
    apr_os_file_t native;
    intptr_t handle;

    if (!on_posix()) {
        mito_test_skip("handles to be given must be inheritable first");
        return;
    }
    MITO_ASSERT_OK_FATAL(apr_file_pipe_create(&files[0], &files[1], pool));
    MITO_ASSERT_OK(apr_os_file_get(&native, files[0]));
    handle = (intptr_t)native;
    MITO_ASSERT_OK(mito_run(&done, MITO_ARGV(HELPER("holdings")),
        &(mito_run_options_t){.input = "", .input_size = 0,
                              .command.handles = &handle,
                              .command.handle_count = 1}, pool));
    CU_ASSERT_EQUAL(mito_completed_exit_code(done), 1);
    MITO_ASSERT_OK(apr_file_close(files[0]));
    MITO_ASSERT_OK(apr_file_close(files[1]));
}

/* In a pool each, and a third of them not even closed. */
static void many_starts_leave_nothing(void)
{
    const uint64_t count = amount("MITO_TEST_STARTS",
                                  on_posix() ? 2000 : 200);
    const char *const *argv = MITO_ARGV(HELPER("exit-code"), "0");
    uint64_t i;

    for (i = 0; i < count; i++) {
        mito_popen_t *popen = NULL;
        apr_pool_t *own = NULL;

        MITO_ASSERT_OK_FATAL(apr_pool_create(&own, pool));
        MITO_ASSERT_OK_FATAL(mito_popen_start(&popen, argv, &all_pipes,
                                              own));
        if (i % 3 == 0)
            MITO_ASSERT_OK(mito_popen_communicate(popen, NULL, 0,
                                                  MITO_FOREVER));
        if (i % 3 == 1)
            MITO_ASSERT_OK(mito_popen_close(popen));
        apr_pool_destroy(own);
    }
}

/* None of them is ever asked for its status. When the last has ended, the
 * next start sweeps up what earlier ones have not. */
static void many_detached_ones_leave_nothing(void)
{
    const uint64_t count = amount("MITO_TEST_STARTS",
                                  on_posix() ? 2000 : 200) / 10;
    const char *const *argv = MITO_ARGV(HELPER("exit-code"), "0");
    int64_t *ids = apr_palloc(pool, count * sizeof(*ids));
    uint64_t i;

    for (i = 0; i < count; i++) {
        mito_popen_t *popen = NULL;
        apr_pool_t *own = NULL;

        MITO_ASSERT_OK_FATAL(apr_pool_create(&own, pool));
        MITO_ASSERT_OK_FATAL(mito_popen_start(&popen, argv, NULL, own));
        ids[i] = mito_popen_pid(popen);
        MITO_ASSERT_OK(mito_popen_detach(popen));
        apr_pool_destroy(own);
    }
    for (i = 0; i < count; i++)
        await_end(ids[i]);
    MITO_ASSERT_OK(mito_check_call(argv, NULL, pool));
}

/* ---- many bytes ---- */

static void much_is_captured(void)
{
    const uint64_t size = amount("MITO_TEST_BYTES", 64 * MEBIBYTE);
    mito_completed_t *done = NULL;
    const char *bytes;
    size_t got = 0;

    MITO_ASSERT_OK(mito_run(&done,
        MITO_ARGV(HELPER("flood"),
                  apr_psprintf(pool, "%lu", (unsigned long)size), "0"),
        &(mito_run_options_t){.capture_output = 1, .check = 1}, pool));
    bytes = mito_completed_output(done, &got);
    CU_ASSERT_EQUAL(got, size);
    CU_ASSERT_TRUE(counts_up(bytes, 0, got, 251));
}

static void much_goes_both_ways(void)
{
    const size_t size = (size_t)amount("MITO_TEST_BYTES", 64 * MEBIBYTE);
    mito_completed_t *done = NULL;
    char *input = malloc(size);
    const char *output;
    size_t got = 0;
    size_t i;

    CU_ASSERT_PTR_NOT_NULL_FATAL(input);
    for (i = 0; i < size; i++)
        input[i] = (char)(i % 251);
    MITO_ASSERT_OK(mito_run(&done, MITO_ARGV(HELPER("copy")),
        &(mito_run_options_t){.capture_output = 1, .check = 1,
                              .input = input, .input_size = size}, pool));
    output = mito_completed_output(done, &got);
    CU_ASSERT_EQUAL(got, size);
    CU_ASSERT_TRUE(got == size && memcmp(output, input, size) == 0);
    free(input);
}

static const mito_test_t tests[] = {
    {"no_command_has_anothers_pipes", no_command_has_anothers_pipes, 120},
    {"what_a_command_is_given_is_counted",
     what_a_command_is_given_is_counted, 0},
    {"many_starts_leave_nothing", many_starts_leave_nothing, DEADLINE},
    {"many_detached_ones_leave_nothing", many_detached_ones_leave_nothing,
     DEADLINE},
    {"much_is_captured", much_is_captured, DEADLINE},
    {"much_goes_both_ways", much_goes_both_ways, DEADLINE},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    if (mito_init(&argc, &argv, &pool) != APR_SUCCESS)
        return EXIT_FAILURE;
    return mito_test_main(argc, argv, "soak", tests);
}
