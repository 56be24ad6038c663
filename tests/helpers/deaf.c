/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deaf [stay]: closes its standard input, then says "deaf"; ends with exit
 * code 5 after a megabyte more of output, or, told to stay, does not end by
 * itself.
 */
#include <apr_file_io.h>
#include <apr_general.h>
#include <apr_time.h>

int main(int argc, char **argv)
{
    static char bytes[1000000];
    apr_file_t *input;
    apr_file_t *output;
    apr_pool_t *pool;

    (void)argv;
    if (apr_initialize() || apr_pool_create(&pool, NULL)
        || apr_file_open_stdin(&input, pool)
        || apr_file_open_stdout(&output, pool)
        || apr_file_close(input)
        || apr_file_write_full(output, "deaf\n", 5, NULL))
        return 1;
    /* Not to wait for anything: then it does not end. */
    while (argc > 1)
        apr_sleep(apr_time_from_sec(3600));
    return apr_file_write_full(output, bytes, sizeof(bytes), NULL) ? 1 : 5;
}
