/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signal.c: chapter 8 of the seam on Win32: the names of the signals whose
 * numbers are the same on every system that has them.
 */
#include "internal.h"

const char *plat_signal_name(int number)
{
    static const char *const names[] = {
        [1] = "SIGHUP", [2] = "SIGINT", [3] = "SIGQUIT", [4] = "SIGILL",
        [5] = "SIGTRAP", [6] = "SIGABRT", [8] = "SIGFPE", [9] = "SIGKILL",
        [11] = "SIGSEGV", [13] = "SIGPIPE", [14] = "SIGALRM",
        [15] = "SIGTERM"
    };

    if (number < 0 || (size_t)number >= sizeof(names) / sizeof(names[0]))
        return NULL;
    return names[number];
}
