/* SPDX-License-Identifier: Apache-2.0 */
/*
 * late-copy FILE: reads nothing while somebody else has the file locked; then
 * copies its standard input to its standard output.
 */
#include <apr_file_io.h>
#include <apr_general.h>

static int wait_for(const char *path, apr_pool_t *pool)
{
    apr_file_t *gate;

    return apr_file_open(&gate, path, APR_FOPEN_READ | APR_FOPEN_WRITE, 0,
                         pool) == APR_SUCCESS
           && apr_file_lock(gate, APR_FLOCK_EXCLUSIVE) == APR_SUCCESS
           && apr_file_close(gate) == APR_SUCCESS;
}

int main(int argc, char **argv)
{
    static char bytes[65536];
    apr_file_t *input;
    apr_file_t *output;
    apr_pool_t *pool;

    if (argc != 2 || apr_initialize() || apr_pool_create(&pool, NULL)
        || apr_file_open_stdin(&input, pool)
        || apr_file_open_stdout(&output, pool) || !wait_for(argv[1], pool))
        return 1;
    for (;;) {
        apr_size_t size = sizeof(bytes);

        if (apr_file_read(input, bytes, &size) != APR_SUCCESS)
            return 0;
        if (apr_file_write_full(output, bytes, size, NULL) != APR_SUCCESS)
            return 1;
    }
}
