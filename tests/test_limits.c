/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_limits: output that is kept up to a limit, with each of the ways to go
 * on beyond it.
 */
#include "runner.h"

#include <mito.h>

static apr_pool_t *pool;

#include "running.h"

/* The end of the output: `size` bytes of a flood of `total`. */
static void expect_kept(const mito_completed_t *done, uint64_t first,
                        size_t size)
{
    size_t got = 0;
    const char *bytes = mito_completed_output(done, &got);

    CU_ASSERT_EQUAL(got, size);
    CU_ASSERT_TRUE(counts_up(bytes, first, got, 251));
    CU_ASSERT_EQUAL(bytes[got], '\0');
}

static mito_completed_t *run_limited(size_t total, size_t limit,
                                     mito_overflow_e overflow,
                                     apr_status_t expected)
{
    mito_completed_t *done = NULL;

    MITO_ASSERT_STATUS(mito_run(&done,
        MITO_ARGV(HELPER("flood"),
                  apr_psprintf(pool, "%lu", (unsigned long)total), "0"),
        &(mito_run_options_t){
            .command.output = {.to = MITO_STREAM_PIPE, .limit = limit,
                               .overflow = overflow}}, pool), expected);
    CU_ASSERT_PTR_NOT_NULL_FATAL(done);
    return done;
}

/* What is below a limit, at it, just above it, and far above it, for limits
 * that are smaller and larger than what is read at a time. */
#define EACH_TOTAL(limit, total)                                            \
    for (size_t l_ = 0; l_ < 5; l_++)                                       \
        for (size_t t_ = 0, limit = limits[l_], total = totals(limit, 0);   \
             t_ < 6; t_++, total = totals(limit, t_))

static const size_t limits[] = {1, 100, 10007, 65536, 1000000};

static size_t totals(size_t limit, size_t index)
{
    const size_t all[] = {0, limit - 1, limit, limit + 1, 2 * limit,
                          3 * limit + 333333};

    return all[index < 6 ? index : 0];
}

static size_t least(size_t one, size_t other)
{
    return one < other ? one : other;
}

static void the_head_is_kept(void)
{
    EACH_TOTAL(limit, total) {
        mito_completed_t *done = run_limited(total, limit,
                                             MITO_OVERFLOW_HEAD,
                                             APR_SUCCESS);

        expect_kept(done, 0, least(limit, total));
        CU_ASSERT_EQUAL(mito_completed_total(done, MITO_STDOUT), total);
        CU_ASSERT_PTR_NULL(mito_completed_spilled(done, MITO_STDOUT));
        CU_ASSERT_EQUAL(mito_completed_exit_code(done), 0);
    }
}

static void the_tail_is_kept(void)
{
    EACH_TOTAL(limit, total) {
        mito_completed_t *done = run_limited(total, limit,
                                             MITO_OVERFLOW_TAIL,
                                             APR_SUCCESS);
        size_t kept = least(limit, total);

        expect_kept(done, total - kept, kept);
        CU_ASSERT_EQUAL(mito_completed_total(done, MITO_STDOUT), total);
        CU_ASSERT_PTR_NULL(mito_completed_spilled(done, MITO_STDOUT));
    }
}

/* All that the file holds, from where it stands. */
static void expect_spilled(apr_file_t *file, size_t total)
{
    char *bytes = apr_palloc(pool, total + 1);
    apr_size_t got = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    MITO_ASSERT_STATUS(apr_file_read_full(file, bytes, total + 1, &got),
                       APR_EOF);
    CU_ASSERT_EQUAL(got, total);
    CU_ASSERT_TRUE(counts_up(bytes, 0, got, 251));
}

static void the_rest_goes_to_a_file(void)
{
    EACH_TOTAL(limit, total) {
        mito_completed_t *done = run_limited(total, limit,
                                             MITO_OVERFLOW_SPILL,
                                             APR_SUCCESS);
        apr_file_t *file = mito_completed_spilled(done, MITO_STDOUT);

        expect_kept(done, 0, least(limit, total));
        CU_ASSERT_EQUAL(mito_completed_total(done, MITO_STDOUT), total);
        if (total > limit)
            expect_spilled(file, total);
        else
            CU_ASSERT_PTR_NULL(file);
        if (file != NULL)
            MITO_ASSERT_OK(apr_file_close(file));
    }
}

/* The file is the result's, and gone with its pool: the runner would see a
 * descriptor or a file in the temporary folder. */
static void a_spilled_file_goes_with_its_pool(void)
{
    apr_pool_t *own;
    mito_completed_t *done = NULL;

    MITO_ASSERT_OK_FATAL(apr_pool_create(&own, pool));
    MITO_ASSERT_OK(mito_run(&done, MITO_ARGV(HELPER("flood"), "9", "9999"),
        &(mito_run_options_t){
            .command.output = {.to = MITO_STREAM_PIPE, .limit = 1,
                               .overflow = MITO_OVERFLOW_SPILL},
            .command.error = {.to = MITO_STREAM_PIPE, .limit = 5000,
                              .overflow = MITO_OVERFLOW_SPILL}}, own));
    expect_spilled(mito_completed_spilled(done, MITO_STDOUT), 9);
    CU_ASSERT_PTR_NOT_NULL(mito_completed_spilled(done, MITO_STDERR));
    apr_pool_destroy(own);
}

static void beyond_the_limit_the_command_is_stopped(void)
{
    EACH_TOTAL(limit, total) {
        mito_completed_t *done = run_limited(total, limit,
            MITO_OVERFLOW_STOP, total > limit ? MITO_ELIMIT : APR_SUCCESS);

        expect_kept(done, 0, least(limit, total));
        CU_ASSERT_TRUE(mito_completed_total(done, MITO_STDOUT)
                       >= least(limit + 1, total));
    }
}

static void a_command_that_would_never_stop_is_stopped(void)
{
    apr_time_t begun = apr_time_now();
    mito_completed_t *done;
    mito_popen_t *popen;
    size_t size = 0;

    done = run_limited((size_t)-1 / 2, 1000, MITO_OVERFLOW_STOP,
                       MITO_ELIMIT);
    CU_ASSERT_EQUAL(mito_completed_exit_code(done), -9);
    popen = start(MITO_ARGV(HELPER("flood"), "1000000000000", "0"),
        &(mito_command_options_t){
            .output = {.to = MITO_STREAM_PIPE, .limit = 1000,
                       .overflow = MITO_OVERFLOW_STOP}});
    MITO_ASSERT_STATUS(mito_popen_communicate(popen, NULL, 0, SOON),
                       MITO_ELIMIT);
    MITO_ASSERT_OK(mito_popen_wait(popen, SOON));
    CU_ASSERT_EQUAL(code_of(popen), -9);
    mito_popen_output(popen, &size);
    CU_ASSERT_EQUAL(size, 1000);
    CU_ASSERT_TRUE(took_not_long(begun));
    MITO_ASSERT_OK(mito_popen_close(popen));
}

/* Each stream has a limit of its own. */
static void limits_are_each_streams_own(void)
{
    mito_completed_t *done = NULL;
    size_t size = 0;

    MITO_ASSERT_OK(mito_run(&done,
        MITO_ARGV(HELPER("flood"), "200000", "100000"),
        &(mito_run_options_t){
            .command.output = {.to = MITO_STREAM_PIPE, .limit = 1000},
            .command.error = {.to = MITO_STREAM_PIPE, .limit = 2000,
                              .overflow = MITO_OVERFLOW_TAIL}}, pool));
    expect_kept(done, 0, 1000);
    CU_ASSERT_TRUE(counts_up(mito_completed_error(done, &size), 98000, size,
                             241));
    CU_ASSERT_EQUAL(size, 2000);
    CU_ASSERT_EQUAL(mito_completed_total(done, MITO_STDERR), 100000);
}

/* The command's own object tells the same as the result does. */
static void a_running_commands_output_is_limited(void)
{
    mito_popen_t *popen = start(MITO_ARGV(HELPER("flood"), "300000", "0"),
        &(mito_command_options_t){
            .output = {.to = MITO_STREAM_PIPE, .limit = 1000,
                       .overflow = MITO_OVERFLOW_SPILL}});
    size_t size = 0;

    MITO_ASSERT_OK(mito_popen_communicate(popen, NULL, 0, SOON));
    mito_popen_output(popen, &size);
    CU_ASSERT_EQUAL(size, 1000);
    CU_ASSERT_EQUAL(mito_popen_total(popen, MITO_STDOUT), 300000);
    expect_spilled(mito_popen_spilled(popen, MITO_STDOUT), 300000);
    CU_ASSERT_PTR_NULL(mito_popen_spilled(popen, MITO_STDERR));
    MITO_ASSERT_OK(mito_popen_close(popen));
}

static const mito_test_t tests[] = {
    {"the_head_is_kept", the_head_is_kept, 60},
    {"the_tail_is_kept", the_tail_is_kept, 60},
    {"the_rest_goes_to_a_file", the_rest_goes_to_a_file, 60},
    {"a_spilled_file_goes_with_its_pool", a_spilled_file_goes_with_its_pool, 0},
    {"beyond_the_limit_the_command_is_stopped",
     beyond_the_limit_the_command_is_stopped, 60},
    {"a_command_that_would_never_stop_is_stopped",
     a_command_that_would_never_stop_is_stopped, 0},
    {"limits_are_each_streams_own", limits_are_each_streams_own, 0},
    {"a_running_commands_output_is_limited",
     a_running_commands_output_is_limited, 0},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    if (mito_init(&argc, &argv, &pool) != APR_SUCCESS)
        return EXIT_FAILURE;
    return mito_test_main(argc, argv, "limits", tests);
}
