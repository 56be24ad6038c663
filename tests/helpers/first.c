/* SPDX-License-Identifier: Apache-2.0 */
/*
 * first N: copies the first N bytes of its input to its output, and ends,
 * however much there is to come.
 */
#include <apr_file_io.h>
#include <apr_general.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    apr_pool_t *pool;
    apr_file_t *input;
    apr_file_t *output;
    apr_size_t size;
    char *bytes;

    if (argc != 2 || apr_initialize() || apr_pool_create(&pool, NULL)
        || apr_file_open_stdin(&input, pool)
        || apr_file_open_stdout(&output, pool))
        return 1;
    size = (apr_size_t)strtoul(argv[1], NULL, 10);
    bytes = apr_palloc(pool, size + 1);
    return apr_file_read_full(input, bytes, size, &size) != APR_SUCCESS
           || apr_file_write_full(output, bytes, size, NULL) != APR_SUCCESS;
}
