/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command_line.c: how an argument is written so that Windows programs, each
 * of which parses its line itself, read it as it was.
 *
 * The rules for arguments: a `"` is written as `\"`, and backslashes stand
 * for themselves unless a `"` follows them, before which they are doubled;
 * see "Everyone quotes command line arguments the wrong way" by Daniel
 * Colascione. The first argument is parsed by others: up to the next `"`
 * when it begins with one, else up to white space, with no escapes at all.
 */
#include "command_line.h"

#include <string.h>

/* What an argument takes at the most: two quotes, the blank before it, and
 * each byte escaped. */
static char *make_room(const char *const *arguments, apr_pool_t *pool)
{
    size_t size = 1;

    for (; *arguments != NULL; arguments++)
        size += strlen(*arguments) * 2 + 3;
    return apr_palloc(pool, size);
}

static char *put_backslashes(char *at, size_t count)
{
    memset(at, '\\', count);
    return at + count;
}

static char *put_plain(char *at, const char *argument)
{
    size_t length = strlen(argument);

    memcpy(at, argument, length);
    return at + length;
}

/* The backslashes have been put when it turns out that a quote follows
 * them; as many again double them. */
static char *put_escaped(char *at, const char *argument, int in_quotes)
{
    size_t backslashes = 0;

    if (in_quotes)
        *at++ = '"';
    for (; *argument != '\0'; argument++) {
        if (*argument == '"')
            at = put_backslashes(at, backslashes + 1);
        backslashes = *argument == '\\' ? backslashes + 1 : 0;
        *at++ = *argument;
    }
    if (in_quotes) {
        at = put_backslashes(at, backslashes);
        *at++ = '"';
    }
    return at;
}

/* Whether the text is empty or has white space, control characters or one
 * of the special ones. */
static int has_any(const char *text, const char *special)
{
    if (*text == '\0')
        return 1;
    for (; *text != '\0'; text++)
        if ((unsigned char)*text <= ' ' || strchr(special, *text) != NULL)
            return 1;
    return 0;
}

static char *put_program(char *at, const char *program)
{
    if (!has_any(program, ""))
        return put_plain(at, program);
    *at++ = '"';
    at = put_plain(at, program);
    *at++ = '"';
    return at;
}

/* Some C libraries expand patterns, and Cygwin's takes single quotes and
 * tildes, in what is not quoted. */
static char *put_argument(char *at, const char *argument)
{
    *at++ = ' ';
    if (has_any(argument, "\"'*?[{~@"))
        return put_escaped(at, argument, 1);
    return put_plain(at, argument);
}

apr_status_t plat_command_line(char **line, const char *const *arguments,
                               apr_pool_t *pool)
{
    char *made, *at;

    if (arguments[0] == NULL || strchr(arguments[0], '"') != NULL)
        return MITO_EINVAL;
    made = make_room(arguments, pool);
    at = put_program(made, arguments[0]);
    for (arguments++; *arguments != NULL; arguments++)
        at = put_argument(at, *arguments);
    *at = '\0';
    *line = made;
    return APR_SUCCESS;
}

char *plat_list2cmdline(const char *const *arguments, apr_pool_t *pool)
{
    char *made = make_room(arguments, pool), *at = made;

    for (; *arguments != NULL; arguments++) {
        if (at != made)
            *at++ = ' ';
        at = put_escaped(at, *arguments, **arguments == '\0'
                                         || strpbrk(*arguments, " \t"));
    }
    *at = '\0';
    return made;
}
