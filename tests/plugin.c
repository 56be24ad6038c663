/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin: a shared library with functions that tests run in processes.
 * Built a second time, as another build, with MITO_TEST_REBUILT.
 */
#include <mito.h>

/* APR has this only where a library must say what it exports. */
#ifndef APR_MODULE_DECLARE_DATA
#define APR_MODULE_DECLARE_DATA
#endif

#ifdef MITO_TEST_REBUILT
volatile char padding[65536];
#endif

APR_MODULE_DECLARE_DATA int plugin_answer(const mito_value_t *args,
                                          apr_pool_t *pool);

/* The sum of its arguments, or 42 without any. */
int plugin_answer(const mito_value_t *args, apr_pool_t *pool)
{
    int sum = 0;
    size_t i;

    (void)pool;
#ifdef MITO_TEST_REBUILT
    sum = padding[4096];
#endif
    if (mito_count(args) == 0)
        return 42;
    for (i = 0; i < mito_count(args); i++)
        sum += (int)mito_as_int(mito_item(args, i));
    return sum;
}
