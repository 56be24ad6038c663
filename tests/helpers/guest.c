/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest LIBRARY [HOST]: a program whose main() is not mito's. Starts the
 * function plugin_answer of the library in a process of its own, with the
 * host if one is named, and prints what came of it.
 */
#include <mito.h>

#include <apr_dso.h>
#include <stdio.h>
#include <stdlib.h>

static mito_target_t *load(const char *path, apr_pool_t *pool)
{
    apr_dso_handle_t *library;
    apr_dso_handle_sym_t symbol;

    if (apr_dso_load(&library, path, pool) != APR_SUCCESS
        || apr_dso_sym(&symbol, library, "plugin_answer") != APR_SUCCESS)
        exit(EXIT_FAILURE);
    return (mito_target_t *)(uintptr_t)symbol;
}

int main(int argc, const char *const *argv)
{
    const mito_process_options_t spawned = {
        .start_method = MITO_START_SPAWN};
    mito_process_t *process;
    apr_pool_t *pool;
    apr_status_t status;
    int64_t code;

    MITO_CHECK(mito_init(NULL, NULL, &pool));
    if (argc > 2)
        MITO_CHECK(mito_set_executable(argv[2]));
    status = mito_process_start(&process, load(argv[1], pool), mito_none(),
                                &spawned, pool);
    if (status == APR_SUCCESS)
        status = mito_process_join(process, MITO_FOREVER);
    if (status != APR_SUCCESS) {
        printf("%s: %s\n", mito_status_name(status), mito_errmsg());
        return 0;
    }
    MITO_CHECK(mito_process_exitcode(&code, process));
    printf("exit code %d\n", (int)code);
    return 0;
}
