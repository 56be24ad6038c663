/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options.c: the options of a start as Windows has them: flags. An option
 * that is not among them is refused by its name, never passed over.
 */
#include "start.h"

#include "sys.h"

/* APR's headers ask those of the system to leave out windows. */
#ifndef SW_HIDE
#define SW_HIDE 0
#endif
#ifndef SW_SHOWMAXIMIZED
#define SW_SHOWMAXIMIZED 3
#endif
#ifndef SW_SHOWMINNOACTIVE
#define SW_SHOWMINNOACTIVE 7
#endif

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The first thing of POSIX's that is asked for; NULL: none is. */
static const char *posix_option(const mito_posix_options_t *posix)
{
    const struct {
        const char *name;
        int is_given;
    } options[] = {
        {"posix.new_session", posix->new_session != 0},
        {"posix.user", posix->user != NULL},
        {"posix.group", posix->group != NULL},
        {"posix.groups", posix->groups != NULL},
        {"posix.umask", posix->umask != 0},
        {"posix.nice", posix->nice != 0},
        {"posix.limits", posix->limits != NULL},
        {"posix.clear_signal_mask", posix->clear_signal_mask != 0},
        {"posix.keep_ignored_signals", posix->keep_ignored_signals != 0}
    };
    size_t i;

    for (i = 0; i < COUNT(options); i++)
        if (options[i].is_given)
            return options[i].name;
    return NULL;
}

static apr_status_t refuse_posix(const plat_start_t *start,
                                 plat_failure_t *failure)
{
    const char *option = start->posix == NULL ? NULL
                                              : posix_option(start->posix);

    if (option == NULL)
        return APR_SUCCESS;
    failure->option = option;
    return MITO_ENOTSUP;
}

static apr_status_t plan_group(win_plan_t *plan, int64_t group,
                               plat_failure_t *failure)
{
    failure->option = "process_group";
    if (group == MITO_GROUP_NEW)
        plan->flags |= CREATE_NEW_PROCESS_GROUP;
    else if (group != 0)
        return MITO_ENOTSUP;
    return APR_SUCCESS;
}

/* By itself the system hands on only the two lowest of the parent's
 * classes, and makes of the others the normal one. */
static apr_status_t plan_priority(win_plan_t *plan, mito_priority_e priority,
                                  plat_failure_t *failure)
{
    static const DWORD classes[] = {
        [MITO_PRIORITY_IDLE] = IDLE_PRIORITY_CLASS,
        [MITO_PRIORITY_BELOW_NORMAL] = BELOW_NORMAL_PRIORITY_CLASS,
        [MITO_PRIORITY_NORMAL] = NORMAL_PRIORITY_CLASS,
        [MITO_PRIORITY_ABOVE_NORMAL] = ABOVE_NORMAL_PRIORITY_CLASS,
        [MITO_PRIORITY_HIGH] = HIGH_PRIORITY_CLASS,
        [MITO_PRIORITY_REALTIME] = REALTIME_PRIORITY_CLASS
    };

    failure->option = "priority";
    if ((size_t)priority >= COUNT(classes))
        return MITO_EINVAL;
    plan->flags |= priority == MITO_PRIORITY_SAME
        ? GetPriorityClass(GetCurrentProcess()) : classes[priority];
    return APR_SUCCESS;
}

/* A program with a console shares it with the child, so that Ctrl-C reaches
 * both, as in a terminal. For the child of one without, the system would
 * open a console window; when no stream comes from there it would stay
 * empty, so there is to be none. */
static DWORD same_console(const win_plan_t *plan)
{
    return !plan->inherits_own && GetConsoleCP() == 0 ? CREATE_NO_WINDOW : 0;
}

static apr_status_t plan_console(win_plan_t *plan, mito_console_e console,
                                 plat_failure_t *failure)
{
    static const DWORD flags[] = {
        [MITO_CONSOLE_NEW] = CREATE_NEW_CONSOLE,
        [MITO_CONSOLE_HIDDEN] = CREATE_NO_WINDOW,
        [MITO_CONSOLE_NONE] = DETACHED_PROCESS
    };

    failure->option = "windows.console";
    if ((size_t)console >= COUNT(flags))
        return MITO_EINVAL;
    plan->flags |= console == MITO_CONSOLE_SAME ? same_console(plan)
                                                : flags[console];
    return APR_SUCCESS;
}

/* The window of a shell is hidden, unless one is asked for. */
static apr_status_t plan_window(win_plan_t *plan, mito_window_e window,
                                int is_shell, plat_failure_t *failure)
{
    static const WORD shows[] = {
        [MITO_WINDOW_HIDDEN] = SW_HIDE,
        [MITO_WINDOW_MINIMIZED] = SW_SHOWMINNOACTIVE,
        [MITO_WINDOW_MAXIMIZED] = SW_SHOWMAXIMIZED
    };

    failure->option = "windows.window";
    if ((size_t)window >= COUNT(shows))
        return MITO_EINVAL;
    if (window == MITO_WINDOW_DEFAULT && is_shell)
        window = MITO_WINDOW_HIDDEN;
    if (window == MITO_WINDOW_DEFAULT)
        return APR_SUCCESS;
    plan->startup.StartupInfo.dwFlags |= STARTF_USESHOWWINDOW;
    plan->startup.StartupInfo.wShowWindow = shows[window];
    return APR_SUCCESS;
}

static apr_status_t plan_feedback(win_plan_t *plan, mito_feedback_e feedback,
                                  plat_failure_t *failure)
{
    static const DWORD flags[] = {
        [MITO_FEEDBACK_ON] = STARTF_FORCEONFEEDBACK,
        [MITO_FEEDBACK_OFF] = STARTF_FORCEOFFFEEDBACK
    };

    failure->option = "windows.feedback";
    if ((size_t)feedback >= COUNT(flags))
        return MITO_EINVAL;
    plan->startup.StartupInfo.dwFlags |= flags[feedback];
    return APR_SUCCESS;
}

static apr_status_t plan_windows(win_plan_t *plan, const plat_start_t *start,
                                 plat_failure_t *failure)
{
    static const mito_windows_options_t none = {0};
    const mito_windows_options_t *windows =
        start->windows != NULL ? start->windows : &none;
    apr_status_t status = plan_console(plan, windows->console, failure);

    if (status == APR_SUCCESS)
        status = plan_window(plan, windows->window, start->is_shell,
                             failure);
    if (status == APR_SUCCESS)
        status = plan_feedback(plan, windows->feedback, failure);
    if (windows->default_error_mode)
        plan->flags |= CREATE_DEFAULT_ERROR_MODE;
    if (windows->breakaway_from_job)
        plan->flags |= CREATE_BREAKAWAY_FROM_JOB;
    return status;
}

apr_status_t win_plan_options(win_plan_t *plan, const plat_start_t *start,
                              plat_failure_t *failure)
{
    apr_status_t status;

    failure->step = PLAT_STEP_OPTION;
    status = refuse_posix(start, failure);
    if (status == APR_SUCCESS)
        status = plan_group(plan, start->process_group, failure);
    if (status == APR_SUCCESS)
        status = plan_priority(plan, start->priority, failure);
    if (status == APR_SUCCESS)
        status = plan_windows(plan, start, failure);
    return status;
}

/* The system says of a job that lets nobody out what it says of a program
 * that may not be run. */
int win_is_option_denied(const win_plan_t *plan, plat_failure_t *failure)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits;
    BOOL is_in_job;

    if (!(plan->flags & CREATE_BREAKAWAY_FROM_JOB)
        || !IsProcessInJob(GetCurrentProcess(), NULL, &is_in_job)
        || !is_in_job
        || !QueryInformationJobObject(NULL,
                                      JobObjectExtendedLimitInformation,
                                      &limits, sizeof(limits), NULL)
        || (limits.BasicLimitInformation.LimitFlags
            & JOB_OBJECT_LIMIT_BREAKAWAY_OK))
        return 0;
    failure->step = PLAT_STEP_OPTION;
    failure->option = "windows.breakaway_from_job";
    return 1;
}
