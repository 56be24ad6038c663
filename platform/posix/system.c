/* SPDX-License-Identifier: Apache-2.0 */
/*
 * system.c: chapter 1 of the seam on POSIX: the process as the library
 * finds it, the clock, the last word on the error stream.
 */
#include "../platform.h"

#include "process.h"
#include "sys.h"

#include <string.h>
#include <time.h>

extern char **environ;

/* A signal that would end a program for the fault of its reader is ignored,
 * but only if the program has said nothing about it. */
static apr_status_t ignore_by_default(int number)
{
    struct sigaction action;

    if (sigaction(number, NULL, &action) != 0)
        return errno;
    if ((action.sa_flags & SA_SIGINFO) || action.sa_handler != SIG_DFL)
        return APR_SUCCESS;
    action.sa_handler = SIG_IGN;
    return sigaction(number, &action, NULL) == 0 ? APR_SUCCESS : errno;
}

apr_status_t plat_initialize(void)
{
    apr_status_t status = ignore_by_default(SIGPIPE);

    mark_initialize();
    return status == APR_SUCCESS ? ignore_by_default(SIGXFSZ) : status;
}

int plat_has(mito_capability_e capability)
{
    switch (capability) {
    case MITO_CAP_FORK:
    case MITO_CAP_SPAWN:
    case MITO_CAP_EXIT_SIGNAL:
        return 1;
    }
    return 0;
}

plat_deadline_t plat_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (plat_deadline_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

apr_status_t plat_arguments(int *argc, const char *const **argv,
                            apr_pool_t *pool)
{
    (void)argc;
    (void)argv;
    (void)pool;
    return APR_SUCCESS;
}

/* The strings are not copied: a variable that is set later gets a new one. */
apr_status_t plat_environment(const char *const **variables,
                              apr_pool_t *pool)
{
    const char **list;
    size_t count = 0;

    while (environ != NULL && environ[count] != NULL)
        count++;
    list = apr_pcalloc(pool, (count + 1) * sizeof(*list));
    if (count > 0)
        memcpy(list, environ, count * sizeof(*list));
    *variables = list;
    return APR_SUCCESS;
}

static size_t name_length(const char *variable)
{
    return variable[0] == '\0' ? 0 : 1 + strcspn(variable + 1, "=");
}

int plat_same_variable(const char *first, const char *second)
{
    size_t length = name_length(first);

    return length == name_length(second)
        && strncmp(first, second, length) == 0;
}

void plat_write_error(const void *bytes, size_t size)
{
    int saved = errno;
    ssize_t written = write(STDERR_FILENO, bytes, size);

    (void)written;
    errno = saved;
}

void plat_exit_now(int code)
{
    _exit(code);
}

apr_status_t plat_input_discard(void)
{
    int null = sys_open("/dev/null", O_RDONLY | O_CLOEXEC, 0);
    apr_status_t status = APR_SUCCESS;

    if (null < 0)
        return errno;
    if (sys_dup2(null, STDIN_FILENO) < 0)
        status = errno;
    if (null != STDIN_FILENO)
        close(null);
    return status;
}

int64_t plat_own_id(void)
{
    return getpid();
}
