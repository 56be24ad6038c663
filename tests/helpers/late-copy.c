/* SPDX-License-Identifier: Apache-2.0 */
/*
 * late-copy FILE: reads nothing until there is such a file; then copies its
 * standard input to its standard output.
 */
#include <apr_file_info.h>
#include <apr_file_io.h>
#include <apr_general.h>
#include <apr_time.h>

static void wait_for(const char *path, apr_pool_t *pool)
{
    apr_finfo_t information;

    while (apr_stat(&information, path, APR_FINFO_TYPE, pool) != APR_SUCCESS)
        apr_sleep(1000);
}

int main(int argc, char **argv)
{
    static char bytes[65536];
    apr_file_t *input;
    apr_file_t *output;
    apr_pool_t *pool;

    if (argc != 2 || apr_initialize() || apr_pool_create(&pool, NULL)
        || apr_file_open_stdin(&input, pool)
        || apr_file_open_stdout(&output, pool))
        return 1;
    wait_for(argv[1], pool);
    for (;;) {
        apr_size_t size = sizeof(bytes);

        if (apr_file_read(input, bytes, &size) != APR_SUCCESS)
            return 0;
        if (apr_file_write_full(output, bytes, size, NULL) != APR_SUCCESS)
            return 1;
    }
}
