/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program.c: which file a program's name means. CreateProcess would look
 * into the current directory before PATH, where anybody may have put
 * something, so the search is ours: the directory of the calling program,
 * the system's two, then the absolute directories of the caller's PATH.
 *
 * The extensions of programs and batch files may be left out; in which
 * order they are tried the caller's PATHEXT says. Others of PATHEXT belong
 * to documents, whose programs only the shell knows.
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

/* The extensions of what can be run, and the default of PATHEXT. */
enum { EXTENSIONS = 4 };
static const wchar_t *const runnable[EXTENSIONS] = {
    L".com", L".exe", L".bat", L".cmd"
};

static int is_same_text(const wchar_t *text, size_t length,
                        const wchar_t *other)
{
    return length == wcslen(other)
           && CompareStringOrdinal(text, (int)length, other, (int)length,
                                   TRUE) == CSTR_EQUAL;
}

/* A name with the extensions to try, in their order. */
typedef struct name_t {
    const wchar_t *text;
    int is_whole;               /* it ends with one of them itself */
    size_t count;
    const wchar_t *extensions[EXTENSIONS];
} name_t;

static void add_extension(name_t *name, const wchar_t *extension)
{
    size_t i;

    for (i = 0; i < name->count; i++)
        if (name->extensions[i] == extension)
            return;
    name->extensions[name->count++] = extension;
}

static void read_extensions(name_t *name, const wchar_t *list)
{
    size_t i, length;

    name->count = 0;
    for (; *list != L'\0'; list += length + (list[length] == L';')) {
        length = wcscspn(list, L";");
        for (i = 0; i < EXTENSIONS; i++)
            if (is_same_text(list, length, runnable[i]))
                add_extension(name, runnable[i]);
    }
    if (name->count > 0)
        return;
    for (i = 0; i < EXTENSIONS; i++)
        add_extension(name, runnable[i]);
}

static void read_name(name_t *name, const wchar_t *text, apr_pool_t *pool)
{
    const wchar_t *end = wcsrchr(last_part(text), L'.');
    size_t i;

    name->text = text;
    name->is_whole = 0;
    for (i = 0; end != NULL && i < EXTENSIONS; i++)
        if (is_same_text(end, wcslen(end), runnable[i]))
            name->is_whole = 1;
    read_extensions(name, win_variable(L"PATHEXT", pool));
}

/* Of two failures the one that says more. */
static apr_status_t better(apr_status_t first, apr_status_t second)
{
    return second != APR_ENOENT ? second : first;
}

static apr_status_t try_extensions(wchar_t **path, const wchar_t *directory,
                                   const name_t *name, apr_pool_t *pool)
{
    apr_status_t status = APR_ENOENT;
    size_t i;

    for (i = 0; i < name->count && status != APR_SUCCESS; i++) {
        apr_status_t next = try_file(path, directory, name->text,
                                     name->extensions[i], pool);

        status = next == APR_SUCCESS ? next : better(status, next);
    }
    return status;
}

static apr_status_t try_path(wchar_t **path, const name_t *name,
                             apr_pool_t *pool)
{
    apr_status_t first, second;

    first = name->is_whole ? try_file(path, NULL, name->text, L"", pool)
                           : try_extensions(path, NULL, name, pool);
    if (first == APR_SUCCESS)
        return APR_SUCCESS;
    second = name->is_whole ? try_extensions(path, NULL, name, pool)
                            : try_file(path, NULL, name->text, L"", pool);
    return second == APR_SUCCESS ? second : better(first, second);
}

/* In a directory that is searched, a name without a dot means nothing but
 * one with an extension: a script of that name must not hide a program
 * further on. */
static apr_status_t try_directory(wchar_t **path, const wchar_t *directory,
                                  const name_t *name, apr_pool_t *pool)
{
    if (name->is_whole
        && try_file(path, directory, name->text, L"", pool) == APR_SUCCESS)
        return APR_SUCCESS;
    if (try_extensions(path, directory, name, pool) == APR_SUCCESS)
        return APR_SUCCESS;
    if (!name->is_whole && wcschr(name->text, L'.') != NULL)
        return try_file(path, directory, name->text, L"", pool);
    return APR_ENOENT;
}

/* With a drive and from its root, or on a server. */
int win_is_absolute(const wchar_t *path)
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

static apr_status_t search(wchar_t **path, const name_t *name,
                           apr_pool_t *pool)
{
    wchar_t system[MAX_PATH], windows[MAX_PATH];
    const wchar_t *directories[] = {program_directory(pool), system, windows};
    const wchar_t *rest = win_variable(L"PATH", pool), *directory;
    size_t i;

    if (GetSystemDirectoryW(system, MAX_PATH) == 0)
        system[0] = L'\0';
    if (GetWindowsDirectoryW(windows, MAX_PATH) == 0)
        windows[0] = L'\0';
    for (i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
        if (directories[i] != NULL && win_is_absolute(directories[i])
            && try_directory(path, directories[i], name, pool) == APR_SUCCESS)
            return APR_SUCCESS;
    while ((directory = next_directory(&rest, pool)) != NULL)
        if (win_is_absolute(directory)
            && try_directory(path, directory, name, pool) == APR_SUCCESS)
            return APR_SUCCESS;
    return APR_ENOENT;
}

/* The system leaves out dots and spaces at the end of a name, and what
 * stands behind a colon is a stream of the same file. */
int win_is_batch_file(const wchar_t *path)
{
    const wchar_t *name = last_part(path), *end = wcschr(name, L':');

    if (end == NULL)
        end = name + wcslen(name);
    while (end > name && (end[-1] == L'.' || end[-1] == L' '))
        end--;
    return end - name >= 4 && (is_same_text(end - 4, 4, L".bat")
                               || is_same_text(end - 4, 4, L".cmd"));
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
    wchar_t *text, *found;
    size_t length;
    name_t name;
    apr_status_t status = win_to_wide(&text, &length, program, pool);

    if (status != APR_SUCCESS)
        return status;
    if (length == 0)
        return APR_ENOENT;
    read_name(&name, text, pool);
    if (is_path(text))
        status = try_path(&found, &name, pool);
    else
        status = search(&found, &name, pool);
    if (status == APR_SUCCESS)
        *path = found;
    return status;
}
