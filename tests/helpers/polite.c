/* SPDX-License-Identifier: Apache-2.0 */
/*
 * polite [MILLISECONDS]: says "started"; when it is asked to end says by
 * which signal, takes its time, and ends with the exit code 7.
 */
#include <apr_time.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__has_include)
#if __has_include(<sys/wait.h>)
#define HAS_SIGWAIT
#endif
#endif

/* How much is left to do when the end is asked for. */
static int milliseconds;

/* Whoever asks waits meanwhile, and can tell nobody that it is enough: so it
 * is a time. */
static int take_leave(int number)
{
    printf("%s\n", number == SIGTERM ? "terminated" : "interrupted");
    fflush(stdout);
    if (milliseconds > 0)
        apr_sleep(1000 * milliseconds);
    return 7;
}

static void start(void)
{
    puts("started");
    fflush(stdout);
}

#ifdef HAS_SIGWAIT
int main(int argc, char **argv)
{
    sigset_t asked;
    int number = 0;

    milliseconds = argc > 1 ? atoi(argv[1]) : 0;
    sigemptyset(&asked);
    sigaddset(&asked, SIGINT);
    sigaddset(&asked, SIGTERM);
    sigprocmask(SIG_BLOCK, &asked, NULL);
    start();
    sigwait(&asked, &number);
    return take_leave(number);
}
#else
/* The system calls it in a thread of its own. */
static void end(int number)
{
    exit(take_leave(number));
}

int main(int argc, char **argv)
{
    milliseconds = argc > 1 ? atoi(argv[1]) : 0;
    signal(SIGINT, end);
    signal(SIGBREAK, end);
    start();
    /* Not to wait for anything: it ends in the handler. */
    for (;;)
        apr_sleep(apr_time_from_sec(3600));
}
#endif
