/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workers: five children, each started with its number as argument. They
 * are joined one by one, so that their lines come in order.
 */
#include <mito.h>

#include <stdio.h>

static int worker(const mito_value_t *args, apr_pool_t *pool)
{
    (void)pool;
    printf("Worker: %d\n", (int)mito_as_int(mito_item(args, 0)));
    return 0;
}

int main(int argc, const char *const *argv)
{
    apr_pool_t *pool;
    int i;

    MITO_CHECK(mito_init(&argc, &argv, &pool));
    for (i = 0; i < 5; i++) {
        mito_process_t *child;

        MITO_CHECK(mito_process_start(&child, worker,
            mito_list(pool, mito_int(i, pool)), NULL, pool));
        MITO_CHECK(mito_process_join(child, MITO_FOREVER));
    }
    return 0;
}
