/* SPDX-License-Identifier: Apache-2.0 */
/*
 * give WHAT PROGRAM [ARGUMENT...]: runs the program with one option: `nice`
 * adds 3 to its own nice value, `groups` leaves none of its further groups.
 * Ends with the program's exit code.
 */
#include <mito.h>

#include <string.h>

int main(int argc, const char *const *argv)
{
    static const char *const none[] = {NULL};
    mito_run_options_t options = {.timeout = 0};
    apr_pool_t *pool;
    int64_t code;

    MITO_CHECK(mito_init(&argc, &argv, &pool));
    if (strcmp(argv[1], "nice") == 0)
        options.command.posix.nice = 3;
    else
        options.command.posix.groups = none;
    MITO_CHECK(mito_call(&code, argv + 2, &options, pool));
    return (int)code;
}
