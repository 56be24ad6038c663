/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core.c: the start of the library in a process, and what is said of it.
 * Statuses and sentences are in core/error.c.
 */
#include <mito/core.h>

#include "core/detached.h"
#include "core/error.h"
#include "core/handover.h"
#include "core/pool.h"
#include "core/startup.h"

#include <apr_general.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The program's pool; set by mito_init(), NULL again at exit. */
static apr_pool_t *program_pool;
static int main_takes_part;

const char *mito_version(void)
{
    return MITO_VERSION_STRING;
}

int mito_has(mito_capability_e capability)
{
    return plat_has(capability);
}

void mito_check_failed(apr_status_t status, const char *file, int line)
{
    char text[MI_ERROR_SIZE];
    const char *sentence = mito_errmsg();

    if (sentence[0] == '\0')
        sentence = mito_strerror(status, text, sizeof(text));
    fprintf(stderr, "%s:%d: %s\n", file, line, sentence);
    exit(1);
}

apr_status_t mi_require_init(void)
{
    if (program_pool != NULL)
        return APR_SUCCESS;
    return mi_error(MITO_ENOTINIT, "mito_init() was not called; it belongs "
                    "in the first line of main()");
}

int mi_main_takes_part(void)
{
    return main_takes_part;
}

apr_pool_t *mi_program_pool(void)
{
    return program_pool;
}

/* Registered with atexit: the pool's cleanups join what still runs. */
static void finish(void)
{
    apr_pool_t *pool = program_pool;

    program_pool = NULL;
    if (pool != NULL)
        apr_pool_destroy(pool);
}

void mi_abandon_program_pool(apr_pool_t *pool)
{
    program_pool = pool;
}

static apr_status_t start_up(int *argc, const char *const **argv,
                             apr_pool_t **pool)
{
    apr_pool_t *made;
    apr_status_t status = apr_initialize();

    if (status == APR_SUCCESS)
        status = apr_pool_create(&made, NULL);
    if (status != APR_SUCCESS)
        return mi_error_with(status, "APR cannot be started");
    status = plat_initialize();
    if (status == APR_SUCCESS)
        status = mi_pools_start();
    if (status == APR_SUCCESS)
        status = mi_detached_start(made);
    if (status == APR_SUCCESS && argc != NULL)
        status = plat_arguments(argc, argv, made);
    if (status == APR_SUCCESS && atexit(finish) != 0)
        status = APR_ENOMEM;
    if (status != APR_SUCCESS) {
        apr_pool_destroy(made);
        return mi_error_with(status, "mito cannot be started");
    }
    *pool = made;
    return APR_SUCCESS;
}

static const char *child_token(int argc, const char *const *argv)
{
    size_t length = strlen(MI_CHILD_ARGUMENT);

    if (argc < 2 || strncmp(argv[1], MI_CHILD_ARGUMENT, length) != 0)
        return NULL;
    return argv[1] + length;
}

apr_status_t mito_init(int *argc, const char *const **argv,
                       apr_pool_t **pool)
{
    apr_pool_t *made = NULL;
    apr_status_t status;

    if ((argc == NULL) != (argv == NULL))
        return mi_error(MITO_EINVAL, "mito_init() takes the addresses of "
                        "both argc and argv, or NULL for both");
    if (program_pool == NULL) {
        status = start_up(argc, argv, &made);
        if (status != APR_SUCCESS)
            return status;
        program_pool = made;
        main_takes_part = argc != NULL;
        if (argc != NULL && child_token(*argc, *argv) != NULL)
            mi_handover_run(child_token(*argc, *argv), made);
    }
    *pool = program_pool;
    return APR_SUCCESS;
}
