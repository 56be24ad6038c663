/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reply: reads one byte of its input and writes it to its output, and a `!`
 * to its error stream.
 */
#include <apr_file_io.h>
#include <apr_general.h>

int main(void)
{
    apr_pool_t *pool;
    apr_file_t *input;
    apr_file_t *output;
    apr_file_t *error;
    apr_size_t size = 1;
    char byte;

    if (apr_initialize() || apr_pool_create(&pool, NULL)
        || apr_file_open_stdin(&input, pool)
        || apr_file_open_stdout(&output, pool)
        || apr_file_open_stderr(&error, pool))
        return 1;
    return apr_file_read(input, &byte, &size) != APR_SUCCESS
           || apr_file_write_full(output, &byte, 1, NULL) != APR_SUCCESS
           || apr_file_write_full(error, "!", 1, NULL) != APR_SUCCESS;
}
