/* SPDX-License-Identifier: Apache-2.0 */
/*
 * running.h: what the tests share that talk with commands while they run,
 * stop them, and look for what is left of them. Included behind the
 * definition of `pool`, in which the commands are started.
 *
 * Whether every process of a tree has ended is seen by a pipe of which each
 * of them holds the writing end, and this program none: its end is read when
 * the last of them is gone. Process ids would tell less, as they are given
 * out again.
 */
#ifndef MITO_TESTS_RUNNING_H
#define MITO_TESTS_RUNNING_H

#include "commands.h"

#include <stdlib.h>

#if defined(__has_include)
#if __has_include(<sys/wait.h>)
#include <sys/wait.h>
#include <unistd.h>
#define HAS_WAIT
#endif
#endif

/* Far more than any of these waits takes when all is well. */
#define SOON apr_time_from_sec(10)

static const mito_command_options_t piped = {
    .input = {.to = MITO_STREAM_PIPE}, .output = {.to = MITO_STREAM_PIPE}};

static inline mito_popen_t *start(const char *const *argv,
                                  const mito_command_options_t *options)
{
    mito_popen_t *popen = NULL;

    MITO_ASSERT_OK_FATAL(mito_popen_start(&popen, argv, options, pool));
    return popen;
}

static inline mito_popen_t *start_piped(const char *const *argv)
{
    return start(argv, &piped);
}

static inline void expect_line(mito_popen_t *popen, const char *expected)
{
    const char *line = "(none)";

    MITO_ASSERT_OK(mito_popen_read_line(&line, NULL, popen, MITO_STDOUT,
                                        SOON));
    CU_ASSERT_STRING_EQUAL(line, expected);
}

/* Says a line to `copy`, which has to say it back. */
static inline void expect_echo(mito_popen_t *popen, const char *text)
{
    MITO_ASSERT_OK(mito_popen_write(popen, apr_pstrcat(pool, text, "\n",
                                                       NULL),
                                    strlen(text) + 1, SOON));
    expect_line(popen, text);
}

static inline int64_t code_of(mito_popen_t *popen)
{
    int64_t code = -1000;

    MITO_ASSERT_OK(mito_popen_exit_code(&code, popen));
    return code;
}

static inline void expect_end(mito_popen_t *popen, int64_t code)
{
    MITO_ASSERT_OK(mito_popen_wait(popen, SOON));
    CU_ASSERT_EQUAL(code_of(popen), code);
}

/* Waits for a child's end without mito's knowledge, and leaves its status to
 * be taken. Only where a system has such things. */
static inline void await_end(int64_t pid)
{
#ifdef HAS_WAIT
    siginfo_t information;

    (void)waitid(P_PID, (id_t)pid, &information, WEXITED | WNOWAIT);
#else
    (void)pid;
#endif
}

/* 1 when the system has nothing left of the child. */
static inline int is_reaped(int64_t pid)
{
#ifdef HAS_WAIT
    siginfo_t information;

    return waitid(P_PID, (id_t)pid, &information,
                  WEXITED | WNOHANG | WNOWAIT) != 0;
#else
    (void)pid;
    return 1;
#endif
}

/* What was read when the pipe ends, which is soon: for nobody but the
 * processes of the command holds it. */
static inline const char *read_to_end(mito_popen_t *popen)
{
    char *text = apr_palloc(pool, 4096);
    size_t size = 0;
    size_t count;
    apr_status_t status;

    do {
        count = 0;
        status = mito_popen_read(&count, popen, MITO_STDOUT, text + size,
                                 4095 - size, SOON);
        size += count;
    } while (status == APR_SUCCESS && size < 4095);
    MITO_ASSERT_STATUS(status, APR_EOF);
    text[size] = '\0';
    return text;
}

/* 1 when the bytes count up by the modulus, as flood writes them, the first
 * being byte `first` of the flood. */
static inline int counts_up(const char *bytes, uint64_t first, size_t size,
                            unsigned modulus)
{
    size_t i;

    for (i = 0; i < size; i++)
        if ((unsigned char)bytes[i] != (first + i) % modulus)
            return 0;
    return 1;
}

/* Such bytes. */
static inline char *counting(size_t size)
{
    char *bytes = apr_palloc(pool, size + 1);
    size_t i;

    for (i = 0; i < size; i++)
        bytes[i] = (char)(i % 251);
    return bytes;
}

/* A time by the wall clock; the little that this may be off, and a coarse
 * clock, are allowed for. */
static inline int took_at_least(apr_time_t begun, apr_interval_time_t time)
{
    return apr_time_now() - begun >= time - apr_time_from_msec(20);
}

/* For what has to end by itself, and would never, were it late. */
static inline int took_not_long(apr_time_t begun)
{
    return apr_time_now() - begun < SOON;
}

/* A number of the environment, for tests that can be made longer. */
static inline uint64_t amount(const char *variable, uint64_t usual)
{
    const char *text = getenv(variable);

    return text != NULL ? strtoull(text, NULL, 10) : usual;
}

#endif /* MITO_TESTS_RUNNING_H */
