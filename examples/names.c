/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names: children print the names of their processes. One was given, one is
 * the default.
 */
#include <mito.h>

#include <stdio.h>

static int introduce(const mito_value_t *args, apr_pool_t *pool)
{
    (void)args;
    (void)pool;
    printf("I am %s\n", mito_process_name(mito_current_process()));
    return 0;
}

int main(int argc, const char *const *argv)
{
    const mito_process_options_t named = {.name = "my service"};
    mito_process_t *service;
    mito_process_t *other;
    apr_pool_t *pool;

    MITO_CHECK(mito_init(&argc, &argv, &pool));
    introduce(NULL, pool);
    MITO_CHECK(mito_process_start(&service, introduce, mito_none(), &named,
                                  pool));
    MITO_CHECK(mito_process_join(service, MITO_FOREVER));
    MITO_CHECK(mito_process_start(&other, introduce, mito_none(), NULL, pool));
    MITO_CHECK(mito_process_join(other, MITO_FOREVER));
    printf("They were %s and %s\n", mito_process_name(service),
           mito_process_name(other));
    return 0;
}
