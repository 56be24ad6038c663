/* SPDX-License-Identifier: Apache-2.0 */
/*
 * epilogue FILE: reads its standard input to the end, has a fifth of a second
 * left to do, and then writes "done" to the file.
 */
#include <apr_time.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    FILE *file;

    if (argc != 2)
        return 1;
    while (getchar() != EOF)
        continue;
    /* It has nothing to wait for: whoever closed its input waits for it, or
     * does not, which is to be seen. */
    apr_sleep(200000);
    file = fopen(argv[1], "w");
    if (file == NULL)
        return 1;
    fputs("done", file);
    return fclose(file) != 0;
}
