/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.c: chapter 2 of the seam on POSIX, the life of a child after its
 * start. A child is known by its exit descriptor; the pid in it stays ours
 * until we reap it, whatever other code of the program waits for.
 */
#include "../platform.h"

#include "process.h"
#include "sys.h"

#include <time.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

/* By the pidfd it is never somebody else's status, even if the pid has been
 * used again because other code reaped our child. */
static int wait_for(const plat_process_t *process, siginfo_t *info,
                    int options)
{
#ifdef __linux__
    if (process->is_pidfd)
        return sys_waitid((idtype_t)P_PIDFD, (id_t)process->exit_descriptor,
                          info, options);
#endif
    return sys_waitid(P_PID, (id_t)process->pid, info, options);
}

/* Whether nobody has taken its status, so that its pid is its own. */
static int is_unreaped(const plat_process_t *process)
{
    siginfo_t info;

    return wait_for(process, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

int posix_poll(struct pollfd *items, nfds_t count, plat_deadline_t deadline)
{
    for (;;) {
        struct timespec rest = {0, 0};
        int ready;

        if (deadline != PLAT_NEVER) {
            plat_deadline_t left = deadline - plat_now();

            if (left > 0) {
                rest.tv_sec = (time_t)(left / 1000000);
                rest.tv_nsec = (long)(left % 1000000) * 1000;
            }
        }
        ready = sys_ppoll(items, count,
                          deadline == PLAT_NEVER ? NULL : &rest, NULL);
        if (ready >= 0 || errno != EINTR)
            return ready;
    }
}

apr_status_t plat_process_await(plat_process_t *process,
                                plat_deadline_t deadline)
{
    struct pollfd item = {process->exit_descriptor, POLLIN, 0};
    int ready = posix_poll(&item, 1, deadline);

    if (ready < 0)
        return errno;
    return ready == 0 ? APR_TIMEUP : APR_SUCCESS;
}

/* What the system still knows of a child whose status others have taken:
 * Linux 6.15 and newer, by the pidfd. Returns a status as wait() has it, or
 * -1. */
static int remembered_status(const plat_process_t *process)
{
#ifdef __linux__
    /* As the kernel has it; what is not wanted here is not named. */
    struct {
        uint64_t mask;
        unsigned char others[52];
        int32_t status;
    } info = {.mask = 1u << 3};     /* PIDFD_INFO_EXIT */

    _Static_assert(sizeof(info) == 64, "PIDFD_INFO_SIZE_VER0");
    if (process->is_pidfd
        && sys_pidfd_get_info(process->exit_descriptor, &info,
                              sizeof(info)) == 0
        && (info.mask & 1u << 3) != 0)
        return info.status;
#endif
    (void)process;
    return -1;
}

static apr_status_t reap_stolen(const plat_process_t *process,
                                int64_t *exit_code)
{
    int status = remembered_status(process);

    if (status < 0)
        return MITO_ELOST;
    *exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return APR_SUCCESS;
}

apr_status_t plat_process_reap(plat_process_t *process, int64_t *exit_code)
{
    siginfo_t info;
    int result;

    do {
        result = wait_for(process, &info, WEXITED);
    } while (result != 0 && errno == EINTR);
    if (result != 0 && errno != ECHILD)
        return errno;
    process->is_reaped = 1;
    if (result != 0)
        return reap_stolen(process, exit_code);
    *exit_code = info.si_code == CLD_EXITED ? info.si_status
                                            : -info.si_status;
    return APR_SUCCESS;
}

/* Without a pidfd, and where a sandbox forbids its call, the pid has to do. */
int posix_signal_process(const plat_process_t *process, int number)
{
#ifdef __linux__
    if (process->is_pidfd) {
        if (sys_pidfd_send_signal(process->exit_descriptor, number, 0) == 0)
            return 0;
        if (errno != EPERM && errno != ENOSYS)
            return errno;
    }
#endif
    if (!is_unreaped(process))
        return ESRCH;
    return kill(process->pid, number) == 0 ? 0 : errno;
}

/* A group that the child leads is named by its pidfd, since Linux 6.9. Any
 * other way a group is known by its number alone, which is used only while
 * nobody has taken the child's status. */
static int signal_group(const plat_process_t *process, int number)
{
#ifdef __linux__
    if (process->is_pidfd && process->group == process->pid) {
        if (sys_pidfd_send_signal(process->exit_descriptor, number,
                                  1u << 2 /* PROCESS_GROUP */) == 0)
            return 0;
        if (errno == ESRCH)
            return ESRCH;
    }
#endif
    if (!is_unreaped(process))
        return ESRCH;
    return kill(-process->group, number) == 0 ? 0 : errno;
}

apr_status_t plat_process_signal(plat_process_t *process, int number,
                                 mito_scope_e scope)
{
    int error = 0;

    if (number < 0 || number >= NSIG)
        return MITO_EINVAL;
    switch (scope) {
    case MITO_SCOPE_PROCESS:
        if (!process->is_reaped && process->pid > 0)
            error = posix_signal_process(process, number);
        break;
    case MITO_SCOPE_GROUP:
        if (process->group <= 0 || process->group == getpgrp())
            return MITO_EINVAL;
        if (!process->is_reaped)
            error = signal_group(process, number);
        break;
    case MITO_SCOPE_TREE:
        error = posix_signal_tree(process, number);
        break;
    default:
        return MITO_EINVAL;
    }
    if (error == EINVAL)
        return MITO_EINVAL;
    return error == ESRCH ? APR_SUCCESS : error;
}

apr_status_t plat_process_fork(plat_process_t *process, int *child)
{
    uint64_t mark = mark_make();
    pid_t pid = sys_fork();
    int error;

    if (pid < 0)
        return errno;
    if (pid == 0) {
        mark_take_for_good(mark);
        *child = 1;
        return APR_SUCCESS;
    }
    error = posix_watch(process, pid);
    if (error != 0)
        return error;
    process->mark = mark;
    *child = 0;
    return APR_SUCCESS;
}

/* macOS: its system libraries start threads of their own. */
int plat_fork_is_default(void)
{
#ifdef __APPLE__
    return 0;
#else
    return 1;
#endif
}

int64_t plat_process_id(const plat_process_t *process)
{
    return process->pid;
}

void plat_process_release(plat_process_t *process)
{
    static const plat_process_t none = PLAT_PROCESS_NONE;

    plat_handle_close(&process->exit_descriptor);
    *process = none;
}
