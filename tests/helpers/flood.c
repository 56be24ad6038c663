/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flood OUTPUT ERROR: writes so many bytes to its two streams, a chunk of
 * each in turn; byte n of the output is n modulo 251, of the error stream n
 * modulo 241.
 */
#include <apr_file_io.h>
#include <apr_general.h>
#include <stdlib.h>

#define CHUNK 10007

static unsigned long long written[2];

static int write_chunk(apr_file_t *file, int which, unsigned long long total)
{
    static const unsigned modulus[2] = {251, 241};
    static char bytes[CHUNK];
    unsigned long long left = total - written[which];
    apr_size_t size = left < CHUNK ? (apr_size_t)left : CHUNK;
    apr_size_t i;

    for (i = 0; i < size; i++)
        bytes[i] = (char)((written[which] + i) % modulus[which]);
    written[which] += size;
    return apr_file_write_full(file, bytes, size, NULL) == APR_SUCCESS;
}

int main(int argc, char **argv)
{
    unsigned long long total[2];
    apr_file_t *files[2];
    apr_pool_t *pool;

    if (argc != 3 || apr_initialize() || apr_pool_create(&pool, NULL)
        || apr_file_open_stdout(&files[0], pool)
        || apr_file_open_stderr(&files[1], pool))
        return 1;
    total[0] = strtoull(argv[1], NULL, 10);
    total[1] = strtoull(argv[2], NULL, 10);
    while (written[0] < total[0] || written[1] < total[1])
        if (!write_chunk(files[0], 0, total[0])
            || !write_chunk(files[1], 1, total[1]))
            return 1;
    return 0;
}
