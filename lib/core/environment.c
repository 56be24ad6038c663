/* SPDX-License-Identifier: Apache-2.0 */
/*
 * environment.c: the environment of a command, put together. Whether two
 * names are the same is the platform's to say.
 */
#include "environment.h"

#include "error.h"

#include <string.h>

static size_t count_of(const char *const *list)
{
    size_t count = 0;

    while (list != NULL && list[count] != NULL)
        count++;
    return count;
}

static int has(const char *const *list, const char *variable)
{
    for (; list != NULL && *list != NULL; list++)
        if (plat_same_variable(*list, variable))
            return 1;
    return 0;
}

/* What is no variable may be in an environment all the same. It is nobody's
 * to mend, and must not keep a command from being started. A name may begin
 * with `=`. */
static int is_stray(const char *text)
{
    return text[0] == '\0' || strchr(text + 1, '=') == NULL;
}

apr_status_t mi_environment_make(const char *const **environment,
                                 const char *const *base,
                                 const char *const *removed,
                                 const char *const *added, apr_pool_t *pool)
{
    int is_inherited = base == NULL;
    const char **made;
    size_t used = 0;
    apr_status_t status;

    if (removed == NULL && added == NULL) {
        *environment = base;
        return APR_SUCCESS;
    }
    if (is_inherited) {
        status = plat_environment(&base, pool);
        if (status != APR_SUCCESS)
            return mi_error_with(status, "cannot read the environment");
    }
    made = apr_pcalloc(pool, (count_of(base) + count_of(added) + 1)
                             * sizeof(*made));
    for (; *base != NULL; base++)
        if (!has(removed, *base) && !has(added, *base)
            && !(is_inherited && is_stray(*base)))
            made[used++] = *base;
    for (; added != NULL && *added != NULL; added++)
        if (!has(added + 1, *added))
            made[used++] = *added;
    *environment = made;
    return APR_SUCCESS;
}
