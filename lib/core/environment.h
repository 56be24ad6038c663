/* SPDX-License-Identifier: Apache-2.0 */
/*
 * environment.h: the environment of a command, put together.
 */
#ifndef MI_ENVIRONMENT_H
#define MI_ENVIRONMENT_H

#include "../../platform/platform.h"

/* The variables of `base` (NULL: the calling process's) but for those that
 * are removed, then those that are added in place of their namesakes. The
 * strings are not copied. *environment is `base` itself when there is
 * nothing to do. */
apr_status_t mi_environment_make(const char *const **environment,
                                 const char *const *base,
                                 const char *const *removed,
                                 const char *const *added, apr_pool_t *pool);

#endif /* MI_ENVIRONMENT_H */
