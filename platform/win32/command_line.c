/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command_line.c: the one line in which the system passes a program's
 * arguments on, in its encoding and within its limit. How arguments are
 * quoted is ../command_line.c's affair.
 */
#include "internal.h"

#include "../command_line.h"

#include <string.h>

/* UTF-8 has three bytes for a unit of UTF-16 at the most. */
apr_status_t win_raw_command_line(wchar_t **line, const char *text,
                                  apr_pool_t *pool)
{
    wchar_t *wide;
    size_t length;
    apr_status_t status;

    if (strlen(text) > WIN_COMMAND_LINE_MAX * 3)
        return MITO_ETOOLONG;
    status = win_to_wide(&wide, &length, text, pool);
    if (status != APR_SUCCESS)
        return status;
    if (length > WIN_COMMAND_LINE_MAX)
        return MITO_ETOOLONG;
    *line = wide;
    return APR_SUCCESS;
}

apr_status_t win_command_line(wchar_t **line, const char *const *arguments,
                              apr_pool_t *pool)
{
    char *text;
    apr_status_t status = plat_command_line(&text, arguments, pool);

    if (status != APR_SUCCESS)
        return status;
    return win_raw_command_line(line, text, pool);
}
