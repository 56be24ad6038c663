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
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/eventfd.h>
#endif

#ifdef __linux__
#include <sys/ioctl.h>
#include <sys/prctl.h>
#endif

#include "../fault.h"

#define SYS_CALL(type, name, parameters, arguments, failure, error)         \
    static inline type sys_##name parameters                                \
    {                                                                       \
        SYS_FAULT(#name, errno = (error); return (failure));                \
        return name arguments;                                              \
    }

SYS_CALL(int, pipe2, (int ends[2], int flags), (ends, flags), -1, EMFILE)
SYS_CALL(int, open, (const char *path, int flags, mode_t mode),
         (path, flags, mode), -1, EMFILE)
SYS_CALL(int, dup2, (int from, int to), (from, to), -1, EBUSY)
SYS_CALL(int, chdir, (const char *path), (path), -1, EACCES)
SYS_CALL(int, execve, (const char *path, char *const *arguments,
                       char *const *environment),
         (path, arguments, environment), -1, ENOMEM)
SYS_CALL(pid_t, fork, (void), (), -1, EAGAIN)
SYS_CALL(pid_t, setsid, (void), (), -1, EPERM)
SYS_CALL(int, setpgid, (pid_t pid, pid_t group), (pid, group), -1, EPERM)
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

/* The bare system calls: the C library's make all threads of a process
 * change, by a list that is not right in a child that has one thread. */
#ifdef __linux__

#ifdef SYS_setresuid32
#define SYS_CREDENTIAL(name) SYS_##name##32
#else
#define SYS_CREDENTIAL(name) SYS_##name
#endif

static inline int sys_setgroups(size_t count, const gid_t *groups)
{
    SYS_FAULT("setgroups", errno = EPERM; return -1);
    return (int)syscall(SYS_CREDENTIAL(setgroups), count, groups);
}

static inline int sys_set_group(gid_t group)
{
    SYS_FAULT("setresgid", errno = EPERM; return -1);
    return (int)syscall(SYS_CREDENTIAL(setresgid), group, group, group);
}

static inline int sys_set_user(uid_t user)
{
    SYS_FAULT("setresuid", errno = EPERM; return -1);
    return (int)syscall(SYS_CREDENTIAL(setresuid), user, user, user);
}

#else

static inline int sys_setgroups(size_t count, const gid_t *groups)
{
    SYS_FAULT("setgroups", errno = EPERM; return -1);
    return setgroups((int)count, groups);
}

static inline int sys_set_group(gid_t group)
{
    SYS_FAULT("setregid", errno = EPERM; return -1);
    return setregid(group, group);
}

static inline int sys_set_user(uid_t user)
{
    SYS_FAULT("setreuid", errno = EPERM; return -1);
    return setreuid(user, user);
}

#endif

/* A duplicate that is no standard stream and not what a child's handed-over
 * handle becomes, so that arranging a child's descriptors never overwrites
 * one that is still needed. */
static inline int sys_duplicate(int descriptor)
{
    SYS_FAULT("F_DUPFD_CLOEXEC", errno = EMFILE; return -1);
    return fcntl(descriptor, F_DUPFD_CLOEXEC, 4);
}

/* What is set is the nice value itself, of the calling process. */
static inline int sys_setpriority(int value)
{
    SYS_FAULT("setpriority", errno = EACCES; return -1);
    return setpriority(PRIO_PROCESS, 0, value);
}

static inline int sys_set_inheritable(int descriptor)
{
    SYS_FAULT("F_SETFD", errno = EINVAL; return -1);
    return fcntl(descriptor, F_SETFD, 0);
}

static inline int sys_set_nonblocking(int descriptor)
{
    SYS_FAULT("F_SETFL", errno = EINVAL; return -1);
    return fcntl(descriptor, F_SETFL, O_NONBLOCK);
}

#ifdef __linux__
SYS_CALL(int, eventfd, (unsigned value, int flags), (value, flags), -1,
         EMFILE)
SYS_CALL(int, memfd_create, (const char *name, unsigned flags),
         (name, flags), -1, EMFILE)
SYS_CALL(int, fallocate, (int descriptor, int mode, off_t offset, off_t size),
         (descriptor, mode, offset, size), -1, ENOSPC)
SYS_CALL(void *, mremap, (void *old, size_t old_size, size_t size, int flags,
                          void *target),
         (old, old_size, size, flags, target), MAP_FAILED, ENOMEM)
SYS_CALL(int, prctl, (int option, unsigned long value), (option, value), -1,
         EINVAL)

/* As the kernel has it on every CPU. */
struct sys_limit {
    uint64_t soft;
    uint64_t hard;
};

/* Of any process. Not among those that fail on demand: a look at all
 * processes makes as many calls as the machine runs processes. */
static inline int sys_get_limit(pid_t pid, int resource,
                                struct sys_limit *got)
{
    return (int)syscall(SYS_prlimit64, pid, resource, NULL, got);
}

/* Process 0 is the calling one. */
static inline int sys_prlimit(pid_t pid, int resource,
                              const struct sys_limit *set,
                              struct sys_limit *got)
{
    SYS_FAULT("prlimit", errno = EPERM; return -1);
    return (int)syscall(SYS_prlimit64, pid, resource, set, got);
}

static inline int sys_setrlimit(int resource, uint64_t soft, uint64_t hard)
{
    struct sys_limit limit = {soft, hard};

    return sys_prlimit(0, resource, &limit, NULL);
}

static inline ssize_t sys_getrandom(void *bytes, size_t size)
{
    SYS_FAULT("getrandom", errno = ENOSYS; return -1);
    return (ssize_t)syscall(SYS_getrandom, bytes, size, 1 /* NONBLOCK */);
}

static inline int sys_set_pipe_size(int descriptor, int size)
{
    SYS_FAULT("F_SETPIPE_SZ", errno = EPERM; return -1);
    return fcntl(descriptor, F_SETPIPE_SZ, size);
}

static inline int sys_pidfd_open(pid_t pid)
{
    SYS_FAULT("pidfd_open", errno = EMFILE; return -1);
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

static inline int sys_pidfd_send_signal(int descriptor, int number,
                                        unsigned flags)
{
    SYS_FAULT("pidfd_send_signal", errno = EPERM; return -1);
    return (int)syscall(SYS_pidfd_send_signal, descriptor, number, NULL,
                        flags);
}

static inline int sys_pidfd_get_info(int descriptor, void *info, size_t size)
{
    SYS_FAULT("PIDFD_GET_INFO", errno = ENOTTY; return -1);
    return ioctl(descriptor, _IOC(_IOC_READ | _IOC_WRITE, 0xFF, 11, size),
                 info);
}

#else

static inline int sys_setrlimit(int resource, uint64_t soft, uint64_t hard)
{
    struct rlimit limit = {
        .rlim_cur = soft == UINT64_MAX ? RLIM_INFINITY : (rlim_t)soft,
        .rlim_max = hard == UINT64_MAX ? RLIM_INFINITY : (rlim_t)hard};

    SYS_FAULT("setrlimit", errno = EPERM; return -1);
    return setrlimit(resource, &limit);
}

#endif

#endif /* POSIX_SYS_H */
