/* SPDX-License-Identifier: Apache-2.0 */
/*
 * offspring HANG [stay]: starts the program HANG, which keeps the standard
 * streams open, prints its process id, and ends; or stays with it.
 */
#include <mito.h>

#include <stdio.h>
#include <stdlib.h>

int main(int argc, const char *const *argv)
{
    mito_popen_t *child;
    apr_pool_t *pool;

    MITO_CHECK(mito_init(&argc, &argv, &pool));
    MITO_CHECK(mito_popen_start(&child, MITO_ARGV(argv[1]), NULL, pool));
    printf("%lld\n", (long long)mito_popen_pid(child));
    fflush(stdout);
    if (argc > 2)
        MITO_CHECK(mito_popen_wait(child, MITO_FOREVER));
    else
        MITO_CHECK(mito_popen_detach(child));
    return 0;
}
