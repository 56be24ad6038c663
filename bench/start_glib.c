/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GLib, twice. G_SPAWN_DO_NOT_REAP_CHILD is needed to learn of the exit at
 * all. With that alone GLib closes every descriptor in the child, and
 * forks; G_SPAWN_LEAVE_DESCRIPTORS_OPEN besides opens the way to its
 * posix_spawn() path, which its documentation names as the fast one.
 */
#include "start.h"

#ifdef HAVE_GLIB

#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>

#include <glib.h>

static apr_status_t spawn(GPid *pid, GSpawnFlags flags)
{
    char *argv[] = {(char[]){START_TRUE}, NULL};
    GError *error = NULL;

    if (g_spawn_async(NULL, argv, NULL, flags, NULL, NULL, pid, &error))
        return APR_SUCCESS;
    fprintf(stderr, "%s\n", error->message);
    g_error_free(error);
    return APR_EGENERAL;
}

static apr_status_t start_and_wait(GSpawnFlags flags, double *values)
{
    start_clock_t clock;
    apr_status_t status;
    int wait_status;
    GPid pid;

    start_clock_begin(&clock);
    status = spawn(&pid, flags);
    if (status != APR_SUCCESS)
        return status;
    start_clock_started(&clock);
    if (waitpid(pid, &wait_status, 0) != pid)
        return errno;
    start_clock_ended(&clock, values);
    g_spawn_close_pid(pid);
    return start_check_exit(wait_status);
}

static apr_status_t run_best(void *state, double *values)
{
    (void)state;
    return start_and_wait(
        G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_LEAVE_DESCRIPTORS_OPEN, values);
}

static apr_status_t run_default(void *state, double *values)
{
    (void)state;
    return start_and_wait(G_SPAWN_DO_NOT_REAP_CHILD, values);
}

static const char *version(void)
{
    static char text[64];

    snprintf(text, sizeof text, "%u.%u.%u", glib_major_version,
             glib_minor_version, glib_micro_version);
    return text;
}

const bench_contender_t start_glib_best = {
    .name = "GLib, descriptors left open",
    .about = "g_spawn_async() with G_SPAWN_DO_NOT_REAP_CHILD and "
             "G_SPAWN_LEAVE_DESCRIPTORS_OPEN, waitpid()",
    .version = version,
    .run = run_best,
};

const bench_contender_t start_glib_default = {
    .name = "GLib, defaults",
    .about = "g_spawn_async() with G_SPAWN_DO_NOT_REAP_CHILD, waitpid()",
    .version = version,
    .disturbs = 1,
    .run = run_default,
};

#else

const bench_contender_t start_glib_best = {
    .name = "GLib, descriptors left open",
    .absent = "GLib was not found when the build was configured",
};

const bench_contender_t start_glib_default = {
    .name = "GLib, defaults",
    .absent = "GLib was not found when the build was configured",
};

#endif
