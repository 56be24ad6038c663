/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crash: ends by an invalid memory access.
 */
#include <stddef.h>

int main(void)
{
    volatile int *volatile nowhere = NULL;

    return *nowhere;
}
