/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attributes.c: what the options of a start mean to the system. The parent
 * checks and translates them; the child applies them, each with the rights
 * that it needs, so its own rights go next to last. Being killed with the
 * parent comes after that, as the system forgets it when rights change.
 */
#include "start.h"

#include "sys.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- the parent's side ---- */

/* The first of the options of Windows that is given; NULL: none is. */
static const char *windows_option(const mito_windows_options_t *windows)
{
    if (windows == NULL)
        return NULL;
    if (windows->console != 0)
        return "windows.console";
    if (windows->window != 0)
        return "windows.window";
    if (windows->feedback != 0)
        return "windows.feedback";
    if (windows->default_error_mode)
        return "windows.default_error_mode";
    if (windows->breakaway_from_job)
        return "windows.breakaway_from_job";
    return windows->command_line != NULL ? "windows.command_line" : NULL;
}

static apr_status_t prepare_group(attributes_t *attributes, int64_t group)
{
    if (group == 0)
        return APR_SUCCESS;
    if (group != MITO_GROUP_NEW && (group < 0 || group > INT_MAX))
        return MITO_EINVAL;
    attributes->group = group == MITO_GROUP_NEW ? 0 : (pid_t)group;
    /* Who leads a new session leads a new group already. */
    attributes->joins_group = group != MITO_GROUP_NEW
        || !attributes->new_session;
    return APR_SUCCESS;
}

static apr_status_t prepare_priority(attributes_t *attributes,
                                     mito_priority_e priority)
{
    static const int values[] = {
        [MITO_PRIORITY_IDLE] = 19,
        [MITO_PRIORITY_BELOW_NORMAL] = 10,
        [MITO_PRIORITY_NORMAL] = 0,
        [MITO_PRIORITY_ABOVE_NORMAL] = -7,
        [MITO_PRIORITY_HIGH] = -14,
        [MITO_PRIORITY_REALTIME] = -20};

    if ((size_t)priority >= COUNT(values))
        return MITO_EINVAL;
    attributes->has_priority = priority != MITO_PRIORITY_SAME;
    attributes->priority = values[priority];
    return APR_SUCCESS;
}

static apr_status_t prepare_umask(int mask)
{
    return mask == 0 || (mask & ~0777) == MITO_UMASK(0) ? APR_SUCCESS
                                                        : MITO_EINVAL;
}

/* -1: not on this platform; -2: nowhere. */
static int system_resource(mito_resource_e resource)
{
    switch (resource) {
    case MITO_RESOURCE_CORE: return RLIMIT_CORE;
    case MITO_RESOURCE_CPU: return RLIMIT_CPU;
    case MITO_RESOURCE_DATA: return RLIMIT_DATA;
    case MITO_RESOURCE_FILE_SIZE: return RLIMIT_FSIZE;
    case MITO_RESOURCE_OPEN_FILES: return RLIMIT_NOFILE;
    case MITO_RESOURCE_STACK: return RLIMIT_STACK;
    case MITO_RESOURCE_ADDRESS_SPACE:
#ifdef RLIMIT_AS
        return RLIMIT_AS;
#else
        return -1;
#endif
    case MITO_RESOURCE_LOCKED_MEMORY:
#ifdef RLIMIT_MEMLOCK
        return RLIMIT_MEMLOCK;
#else
        return -1;
#endif
    case MITO_RESOURCE_PROCESSES:
#ifdef RLIMIT_NPROC
        return RLIMIT_NPROC;
#else
        return -1;
#endif
    case MITO_RESOURCE_END: break;
    }
    return -2;
}

/* Whether the system has such a number. */
static int is_limit(uint64_t value)
{
    return value == MITO_UNLIMITED || value < RLIM_INFINITY;
}

static apr_status_t prepare_limits(attributes_t *attributes,
                                   const mito_resource_limit_t *limits,
                                   apr_pool_t *pool)
{
    size_t count = 0;
    size_t i;

    while (limits != NULL && limits[count].resource != MITO_RESOURCE_END)
        count++;
    attributes->limits = apr_palloc(pool, (count + 1) * sizeof(limit_t));
    attributes->limit_count = count;
    for (i = 0; i < count; i++) {
        int resource = system_resource(limits[i].resource);

        if (resource == -1)
            return MITO_ENOTSUP;
        if (resource < 0 || limits[i].soft > limits[i].hard
            || !is_limit(limits[i].soft) || !is_limit(limits[i].hard))
            return MITO_EINVAL;
        attributes->limits[i].resource = resource;
        attributes->limits[i].soft = limits[i].soft;
        attributes->limits[i].hard = limits[i].hard;
    }
    return APR_SUCCESS;
}

static apr_status_t prepare_death(attributes_t *attributes)
{
#ifdef __linux__
    attributes->parent = getpid();
    return APR_SUCCESS;
#else
    (void)attributes;
    return MITO_ENOTSUP;
#endif
}

/* More is as good as this: the system's values are -20 to 19. */
static int limited_nice(int nice)
{
    return nice > 40 ? 40 : nice < -40 ? -40 : nice;
}

static apr_status_t prepare_posix(attributes_t *attributes,
                                  const char **option, apr_pool_t *pool)
{
    const mito_posix_options_t *posix = attributes->posix;
    apr_status_t status;

    attributes->nice = limited_nice(posix->nice);
    *option = "posix.umask";
    status = prepare_umask(posix->umask);
    if (status != APR_SUCCESS)
        return status;
    *option = "posix.limits";
    status = prepare_limits(attributes, posix->limits, pool);
    if (status != APR_SUCCESS)
        return status;
    return credentials_prepare(&attributes->credentials, posix, option,
                               pool);
}

static int is_any_given(const attributes_t *attributes)
{
    return attributes->new_session || attributes->joins_group
        || attributes->has_priority || attributes->nice != 0
        || attributes->parent != 0 || attributes->limit_count > 0
        || attributes->posix->umask != 0
        || credentials_change(&attributes->credentials);
}

apr_status_t attributes_prepare(attributes_t *attributes,
                                const plat_start_t *start,
                                const char **option, apr_pool_t *pool)
{
    static const mito_posix_options_t no_options;
    apr_status_t status = APR_SUCCESS;

    attributes->posix = start->posix != NULL ? start->posix : &no_options;
    attributes->new_session = attributes->posix->new_session;
    *option = windows_option(start->windows);
    if (*option != NULL)
        return MITO_ENOTSUP;
    *option = "process_group";
    status = prepare_group(attributes, start->process_group);
    if (status != APR_SUCCESS)
        return status;
    *option = "priority";
    status = prepare_priority(attributes, start->priority);
    if (status != APR_SUCCESS)
        return status;
    *option = "die_with_parent";
    if (start->die_with_parent)
        status = prepare_death(attributes);
    if (status == APR_SUCCESS && start->posix != NULL)
        status = prepare_posix(attributes, option, pool);
    attributes->are_any = is_any_given(attributes);
    return status;
}

/* ---- the child's side: system calls alone ---- */

static POSIX_CHILD_SIDE int limit_resources(const attributes_t *attributes)
{
    size_t i;

    for (i = 0; i < attributes->limit_count; i++)
        if (sys_setrlimit(attributes->limits[i].resource,
                          attributes->limits[i].soft,
                          attributes->limits[i].hard) != 0)
            return -1;
    return 0;
}

static POSIX_CHILD_SIDE int be_nice(int nice)
{
    int value;

    errno = 0;
    value = getpriority(PRIO_PROCESS, 0);
    if (value == -1 && errno != 0)
        return -1;
    return sys_setpriority(value + nice);
}

/* A parent that ended before this was asked for will not end again. Where it
 * is in another namespace of pids nobody can say: its pid is 0 then. */
static POSIX_CHILD_SIDE int die_with(pid_t parent)
{
#ifdef __linux__
    pid_t now;

    if (sys_prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        return -1;
    now = getppid();
    if (now != parent && now != 0)
        kill(getpid(), SIGKILL);
#else
    (void)parent;
#endif
    return 0;
}

POSIX_CHILD_SIDE int attributes_take(const attributes_t *attributes,
                                     const char **option)
{
    if (attributes->posix->umask != 0)
        umask((mode_t)attributes->posix->umask & 0777);
    *option = "posix.new_session";
    if (attributes->new_session && sys_setsid() < 0)
        return -1;
    *option = "process_group";
    if (attributes->joins_group && sys_setpgid(0, attributes->group) != 0)
        return -1;
    *option = "posix.limits";
    if (limit_resources(attributes) != 0)
        return -1;
    *option = "priority";
    if (attributes->has_priority
        && sys_setpriority(attributes->priority) != 0)
        return -1;
    *option = "posix.nice";
    if (attributes->nice != 0 && be_nice(attributes->nice) != 0)
        return -1;
    if (credentials_take(&attributes->credentials, option) != 0)
        return -1;
    *option = "die_with_parent";
    return attributes->parent == 0 ? 0 : die_with(attributes->parent);
}
