/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the system itself offers: vfork() with execve(), written out by hand
 * with nothing that could be left out, and posix_spawn(). The first is the
 * limit that all others are measured against.
 */
#include "start.h"

#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char *const true_argv[] = {START_TRUE, NULL};
static char *const echo_argv[] = {START_ECHO, START_WORD, NULL};

static apr_status_t run_vfork(void *state, double *values)
{
    start_clock_t clock;
    int wait_status;
    pid_t pid;

    (void)state;
    start_clock_begin(&clock);
    pid = vfork();
    if (pid == 0) {
        execve(true_argv[0], true_argv, environ);
        _exit(127);
    }
    if (pid < 0)
        return errno;
    start_clock_started(&clock);
    if (waitpid(pid, &wait_status, 0) != pid)
        return errno;
    start_clock_ended(&clock, values);
    return start_check_exit(wait_status);
}

const bench_contender_t start_vfork = {
    .name = "vfork+exec",
    .about = "vfork(), execve(), waitpid(), nothing else: the limit",
    .run = run_vfork,
};

const bench_contender_t start_vfork_again = {
    .name = "vfork+exec, again",
    .about = "the same code once more, to show how exact the figures are",
    .run = run_vfork,
};

static apr_status_t run_posix_spawn(void *state, double *values)
{
    start_clock_t clock;
    int wait_status;
    int error;
    pid_t pid;

    (void)state;
    start_clock_begin(&clock);
    error = posix_spawn(&pid, true_argv[0], NULL, NULL, true_argv, environ);
    if (error != 0)
        return error;
    start_clock_started(&clock);
    if (waitpid(pid, &wait_status, 0) != pid)
        return errno;
    start_clock_ended(&clock, values);
    return start_check_exit(wait_status);
}

const bench_contender_t start_posix_spawn = {
    .name = "posix_spawn",
    .about = "posix_spawn() without attributes, waitpid()",
    .run = run_posix_spawn,
};

/* Reads until the end; more than fits is an error like anything else that
 * is not what the command was to print. */
static apr_status_t read_word(int from)
{
    char buffer[64];
    size_t size = 0;
    ssize_t got;

    while ((got = read(from, buffer + size, sizeof buffer - size)) > 0)
        size += (size_t)got;
    if (got < 0)
        return errno;
    return size == strlen(START_PRINTED)
                   && memcmp(buffer, START_PRINTED, size) == 0
               ? APR_SUCCESS
               : APR_EGENERAL;
}

static apr_status_t run_capture(void *state, double *values)
{
    start_clock_t clock;
    apr_status_t status;
    int wait_status;
    int ends[2];
    pid_t pid;

    (void)state;
    start_clock_begin(&clock);
    if (pipe(ends) != 0)
        return errno;
    pid = vfork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execve(echo_argv[0], echo_argv, environ);
        _exit(127);
    }
    close(ends[1]);
    start_clock_started(&clock);
    status = pid < 0 ? APR_EGENERAL : read_word(ends[0]);
    close(ends[0]);
    if (pid < 0 || waitpid(pid, &wait_status, 0) != pid)
        return errno;
    start_clock_ended(&clock, values);
    return status != APR_SUCCESS ? status : start_check_exit(wait_status);
}

const bench_contender_t capture_vfork = {
    .name = "vfork+exec with a pipe",
    .about = "pipe(), vfork(), dup2(), execve(), read() until the end, "
             "waitpid(): the limit",
    .run = run_capture,
};
