/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wait: who waits for a command's end, and who does not: polls and
 * waits, also from several threads; commands that are closed; and those that
 * are detached, which nobody waits for and which leave nothing all the same.
 */
#include "runner.h"

#include <mito.h>

#include <apr_thread_proc.h>
#include <signal.h>
#include <time.h>

static apr_pool_t *pool;

#include "running.h"

#define SHORT apr_time_from_msec(60)

/* ---- closing and detaching ---- */

static void closing_waits_for_the_command(void)
{
    const char *path = temporary("written");
    mito_popen_t *popen = start(MITO_ARGV(HELPER("epilogue"), path), &piped);

    MITO_ASSERT_OK(mito_popen_close(popen));
    CU_ASSERT_STRING_EQUAL(taken_from(path), "done");
    MITO_ASSERT_OK(mito_popen_close(popen));
}

/* Nobody reads it any more, so it ends when it writes. */
static void closing_ends_one_that_writes_for_ever(void)
{
    mito_popen_t *popen = start(
        MITO_ARGV(HELPER("flood"), "1000000000000", "0"), &piped);

    MITO_ASSERT_OK(mito_popen_close(popen));
}

static void a_closed_command_gets_no_signal(void)
{
    mito_popen_t *popen = start(MITO_ARGV(HELPER("exit-code"), "0"), NULL);
    int64_t code = 77;

    MITO_ASSERT_OK(mito_popen_close(popen));
    MITO_ASSERT_STATUS(mito_popen_terminate(popen, MITO_SCOPE_TREE),
                       MITO_ECLOSED);
    MITO_ASSERT_STATUS(mito_popen_kill(popen, MITO_SCOPE_PROCESS),
                       MITO_ECLOSED);
    MITO_ASSERT_STATUS(mito_popen_send_signal(popen, 0, MITO_SCOPE_TREE),
                       MITO_ECLOSED);
    MITO_ASSERT_STATUS(mito_popen_stop(popen, NULL), MITO_ECLOSED);
    MITO_ASSERT_STATUS(mito_popen_wait(popen, 0), MITO_ECLOSED);
    (void)mito_popen_detach(popen);
    MITO_ASSERT_OK(mito_popen_poll(&code, popen));
    CU_ASSERT_EQUAL(code, 0);
    CU_ASSERT_EQUAL(code_of(popen), 0);
}

static void expect_echo_in_files(apr_file_t *to, apr_file_t *from)
{
    char line[20] = "";

    MITO_ASSERT_OK(apr_file_puts("there\n", to));
    MITO_ASSERT_OK(apr_file_gets(line, sizeof(line), from));
    CU_ASSERT_STRING_EQUAL(line, "there\n");
}

/* Nobody asks for the status of one that was detached: it is discarded, when
 * the next command is started at the latest. */
static void expect_nothing_left(int64_t pid)
{
    await_end(pid);
    MITO_ASSERT_OK(mito_check_call(MITO_ARGV(HELPER("exit-code"), "0"), NULL,
                                   pool));
    CU_ASSERT_TRUE(is_reaped(pid));
}

/* It lives on beyond its pool, and when it has ended nothing is left. */
static void a_detached_command_is_left_alone(void)
{
    apr_file_t *ends[4];
    mito_popen_t *popen = NULL;
    apr_pool_t *own;
    int64_t pid;
    char byte;

    MITO_ASSERT_OK_FATAL(apr_pool_create(&own, pool));
    MITO_ASSERT_OK_FATAL(apr_file_pipe_create(&ends[0], &ends[1], pool));
    MITO_ASSERT_OK_FATAL(apr_file_pipe_create(&ends[2], &ends[3], pool));
    MITO_ASSERT_OK_FATAL(mito_popen_start(&popen, MITO_ARGV(HELPER("copy")),
        &(mito_command_options_t){
            .input = {.to = MITO_STREAM_FILE, .file = ends[0]},
            .output = {.to = MITO_STREAM_FILE, .file = ends[3]}}, own));
    MITO_ASSERT_OK(apr_file_close(ends[0]));
    MITO_ASSERT_OK(apr_file_close(ends[3]));
    pid = mito_popen_pid(popen);
    MITO_ASSERT_OK(mito_popen_detach(popen));
    MITO_ASSERT_STATUS(mito_popen_wait(popen, 0), MITO_ECLOSED);
    MITO_ASSERT_STATUS(mito_popen_kill(popen, MITO_SCOPE_TREE),
                       MITO_ECLOSED);
    (void)mito_popen_detach(popen);
    MITO_ASSERT_OK(mito_popen_close(popen));
    expect_echo_in_files(ends[1], ends[2]);
    apr_pool_destroy(own);
    expect_echo_in_files(ends[1], ends[2]);
    MITO_ASSERT_OK(apr_file_close(ends[1]));
    MITO_ASSERT_STATUS(apr_file_getc(&byte, ends[2]), APR_EOF);
    MITO_ASSERT_OK(apr_file_close(ends[2]));
    expect_nothing_left(pid);
}

/* It sees the end of its input; its own end is that of the error stream,
 * which nobody else has. */
static void its_pipes_are_closed(void)
{
    const char *path = temporary("written");
    apr_file_t *reader = NULL;
    apr_file_t *writer = NULL;
    mito_popen_t *popen;
    int64_t pid;
    char byte;

    MITO_ASSERT_OK_FATAL(apr_file_pipe_create(&reader, &writer, pool));
    popen = start(MITO_ARGV(HELPER("epilogue"), path),
        &(mito_command_options_t){
            .input.to = MITO_STREAM_PIPE, .output.to = MITO_STREAM_PIPE,
            .error = {.to = MITO_STREAM_FILE, .file = writer}});
    MITO_ASSERT_OK(apr_file_close(writer));
    pid = mito_popen_pid(popen);
    MITO_ASSERT_OK(mito_popen_detach(popen));
    MITO_ASSERT_STATUS(mito_popen_write(popen, "x", 1, 0), MITO_ECLOSED);
    MITO_ASSERT_STATUS(apr_file_getc(&byte, reader), APR_EOF);
    MITO_ASSERT_OK(apr_file_close(reader));
    CU_ASSERT_STRING_EQUAL(taken_from(path), "done");
    expect_nothing_left(pid);
}

static void it_goes_on_when_the_program_ends(void)
{
    mito_popen_t *popen = start_piped(MITO_ARGV(HELPER("detacher"),
                                                HELPER("copy")));

    expect_end(popen, 0);
    expect_echo(popen, "still there");
    MITO_ASSERT_OK(mito_popen_close_input(popen, SOON));
    CU_ASSERT_STRING_EQUAL(read_to_end(popen), "");
    MITO_ASSERT_OK(mito_popen_close(popen));
}

/* ---- waiting ---- */

static void polling_tells_the_end(void)
{
    mito_popen_t *popen = start_piped(MITO_ARGV(HELPER("copy")));
    int64_t code = 77;
    apr_status_t status;
    int i;

    for (i = 0; i < 3; i++)
        MITO_ASSERT_STATUS(mito_popen_poll(&code, popen), APR_CHILD_NOTDONE);
    CU_ASSERT_EQUAL(code, 77);
    MITO_ASSERT_OK(mito_popen_close_input(popen, SOON));
    do {
        status = mito_popen_poll(&code, popen);
    } while (status == APR_CHILD_NOTDONE);
    MITO_ASSERT_OK(status);
    CU_ASSERT_EQUAL(code, 0);
    MITO_ASSERT_OK(mito_popen_poll(NULL, popen));
    MITO_ASSERT_OK(mito_popen_poll(&code, popen));
    CU_ASSERT_EQUAL(code_of(popen), 0);
    MITO_ASSERT_OK(mito_popen_close(popen));
}

static void waiting_keeps_its_time(void)
{
    mito_popen_t *popen = start(MITO_ARGV(HELPER("hang")), NULL);
    apr_time_t begun = apr_time_now();
    int64_t code = 77;
    int i;

    for (i = 1; i <= 3; i++) {
        MITO_ASSERT_STATUS(mito_popen_wait(popen, SHORT), APR_TIMEUP);
        CU_ASSERT_TRUE(took_at_least(begun, i * SHORT));
    }
    CU_ASSERT_TRUE(took_not_long(begun));
    MITO_ASSERT_STATUS(mito_popen_exit_code(&code, popen),
                       APR_CHILD_NOTDONE);
    CU_ASSERT_EQUAL(code, 77);
    MITO_ASSERT_OK(mito_popen_stop(popen, NULL));
    CU_ASSERT_EQUAL(code_of(popen), -9);
    MITO_ASSERT_OK(mito_popen_close(popen));
}

static void *APR_THREAD_FUNC wait_for_it(apr_thread_t *thread, void *popen)
{
    apr_thread_exit(thread, mito_popen_wait(popen, MITO_FOREVER));
    return NULL;
}

static void *APR_THREAD_FUNC talk_with_it(apr_thread_t *thread, void *popen)
{
    apr_thread_exit(thread, mito_popen_communicate(popen, NULL, 0,
                                                   MITO_FOREVER));
    return NULL;
}

static void *APR_THREAD_FUNC stop_it(apr_thread_t *thread, void *popen)
{
    apr_thread_exit(thread, mito_popen_stop(popen, NULL));
    return NULL;
}

/* Some wait, some communicate, and some stop it: all learn of its end. */
static void threads_wait_while_others_stop(void)
{
    static const apr_thread_start_t bodies[] = {
        wait_for_it, talk_with_it, wait_for_it, stop_it, talk_with_it,
        stop_it};
    enum { THREADS = 6, ROUNDS = 30 };
    apr_thread_t *threads[THREADS];
    int round;
    int i;

    for (round = 0; round < ROUNDS; round++) {
        mito_popen_t *popen = start_piped(MITO_ARGV(HELPER("hang")));

        for (i = 0; i < THREADS; i++)
            MITO_ASSERT_OK_FATAL(apr_thread_create(&threads[i], NULL,
                                                   bodies[i], popen, pool));
        for (i = 0; i < THREADS; i++) {
            apr_status_t status = APR_EGENERAL;

            apr_thread_join(&status, threads[i]);
            MITO_ASSERT_OK(status);
        }
        CU_ASSERT_EQUAL(code_of(popen), -9);
        MITO_ASSERT_OK(mito_popen_close(popen));
    }
}

/* One that is stopped has not ended, whatever a wait tells its parent. */
static void a_stopped_command_has_not_ended(void)
{
#ifdef HAS_WAIT
    mito_popen_t *popen = start_piped(MITO_ARGV(HELPER("copy")));
    siginfo_t information;

    expect_echo(popen, "before");
    MITO_ASSERT_OK(mito_popen_send_signal(popen, SIGSTOP,
                                          MITO_SCOPE_PROCESS));
    CU_ASSERT_EQUAL_FATAL(waitid(P_PID, (id_t)mito_popen_pid(popen),
                                 &information, WSTOPPED | WNOWAIT), 0);
    MITO_ASSERT_STATUS(mito_popen_poll(NULL, popen), APR_CHILD_NOTDONE);
    MITO_ASSERT_STATUS(mito_popen_wait(popen, SHORT), APR_TIMEUP);
    MITO_ASSERT_OK(mito_popen_send_signal(popen, SIGCONT, MITO_SCOPE_TREE));
    expect_echo(popen, "after");
    MITO_ASSERT_OK(mito_popen_close_input(popen, SOON));
    expect_end(popen, 0);
    MITO_ASSERT_OK(mito_popen_close(popen));
#else
    mito_test_skip("processes are not stopped here");
#endif
}

/* A signal need not wait for who communicates. */
static void a_signal_does_not_wait_for_a_dialogue(void)
{
    mito_popen_t *popen = start_piped(MITO_ARGV(HELPER("hang")));
    apr_thread_t *thread = NULL;
    apr_time_t begun = apr_time_now();
    apr_status_t status = APR_EGENERAL;

    MITO_ASSERT_OK_FATAL(apr_thread_create(&thread, NULL, talk_with_it,
                                           popen, pool));
    MITO_ASSERT_STATUS(mito_popen_wait(popen, SHORT), APR_TIMEUP);
    MITO_ASSERT_OK(mito_popen_kill(popen, MITO_SCOPE_PROCESS));
    MITO_ASSERT_OK(mito_popen_wait(popen, SOON));
    apr_thread_join(&status, thread);
    MITO_ASSERT_OK(status);
    CU_ASSERT_TRUE(took_not_long(begun));
    MITO_ASSERT_OK(mito_popen_stop(popen, NULL));
    CU_ASSERT_EQUAL(code_of(popen), -9);
    MITO_ASSERT_OK(mito_popen_close(popen));
}

/* ---- what it says of itself ---- */

static void a_command_can_be_shown(void)
{
    mito_popen_t *popen = start_piped(MITO_ARGV(HELPER("copy"), "an arg"));
    const char *text = mito_popen_repr(popen, pool);
    const char *pid = apr_psprintf(pool, "pid %ld",
                                   (long)mito_popen_pid(popen));

    CU_ASSERT_STRING_EQUAL(mito_popen_argv(popen)[1], "an arg");
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "<command "));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "copy"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, pid));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "runs"));
    MITO_ASSERT_OK(mito_popen_communicate(popen, NULL, 0, SOON));
    text = mito_popen_repr(popen, pool);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, pid));
    CU_ASSERT_PTR_NULL(strstr(text, "runs"));
    MITO_ASSERT_OK(mito_popen_close(popen));
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_popen_repr(popen, pool), "<command "));
    CU_ASSERT_STRING_EQUAL(mito_popen_argv(popen)[1], "an arg");
}

/* ---- waiting for different things of one command ---- */

static mito_popen_t *silent;

static apr_status_t read_from(const mito_standard_e *which)
{
    char byte;
    size_t count;

    return mito_popen_read(&count, silent, *which, &byte, 1,
                           apr_time_from_msec(500));
}

/* The address sanitizer does not see that apr_thread_exit() leaves. */
static apr_status_t (*volatile read_one)(const mito_standard_e *) = read_from;

static void *APR_THREAD_FUNC read_in_vain(apr_thread_t *thread, void *which)
{
    apr_thread_exit(thread, read_one(which));
    return NULL;
}

/* One of them works for both; neither keeps the other awake. */
static void threads_wait_asleep(void)
{
    static mito_standard_e streams[] = {MITO_STDOUT, MITO_STDERR};
    apr_thread_t *threads[2];
    apr_status_t status = APR_EGENERAL;
    clock_t begun;
    size_t i;

    silent = start(MITO_ARGV(HELPER("hang")),
                   &(mito_command_options_t){.output.to = MITO_STREAM_PIPE,
                                             .error.to = MITO_STREAM_PIPE});
    begun = clock();
    for (i = 0; i < 2; i++)
        MITO_ASSERT_OK_FATAL(apr_thread_create(&threads[i], NULL,
                                               read_in_vain, &streams[i],
                                               pool));
    for (i = 0; i < 2; i++) {
        apr_thread_join(&status, threads[i]);
        MITO_ASSERT_STATUS(status, APR_TIMEUP);
    }
    if (on_posix())
        CU_ASSERT_TRUE(clock() - begun < CLOCKS_PER_SEC / 10);
    MITO_ASSERT_OK(mito_popen_stop(silent, NULL));
    MITO_ASSERT_OK(mito_popen_close(silent));
}

static const mito_test_t tests[] = {
    {"closing_waits_for_the_command", closing_waits_for_the_command, 0},
    {"closing_ends_one_that_writes_for_ever",
     closing_ends_one_that_writes_for_ever, 0},
    {"a_closed_command_gets_no_signal", a_closed_command_gets_no_signal, 0},
    {"a_detached_command_is_left_alone", a_detached_command_is_left_alone, 0},
    {"its_pipes_are_closed", its_pipes_are_closed, 0},
    {"it_goes_on_when_the_program_ends", it_goes_on_when_the_program_ends, 0},
    {"polling_tells_the_end", polling_tells_the_end, 0},
    {"waiting_keeps_its_time", waiting_keeps_its_time, 0},
    {"threads_wait_while_others_stop", threads_wait_while_others_stop, 60},
    {"a_stopped_command_has_not_ended", a_stopped_command_has_not_ended, 0},
    {"a_signal_does_not_wait_for_a_dialogue",
     a_signal_does_not_wait_for_a_dialogue, 0},
    {"a_command_can_be_shown", a_command_can_be_shown, 0},
    {"threads_wait_asleep", threads_wait_asleep, 0},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    if (mito_init(&argc, &argv, &pool) != APR_SUCCESS)
        return EXIT_FAILURE;
    return mito_test_main(argc, argv, "wait", tests);
}
