/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.c: between the UTF-8 of the seam and the UTF-16 of the system, and
 * the paths that the system tells. Nothing is guessed: what has no form in
 * the other encoding is refused, but for texts that only people read.
 */
#include "internal.h"

#include "sys.h"

#include <limits.h>
#include <string.h>

apr_status_t win_to_wide(wchar_t **wide, size_t *length, const char *text,
                         apr_pool_t *pool)
{
    size_t size = strlen(text) + 1;
    wchar_t *buffer;
    int count;

    if (size > INT_MAX)
        return MITO_ETOOLONG;
    /* UTF-16 never has more units than UTF-8 has bytes. */
    buffer = apr_palloc(pool, size * sizeof(wchar_t));
    count = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text,
                                (int)size, buffer, (int)size);
    if (count <= 0)
        return MITO_ETEXT;
    *wide = buffer;
    *length = (size_t)count - 1;
    return APR_SUCCESS;
}

static const char *to_utf8(const wchar_t *wide, DWORD flags,
                           apr_pool_t *pool)
{
    int size = WideCharToMultiByte(CP_UTF8, flags, wide, -1, NULL, 0, NULL,
                                   NULL);
    char *buffer;

    if (size <= 0)
        return NULL;
    buffer = apr_palloc(pool, (size_t)size);
    WideCharToMultiByte(CP_UTF8, flags, wide, -1, buffer, size, NULL, NULL);
    return buffer;
}

apr_status_t win_to_utf8(const char **text, const wchar_t *wide,
                         apr_pool_t *pool)
{
    const char *made = to_utf8(wide, WC_ERR_INVALID_CHARS, pool);

    if (made == NULL)
        return MITO_ETEXT;
    *text = made;
    return APR_SUCCESS;
}

const char *win_to_utf8_lossy(const wchar_t *wide, apr_pool_t *pool)
{
    const char *text = to_utf8(wide, 0, pool);

    return text != NULL ? text : "";
}

/* With this prefix a path may be longer than MAX_PATH, also that of a
 * program for CreateProcess; Wine 8 cannot start one there. A working
 * directory may not, with any prefix. */
static wchar_t *lift_limit(wchar_t *path, size_t length, apr_pool_t *pool)
{
    static const wchar_t local[] = L"\\\\?\\", remote[] = L"\\\\?\\UNC";
    int is_remote = wcsncmp(path, L"\\\\", 2) == 0;
    const wchar_t *prefix = is_remote ? remote : local;
    size_t prefix_length = wcslen(prefix);
    wchar_t *lifted;

    if (length < MAX_PATH || wcsncmp(path, local, 4) == 0
        || wcsncmp(path, L"\\\\.\\", 4) == 0)
        return path;
    lifted = apr_palloc(pool, (prefix_length + length + 1)
                              * sizeof(wchar_t));
    wmemcpy(lifted, prefix, prefix_length);
    /* \\server\share becomes \\?\UNC\server\share. */
    wmemcpy(lifted + prefix_length, path + is_remote,
            length + 1 - (size_t)is_remote);
    return lifted;
}

apr_status_t win_full_path(wchar_t **full, const wchar_t *path,
                           apr_pool_t *pool)
{
    DWORD size = MAX_PATH, length;
    wchar_t *buffer;

    for (;;) {
        buffer = apr_palloc(pool, size * sizeof(wchar_t));
        length = sys_GetFullPathNameW(path, size, buffer, NULL);
        if (length == 0)
            return win_last_status();
        if (length < size)
            break;
        size = length + 1;
    }
    *full = lift_limit(buffer, length, pool);
    return APR_SUCCESS;
}

apr_status_t win_module_path(wchar_t **path, HMODULE module,
                             apr_pool_t *pool)
{
    DWORD size = MAX_PATH, length;
    wchar_t *buffer;

    for (;; size *= 2) {
        buffer = apr_palloc(pool, size * sizeof(wchar_t));
        length = sys_GetModuleFileNameW(module, buffer, size);
        if (length == 0)
            return win_last_status();
        if (length < size)
            break;
    }
    *path = buffer;
    return APR_SUCCESS;
}

apr_status_t win_path_status(DWORD error)
{
    switch (error) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_NAME:
    case ERROR_BAD_PATHNAME:
        return APR_ENOENT;
    default:
        return win_status(error);
    }
}
