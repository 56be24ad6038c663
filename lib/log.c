/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.c: mito's log. A message is put together on the stack and written by
 * one call, so that it needs no memory, no lock, and works in a child that
 * was just forked.
 */
#include <mito/log.h>

#include "core/identity.h"
#include "../platform/platform.h"

#include <stdarg.h>
#include <stdio.h>

#define LINE_SIZE 4096

static uint32_t level_in_force = MITO_LOG_SILENT;

void mito_log_to_stderr(mito_log_level_e level)
{
    plat_atomic_store(&level_in_force, (uint32_t)level);
}

mito_log_level_e mito_log_level(void)
{
    return (mito_log_level_e)plat_atomic_load(&level_in_force);
}

static const char *level_name(mito_log_level_e level, char other[24])
{
    switch (level) {
    case MITO_LOG_SUBDEBUG: return "SUBDEBUG";
    case MITO_LOG_DEBUG: return "DEBUG";
    case MITO_LOG_INFO: return "INFO";
    case MITO_LOG_SUBWARNING: return "SUBWARNING";
    case MITO_LOG_WARNING: return "WARNING";
    case MITO_LOG_ERROR: return "ERROR";
    case MITO_LOG_SILENT: break;
    }
    snprintf(other, 24, "Level %d", (int)level);
    return other;
}

void mito_log(mito_log_level_e level, const char *format, ...)
{
    char line[LINE_SIZE];
    char other[24];
    size_t length;
    size_t i;
    va_list arguments;
    int printed;

    if ((int)level < (int)mito_log_level())
        return;
    printed = snprintf(line, sizeof(line), "[%s/%s] ",
                       level_name(level, other), mi_identity_name());
    length = printed < 0 ? 0 : (size_t)printed;
    va_start(arguments, format);
    printed = vsnprintf(line + length, sizeof(line) - 1 - length, format,
                        arguments);
    va_end(arguments);
    if (printed > 0)
        length += (size_t)printed;
    if (length > sizeof(line) - 2)
        length = sizeof(line) - 2;
    for (i = 0; i < length; i++)
        if (line[i] == '\n' || line[i] == '\r')
            line[i] = ' ';
    line[length++] = '\n';
    plat_write_error(line, length);
}
