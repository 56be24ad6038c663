/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The POSIX part of the conformance runner.
 *
 * A case runs in a session of its own. Where the system lets a process adopt
 * the orphans among its descendants (Linux: the child subreaper), the runner
 * does, so that after a case every process that it left, also one in another
 * session, is a child of the runner: it is found by waiting and is killed by
 * a process id that cannot have been given to another process. Elsewhere
 * only the case's process group can be looked after.
 *
 * The runner waits in pselect() alone, with SIGCHLD blocked everywhere else,
 * so that no end of a child is missed and nothing is polled.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if defined(__has_include)
#if __has_include(<sys/prctl.h>)
#include <sys/prctl.h>
#endif
#endif

#include "runner_posix.h"

#define SIGNAL_LIMIT 65 /* above every signal's number */

const char runner_program_suffix[] = "";

static struct {
    char program[RUNNER_PATH_SIZE];
    char folder[RUNNER_PATH_SIZE]; /* for temporary files */
    sigset_t waiting_mask;
    int adopts_orphans;
} parent;

static volatile sig_atomic_t interrupted_by;

/* Small things ------------------------------------------------------------ */

static double now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

int runner_program(char *path, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", path, size - 1);

    if (length <= 0 && parent.program[0] == '\0')
        return 0;
    if (length > 0)
        path[length] = '\0';
    else
        snprintf(path, size, "%s", parent.program);
    return 1;
}

int runner_environment(const char *name, char *value, size_t size)
{
    const char *found = getenv(name);

    if (found == NULL)
        return 0;
    snprintf(value, size, "%s", found);
    return 1;
}

void runner_set_environment(const char *name, const char *value)
{
    if (setenv(name, value, 1) != 0)
        runner_fail("setenv failed");
}

int runner_file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

void runner_temporary_folder(char *path, size_t size)
{
    const char *folder = getenv("TMPDIR");

    snprintf(path, size, "%s",
             folder != NULL && *folder != '\0' ? folder : "/tmp");
}

unsigned long runner_process_id(void)
{
    return (unsigned long)getpid();
}

uint64_t runner_entropy(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_REALTIME, &time);
    return ((uint64_t)time.tv_sec << 20) ^ (uint64_t)time.tv_nsec
           ^ ((uint64_t)getpid() << 40);
}

const char *runner_platform(void)
{
    return "posix";
}

static const char *signal_name(int number)
{
    static const struct {
        int number;
        const char *name;
    } names[] = {
        {SIGABRT, "SIGABRT"}, {SIGALRM, "SIGALRM"}, {SIGBUS, "SIGBUS"},
        {SIGFPE, "SIGFPE"},   {SIGHUP, "SIGHUP"},   {SIGILL, "SIGILL"},
        {SIGINT, "SIGINT"},   {SIGKILL, "SIGKILL"}, {SIGPIPE, "SIGPIPE"},
        {SIGQUIT, "SIGQUIT"}, {SIGSEGV, "SIGSEGV"}, {SIGSYS, "SIGSYS"},
        {SIGTERM, "SIGTERM"}, {SIGTRAP, "SIGTRAP"}, {SIGUSR1, "SIGUSR1"},
        {SIGUSR2, "SIGUSR2"}, {SIGXCPU, "SIGXCPU"}, {SIGXFSZ, "SIGXFSZ"},
    };
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].number == number)
            return names[i].name;
    return "signal";
}

/* The parent's preparations ------------------------------------------------ */

static void on_signal(int number)
{
    if (number != SIGCHLD)
        interrupted_by = number;
}

static void catch_signal(int number, sigset_t *blocked)
{
    struct sigaction action, old;

    memset(&action, 0, sizeof(action));
    action.sa_handler = on_signal;
    (void)sigemptyset(&action.sa_mask);
    if (sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_IGN
        && number != SIGCHLD)
        return;
    (void)sigaction(number, &action, NULL);
    (void)sigaddset(blocked, number);
    (void)sigdelset(&parent.waiting_mask, number);
}

/* A case starts with descriptors 0, 1 and 2, whatever the runner was
 * started with, a job server's pipe of make for instance. */
static void keep_descriptors_to_ourselves(void)
{
    descriptors_t open = {NULL, 0, 0};
    size_t i;

    list_descriptors(&open);
    for (i = 0; i < open.count; i++)
        if (open.list[i].number > 2)
            (void)fcntl(open.list[i].number, F_SETFD, FD_CLOEXEC);
    free(open.list);
}

/* Otherwise files of ours would get the numbers of the standard streams. */
static void fill_standard_descriptors(void)
{
    int file;

    do {
        file = open("/dev/null", O_RDWR);
    } while (file >= 0 && file <= 2);
    (void)close(file);
}

/* Whoever has this process for a parent is taken for a leak and killed. */
static void refuse_foreign_children(void)
{
    siginfo_t child;

    if (waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0)
        runner_fail("it was started by an exec in a process that has "
                    "children already, which it would take for its own");
}

void runner_prepare(const char *argv0)
{
    sigset_t blocked;
    char *path;

    fill_standard_descriptors();
    refuse_foreign_children();
    path = strchr(argv0, '/') != NULL ? realpath(argv0, NULL) : NULL;
    snprintf(parent.program, sizeof(parent.program), "%s",
             path != NULL ? path : argv0);
    free(path);
    runner_temporary_folder(parent.folder, sizeof(parent.folder));
    keep_descriptors_to_ourselves();
    (void)sigprocmask(SIG_SETMASK, NULL, &parent.waiting_mask);
    (void)sigemptyset(&blocked);
    catch_signal(SIGCHLD, &blocked);
    catch_signal(SIGHUP, &blocked);
    catch_signal(SIGINT, &blocked);
    catch_signal(SIGTERM, &blocked);
    (void)sigprocmask(SIG_BLOCK, &blocked, NULL);
#ifdef PR_SET_CHILD_SUBREAPER
    parent.adopts_orphans = prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
#endif
}

/* Starting a case ---------------------------------------------------------- */

#define WORDS_LIMIT 64

/* Splits the wrapper, which is changed for it, at its spaces. */
static void make_command(char **words, char *wrapper, char *program,
                         const char *name)
{
    static char option[] = "--case";
    static char case_name[256];
    size_t count = 0;
    char *rest, *word;

    word = wrapper != NULL ? strtok_r(wrapper, " \t", &rest) : NULL;
    for (; word != NULL && count < WORDS_LIMIT - 4;
         word = strtok_r(NULL, " \t", &rest))
        words[count++] = word;
    snprintf(case_name, sizeof(case_name), "%s", name);
    words[count++] = program;
    words[count++] = option;
    words[count++] = case_name;
    words[count] = NULL;
}

static void say_in_child(const char *text)
{
    ssize_t written = write(2, text, strlen(text));

    (void)written;
}

/* Runs between fork and exec. */
static void become_case(char **command, int null, int output)
{
    struct rlimit no_core = {0, 0};
    struct sigaction action;
    sigset_t none;
    int number;

#ifdef PR_SET_PDEATHSIG
    /* Nobody else would end the case when the runner is killed. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
#endif
    (void)setsid();
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)dup2(null, 0);
    (void)dup2(output, 1);
    (void)dup2(output, 2);
    memset(&action, 0, sizeof(action));
    action.sa_handler = SIG_DFL;
    for (number = 1; number < SIGNAL_LIMIT; number++)
        (void)sigaction(number, &action, NULL);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)execvp(command[0], command);
    say_in_child("cannot execute ");
    say_in_child(command[0]);
    say_in_child("\n");
    _exit(126);
}

static pid_t start_case(const runner_run_t *run, const char *folder,
                        int output)
{
    char program[RUNNER_PATH_SIZE], wrapper[RUNNER_PATH_SIZE];
    char *command[WORDS_LIMIT];
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    pid_t pid;

    if (null < 0 || !runner_program(program, sizeof(program)))
        runner_fail("no null device, or no path of the program");
    snprintf(wrapper, sizeof(wrapper), "%s",
             run->wrapper != NULL ? run->wrapper : "");
    make_command(command, wrapper, program, run->name);
    runner_set_environment("TMPDIR", folder);
    runner_set_environment("TEMP", folder);
    runner_set_environment("TMP", folder);
    pid = fork();
    if (pid == 0)
        become_case(command, null, output);
    if (pid < 0)
        runner_fail("fork failed");
    (void)close(null);
    return pid;
}

/* Waiting ------------------------------------------------------------------ */

/* Waits for a signal until a moment. Returns 0 when it has passed. */
static int wait_until(double moment)
{
    double left = moment - now();
    struct timespec timeout;

    if (left <= 0)
        return 0;
    timeout.tv_sec = (time_t)left;
    timeout.tv_nsec = (long)(1e9 * (left - (double)timeout.tv_sec));
    (void)pselect(0, NULL, NULL, NULL, &timeout, &parent.waiting_mask);
    return 1;
}

/* Returns 0 when the case did not end before its deadline, or the runner is
 * to end itself. */
static int wait_for_case(pid_t pid, double deadline, int *status)
{
    do {
        if (waitpid(pid, status, WNOHANG) == pid)
            return 1;
    } while (!interrupted_by && wait_until(deadline));
    return 0;
}

static void describe_ending(runner_run_t *run, int status)
{
    if (WIFEXITED(status))
        run->exit_code = WEXITSTATUS(status);
    else
        runner_text_printf(&run->problems, "CRASH: ended by %s (%d)\n",
                           signal_name(WTERMSIG(status)), WTERMSIG(status));
}

/* What is left after a case ------------------------------------------------ */

typedef struct leftovers_t {
    runner_text_t *problems;
    const char *what;
    int count;
} leftovers_t;

static void tell_process(const process_t *process, void *context)
{
    leftovers_t *left = context;
    char text[256];

    if (process->state == 'Z' || process->state == 'X')
        return;
    describe_process(process->pid, text, sizeof(text));
    runner_text_printf(left->problems, "%s: process %ld (%s)\n", left->what,
                       (long)process->pid, text);
    left->count++;
}

static void kill_child(const process_t *process, void *context)
{
    (void)context;
    if (process->parent == getpid())
        (void)kill(process->pid, SIGKILL);
}

/* Reaps what has ended. Returns whether there are children left. */
static int has_children(void)
{
    pid_t pid;

    do {
        pid = waitpid(-1, NULL, WNOHANG);
    } while (pid > 0);
    return pid == 0;
}

/* The orphans among those that are killed leave orphans in turn. */
static void kill_children(void)
{
    double deadline = now() + 10;

    while (has_children()) {
        visit_processes(-1, kill_child, NULL);
        if (has_children() && !wait_until(deadline)) {
            fprintf(stderr, "test runner: a process cannot be killed\n");
            return;
        }
    }
}

static void look_for_processes(runner_run_t *run, pid_t session)
{
    leftovers_t left = {&run->problems, "LEAK", 0};
    double deadline = now() + run->grace;

    if (!parent.adopts_orphans) {
        if (kill(-session, 0) == 0) {
            runner_text_printf(&run->problems,
                               "LEAK: processes of its group\n");
            (void)kill(-session, SIGKILL);
        }
        return;
    }
    while (has_children() && wait_until(deadline))
        continue;
    if (!has_children())
        return;
    visit_processes(session, tell_process, &left);
    if (left.count == 0)
        runner_text_printf(&run->problems, "LEAK: a process\n");
    kill_children();
}

static void end_hanging_case(runner_run_t *run, pid_t pid)
{
    leftovers_t left = {&run->problems, "it was waiting with", 0};
    int status;

    runner_text_printf(&run->problems,
                       "HANG: %s/%s did not end within %g s\n", run->topic,
                       run->name, run->seconds);
    visit_processes(pid, tell_process, &left);
    (void)kill(-pid, SIGKILL);
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, &status, 0);
    if (parent.adopts_orphans)
        kill_children();
}

/* One run ------------------------------------------------------------------ */

static void read_range(runner_run_t *run, int file, off_t from, off_t to)
{
    char block[4096];

    while (from < to) {
        size_t wanted = to - from < (off_t)sizeof(block)
                            ? (size_t)(to - from) : sizeof(block);
        ssize_t length = pread(file, block, wanted, from);

        if (length <= 0)
            return;
        runner_text_add(&run->output, block, (size_t)length);
        from += length;
    }
}

static void read_output(runner_run_t *run, int file)
{
    off_t end = lseek(file, 0, SEEK_END);
    off_t tail = end - RUNNER_OUTPUT_TAIL;

    if (tail <= RUNNER_OUTPUT_HEAD) {
        read_range(run, file, 0, end);
        return;
    }
    read_range(run, file, 0, RUNNER_OUTPUT_HEAD);
    runner_text_printf(&run->output, "\n[%lld bytes left out]\n",
                       (long long)(tail - RUNNER_OUTPUT_HEAD));
    read_range(run, file, tail, end);
}

static int create_output(void)
{
    char path[RUNNER_PATH_SIZE + 32];
    int file;

    snprintf(path, sizeof(path), "%s/mito-output-XXXXXX", parent.folder);
    file = mkostemp(path, O_APPEND | O_CLOEXEC);
    if (file < 0)
        runner_fail("cannot create a temporary file");
    (void)unlink(path);
    return file;
}

/* The runner was told to end: nothing of it may stay. */
static void end_interrupted(const char *folder)
{
    sigset_t it;

    remove_folder(folder, NULL);
    (void)signal(interrupted_by, SIG_DFL);
    (void)raise(interrupted_by);
    (void)sigemptyset(&it);
    (void)sigaddset(&it, interrupted_by);
    (void)sigprocmask(SIG_UNBLOCK, &it, NULL);
    _exit(1);
}

void runner_run(runner_run_t *run)
{
    char folder[RUNNER_PATH_SIZE + 32];
    runner_text_t shared_memory = {NULL, 0, 0};
    int output = create_output(), status;
    pid_t pid;

    snprintf(folder, sizeof(folder), "%s/mito-test-XXXXXX", parent.folder);
    if (mkdtemp(folder) == NULL)
        runner_fail("cannot create a temporary folder");
    list_shared_memory(&shared_memory);
    pid = start_case(run, folder, output);
    if (wait_for_case(pid, now() + run->seconds, &status)) {
        describe_ending(run, status);
        look_for_processes(run, pid);
    } else {
        end_hanging_case(run, pid);
    }
    if (interrupted_by)
        end_interrupted(folder);
    look_for_shared_memory(&run->problems, &shared_memory);
    remove_folder(folder, &run->problems);
    read_output(run, output);
    (void)close(output);
    runner_text_free(&shared_memory);
}
