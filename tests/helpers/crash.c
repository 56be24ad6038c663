/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crash: ends by an invalid memory access.
 */
#include <signal.h>
#include <stddef.h>

int main(void)
{
    volatile int *volatile nowhere = NULL;

    /* A sanitizer would make an exit code of it. */
    signal(SIGSEGV, SIG_DFL);
    return *nowhere;
}
