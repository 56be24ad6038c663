/* SPDX-License-Identifier: Apache-2.0 */
/* The entry point of programs with main(). */
#include "crt.h"

int main(int, char **, char **);
int _configure_narrow_argv(int);
int _initialize_narrow_environment(void);
char **_get_initial_narrow_environment(void);
int *__p___argc(void);
char ***__p___argv(void);
__declspec(noreturn) void exit(int);

void mainCRTStartup(void)
{
    (void)*(volatile unsigned int *)&_tls_index;
    _configure_narrow_argv(1);
    _initialize_narrow_environment();
    crt_run_initializers();
    exit(main(*__p___argc(), *__p___argv(),
              _get_initial_narrow_environment()));
}
