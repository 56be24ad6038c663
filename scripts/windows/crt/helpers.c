/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What compiled code refers to without naming it: the marker of floating
 * point, stack cookies, the table of initialisers and the directory of
 * thread-local storage. The linker sorts the sections by what follows the
 * dollar sign, so the symbols here enclose what the other objects give.
 */
#include "crt.h"

int __cdecl _crt_atexit(crt_void_t);
void _initterm(const crt_void_t *, const crt_void_t *);
int _initterm_e(const crt_int_t *, const crt_int_t *);

int _fltused = 0x9875;

int __cdecl atexit(crt_void_t function)
{
    return _crt_atexit(function);
}

/* The cookie is constant: tests need its detection, not its secrecy. */
crt_word_t __security_cookie = 0x00002B992DDFA232ULL;

void __cdecl __security_init_cookie(void)
{
}

void __cdecl __security_check_cookie(crt_word_t cookie)
{
    if (cookie != __security_cookie)
        __builtin_trap();
}

int __GSHandlerCheck(void *record, void *frame, void *context,
                     void *dispatcher)
{
    (void)record;
    (void)frame;
    (void)context;
    (void)dispatcher;
    return 1;
}

#pragma section(".CRT$XIA", long, read)
#pragma section(".CRT$XIZ", long, read)
#pragma section(".CRT$XCA", long, read)
#pragma section(".CRT$XCZ", long, read)
__declspec(allocate(".CRT$XIA")) const crt_int_t __xi_a = 0;
__declspec(allocate(".CRT$XIZ")) const crt_int_t __xi_z = 0;
__declspec(allocate(".CRT$XCA")) const crt_void_t __xc_a = 0;
__declspec(allocate(".CRT$XCZ")) const crt_void_t __xc_z = 0;

void crt_run_initializers(void)
{
    _initterm_e(&__xi_a, &__xi_z);
    _initterm(&__xc_a, &__xc_z);
}

typedef void(__stdcall *crt_tls_callback_t)(void *, unsigned long, void *);

struct crt_tls_directory {
    crt_word_t start, end, index, callbacks;
    unsigned int zero_fill, characteristics;
};

unsigned int _tls_index = 0;
#pragma section(".tls", long, read, write)
#pragma section(".tls$ZZZ", long, read, write)
#pragma section(".CRT$XLA", long, read)
#pragma section(".CRT$XLZ", long, read)
#pragma section(".rdata$T", long, read)
__declspec(allocate(".tls")) char _tls_start = 0;
__declspec(allocate(".tls$ZZZ")) char _tls_end = 0;
__declspec(allocate(".CRT$XLA")) const crt_tls_callback_t __xl_a = 0;
__declspec(allocate(".CRT$XLZ")) const crt_tls_callback_t __xl_z = 0;
extern const struct crt_tls_directory _tls_used;
__declspec(allocate(".rdata$T")) const struct crt_tls_directory _tls_used = {
    (crt_word_t)&_tls_start, (crt_word_t)&_tls_end, (crt_word_t)&_tls_index,
    (crt_word_t)(&__xl_a + 1), 0, 0};

/* Microsoft has these in the debugging runtime's DLL only. */
void *_CrtSetReportFile(int type, void *file)
{
    (void)type;
    (void)file;
    return 0;
}

int _CrtSetReportMode(int type, int mode)
{
    (void)type;
    (void)mode;
    return 0;
}
