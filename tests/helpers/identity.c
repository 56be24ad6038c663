/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity OWN NEXT: a program that is built anew while it runs. Puts the
 * program NEXT in the place of its own file OWN and spawns a function of
 * its own; prints what came of it. The same source makes NEXT.
 */
#include <mito.h>

#include <apr_file_io.h>
#include <apr_strings.h>
#include <stdio.h>

#ifdef MITO_TEST_REBUILT
volatile char padding[65536];
#endif

static int target(const mito_value_t *args, apr_pool_t *pool)
{
    (void)args;
    (void)pool;
#ifdef MITO_TEST_REBUILT
    return padding[4096] + 4;
#else
    return 3;
#endif
}

/* Where a running program's file cannot be removed it can be renamed. */
static void replace(const char *own, const char *next, apr_pool_t *pool)
{
    if (apr_file_remove(own, pool) != APR_SUCCESS)
        MITO_CHECK(apr_file_rename(own, apr_pstrcat(pool, own, ".old", NULL),
                                   pool));
    MITO_CHECK(apr_file_copy(next, own, APR_FILE_SOURCE_PERMS, pool));
}

int main(int argc, const char *const *argv)
{
    const mito_process_options_t spawned = {
        .start_method = MITO_START_SPAWN};
    mito_process_t *process;
    apr_pool_t *pool;
    apr_status_t status;

    MITO_CHECK(mito_init(&argc, &argv, &pool));
    if (argc > 2)
        replace(argv[1], argv[2], pool);
    MITO_CHECK(mito_process_start(&process, target, mito_none(), &spawned,
                                  pool));
    status = mito_process_join(process, MITO_FOREVER);
    if (status == APR_SUCCESS)
        puts("the target ran");
    else
        printf("%s: %s\n", mito_status_name(status), mito_errmsg());
    return 0;
}
