/* SPDX-License-Identifier: Apache-2.0 */
/*
 * no-input METHOD: starts a process by the method that reads its standard
 * input, and ends with its exit code: 0 when there was nothing to read.
 */
#include <mito.h>

#include <apr_file_io.h>
#include <string.h>

static int read_input(const mito_value_t *args, apr_pool_t *pool)
{
    apr_file_t *input;
    char byte;
    apr_size_t size = 1;

    (void)args;
    if (apr_file_open_stdin(&input, pool) != APR_SUCCESS)
        return 1;
    return apr_file_read(input, &byte, &size) == APR_EOF ? 0 : 2;
}

int main(int argc, const char *const *argv)
{
    mito_process_options_t options = {.start_method = MITO_START_SPAWN};
    mito_process_t *process;
    apr_pool_t *pool;
    int64_t code;

    MITO_CHECK(mito_init(&argc, &argv, &pool));
    if (strcmp(argv[1], "fork") == 0)
        options.start_method = MITO_START_FORK;
    MITO_CHECK(mito_process_start(&process, read_input, mito_none(),
                                  &options, pool));
    MITO_CHECK(mito_process_join(process, MITO_FOREVER));
    MITO_CHECK(mito_process_exitcode(&code, process));
    return (int)code;
}
