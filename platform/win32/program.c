/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program.c: which file a program's name means. CreateProcess would look
 * into the current directory before PATH, where anybody may have put
 * something, so the search is ours: the directory of the calling program,
 * the system's two, then the absolute directories of the caller's PATH.
 *
 * `.exe` may be left out. A name without a dot means the file with it
 * first; one with a dot means the file of just that name first.
 *
 * What is found is checked here as well: a batch file would have its
 * arguments parsed a second time by cmd.exe, whatever the quoting.
 */
#include "internal.h"

#include "sys.h"

#include <string.h>

static apr_status_t look(const wchar_t *path)
{
    DWORD attributes = sys_GetFileAttributesW(path);

    if (attributes == INVALID_FILE_ATTRIBUTES)
        return win_path_status(GetLastError());
    if (attributes & FILE_ATTRIBUTE_DIRECTORY)
        return MITO_EISDIR;
    return APR_SUCCESS;
}

static int is_separator(wchar_t unit)
{
    return unit == L'\\' || unit == L'/';
}

/* The part of a path behind the last separator. */
static const wchar_t *last_part(const wchar_t *path)
{
    const wchar_t *part = path;

    for (; *path != L'\0'; path++)
        if (is_separator(*path))
            part = path + 1;
    return part;
}

/* directory\name and suffix; the directory may be NULL. */
static wchar_t *join(const wchar_t *directory, const wchar_t *name,
                     const wchar_t *suffix, apr_pool_t *pool)
{
    size_t first = directory != NULL ? wcslen(directory) : 0;
    size_t second = wcslen(name), third = wcslen(suffix);
    wchar_t *path = apr_palloc(pool, (first + second + third + 2)
                                     * sizeof(wchar_t));
    wchar_t *at = path;

    if (directory != NULL) {
        wmemcpy(at, directory, first);
        at += first;
        *at++ = L'\\';
    }
    wmemcpy(at, name, second);
    wmemcpy(at + second, suffix, third + 1);
    return path;
}

/* Looks for one file; *path is its absolute path when it is there. */
static apr_status_t try_file(wchar_t **path, const wchar_t *directory,
                             const wchar_t *name, const wchar_t *suffix,
                             apr_pool_t *pool)
{
    wchar_t *full;
    apr_status_t status = win_full_path(
        &full, join(directory, name, suffix, pool), pool);

    if (status == APR_SUCCESS)
        status = look(full);
    if (status == APR_SUCCESS)
        *path = full;
    return status;
}

/* Of two failures the one that says more. */
static apr_status_t better(apr_status_t first, apr_status_t second)
{
    return second != APR_ENOENT ? second : first;
}

static apr_status_t try_path(wchar_t **path, const wchar_t *name,
                             apr_pool_t *pool)
{
    int has_dot = wcschr(last_part(name), L'.') != NULL;
    apr_status_t first = try_file(path, NULL, name, has_dot ? L"" : L".exe",
                                  pool);
    apr_status_t second;

    if (first == APR_SUCCESS)
        return APR_SUCCESS;
    second = try_file(path, NULL, name, has_dot ? L".exe" : L"", pool);
    return second == APR_SUCCESS ? second : better(first, second);
}

/* In a directory that is searched, a name without a dot means nothing but
 * NAME.exe: a script of that name must not hide a program further on. */
static apr_status_t try_directory(wchar_t **path, const wchar_t *directory,
                                  const wchar_t *name, apr_pool_t *pool)
{
    if (wcschr(name, L'.') != NULL
        && try_file(path, directory, name, L"", pool) == APR_SUCCESS)
        return APR_SUCCESS;
    return try_file(path, directory, name, L".exe", pool);
}

/* With a drive and from its root, or on a server. */
static int is_absolute(const wchar_t *path)
{
    if (is_separator(path[0]))
        return is_separator(path[1]);
    return path[0] != L'\0' && path[1] == L':' && is_separator(path[2]);
}

static const wchar_t *program_directory(apr_pool_t *pool)
{
    wchar_t *path, *end;

    if (win_module_path(&path, NULL, pool) != APR_SUCCESS)
        return NULL;
    end = wcsrchr(path, L'\\');
    if (end != NULL)
        *end = L'\0';
    return path;
}

/* The next directory of a PATH, or NULL; *rest is what comes after it.
 * Quotes, which protect semicolons, are taken off. */
static wchar_t *next_directory(const wchar_t **rest, apr_pool_t *pool)
{
    const wchar_t *from = *rest;
    wchar_t *directory, *at;
    int in_quotes = 0;

    if (*from == L'\0')
        return NULL;
    directory = at = apr_palloc(pool, (wcslen(from) + 1) * sizeof(wchar_t));
    for (; *from != L'\0' && (in_quotes || *from != L';'); from++) {
        if (*from == L'"')
            in_quotes = !in_quotes;
        else
            *at++ = *from;
    }
    *at = L'\0';
    *rest = *from == L';' ? from + 1 : from;
    return directory;
}

static const wchar_t *search_path(apr_pool_t *pool)
{
    DWORD size = GetEnvironmentVariableW(L"PATH", NULL, 0);
    wchar_t *text;

    if (size == 0)
        return L"";
    text = apr_palloc(pool, size * sizeof(wchar_t));
    /* Another thread may have made it longer since. */
    return GetEnvironmentVariableW(L"PATH", text, size) < size ? text : L"";
}

static apr_status_t search(wchar_t **path, const wchar_t *name,
                           apr_pool_t *pool)
{
    wchar_t system[MAX_PATH], windows[MAX_PATH];
    const wchar_t *directories[] = {program_directory(pool), system, windows};
    const wchar_t *rest = search_path(pool), *directory;
    size_t i;

    if (GetSystemDirectoryW(system, MAX_PATH) == 0)
        system[0] = L'\0';
    if (GetWindowsDirectoryW(windows, MAX_PATH) == 0)
        windows[0] = L'\0';
    for (i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
        if (directories[i] != NULL && is_absolute(directories[i])
            && try_directory(path, directories[i], name, pool) == APR_SUCCESS)
            return APR_SUCCESS;
    while ((directory = next_directory(&rest, pool)) != NULL)
        if (is_absolute(directory)
            && try_directory(path, directory, name, pool) == APR_SUCCESS)
            return APR_SUCCESS;
    return APR_ENOENT;
}

/* The system leaves out dots and spaces at the end of a name, and what
 * stands behind a colon is a stream of the same file. */
static int is_batch_file(const wchar_t *path)
{
    const wchar_t *name = last_part(path), *end = wcschr(name, L':');

    if (end == NULL)
        end = name + wcslen(name);
    while (end > name && (end[-1] == L'.' || end[-1] == L' '))
        end--;
    return end - name >= 4
           && (CompareStringOrdinal(end - 4, 4, L".bat", 4, TRUE) == CSTR_EQUAL
               || CompareStringOrdinal(end - 4, 4, L".cmd", 4, TRUE)
                  == CSTR_EQUAL);
}

/* A directory that is meant by itself is one too, so that it is told apart
 * from a program that is missing. */
static int is_path(const wchar_t *name)
{
    return wcspbrk(name, L"\\/:") != NULL || wcscmp(name, L".") == 0
           || wcscmp(name, L"..") == 0;
}

apr_status_t win_find_program(wchar_t **path, const char *program,
                              apr_pool_t *pool)
{
    wchar_t *name, *found;
    size_t length;
    apr_status_t status = win_to_wide(&name, &length, program, pool);

    if (status != APR_SUCCESS)
        return status;
    if (length == 0)
        return APR_ENOENT;
    if (is_path(name))
        status = try_path(&found, name, pool);
    else
        status = search(&found, name, pool);
    if (status != APR_SUCCESS)
        return status;
    if (is_batch_file(found))
        return MITO_EBATCH;
    *path = found;
    return APR_SUCCESS;
}
