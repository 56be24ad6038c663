/* SPDX-License-Identifier: Apache-2.0 */
/* The entry point of DLLs, with or without a DllMain() of their own. */
#include "crt.h"

#define CRT_PROCESS_ATTACH 1

int __stdcall DllMain(void *, unsigned long, void *);

int __stdcall crt_default_DllMain(void *module, unsigned long reason,
                                  void *reserved)
{
    (void)module;
    (void)reason;
    (void)reserved;
    return 1;
}

#pragma comment(linker, "/alternatename:DllMain=crt_default_DllMain")

int __stdcall _DllMainCRTStartup(void *module, unsigned long reason,
                                 void *reserved)
{
    (void)*(volatile unsigned int *)&_tls_index;
    if (reason == CRT_PROCESS_ATTACH)
        crt_run_initializers();
    return DllMain(module, reason, reserved);
}
