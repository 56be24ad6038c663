/* SPDX-License-Identifier: Apache-2.0 */
/*
 * descriptors.c: the descriptors of a program that is started. Those that
 * it is given under another number are put into their places; those that it
 * keeps stay where they are, which no place is, so that nothing overwrites
 * them; all others are closed when it is executed.
 */
#include "start.h"

#include "sys.h"

#include <string.h>

/* ---- the child's side: system calls alone ---- */

/* Puts a descriptor at its place; close-on-exec goes by it. */
static POSIX_CHILD_SIDE int place(int source, int target)
{
    if (source == target)
        return fcntl(target, F_SETFD, 0);
    return sys_dup2(source, target);
}

static POSIX_CHILD_SIDE int place_null(int target)
{
    int null = sys_open("/dev/null", target == 0 ? O_RDONLY : O_WRONLY,
                        0);

    if (null < 0 || null == target)
        return null;
    if (sys_dup2(null, target) < 0)
        return -1;
    return close(null);
}

/* A source below ARRANGED could be overwritten before it is placed: it is
 * moved out of the way first. */
POSIX_CHILD_SIDE int descriptors_arrange(descriptors_t *descriptors)
{
    int *sources = descriptors->sources;
    int i;

    for (i = 0; i < ARRANGED; i++) {
        if (sources[i] < 0 || sources[i] >= ARRANGED || sources[i] == i)
            continue;
        sources[i] = sys_duplicate(sources[i]);
        if (sources[i] < 0)
            return -1;
    }
    for (i = 0; i < ARRANGED; i++) {
        int result = 0;

        if (sources[i] >= 0)
            result = place(sources[i], i);
        else if (sources[i] == SOURCE_NULL)
            result = place_null(i);
        else if (sources[i] == SOURCE_OUTPUT)
            result = sys_dup2(PLAT_OUTPUT, i);
        if (result < 0)
            return -1;
    }
    return 0;
}

#ifdef __linux__

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

static POSIX_CHILD_SIDE int close_range_on_exec(unsigned first)
{
#ifdef SYS_close_range
    SYS_FAULT("close_range", errno = ENOSYS; return -1);
    return (int)syscall(SYS_close_range, first, ~0U, CLOSE_RANGE_CLOEXEC);
#else
    errno = ENOSYS;
    return -1;
#endif
}

/* The number that a directory entry's name is, or -1. */
static POSIX_CHILD_SIDE int entry_number(const char *name)
{
    int number = 0;

    if (*name < '0' || *name > '9')
        return -1;
    for (; *name >= '0' && *name <= '9'; name++)
        number = number * 10 + (*name - '0');
    return number;
}

/* For kernels before 5.11. opendir() would allocate, so the folder is read
 * with the bare system call: each record holds its length at byte 16 and
 * its name from byte 19 on. */
static POSIX_CHILD_SIDE int close_listed_on_exec(int first)
{
    int folder = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    _Alignas(8) char records[1024];
    long size;

    if (folder < 0)
        return -1;
    while ((size = syscall(SYS_getdents64, folder, records,
                           sizeof(records))) > 0) {
        long at = 0;

        while (at < size) {
            unsigned short length;
            int number = entry_number(records + at + 19);

            if (number >= first)
                fcntl(number, F_SETFD, FD_CLOEXEC);
            memcpy(&length, records + at + 16, sizeof(length));
            at += length;
        }
    }
    close(folder);
    return size < 0 ? -1 : 0;
}

#else

static int close_range_on_exec(unsigned first)
{
    (void)first;
    return -1;
}

static int close_listed_on_exec(int first)
{
    (void)first;
    return -1;
}

#endif

static POSIX_CHILD_SIDE void close_on_exec_from(int first)
{
    struct rlimit limit;
    int number;

    if (close_range_on_exec((unsigned)first) == 0
        || close_listed_on_exec(first) == 0)
        return;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0
        || limit.rlim_cur > 1048576)
        limit.rlim_cur = 1048576;
    for (number = first; number < (int)limit.rlim_cur; number++)
        fcntl(number, F_SETFD, FD_CLOEXEC);
}

POSIX_CHILD_SIDE int descriptors_close(const descriptors_t *descriptors)
{
    size_t i;

    close_on_exec_from(descriptors->sources[3] == SOURCE_KEEP ? 3 : 4);
    for (i = 0; i < descriptors->kept_count; i++)
        if (sys_set_inheritable((int)descriptors->kept[i]) != 0)
            return -1;
    return 0;
}

/* ---- the parent's side ---- */

static int source_of(const plat_stream_t *stream)
{
    switch (stream->kind) {
    case PLAT_STREAM_NULL: return SOURCE_NULL;
    case PLAT_STREAM_OUTPUT: return SOURCE_OUTPUT;
    case PLAT_STREAM_HANDLE: return stream->handle;
    case PLAT_STREAM_INHERIT: break;
    }
    return SOURCE_KEEP;
}

apr_status_t descriptors_prepare(descriptors_t *descriptors,
                                 const plat_start_t *start)
{
    int *sources = descriptors->sources;
    intptr_t first_free = start->shared == PLAT_HANDLE_NONE ? 3 : ARRANGED;
    size_t i;

    for (i = 0; i < PLAT_STREAMS; i++)
        sources[i] = source_of(&start->streams[i]);
    sources[3] = start->shared == PLAT_HANDLE_NONE ? SOURCE_KEEP
                                                   : start->shared;
    descriptors->kept = start->handles;
    descriptors->kept_count = start->handle_count;
    for (i = 0; i < start->handle_count; i++) {
        int number = PLAT_HANDLE_FROM(start->handles[i]);

        if (number < first_free || fcntl(number, F_GETFD) < 0)
            return MITO_EINVAL;
    }
    return APR_SUCCESS;
}
