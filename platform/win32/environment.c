/* SPDX-License-Identifier: Apache-2.0 */
/*
 * environment.c: a list of `NAME=value` as the block that the system takes:
 * sorted by name without regard to case, each name once, the last one given.
 * SystemRoot is added when it is missing, as the system's own libraries
 * cannot be loaded or do not work without it. And the way back: the calling
 * process's own block as a list.
 */
#include "internal.h"

#include "sys.h"

#include <stdlib.h>
#include <string.h>

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

const wchar_t *win_variable(const wchar_t *name, apr_pool_t *pool)
{
    DWORD size = GetEnvironmentVariableW(name, NULL, 0);
    wchar_t *text;

    if (size == 0)
        return L"";
    text = apr_palloc(pool, size * sizeof(wchar_t));
    /* Another thread may have made it longer since. */
    text[0] = L'\0';
    return GetEnvironmentVariableW(name, text, size) < size ? text : L"";
}

/* The caller's own SystemRoot with its name; NULL when it has none. */
static const wchar_t *system_root(size_t *length, apr_pool_t *pool)
{
    static const wchar_t name[] = L"SystemRoot=";
    size_t name_length = wcslen(name), value_length;
    const wchar_t *value = win_variable(L"SystemRoot", pool);
    wchar_t *text;

    value_length = wcslen(value);
    if (value_length == 0)
        return NULL;
    text = apr_palloc(pool, (name_length + value_length + 1)
                            * sizeof(wchar_t));
    wmemcpy(text, name, name_length);
    wmemcpy(text + name_length, value, value_length + 1);
    *length = name_length + value_length;
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

/* Half a character, which no UTF-8 can say, becomes U+FFFD: one variable
 * that is odd must not keep a program from starting others. */
apr_status_t plat_environment(const char *const **variables,
                              apr_pool_t *pool)
{
    wchar_t *block = sys_GetEnvironmentStringsW();
    const wchar_t *at;
    const char **made;
    size_t count = 0;

    if (block == NULL)
        return win_last_status();
    for (at = block; *at != L'\0'; at += wcslen(at) + 1)
        count++;
    made = apr_palloc(pool, (count + 1) * sizeof(*made));
    count = 0;
    for (at = block; *at != L'\0'; at += wcslen(at) + 1)
        made[count++] = win_to_utf8_lossy(at, pool);
    made[count] = NULL;
    FreeEnvironmentStringsW(block);
    *variables = made;
    return APR_SUCCESS;
}

/* The length of the character that the text begins with; 1 for what is no
 * UTF-8. */
static int character_length(const char *text)
{
    unsigned char first = (unsigned char)*text;
    int length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2
                                                                       : 1;
    int i;

    for (i = 1; i < length; i++)
        if (((unsigned char)text[i] & 0xC0) != 0x80)
            return 1;
    return length;
}

/* Whether two characters differ in no more than case, by the system's own
 * table, which has one unit for each unit. */
static int same_character(const char *first, int first_length,
                          const char *second, int second_length)
{
    wchar_t wide[2][2];
    int units[2];

    if (first_length == second_length
        && memcmp(first, second, (size_t)first_length) == 0)
        return 1;
    units[0] = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, first,
                                   first_length, wide[0], 2);
    units[1] = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, second,
                                   second_length, wide[1], 2);
    return units[0] > 0 && units[1] > 0
           && CompareStringOrdinal(wide[0], units[0], wide[1], units[1],
                                   TRUE) == CSTR_EQUAL;
}

static int is_name_end(const char *name, const char *at)
{
    return *at == '\0' || (*at == '=' && at != name);
}

/* A character at a time, so that no name is too long for it. */
int plat_same_variable(const char *first, const char *second)
{
    const char *a = first, *b = second;

    while (!is_name_end(first, a) && !is_name_end(second, b)) {
        int a_length = character_length(a), b_length = character_length(b);

        if (!same_character(a, a_length, b, b_length))
            return 0;
        a += a_length;
        b += b_length;
    }
    return is_name_end(first, a) && is_name_end(second, b);
}
