/* SPDX-License-Identifier: Apache-2.0 */
/*
 * start.c: chapter 2 of the seam on POSIX, the start of a program. The plan
 * is made before there is a child: every string, every path. The child then
 * only makes system calls, as it shares the parent's memory while the
 * parent stands still. What it could not do it writes into the plan, where
 * the parent reads it. Where children get a copy of the memory instead
 * (those whose rights change, see clone.c; all of them under valgrind and
 * some emulators) the same report travels through a pipe.
 */
#include "start.h"

#include "sys.h"

#include <string.h>

extern char **environ;

#define SHELL "/bin/sh"

/* How far the child came. */
typedef struct report_t {
    int error;              /* an errno; 0: the program runs */
    plat_failure_t failure;
    int candidate;          /* index of the one that `error` is about */
} report_t;

typedef struct plan_t {
    program_t program;
    char *const *arguments;
    char *const *environment;
    const char *directory;
    descriptors_t descriptors;
    attributes_t attributes;
    uint64_t mark;          /* 0 when it could not be taken */
    int handlers_cleared;   /* 0: mask is to be restored */
    sigset_t mask;
    int report_pipe;        /* -1: the memory is shared */
    report_t report;
} plan_t;

/* ---- the child's side: system calls alone ---- */

static POSIX_CHILD_SIDE _Noreturn void give_up(plan_t *plan,
                                               plat_step_e step, int error)
{
    plan->report.failure.step = step;
    plan->report.error = error;
    if (plan->report_pipe >= 0) {
        ssize_t written = write(plan->report_pipe, &plan->report,
                                sizeof(plan->report));
        (void)written;
    }
    _exit(127);
}

static POSIX_CHILD_SIDE _Noreturn void give_up_option(plan_t *plan,
                                                      const char *option)
{
    plan->report.failure.option = option;
    give_up(plan, PLAT_STEP_OPTION, errno);
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
    if (plan->attributes.posix->keep_ignored_signals)
        return;
    memset(&action, 0, sizeof(action));
    action.sa_handler = SIG_DFL;
    sigaction(SIGPIPE, &action, NULL);
    sigaction(SIGXFSZ, &action, NULL);
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

/* Last, as signals that wait to be delivered come now; their handlers are
 * gone. */
static POSIX_CHILD_SIDE void set_signal_mask(plan_t *plan)
{
    int clear = plan->attributes.posix->clear_signal_mask;

    if (clear)
        sigemptyset(&plan->mask);
    if (clear || !plan->handlers_cleared)
        sigprocmask(SIG_SETMASK, &plan->mask, NULL);
}

/* The options come when the descriptors are there, since one of them limits
 * these, and after the directory is entered, with the parent's rights. */
static POSIX_CHILD_SIDE void run_child(void *opaque)
{
    plan_t *plan = opaque;
    const char *option = NULL;

    if (mark_take(plan->mark) != 0)
        plan->mark = 0;
    reset_signals(plan);
    if (descriptors_arrange(&plan->descriptors) != 0)
        give_up(plan, PLAT_STEP_STREAMS, errno);
    if (descriptors_close(&plan->descriptors) != 0)
        give_up_option(plan, "handles");
    if (plan->directory != NULL && sys_chdir(plan->directory) != 0)
        give_up(plan, PLAT_STEP_DIRECTORY, errno);
    if (plan->attributes.are_any
        && attributes_take(&plan->attributes, &option) != 0)
        give_up_option(plan, option);
    set_signal_mask(plan);
    execute(plan);
}

/* ---- the parent's side ---- */

/* "NAME=value", with a name. */
static int is_variable(const char *text)
{
    const char *sign = strchr(text, '=');

    return sign != NULL && sign != text;
}

static int are_variables(const char *const *environment)
{
    for (; environment != NULL && *environment != NULL; environment++)
        if (!is_variable(*environment))
            return 0;
    return 1;
}

/* The shell, -c, the text, and what the text is given. */
static const char *const *shell_arguments(const char *shell,
                                          const char *const *arguments,
                                          apr_pool_t *pool)
{
    const char **made;
    size_t count = 0;

    while (arguments[count] != NULL)
        count++;
    made = apr_palloc(pool, (count + 3) * sizeof(*made));
    made[0] = shell;
    made[1] = "-c";
    memcpy(made + 2, arguments, (count + 1) * sizeof(*made));
    return made;
}

static apr_status_t plan_program(plan_t *plan, const plat_start_t *start,
                                 apr_pool_t *scratch)
{
    const char *program = start->program;
    const char *const *arguments = start->arguments;

    if (arguments[0] == NULL || !are_variables(start->environment))
        return MITO_EINVAL;
    if (program == NULL)
        program = start->is_shell ? SHELL : arguments[0];
    if (start->is_shell)
        arguments = shell_arguments(program, arguments, scratch);
    plan->arguments = (char *const *)(uintptr_t)arguments;
    plan->environment = start->environment == NULL
        ? environ : (char *const *)(uintptr_t)start->environment;
    plan->directory = start->working_directory;
    return program_find(&plan->program, program, start->environment,
                        scratch);
}

static apr_status_t make_plan(plan_t *plan, const plat_start_t *start,
                              plat_failure_t *failure, apr_pool_t *scratch)
{
    apr_status_t status;

    memset(plan, 0, sizeof(*plan));
    plan->report_pipe = -1;
    plan->mark = mark_make();
    failure->step = PLAT_STEP_PREPARE;
    failure->option = NULL;
    status = plan_program(plan, start, scratch);
    if (status != APR_SUCCESS)
        return status;
    failure->step = PLAT_STEP_OPTION;
    failure->option = "handles";
    status = descriptors_prepare(&plan->descriptors, start);
    if (status != APR_SUCCESS)
        return status;
    return attributes_prepare(&plan->attributes, start, &failure->option,
                              scratch);
}

static int launch(plan_t *plan, clone_e kind, plat_process_t *process)
{
    return clone_run(kind, run_child, plan, &plan->handlers_cleared,
                     &plan->mask, process);
}

/* The pipe's end is close-on-exec in the child, but a copy of this process
 * that another thread makes meanwhile may hold it open for ever. So where
 * the child has run its program by now, nobody waits for the end. */
static void read_report(plan_t *plan, clone_e kind, int descriptor)
{
    ssize_t got;

    if (clone_waits(kind))
        fcntl(descriptor, F_SETFL, O_NONBLOCK);
    do {
        got = read(descriptor, &plan->report, sizeof(plan->report));
    } while (got < 0 && errno == EINTR);
}

/* The same where the report must be carried. */
static int launch_with_pipe(plan_t *plan, clone_e kind,
                            plat_process_t *process)
{
    int ends[2];
    int error;

    if (sys_pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    /* Above those that the child arranges. */
    plan->report_pipe = sys_duplicate(ends[1]);
    close(ends[1]);
    if (plan->report_pipe < 0) {
        close(ends[0]);
        return EMFILE;
    }
    error = launch(plan, kind, process);
    close(plan->report_pipe);
    if (error == 0)
        read_report(plan, kind, ends[0]);
    close(ends[0]);
    return error;
}

static int launch_either_way(plan_t *plan, plat_process_t *process)
{
    if (credentials_change(&plan->attributes.credentials))
        return launch_with_pipe(plan, CLONE_COPYING, process);
    if (!clone_shares_memory())
        return launch_with_pipe(plan, CLONE_SHARING, process);
    return launch(plan, CLONE_SHARING, process);
}

static apr_status_t failure_status(const plan_t *plan, apr_pool_t *scratch)
{
    const report_t *report = &plan->report;

    if (report->failure.step != PLAT_STEP_PROGRAM)
        return report->error;
    return program_status(report->error,
                          plan->program.candidates[report->candidate],
                          plan->directory, scratch);
}

/* The process group of its own that the child has; 0: none. */
static pid_t own_group(const plan_t *plan, pid_t pid)
{
    const attributes_t *attributes = &plan->attributes;

    if (attributes->joins_group && attributes->group != 0)
        return attributes->group;
    return attributes->joins_group || attributes->new_session ? pid : 0;
}

apr_status_t plat_process_start(plat_process_t *process,
                                const plat_start_t *start,
                                plat_failure_t *failure, apr_pool_t *scratch)
{
    plan_t plan;
    plat_process_t made = PLAT_PROCESS_NONE;
    apr_status_t status = make_plan(&plan, start, failure, scratch);
    int64_t code;
    int error;

    if (status != APR_SUCCESS)
        return status;
    failure->step = PLAT_STEP_CREATE;
    failure->option = NULL;
    error = launch_either_way(&plan, &made);
    if (error != 0)
        return error;
    if (plan.report.error != 0) {
        *failure = plan.report.failure;
        plat_process_await(&made, PLAT_NEVER);
        plat_process_reap(&made, &code);
        plat_process_release(&made);
        return failure_status(&plan, scratch);
    }
    made.group = own_group(&plan, made.pid);
    made.mark = plan.mark;
    *process = made;
    return APR_SUCCESS;
}
