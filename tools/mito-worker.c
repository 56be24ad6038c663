/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mito-worker: the host of processes whose program's main() is not its
 * own. mito_set_executable("mito-worker") makes mito start it; it loads the
 * shared library that the target stands in and runs the target.
 */
#include <mito.h>

#include <stdio.h>
#include <stdlib.h>

int main(int argc, const char *const *argv)
{
    apr_pool_t *pool;

    MITO_CHECK(mito_init(&argc, &argv, &pool));
    fprintf(stderr, "mito-worker %s runs functions of shared libraries for "
            "programs that call\nmito_set_executable(\"mito-worker\"). It is "
            "started by them, not by hand.\n", mito_version());
    return EXIT_FAILURE;
}
