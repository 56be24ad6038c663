/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_taken: what others take of a command: its exit status, which is then
 * told rightly or not at all, and its process id, whose new owner is none of
 * ours.
 */
#include "runner.h"

#include <mito.h>

#include <apr_thread_proc.h>
#include <signal.h>

static apr_pool_t *pool;

#include "running.h"

#ifdef HAS_WAIT
#if __has_include(<linux/sched.h>) && __has_include(<sys/syscall.h>)
#include <linux/sched.h>
#include <sys/syscall.h>
#if defined(CLONE_ARGS_SIZE_VER1) && defined(SYS_clone3)
#define CAN_CHOOSE_IDS
#endif
#endif
#endif

/* ---- statuses ---- */

#ifdef HAS_WAIT
/* What a command ended with that is known to have been taken: the truth or
 * nothing. */
static void expect_truth_or_nothing(mito_popen_t *popen, int64_t expected)
{
    int64_t code = 77;
    apr_status_t status = mito_popen_wait(popen, SOON);

    if (status == APR_SUCCESS) {
        CU_ASSERT_EQUAL(code_of(popen), expected);
    } else {
        MITO_ASSERT_STATUS(status, MITO_ELOST);
        MITO_ASSERT_STATUS(mito_popen_poll(&code, popen), MITO_ELOST);
        MITO_ASSERT_STATUS(mito_popen_exit_code(&code, popen), MITO_ELOST);
        CU_ASSERT_EQUAL(code, 77);
    }
    MITO_ASSERT_OK(mito_popen_close(popen));
}

static void a_status_that_a_wait_took(void)
{
    mito_popen_t *popen = start(MITO_ARGV(HELPER("exit-code"), "7"), NULL);
    int status = 0;

    CU_ASSERT_EQUAL(waitpid((pid_t)mito_popen_pid(popen), &status, 0),
                    mito_popen_pid(popen));
    CU_ASSERT_EQUAL(WEXITSTATUS(status), 7);
    expect_truth_or_nothing(popen, 7);
    popen = start(MITO_ARGV(HELPER("hang")), NULL);
    MITO_ASSERT_OK(mito_popen_kill(popen, MITO_SCOPE_PROCESS));
    CU_ASSERT_EQUAL(waitpid((pid_t)mito_popen_pid(popen), &status, 0),
                    mito_popen_pid(popen));
    expect_truth_or_nothing(popen, -9);
}

static void a_status_that_nobody_keeps(void)
{
    mito_popen_t *popen;

    signal(SIGCHLD, SIG_IGN);
    popen = start(MITO_ARGV(HELPER("exit-code"), "7"), NULL);
    expect_truth_or_nothing(popen, 7);
    popen = start(MITO_ARGV(HELPER("exit-code"), "0"), NULL);
    expect_truth_or_nothing(popen, 0);
    signal(SIGCHLD, SIG_DFL);
}

/* Waits for any child, as a library does that believes itself alone, until
 * one ends with 99. */
static void *APR_THREAD_FUNC take_every_status(apr_thread_t *thread,
                                               void *opaque)
{
    int status = 0;

    (void)opaque;
    while (!WIFEXITED(status) || WEXITSTATUS(status) != 99)
        if (waitpid(-1, &status, 0) < 0)
            status = 0;
    apr_thread_exit(thread, APR_SUCCESS);
    return NULL;
}

static void somebody_takes_every_status(void)
{
    mito_completed_t *done = NULL;
    apr_thread_t *thread = NULL;
    apr_status_t status;
    int told = 0;
    int i;

    MITO_ASSERT_OK_FATAL(apr_thread_create(&thread, NULL, take_every_status,
                                           NULL, pool));
    for (i = 0; i < 100; i++) {
        status = mito_run(&done, MITO_ARGV(HELPER("exit-code"), "7"), NULL,
                          pool);
        if (status == APR_SUCCESS) {
            CU_ASSERT_EQUAL(mito_completed_exit_code(done), 7);
            told++;
        } else {
            MITO_ASSERT_STATUS(status, MITO_ELOST);
        }
    }
    printf("%d of 100 were told\n", told);
    if (fork() == 0)
        _exit(99);
    MITO_ASSERT_OK(apr_thread_join(&status, thread));
}
#endif

/* ---- process ids ---- */

#ifdef CAN_CHOOSE_IDS
/* Somebody whose process id was a command's before, and his child: they
 * answer as long as they live. */
typedef struct heir_t {
    pid_t pid;
    int ask;
    int answer;
} heir_t;

static void pass_on(int from, int to)
{
    char byte;

    while (read(from, &byte, 1) == 1 && write(to, &byte, 1) == 1)
        continue;
}

/* The heir passes on to his child what he is asked, and the child answers:
 * in a group of their own. */
static void inherit(const int *asked, const int *answered)
{
    int inner[2];
    pid_t child;

    close(asked[1]);
    close(answered[0]);
    if (setpgid(0, 0) != 0 || pipe(inner) != 0)
        _exit(1);
    child = fork();
    if (child == 0) {
        close(inner[1]);
        close(asked[0]);
        pass_on(inner[0], answered[1]);
        _exit(0);
    }
    close(answered[1]);
    pass_on(asked[0], inner[1]);
    close(inner[1]);
    waitpid(child, NULL, 0);
    _exit(0);
}

/* Makes a process of this id. Returns 0 when the system will not. */
static int make_heir(heir_t *heir, int64_t id)
{
    pid_t chosen = (pid_t)id;
    struct clone_args arguments = {
        .exit_signal = SIGCHLD, .set_tid = (uint64_t)(uintptr_t)&chosen,
        .set_tid_size = 1};
    int asked[2];
    int answered[2];

    CU_ASSERT_EQUAL_FATAL(pipe(asked), 0);
    CU_ASSERT_EQUAL_FATAL(pipe(answered), 0);
    heir->pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
    if (heir->pid == 0)
        inherit(asked, answered);
    close(asked[0]);
    close(answered[1]);
    heir->ask = asked[1];
    heir->answer = answered[0];
    if (heir->pid > 0)
        return 1;
    close(heir->ask);
    close(heir->answer);
    return 0;
}

/* A signal that was sent before the question comes before the answer. */
static void expect_answer(const heir_t *heir)
{
    char byte = 0;

    CU_ASSERT_EQUAL(write(heir->ask, "x", 1), 1);
    CU_ASSERT_EQUAL(read(heir->answer, &byte, 1), 1);
    CU_ASSERT_EQUAL(byte, 'x');
}

static void end_heir(heir_t *heir)
{
    int status = -1;

    close(heir->ask);
    CU_ASSERT_EQUAL(waitpid(heir->pid, &status, 0), heir->pid);
    CU_ASSERT_EQUAL(status, 0);
    close(heir->answer);
}

/* Sends everything there is to a command whose process id is the heir's. */
static void aim_at(mito_popen_t *popen, const heir_t *heir)
{
    static const mito_scope_e scopes[] = {
        MITO_SCOPE_PROCESS, MITO_SCOPE_GROUP, MITO_SCOPE_TREE};
    static const mito_stop_t ask = {
        .steps = {{MITO_STOP_TERMINATE, 1000}, {MITO_STOP_KILL, 1000}}};
    apr_status_t status;
    size_t i;

    for (i = 0; i < 3; i++) {
        MITO_ASSERT_OK(mito_popen_terminate(popen, scopes[i]));
        MITO_ASSERT_OK(mito_popen_send_signal(popen, SIGUSR1, scopes[i]));
        MITO_ASSERT_OK(mito_popen_kill(popen, scopes[i]));
        expect_answer(heir);
    }
    for (i = 0; i < 2; i++) {
        status = mito_popen_stop(popen, i == 0 ? &ask : NULL);
        CU_ASSERT_TRUE(status == APR_SUCCESS || status == MITO_ELOST);
        expect_answer(heir);
    }
}

/* The status is taken by us, so that the id is free while mito still holds
 * the command; or by mito. */
static void expect_heirs_to_live(int is_taken)
{
    mito_popen_t *popen = start(MITO_ARGV(HELPER("exit-code"), "3"),
        &(mito_command_options_t){.process_group = MITO_GROUP_NEW});
    heir_t heir;

    if (is_taken)
        waitpid((pid_t)mito_popen_pid(popen), NULL, 0);
    else
        MITO_ASSERT_OK(mito_popen_wait(popen, SOON));
    if (!make_heir(&heir, mito_popen_pid(popen))) {
        mito_test_skip("only a privileged program chooses process ids");
        MITO_ASSERT_OK(mito_popen_close(popen));
        return;
    }
    CU_ASSERT_EQUAL(heir.pid, mito_popen_pid(popen));
    aim_at(popen, &heir);
    expect_truth_or_nothing(popen, 3);
    expect_answer(&heir);
    end_heir(&heir);
}
#endif

static void an_id_that_is_given_out_again(void)
{
#ifdef CAN_CHOOSE_IDS
    expect_heirs_to_live(0);
#else
    mito_test_skip("process ids cannot be chosen here");
#endif
}

static void an_id_that_is_given_out_behind_our_back(void)
{
#ifdef CAN_CHOOSE_IDS
    expect_heirs_to_live(1);
#else
    mito_test_skip("process ids cannot be chosen here");
#endif
}

#ifndef HAS_WAIT
static void skip(void)
{
    mito_test_skip("statuses cannot be taken here");
}
#define a_status_that_a_wait_took skip
#define a_status_that_nobody_keeps skip
#define somebody_takes_every_status skip
#endif

static const mito_test_t tests[] = {
    {"a_status_that_a_wait_took", a_status_that_a_wait_took, 0},
    {"a_status_that_nobody_keeps", a_status_that_nobody_keeps, 0},
    {"somebody_takes_every_status", somebody_takes_every_status, 60},
    {"an_id_that_is_given_out_again", an_id_that_is_given_out_again, 0},
    {"an_id_that_is_given_out_behind_our_back",
     an_id_that_is_given_out_behind_our_back, 0},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    if (mito_init(&argc, &argv, &pool) != APR_SUCCESS)
        return EXIT_FAILURE;
    return mito_test_main(argc, argv, "taken", tests);
}
