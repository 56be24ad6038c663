/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sys.h: every system call of this backend that can fail and that a test
 * wants to see failing; see ../fault.h. The last two arguments are what the
 * call returns when it is made to fail, and the errno that goes with it.
 */
#ifndef POSIX_SYS_H
#define POSIX_SYS_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../fault.h"

#define SYS_CALL(type, name, parameters, arguments, failure, error)         \
    static inline type sys_##name parameters                                \
    {                                                                       \
        SYS_FAULT(#name, errno = (error); return (failure));                \
        return name arguments;                                              \
    }

SYS_CALL(int, pipe2, (int ends[2], int flags), (ends, flags), -1, EMFILE)
SYS_CALL(int, open, (const char *path, int flags), (path, flags), -1, EMFILE)
SYS_CALL(int, dup2, (int from, int to), (from, to), -1, EBUSY)
SYS_CALL(int, chdir, (const char *path), (path), -1, EACCES)
SYS_CALL(int, execve, (const char *path, char *const *arguments,
                       char *const *environment),
         (path, arguments, environment), -1, ENOMEM)
SYS_CALL(pid_t, fork, (void), (), -1, EAGAIN)
SYS_CALL(ssize_t, read, (int descriptor, void *buffer, size_t size),
         (descriptor, buffer, size), -1, EIO)
SYS_CALL(ssize_t, write, (int descriptor, const void *bytes, size_t size),
         (descriptor, bytes, size), -1, EIO)
SYS_CALL(int, ppoll, (struct pollfd *items, nfds_t count,
                      const struct timespec *timeout, const sigset_t *mask),
         (items, count, timeout, mask), -1, ENOMEM)
SYS_CALL(int, waitid, (idtype_t type, id_t id, siginfo_t *info, int options),
         (type, id, info, options), -1, EINTR)
SYS_CALL(int, ftruncate, (int descriptor, off_t size), (descriptor, size),
         -1, ENOSPC)
SYS_CALL(void *, mmap, (void *at, size_t size, int protection, int flags,
                        int descriptor, off_t offset),
         (at, size, protection, flags, descriptor, offset),
         MAP_FAILED, ENOMEM)
SYS_CALL(int, fstat, (int descriptor, struct stat *status),
         (descriptor, status), -1, EIO)
SYS_CALL(ssize_t, readlink, (const char *path, char *buffer, size_t size),
         (path, buffer, size), -1, EACCES)
SYS_CALL(char *, realpath, (const char *path, char *resolved),
         (path, resolved), NULL, ENOMEM)

/* A duplicate that is no standard stream and not what a child's handed-over
 * handle becomes, so that arranging a child's descriptors never overwrites
 * one that is still needed. */
static inline int sys_duplicate(int descriptor)
{
    SYS_FAULT("F_DUPFD_CLOEXEC", errno = EMFILE; return -1);
    return fcntl(descriptor, F_DUPFD_CLOEXEC, 4);
}

static inline int sys_set_nonblocking(int descriptor)
{
    SYS_FAULT("F_SETFL", errno = EINVAL; return -1);
    return fcntl(descriptor, F_SETFL, O_NONBLOCK);
}

#ifdef __linux__
SYS_CALL(int, memfd_create, (const char *name, unsigned flags),
         (name, flags), -1, EMFILE)
SYS_CALL(int, fallocate, (int descriptor, int mode, off_t offset, off_t size),
         (descriptor, mode, offset, size), -1, ENOSPC)

static inline int sys_pidfd_open(pid_t pid)
{
    SYS_FAULT("pidfd_open", errno = EMFILE; return -1);
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

static inline int sys_pidfd_send_signal(int descriptor, int number)
{
    SYS_FAULT("pidfd_send_signal", errno = EPERM; return -1);
    return (int)syscall(SYS_pidfd_send_signal, descriptor, number, NULL, 0);
}
#endif

#endif /* POSIX_SYS_H */
