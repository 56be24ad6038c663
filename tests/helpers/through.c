/* SPDX-License-Identifier: Apache-2.0 */
/*
 * through TEXT NUMBER...: writes the text through each descriptor, or
 * HANDLE, of these numbers. Ends with 1 when it cannot.
 */
#include <apr_file_io.h>
#include <apr_general.h>
#include <apr_portable.h>
#include <apr_strings.h>
#include <string.h>

int main(int argc, const char *const *argv)
{
    apr_pool_t *pool;
    int i;

    if (apr_app_initialize(&argc, &argv, NULL)
        || apr_pool_create(&pool, NULL))
        return 2;
    for (i = 2; i < argc; i++) {
        apr_os_file_t native = (apr_os_file_t)(intptr_t)apr_atoi64(argv[i]);
        apr_file_t *file;

        if (apr_os_file_put(&file, &native, APR_FOPEN_WRITE, pool)
            || apr_file_write_full(file, argv[1], strlen(argv[1]), NULL))
            return 1;
    }
    return 0;
}
