/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPython: one python3 that lives as long as the case does, with as much
 * memory resident as this process has. For each line that it is sent it
 * starts one child, takes the times itself and answers with them, so that
 * what passes between the two processes is not measured.
 *
 * The script is the body of subprocess.run() without options, with the
 * clocks put between its steps.
 */
#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <apr_strings.h>

extern char **environ;

static const char script[] =
    "import mmap, subprocess, sys, time\n"
    "size = int(sys.argv[1])\n"
    "flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS\n"
    "memory = mmap.mmap(-1, size, flags=flags)\n"
    "if hasattr(mmap, 'MADV_NOHUGEPAGE'):\n"
    "    memory.madvise(mmap.MADV_NOHUGEPAGE)\n"
    "memory[::mmap.PAGESIZE] = b'1' * len(range(0, size, mmap.PAGESIZE))\n"
    "for line in iter(sys.stdin.readline, ''):\n"
    "    begun = time.monotonic_ns()\n"
    "    thread_time = time.thread_time_ns()\n"
    "    with subprocess.Popen(['" START_TRUE "']) as process:\n"
    "        call_time = time.thread_time_ns() - thread_time\n"
    "        process.communicate()\n"
    "        code = process.poll()\n"
    "    ended = time.monotonic_ns()\n"
    "    print(code, ended - begun, call_time, flush=True)\n";

typedef struct interpreter_t {
    pid_t pid;
    FILE *to;
    FILE *from;
} interpreter_t;

static apr_status_t make_pipe(int ends[2])
{
    if (pipe(ends) != 0)
        return errno;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return APR_SUCCESS;
}

static apr_status_t launch(pid_t *pid, char *size, int input, int output)
{
    char *argv[] = {(char[]){"python3"}, (char[]){"-c"}, (char *)script,
                    size, NULL};
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);

    if (error != 0)
        return error;
    error = posix_spawn_file_actions_adddup2(&actions, input, 0);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(&actions, output, 1);
    if (error == 0)
        error = posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static void close_interpreter(void *state)
{
    interpreter_t *python = state;

    fclose(python->to);
    fclose(python->from);
    if (python->pid > 0)
        waitpid(python->pid, NULL, 0);
}

static apr_status_t open_interpreter(void **state, const void *setting,
                                     apr_pool_t *pool)
{
    const start_setting_t *circumstances = setting;
    interpreter_t *python = apr_pcalloc(pool, sizeof *python);
    int questions[2];
    int answers[2];
    apr_status_t status = make_pipe(questions);

    if (status == APR_SUCCESS)
        status = make_pipe(answers);
    if (status != APR_SUCCESS)
        return status;
    status = launch(&python->pid,
                    apr_psprintf(pool, "%" APR_SIZE_T_FMT,
                                 circumstances->resident),
                    questions[0], answers[1]);
    close(questions[0]);
    close(answers[1]);
    python->to = fdopen(questions[1], "w");
    python->from = fdopen(answers[0], "r");
    if (status != APR_SUCCESS)
        close_interpreter(python);
    *state = python;
    return status;
}

static apr_status_t run(void *state, double *values)
{
    interpreter_t *python = state;
    double wall;
    double call;
    int code;

    if (fputs("\n", python->to) == EOF || fflush(python->to) == EOF)
        return errno;
    if (fscanf(python->from, "%d %lf %lf", &code, &wall, &call) != 3)
        return APR_EOF;
    values[START_TO_END] = wall / 1e3;
    values[START_CALL_TIME] = call / 1e3;
    return code == 0 ? APR_SUCCESS : APR_EGENERAL;
}

static const char *version(void)
{
    static char text[64];
    FILE *output = popen("python3 --version 2>&1", "r");
    size_t size;

    if (output == NULL)
        return "version unknown";
    size = fread(text, 1, sizeof text - 1, output);
    pclose(output);
    while (size > 0 && text[size - 1] == '\n')
        size--;
    text[size] = '\0';
    return text;
}

const bench_contender_t start_python = {
    .name = "CPython",
    .about = "what subprocess.run(['" START_TRUE "']) does, in a process of "
             "its own that takes the times itself",
    .version = version,
    .open = open_interpreter,
    .run = run,
    .close = close_interpreter,
};
