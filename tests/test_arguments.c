/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_arguments: what a command is given as arguments reaches it byte for
 * byte, or is refused.
 */
#include "runner.h"

#include <mito.h>

static apr_pool_t *pool;

#include "commands.h"

#include <apr_strings.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const mito_run_options_t captured = {.capture_output = 1};

/* What the helper must print for the arguments. */
static char *in_hexadecimal(const char *const *arguments)
{
    size_t size = 1;
    const char *const *at;
    char *text;
    char *to;

    for (at = arguments; *at != NULL; at++)
        size += 2 * strlen(*at) + 1;
    text = to = apr_palloc(pool, size);
    for (at = arguments; *at != NULL; at++) {
        const char *byte;

        for (byte = *at; *byte != '\0'; byte++, to += 2)
            snprintf(to, 3, "%02x", (unsigned)(unsigned char)*byte);
        *to++ = '\n';
    }
    *to = '\0';
    return text;
}

/* argv[0] is set to the helper; 1 when the rest arrives. */
static int arguments_arrive(const char **argv)
{
    mito_completed_t *done = NULL;

    argv[0] = HELPER("arguments");
    MITO_ASSERT_OK(mito_run(&done, argv, &captured, pool));
    return done != NULL
           && strcmp(without_returns(mito_completed_output(done, NULL)),
                     in_hexadecimal(argv + 1)) == 0;
}

static void difficult_arguments_arrive(void)
{
    const char *argv[] = {
        NULL, "", " ", "  two  blanks ", "tab\there", "line\nbreak", "\"",
        "\"\"", "a\"b", "\\", "\\\\", "\\\"", "ends in \\", "ends in \\\\",
        "c:\\dir with space\\", "a\\\\b", "a\\\\\"b", "'single'", "%PATH%",
        "^&|<>()!", "$HOME `id` $(id)", "*", "?", "~", "-", "--", "/c",
        "\xc3\xa9t\xc3\xa9", "\xe6\x97\xa5\xe6\x9c\xac",
        "\xf0\x9f\x98\x80", "=", "#", ";", "", NULL};

    CU_ASSERT_TRUE(arguments_arrive(argv));
}

static const char *random_argument(void)
{
    static const char *const pieces[] = {
        "\"", "\"", "\\", "\\", "\\\\", " ", " ", "\t", "\n", "'", "%", "^",
        "&", "|", "<", ">", "(", ")", "!", "$", "`", "*", "?", "a", "b",
        "xyz", "=", ",", ";", "\x01", "\x7f", "\xc3\xa9",
        "\xe6\x97\xa5", "\xf0\x9f\x98\x80", "\xc2\xa0"};
    size_t count = (size_t)(mito_test_random() % 12);
    char *text = apr_pcalloc(pool, 4 * count + 1);

    for (; count > 0; count--)
        strcat(text, pieces[mito_test_random()
                            % (sizeof(pieces) / sizeof(*pieces))]);
    return text;
}

static void a_thousand_random_vectors_arrive(void)
{
    apr_pool_t *outer = pool;
    int round;

    for (round = 0; round < 1000; round++) {
        const char *argv[22] = {NULL};
        size_t count = 1 + (size_t)(mito_test_random() % 20);
        size_t i;

        apr_pool_create(&pool, outer);
        for (i = 1; i <= count; i++)
            argv[i] = random_argument();
        if (!arguments_arrive(argv))
            CU_FAIL_FATAL("a vector did not arrive");
        apr_pool_destroy(pool);
    }
    pool = outer;
}

/* All of them arrive, or the limit's error comes. */
static void a_hundred_thousand_arguments(void)
{
    enum { COUNT = 100000 };
    const char **argv = apr_pcalloc(pool, (COUNT + 2) * sizeof(*argv));
    mito_completed_t *done = NULL;
    apr_status_t status;
    size_t i;

    argv[0] = HELPER("arguments");
    for (i = 1; i <= COUNT; i++)
        argv[i] = apr_psprintf(pool, "%c", (int)('a' + i % 26));
    status = mito_run(&done, argv, &captured, pool);
    if (status == MITO_ETOOLONG) {
        CU_ASSERT_FALSE(mito_has(MITO_CAP_FORK));
        return;
    }
    MITO_ASSERT_OK(status);
    CU_ASSERT_STRING_EQUAL(mito_completed_output(done, NULL),
                           in_hexadecimal(argv + 1));
}

static void too_long_is_said(void)
{
    char *text = apr_pcalloc(pool, 300001);
    mito_completed_t *done = NULL;

    if (getenv("MITO_TEST_WRAPPER") != NULL) {
        mito_test_skip("valgrind does not survive an execve that fails so");
        return;
    }
    memset(text, 'x', 300000);
    MITO_ASSERT_STATUS(mito_run(&done, MITO_ARGV(HELPER("arguments"), text),
                                NULL, pool), MITO_ETOOLONG);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "longer than"));
}

/* POSIX passes bytes, Windows text. */
static void bytes_that_are_no_text(void)
{
    const char *argv[] = {NULL, "\xff\xfe", "a\x80", NULL};
    mito_completed_t *done = NULL;

    if (mito_has(MITO_CAP_FORK)) {
        CU_ASSERT_TRUE(arguments_arrive(argv));
        return;
    }
    argv[0] = HELPER("arguments");
    MITO_ASSERT_STATUS(mito_run(&done, argv, &captured, pool), MITO_ETEXT);
}

static void no_argument_vector_is_refused(void)
{
    static const char *const empty[] = {NULL};
    mito_completed_t *done = NULL;

    MITO_ASSERT_STATUS(mito_run(&done, NULL, NULL, pool), MITO_EINVAL);
    MITO_ASSERT_STATUS(mito_run(&done, empty, NULL, pool), MITO_EINVAL);
    CU_ASSERT_PTR_NULL(done);
}

static const mito_test_t tests[] = {
    {"difficult_arguments_arrive", difficult_arguments_arrive, 0},
    {"a_thousand_random_vectors_arrive", a_thousand_random_vectors_arrive, 900},
    {"a_hundred_thousand_arguments", a_hundred_thousand_arguments, 60},
    {"too_long_is_said", too_long_is_said, 0},
    {"bytes_that_are_no_text", bytes_that_are_no_text, 0},
    {"no_argument_vector_is_refused", no_argument_vector_is_refused, 0},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    if (mito_init(&argc, &argv, &pool) != APR_SUCCESS)
        return EXIT_FAILURE;
    return mito_test_main(argc, argv, "arguments", tests);
}
