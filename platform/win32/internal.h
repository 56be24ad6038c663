/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h: what the chapters of this backend share with each other.
 * Lengths of UTF-16 texts are in units and do not count the final 0; what
 * is made lies in the pool.
 */
#ifndef WIN32_INTERNAL_H
#define WIN32_INTERNAL_H

#include "../platform.h"

#include <wchar.h>

/* What some headers lack. */
#ifndef ERROR_ELEVATION_REQUIRED
#define ERROR_ELEVATION_REQUIRED 740L
#endif
#ifndef ERROR_VIRUS_INFECTED
#define ERROR_VIRUS_INFECTED 225L
#endif

/* What the system takes for a command line and for a variable, without the
 * final 0. */
#define WIN_COMMAND_LINE_MAX 32766
#define WIN_VARIABLE_MAX 32766

/* The status for an error of the system's. A call that failed and does not
 * say why has failed all the same. */
static inline apr_status_t win_status(DWORD error)
{
    return error == ERROR_SUCCESS ? APR_EGENERAL
                                  : APR_OS_START_SYSERR + (apr_status_t)error;
}

static inline apr_status_t win_last_status(void)
{
    return win_status(GetLastError());
}

/* text.c: MITO_ETEXT for what is not valid UTF-8. */
apr_status_t win_to_wide(wchar_t **wide, size_t *length, const char *text,
                         apr_pool_t *pool);

/* MITO_ETEXT for a lone surrogate. */
apr_status_t win_to_utf8(const char **text, const wchar_t *wide,
                         apr_pool_t *pool);

/* The same, with U+FFFD for a lone surrogate. */
const char *win_to_utf8_lossy(const wchar_t *wide, apr_pool_t *pool);

/* The absolute form of a path, seen from the current directory. One that
 * would be too long gets the prefix that lifts the limit. */
apr_status_t win_full_path(wchar_t **full, const wchar_t *path,
                           apr_pool_t *pool);

/* Where a module was loaded from; NULL: the program. */
apr_status_t win_module_path(wchar_t **path, HMODULE module,
                             apr_pool_t *pool);

/* The status for an error of the system's that has to do with a path: what
 * says that nothing is there becomes APR_ENOENT, so that the sentence is
 * the same on every platform. */
apr_status_t win_path_status(DWORD error);

/* security.c: attributes for an object that only the user who runs the
 * calling thread may open. They point into the structure. */
typedef struct win_security_t {
    SECURITY_ATTRIBUTES attributes;
    SECURITY_DESCRIPTOR descriptor;
    union {
        ACL list;
        BYTE bytes[sizeof(ACL) + sizeof(ACCESS_ALLOWED_ACE)
                   + SECURITY_MAX_SID_SIZE];
    } access;
} win_security_t;

apr_status_t win_owner_only(win_security_t *security);

/* system.c: the milliseconds until the deadline, rounded up, for one of the
 * system's waits; INFINITE for PLAT_NEVER alone. A wait for a far deadline
 * ends early and is to be repeated until this says 0. */
DWORD win_remaining(plat_deadline_t deadline);

/* command_line.c: one line that the program parses into these arguments. */
apr_status_t win_command_line(wchar_t **line, const char *const *arguments,
                              apr_pool_t *pool);

/* A text as a command line. MITO_ETOOLONG, MITO_ETEXT. */
apr_status_t win_raw_command_line(wchar_t **line, const char *text,
                                  apr_pool_t *pool);

/* environment.c: the block for these `NAME=value`. */
apr_status_t win_environment(wchar_t **block, const char *const *variables,
                             apr_pool_t *pool);

/* The value of a variable of the calling process; "" when it has none. */
const wchar_t *win_variable(const wchar_t *name, apr_pool_t *pool);

/* program.c: the absolute path of a program by path or name. */
apr_status_t win_find_program(wchar_t **path, const char *program,
                              apr_pool_t *pool);

/* With a drive and from its root, or on a server. */
int win_is_absolute(const wchar_t *path);

/* Whether the file is one that cmd.exe runs, by its name. */
int win_is_batch_file(const wchar_t *path);

/* cmd.c: how a batch file is run: by cmd.exe, whose path takes the place of
 * the file's, with this line. MITO_EBATCH: it would misunderstand one of
 * the arguments. */
apr_status_t win_batch_file(wchar_t **program, wchar_t **line,
                            const char *const *arguments, apr_pool_t *pool);

/* The absolute path of the system's shell, and the line with which it runs
 * a text. */
apr_status_t win_shell(wchar_t **program, wchar_t **line, const char *text,
                       apr_pool_t *pool);


/* channel.c: one overlapped operation at a time: a write of the caller's
 * bytes, or a read of none that tells when there is something to read. The
 * event is the operation's. */
struct win_channel_t {
    HANDLE pipe;
    HANDLE event;
    OVERLAPPED operation;
    DWORD size;             /* the pipe's */
    int is_write;
    int is_pending;
};

/* The size of a pipe for which one of `size` is asked; 0: the default. */
DWORD win_pipe_size(size_t size);

/* Whether the channel is ready. If not, its event becomes signaled when it
 * is time to look again. */
apr_status_t win_channel_look(struct win_channel_t *channel, int *ready);

#endif /* WIN32_INTERNAL_H */
