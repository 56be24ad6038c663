/* SPDX-License-Identifier: Apache-2.0 */
/*
 * permute ORDER PROGRAM [ARGUMENT...]: runs the program with its own
 * standard streams in another order. ORDER has three letters, for the
 * program's input, output and error stream: the number of one of its own
 * streams, 0 to 2, or `-` where the program simply inherits. Where none is
 * inherited they are all marked not to be (POSIX), which a stream that is
 * given must not mind. Ends with the program's exit code.
 */
#include <mito.h>

#include <apr_file_io.h>
#include <apr_portable.h>
#include <fcntl.h>
#include <string.h>

static mito_stream_t stream(char which, apr_pool_t *pool)
{
    mito_stream_t stream = {MITO_STREAM_INHERIT, .native = 0};
    apr_file_t *file;
    apr_os_file_t native;

    if (which == '-')
        return stream;
    MITO_CHECK(which == '0' ? apr_file_open_stdin(&file, pool)
               : which == '1' ? apr_file_open_stdout(&file, pool)
               : apr_file_open_stderr(&file, pool));
    MITO_CHECK(apr_os_file_get(&native, file));
    stream.to = MITO_STREAM_NATIVE;
    stream.native = (intptr_t)native;
    return stream;
}

static void close_own_on_exec(void)
{
#ifdef FD_CLOEXEC
    int i;

    for (i = 0; i < 3; i++)
        (void)fcntl(i, F_SETFD, FD_CLOEXEC);
#endif
}

int main(int argc, const char *const *argv)
{
    mito_run_options_t options = {.timeout = 0};
    apr_pool_t *pool;
    int64_t code;

    MITO_CHECK(mito_init(&argc, &argv, &pool));
    options.command.input = stream(argv[1][0], pool);
    options.command.output = stream(argv[1][1], pool);
    options.command.error = stream(argv[1][2], pool);
    if (strchr(argv[1], '-') == NULL)
        close_own_on_exec();
    MITO_CHECK(mito_call(&code, argv + 2, &options, pool));
    return (int)code;
}
