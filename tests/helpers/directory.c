/* SPDX-License-Identifier: Apache-2.0 */
/*
 * directory: prints its working directory.
 */
#include <apr_file_info.h>
#include <apr_general.h>
#include <stdio.h>

int main(void)
{
    apr_pool_t *pool;
    char *path;

    if (apr_initialize() || apr_pool_create(&pool, NULL)
        || apr_filepath_get(&path, 0, pool))
        return 1;
    puts(path);
    return 0;
}
