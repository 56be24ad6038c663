/* SPDX-License-Identifier: Apache-2.0 */
/*
 * handle.c: chapter 4 of the seam on Win32, but for channels: the handles
 * that children are given. None of them can be inherited until it is handed
 * over.
 */
#include "internal.h"

#include "sys.h"

#include <apr_strings.h>

apr_status_t plat_pipe_create(plat_handle_t *reader, plat_handle_t *writer,
                              size_t size)
{
    HANDLE read_end, write_end;

    if (!sys_CreatePipe(&read_end, &write_end, NULL, win_pipe_size(size)))
        return win_last_status();
    *reader = read_end;
    *writer = write_end;
    return APR_SUCCESS;
}

/* The right to append without the right to write makes the system put every
 * write at the file's end, wherever that is by then. */
static HANDLE open_file(const wchar_t *path, plat_open_e how)
{
    DWORD share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

    switch (how) {
    case PLAT_OPEN_READ:
        return sys_CreateFileW(path, GENERIC_READ, share, NULL,
                               OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    case PLAT_OPEN_WRITE:
        return sys_CreateFileW(path, GENERIC_WRITE, share, NULL,
                               CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    case PLAT_OPEN_APPEND:
        return sys_CreateFileW(path,
                               FILE_GENERIC_WRITE & ~(DWORD)FILE_WRITE_DATA,
                               share, NULL, OPEN_ALWAYS,
                               FILE_ATTRIBUTE_NORMAL, NULL);
    }
    SetLastError(ERROR_INVALID_PARAMETER);
    return INVALID_HANDLE_VALUE;
}

apr_status_t plat_handle_open(plat_handle_t *handle, const char *path,
                              plat_open_e how, apr_pool_t *scratch)
{
    wchar_t *wide, *full;
    size_t length;
    HANDLE opened;
    apr_status_t status = win_to_wide(&wide, &length, path, scratch);

    if (status == APR_SUCCESS && length == 0)
        status = APR_ENOENT;
    if (status == APR_SUCCESS)
        status = win_full_path(&full, wide, scratch);
    if (status != APR_SUCCESS)
        return status;
    opened = open_file(full, how);
    if (opened == INVALID_HANDLE_VALUE)
        return win_path_status(GetLastError());
    *handle = opened;
    return APR_SUCCESS;
}

void plat_handle_close(plat_handle_t *handle)
{
    if (*handle != PLAT_HANDLE_NONE)
        CloseHandle(*handle);
    *handle = PLAT_HANDLE_NONE;
}

/* The child knows the handle by its value. */
apr_status_t plat_handle_share(plat_handle_t handle, plat_handle_t *shared,
                               char token[PLAT_TOKEN_SIZE])
{
    HANDLE self = GetCurrentProcess(), duplicate;

    if (!sys_DuplicateHandle(self, handle, self, &duplicate, 0, FALSE,
                             DUPLICATE_SAME_ACCESS))
        return win_last_status();
    *shared = duplicate;
    apr_snprintf(token, PLAT_TOKEN_SIZE, "%x",
                 (unsigned)(uintptr_t)duplicate);
    return APR_SUCCESS;
}

/* A handle's value is a multiple of 4 and has no more than 31 bits, even
 * where pointers are longer. */
static HANDLE parse_token(const char *token)
{
    uintptr_t value = 0;
    const char *at;

    if (*token == '0')
        return NULL;
    for (at = token; *at != '\0'; at++) {
        if (*at >= '0' && *at <= '9')
            value = value * 16 + (uintptr_t)(*at - '0');
        else if (*at >= 'a' && *at <= 'f')
            value = value * 16 + (uintptr_t)(*at - 'a' + 10);
        else
            return NULL;
        if (value > MAXLONG)
            return NULL;
    }
    return value % 4 == 0 ? (HANDLE)value : NULL;
}

/* A handle that was handed over is one that can be inherited. */
apr_status_t plat_handle_take(const char *token, plat_handle_t *handle)
{
    HANDLE taken = parse_token(token);
    DWORD flags;

    if (taken == NULL || !sys_GetHandleInformation(taken, &flags)
        || !(flags & HANDLE_FLAG_INHERIT)
        || !sys_SetHandleInformation(taken, HANDLE_FLAG_INHERIT, 0))
        return MITO_EMALFORMED;
    *handle = taken;
    return APR_SUCCESS;
}
