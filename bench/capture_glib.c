/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GLib, twice: g_subprocess_communicate(), which does it all, and the input
 * stream of a subprocess, read in blocks of 64 KiB.
 */
#include "capture.h"

#ifdef HAVE_GLIB

#include <stdio.h>

#include <gio/gio.h>

enum { BLOCK = 65536 };

static apr_status_t failed(GError *error)
{
    fprintf(stderr, "%s\n", error->message);
    g_error_free(error);
    return APR_EGENERAL;
}

static apr_status_t communicate(const char *const *argv, GBytes *input,
                                capture_output_t *output)
{
    GSubprocessFlags flags = G_SUBPROCESS_FLAGS_STDOUT_PIPE;
    GError *error = NULL;
    GSubprocess *process;
    GBytes *bytes;
    gsize size;

    if (input != NULL)
        flags |= G_SUBPROCESS_FLAGS_STDIN_PIPE;
    process = g_subprocess_newv(argv, flags, &error);
    if (process == NULL
        || !g_subprocess_communicate(process, input, NULL, &bytes, NULL,
                                     &error))
        return failed(error);
    output->bytes = g_bytes_get_data(bytes, &size);
    output->size = size;
    return g_subprocess_get_successful(process) ? APR_SUCCESS : APR_EGENERAL;
}

static apr_status_t capture(const capture_job_t *job,
                            capture_output_t *output)
{
    return communicate(job->writer, NULL, output);
}

static apr_status_t go_both_ways(const capture_job_t *job,
                                 capture_output_t *output)
{
    static const char *const cat[] = {CAPTURE_CAT, NULL};

    return communicate(cat, g_bytes_new_static(job->input, job->size),
                       output);
}

/* Reads until the end; the array doubles when it is full. */
static apr_status_t read_all(GInputStream *stream, GByteArray *array)
{
    GError *error = NULL;
    gssize got;

    do {
        guint size = array->len;

        g_byte_array_set_size(array, size + BLOCK);
        got = g_input_stream_read(stream, array->data + size, BLOCK, NULL,
                                  &error);
        g_byte_array_set_size(array, size + (guint)(got > 0 ? got : 0));
    } while (got > 0);
    return got == 0 ? APR_SUCCESS : failed(error);
}

static apr_status_t capture_stream(const capture_job_t *job,
                                   capture_output_t *output)
{
    GByteArray *array = g_byte_array_new();
    GError *error = NULL;
    GSubprocess *process = g_subprocess_newv(
        job->writer, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
    apr_status_t status;

    if (process == NULL)
        return failed(error);
    status = read_all(g_subprocess_get_stdout_pipe(process), array);
    if (!g_subprocess_wait_check(process, NULL, &error))
        return failed(error);
    output->bytes = array->data;
    output->size = array->len;
    return status;
}

const capture_player_t capture_glib_player = {
    .name = "glib",
    .functions = {[CAPTURE_OUTPUT] = capture,
                  [CAPTURE_BOTH_WAYS] = go_both_ways},
};

const capture_player_t capture_glib_stream_player = {
    .name = "glib-stream",
    .functions = {[CAPTURE_OUTPUT] = capture_stream},
};

static const char *version(void)
{
    static char text[64];

    snprintf(text, sizeof text, "%u.%u.%u", glib_major_version,
             glib_minor_version, glib_micro_version);
    return text;
}

static apr_status_t open_glib(void **state, const void *setting,
                              apr_pool_t *pool)
{
    return capture_open(state, setting, &capture_glib_player, pool);
}

static apr_status_t open_glib_stream(void **state, const void *setting,
                                     apr_pool_t *pool)
{
    return capture_open(state, setting, &capture_glib_stream_player, pool);
}

const bench_contender_t capture_glib = {
    .name = "GLib, communicate",
    .about = "g_subprocess_communicate()",
    .version = version,
    .open = open_glib,
    .run = capture_run,
};

const bench_contender_t capture_glib_stream = {
    .name = "GLib, input stream",
    .about = "g_input_stream_read() of 64 KiB into a GByteArray, "
             "g_subprocess_wait_check(); capturing only",
    .version = version,
    .open = open_glib_stream,
    .run = capture_run,
};

#else

const capture_player_t capture_glib_player = {.name = "glib"};
const capture_player_t capture_glib_stream_player = {.name = "glib-stream"};

const bench_contender_t capture_glib = {
    .name = "GLib, communicate",
    .absent = "GLib was not found when the build was configured",
};

const bench_contender_t capture_glib_stream = {
    .name = "GLib, input stream",
    .absent = "GLib was not found when the build was configured",
};

#endif
