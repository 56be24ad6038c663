/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exit-code N: ends with exit code N.
 */
#include <stdlib.h>

int main(int argc, char **argv)
{
    return argc == 2 ? atoi(argv[1]) : 1;
}
