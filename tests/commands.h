/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands.h: what the tests that run commands share. Included behind the
 * definition of `pool`, which everything here is allocated from. Paths that
 * are made here are in the case's temporary folder.
 */
#ifndef MITO_TESTS_COMMANDS_H
#define MITO_TESTS_COMMANDS_H

#include <mito.h>

#include <apr_file_info.h>
#include <apr_file_io.h>
#include <apr_portable.h>
#include <apr_strings.h>
#include <string.h>

#define HELPER(name) mito_test_helper(name)

/* Options in place: COMMAND(.shell = 1); for a run, RUN_OPTIONS(.shell = 1)
 * where no more than the command has any. */
#define COMMAND(...) (&(mito_command_options_t){__VA_ARGS__})
#define RUN_OPTIONS(...) (&(mito_run_options_t){.command = {__VA_ARGS__}})

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

/* Leaves a case that the platform has nothing for. */
#define POSIX_ONLY                                                          \
    if (skipped_without(on_posix(), "this is POSIX's"))                     \
        return
#define WINDOWS_ONLY                                                        \
    if (skipped_without(!on_posix(), "this is Windows'"))                   \
        return

static inline int skipped_without(int needed, const char *reason)
{
    if (!needed)
        mito_test_skip(reason);
    return !needed;
}

/* Windows has no fork, and every POSIX system has. */
static inline int on_posix(void)
{
    return mito_has(MITO_CAP_FORK);
}

/* Whether there is /proc, by which Linux tells of processes. */
static inline int has_proc(void)
{
    apr_finfo_t info;

    return on_posix() && apr_stat(&info, "/proc/self/stat", APR_FINFO_TYPE,
                                  pool) == APR_SUCCESS;
}

/* What a C program on Windows wrote as text, as it meant it. */
static inline const char *without_returns(const char *text)
{
    char *copy = apr_pstrdup(pool, text);
    char *to = copy;

    for (; *text != '\0'; text++)
        if (*text != '\r')
            *to++ = *text;
    *to = '\0';
    return copy;
}

static inline const char *temporary(const char *name)
{
    return apr_pstrcat(pool, mito_test_temporary_directory(), "/", name,
                       NULL);
}

static inline void write_file(const char *path, const char *text)
{
    apr_file_t *file = NULL;

    MITO_ASSERT_OK_FATAL(apr_file_open(&file, path,
        APR_FOPEN_WRITE | APR_FOPEN_CREATE | APR_FOPEN_TRUNCATE,
        APR_FPROT_UREAD | APR_FPROT_UWRITE, pool));
    apr_file_puts(text, file);
    apr_file_close(file);
}

/* The descriptor or HANDLE of a file, as options have it. */
static inline intptr_t native(apr_file_t *file)
{
    apr_os_file_t it;

    MITO_ASSERT_OK_FATAL(apr_os_file_get(&it, file));
    return (intptr_t)it;
}

/* A new temporary file to read and to write, with the text in it and at its
 * beginning. */
static inline apr_file_t *open_new(const char *name, const char *text)
{
    apr_file_t *file = NULL;
    apr_off_t start = 0;

    MITO_ASSERT_OK_FATAL(apr_file_open(&file, temporary(name),
        APR_FOPEN_READ | APR_FOPEN_WRITE | APR_FOPEN_CREATE
        | APR_FOPEN_TRUNCATE | APR_FOPEN_BINARY,
        APR_FPROT_UREAD | APR_FPROT_UWRITE, pool));
    apr_file_puts(text, file);
    MITO_ASSERT_OK(apr_file_seek(file, APR_SET, &start));
    return file;
}

/* What can be read from the file until its end, which takes it along. */
static inline const char *read_and_close(apr_file_t *file)
{
    char *text = apr_pcalloc(pool, 4096);
    apr_size_t size = 4095;

    apr_file_read_full(file, text, size, &size);
    MITO_ASSERT_OK(apr_file_close(file));
    return text;
}

/* What is in a short file, which is removed. */
static inline const char *taken_from(const char *path)
{
    apr_file_t *file = NULL;
    const char *text;

    MITO_ASSERT_OK_FATAL(apr_file_open(&file, path,
        APR_FOPEN_READ | APR_FOPEN_BINARY, 0, pool));
    text = read_and_close(file);
    MITO_ASSERT_OK(apr_file_remove(path, pool));
    return text;
}

/* What a command that must succeed prints to its output, without carriage
 * returns. */
static inline const char *output_of(const char *const *argv,
                                    const mito_command_options_t *options)
{
    mito_run_options_t run = {.check = 1};
    mito_completed_t *done = NULL;

    if (options != NULL)
        run.command = *options;
    run.command.output.to = MITO_STREAM_PIPE;
    MITO_ASSERT_OK(mito_run(&done, argv, &run, pool));
    return done == NULL ? ""
           : without_returns(mito_completed_output(done, NULL));
}

static inline int64_t exit_code_of(const char *const *argv,
                                   const mito_command_options_t *options)
{
    mito_run_options_t run = {.command = *options};
    int64_t code = -1000;

    MITO_ASSERT_OK(mito_call(&code, argv, &run, pool));
    return code;
}

/* Why a command that cannot be started cannot. */
static inline apr_status_t refusal(const char *const *argv,
                                   const mito_command_options_t *options)
{
    mito_run_options_t run = {.command = *options};
    mito_completed_t *done = NULL;
    apr_status_t status = mito_run(&done, argv, &run, pool);

    CU_ASSERT_PTR_NULL(done);
    return status;
}

/* A command that does nothing. */
#define NOTHING MITO_ARGV(HELPER("exit-code"), "0")

/* The option must be refused with this status and its name be told. */
static inline void expect_refused(const mito_command_options_t *options,
                                  apr_status_t expected, const char *name)
{
    MITO_ASSERT_STATUS(refusal(NOTHING, options), expected);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), name));
}

/* The folder that a path is in. */
static inline const char *folder_of(const char *path)
{
    char *copy = apr_pstrdup(pool, path);
    char *at = copy + strlen(copy);

    while (at > copy && *at != '/' && *at != '\\')
        at--;
    *at = '\0';
    return copy;
}

#endif /* MITO_TESTS_COMMANDS_H */
