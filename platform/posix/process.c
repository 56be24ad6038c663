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
static int take_status(const plat_process_t *process, siginfo_t *info)
{
#ifdef __linux__
    if (process->is_pidfd)
        return sys_waitid((idtype_t)P_PIDFD, (id_t)process->exit_descriptor,
                          info, WEXITED);
#endif
    return sys_waitid(P_PID, (id_t)process->pid, info, WEXITED);
}

static int send_kill(const plat_process_t *process)
{
#ifdef __linux__
    if (process->is_pidfd)
        return sys_pidfd_send_signal(process->exit_descriptor, SIGKILL);
#endif
    return kill(process->pid, SIGKILL);
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

apr_status_t plat_process_reap(plat_process_t *process, int64_t *exit_code)
{
    siginfo_t info;
    int result;

    do {
        result = take_status(process, &info);
    } while (result != 0 && errno == EINTR);
    if (result != 0)
        return errno == ECHILD ? MITO_ELOST : errno;
    *exit_code = info.si_code == CLD_EXITED ? info.si_status
                                            : -info.si_status;
    return APR_SUCCESS;
}

apr_status_t plat_process_kill(plat_process_t *process)
{
    posix_kill_descendants(process);
    if (send_kill(process) == 0 || errno == ESRCH)
        return APR_SUCCESS;
    /* A sandbox may forbid the call; the pid is still ours. */
    return kill(process->pid, SIGKILL) == 0 ? APR_SUCCESS : errno;
}

apr_status_t plat_process_fork(plat_process_t *process, int *child)
{
    pid_t pid = sys_fork();

    if (pid < 0)
        return errno;
    if (pid == 0) {
        *child = 1;
        return APR_SUCCESS;
    }
    *child = 0;
    return posix_watch(process, pid);
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
    plat_handle_close(&process->exit_descriptor);
    process->pid = -1;
}
