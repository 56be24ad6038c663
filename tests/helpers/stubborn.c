/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stubborn: ignores what asks it to end, says "started", and does not end by
 * itself.
 */
#include <apr_time.h>
#include <signal.h>
#include <stdio.h>

int main(void)
{
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
#ifdef SIGBREAK
    signal(SIGBREAK, SIG_IGN);
#endif
    puts("started");
    fflush(stdout);
    /* Not to wait for anything: this is what does not end. */
    for (;;)
        apr_sleep(apr_time_from_sec(3600));
}
