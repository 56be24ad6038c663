/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of Microsoft's C runtime that is linked into every program and
 * DLL (msvcrt.lib): entry points, initialisers, thread-local storage, stack
 * cookies. Wine's import libraries have the runtime's DLLs, but not this
 * part; these few sources stand in for it, so that clang-cl and lld-link can
 * build without Microsoft's SDK. They serve the tests only and become no part
 * of the library.
 */
#ifndef CRT_H
#define CRT_H

#pragma comment(lib, "ucrt.lib")
#pragma comment(lib, "kernel32.lib")
/* __chkstk and __C_specific_handler. */
#pragma comment(lib, "ntdll.lib")

typedef unsigned long long crt_word_t;
typedef void(__cdecl *crt_void_t)(void);
typedef int(__cdecl *crt_int_t)(void);

/* Reading it pulls helpers.obj into the link, hence the TLS directory. */
extern unsigned int _tls_index;

void crt_run_initializers(void);

#endif
