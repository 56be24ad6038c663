/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command_line.c: an argument vector as the one line that the system passes
 * on, so that the program's C library, or CommandLineToArgvW, parses it
 * into the same vector again.
 *
 * The rules for arguments: within quotes a `"` is written as `\"`, and
 * backslashes stand for themselves unless a `"` follows them, before which
 * they are doubled; see "Everyone quotes command line arguments the wrong
 * way" by Daniel Colascione. The first argument is parsed by others: up to
 * the next `"` when it begins with one, else up to white space, with no
 * escapes at all.
 */
#include "internal.h"

#include <string.h>

/* A line being built. Its length counts on beyond the limit, but nothing
 * is written there. */
typedef struct line_t {
    wchar_t *text;
    size_t length;
    size_t limit;
} line_t;

static void put(line_t *line, wchar_t unit)
{
    if (line->length < line->limit)
        line->text[line->length] = unit;
    line->length++;
}

static void put_backslashes(line_t *line, size_t count)
{
    for (; count > 0; count--)
        put(line, L'\\');
}

static void put_plain(line_t *line, const wchar_t *argument)
{
    for (; *argument != L'\0'; argument++)
        put(line, *argument);
}

/* The backslashes have been put when it turns out that a quote follows
 * them; as many again double them. */
static void put_quoted(line_t *line, const wchar_t *argument)
{
    size_t backslashes = 0;

    put(line, L'"');
    for (; *argument != L'\0'; argument++) {
        if (*argument == L'"')
            put_backslashes(line, backslashes + 1);
        backslashes = *argument == L'\\' ? backslashes + 1 : 0;
        put(line, *argument);
    }
    put_backslashes(line, backslashes);
    put(line, L'"');
}

/* Whether the text is empty or has white space, control characters or one
 * of the special ones. */
static int has_any(const wchar_t *text, const wchar_t *special)
{
    if (*text == L'\0')
        return 1;
    for (; *text != L'\0'; text++)
        if (*text <= L' ' || wcschr(special, *text) != NULL)
            return 1;
    return 0;
}

static apr_status_t put_program(line_t *line, const wchar_t *argument)
{
    if (wcschr(argument, L'"') != NULL)
        return MITO_EINVAL;
    if (!has_any(argument, L"")) {
        put_plain(line, argument);
        return APR_SUCCESS;
    }
    put(line, L'"');
    put_plain(line, argument);
    put(line, L'"');
    return APR_SUCCESS;
}

/* Some C libraries expand patterns, and Cygwin's takes single quotes and
 * tildes, in what is not quoted. */
static void put_argument(line_t *line, const wchar_t *argument)
{
    put(line, L' ');
    if (has_any(argument, L"\"'*?[{~@"))
        put_quoted(line, argument);
    else
        put_plain(line, argument);
}

/* What the line takes when every byte is a character that is escaped, but
 * never more than the limit. */
static size_t room(const char *const *arguments)
{
    size_t size = 0;

    for (; *arguments != NULL && size < WIN_COMMAND_LINE_MAX; arguments++)
        size += strlen(*arguments) * 2 + 3;
    return size < WIN_COMMAND_LINE_MAX ? size : WIN_COMMAND_LINE_MAX;
}

apr_status_t win_command_line(wchar_t **line, const char *const *arguments,
                              apr_pool_t *pool)
{
    line_t made = {NULL, 0, room(arguments)};
    apr_status_t status;
    wchar_t *wide;
    size_t i, length;

    if (arguments[0] == NULL)
        return MITO_EINVAL;
    made.text = apr_palloc(pool, (made.limit + 1) * sizeof(wchar_t));
    for (i = 0; arguments[i] != NULL; i++) {
        status = win_to_wide(&wide, &length, arguments[i], pool);
        if (status == APR_SUCCESS && i == 0)
            status = put_program(&made, wide);
        else if (status == APR_SUCCESS)
            put_argument(&made, wide);
        if (status != APR_SUCCESS)
            return status;
        if (made.length > WIN_COMMAND_LINE_MAX)
            return MITO_ETOOLONG;
    }
    made.text[made.length] = L'\0';
    *line = made.text;
    return APR_SUCCESS;
}
