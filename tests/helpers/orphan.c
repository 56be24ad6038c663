/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orphan PROGRAM: starts the program, which is to die with its parent, and
 * ends at once without another word to it. The program keeps the standard
 * streams open.
 */
#include <mito.h>

#include <stdlib.h>

int main(int argc, const char *const *argv)
{
    mito_popen_t *child;
    apr_pool_t *pool;

    MITO_CHECK(mito_init(&argc, &argv, &pool));
    MITO_CHECK(mito_popen_start(&child, MITO_ARGV(argv[1]),
        &(mito_command_options_t){.die_with_parent = 1}, pool));
    _Exit(0);
}
