/* SPDX-License-Identifier: Apache-2.0 */
/*
 * environment NAME...: prints the value of each variable, a line each, or
 * "(unset)".
 */
#include <apr_env.h>
#include <apr_general.h>
#include <stdio.h>

int main(int argc, const char *const *argv)
{
    apr_pool_t *pool;
    int i;

    if (apr_app_initialize(&argc, &argv, NULL)
        || apr_pool_create(&pool, NULL))
        return 1;
    for (i = 1; i < argc; i++) {
        char *value;

        if (apr_env_get(&value, argv[i], pool) != APR_SUCCESS)
            puts("(unset)");
        else
            puts(value);
    }
    return 0;
}
