/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_subprocess: commands, their streams, errors and ends. Arguments have a
 * program of their own, test_arguments.
 */
#include "runner.h"

#include <mito.h>

static apr_pool_t *pool;

#include "commands.h"

#include <apr_env.h>
#include <apr_file_io.h>
#include <apr_strings.h>
#include <apr_thread_proc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const mito_run_options_t captured = {.capture_output = 1};

/* ---- ends ---- */

static void an_exit_code_comes_back(void)
{
    static const char *const codes[] = {"0", "1", "3", "255"};
    mito_completed_t *done = NULL;
    size_t i;

    for (i = 0; i < 4; i++) {
        MITO_ASSERT_OK(mito_run(&done, MITO_ARGV(HELPER("exit-code"),
                                                 codes[i]), NULL, pool));
        CU_ASSERT_EQUAL(mito_completed_exit_code(done), atoi(codes[i]));
    }
}

static void check_turns_failure_into_an_error(void)
{
    const mito_run_options_t checked = {.check = 1};
    mito_completed_t *done = NULL;

    MITO_ASSERT_OK(mito_run(&done, MITO_ARGV(HELPER("exit-code"), "0"),
                            &checked, pool));
    MITO_ASSERT_STATUS(mito_run(&done, MITO_ARGV(HELPER("exit-code"), "4"),
                                &checked, pool), MITO_EEXIT);
    CU_ASSERT_EQUAL(mito_completed_exit_code(done), 4);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "exit code 4"));
    MITO_ASSERT_STATUS(mito_completed_check(done), MITO_EEXIT);
}

static void a_crash_shows_as_its_signal(void)
{
    mito_completed_t *done = NULL;

    MITO_ASSERT_OK(mito_run(&done, MITO_ARGV(HELPER("crash")), NULL, pool));
    CU_ASSERT_EQUAL(mito_completed_exit_code(done), -11);
    MITO_ASSERT_STATUS(mito_completed_check(done), MITO_EEXIT);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "SIGSEGV"));
}

static void a_kill_shows_as_signal_9(void)
{
    mito_popen_t *popen = NULL;
    int64_t code = 0;

    MITO_ASSERT_OK(mito_popen_start(&popen, MITO_ARGV(HELPER("hang")), NULL,
                                    pool));
    MITO_ASSERT_STATUS(mito_popen_wait(popen, 0), APR_TIMEUP);
    MITO_ASSERT_STATUS(mito_popen_exit_code(&code, popen),
                       APR_CHILD_NOTDONE);
    MITO_ASSERT_OK(mito_popen_kill(popen, MITO_SCOPE_TREE));
    MITO_ASSERT_OK(mito_popen_wait(popen, MITO_FOREVER));
    MITO_ASSERT_OK(mito_popen_wait(popen, 0));
    MITO_ASSERT_OK(mito_popen_exit_code(&code, popen));
    CU_ASSERT_EQUAL(code, -9);
    MITO_ASSERT_OK(mito_popen_kill(popen, MITO_SCOPE_TREE));
    MITO_ASSERT_OK(mito_popen_close(popen));
    MITO_ASSERT_OK(mito_popen_close(popen));
    MITO_ASSERT_OK(mito_popen_close(NULL));
    MITO_ASSERT_STATUS(mito_popen_wait(popen, 0), MITO_ECLOSED);
    MITO_ASSERT_STATUS(mito_popen_kill(popen, MITO_SCOPE_TREE), MITO_ECLOSED);
    CU_ASSERT_TRUE(mito_popen_pid(popen) > 0);
}

/* ---- errors of starting ---- */

static apr_status_t run_it(const char *program)
{
    mito_completed_t *done = NULL;
    apr_status_t status = mito_run(&done, MITO_ARGV(program), NULL, pool);

    CU_ASSERT_PTR_NULL(done);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), program));
    return status;
}

static void a_missing_program(void)
{
    CU_ASSERT_TRUE(APR_STATUS_IS_ENOENT(run_it("./no-such-program")));
    CU_ASSERT_TRUE(APR_STATUS_IS_ENOENT(run_it("no-such-program-in-path")));
    CU_ASSERT_TRUE(APR_STATUS_IS_ENOENT(
        run_it(temporary("no-such-folder/program"))));
}

static void an_empty_name(void)
{
    mito_completed_t *done = NULL;

    CU_ASSERT_TRUE(APR_STATUS_IS_ENOENT(
        mito_run(&done, MITO_ARGV(""), NULL, pool)));
}

static void a_directory(void)
{
    MITO_ASSERT_STATUS(run_it(mito_test_temporary_directory()), MITO_EISDIR);
}

static void a_file_that_is_no_program(void)
{
    const char *path = temporary("notes.txt");

    write_file(path, "nothing to run\n");
    MITO_ASSERT_STATUS(run_it(path), MITO_ENOTEXEC);
    apr_file_remove(path, pool);
}

static void a_bad_working_directory(void)
{
    const char *path = temporary("no-such-folder");
    mito_completed_t *done = NULL;

    MITO_ASSERT_STATUS(mito_run(&done, MITO_ARGV(HELPER("directory")),
        &(mito_run_options_t){.command.working_directory = path}, pool),
        MITO_EWORKDIR);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), path));
}

static void contradictions_are_refused(void)
{
    const char *const *argv = MITO_ARGV(HELPER("exit-code"), "0");
    mito_completed_t *done = NULL;
    static const mito_run_options_t wrong[] = {
        {.capture_output = 1, .command.output.to = MITO_STREAM_PIPE},
        {.capture_output = 1, .command.error.to = MITO_STREAM_OUTPUT},
        {.input = "x", .input_size = 1,
         .command.input.to = MITO_STREAM_NULL},
        {.command.output.to = MITO_STREAM_OUTPUT},
        {.command.input.to = MITO_STREAM_OUTPUT},
        {.command.error.to = (mito_stream_e)99},
        {.timeout = -5}};
    size_t i;

    for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        MITO_ASSERT_STATUS(mito_run(&done, argv, &wrong[i], pool),
                           MITO_EINVAL);
    CU_ASSERT_PTR_NULL(done);
}

/* ---- what a command is given ---- */

static void the_working_directory_is_entered(void)
{
    const char *path = mito_test_temporary_directory();
    mito_completed_t *done = NULL;
    const char *name = strrchr(path, '/');
    const char *printed;

    MITO_ASSERT_OK(mito_run(&done, MITO_ARGV(HELPER("directory")),
        &(mito_run_options_t){.capture_output = 1,
                              .command.working_directory = path}, pool));
    printed = without_returns(mito_completed_output(done, NULL));
    if (name == NULL)
        name = strrchr(path, '\\');
    CU_ASSERT_PTR_NOT_NULL_FATAL(name);
    CU_ASSERT_PTR_NOT_NULL(strstr(printed, name + 1));
}

/* The values of variables in a command with this environment. */
static void expect_environment(const char *const *environment,
                               const char *const *names,
                               const char *expected)
{
    const char *argv[8] = {HELPER("environment")};
    mito_completed_t *done = NULL;
    size_t i;

    for (i = 0; names[i] != NULL; i++)
        argv[i + 1] = names[i];
    MITO_ASSERT_OK(mito_run(&done, argv,
        &(mito_run_options_t){.capture_output = 1, .check = 1,
                              .command.environment = environment}, pool));
    CU_ASSERT_PTR_NOT_NULL_FATAL(done);
    CU_ASSERT_STRING_EQUAL(
        without_returns(mito_completed_output(done, NULL)), expected);
}

static const char *const environment_names[] = {
    "ONE", "EMPTY", "TEXT", "MITO_TEST_INHERITED", NULL};

static void the_environment_is_replaced(void)
{
    static const char *const environment[] = {
        "ONE=1", "EMPTY=", "TEXT=\xc3\xa9 = x", NULL};

    apr_env_set("MITO_TEST_INHERITED", "yes", pool);
    expect_environment(environment, environment_names,
                       "1\n\n\xc3\xa9 = x\n(unset)\n");
}

static void the_environment_is_inherited(void)
{
    apr_env_set("MITO_TEST_INHERITED", "yes", pool);
    expect_environment(NULL, environment_names,
                       "(unset)\n(unset)\n(unset)\nyes\n");
}

static void an_empty_environment_is_possible(void)
{
    static const char *const nothing[] = {NULL};

    apr_env_set("MITO_TEST_INHERITED", "yes", pool);
    expect_environment(nothing, environment_names,
                       "(unset)\n(unset)\n(unset)\n(unset)\n");
}

static void a_nameless_variable_is_refused(void)
{
    static const char *const nameless[] = {"A=1", "=", NULL};
    static const char *const valueless[] = {"A=1", "B", NULL};
    mito_completed_t *done = NULL;

    MITO_ASSERT_STATUS(mito_run(&done, MITO_ARGV(HELPER("environment")),
        &(mito_run_options_t){.command.environment = nameless}, pool),
        MITO_EINVAL);
    MITO_ASSERT_STATUS(mito_run(&done, MITO_ARGV(HELPER("environment")),
        &(mito_run_options_t){.command.environment = valueless}, pool),
        MITO_EINVAL);
}

/* argv[0] is for the command to see, the executable for the system. */
static void the_executable_may_differ_from_argv(void)
{
    mito_completed_t *done = NULL;

    MITO_ASSERT_OK(mito_run(&done, MITO_ARGV("another name", "5"),
        &(mito_run_options_t){.command.executable = HELPER("exit-code")},
        pool));
    CU_ASSERT_EQUAL(mito_completed_exit_code(done), 5);
}

/* ---- streams ---- */

static void output_and_error_are_captured_apart(void)
{
    mito_completed_t *done = NULL;
    size_t size;

    MITO_ASSERT_OK(mito_run(&done, MITO_ARGV(HELPER("flood"), "10", "5"),
                            &captured, pool));
    mito_completed_output(done, &size);
    CU_ASSERT_EQUAL(size, 10);
    mito_completed_error(done, &size);
    CU_ASSERT_EQUAL(size, 5);
}

static void nothing_captured_is_an_empty_string(void)
{
    mito_completed_t *done = NULL;
    size_t size = 99;

    MITO_ASSERT_OK(mito_run(&done, MITO_ARGV(HELPER("exit-code"), "0"), NULL,
                            pool));
    CU_ASSERT_STRING_EQUAL(mito_completed_output(done, &size), "");
    CU_ASSERT_EQUAL(size, 0);
}

/* 1 when the bytes count up by the modulus, as flood writes them. */
static int counts_up(const char *bytes, size_t size, unsigned modulus)
{
    size_t i;

    for (i = 0; i < size; i++)
        if ((unsigned char)bytes[i] != i % modulus)
            return 0;
    return 1;
}

static void a_flood_on_both_streams_is_captured_whole(void)
{
    mito_completed_t *done = NULL;
    const char *bytes;
    size_t size;

    MITO_ASSERT_OK(mito_run(&done,
        MITO_ARGV(HELPER("flood"), "10000000", "7000000"), &captured, pool));
    bytes = mito_completed_output(done, &size);
    CU_ASSERT_EQUAL(size, 10000000);
    CU_ASSERT_TRUE(counts_up(bytes, size, 251));
    bytes = mito_completed_error(done, &size);
    CU_ASSERT_EQUAL(size, 7000000);
    CU_ASSERT_TRUE(counts_up(bytes, size, 241));
}

static void the_error_stream_can_join_the_output(void)
{
    mito_completed_t *done = NULL;
    size_t size;

    MITO_ASSERT_OK(mito_run(&done, MITO_ARGV(HELPER("flood"), "3", "4"),
        &(mito_run_options_t){.command.output.to = MITO_STREAM_PIPE,
                              .command.error.to = MITO_STREAM_OUTPUT}, pool));
    CU_ASSERT_EQUAL(memcmp(mito_completed_output(done, &size),
                           "\0\1\2\0\1\2\3", 7), 0);
    CU_ASSERT_EQUAL(size, 7);
    mito_completed_error(done, &size);
    CU_ASSERT_EQUAL(size, 0);
}

static void one_stream_can_be_discarded(void)
{
    mito_completed_t *done = NULL;
    size_t size;

    MITO_ASSERT_OK(mito_run(&done, MITO_ARGV(HELPER("flood"), "30", "400000"),
        &(mito_run_options_t){.command.output.to = MITO_STREAM_PIPE,
                              .command.error.to = MITO_STREAM_NULL}, pool));
    mito_completed_output(done, &size);
    CU_ASSERT_EQUAL(size, 30);
}

static void no_input_reads_as_its_end(void)
{
    mito_completed_t *done = NULL;
    size_t size = 1;

    MITO_ASSERT_OK(mito_run(&done, MITO_ARGV(HELPER("copy")),
        &(mito_run_options_t){.capture_output = 1,
                              .command.input.to = MITO_STREAM_NULL}, pool));
    mito_completed_output(done, &size);
    CU_ASSERT_EQUAL(size, 0);
    MITO_ASSERT_OK(mito_run(&done, MITO_ARGV(HELPER("copy")),
        &(mito_run_options_t){.capture_output = 1, .input = "",
                              .input_size = 0}, pool));
    mito_completed_output(done, &size);
    CU_ASSERT_EQUAL(size, 0);
}

/* More in both directions than any pipe holds. */
static void input_goes_through_whole(void)
{
    const size_t size = 5000000;
    char *input = apr_palloc(pool, size);
    mito_completed_t *done = NULL;
    size_t got;
    size_t i;

    for (i = 0; i < size; i++)
        input[i] = (char)(i % 251);
    MITO_ASSERT_OK(mito_run(&done, MITO_ARGV(HELPER("copy")),
        &(mito_run_options_t){.capture_output = 1, .input = input,
                              .input_size = size}, pool));
    CU_ASSERT_EQUAL(memcmp(mito_completed_output(done, &got), input, size),
                    0);
    CU_ASSERT_EQUAL(got, size);
}

static void input_that_nobody_reads_is_no_error(void)
{
    const size_t size = 3000000;
    mito_completed_t *done = NULL;

    MITO_ASSERT_OK(mito_run(&done, MITO_ARGV(HELPER("exit-code"), "0"),
        &(mito_run_options_t){.input = apr_pcalloc(pool, size),
                              .input_size = size, .check = 1}, pool));
}

/* ---- timeouts ---- */

static void a_timeout_kills(void)
{
    mito_completed_t *done = NULL;

    MITO_ASSERT_STATUS(mito_run(&done, MITO_ARGV(HELPER("hang")),
        &(mito_run_options_t){.timeout = apr_time_from_msec(50)}, pool),
        APR_TIMEUP);
    CU_ASSERT_EQUAL(mito_completed_exit_code(done), -9);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "0.050 seconds"));
}

/* The pipe is full and nobody reads the rest: the time is kept. */
static void a_timeout_holds_while_feeding(void)
{
    const size_t size = 3000000;
    mito_completed_t *done = NULL;

    MITO_ASSERT_STATUS(mito_run(&done, MITO_ARGV(HELPER("hang")),
        &(mito_run_options_t){.input = apr_pcalloc(pool, size),
                              .input_size = size, .capture_output = 1,
                              .timeout = apr_time_from_msec(50)}, pool),
        APR_TIMEUP);
    CU_ASSERT_EQUAL(mito_completed_exit_code(done), -9);
}

/* The command's child holds its streams open and would for ever. */
static void a_timeout_takes_the_descendants(void)
{
    mito_completed_t *done = NULL;

    MITO_ASSERT_STATUS(mito_run(&done,
        MITO_ARGV(HELPER("offspring"), HELPER("hang"), "stay"),
        &(mito_run_options_t){.capture_output = 1,
                              .timeout = apr_time_from_sec(2)}, pool),
        APR_TIMEUP);
    CU_ASSERT_PTR_NOT_NULL(done);
}

/* Two calls that time out, then one that does not. */
static void communication_goes_on_after_a_timeout(void)
{
    const size_t size = 2000000;
    char *input = apr_pcalloc(pool, size);
    mito_popen_t *popen = NULL;
    apr_status_t status;
    size_t got;

    MITO_ASSERT_OK(mito_popen_start(&popen, MITO_ARGV(HELPER("copy")),
        &(mito_command_options_t){.input.to = MITO_STREAM_PIPE,
                                  .output.to = MITO_STREAM_PIPE}, pool));
    do {
        status = mito_popen_communicate(popen, input, size, 100);
    } while (status == APR_TIMEUP);
    MITO_ASSERT_OK(status);
    mito_popen_output(popen, &got);
    CU_ASSERT_EQUAL(got, size);
    MITO_ASSERT_STATUS(mito_popen_communicate(popen, "other", 5, 0),
                       MITO_EINVAL);
    MITO_ASSERT_OK(mito_popen_close(popen));
    MITO_ASSERT_STATUS(mito_popen_communicate(popen, NULL, 0, 0),
                       MITO_ECLOSED);
}

static void partial_output_is_at_hand(void)
{
    mito_popen_t *popen = NULL;
    const char *text = "";

    MITO_ASSERT_OK(mito_popen_start(&popen,
        MITO_ARGV(HELPER("hang"), "started"),
        &(mito_command_options_t){.output.to = MITO_STREAM_PIPE}, pool));
    while (strstr(text, "started") == NULL) {
        MITO_ASSERT_STATUS(mito_popen_communicate(popen, NULL, 0, 1000),
                           APR_TIMEUP);
        text = mito_popen_output(popen, NULL);
    }
    MITO_ASSERT_OK(mito_popen_kill(popen, MITO_SCOPE_TREE));
    MITO_ASSERT_OK(mito_popen_communicate(popen, NULL, 0, MITO_FOREVER));
    MITO_ASSERT_OK(mito_popen_close(popen));
}

static void input_without_a_pipe_is_refused(void)
{
    mito_popen_t *popen = NULL;

    MITO_ASSERT_OK(mito_popen_start(&popen,
        MITO_ARGV(HELPER("exit-code"), "0"), NULL, pool));
    MITO_ASSERT_STATUS(mito_popen_communicate(popen, "x", 1, MITO_FOREVER),
                       MITO_EINVAL);
    MITO_ASSERT_OK(mito_popen_communicate(popen, NULL, 0, MITO_FOREVER));
    MITO_ASSERT_OK(mito_popen_close(popen));
}

/* ---- what a command does not get ---- */

/* Files that the program opened without a thought for its children, and
 * mito's own pipes of a command that runs meanwhile. */
static void a_command_gets_no_other_descriptor(void)
{
    mito_completed_t *done = NULL;
    mito_popen_t *other = NULL;
    FILE *files[5];
    size_t i;

    if (!mito_has(MITO_CAP_FORK)) {
        mito_test_skip("descriptors are POSIX's");
        return;
    }
    for (i = 0; i < 5; i++)
        files[i] = fopen("/dev/null", "r");
    MITO_ASSERT_OK(mito_popen_start(&other, MITO_ARGV(HELPER("copy")),
        &(mito_command_options_t){.input.to = MITO_STREAM_PIPE,
                                  .output.to = MITO_STREAM_PIPE}, pool));
    /* 3 is the folder that ls reads. */
    MITO_ASSERT_OK(mito_run(&done, MITO_ARGV("ls", "/proc/self/fd"),
                            &captured, pool));
    CU_ASSERT_STRING_EQUAL(mito_completed_output(done, NULL),
                           "0\n1\n2\n3\n");
    MITO_ASSERT_OK(mito_popen_communicate(other, NULL, 0, MITO_FOREVER));
    MITO_ASSERT_OK(mito_popen_close(other));
    for (i = 0; i < 5; i++)
        fclose(files[i]);
}

/* Started while another's pipes are open, and still running when those are
 * closed: if it had got an end of them, the other would never see the end
 * of its input. */
static void a_command_holds_no_other_commands_pipe(void)
{
    const mito_command_options_t piped = {.input.to = MITO_STREAM_PIPE,
                                          .output.to = MITO_STREAM_PIPE};
    mito_popen_t *reader = NULL;
    mito_popen_t *bystander = NULL;

    MITO_ASSERT_OK_FATAL(mito_popen_start(&reader, MITO_ARGV(HELPER("copy")),
                                          &piped, pool));
    MITO_ASSERT_OK_FATAL(mito_popen_start(&bystander,
        MITO_ARGV(HELPER("hang")), &piped, pool));
    MITO_ASSERT_OK(mito_popen_communicate(reader, "text", 4, MITO_FOREVER));
    CU_ASSERT_STRING_EQUAL(mito_popen_output(reader, NULL), "text");
    MITO_ASSERT_STATUS(mito_popen_wait(bystander, 0), APR_TIMEUP);
    MITO_ASSERT_OK(mito_popen_kill(bystander, MITO_SCOPE_TREE));
    MITO_ASSERT_OK(mito_popen_close(bystander));
    MITO_ASSERT_OK(mito_popen_close(reader));
}

/* A host that closed its standard streams: what mito opens may then have
 * their numbers. */
static void closed_streams_of_the_host_do_not_matter(void)
{
    mito_completed_t *done = NULL;

    if (!mito_has(MITO_CAP_FORK)) {
        mito_test_skip("closing standard streams is done by a POSIX shell");
        return;
    }
    MITO_ASSERT_OK(mito_run(&done,
        MITO_ARGV("sh", "-c", "exec \"$0\" \"$1\" 0<&- 1>&- 2>&-",
                  HELPER("relay"), HELPER("copy")), NULL, pool));
    CU_ASSERT_EQUAL(mito_completed_exit_code(done), 0);
}

#ifdef SIGPIPE
static volatile sig_atomic_t signals_counted;

static void count_signal(int number)
{
    (void)number;
    signals_counted++;
}
#endif

/* mito ignores SIGPIPE in the program, and the program may handle others:
 * neither is the command's business. */
static void signals_are_the_commands_own(void)
{
#ifdef SIGPIPE
    static const struct {
        const char *command;
        int number;
    } signals[] = {{"kill -PIPE $$", SIGPIPE}, {"kill -TERM $$", SIGTERM}};
    mito_completed_t *done = NULL;
    size_t i;

    signal(SIGTERM, count_signal);
    for (i = 0; i < 2; i++) {
        MITO_ASSERT_OK(mito_run(&done,
            MITO_ARGV("sh", "-c", signals[i].command), NULL, pool));
        CU_ASSERT_EQUAL(mito_completed_exit_code(done), -signals[i].number);
    }
    signal(SIGTERM, SIG_DFL);
    CU_ASSERT_EQUAL(signals_counted, 0);
#else
    mito_test_skip("there is no SIGPIPE here");
#endif
}

/* ---- statuses that others take ---- */

/* The system may know it all the same; if not, that is what is said. */
static void a_status_that_was_taken_is_not_made_up(void)
{
#ifdef SIGCHLD
    mito_popen_t *popen = NULL;
    int64_t code = 77;
    apr_status_t status;

    signal(SIGCHLD, SIG_IGN);
    MITO_ASSERT_OK(mito_popen_start(&popen,
        MITO_ARGV(HELPER("exit-code"), "3"), NULL, pool));
    status = mito_popen_wait(popen, MITO_FOREVER);
    if (status == APR_SUCCESS) {
        MITO_ASSERT_OK(mito_popen_exit_code(&code, popen));
        CU_ASSERT_EQUAL(code, 3);
    } else {
        MITO_ASSERT_STATUS(status, MITO_ELOST);
        MITO_ASSERT_STATUS(mito_popen_exit_code(&code, popen), MITO_ELOST);
        CU_ASSERT_EQUAL(code, 77);
    }
    MITO_ASSERT_OK(mito_popen_close(popen));
    signal(SIGCHLD, SIG_DFL);
#else
    mito_test_skip("there is no SIGCHLD here");
#endif
}

/* ---- many at once ---- */

/* mito_test_helper() is for one thread at a time. */
static const char *flood;

static void run_many(apr_status_t *status)
{
    apr_pool_t *own;
    int i;

    apr_pool_create_unmanaged_ex(&own, NULL, NULL);
    for (i = 0; i < 25 && *status == APR_SUCCESS; i++) {
        mito_completed_t *done;
        size_t size;

        *status = mito_run(&done, MITO_ARGV(flood, "1000", "1000"), &captured,
                           own);
        if (*status == APR_SUCCESS
            && (mito_completed_output(done, &size), size != 1000))
            *status = MITO_EMALFORMED;
    }
    apr_pool_destroy(own);
}

/* apr_thread_exit() leaves the thread's function without a return, which
 * the address sanitizer does not see: nothing else may be in that frame. */
static void (*volatile body)(apr_status_t *) = run_many;

static void *APR_THREAD_FUNC run_thread(apr_thread_t *thread, void *status)
{
    body(status);
    apr_thread_exit(thread, APR_SUCCESS);
    return NULL;
}

/* Eight threads run commands at the same time; a pipe's end that leaked
 * into another command would keep one of them from ending. */
static void threads_run_commands_at_once(void)
{
    enum { THREADS = 8 };
    apr_thread_t *threads[THREADS];
    apr_status_t statuses[THREADS] = {0};
    apr_status_t ignored;
    int i;

    flood = HELPER("flood");
    for (i = 0; i < THREADS; i++)
        MITO_ASSERT_OK(apr_thread_create(&threads[i], NULL, run_thread,
                                         &statuses[i], pool));
    for (i = 0; i < THREADS; i++) {
        apr_thread_join(&ignored, threads[i]);
        MITO_ASSERT_OK(statuses[i]);
    }
}

static void *APR_THREAD_FUNC wait_for_it(apr_thread_t *thread, void *opaque)
{
    mito_popen_t *popen = opaque;
    apr_status_t status = mito_popen_wait(popen, MITO_FOREVER);

    apr_thread_exit(thread, status);
    return NULL;
}

static void several_threads_wait_for_one_command(void)
{
    enum { THREADS = 4 };
    apr_thread_t *threads[THREADS];
    mito_popen_t *popen = NULL;
    apr_status_t status = APR_EGENERAL;
    int i;

    MITO_ASSERT_OK(mito_popen_start(&popen, MITO_ARGV(HELPER("hang")), NULL,
                                    pool));
    for (i = 0; i < THREADS; i++)
        MITO_ASSERT_OK(apr_thread_create(&threads[i], NULL, wait_for_it,
                                         popen, pool));
    MITO_ASSERT_OK(mito_popen_kill(popen, MITO_SCOPE_TREE));
    for (i = 0; i < THREADS; i++) {
        apr_thread_join(&status, threads[i]);
        MITO_ASSERT_OK(status);
    }
    MITO_ASSERT_OK(mito_popen_close(popen));
}

static const mito_test_t tests[] = {
    {"an_exit_code_comes_back", an_exit_code_comes_back, 0},
    {"check_turns_failure_into_an_error", check_turns_failure_into_an_error, 0},
    {"a_crash_shows_as_its_signal", a_crash_shows_as_its_signal, 0},
    {"a_kill_shows_as_signal_9", a_kill_shows_as_signal_9, 0},
    {"a_missing_program", a_missing_program, 0},
    {"an_empty_name", an_empty_name, 0},
    {"a_directory", a_directory, 0},
    {"a_file_that_is_no_program", a_file_that_is_no_program, 0},
    {"a_bad_working_directory", a_bad_working_directory, 0},
    {"contradictions_are_refused", contradictions_are_refused, 0},
    {"the_working_directory_is_entered", the_working_directory_is_entered, 0},
    {"the_environment_is_replaced", the_environment_is_replaced, 0},
    {"the_environment_is_inherited", the_environment_is_inherited, 0},
    {"an_empty_environment_is_possible", an_empty_environment_is_possible, 0},
    {"a_nameless_variable_is_refused", a_nameless_variable_is_refused, 0},
    {"the_executable_may_differ_from_argv",
     the_executable_may_differ_from_argv, 0},
    {"output_and_error_are_captured_apart",
     output_and_error_are_captured_apart, 0},
    {"nothing_captured_is_an_empty_string",
     nothing_captured_is_an_empty_string, 0},
    {"a_flood_on_both_streams_is_captured_whole",
     a_flood_on_both_streams_is_captured_whole, 60},
    {"the_error_stream_can_join_the_output",
     the_error_stream_can_join_the_output, 0},
    {"one_stream_can_be_discarded", one_stream_can_be_discarded, 0},
    {"no_input_reads_as_its_end", no_input_reads_as_its_end, 0},
    {"input_goes_through_whole", input_goes_through_whole, 60},
    {"input_that_nobody_reads_is_no_error",
     input_that_nobody_reads_is_no_error, 0},
    {"a_timeout_kills", a_timeout_kills, 0},
    {"a_timeout_holds_while_feeding", a_timeout_holds_while_feeding, 0},
    {"a_timeout_takes_the_descendants", a_timeout_takes_the_descendants, 0},
    {"communication_goes_on_after_a_timeout",
     communication_goes_on_after_a_timeout, 60},
    {"partial_output_is_at_hand", partial_output_is_at_hand, 0},
    {"input_without_a_pipe_is_refused", input_without_a_pipe_is_refused, 0},
    {"a_command_gets_no_other_descriptor",
     a_command_gets_no_other_descriptor, 0},
    {"a_command_holds_no_other_commands_pipe",
     a_command_holds_no_other_commands_pipe, 0},
    {"closed_streams_of_the_host_do_not_matter",
     closed_streams_of_the_host_do_not_matter, 0},
    {"signals_are_the_commands_own", signals_are_the_commands_own, 0},
    {"a_status_that_was_taken_is_not_made_up",
     a_status_that_was_taken_is_not_made_up, 0},
    {"threads_run_commands_at_once", threads_run_commands_at_once, 120},
    {"several_threads_wait_for_one_command",
     several_threads_wait_for_one_command, 0},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    if (mito_init(&argc, &argv, &pool) != APR_SUCCESS)
        return EXIT_FAILURE;
    return mito_test_main(argc, argv, "subprocess", tests);
}
