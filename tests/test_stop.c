/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_stop: how commands are brought to their end: by signals, by the steps
 * of a stop, by a timeout, with their pool. What becomes of their descendants
 * has a program of its own, test_tree.
 */
#include "runner.h"

#include <mito.h>

#include <signal.h>

static apr_pool_t *pool;

#include "running.h"

#define SHORT apr_time_from_msec(60)
#define LONG apr_time_from_sec(60)

/* What a command says of itself that was asked to end by SIGTERM; Windows
 * does not ask. */
static const char *farewell(void)
{
    return on_posix() ? "terminated\n" : "";
}

static mito_popen_t *start_polite(const mito_command_options_t *options)
{
    mito_popen_t *popen = start(MITO_ARGV(HELPER("polite")), options);

    expect_line(popen, "started");
    return popen;
}

static const mito_command_options_t drained = {
    .output = {.to = MITO_STREAM_PIPE}};

static mito_popen_t *start_stubborn(void)
{
    mito_popen_t *popen = start(MITO_ARGV(HELPER("stubborn")), &drained);

    expect_line(popen, "started");
    return popen;
}

/* ---- signals ---- */

static void a_command_is_asked_to_end(void)
{
    static const mito_scope_e scopes[] = {MITO_SCOPE_PROCESS,
                                          MITO_SCOPE_TREE};
    size_t i;

    for (i = 0; i < 2; i++) {
        mito_popen_t *popen = start_polite(&drained);

        MITO_ASSERT_OK(mito_popen_terminate(popen, scopes[i]));
        CU_ASSERT_STRING_EQUAL(without_returns(read_to_end(popen)),
                               farewell());
        expect_end(popen, on_posix() ? 7 : -15);
        MITO_ASSERT_OK(mito_popen_close(popen));
    }
}

static void a_command_is_killed(void)
{
    static const mito_scope_e scopes[] = {MITO_SCOPE_PROCESS,
                                          MITO_SCOPE_TREE};
    size_t i;

    for (i = 0; i < 2; i++) {
        mito_popen_t *popen = start_stubborn();

        MITO_ASSERT_OK(mito_popen_kill(popen, scopes[i]));
        CU_ASSERT_STRING_EQUAL(read_to_end(popen), "");
        expect_end(popen, -9);
        MITO_ASSERT_OK(mito_popen_close(popen));
    }
}

static void any_signal_can_be_sent(void)
{
#ifdef SIGUSR1
    static const int numbers[] = {SIGUSR1, SIGALRM, SIGHUP};
    size_t i;

    for (i = 0; i < 3; i++) {
        mito_popen_t *popen = start(MITO_ARGV(HELPER("hang")), NULL);

        MITO_ASSERT_OK(mito_popen_send_signal(popen, 0, MITO_SCOPE_TREE));
        MITO_ASSERT_OK(mito_popen_send_signal(popen, 0, MITO_SCOPE_PROCESS));
        MITO_ASSERT_OK(mito_popen_send_signal(popen, numbers[i],
                                              MITO_SCOPE_PROCESS));
        expect_end(popen, -numbers[i]);
        MITO_ASSERT_OK(mito_popen_close(popen));
    }
#else
    mito_test_skip("there are no such signals here");
#endif
}

static void a_signal_that_there_is_not_is_refused(void)
{
    const apr_status_t refused = on_posix() ? MITO_EINVAL : MITO_ENOTSUP;
    mito_popen_t *popen = start(MITO_ARGV(HELPER("hang")), NULL);

    MITO_ASSERT_STATUS(mito_popen_send_signal(popen, 4711,
                                              MITO_SCOPE_PROCESS), refused);
    MITO_ASSERT_STATUS(mito_popen_send_signal(popen, 4711, MITO_SCOPE_TREE),
                       refused);
    MITO_ASSERT_STATUS(mito_popen_send_signal(popen, -1, MITO_SCOPE_PROCESS),
                       refused);
    MITO_ASSERT_STATUS(mito_popen_send_signal(popen, 9, (mito_scope_e)7),
                       MITO_EINVAL);
    MITO_ASSERT_STATUS(mito_popen_kill(popen, MITO_SCOPE_GROUP), refused);
    MITO_ASSERT_STATUS(mito_popen_poll(NULL, popen), APR_CHILD_NOTDONE);
    MITO_ASSERT_OK(mito_popen_stop(popen, NULL));
    MITO_ASSERT_OK(mito_popen_close(popen));
}

/* First before mito has learnt of its end, then after. */
static void a_command_that_has_ended_is_left_alone(void)
{
    mito_popen_t *popen = start(MITO_ARGV(HELPER("exit-code"), "3"), NULL);
    int i;

    await_end(mito_popen_pid(popen));
    if (!on_posix())
        MITO_ASSERT_OK(mito_popen_wait(popen, SOON));
    for (i = 0; i < 2; i++) {
        MITO_ASSERT_OK(mito_popen_send_signal(popen, 0, MITO_SCOPE_TREE));
        MITO_ASSERT_OK(mito_popen_terminate(popen, MITO_SCOPE_PROCESS));
        MITO_ASSERT_OK(mito_popen_terminate(popen, MITO_SCOPE_TREE));
        MITO_ASSERT_OK(mito_popen_kill(popen, MITO_SCOPE_PROCESS));
        MITO_ASSERT_OK(mito_popen_kill(popen, MITO_SCOPE_TREE));
        MITO_ASSERT_OK(mito_popen_stop(popen, NULL));
        expect_end(popen, 3);
    }
    MITO_ASSERT_OK(mito_popen_close(popen));
}

/* ---- the steps of a stop ---- */

/* Stops it and returns its exit code. */
static int64_t stop(mito_popen_t *popen, const mito_stop_t *steps)
{
    int64_t code;

    MITO_ASSERT_OK(mito_popen_stop(popen, steps));
    code = code_of(popen);
    MITO_ASSERT_OK(mito_popen_stop(popen, steps));
    MITO_ASSERT_OK(mito_popen_close(popen));
    return code;
}

static void without_steps_it_is_killed(void)
{
    static const mito_stop_t none;

    CU_ASSERT_EQUAL(stop(start_stubborn(), NULL), -9);
    CU_ASSERT_EQUAL(stop(start_stubborn(), &none), -9);
}

static void a_step_ends_with_the_command(void)
{
    static const mito_stop_t ask = {
        .steps = {{MITO_STOP_TERMINATE, LONG}, {MITO_STOP_KILL, LONG}}};
    apr_time_t begun = apr_time_now();
    mito_popen_t *popen = start_polite(&drained);

    MITO_ASSERT_OK(mito_popen_stop(popen, &ask));
    CU_ASSERT_STRING_EQUAL(without_returns(read_to_end(popen)), farewell());
    CU_ASSERT_EQUAL(stop(popen, &ask), on_posix() ? 7 : -15);
    CU_ASSERT_TRUE(took_not_long(begun));
}

/* It takes its time, but less than its grace. */
static void a_command_has_its_grace(void)
{
    static const mito_stop_t ask = {.steps = {{MITO_STOP_TERMINATE, LONG}}};
    mito_popen_t *popen = start(MITO_ARGV(HELPER("polite"), "200"), &drained);

    expect_line(popen, "started");
    CU_ASSERT_EQUAL(stop(popen, &ask), on_posix() ? 7 : -15);
}

static void the_end_may_be_waited_for(void)
{
    static const mito_stop_t wait = {
        .steps = {{MITO_STOP_WAIT, LONG}, {MITO_STOP_KILL, LONG}}};
    static const mito_stop_t hurry = {.steps = {{MITO_STOP_WAIT, SHORT}}};
    apr_time_t begun = apr_time_now();

    CU_ASSERT_EQUAL(stop(start(MITO_ARGV(HELPER("exit-code"), "3"), NULL),
                         &wait), 3);
    CU_ASSERT_TRUE(took_not_long(begun));
    begun = apr_time_now();
    CU_ASSERT_EQUAL(stop(start_stubborn(), &hurry), -9);
    CU_ASSERT_TRUE(took_at_least(begun, SHORT));
    CU_ASSERT_TRUE(took_not_long(begun));
}

static void what_ignores_a_step_is_taken_by_the_next(void)
{
    static const mito_stop_t steps = {
        .steps = {{MITO_STOP_WAIT, SHORT}, {MITO_STOP_INTERRUPT, SHORT},
                  {MITO_STOP_TERMINATE, SHORT}}};
    apr_time_t begun;
    mito_popen_t *popen;

    popen = start_stubborn();
    begun = apr_time_now();
    CU_ASSERT_EQUAL(stop(popen, &steps), on_posix() ? -9 : -15);
    /* A step that the platform lacks takes no time. */
    CU_ASSERT_TRUE(took_at_least(begun, (on_posix() ? 3 : 1) * SHORT));
    CU_ASSERT_TRUE(took_not_long(begun));
    popen = start_stubborn();
    CU_ASSERT_EQUAL(stop(popen, &(mito_stop_t){
        .steps = {{MITO_STOP_WAIT, SHORT}, {MITO_STOP_KILL, LONG},
                  {MITO_STOP_TERMINATE, LONG}}}), -9);
}

static void steps_come_in_their_order(void)
{
    mito_popen_t *popen;

    if (!on_posix()) {
        mito_test_skip("Ctrl-Break needs a console");
        return;
    }
    popen = start_polite(&drained);
    MITO_ASSERT_OK(mito_popen_stop(popen, &(mito_stop_t){
        .steps = {{MITO_STOP_INTERRUPT, LONG}, {MITO_STOP_TERMINATE, LONG},
                  {MITO_STOP_KILL, LONG}}}));
    CU_ASSERT_STRING_EQUAL(read_to_end(popen), "interrupted\n");
    CU_ASSERT_EQUAL(stop(popen, NULL), 7);
}

/* What follows the first empty step is not looked at. */
static void an_empty_step_is_the_last(void)
{
    static const mito_stop_t steps = {
        .steps = {{MITO_STOP_NONE, LONG}, {MITO_STOP_WAIT, LONG}}};
    apr_time_t begun = apr_time_now();

    CU_ASSERT_EQUAL(stop(start_stubborn(), &steps), -9);
    CU_ASSERT_TRUE(took_not_long(begun));
}

/* It has more to say than its pipe holds, and would wait for its reader. */
static void a_stop_drains_the_output(void)
{
    static const mito_stop_t wait = {.steps = {{MITO_STOP_WAIT, LONG}}};
    mito_popen_t *popen = start(
        MITO_ARGV(HELPER("flood"), "3000000", "3000000"),
        &(mito_command_options_t){.output = {.to = MITO_STREAM_PIPE},
                                  .error = {.to = MITO_STREAM_PIPE}});
    apr_time_t begun = apr_time_now();
    size_t size = 0;

    MITO_ASSERT_OK(mito_popen_stop(popen, &wait));
    CU_ASSERT_EQUAL(code_of(popen), 0);
    CU_ASSERT_TRUE(took_not_long(begun));
    MITO_ASSERT_OK(mito_popen_communicate(popen, NULL, 0, SOON));
    CU_ASSERT_TRUE(counts_up(mito_popen_output(popen, &size), 0, 3000000,
                             251));
    CU_ASSERT_EQUAL(size, 3000000);
    MITO_ASSERT_OK(mito_popen_close(popen));
}

static void a_stop_without_a_meaning_is_refused(void)
{
    static const mito_stop_t wrong[] = {
        {.steps = {{(mito_stop_e)9, 0}}},
        {.steps = {{MITO_STOP_WAIT, 0}, {(mito_stop_e)-1, 0}}},
        {.scope = (mito_scope_e)9}};
    mito_popen_t *popen = start(MITO_ARGV(HELPER("hang")), NULL);
    mito_popen_t *other = NULL;
    size_t i;

    for (i = 0; i < 3; i++) {
        MITO_ASSERT_STATUS(mito_popen_stop(popen, &wrong[i]), MITO_EINVAL);
        MITO_ASSERT_STATUS(mito_popen_start(&other,
            MITO_ARGV(HELPER("hang")),
            &(mito_command_options_t){.stop = wrong[i]}, pool), MITO_EINVAL);
    }
    CU_ASSERT_PTR_NULL(other);
    MITO_ASSERT_STATUS(mito_popen_poll(NULL, popen), APR_CHILD_NOTDONE);
    CU_ASSERT_EQUAL(stop(popen, NULL), -9);
}

/* ---- the steps that a command was started with ---- */

static void a_stop_takes_the_commands_own_steps(void)
{
    const mito_command_options_t asked = {
        .output = {.to = MITO_STREAM_PIPE},
        .stop = {.steps = {{MITO_STOP_TERMINATE, LONG}}}};
    mito_popen_t *popen = start_polite(&asked);

    CU_ASSERT_EQUAL(stop(popen, NULL), on_posix() ? 7 : -15);
}

/* Its time is up before it has started or after; then it has its grace. */
static void a_timeout_takes_the_commands_own_steps(void)
{
    mito_completed_t *done = NULL;
    apr_interval_time_t timeout = apr_time_from_msec(200);
    const char *output = "";

    while (strstr(output, "started") == NULL) {
        MITO_ASSERT_STATUS_FATAL(mito_run(&done, MITO_ARGV(HELPER("polite")),
            &(mito_run_options_t){
                .capture_output = 1, .timeout = timeout,
                .command.stop = {.steps = {{MITO_STOP_TERMINATE, LONG}}}},
            pool), APR_TIMEUP);
        output = without_returns(mito_completed_output(done, NULL));
        timeout *= 2;
    }
    CU_ASSERT_EQUAL(mito_completed_exit_code(done), on_posix() ? 7 : -15);
    CU_ASSERT_STRING_EQUAL(output, apr_pstrcat(pool, "started\n", farewell(),
                                               NULL));
}

/* Starts it with its output in a pipe of the test's, and waits until it has
 * said that it has started. */
static apr_file_t *start_with_own_pipe(const char *name,
                                       const mito_stop_t *stop,
                                       apr_pool_t *own)
{
    mito_popen_t *popen = NULL;
    apr_file_t *reader = NULL;
    apr_file_t *writer = NULL;
    char line[20];

    MITO_ASSERT_OK_FATAL(apr_file_pipe_create(&reader, &writer, pool));
    MITO_ASSERT_OK_FATAL(mito_popen_start(&popen, MITO_ARGV(HELPER(name)),
        &(mito_command_options_t){
            .output = {.to = MITO_STREAM_FILE, .file = writer},
            .stop = *stop}, own));
    MITO_ASSERT_OK(apr_file_close(writer));
    MITO_ASSERT_OK(apr_file_gets(line, sizeof(line), reader));
    return reader;
}

/* The steps are asked for by the one, and killed is the other. */
static void a_pool_takes_its_commands_along(void)
{
    static const mito_stop_t ask = {.steps = {{MITO_STOP_TERMINATE, LONG}}};
    static const mito_stop_t kill;
    apr_time_t begun = apr_time_now();
    apr_file_t *polite;
    apr_file_t *stubborn;
    apr_pool_t *own;
    char byte;

    MITO_ASSERT_OK_FATAL(apr_pool_create(&own, pool));
    polite = start_with_own_pipe("polite", &ask, own);
    stubborn = start_with_own_pipe("stubborn", &kill, own);
    apr_pool_destroy(own);
    CU_ASSERT_STRING_EQUAL(without_returns(read_and_close(polite)),
                           farewell());
    MITO_ASSERT_STATUS(apr_file_getc(&byte, stubborn), APR_EOF);
    CU_ASSERT_TRUE(took_not_long(begun));
    MITO_ASSERT_OK(apr_file_close(stubborn));
}

static const mito_test_t tests[] = {
    {"a_command_is_asked_to_end", a_command_is_asked_to_end, 0},
    {"a_command_is_killed", a_command_is_killed, 0},
    {"any_signal_can_be_sent", any_signal_can_be_sent, 0},
    {"a_signal_that_there_is_not_is_refused",
     a_signal_that_there_is_not_is_refused, 0},
    {"a_command_that_has_ended_is_left_alone",
     a_command_that_has_ended_is_left_alone, 0},
    {"without_steps_it_is_killed", without_steps_it_is_killed, 0},
    {"a_step_ends_with_the_command", a_step_ends_with_the_command, 0},
    {"a_command_has_its_grace", a_command_has_its_grace, 0},
    {"the_end_may_be_waited_for", the_end_may_be_waited_for, 0},
    {"what_ignores_a_step_is_taken_by_the_next",
     what_ignores_a_step_is_taken_by_the_next, 0},
    {"steps_come_in_their_order", steps_come_in_their_order, 0},
    {"an_empty_step_is_the_last", an_empty_step_is_the_last, 0},
    {"a_stop_drains_the_output", a_stop_drains_the_output, 0},
    {"a_stop_without_a_meaning_is_refused",
     a_stop_without_a_meaning_is_refused, 0},
    {"a_stop_takes_the_commands_own_steps",
     a_stop_takes_the_commands_own_steps, 0},
    {"a_timeout_takes_the_commands_own_steps",
     a_timeout_takes_the_commands_own_steps, 60},
    {"a_pool_takes_its_commands_along", a_pool_takes_its_commands_along, 0},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    if (mito_init(&argc, &argv, &pool) != APR_SUCCESS)
        return EXIT_FAILURE;
    return mito_test_main(argc, argv, "stop", tests);
}
