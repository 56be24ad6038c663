/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command_line.h: an argument vector as one line, by the rules by which
 * Windows programs parse theirs. Text work alone, on UTF-8, that every
 * platform has: lines are shown to people on all of them.
 */
#ifndef PLATFORM_COMMAND_LINE_H
#define PLATFORM_COMMAND_LINE_H

#include "platform.h"

/* The line that a program's C library, or CommandLineToArgvW, parses into
 * just these arguments. MITO_EINVAL: there is none, or the first, which is
 * the program's name, has a `"`. */
apr_status_t plat_command_line(char **line, const char *const *arguments,
                               apr_pool_t *pool);

/* The line as the reference's list2cmdline() has it: the first argument is
 * one like all others, and one is put in quotes when it is empty or has a
 * space or a tab. No arguments are an empty line. */
char *plat_list2cmdline(const char *const *arguments, apr_pool_t *pool);

#endif /* PLATFORM_COMMAND_LINE_H */
