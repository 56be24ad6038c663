/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crash: ends by an invalid memory access.
 */
#include <signal.h>
#include <stdint.h>

int main(void)
{
    volatile int *volatile nowhere = (int *)(uintptr_t)64;

    /* A sanitizer would make an exit code of it, and knows NULL. */
    signal(SIGSEGV, SIG_DFL);
    return *nowhere;
}
