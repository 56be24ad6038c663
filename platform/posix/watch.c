/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch.c: a descriptor that tells the end of a child.
 *
 * On Linux it is a pidfd, which also keeps the child from being mistaken
 * for another process. Where there is none (other systems, kernels before
 * 5.3, valgrind, some sandboxes) a thread waits for this one child, without
 * taking its status, and then closes its end of a pipe. The child's pid
 * stays its own until it is reaped, which is done here alone.
 */
#include "process.h"

#include "sys.h"

#include <pthread.h>

#define WATCHER_STACK 65536

/* In a mapping of its own: a child that is forked meanwhile inherits it
 * without the thread that would free it, and heap that nobody owns is what
 * leak checkers report. */
typedef struct watch_t {
    pid_t pid;
    int descriptor;         /* closed when the child has ended */
} watch_t;

static void *watch(void *opaque)
{
    watch_t *own = opaque;
    siginfo_t info;

    while (waitid(P_PID, (id_t)own->pid, &info, WEXITED | WNOWAIT) != 0
           && errno == EINTR)
        ;
    close(own->descriptor);
    munmap(own, sizeof(*own));
    return NULL;
}

/* No signal of the program's is for this thread. */
static int start_watcher(watch_t *own)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all;
    sigset_t mask;
    int error = pthread_attr_init(&attributes);

    if (error != 0)
        return error;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, WATCHER_STACK);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &mask);
    error = pthread_create(&thread, &attributes, watch, own);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

static int watch_by_thread(pid_t pid)
{
    watch_t *own = sys_mmap(NULL, sizeof(*own), PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int ends[2];
    int error;

    if (own == MAP_FAILED)
        return -1;
    if (sys_pipe2(ends, O_CLOEXEC) != 0) {
        munmap(own, sizeof(*own));
        return -1;
    }
    own->pid = pid;
    own->descriptor = ends[1];
    error = start_watcher(own);
    if (error == 0)
        return ends[0];
    close(ends[0]);
    close(ends[1]);
    munmap(own, sizeof(*own));
    errno = error;
    return -1;
}

/* A child that cannot be watched is one too many. */
static int give_up(pid_t pid)
{
    int error = errno;
    siginfo_t info;

    kill(pid, SIGKILL);
    while (waitid(P_PID, (id_t)pid, &info, WEXITED) != 0 && errno == EINTR)
        ;
    return error;
}

int posix_watch(plat_process_t *process, pid_t pid)
{
    static const plat_process_t none = PLAT_PROCESS_NONE;
    int descriptor = -1;
    int is_pidfd = 0;

#ifdef __linux__
    descriptor = sys_pidfd_open(pid);
    is_pidfd = descriptor >= 0;
    if (descriptor < 0 && errno != ENOSYS && errno != EPERM)
        return give_up(pid);
#endif
    if (descriptor < 0)
        descriptor = watch_by_thread(pid);
    if (descriptor < 0)
        return give_up(pid);
    *process = none;
    process->pid = pid;
    process->exit_descriptor = descriptor;
    process->is_pidfd = is_pidfd;
    return 0;
}
