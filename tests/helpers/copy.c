/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copy: copies its standard input to its standard output, byte for byte.
 */
#include <apr_file_io.h>
#include <apr_general.h>

int main(void)
{
    static char bytes[65536];
    apr_pool_t *pool;
    apr_file_t *input;
    apr_file_t *output;

    if (apr_initialize() || apr_pool_create(&pool, NULL)
        || apr_file_open_stdin(&input, pool)
        || apr_file_open_stdout(&output, pool))
        return 1;
    for (;;) {
        apr_size_t size = sizeof(bytes);

        if (apr_file_read(input, bytes, &size) != APR_SUCCESS)
            return 0;
        if (apr_file_write_full(output, bytes, size, NULL) != APR_SUCCESS)
            return 1;
    }
}
