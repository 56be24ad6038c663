/* SPDX-License-Identifier: Apache-2.0 */
/*
 * credentials.c: whose rights a program runs with. Names become numbers in
 * the parent, as looking them up takes locks and memory; a word of digits
 * is a number and is not looked up. The child gives up its groups first and
 * its user last, since after that it may change nothing any more.
 */
#include "start.h"

#include "sys.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>

/* ---- the parent's side ---- */

/* 1: the text is a number, which *id is if it is one of a user or group. */
static int is_number(const char *text, int64_t *id)
{
    uint64_t number = 0;
    size_t digits = strspn(text, "0123456789");
    size_t i;

    if (digits == 0 || text[digits] != '\0')
        return 0;
    for (i = 0; i < digits && number <= UINT32_MAX; i++)
        number = number * 10 + (uint64_t)(text[i] - '0');
    /* The highest is the system's word for none. */
    *id = number < UINT32_MAX ? (int64_t)number : -1;
    return 1;
}

/* A number by its name, or -1 with *error 0; ERANGE: the buffer is too
 * small. */
typedef int64_t look_up_t(const char *name, char *buffer, size_t size,
                          int *error);

static int64_t look_up_user(const char *name, char *buffer, size_t size,
                            int *error)
{
    struct passwd entry;
    struct passwd *found = NULL;

    *error = getpwnam_r(name, &entry, buffer, size, &found);
    return found == NULL ? -1 : (int64_t)found->pw_uid;
}

static int64_t look_up_group(const char *name, char *buffer, size_t size,
                             int *error)
{
    struct group entry;
    struct group *found = NULL;

    *error = getgrnam_r(name, &entry, buffer, size, &found);
    return found == NULL ? -1 : (int64_t)found->gr_gid;
}

/* What the system's databases say, some of them, when there is no such
 * name. */
static int means_unknown(int error)
{
    return error == 0 || error == ENOENT || error == ESRCH || error == EBADF
        || error == EPERM;
}

static apr_status_t resolve(int64_t *id, const char *name, look_up_t *look_up,
                            apr_pool_t *pool)
{
    size_t size = 1024;
    int error = 0;

    if (is_number(name, id))
        return *id < 0 ? MITO_EINVAL : APR_SUCCESS;
    do {
        *id = look_up(name, apr_palloc(pool, size), size, &error);
        size *= 4;
    } while (error == ERANGE && size <= (size_t)16 << 20);
    if (*id >= 0)
        return APR_SUCCESS;
    return means_unknown(error) ? MITO_EINVAL : error;
}

static apr_status_t resolve_groups(credentials_t *credentials,
                                   const char *const *names,
                                   apr_pool_t *pool)
{
    size_t count = 0;

    while (names[count] != NULL)
        count++;
    credentials->groups = apr_palloc(pool, (count + 1) * sizeof(gid_t));
    for (; *names != NULL; names++) {
        int64_t id;
        apr_status_t status = resolve(&id, *names, look_up_group, pool);

        if (status != APR_SUCCESS)
            return status;
        credentials->groups[credentials->group_count++] = (gid_t)id;
    }
    credentials->has_groups = 1;
    return APR_SUCCESS;
}

apr_status_t credentials_prepare(credentials_t *credentials,
                                 const mito_posix_options_t *posix,
                                 const char **option, apr_pool_t *pool)
{
    apr_status_t status = APR_SUCCESS;
    int64_t id = 0;

    if (posix->user != NULL) {
        *option = "posix.user";
        status = resolve(&id, posix->user, look_up_user, pool);
        credentials->user = (uid_t)id;
        credentials->has_user = 1;
    }
    if (status == APR_SUCCESS && posix->group != NULL) {
        *option = "posix.group";
        status = resolve(&id, posix->group, look_up_group, pool);
        credentials->group = (gid_t)id;
        credentials->has_group = 1;
    }
    if (status == APR_SUCCESS && posix->groups != NULL) {
        *option = "posix.groups";
        status = resolve_groups(credentials, posix->groups, pool);
    }
    return status;
}

int credentials_change(const credentials_t *credentials)
{
    return credentials->has_user || credentials->has_group
        || credentials->has_groups;
}

/* ---- the child's side: system calls alone ---- */

POSIX_CHILD_SIDE int credentials_take(const credentials_t *credentials,
                                      const char **option)
{
    *option = "posix.groups";
    if (credentials->has_groups
        && sys_setgroups(credentials->group_count, credentials->groups) != 0)
        return -1;
    *option = "posix.group";
    if (credentials->has_group && sys_set_group(credentials->group) != 0)
        return -1;
    *option = "posix.user";
    if (credentials->has_user && sys_set_user(credentials->user) != 0)
        return -1;
    return 0;
}
