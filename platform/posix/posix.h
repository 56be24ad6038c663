/* SPDX-License-Identifier: Apache-2.0 */
/*
 * posix.h: the types of the seam on POSIX, and what its chapters share.
 * Included by platform.h only.
 *
 * A handle is a descriptor. Every descriptor is close-on-exec from birth.
 */
#ifndef POSIX_H
#define POSIX_H

#include <limits.h>
#include <sys/types.h>

typedef int plat_handle_t;
#define PLAT_HANDLE_NONE (-1)
#define PLAT_HANDLE_FROM(n) posix_handle_from(n)

static inline plat_handle_t posix_handle_from(intptr_t number)
{
    return number < 0 || number > INT_MAX ? PLAT_HANDLE_NONE : (int)number;
}

#define PLAT_NEWLINE "\n"

/* The pid stays ours until the process is reaped. The exit descriptor is
 * readable from the process's end on, for any number of waiters; see
 * watch.c. */
struct plat_process_t {
    pid_t pid;
    pid_t group;            /* the process group of its own; 0: none */
    int exit_descriptor;
    int is_pidfd;
    int is_reaped;          /* the pid may be a stranger's now */
    uint64_t mark;          /* what its tree is known by; 0: see mark.c */
};
#define PLAT_PROCESS_NONE {-1, 0, -1, 0, 0, 0}

struct plat_channel_t {
    int descriptor;
    int is_write;
    int may_grow;           /* the pipe is enlarged when it proves busy */
};
#define PLAT_CHANNEL_NONE {-1, 0, 0}

struct plat_memory_t {
    int descriptor;
    void *base;
    size_t size;
};
#define PLAT_MEMORY_NONE {-1, NULL, 0}

#define PLAT_THREAD_LOCAL _Thread_local
#define PLAT_NORETURN _Noreturn

static inline uint32_t plat_atomic_load(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static inline void plat_atomic_store(uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static inline uint32_t plat_atomic_add(uint32_t *word, uint32_t value)
{
    return __atomic_fetch_add(word, value, __ATOMIC_ACQ_REL);
}

#endif /* POSIX_H */
