/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_core: starting the library, statuses and their sentences.
 */
#include "runner.h"

#include <mito.h>

#include <stdlib.h>
#include <string.h>

static apr_pool_t *program_pool;
static int program_argc;
static const char *const *program_argv;

static void init_again_gives_the_same_pool(void)
{
    apr_pool_t *pool = NULL;

    MITO_ASSERT_OK(mito_init(&program_argc, &program_argv, &pool));
    CU_ASSERT_PTR_EQUAL(pool, program_pool);
    MITO_ASSERT_OK(mito_init(NULL, NULL, &pool));
    CU_ASSERT_PTR_EQUAL(pool, program_pool);
}

static void init_wants_both_or_none(void)
{
    apr_pool_t *pool = NULL;

    MITO_ASSERT_STATUS(mito_init(&program_argc, NULL, &pool), MITO_EINVAL);
    MITO_ASSERT_STATUS(mito_init(NULL, &program_argv, &pool), MITO_EINVAL);
    CU_ASSERT_PTR_NULL(pool);
}

static void without_init_is_an_error(void)
{
    mito_completed_t *done = NULL;

    MITO_ASSERT_OK(mito_run(&done,
        MITO_ARGV(mito_test_helper("forgetful")),
        &(mito_run_options_t){.capture_output = 1, .check = 1},
        program_pool));
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_completed_output(done, NULL),
                                  "MITO_ENOTINIT: mito_init() was not "
                                  "called"));
    CU_ASSERT_PTR_NULL(strstr(mito_completed_output(done, NULL),
                              "the target ran"));
}

static void a_stray_child_says_so(void)
{
    mito_completed_t *done = NULL;

    MITO_ASSERT_OK(mito_run(&done,
        MITO_ARGV(mito_test_helper("logger"), "--mito-child=7"),
        &(mito_run_options_t){.capture_output = 1}, program_pool));
    CU_ASSERT_EQUAL(mito_completed_exit_code(done), 2);
    CU_ASSERT_STRING_EQUAL(mito_completed_output(done, NULL), "");
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_completed_error(done, NULL),
                                  "was not given by a parent"));
}

static void own_statuses_have_names_and_texts(void)
{
    char text[100];

    CU_ASSERT_EQUAL(MITO_ENOTINIT, APR_OS_START_USERERR + 200000);
    CU_ASSERT_STRING_EQUAL(mito_status_name(MITO_ENOTSUP), "MITO_ENOTSUP");
    CU_ASSERT_STRING_EQUAL(mito_strerror(MITO_ENOTSUP, text, sizeof(text)),
                           "not supported on this platform");
    CU_ASSERT_PTR_NULL(mito_status_name(APR_SUCCESS));
    CU_ASSERT_PTR_NULL(mito_status_name(MITO_STATUS_AFTER_LAST));
    CU_ASSERT_PTR_NULL(mito_status_name(MITO_STATUS_BEFORE_FIRST));
}

static void other_statuses_have_aprs_text(void)
{
    char ours[100];
    char aprs[100];

    mito_strerror(APR_TIMEUP, ours, sizeof(ours));
    apr_strerror(APR_TIMEUP, aprs, sizeof(aprs));
    CU_ASSERT_STRING_EQUAL(ours, aprs);
}

static void a_small_buffer_cuts_the_text(void)
{
    char text[5];

    CU_ASSERT_STRING_EQUAL(mito_strerror(MITO_ENOTSUP, text, sizeof(text)),
                           "not ");
}

static void a_sentence_names_what_and_why(void)
{
    mito_completed_t *done = NULL;
    apr_status_t status = mito_run(&done, MITO_ARGV("./no such program"),
                                   NULL, program_pool);

    CU_ASSERT_TRUE(APR_STATUS_IS_ENOENT(status));
    CU_ASSERT_PTR_EQUAL(strstr(mito_errmsg(),
                               "cannot run './no such program': "),
                        mito_errmsg());
    CU_ASSERT_PTR_NULL(done);
}

static void a_long_sentence_is_cut_between_characters(void)
{
    mito_completed_t *done = NULL;
    char name[3000];
    const char *sentence;
    size_t i;

    /* "cannot run './" is 14 bytes, so that an e with its accent, two
     * bytes, stands across the limit for one of the two lengths. */
    for (i = 0; i < 2; i++) {
        size_t at = i;

        memset(name, 'x', i);
        for (; at + 2 < sizeof(name); at += 2)
            memcpy(name + at, "\xc3\xa9", 2);
        name[at] = '\0';
        CU_ASSERT_NOT_EQUAL(mito_run(&done, MITO_ARGV(name), NULL,
                                     program_pool), APR_SUCCESS);
        sentence = mito_errmsg();
        CU_ASSERT_TRUE(strlen(sentence) > 1000 && strlen(sentence) < 1024);
        CU_ASSERT_EQUAL((unsigned char)sentence[strlen(sentence) - 1], 0xa9);
    }
}

static void the_version_is_what_was_compiled(void)
{
    CU_ASSERT_STRING_EQUAL(mito_version(), MITO_VERSION_STRING);
}

static void capabilities_match_the_functions(void)
{
    CU_ASSERT_TRUE(mito_has(MITO_CAP_SPAWN));
    CU_ASSERT_FALSE(mito_has((mito_capability_e)9999));
    if (!mito_has(MITO_CAP_FORK))
        MITO_ASSERT_STATUS(mito_set_start_method(MITO_START_FORK, 1),
                           MITO_ENOTSUP);
}

static const mito_test_t tests[] = {
    {"init_again_gives_the_same_pool", init_again_gives_the_same_pool, 0},
    {"init_wants_both_or_none", init_wants_both_or_none, 0},
    {"without_init_is_an_error", without_init_is_an_error, 0},
    {"a_stray_child_says_so", a_stray_child_says_so, 0},
    {"own_statuses_have_names_and_texts",
     own_statuses_have_names_and_texts, 0},
    {"other_statuses_have_aprs_text", other_statuses_have_aprs_text, 0},
    {"a_small_buffer_cuts_the_text", a_small_buffer_cuts_the_text, 0},
    {"a_sentence_names_what_and_why", a_sentence_names_what_and_why, 0},
    {"a_long_sentence_is_cut_between_characters",
     a_long_sentence_is_cut_between_characters, 0},
    {"the_version_is_what_was_compiled",
     the_version_is_what_was_compiled, 0},
    {"capabilities_match_the_functions",
     capabilities_match_the_functions, 0},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    if (mito_init(&argc, &argv, &program_pool) != APR_SUCCESS)
        return EXIT_FAILURE;
    program_argc = argc;
    program_argv = argv;
    return mito_test_main(argc, argv, "core", tests);
}
