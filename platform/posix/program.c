/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program.c: which files a program's name may stand for, and what it means
 * when none of them could be executed. The search itself is left to execve
 * in the child, whose answer is the only one that counts: looking before
 * would cost the parent a system call for each folder, and the file may be
 * gone by then.
 */
#include "start.h"

#include "sys.h"

#include <string.h>

#include <apr_strings.h>

extern char **environ;

#define DEFAULT_PATH "/bin:/usr/bin"

static const char *search_path(const char *const *environment)
{
    const char *const *variable = environment;

    if (variable == NULL)
        variable = (const char *const *)environ;
    for (; variable != NULL && *variable != NULL; variable++)
        if (strncmp(*variable, "PATH=", 5) == 0)
            return *variable + 5;
    return DEFAULT_PATH;
}

/* One candidate; an empty folder of PATH is the working directory. */
static const char *join(const char *folder, size_t length, const char *name,
                        apr_pool_t *pool)
{
    if (length == 0)
        return apr_pstrcat(pool, "./", name, NULL);
    return apr_psprintf(pool, "%.*s/%s", (int)length, folder, name);
}

apr_status_t program_find(program_t *program, const char *name,
                          const char *const *environment, apr_pool_t *pool)
{
    const char *folder;
    size_t count = 1;
    size_t used = 0;

    program->name = name;
    if (name[0] == '\0' || strchr(name, '/') != NULL) {
        program->candidates = apr_pcalloc(pool, 2 * sizeof(char *));
        program->candidates[0] = name;
        return APR_SUCCESS;
    }
    folder = search_path(environment);
    for (const char *at = folder; *at != '\0'; at++)
        count += *at == ':';
    program->candidates = apr_pcalloc(pool, (count + 1) * sizeof(char *));
    for (;;) {
        size_t length = strcspn(folder, ":");

        program->candidates[used++] = join(folder, length, name, pool);
        if (folder[length] == '\0')
            return APR_SUCCESS;
        folder += length + 1;
    }
}

/* The file that the child saw under a candidate's name. */
static int look_at(const char *candidate, const char *directory,
                   struct stat *file, apr_pool_t *pool)
{
    if (directory != NULL && candidate[0] != '/')
        candidate = apr_pstrcat(pool, directory, "/", candidate, NULL);
    return stat(candidate, file);
}

apr_status_t program_status(int error, const char *candidate,
                            const char *directory, apr_pool_t *pool)
{
    struct stat file;
    int exists;

    if (error == E2BIG)
        return MITO_ETOOLONG;
    if (error == ENOEXEC)
        return MITO_ENOTEXEC;
    exists = look_at(candidate, directory, &file, pool) == 0;
    if (exists && S_ISDIR(file.st_mode))
        return MITO_EISDIR;
    /* The file is there, so what is missing is the interpreter that its
     * first line names, or its dynamic loader. */
    if (error == ENOENT && exists)
        return MITO_ENOTEXEC;
    if (error == EACCES && exists
        && (!S_ISREG(file.st_mode) || (file.st_mode & 0111) == 0))
        return MITO_ENOTEXEC;
    return error;
}
