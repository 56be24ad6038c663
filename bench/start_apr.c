/* SPDX-License-Identifier: Apache-2.0 */
/*
 * APR's own processes: a fork, whatever the size of the parent.
 */
#include "start.h"

#include <apr_thread_proc.h>
#include <apr_version.h>

static apr_status_t open_pool(void **state, const void *setting,
                              apr_pool_t *pool)
{
    apr_pool_t *runs;
    apr_status_t status = apr_pool_create(&runs, pool);

    (void)setting;
    if (status == APR_SUCCESS)
        *state = runs;
    return status;
}

static apr_status_t start_and_wait(apr_pool_t *pool, double *values)
{
    static const char *const argv[] = {START_TRUE, NULL};
    start_clock_t clock;
    apr_procattr_t *attributes;
    apr_proc_t child;
    apr_exit_why_e why;
    apr_status_t status;
    int code;

    start_clock_begin(&clock);
    status = apr_procattr_create(&attributes, pool);
    if (status == APR_SUCCESS)
        status = apr_procattr_cmdtype_set(attributes, APR_PROGRAM_ENV);
    if (status == APR_SUCCESS)
        status = apr_proc_create(&child, argv[0], argv, NULL, attributes,
                                 pool);
    if (status != APR_SUCCESS)
        return status;
    start_clock_started(&clock);
    status = apr_proc_wait(&child, &code, &why, APR_WAIT);
    start_clock_ended(&clock, values);
    return APR_STATUS_IS_CHILD_DONE(status) && APR_PROC_CHECK_EXIT(why)
                   && code == 0
               ? APR_SUCCESS
               : APR_EGENERAL;
}

static apr_status_t run(void *state, double *values)
{
    apr_pool_t *pool = state;
    apr_status_t status = start_and_wait(pool, values);

    apr_pool_clear(pool);
    return status;
}

const bench_contender_t start_apr = {
    .name = "APR",
    .about = "apr_proc_create(), apr_proc_wait(), in a pool that is cleared "
             "after each run",
    .version = apr_version_string,
    .disturbs = 1,
    .open = open_pool,
    .run = run,
};
