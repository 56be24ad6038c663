/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pieces HEX...: writes each piece, which is given in hexadecimal, by one
 * write, and then waits for a byte of its input before it goes on: so a test
 * says where the borders between two reads are. Ends with 2 when its input
 * does.
 */
#include <apr_file_io.h>
#include <apr_general.h>
#include <stdio.h>

#define LONGEST 4096

static apr_size_t decode(char *bytes, const char *digits)
{
    apr_size_t size = 0;
    unsigned value;

    while (size < LONGEST && sscanf(digits + 2 * size, "%2x", &value) == 1)
        bytes[size++] = (char)(unsigned char)value;
    return size;
}

int main(int argc, char **argv)
{
    static char bytes[LONGEST];
    apr_file_t *input;
    apr_file_t *output;
    apr_pool_t *pool;
    int i;

    if (apr_initialize() || apr_pool_create(&pool, NULL)
        || apr_file_open_stdin(&input, pool)
        || apr_file_open_stdout(&output, pool))
        return 1;
    for (i = 1; i < argc; i++) {
        char told;

        if (apr_file_write_full(output, bytes, decode(bytes, argv[i]), NULL)
            != APR_SUCCESS)
            return 1;
        if (apr_file_getc(&told, input) != APR_SUCCESS)
            return 2;
    }
    return 0;
}
