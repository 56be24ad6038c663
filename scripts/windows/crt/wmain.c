/* SPDX-License-Identifier: Apache-2.0 */
/* The entry point of programs with wmain(). */
#include "crt.h"

typedef unsigned short crt_wide_t;

int wmain(int, crt_wide_t **, crt_wide_t **);
int _configure_wide_argv(int);
int _initialize_wide_environment(void);
crt_wide_t **_get_initial_wide_environment(void);
int *__p___argc(void);
crt_wide_t ***__p___wargv(void);
__declspec(noreturn) void exit(int);

void wmainCRTStartup(void)
{
    (void)*(volatile unsigned int *)&_tls_index;
    _configure_wide_argv(1);
    _initialize_wide_environment();
    crt_run_initializers();
    exit(wmain(*__p___argc(), *__p___wargv(),
               _get_initial_wide_environment()));
}
