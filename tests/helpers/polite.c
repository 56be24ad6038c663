/* SPDX-License-Identifier: Apache-2.0 */
/*
 * polite [MILLISECONDS]: says "started"; when it is asked to end says by
 * which signal, takes its time, and ends with the exit code 7.
 */
#include <apr_time.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static volatile int asked;

static void note(int number)
{
    asked = number;
}

/* A signal that comes between the look and the sleep costs 5 ms. The thread
 * sanitizer runs handlers only in calls that it knows, as fflush() is. */
static int wait_for_signal(void)
{
    while (!asked) {
        apr_sleep(5000);
        fflush(stdout);
    }
    return asked;
}

int main(int argc, char **argv)
{
    signal(SIGINT, note);
    signal(SIGTERM, note);
#ifdef SIGBREAK
    signal(SIGBREAK, note);
#endif
    puts("started");
    fflush(stdout);
    printf("%s\n", wait_for_signal() == SIGTERM ? "terminated"
                                                : "interrupted");
    fflush(stdout);
    if (argc > 1)
        apr_sleep(1000 * atoi(argv[1]));
    return 7;
}
