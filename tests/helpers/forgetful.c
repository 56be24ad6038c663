/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forgetful: starts a process without having called mito_init(), and prints
 * what mito says of it.
 */
#include <mito.h>

#include <apr_general.h>
#include <stdio.h>

static int target(const mito_value_t *args, apr_pool_t *pool)
{
    (void)args;
    (void)pool;
    puts("the target ran");
    return 0;
}

int main(void)
{
    mito_process_t *process;
    apr_pool_t *pool;
    apr_status_t status;

    if (apr_initialize() || apr_pool_create(&pool, NULL))
        return 1;
    status = mito_process_start(&process, target, mito_none(), NULL, pool);
    printf("%s: %s\n", mito_status_name(status), mito_errmsg());
    return 0;
}
