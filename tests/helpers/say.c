/* SPDX-License-Identifier: Apache-2.0 */
/*
 * say OUTPUT [ERROR]: writes its arguments to its two streams, byte for
 * byte.
 */
#include <apr_file_io.h>
#include <apr_general.h>
#include <string.h>

int main(int argc, const char *const *argv)
{
    apr_pool_t *pool;
    apr_file_t *files[2];
    int i;

    if (apr_app_initialize(&argc, &argv, NULL)
        || apr_pool_create(&pool, NULL)
        || apr_file_open_stdout(&files[0], pool)
        || apr_file_open_stderr(&files[1], pool))
        return 1;
    for (i = 1; i < argc && i < 3; i++)
        if (apr_file_write_full(files[i - 1], argv[i], strlen(argv[i]),
                                NULL) != APR_SUCCESS)
            return 1;
    return 0;
}
