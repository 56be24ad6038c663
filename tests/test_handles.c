/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_handles: the descriptors or handles that a command is given besides
 * its standard streams, and that it has no others.
 */
#include "runner.h"

#include <mito.h>

static apr_pool_t *pool;

#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* On Windows APR's own functions do nothing and say nothing. */
static void set_inheritable(apr_file_t *file, int inheritable)
{
#ifdef HANDLE_FLAG_INHERIT
    CU_ASSERT_TRUE(SetHandleInformation((HANDLE)native(file),
        HANDLE_FLAG_INHERIT, inheritable ? HANDLE_FLAG_INHERIT : 0));
#else
    MITO_ASSERT_OK(inheritable ? apr_file_inherit_set(file)
                               : apr_file_inherit_unset(file));
#endif
}

/* A file that a command may be given; Windows: must be inheritable. */
static apr_file_t *open_to_give(const char *name)
{
    apr_file_t *file = open_new(name, "");

    set_inheritable(file, 1);
    return file;
}

static const char *number_of(apr_file_t *file)
{
    char *text = apr_palloc(pool, 24);

    snprintf(text, 24, "%lld", (long long)native(file));
    return text;
}

static void expect_in(apr_file_t *file, const char *name, const char *text)
{
    MITO_ASSERT_OK(apr_file_close(file));
    CU_ASSERT_STRING_EQUAL(taken_from(temporary(name)), text);
}

/* Among them is the lowest number that is free, 3 on POSIX, which mito's
 * own things could have. */
static void handles_are_handed_over(void)
{
    apr_file_t *first = open_to_give("first");
    apr_file_t *second = open_to_give("second");
    apr_file_t *third = open_to_give("third");
    const intptr_t handles[] = {native(third), native(first)};

    MITO_ASSERT_OK(mito_check_call(
        MITO_ARGV(HELPER("through"), "text", number_of(first),
                  number_of(third)),
        RUN_OPTIONS(.handles = handles, .handle_count = 2), pool));
    MITO_ASSERT_OK(mito_call(&(int64_t){0},
        MITO_ARGV(HELPER("through"), "not to be seen", number_of(second)),
        RUN_OPTIONS(.handles = handles, .handle_count = 2), pool));
    expect_in(first, "first", "text");
    expect_in(second, "second", "");
    expect_in(third, "third", "text");
}

/* With pipes, of which mito has ends that the command must not have. */
static void handles_go_beside_streams(void)
{
    apr_file_t *file = open_to_give("file");
    const intptr_t handles[] = {native(file), native(file)};
    mito_run_options_t options = {
        .input = "there and back", .input_size = 14,
        .command = {.output.to = MITO_STREAM_PIPE,
                    .error = {MITO_STREAM_FILE, .file = file},
                    .handles = handles, .handle_count = 2}};
    mito_completed_t *done = NULL;

    MITO_ASSERT_OK_FATAL(mito_run(&done,
        MITO_ARGV(HELPER("remark"), "to the error stream"), &options,
        pool));
    CU_ASSERT_STRING_EQUAL(mito_completed_output(done, NULL),
                           "there and back");
    MITO_ASSERT_OK(mito_check_call(
        MITO_ARGV(HELPER("through"), ", through", number_of(file)),
        RUN_OPTIONS(.output = {MITO_STREAM_FILE, .file = file},
                    .handles = handles, .handle_count = 2), pool));
    expect_in(file, "file", "to the error stream, through");
}

/* Exactly those, of many that are open and that anybody else's children
 * would inherit. */
static void there_are_no_other_handles(void)
{
    enum { FILES = 40 };
    apr_file_t *files[FILES];
    const intptr_t chosen[] = {17, 5, 30};
    int seen[64] = {0};
    const char *at;
    char *end;
    int i;

    if (!has_proc()) {
        mito_test_skip("there is no /proc to see a process's descriptors");
        return;
    }
    for (i = 0; i < FILES; i++) {
        MITO_ASSERT_OK_FATAL(apr_file_open(&files[i], "/dev/null",
                                           APR_FOPEN_READ, 0, pool));
        set_inheritable(files[i], 1);
    }
    /* The folder that ls itself reads is the lowest number, 3. */
    for (at = output_of(MITO_ARGV("ls", "/proc/self/fd"),
                        &(mito_command_options_t){.handles = chosen,
                                                  .handle_count = 3});
         *at != '\0'; at = *end != '\0' ? end + 1 : end)
        seen[strtoul(at, &end, 10) % 64]++;
    for (i = 0; i < 64; i++)
        CU_ASSERT_EQUAL(seen[i], i <= 3 || i == 5 || i == 17 || i == 30);
    for (i = 0; i < FILES; i++)
        apr_file_close(files[i]);
}

static void expect_refused_handle(intptr_t handle)
{
    mito_completed_t *done = NULL;

    MITO_ASSERT_STATUS(mito_run(&done, MITO_ARGV(HELPER("exit-code"), "0"),
        RUN_OPTIONS(.handles = &handle, .handle_count = 1), pool),
        MITO_EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "handles"));
    CU_ASSERT_PTR_NULL(done);
}

static void what_is_no_handle_is_refused(void)
{
    apr_file_t *file = open_new("file", "");

    expect_refused_handle(-1);
    if (on_posix()) {
        expect_refused_handle(1);
        expect_refused_handle(999);
        expect_refused_handle(INTPTR_MAX);
    } else {
        set_inheritable(file, 0);
        expect_refused_handle(native(file));
    }
    MITO_ASSERT_OK(apr_file_close(file));
    MITO_ASSERT_OK(apr_file_remove(temporary("file"), pool));
}

static const mito_test_t tests[] = {
    {"handles_are_handed_over", handles_are_handed_over, 0},
    {"handles_go_beside_streams", handles_go_beside_streams, 0},
    {"there_are_no_other_handles", there_are_no_other_handles, 0},
    {"what_is_no_handle_is_refused", what_is_no_handle_is_refused, 0},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    if (mito_init(&argc, &argv, &pool) != APR_SUCCESS)
        return EXIT_FAILURE;
    return mito_test_main(argc, argv, "handles", tests);
}
