/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_log: mito's log, seen from outside: a helper logs, and what arrives
 * at its error stream is compared.
 */
#include "runner.h"

#include <mito.h>

#include <apr_strings.h>
#include <stdlib.h>
#include <string.h>

static apr_pool_t *pool;

/* What the helper writes to its error stream, without carriage returns. */
static const char *logged(const char *what, const char *method)
{
    mito_completed_t *done = NULL;
    char *text;
    char *to;
    const char *from;

    MITO_ASSERT_OK(mito_run(&done,
        MITO_ARGV(mito_test_helper("logger"), what, method),
        &(mito_run_options_t){.capture_output = 1, .check = 1}, pool));
    if (done == NULL)
        return "";
    text = apr_pstrdup(pool, mito_completed_error(done, NULL));
    for (from = to = text; *from != '\0'; from++)
        if (*from != '\r')
            *to++ = *from;
    *to = '\0';
    return text;
}

static void silent_until_asked(void)
{
    CU_ASSERT_STRING_EQUAL(logged("silent", ""), "");
}

static void a_line_has_level_and_process(void)
{
    CU_ASSERT_STRING_EQUAL(logged("levels", ""),
                           "[INFO/MainProcess] doing 7 things\n"
                           "[SUBWARNING/MainProcess] hm\n"
                           "[WARNING/MainProcess] careful\n"
                           "[ERROR/MainProcess] oh\n"
                           "[Level 22/MainProcess] between\n");
}

static void a_message_stays_one_line(void)
{
    CU_ASSERT_STRING_EQUAL(logged("newline", ""),
                           "[INFO/MainProcess] one two three\n");
}

static void a_long_message_is_cut(void)
{
    const char *text = logged("long", "");

    CU_ASSERT_TRUE(strlen(text) > 4000 && strlen(text) <= 4096);
    CU_ASSERT_EQUAL(text[strlen(text) - 1], '\n');
}

static void children_inherit(const char *method)
{
    CU_ASSERT_STRING_EQUAL(logged("child", method),
        "[INFO/Process-1] child process calling its function\n"
        "[INFO/Process-1] hello from a child\n"
        "[INFO/Process-1] process exiting with exitcode 0\n");
}

static void spawned_children_inherit_the_level(void)
{
    children_inherit("spawn");
}

static void forked_children_inherit_the_level(void)
{
    if (!mito_has(MITO_CAP_FORK))
        mito_test_skip("this platform cannot fork");
    else
        children_inherit("fork");
}

/* Eight children write a hundred lines each, at the same time. */
static void lines_do_not_mix(void)
{
    const char *text = logged("many", "spawn");
    const char *end;
    size_t lines = 0;

    for (; (end = strchr(text, '\n')) != NULL; text = end + 1) {
        const char *mark = strstr(text, "] line ");

        CU_ASSERT_PTR_EQUAL(strstr(text, "[WARNING/Process-"), text);
        CU_ASSERT_TRUE(mark != NULL && mark < end
                       && strspn(mark + 7, "abcdefgh") == 200
                       && mark + 207 == end);
        lines++;
    }
    CU_ASSERT_EQUAL(lines, 800);
}

static const mito_test_t tests[] = {
    {"silent_until_asked", silent_until_asked, 0},
    {"a_line_has_level_and_process", a_line_has_level_and_process, 0},
    {"a_message_stays_one_line", a_message_stays_one_line, 0},
    {"a_long_message_is_cut", a_long_message_is_cut, 0},
    {"spawned_children_inherit_the_level",
     spawned_children_inherit_the_level, 0},
    {"forked_children_inherit_the_level",
     forked_children_inherit_the_level, 0},
    {"lines_do_not_mix", lines_do_not_mix, 0},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    if (mito_init(&argc, &argv, &pool) != APR_SUCCESS)
        return EXIT_FAILURE;
    return mito_test_main(argc, argv, "log", tests);
}
