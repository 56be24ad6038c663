/* SPDX-License-Identifier: Apache-2.0 */
/*
 * detacher PROGRAM: starts the program, which has the same standard streams,
 * leaves it to itself, and ends as a program does that says nothing else.
 */
#include <mito.h>

int main(int argc, const char *const *argv)
{
    mito_popen_t *command;
    apr_pool_t *pool;

    MITO_CHECK(mito_init(&argc, &argv, &pool));
    MITO_CHECK(mito_popen_start(&command, MITO_ARGV(argv[1]), NULL, pool));
    MITO_CHECK(mito_popen_detach(command));
    return 0;
}
