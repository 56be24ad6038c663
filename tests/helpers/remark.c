/* SPDX-License-Identifier: Apache-2.0 */
/*
 * remark TEXT: copies its input to its output, then writes TEXT to its error
 * stream.
 */
#include <apr_file_io.h>
#include <apr_general.h>
#include <string.h>

int main(int argc, const char *const *argv)
{
    static char bytes[65536];
    apr_pool_t *pool;
    apr_file_t *input;
    apr_file_t *output;
    apr_file_t *error;
    apr_size_t size = sizeof(bytes);

    if (apr_app_initialize(&argc, &argv, NULL)
        || apr_pool_create(&pool, NULL)
        || apr_file_open_stdin(&input, pool)
        || apr_file_open_stdout(&output, pool)
        || apr_file_open_stderr(&error, pool))
        return 1;
    for (; apr_file_read(input, bytes, &size) == APR_SUCCESS;
         size = sizeof(bytes))
        if (apr_file_write_full(output, bytes, size, NULL) != APR_SUCCESS)
            return 1;
    return apr_file_write_full(error, argv[1], strlen(argv[1]), NULL)
           != APR_SUCCESS;
}
