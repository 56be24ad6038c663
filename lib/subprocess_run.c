/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subprocess_run.c: commands from start to end, and what is known of them
 * then. mito_run() is the one function; the others are made of it.
 */
#include "subprocess.h"

#include "core/error.h"
#include "core/stop.h"

#include <apr_strings.h>
#include <string.h>

struct mito_completed_t {
    const char *const *argv;
    int64_t exit_code;
    mi_sink_t output;
    mi_sink_t error;
    mito_completed_t **stages;
    size_t stage_count;
};

/* ---- mito_run ---- */

static apr_status_t check_run(const mito_run_options_t *options)
{
    const mito_command_options_t *command = &options->command;

    if (options->capture_output
        && (command->output.to != MITO_STREAM_INHERIT
            || command->error.to != MITO_STREAM_INHERIT))
        return mi_error(MITO_EINVAL, "capture_output may not be combined "
                        "with where the output and error stream go");
    if (options->input != NULL && command->input.to != MITO_STREAM_INHERIT)
        return mi_error(MITO_EINVAL, "input may not be combined with where "
                        "the command's input comes from");
    if (mi_is_for_a_caller(command))
        return mi_error(MITO_EINVAL, "nobody can use a stream of "
                        "MITO_STREAM_PIPE_FILE while mito_run() runs");
    if (options->timeout < 0)
        return mi_error(MITO_EINVAL, "a command's timeout is negative; 0 is "
                        "without limit");
    return APR_SUCCESS;
}

static mito_command_options_t command_of(const mito_run_options_t *options)
{
    mito_command_options_t command = options->command;

    if (options->capture_output) {
        command.output.to = MITO_STREAM_PIPE;
        command.error.to = MITO_STREAM_PIPE;
    }
    if (options->input != NULL)
        command.input.to = MITO_STREAM_PIPE;
    return command;
}

/* What text is in a file of this platform's. */
static const void *native_text(const void *input, size_t *size,
                               apr_pool_t *pool)
{
    static const char newline[] = PLAT_NEWLINE;
    const char *from = input;
    const char *end = from + *size;
    char *made;
    char *to;
    size_t lines = 0;

    if (sizeof(newline) == 2)
        return input;
    for (; from < end; from++)
        lines += *from == '\n';
    made = to = apr_palloc(pool, *size + lines + 1);
    for (from = input; from < end; from++) {
        if (*from == '\n')
            *to++ = '\r';
        *to++ = *from;
    }
    *size = (size_t)(to - made);
    return made;
}

static apr_status_t free_buffers(void *opaque)
{
    mito_completed_t *completed = opaque;

    mi_buffer_free(&completed->output.buffer);
    mi_buffer_free(&completed->error.buffer);
    return APR_SUCCESS;
}

/* The file moves to the pool of the result. */
static void hand_over(mi_sink_t *to, mi_sink_t *from, apr_pool_t *pool)
{
    static const mi_buffer_t empty;

    *to = *from;
    from->buffer = empty;
    from->spilled = NULL;
    if (to->spilled != NULL) {
        apr_file_t *file;

        if (apr_file_setaside(&file, to->spilled, pool) == APR_SUCCESS)
            to->spilled = file;
        else
            to->spilled = NULL;
    }
    mi_sink_spilled(to);
}

mito_completed_t *mi_complete(mito_popen_t *popen, apr_pool_t *pool)
{
    mito_completed_t *completed = apr_pcalloc(pool, sizeof(*completed));

    completed->argv = mi_copy_vector(popen->argv, pool);
    if (mi_child_exit_code(&popen->child, &completed->exit_code)
        != APR_SUCCESS)
        completed->exit_code = MITO_EXIT_UNKNOWN;
    hand_over(&completed->output, &popen->flows[PLAT_OUTPUT].sink, pool);
    hand_over(&completed->error, &popen->flows[PLAT_ERROR].sink, pool);
    apr_pool_cleanup_register(pool, completed, free_buffers,
                              apr_pool_cleanup_null);
    return completed;
}

void mi_completed_set_stages(mito_completed_t *completed,
                             mito_completed_t **stages, size_t count)
{
    completed->stages = stages;
    completed->stage_count = count;
}

const mito_completed_t *mito_completed_stage(
    const mito_completed_t *completed, size_t index)
{
    return index < completed->stage_count ? completed->stages[index] : NULL;
}

static apr_status_t run_started(mito_popen_t *popen,
                                const mito_run_options_t *options)
{
    size_t size = options->input_size;
    const void *input = options->input;
    mi_sentence_t why;
    apr_status_t status;

    if (options->text && input != NULL)
        input = native_text(input, &size, popen->pool);
    status = mito_popen_communicate(popen, input, size,
        options->timeout == 0 ? MITO_FOREVER : options->timeout);
    if (status == APR_TIMEUP) {
        mito_popen_stop(popen, NULL);
        return mi_error(status, "the command '%s' was stopped: it did not "
                        "end within %.3f seconds", popen->argv[0],
                        (double)options->timeout / 1e6);
    }
    if (status != APR_SUCCESS && status != MITO_ELOST
        && status != MITO_ELIMIT) {
        mi_error_save(&why);
        mito_popen_stop(popen, NULL);
        mi_error_restore(&why);
    }
    return status;
}

int mi_has_result(apr_status_t status)
{
    return status == APR_SUCCESS || status == APR_TIMEUP
           || status == MITO_EEXIT || status == MITO_ELIMIT;
}

/* By now it has ended, or does not end whatever is done. */
static void let_go(mito_popen_t *popen)
{
    if (mi_child_runs(&popen->child))
        mi_popen_leave(popen);
    apr_pool_destroy(popen->pool);
}

apr_status_t mito_run(mito_completed_t **completed, const char *const *argv,
                      const mito_run_options_t *options, apr_pool_t *pool)
{
    static const mito_run_options_t defaults;
    mito_command_options_t command;
    mito_popen_t *popen;
    mito_completed_t *result;
    apr_status_t status;

    if (options == NULL)
        options = &defaults;
    status = check_run(options);
    if (status != APR_SUCCESS)
        return status;
    command = command_of(options);
    status = mito_popen_start(&popen, argv, &command, pool);
    if (status != APR_SUCCESS)
        return status;
    status = run_started(popen, options);
    result = mi_complete(popen, pool);
    if (options->text) {
        mi_sink_make_text(&result->output);
        mi_sink_make_text(&result->error);
    }
    let_go(popen);
    if (status == APR_SUCCESS && options->check)
        status = mito_completed_check(result);
    if (mi_has_result(status))
        *completed = result;
    return status;
}

/* ---- what is made of it ---- */

apr_status_t mito_call(int64_t *exit_code, const char *const *argv,
                       const mito_run_options_t *options, apr_pool_t *pool)
{
    mito_completed_t *completed;
    apr_status_t status = mito_run(&completed, argv, options, pool);

    if (mi_has_result(status))
        *exit_code = completed->exit_code;
    return status;
}

apr_status_t mito_check_call(const char *const *argv,
                             const mito_run_options_t *options,
                             apr_pool_t *pool)
{
    mito_run_options_t checked = {.check = 1};
    mito_completed_t *completed;

    if (options != NULL)
        checked = *options;
    checked.check = 1;
    return mito_run(&completed, argv, &checked, pool);
}

apr_status_t mito_check_output(const char **output, size_t *size,
                               const char *const *argv,
                               const mito_run_options_t *options,
                               apr_pool_t *pool)
{
    mito_run_options_t checked = {.check = 1};
    mito_completed_t *completed;
    apr_status_t status;

    if (options != NULL)
        checked = *options;
    if (options != NULL
        && (options->check || options->capture_output
            || options->command.output.to != MITO_STREAM_INHERIT))
        return mi_error(MITO_EINVAL, "mito_check_output() captures the "
                        "output and checks the exit code by itself");
    checked.check = 1;
    checked.command.output.to = MITO_STREAM_PIPE;
    status = mito_run(&completed, argv, &checked, pool);
    if (mi_has_result(status))
        *output = mito_completed_output(completed, size);
    return status;
}

apr_status_t mito_getstatusoutput(int64_t *exit_code, const char **text,
                                  const char *command, apr_pool_t *pool)
{
    const mito_run_options_t options = {
        .command = {.shell = 1, .output.to = MITO_STREAM_PIPE,
                    .error.to = MITO_STREAM_OUTPUT},
        .text = 1};
    mito_completed_t *completed;
    char *captured;
    size_t size;
    apr_status_t status = mito_run(&completed, MITO_ARGV(command), &options,
                                   pool);

    if (status != APR_SUCCESS)
        return status;
    captured = apr_pstrdup(pool, mito_completed_output(completed, NULL));
    size = strlen(captured);
    if (size > 0 && captured[size - 1] == '\n')
        captured[size - 1] = '\0';
    *text = captured;
    *exit_code = completed->exit_code;
    return APR_SUCCESS;
}

apr_status_t mito_getoutput(const char **text, const char *command,
                            apr_pool_t *pool)
{
    int64_t exit_code;

    return mito_getstatusoutput(&exit_code, text, command, pool);
}

/* ---- what is known at the end ---- */

const char *const *mito_completed_argv(const mito_completed_t *completed)
{
    return completed->argv;
}

int64_t mito_completed_exit_code(const mito_completed_t *completed)
{
    return completed->exit_code;
}

static const char *captured(const mi_sink_t *sink, size_t *size)
{
    if (size != NULL)
        *size = mi_buffer_size(&sink->buffer);
    return mi_buffer_text(&sink->buffer);
}

const char *mito_completed_output(const mito_completed_t *completed,
                                  size_t *size)
{
    return captured(&completed->output, size);
}

const char *mito_completed_error(const mito_completed_t *completed,
                                 size_t *size)
{
    return captured(&completed->error, size);
}

uint64_t mito_completed_total(const mito_completed_t *completed,
                              mito_standard_e which)
{
    return which == MITO_STDOUT ? completed->output.total
         : which == MITO_STDERR ? completed->error.total : 0;
}

apr_file_t *mito_completed_spilled(const mito_completed_t *completed,
                                   mito_standard_e which)
{
    return which == MITO_STDOUT ? completed->output.spilled
         : which == MITO_STDERR ? completed->error.spilled : NULL;
}

apr_status_t mito_completed_check(const mito_completed_t *completed)
{
    const char *command = completed->argv[0];
    const char *signal;

    if (completed->exit_code == 0)
        return APR_SUCCESS;
    if (completed->exit_code == MITO_EXIT_UNKNOWN)
        return mi_error(MITO_EEXIT, "the command '%s' was killed but does "
                        "not end", command);
    if (completed->exit_code > 0)
        return mi_error(MITO_EEXIT, "the command '%s' failed with exit code "
                        "%lld", command, (long long)completed->exit_code);
    signal = plat_signal_name((int)-completed->exit_code);
    if (signal == NULL)
        return mi_error(MITO_EEXIT, "the command '%s' was ended by signal "
                        "%lld", command, (long long)-completed->exit_code);
    return mi_error(MITO_EEXIT, "the command '%s' was ended by %s", command,
                    signal);
}
