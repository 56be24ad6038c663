/* SPDX-License-Identifier: Apache-2.0 */
/*
 * start.c: chapter 2 of the seam on POSIX, the start of a program. The plan
 * is made before there is a child: every string, every path. The child then
 * only makes system calls, as it shares the parent's memory while the
 * parent stands still. What it could not do it writes into the plan, where
 * the parent reads it. Where children get a copy of the memory instead
 * (valgrind, some emulators) the same report travels through a pipe.
 */
#include "start.h"

#include "sys.h"

#include <string.h>
#include <sys/resource.h>

extern char **environ;

/* Sources of a child's descriptor that are no descriptors. */
enum { SOURCE_KEEP = -1, SOURCE_NULL = -2, SOURCE_OUTPUT = -3 };

/* Descriptors 0 to 2, and 3 for the handle that is handed over. */
#define ARRANGED 4

/* How far the child came. */
typedef struct report_t {
    int error;              /* an errno; 0: the program runs */
    plat_step_e step;
    int candidate;          /* index of the one that `error` is about */
} report_t;

typedef struct plan_t {
    program_t program;
    char *const *arguments;
    char *const *environment;
    const char *directory;
    int sources[ARRANGED];
    int handlers_cleared;   /* 0: mask is to be restored */
    sigset_t mask;
    int report_pipe;        /* -1: the memory is shared */
    report_t report;
} plan_t;

/* ---- the child's side: system calls alone ---- */

static POSIX_CHILD_SIDE _Noreturn void give_up(plan_t *plan,
                                               plat_step_e step, int error)
{
    plan->report.step = step;
    plan->report.error = error;
    if (plan->report_pipe >= 0) {
        ssize_t written = write(plan->report_pipe, &plan->report,
                                sizeof(plan->report));
        (void)written;
    }
    _exit(127);
}

/* A handler of the parent's must not run here, in the parent's memory. */
static POSIX_CHILD_SIDE void reset_signals(const plan_t *plan)
{
    struct sigaction action;
    int number;

    if (!plan->handlers_cleared) {
        for (number = 1; number < NSIG; number++) {
            if (sigaction(number, NULL, &action) != 0
                || (!(action.sa_flags & SA_SIGINFO)
                    && (action.sa_handler == SIG_DFL
                        || action.sa_handler == SIG_IGN)))
                continue;
            memset(&action, 0, sizeof(action));
            action.sa_handler = SIG_DFL;
            sigaction(number, &action, NULL);
        }
    }
    memset(&action, 0, sizeof(action));
    action.sa_handler = SIG_DFL;
    sigaction(SIGPIPE, &action, NULL);
    sigaction(SIGXFSZ, &action, NULL);
}

/* Puts a descriptor at its place; close-on-exec goes by it. */
static POSIX_CHILD_SIDE int place(int source, int target)
{
    if (source == target)
        return fcntl(target, F_SETFD, 0);
    return sys_dup2(source, target);
}

static POSIX_CHILD_SIDE int place_null(int target)
{
    int null = sys_open("/dev/null", target == 0 ? O_RDONLY : O_WRONLY);

    if (null < 0 || null == target)
        return null;
    if (sys_dup2(null, target) < 0)
        return -1;
    return close(null);
}

/* A source below ARRANGED could be overwritten before it is placed: it is
 * moved out of the way first. */
static POSIX_CHILD_SIDE int arrange_descriptors(plan_t *plan)
{
    int *sources = plan->sources;
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

/* The child's last descriptor is closed by the system when the program is
 * executed; until then the report's pipe must stay open. */
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

/* The first candidate that can be executed is; of the others' errors the
 * one that tells most is kept: that a file is there but may not be run. */
static POSIX_CHILD_SIDE void execute(plan_t *plan)
{
    const char **candidates = plan->program.candidates;
    int kept = ENOENT;
    int i;

    for (i = 0; candidates[i] != NULL; i++) {
        sys_execve(candidates[i], plan->arguments, plan->environment);
        if (errno == EACCES || i == 0) {
            plan->report.candidate = i;
            kept = errno;
        }
        if (errno != ENOENT && errno != ENOTDIR && errno != EACCES) {
            plan->report.candidate = i;
            give_up(plan, PLAT_STEP_PROGRAM, errno);
        }
    }
    give_up(plan, PLAT_STEP_PROGRAM, kept);
}

static POSIX_CHILD_SIDE void run_child(void *opaque)
{
    plan_t *plan = opaque;
    int first_closed = plan->sources[3] == SOURCE_KEEP ? 3 : 4;

    reset_signals(plan);
    if (arrange_descriptors(plan) != 0)
        give_up(plan, PLAT_STEP_STREAMS, errno);
    close_on_exec_from(first_closed);
    if (plan->directory != NULL && sys_chdir(plan->directory) != 0)
        give_up(plan, PLAT_STEP_DIRECTORY, errno);
    /* Last, as signals that wait to be delivered come now; their handlers
     * are gone. */
    if (!plan->handlers_cleared)
        sigprocmask(SIG_SETMASK, &plan->mask, NULL);
    execute(plan);
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

/* "NAME=value", with a name. */
static int is_variable(const char *text)
{
    const char *sign = strchr(text, '=');

    return sign != NULL && sign != text;
}

static apr_status_t make_plan(plan_t *plan, const plat_start_t *start,
                              apr_pool_t *scratch)
{
    const char *const *variable = start->environment;
    int i;

    memset(plan, 0, sizeof(*plan));
    for (; variable != NULL && *variable != NULL; variable++)
        if (!is_variable(*variable))
            return MITO_EINVAL;
    plan->arguments = (char *const *)(uintptr_t)start->arguments;
    plan->environment = start->environment == NULL
        ? environ : (char *const *)(uintptr_t)start->environment;
    plan->directory = start->working_directory;
    for (i = 0; i < PLAT_STREAMS; i++)
        plan->sources[i] = source_of(&start->streams[i]);
    plan->sources[3] = start->shared == PLAT_HANDLE_NONE
        ? SOURCE_KEEP : start->shared;
    plan->report_pipe = -1;
    return program_find(&plan->program, start->program, start->environment,
                        scratch);
}

static int launch(plan_t *plan, plat_process_t *process)
{
    return clone_run(run_child, plan, &plan->handlers_cleared, &plan->mask,
                     process);
}

/* The same where the report must be carried. */
static int launch_with_pipe(plan_t *plan, plat_process_t *process)
{
    int ends[2];
    int error;
    ssize_t got;

    if (sys_pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    /* Above those that the child arranges. */
    plan->report_pipe = sys_duplicate(ends[1]);
    close(ends[1]);
    if (plan->report_pipe < 0) {
        close(ends[0]);
        return EMFILE;
    }
    error = launch(plan, process);
    close(plan->report_pipe);
    if (error == 0) {
        do {
            got = read(ends[0], &plan->report, sizeof(plan->report));
        } while (got < 0 && errno == EINTR);
    }
    close(ends[0]);
    return error;
}

static apr_status_t failure_status(const plan_t *plan, apr_pool_t *scratch)
{
    const report_t *report = &plan->report;

    if (report->step != PLAT_STEP_PROGRAM)
        return report->error;
    return program_status(report->error,
                          plan->program.candidates[report->candidate],
                          plan->directory, scratch);
}

apr_status_t plat_process_start(plat_process_t *process,
                                const plat_start_t *start, plat_step_e *step,
                                apr_pool_t *scratch)
{
    plan_t plan;
    plat_process_t made = PLAT_PROCESS_NONE;
    apr_status_t status;
    int64_t code;
    int error;

    *step = PLAT_STEP_PREPARE;
    status = make_plan(&plan, start, scratch);
    if (status != APR_SUCCESS)
        return status;
    *step = PLAT_STEP_CREATE;
    error = clone_shares_memory() ? launch(&plan, &made)
                                  : launch_with_pipe(&plan, &made);
    if (error != 0)
        return error;
    if (plan.report.error != 0) {
        *step = plan.report.step;
        plat_process_await(&made, PLAT_NEVER);
        plat_process_reap(&made, &code);
        plat_process_release(&made);
        return failure_status(&plan, scratch);
    }
    *process = made;
    return APR_SUCCESS;
}
