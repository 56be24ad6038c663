/* SPDX-License-Identifier: Apache-2.0 */
/*
 * child.c: a child process that several threads may wait for, kill and let
 * go at once. The lock is never held while waiting; whoever sees the end
 * first takes the status, and the system's handle goes when it is closed
 * and the last thread that waits on it has come back.
 */
#include "child.h"

#include "detached.h"
#include "error.h"
#include "identity.h"

plat_deadline_t mi_deadline(apr_interval_time_t timeout)
{
    plat_deadline_t now;

    if (timeout < 0)
        return PLAT_NEVER;
    now = plat_now();
    return timeout >= PLAT_NEVER - now ? PLAT_NEVER : now + timeout;
}

static apr_status_t program_error(const char *program, apr_status_t status)
{
    switch (status) {
    case MITO_EISDIR:
        return mi_error(status, "cannot run '%s': it is a directory",
                        program);
    case MITO_ENOTEXEC:
        return mi_error(status, "cannot run '%s': it is not an executable "
                        "program; it needs execute permission, and to be a "
                        "binary for this machine or a script whose "
                        "interpreter exists", program);
    case MITO_EBATCH:
        return mi_error(status, "cannot run '%s': cmd.exe parses the "
                        "arguments of a batch file a second time, and one "
                        "of them has a character that it would take for its "
                        "own, such as a quote, %%, & or >", program);
    default:
        return mi_error_with(status, "cannot run '%s'", program);
    }
}

static apr_status_t option_error(const char *program, const char *option,
                                 apr_status_t status)
{
    if (status == MITO_ENOTSUP)
        return mi_error(status, "cannot run '%s': this platform does not "
                        "have the option '%s'", program, option);
    return mi_error_with(status, "cannot run '%s': the option '%s' failed",
                         program, option);
}

static const char *program_of(const plat_start_t *start)
{
    return start->program != NULL ? start->program : start->arguments[0];
}

static apr_status_t start_error(const plat_start_t *start,
                                const plat_failure_t *failure,
                                apr_status_t status)
{
    const char *program = program_of(start);
    char text[256];

    if (status == MITO_ETOOLONG)
        return mi_error(status, "cannot run '%s': its arguments and "
                        "environment are longer than the system takes; "
                        "give it what is long in a file or through its "
                        "input", program);
    switch (failure->step) {
    case PLAT_STEP_OPTION:
        return option_error(program, failure->option, status);
    case PLAT_STEP_PROGRAM:
        return program_error(program, status);
    case PLAT_STEP_DIRECTORY:
        mito_strerror(status, text, sizeof(text));
        return mi_error(MITO_EWORKDIR, "cannot run '%s' in the directory "
                        "'%s': %s", program, start->working_directory, text);
    case PLAT_STEP_STREAMS:
        return mi_error_with(status, "cannot run '%s': its standard streams "
                             "cannot be connected", program);
    case PLAT_STEP_CREATE:
        return mi_error_with(status, "cannot run '%s': the system makes no "
                             "new process", program);
    case PLAT_STEP_PREPARE:
        break;
    }
    if (status == MITO_EINVAL)
        return mi_error(status, "cannot run '%s': an argument or a string "
                        "of the environment cannot be passed; the latter "
                        "must be NAME=value", program);
    return mi_error_with(status, "cannot run '%s'", program);
}

apr_status_t mi_child_start(plat_process_t *process,
                            const plat_start_t *start, apr_pool_t *scratch)
{
    plat_failure_t failure;
    apr_status_t status;

    mi_detached_reap();
    status = plat_process_start(process, start, &failure, scratch);
    return status == APR_SUCCESS ? APR_SUCCESS
                                 : start_error(start, &failure, status);
}

apr_status_t mi_child_init(mi_child_t *child, const plat_process_t *process,
                           const char *what, apr_pool_t *pool)
{
    apr_status_t status = apr_thread_mutex_create(
        &child->lock, APR_THREAD_MUTEX_DEFAULT, pool);

    if (status != APR_SUCCESS)
        return mi_error_with(status, "cannot make a lock");
    child->process = *process;
    child->state = MI_CHILD_RUNS;
    child->exit_code = 0;
    child->users = 0;
    child->closed = 0;
    child->pid = plat_process_id(process);
    child->generation = mi_identity_generation();
    child->what = what;
    return APR_SUCCESS;
}

static apr_status_t lost(const mi_child_t *child)
{
    return mi_error(MITO_ELOST, "%s has ended, but other code of this "
                    "program has taken its exit status: it waits for any "
                    "child, or ignores SIGCHLD", child->what);
}

static apr_status_t usable(const mi_child_t *child)
{
    if (child->generation != mi_identity_generation())
        return mi_error(MITO_EINVAL, "%s belongs to the process that "
                        "started it", child->what);
    if (child->closed)
        return mi_error(MITO_ECLOSED, "%s is closed", child->what);
    return APR_SUCCESS;
}

/* Called with the lock; the last user of a closed child lets it go. */
static void leave(mi_child_t *child)
{
    child->users--;
    if (child->closed && child->users == 0)
        plat_process_release(&child->process);
}

/* Called with the lock, once it is known to have ended. */
static apr_status_t reap(mi_child_t *child)
{
    apr_status_t status;

    if (child->state != MI_CHILD_RUNS)
        return APR_SUCCESS;
    status = plat_process_reap(&child->process, &child->exit_code);
    if (status != APR_SUCCESS && status != MITO_ELOST)
        return status;
    child->state = status == APR_SUCCESS ? MI_CHILD_ENDED : MI_CHILD_LOST;
    return APR_SUCCESS;
}

static apr_status_t take_status(mi_child_t *child)
{
    apr_status_t status = reap(child);

    if (status != APR_SUCCESS)
        return mi_error_with(status, "cannot take the exit status of %s",
                             child->what);
    return APR_SUCCESS;
}

static apr_status_t wait_unlocked(mi_child_t *child, plat_deadline_t deadline)
{
    apr_status_t status;

    apr_thread_mutex_unlock(child->lock);
    status = plat_process_await(&child->process, deadline);
    apr_thread_mutex_lock(child->lock);
    if (status == APR_SUCCESS)
        return take_status(child);
    if (status == APR_TIMEUP)
        return mi_error(status, "%s still runs", child->what);
    return mi_error_with(status, "cannot wait for %s", child->what);
}

apr_status_t mi_child_wait(mi_child_t *child, plat_deadline_t deadline)
{
    apr_status_t status;

    apr_thread_mutex_lock(child->lock);
    status = usable(child);
    if (status == APR_SUCCESS && child->state == MI_CHILD_RUNS) {
        child->users++;
        status = wait_unlocked(child, deadline);
        leave(child);
    }
    if (status == APR_SUCCESS && child->state == MI_CHILD_LOST)
        status = lost(child);
    apr_thread_mutex_unlock(child->lock);
    return status;
}

int mi_child_runs(mi_child_t *child)
{
    int runs;

    apr_thread_mutex_lock(child->lock);
    if (child->generation == mi_identity_generation() && !child->closed
        && child->state == MI_CHILD_RUNS
        && plat_process_await(&child->process, 0) == APR_SUCCESS)
        reap(child);
    runs = child->state == MI_CHILD_RUNS;
    apr_thread_mutex_unlock(child->lock);
    return runs;
}

apr_status_t mi_child_exit_code(mi_child_t *child, int64_t *exit_code)
{
    apr_status_t status = APR_SUCCESS;

    apr_thread_mutex_lock(child->lock);
    if (child->state == MI_CHILD_LOST)
        status = lost(child);
    else if (child->state == MI_CHILD_RUNS)
        status = mi_error(APR_CHILD_NOTDONE, "%s has not ended, or was not "
                          "waited for yet", child->what);
    else
        *exit_code = child->exit_code;
    apr_thread_mutex_unlock(child->lock);
    return status;
}

apr_status_t mi_child_signal(mi_child_t *child, int number,
                             mito_scope_e scope)
{
    const char *name = plat_signal_name(number);
    apr_status_t status;

    apr_thread_mutex_lock(child->lock);
    status = usable(child);
    if (status == APR_SUCCESS
        && (child->state == MI_CHILD_RUNS || scope == MITO_SCOPE_TREE)) {
        status = plat_process_signal(&child->process, number, scope);
        if (status == MITO_EINVAL && scope == MITO_SCOPE_GROUP)
            mi_error(status, "cannot signal the process group of %s: it "
                     "has none of its own", child->what);
        else if (status != APR_SUCCESS)
            mi_error_with(status, "cannot send signal %d (%s) to %s", number,
                          name == NULL ? "unknown" : name, child->what);
    }
    apr_thread_mutex_unlock(child->lock);
    return status;
}

int mi_child_enter(mi_child_t *child)
{
    int runs;

    apr_thread_mutex_lock(child->lock);
    child->users++;
    runs = !child->closed && child->state == MI_CHILD_RUNS;
    apr_thread_mutex_unlock(child->lock);
    return runs;
}

void mi_child_leave(mi_child_t *child)
{
    apr_thread_mutex_lock(child->lock);
    leave(child);
    apr_thread_mutex_unlock(child->lock);
}

void mi_child_close(mi_child_t *child)
{
    apr_thread_mutex_lock(child->lock);
    if (!child->closed) {
        child->closed = 1;
        if (child->users == 0)
            plat_process_release(&child->process);
    }
    apr_thread_mutex_unlock(child->lock);
}

void mi_child_detach(mi_child_t *child)
{
    static const plat_process_t no_process = PLAT_PROCESS_NONE;
    plat_process_t process = no_process;

    apr_thread_mutex_lock(child->lock);
    /* A thread that waits for it has its status taken and its handle
     * released as ever. */
    if (!child->closed && child->users == 0
        && child->state == MI_CHILD_RUNS) {
        process = child->process;
        child->process = no_process;
        child->closed = 1;
    }
    apr_thread_mutex_unlock(child->lock);
    mi_child_close(child);
    mi_detached_add(&process, child->generation);
}
