/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holdings: reads its standard input to the end, copying it, and ends with
 * the number of descriptors that it was given besides the standard ones, or,
 * where there are handles, of pipes. 200 or more are 200.
 */
#include <stdio.h>

#if defined(__has_include)
#if __has_include(<sys/wait.h>)
#include <fcntl.h>
#define HAS_DESCRIPTORS
#endif
#endif

#ifdef HAS_DESCRIPTORS
#define FIRST 3
#define STEP 1
#define LAST 20000

static int is_foreign(int number)
{
    return fcntl(number, F_GETFD) != -1;
}
#else
#include <stdint.h>
#include <windows.h>

#define FIRST 4
#define STEP 4
#define LAST 40000

static int is_foreign(int number)
{
    HANDLE handle = (HANDLE)(intptr_t)number;

    return handle != GetStdHandle(STD_INPUT_HANDLE)
           && handle != GetStdHandle(STD_OUTPUT_HANDLE)
           && handle != GetStdHandle(STD_ERROR_HANDLE)
           && GetFileType(handle) == FILE_TYPE_PIPE;
}
#endif

int main(void)
{
    int count = 0;
    int byte;
    int i;

    for (i = FIRST; i < LAST && count < 200; i += STEP)
        count += is_foreign(i);
    while ((byte = getchar()) != EOF)
        putchar(byte);
    return count;
}
