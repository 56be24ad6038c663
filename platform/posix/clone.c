/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clone.c: a child that borrows the parent's memory until it executes its
 * program, as vfork's does, so that the cost does not grow with the
 * parent's size. Unlike vfork's it has a stack of its own: a compiler knows
 * nothing of functions that return twice in one frame.
 *
 * A child that is to have less rights than its parent gets a copy of the
 * memory instead: with the rights of a user comes that he may attach a
 * debugger, and what he then could write to would be the parent's. On Linux
 * the parent waits for it all the same.
 *
 * On Linux the pidfd comes with the child, so there is no instant in which
 * the child could be known by its pid alone. Where the assembly below
 * speaks the CPU's language, clone3 also clears the signal handlers, which
 * saves the child 64 system calls (2 % of starting a small program).
 */
#include "process.h"
#include "start.h"
#include "sys.h"

#include <stdlib.h>

/* Enough for the child's part, which calls nothing but the system, and for
 * the guard areas of instrumented builds. It lies in the caller's frame:
 * mapping one for each start would cost half as much as the start itself. */
#define CHILD_STACK_SIZE 16384

#ifdef __linux__

#include <linux/sched.h>
#include <sched.h>

#ifndef CLONE_CLEAR_SIGHAND
#define CLONE_CLEAR_SIGHAND 0x100000000ULL
#endif

#if defined(__x86_64__) && defined(SYS_clone3)

/* As much of the kernel's struct clone_args as its first version had; the
 * headers of some systems lack it. */
struct clone3_arguments {
    uint64_t flags;
    uint64_t pidfd;
    uint64_t child_tid;
    uint64_t parent_tid;
    uint64_t exit_signal;
    uint64_t stack;
    uint64_t stack_size;
    uint64_t tls;
};

/* The child begins on an empty stack, so it must not return through it:
 * it calls run and never comes back. */
static long clone3(struct clone3_arguments *arguments, void (*run)(void *),
                   void *argument)
{
    long result;
    register void *kept __asm__("r8") = argument;

    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "mov %%r8, %%rdi\n\t"
                     "call *%%rdx\n\t"
                     "ud2\n"
                     "1:"
                     : "=a"(result)
                     : "a"((long)SYS_clone3), "D"(arguments),
                       "S"(sizeof(*arguments)), "d"(run), "r"(kept)
                     : "rcx", "r11", "cc", "memory");
    return result;
}

static long clone3_on(clone_e kind, char *stack, void (*run)(void *),
                      void *argument, int *descriptor)
{
    struct clone3_arguments arguments = {
        .flags = CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND
            | (kind == CLONE_SHARING ? CLONE_VM : 0),
        .pidfd = (uintptr_t)descriptor,
        .exit_signal = SIGCHLD,
        .stack = (uintptr_t)stack,
        .stack_size = CHILD_STACK_SIZE,
    };

    return clone3(&arguments, run, argument);
}

#else

static long clone3_on(clone_e kind, char *stack, void (*run)(void *),
                      void *argument, int *descriptor)
{
    (void)kind;
    (void)stack;
    (void)run;
    (void)argument;
    (void)descriptor;
    return -ENOSYS;
}

#endif

struct call {
    void (*run)(void *);
    void *argument;
};

static POSIX_CHILD_SIDE int call_run(void *opaque)
{
    struct call *call = opaque;

    call->run(call->argument);
    return 127;
}

static int fail_to_clone(void)
{
    SYS_FAULT("clone", return 1);
    return 0;
}

/* ENOSYS: not here; it is not asked for again. */
static POSIX_CHILD_SIDE int clone_clearing_handlers(
    clone_e kind, void (*run)(void *), void *argument,
    plat_process_t *process)
{
    static uint32_t is_missing;
    _Alignas(16) char stack[CHILD_STACK_SIZE];
    int descriptor = -1;
    long pid;

    if (plat_atomic_load(&is_missing))
        return ENOSYS;
    if (fail_to_clone())
        return EAGAIN;
    pid = clone3_on(kind, stack, run, argument, &descriptor);
    /* Old kernels do not know the call or the flag, sandboxes forbid it. */
    if (pid == -ENOSYS || pid == -EINVAL || pid == -EPERM) {
        plat_atomic_store(&is_missing, 1);
        return ENOSYS;
    }
    if (pid < 0)
        return (int)-pid;
    process->pid = (pid_t)pid;
    process->exit_descriptor = descriptor;
    process->is_pidfd = 1;
    return 0;
}

static POSIX_CHILD_SIDE int clone_keeping_handlers(clone_e kind,
                                                   void (*run)(void *),
                                                   void *argument,
                                                   pid_t *pid)
{
    _Alignas(16) char stack[CHILD_STACK_SIZE];
    struct call call = {run, argument};

    if (fail_to_clone())
        return EAGAIN;
    *pid = clone(call_run, stack + sizeof(stack),
                 (kind == CLONE_SHARING ? CLONE_VM : 0) | CLONE_VFORK
                     | SIGCHLD, &call);
    return *pid < 0 ? errno : 0;
}

#else

static int clone_clearing_handlers(clone_e kind, void (*run)(void *),
                                   void *argument, plat_process_t *process)
{
    (void)kind;
    (void)run;
    (void)argument;
    (void)process;
    return ENOSYS;
}

static int clone_keeping_handlers(clone_e kind, void (*run)(void *),
                                  void *argument, pid_t *pid)
{
    *pid = kind == CLONE_SHARING ? vfork() : sys_fork();
    if (*pid == 0) {
        run(argument);
        _exit(127);
    }
    return *pid < 0 ? errno : 0;
}

#endif

int clone_run(clone_e kind, void (*run)(void *), void *argument,
              int *handlers_cleared, sigset_t *mask, plat_process_t *process)
{
    sigset_t all;
    pid_t pid;
    int error;

    *handlers_cleared = 1;
    error = clone_clearing_handlers(kind, run, argument, process);
    if (error != ENOSYS)
        return error;
    *handlers_cleared = 0;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, mask);
    error = clone_keeping_handlers(kind, run, argument, &pid);
    pthread_sigmask(SIG_SETMASK, mask, NULL);
    return error != 0 ? error : posix_watch(process, pid);
}

static POSIX_CHILD_SIDE void raise_flag(void *flag)
{
    *(volatile uint32_t *)flag = 1;
    _exit(0);
}

int clone_shares_memory(void)
{
    enum { UNKNOWN, SHARED, COPIED };
    static uint32_t answer = UNKNOWN;
    volatile uint32_t flag = 0;
    plat_process_t probe = PLAT_PROCESS_NONE;
    sigset_t mask;
    int cleared;
    int64_t code;

    if (plat_atomic_load(&answer) == UNKNOWN) {
        if (clone_run(CLONE_SHARING, raise_flag, (void *)(uintptr_t)&flag,
                      &cleared, &mask, &probe) != 0)
            return 0;
        plat_process_await(&probe, PLAT_NEVER);
        plat_process_reap(&probe, &code);
        plat_process_release(&probe);
        plat_atomic_store(&answer, flag ? SHARED : COPIED);
    }
    return plat_atomic_load(&answer) == SHARED;
}

int clone_waits(clone_e kind)
{
#ifndef __linux__
    if (kind == CLONE_COPYING)
        return 0;
#endif
    (void)kind;
    return clone_shares_memory();
}
