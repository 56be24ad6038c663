/* SPDX-License-Identifier: Apache-2.0 */
/*
 * environment.c: a list of `NAME=value` as the block that the system takes:
 * sorted by name without regard to case, each name once, the last one given.
 * SystemRoot is added when it is missing, as the system's own libraries
 * cannot be loaded or do not work without it.
 */
#include "internal.h"

#include <stdlib.h>

typedef struct variable_t {
    const wchar_t *text;
    size_t name_length;
    size_t length;
    size_t order;
} variable_t;

/* A name may begin with `=`: such are the current directories of drives. */
static apr_status_t parse(variable_t *variable, const char *text,
                          apr_pool_t *pool)
{
    wchar_t *wide;
    const wchar_t *end;
    apr_status_t status = win_to_wide(&wide, &variable->length, text, pool);

    if (status != APR_SUCCESS)
        return status;
    if (variable->length > WIN_VARIABLE_MAX)
        return MITO_ETOOLONG;
    end = variable->length > 0 ? wcschr(wide + 1, L'=') : NULL;
    if (end == NULL)
        return MITO_EINVAL;
    variable->text = wide;
    variable->name_length = (size_t)(end - wide);
    return APR_SUCCESS;
}

static int compare_names(const variable_t *a, const variable_t *b)
{
    return CompareStringOrdinal(a->text, (int)a->name_length, b->text,
                                (int)b->name_length, TRUE) - CSTR_EQUAL;
}

static int compare(const void *a, const void *b)
{
    const variable_t *first = a, *second = b;
    int order = compare_names(first, second);

    if (order != 0)
        return order;
    return first->order < second->order ? -1 : 1;
}

/* The caller's own SystemRoot with its name; NULL when it has none. */
static const wchar_t *system_root(size_t *length, apr_pool_t *pool)
{
    static const wchar_t name[] = L"SystemRoot";
    size_t name_length = wcslen(name);
    DWORD size = GetEnvironmentVariableW(name, NULL, 0);
    wchar_t *text;

    if (size == 0)
        return NULL;
    text = apr_palloc(pool, (name_length + 1 + size) * sizeof(wchar_t));
    wmemcpy(text, name, name_length);
    text[name_length] = L'=';
    *length = name_length + 1
              + GetEnvironmentVariableW(name, text + name_length + 1, size);
    return text;
}

/* Leaves the last of those that have the same name. */
static size_t keep_last(variable_t *variables, size_t count)
{
    size_t i, kept = 0;

    qsort(variables, count, sizeof(*variables), compare);
    for (i = 0; i < count; i++)
        if (i + 1 == count
            || compare_names(&variables[i], &variables[i + 1]) != 0)
            variables[kept++] = variables[i];
    return kept;
}

static wchar_t *join(const variable_t *variables, size_t count,
                     apr_pool_t *pool)
{
    size_t i, size = 2;
    wchar_t *block, *at;

    for (i = 0; i < count; i++)
        size += variables[i].length + 1;
    block = at = apr_palloc(pool, size * sizeof(wchar_t));
    for (i = 0; i < count; i++) {
        wmemcpy(at, variables[i].text, variables[i].length + 1);
        at += variables[i].length + 1;
    }
    /* One 0 ends the block, and an empty block is two. */
    at[0] = L'\0';
    if (count == 0)
        at[1] = L'\0';
    return block;
}

apr_status_t win_environment(wchar_t **block, const char *const *variables,
                             apr_pool_t *pool)
{
    size_t given = 0, count = 0;
    variable_t *list;

    while (variables[given] != NULL)
        given++;
    list = apr_pcalloc(pool, (given + 1) * sizeof(*list));
    /* It comes first, so one that was given prevails. */
    list[0].text = system_root(&list[0].length, pool);
    if (list[0].text != NULL)
        list[count++].name_length = wcslen(L"SystemRoot");
    for (; *variables != NULL; variables++, count++) {
        apr_status_t status = parse(&list[count], *variables, pool);

        if (status != APR_SUCCESS)
            return status;
        list[count].order = count;
    }
    *block = join(list, keep_last(list, count), pool);
    return APR_SUCCESS;
}
