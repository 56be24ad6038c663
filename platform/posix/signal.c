/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signal.c: chapter 8 of the seam on POSIX: the names of signals.
 */
#include "../platform.h"

#include <signal.h>

#define NAME(signal) case signal: return #signal

const char *plat_signal_name(int number)
{
    switch (number) {
    NAME(SIGABRT);
    NAME(SIGALRM);
    NAME(SIGBUS);
    NAME(SIGCHLD);
    NAME(SIGCONT);
    NAME(SIGFPE);
    NAME(SIGHUP);
    NAME(SIGILL);
    NAME(SIGINT);
    NAME(SIGKILL);
    NAME(SIGPIPE);
    NAME(SIGPROF);
    NAME(SIGQUIT);
    NAME(SIGSEGV);
    NAME(SIGSTOP);
    NAME(SIGSYS);
    NAME(SIGTERM);
    NAME(SIGTRAP);
    NAME(SIGTSTP);
    NAME(SIGTTIN);
    NAME(SIGTTOU);
    NAME(SIGURG);
    NAME(SIGUSR1);
    NAME(SIGUSR2);
    NAME(SIGVTALRM);
    NAME(SIGXCPU);
    NAME(SIGXFSZ);
    default: return NULL;
    }
}
