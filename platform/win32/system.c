/* SPDX-License-Identifier: Apache-2.0 */
/*
 * system.c: chapter 1 of the seam on Win32: the process as the library
 * finds it, the clock, the last word on the error stream.
 */
#include "internal.h"

#include "sys.h"

#include <fcntl.h>
#include <io.h>

/* There is no SIGPIPE here: a write to a broken pipe fails. The error mode,
 * which children inherit, is the program's own affair. */
apr_status_t plat_initialize(void)
{
    return APR_SUCCESS;
}

int plat_has(mito_capability_e capability)
{
    switch (capability) {
    case MITO_CAP_FORK:
        return 0;
    case MITO_CAP_SPAWN:
        return 1;
    case MITO_CAP_EXIT_SIGNAL:
        /* By exit codes that no program returns on purpose. */
        return 1;
    }
    return 0;
}

plat_deadline_t plat_now(void)
{
    LARGE_INTEGER ticks, frequency;

    QueryPerformanceCounter(&ticks);
    QueryPerformanceFrequency(&frequency);
    /* Whole seconds apart, or the product overflows after some days. */
    return ticks.QuadPart / frequency.QuadPart * 1000000
           + ticks.QuadPart % frequency.QuadPart * 1000000
             / frequency.QuadPart;
}

DWORD win_remaining(plat_deadline_t deadline)
{
    plat_deadline_t now;

    if (deadline == PLAT_NEVER)
        return INFINITE;
    now = plat_now();
    if (deadline <= now)
        return 0;
    /* Deadlines are in the future here and the clock is positive, so the
     * difference does not overflow. */
    deadline -= now;
    if (deadline > (plat_deadline_t)MAXLONG * 1000)
        return MAXLONG;
    return (DWORD)((deadline + 999) / 1000);
}

apr_status_t plat_arguments(int *argc, const char *const **argv,
                            apr_pool_t *pool)
{
    int count, i;
    wchar_t **wide = sys_CommandLineToArgvW(GetCommandLineW(), &count);
    const char **arguments;

    if (wide == NULL)
        return win_last_status();
    arguments = apr_pcalloc(pool, ((size_t)count + 1) * sizeof(*arguments));
    for (i = 0; i < count; i++)
        arguments[i] = win_to_utf8_lossy(wide[i], pool);
    LocalFree(wide);
    *argc = count;
    *argv = arguments;
    return APR_SUCCESS;
}

void plat_write_error(const void *bytes, size_t size)
{
    DWORD saved = GetLastError(), written;

    WriteFile(GetStdHandle(STD_ERROR_HANDLE), bytes, (DWORD)size, &written,
              NULL);
    SetLastError(saved);
}

/* ExitProcess() would still call the libraries of the program, which may
 * wait for a lock that another thread holds; it is here because the
 * compiler knows that it does not return. */
void plat_exit_now(int code)
{
    TerminateProcess(GetCurrentProcess(), (UINT)code);
    ExitProcess((UINT)code);
}

/* Both the system's notion of the standard input and the C library's. */
apr_status_t plat_input_discard(void)
{
    HANDLE null = sys_CreateFileW(L"NUL", GENERIC_READ,
                                  FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                                  OPEN_EXISTING, 0, NULL);
    int descriptor, result;

    if (null == INVALID_HANDLE_VALUE)
        return win_last_status();
    descriptor = _open_osfhandle((intptr_t)null, _O_RDONLY | _O_NOINHERIT);
    if (descriptor < 0) {
        CloseHandle(null);
        return APR_EMFILE;
    }
    result = descriptor == 0 ? 0 : _dup2(descriptor, 0);
    if (descriptor != 0)
        _close(descriptor);
    if (result != 0)
        return APR_EMFILE;
    null = (HANDLE)_get_osfhandle(0);
    SetHandleInformation(null, HANDLE_FLAG_INHERIT, 0);
    return SetStdHandle(STD_INPUT_HANDLE, null) ? APR_SUCCESS
                                                : win_last_status();
}

int64_t plat_own_id(void)
{
    return GetCurrentProcessId();
}
