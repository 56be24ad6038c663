/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hang [started]: says that it has started, if it is to, and does not end
 * by itself.
 */
#include <apr_time.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1) {
        puts("started");
        fflush(stdout);
    }
    /* Not to wait for anything: this is what does not end. */
    for (;;)
        apr_sleep(apr_time_from_sec(3600));
}
