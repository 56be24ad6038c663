/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd.c: what is run by cmd.exe: batch files, and texts for the shell.
 *
 * A batch file's arguments are parsed by cmd.exe before the file sees them,
 * and once more wherever the file uses them, then without the quotes that
 * it may have taken off. No quoting holds through both, so an argument with
 * a character that means something to cmd.exe is refused. What is left only
 * needs quotes where it would come apart. The file's own path is parsed
 * once, within quotes, where only a percent sign means anything.
 *
 * The system's cmd.exe runs batch files, whatever COMSPEC says; without
 * AutoRun commands, with extensions, and with `!` meaning nothing.
 */
#include "internal.h"

#include "sys.h"

#include <string.h>

#include <apr_strings.h>
#include <apr_tables.h>

/* What cmd.exe takes of a line; of a longer one it says that it is too
 * long, and runs nothing. */
#define CMD_LINE_MAX 8191

static apr_status_t system_cmd(wchar_t **path, apr_pool_t *pool)
{
    static const wchar_t name[] = L"\\cmd.exe";
    wchar_t *made = apr_palloc(pool, MAX_PATH * sizeof(wchar_t)
                                     + sizeof(name));
    UINT length = sys_GetSystemDirectoryW(made, MAX_PATH);

    if (length == 0)
        return win_last_status();
    if (length >= MAX_PATH)
        return MITO_ETOOLONG;
    wmemcpy(made + length, name, wcslen(name) + 1);
    *path = made;
    return APR_SUCCESS;
}

/* Letters, digits and these are never taken for anything else than
 * themselves, by cmd.exe or by programs that the file starts. */
static int is_plain(const char *argument)
{
    if (*argument == '\0')
        return 0;
    for (; *argument != '\0'; argument++)
        if (!(*argument >= '0' && *argument <= '9')
            && !(*argument >= 'A' && *argument <= 'Z')
            && !(*argument >= 'a' && *argument <= 'z')
            && strchr("#$+-./:\\_", *argument) == NULL)
            return 0;
    return 1;
}

/* Backslashes before the closing quote are doubled, for the programs that
 * the file passes its arguments on to: they would take `\"` for a quote and
 * what follows for more of the same argument. */
static const char *quote(const char *argument, apr_pool_t *pool)
{
    size_t length = strlen(argument), backslashes = 0;

    if (is_plain(argument))
        return argument;
    while (backslashes < length
           && argument[length - backslashes - 1] == '\\')
        backslashes++;
    return apr_pstrcat(pool, "\"", argument,
                       argument + length - backslashes, "\"", NULL);
}

/* All arguments, each after a blank. */
static apr_status_t batch_arguments(const char **text,
                                    const char *const *arguments,
                                    apr_pool_t *pool)
{
    apr_array_header_t *parts = apr_array_make(pool, 8, sizeof(char *));

    APR_ARRAY_PUSH(parts, const char *) = "";
    for (; *arguments != NULL; arguments++) {
        if (strpbrk(*arguments, "\"%!^&|<>()\r\n") != NULL)
            return MITO_EBATCH;
        APR_ARRAY_PUSH(parts, const char *) = quote(*arguments, pool);
    }
    *text = apr_array_pstrcat(pool, parts, ' ');
    return APR_SUCCESS;
}

/* cmd.exe takes off the first quote after /c and the last one. */
static apr_status_t batch_line(wchar_t **line, const wchar_t *cmd,
                               const wchar_t *file, const char *arguments,
                               apr_pool_t *pool)
{
    const char *cmd_text, *file_text;
    apr_status_t status = win_to_utf8(&cmd_text, cmd, pool);

    if (status == APR_SUCCESS)
        status = win_to_utf8(&file_text, file, pool);
    if (status != APR_SUCCESS)
        return status;
    return win_raw_command_line(
        line, apr_pstrcat(pool, "\"", cmd_text,
                          "\" /d /e:on /v:off /c \"\"", file_text, "\"",
                          arguments, "\"", NULL), pool);
}

apr_status_t win_batch_file(wchar_t **program, wchar_t **line,
                            const char *const *arguments, apr_pool_t *pool)
{
    const char *text;
    wchar_t *cmd, *made;
    apr_status_t status = batch_arguments(&text, arguments + 1, pool);

    if (status == APR_SUCCESS && wcschr(*program, L'%') != NULL)
        status = MITO_EBATCH;
    if (status == APR_SUCCESS)
        status = system_cmd(&cmd, pool);
    if (status == APR_SUCCESS)
        status = batch_line(&made, cmd, *program, text, pool);
    if (status == APR_SUCCESS && wcslen(made) > CMD_LINE_MAX)
        status = MITO_ETOOLONG;
    if (status != APR_SUCCESS)
        return status;
    *program = cmd;
    *line = made;
    return APR_SUCCESS;
}

/* COMSPEC is the user's choice of a shell, but only as a whole path: any
 * other would have to be looked up. */
static apr_status_t find_shell(wchar_t **path, apr_pool_t *pool)
{
    const wchar_t *chosen = win_variable(L"COMSPEC", pool);

    if (win_is_absolute(chosen) && wcschr(chosen, L'"') == NULL)
        return win_full_path(path, chosen, pool);
    return system_cmd(path, pool);
}

apr_status_t win_shell(wchar_t **program, wchar_t **line, const char *text,
                       apr_pool_t *pool)
{
    wchar_t *shell;
    const char *shell_text;
    apr_status_t status = find_shell(&shell, pool);

    if (status == APR_SUCCESS)
        status = win_to_utf8(&shell_text, shell, pool);
    if (status == APR_SUCCESS)
        status = win_raw_command_line(
            line, apr_pstrcat(pool, "\"", shell_text, "\" /c \"", text, "\"",
                              NULL), pool);
    if (status == APR_SUCCESS)
        *program = shell;
    return status;
}
