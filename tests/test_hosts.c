/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_hosts: programs in which mito has to work although their state is an
 * unusual one: standard streams closed, SIGCHLD ignored, stopped and
 * continued, with more descriptors than select() knows, with threads that
 * come and go.
 */
#include "runner.h"

#include <mito.h>

#include <apr_thread_proc.h>
#include <signal.h>

static apr_pool_t *pool;

#include "running.h"

#if defined(__has_include)
#if __has_include(<sys/resource.h>)
#include <fcntl.h>
#include <sys/resource.h>
#define HAS_DESCRIPTORS
#endif
#endif

static const mito_run_options_t captured = {.capture_output = 1};

/* ---- standard streams ---- */

/* The relay runs commands with every kind of stream; it ends with 0 when all
 * came through. What mito opens in it has the numbers of those streams. */
static void standard_streams_may_be_closed(void)
{
    static const char *const names[] = {"0<&-", "1>&-", "2>&-"};
    mito_completed_t *done = NULL;
    int set;

    if (!on_posix()) {
        mito_test_skip("closing standard streams is done by a POSIX shell");
        return;
    }
    for (set = 0; set < 8; set++) {
        const char *script = "exec \"$0\" \"$1\"";
        int i;

        for (i = 0; i < 3; i++)
            if (set & (1 << i))
                script = apr_pstrcat(pool, script, " ", names[i], NULL);
        printf("%s\n", script);
        MITO_ASSERT_OK_FATAL(mito_run(&done,
            MITO_ARGV("sh", "-c", script, HELPER("relay"), HELPER("copy")),
            &captured, pool));
        CU_ASSERT_EQUAL(mito_completed_exit_code(done), 0);
        CU_ASSERT_STRING_EQUAL(mito_completed_error(done, NULL), "");
    }
}

/* A command that inherits such a stream has none either, whatever of mito's
 * had its number meanwhile. */
static void a_closed_stream_is_inherited_as_closed(void)
{
#ifdef HAS_DESCRIPTORS
    mito_completed_t *done = NULL;
    int kept = dup(0);

    CU_ASSERT_EQUAL_FATAL(fcntl(kept, F_SETFD, FD_CLOEXEC), 0);
    CU_ASSERT_EQUAL_FATAL(close(0), 0);
    MITO_ASSERT_OK(mito_run(&done, MITO_ARGV("sh", "-c", "exec 3<&0"),
                            &captured, pool));
    CU_ASSERT_NOT_EQUAL(mito_completed_exit_code(done), 0);
    CU_ASSERT_EQUAL(dup2(kept, 0), 0);
    MITO_ASSERT_OK(mito_run(&done, MITO_ARGV("sh", "-c", "exec 3<&0"),
                            &captured, pool));
    CU_ASSERT_EQUAL(mito_completed_exit_code(done), 0);
    CU_ASSERT_EQUAL(close(kept), 0);
#else
    mito_test_skip("there are no descriptors here");
#endif
}

/* ---- signals ---- */

/* A communication does not depend on the signal, nor on the status. */
static void child_signals_may_be_ignored(void)
{
#ifdef SIGCHLD
    mito_popen_t *popen;
    mito_completed_t *done = NULL;
    apr_status_t status;
    int i;

    signal(SIGCHLD, SIG_IGN);
    for (i = 0; i < 20; i++) {
        status = mito_run(&done, MITO_ARGV(HELPER("copy")),
            &(mito_run_options_t){.capture_output = 1, .input = "text",
                                  .input_size = 4}, pool);
        if (status == APR_SUCCESS) {
            CU_ASSERT_STRING_EQUAL(mito_completed_output(done, NULL),
                                   "text");
            CU_ASSERT_EQUAL(mito_completed_exit_code(done), 0);
        } else {
            MITO_ASSERT_STATUS(status, MITO_ELOST);
        }
    }
    popen = start_piped(MITO_ARGV(HELPER("copy")));
    expect_echo(popen, "hello");
    status = mito_popen_stop(popen, NULL);
    CU_ASSERT_TRUE(status == APR_SUCCESS || status == MITO_ELOST);
    CU_ASSERT_STRING_EQUAL(read_to_end(popen), "");
    MITO_ASSERT_OK(mito_popen_close(popen));
    signal(SIGCHLD, SIG_DFL);
#else
    mito_test_skip("there is no SIGCHLD here");
#endif
}

#ifdef SIGALRM
static volatile sig_atomic_t alarms;

static void count_alarm(int number)
{
    (void)number;
    alarms++;
}

/* One every millisecond, with interrupted calls not begun again. */
static void set_alarms(int microseconds)
{
    const struct itimerval timer = {{0, microseconds}, {0, microseconds}};
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_handler = count_alarm;
    sigemptyset(&action.sa_mask);
    sigaction(SIGALRM, &action, NULL);
    CU_ASSERT_EQUAL_FATAL(setitimer(ITIMER_REAL, &timer, NULL), 0);
}
#endif

static void signals_may_interrupt_all_the_time(void)
{
#ifdef SIGALRM
    const apr_interval_time_t time = apr_time_from_msec(200);
    mito_completed_t *done = NULL;
    const char *input = counting(3000000);
    mito_popen_t *popen;
    apr_time_t begun;
    size_t size = 0;
    int i;

    set_alarms(1000);
    for (i = 0; i < 10; i++) {
        MITO_ASSERT_OK(mito_run(&done, MITO_ARGV(HELPER("copy")),
            &(mito_run_options_t){.capture_output = 1, .input = input,
                                  .input_size = 3000000}, pool));
        CU_ASSERT_TRUE(counts_up(mito_completed_output(done, &size), 0, size,
                                 251));
        CU_ASSERT_EQUAL(size, 3000000);
    }
    popen = start_piped(MITO_ARGV(HELPER("hang")));
    begun = apr_time_now();
    MITO_ASSERT_STATUS(mito_popen_communicate(popen, NULL, 0, time),
                       APR_TIMEUP);
    CU_ASSERT_TRUE(took_at_least(begun, time));
    MITO_ASSERT_STATUS(mito_popen_wait(popen, time), APR_TIMEUP);
    CU_ASSERT_TRUE(took_at_least(begun, 2 * time));
    CU_ASSERT_TRUE(took_not_long(begun));
    MITO_ASSERT_OK(mito_popen_stop(popen, NULL));
    MITO_ASSERT_OK(mito_popen_close(popen));
    set_alarms(0);
    printf("%d signals came\n", (int)alarms);
    CU_ASSERT_TRUE(alarms > 100);
#else
    mito_test_skip("there is no SIGALRM here");
#endif
}

/* ---- stopped and continued ---- */

#ifdef HAS_WAIT
/* Stops the program and waits until it is stopped; then continues it. The
 * time in between is what passes for the program: nothing happens in it that
 * could be waited for. */
static void stop_and_continue(mito_popen_t *host, apr_interval_time_t time)
{
    siginfo_t information;

    MITO_ASSERT_OK(mito_popen_send_signal(host, SIGSTOP,
                                          MITO_SCOPE_PROCESS));
    CU_ASSERT_EQUAL(waitid(P_PID, (id_t)mito_popen_pid(host), &information,
                           WSTOPPED | WEXITED | WNOWAIT), 0);
    CU_ASSERT_EQUAL(information.si_code, CLD_STOPPED);
    if (time > 0)
        apr_sleep(time);
    MITO_ASSERT_OK(mito_popen_send_signal(host, SIGCONT,
                                          MITO_SCOPE_PROCESS));
}

/* Reads "status bytes same milliseconds". */
static void expect_report(mito_popen_t *host, const char *status,
                          long least_size, long least, long most)
{
    char word[20] = "";
    char same[20] = "";
    const char *line = "";
    long size = -1;
    long time = -1;

    MITO_ASSERT_OK(mito_popen_read_line(&line, NULL, host, MITO_STDOUT,
                                        SOON));
    CU_ASSERT_EQUAL(sscanf(line, "%19s %ld %19s %ld", word, &size, same,
                           &time), 4);
    printf("%s\n", line);
    CU_ASSERT_STRING_EQUAL(word, status);
    CU_ASSERT_STRING_EQUAL(same, "same");
    CU_ASSERT_TRUE(size >= least_size);
    CU_ASSERT_TRUE(time >= least);
    CU_ASSERT_TRUE(time < most);
}
#endif

/* It waits no shorter, and not for a stop's length longer. The command says
 * something once, so that the host is known to communicate. */
static void a_stopped_host_keeps_its_timeout(void)
{
#ifdef HAS_WAIT
    mito_popen_t *host = start_piped(MITO_ARGV(HELPER("patient"), "1",
        "1500", "sh", "-c", "printf '\\0'; exec \"$0\"", HELPER("hang")));
    int i;

    expect_line(host, "begun");
    for (i = 0; i < 10; i++)
        stop_and_continue(host, apr_time_from_msec(50));
    expect_report(host, "timeup", 1, 1480, 1500 + 5000);
    expect_end(host, 0);
    MITO_ASSERT_OK(mito_popen_close(host));
#else
    mito_test_skip("processes are not stopped here");
#endif
}

/* Its time runs out while it is stopped: that is seen at once. */
static void a_timeout_may_end_while_the_host_is_stopped(void)
{
#ifdef HAS_WAIT
    mito_popen_t *host = start_piped(MITO_ARGV(HELPER("patient"), "1", "300",
        "sh", "-c", "printf '\\0'; exec \"$0\"", HELPER("hang")));

    expect_line(host, "begun");
    stop_and_continue(host, apr_time_from_msec(600));
    expect_report(host, "timeup", 1, 550, 550 + 5000);
    expect_end(host, 0);
    MITO_ASSERT_OK(mito_popen_close(host));
#else
    mito_test_skip("processes are not stopped here");
#endif
}

/* The times at which it is stopped are those of a transfer. */
static void a_stopped_host_loses_nothing(void)
{
#ifdef HAS_WAIT
    mito_popen_t *host = start_piped(MITO_ARGV(HELPER("patient"), "64000000",
                                               "60000", HELPER("copy")));
    int i;

    expect_line(host, "begun");
    for (i = 0; i < 20; i++)
        stop_and_continue(host, 0);
    expect_report(host, "success", 64000000, 0, 60000);
    expect_end(host, 0);
    MITO_ASSERT_OK(mito_popen_close(host));
#else
    mito_test_skip("processes are not stopped here");
#endif
}

/* ---- many descriptors ---- */

#ifdef HAS_DESCRIPTORS
enum { DESCRIPTORS = 1500 };

/* Beyond what a set of select() holds; half of them not marked as ours. */
static int open_many(int *numbers)
{
    struct rlimit limit;
    int i;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0
        || limit.rlim_max < DESCRIPTORS + 100)
        return 0;
    limit.rlim_cur = DESCRIPTORS + 100;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    for (i = 0; i < DESCRIPTORS; i++)
        numbers[i] = open("/dev/null",
                          i % 2 ? O_RDONLY : O_RDONLY | O_CLOEXEC);
    return numbers[DESCRIPTORS - 1] > 0;
}
#endif

static void a_host_may_have_many_descriptors(void)
{
#ifdef HAS_DESCRIPTORS
    static int numbers[DESCRIPTORS];
    mito_completed_t *done = NULL;
    mito_popen_t *popen;
    int i;

    if (!open_many(numbers)) {
        mito_test_skip("this system does not permit as many descriptors");
        return;
    }
    for (i = 0; i < 10; i++) {
        MITO_ASSERT_OK(mito_run(&done, MITO_ARGV(HELPER("holdings")),
            &(mito_run_options_t){.capture_output = 1, .input = "text",
                                  .input_size = 4, .check = 1}, pool));
        CU_ASSERT_STRING_EQUAL(mito_completed_output(done, NULL), "text");
        CU_ASSERT_EQUAL(mito_completed_exit_code(done), 0);
    }
    popen = start_piped(MITO_ARGV(HELPER("copy")));
    expect_echo(popen, "hello");
    MITO_ASSERT_STATUS(mito_popen_wait(popen, 1000), APR_TIMEUP);
    MITO_ASSERT_OK(mito_popen_close(popen));
    for (i = 0; i < DESCRIPTORS; i++)
        close(numbers[i]);
#else
    mito_test_skip("there are no descriptors here");
#endif
}

/* When there are no more of them, that is said, and nothing is left. */
static void a_host_may_have_no_descriptor_to_spare(void)
{
#ifdef HAS_DESCRIPTORS
    const mito_command_options_t all = {
        .input = {.to = MITO_STREAM_PIPE}, .output = {.to = MITO_STREAM_PIPE},
        .error = {.to = MITO_STREAM_PIPE}};
    struct rlimit limit;
    struct rlimit less;
    mito_popen_t *popen = NULL;
    int failures = 0;
    rlim_t spare;

    CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_NOFILE, &limit), 0);
    for (spare = 0; spare < 20; spare++) {
        apr_status_t status;

        less = limit;
        less.rlim_cur = 3 + spare;
        CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &less), 0);
        status = mito_popen_start(&popen, MITO_ARGV(HELPER("copy")), &all,
                                  pool);
        if (status != APR_SUCCESS) {
            CU_ASSERT_EQUAL(APR_TO_OS_ERROR(status), EMFILE);
            failures++;
            continue;
        }
        MITO_ASSERT_OK(mito_popen_close(popen));
    }
    CU_ASSERT_EQUAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
    printf("%d starts failed\n", failures);
    CU_ASSERT_TRUE(failures >= 3);
    CU_ASSERT_TRUE(failures < 20);
#else
    mito_test_skip("there are no descriptors here");
#endif
}

/* ---- threads ---- */

static const char *copy;

static void *APR_THREAD_FUNC start_one(apr_thread_t *thread, void *popen)
{
    apr_thread_exit(thread, mito_popen_start(popen, MITO_ARGV(copy), &piped,
                                             pool));
    return NULL;
}

static void *APR_THREAD_FUNC close_one(apr_thread_t *thread, void *popen)
{
    apr_thread_exit(thread, mito_popen_close(popen));
    return NULL;
}

static apr_status_t in_a_thread(apr_thread_start_t body, void *argument)
{
    apr_thread_t *thread = NULL;
    apr_status_t status = APR_EGENERAL;

    MITO_ASSERT_OK_FATAL(apr_thread_create(&thread, NULL, body, argument,
                                           pool));
    apr_thread_join(&status, thread);
    return status;
}

/* Started in one thread, spoken with in another, closed in a third. */
static void a_command_outlives_the_thread_that_started_it(void)
{
    mito_popen_t *popen = NULL;

    copy = HELPER("copy");
    MITO_ASSERT_OK_FATAL(in_a_thread(start_one, &popen));
    expect_echo(popen, "still there");
    MITO_ASSERT_STATUS(mito_popen_wait(popen, 1000), APR_TIMEUP);
    MITO_ASSERT_OK(mito_popen_close_input(popen, SOON));
    MITO_ASSERT_OK(in_a_thread(close_one, popen));
}

/* With a signal mask of its own, which is none of the commands' affair
 * where it is asked for. */
static void threads_may_block_signals(void)
{
#ifdef HAS_WAIT
    mito_popen_t *popen;
    sigset_t all;
    sigset_t old;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    popen = start(MITO_ARGV(HELPER("polite")),
        &(mito_command_options_t){.output = {.to = MITO_STREAM_PIPE},
                                  .posix.clear_signal_mask = 1});
    expect_line(popen, "started");
    MITO_ASSERT_OK(mito_popen_terminate(popen, MITO_SCOPE_TREE));
    expect_line(popen, "terminated");
    expect_end(popen, 7);
    MITO_ASSERT_OK(mito_popen_close(popen));
    pthread_sigmask(SIG_SETMASK, &old, NULL);
#else
    mito_test_skip("there are no signal masks here");
#endif
}

static const mito_test_t tests[] = {
    {"standard_streams_may_be_closed", standard_streams_may_be_closed, 60},
    {"a_closed_stream_is_inherited_as_closed",
     a_closed_stream_is_inherited_as_closed, 0},
    {"child_signals_may_be_ignored", child_signals_may_be_ignored, 0},
    {"signals_may_interrupt_all_the_time",
     signals_may_interrupt_all_the_time, 60},
    {"a_stopped_host_keeps_its_timeout", a_stopped_host_keeps_its_timeout,
     0},
    {"a_timeout_may_end_while_the_host_is_stopped",
     a_timeout_may_end_while_the_host_is_stopped, 0},
    {"a_stopped_host_loses_nothing", a_stopped_host_loses_nothing, 60},
    {"a_host_may_have_many_descriptors", a_host_may_have_many_descriptors,
     60},
    {"a_host_may_have_no_descriptor_to_spare",
     a_host_may_have_no_descriptor_to_spare, 60},
    {"a_command_outlives_the_thread_that_started_it",
     a_command_outlives_the_thread_that_started_it, 0},
    {"threads_may_block_signals", threads_may_block_signals, 0},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    if (mito_init(&argc, &argv, &pool) != APR_SUCCESS)
        return EXIT_FAILURE;
    return mito_test_main(argc, argv, "hosts", tests);
}
