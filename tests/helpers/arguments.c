/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arguments: prints each of its arguments in hexadecimal, a line each, so
 * that a test sees every byte whatever the terminal or the C library would
 * make of it.
 */
#include <mito.h>

#include <stdio.h>

int main(int argc, const char *const *argv)
{
    apr_pool_t *pool;
    int i;

    MITO_CHECK(mito_init(&argc, &argv, &pool));
    for (i = 1; i < argc; i++) {
        const char *byte;

        for (byte = argv[i]; *byte != '\0'; byte++)
            printf("%02x", (unsigned)(unsigned char)*byte);
        putchar('\n');
    }
    return 0;
}
