/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arguments: prints each of its arguments in hexadecimal, a line each, so
 * that a test sees every byte whatever the terminal or the C library would
 * make of it.
 */
#include <apr_general.h>
#include <stdio.h>

/* APR, and not mito, tells what the arguments are. */
int main(int argc, const char *const *argv)
{
    int i;

    if (apr_app_initialize(&argc, &argv, NULL) != APR_SUCCESS)
        return 1;
    for (i = 1; i < argc; i++) {
        const char *byte;

        for (byte = argv[i]; *byte != '\0'; byte++)
            printf("%02x", (unsigned)(unsigned char)*byte);
        putchar('\n');
    }
    return 0;
}
