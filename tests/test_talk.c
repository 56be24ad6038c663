/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_talk: dialogues with a command while it runs: what is written reaches
 * it once and in order, what it writes is read by bytes and by lines, and no
 * timeout is overdrawn or loses anything, whatever the command does.
 */
#include "runner.h"

#include <mito.h>

#include <apr_thread_proc.h>

static apr_pool_t *pool;

#include "running.h"

#define SHORT apr_time_from_msec(50)

/* More than any pipe holds. */
#define MUCH 3000000

/* ---- reading ---- */

static void a_dialogue_goes_line_by_line(void)
{
    mito_popen_t *popen = start_piped(MITO_ARGV(HELPER("copy")));
    int i;

    for (i = 0; i < 500; i++)
        expect_echo(popen, apr_psprintf(pool, "line %d", i));
    MITO_ASSERT_OK(mito_popen_close_input(popen, SOON));
    CU_ASSERT_STRING_EQUAL(read_to_end(popen), "");
    expect_end(popen, 0);
    MITO_ASSERT_OK(mito_popen_close(popen));
}

static void reading_returns_what_there_is(void)
{
    mito_popen_t *popen = start_piped(MITO_ARGV(HELPER("copy")));
    char bytes[100];
    size_t count = 0;
    int i;

    for (i = 0; i < 3; i++) {
        MITO_ASSERT_OK(mito_popen_write(popen, "\0ab", 3, SOON));
        MITO_ASSERT_OK(mito_popen_read(&count, popen, MITO_STDOUT, bytes, 1,
                                       SOON));
        CU_ASSERT_EQUAL(count, 1);
        CU_ASSERT_EQUAL(bytes[0], 0);
        for (count = 0; count < 2;) {
            size_t more = 0;

            MITO_ASSERT_OK_FATAL(mito_popen_read(&more, popen, MITO_STDOUT,
                bytes + count, sizeof(bytes) - count, SOON));
            count += more;
        }
        CU_ASSERT_EQUAL(count, 2);
        CU_ASSERT_EQUAL(memcmp(bytes, "ab", 2), 0);
    }
    MITO_ASSERT_OK(mito_popen_close(popen));
}

static void the_end_is_told_again_and_again(void)
{
    mito_popen_t *popen = start_piped(MITO_ARGV(HELPER("exit-code"), "0"));
    const char *line = "untouched";
    size_t count = 99;
    char byte;
    int i;

    for (i = 0; i < 2; i++) {
        MITO_ASSERT_STATUS(mito_popen_read(&count, popen, MITO_STDOUT, &byte,
                                           1, SOON), APR_EOF);
        MITO_ASSERT_STATUS(mito_popen_read_line(&line, NULL, popen,
                                                MITO_STDOUT, SOON), APR_EOF);
    }
    CU_ASSERT_EQUAL(count, 99);
    CU_ASSERT_STRING_EQUAL(line, "untouched");
    MITO_ASSERT_OK(mito_popen_close(popen));
}

static void reading_keeps_its_time(void)
{
    mito_popen_t *popen = start_piped(MITO_ARGV(HELPER("hang")));
    apr_time_t begun = apr_time_now();
    const char *line;
    size_t count;
    char byte;

    MITO_ASSERT_STATUS(mito_popen_read(&count, popen, MITO_STDOUT, &byte, 1,
                                       SHORT), APR_TIMEUP);
    CU_ASSERT_TRUE(took_at_least(begun, SHORT));
    MITO_ASSERT_STATUS(mito_popen_read_line(&line, NULL, popen, MITO_STDOUT,
                                            SHORT), APR_TIMEUP);
    CU_ASSERT_TRUE(took_at_least(begun, 2 * SHORT));
    MITO_ASSERT_STATUS(mito_popen_read(&count, popen, MITO_STDOUT, &byte, 1,
                                       0), APR_TIMEUP);
    CU_ASSERT_TRUE(took_not_long(begun));
    MITO_ASSERT_OK(mito_popen_stop(popen, NULL));
    MITO_ASSERT_OK(mito_popen_close(popen));
}

/* Reads so many lines out of what `pieces` writes, going on to its next
 * piece when a line is not complete; each line and a bar are added. */
static const char *lines_of(const char *const *argv, size_t count)
{
    mito_popen_t *popen = start_piped(argv);
    const char *text = "";
    apr_status_t status;
    const char *line;
    size_t size;

    do {
        status = mito_popen_read_line(&line, &size, popen, MITO_STDOUT,
                                      SHORT);
        if (status == APR_TIMEUP) {
            MITO_ASSERT_OK_FATAL(mito_popen_write(popen, "\n", 1, SOON));
        } else if (status == APR_SUCCESS) {
            CU_ASSERT_EQUAL(line[size], '\0');
            CU_ASSERT_EQUAL(strlen(line), size);
            text = apr_pstrcat(pool, text, line, "|", NULL);
            count--;
        }
    } while (status == APR_SUCCESS || status == APR_TIMEUP);
    MITO_ASSERT_STATUS(status, APR_EOF);
    CU_ASSERT_EQUAL(count, 0);
    expect_end(popen, 0);
    MITO_ASSERT_OK(mito_popen_close(popen));
    return text;
}

/* "one\ntwo\n", then "thr", "ee\n", and "four" without an end; "abc", then
 * "d\ne\nf\n". */
static void lines_are_put_together(void)
{
    CU_ASSERT_STRING_EQUAL(
        lines_of(MITO_ARGV(HELPER("pieces"), "6f6e650a74776f0a", "746872",
                           "65650a", "666f7572"), 4),
        "one|two|three|four|");
    CU_ASSERT_STRING_EQUAL(
        lines_of(MITO_ARGV(HELPER("pieces"), "616263", "640a650a660a"), 3),
        "abcd|e|f|");
}

static void lines_may_be_empty(void)
{
    CU_ASSERT_STRING_EQUAL(
        lines_of(MITO_ARGV(HELPER("pieces"), "0a", "0a0a0d0a", "61", "0a"),
                 5),
        "||||a|");
}

/* "a\r" and "\nb\r\n"; a CR anywhere else is none's end. */
static void a_line_ends_with_or_without_a_return(void)
{
    CU_ASSERT_STRING_EQUAL(
        lines_of(MITO_ARGV(HELPER("pieces"), "610d", "0a620d0a", "630d640a",
                           "650d0d0a", "660d"), 5),
        "a|b|c\rd|e\r|f\r|");
}

static void a_line_may_hold_zeros(void)
{
    mito_popen_t *popen = start_piped(MITO_ARGV(HELPER("copy")));
    const char *line = "";
    size_t size = 0;

    MITO_ASSERT_OK(mito_popen_write(popen, "a\0b\0\nc\n", 7, SOON));
    MITO_ASSERT_OK(mito_popen_read_line(&line, &size, popen, MITO_STDOUT,
                                        SOON));
    CU_ASSERT_EQUAL_FATAL(size, 4);
    CU_ASSERT_EQUAL(memcmp(line, "a\0b\0", 5), 0);
    expect_line(popen, "c");
    MITO_ASSERT_OK(mito_popen_close(popen));
}

static void a_line_may_be_long(void)
{
    mito_popen_t *popen = start_piped(MITO_ARGV(HELPER("copy")));
    char *text = apr_palloc(pool, MUCH);
    const char *line = "";
    size_t size = 0;

    memset(text, 'x', MUCH);
    text[MUCH - 1] = '\n';
    MITO_ASSERT_OK(mito_popen_write(popen, text, MUCH, SOON));
    MITO_ASSERT_OK(mito_popen_read_line(&line, &size, popen, MITO_STDOUT,
                                        SOON));
    CU_ASSERT_EQUAL_FATAL(size, MUCH - 1);
    CU_ASSERT_EQUAL(memcmp(line, text, size), 0);
    MITO_ASSERT_OK(mito_popen_close(popen));
}

/* The one that is not read must not keep the other from being written. */
static void streams_are_read_apart(void)
{
    mito_popen_t *popen = start(
        MITO_ARGV(HELPER("flood"), "1000000", "1000000"),
        &(mito_command_options_t){.output = {.to = MITO_STREAM_PIPE},
                                  .error = {.to = MITO_STREAM_PIPE}});
    static const mito_standard_e order[] = {MITO_STDERR, MITO_STDOUT};
    char *bytes = apr_palloc(pool, 1000001);
    int i;

    for (i = 0; i < 2; i++) {
        size_t size = 0;
        size_t count = 0;
        apr_status_t status;

        while ((status = mito_popen_read(&count, popen, order[i],
                                         bytes + size, 1000001 - size, SOON))
               == APR_SUCCESS)
            size += count;
        MITO_ASSERT_STATUS(status, APR_EOF);
        CU_ASSERT_EQUAL(size, 1000000);
        CU_ASSERT_TRUE(counts_up(bytes, 0, size, i == 0 ? 241 : 251));
        CU_ASSERT_EQUAL(mito_popen_total(popen, order[i]), 1000000);
    }
    MITO_ASSERT_OK(mito_popen_close(popen));
}

/* ---- writing ---- */

static void much_is_written_and_read_in_turn(void)
{
    mito_popen_t *popen = start_piped(MITO_ARGV(HELPER("copy")));
    char *bytes = counting(MUCH);
    const char *output;
    size_t size = 0;

    MITO_ASSERT_OK(mito_popen_write(popen, bytes, MUCH, SOON));
    MITO_ASSERT_OK(mito_popen_close_input(popen, SOON));
    MITO_ASSERT_OK(mito_popen_communicate(popen, NULL, 0, SOON));
    output = mito_popen_output(popen, &size);
    CU_ASSERT_EQUAL_FATAL(size, MUCH);
    CU_ASSERT_EQUAL(memcmp(output, bytes, size), 0);
    MITO_ASSERT_OK(mito_popen_close(popen));
}

/* Writes much in pieces of an odd size, hardly ever in time. What timed out
 * is kept by the library and not given again. The bytes are the library's
 * own copy, as ours are overwritten. */
static void write_without_patience(mito_popen_t *popen, size_t *timeouts)
{
    static char piece[10007];
    size_t written = 0;

    *timeouts = 0;
    while (written < MUCH) {
        size_t size = MUCH - written < 10007 ? MUCH - written : 10007;
        apr_status_t status;
        size_t i;

        for (i = 0; i < size; i++)
            piece[i] = (char)((written + i) % 251);
        status = mito_popen_write(popen, piece, size, 0);
        if (status == APR_TIMEUP)
            ++*timeouts;
        else
            MITO_ASSERT_OK_FATAL(status);
        memset(piece, 'x', sizeof(piece));
        written += size;
    }
}

static void expect_all_of_it_once(mito_popen_t *popen)
{
    size_t size = 0;
    const char *output;

    MITO_ASSERT_OK(mito_popen_communicate(popen, NULL, 0, SOON));
    output = mito_popen_output(popen, &size);
    CU_ASSERT_EQUAL(size, MUCH);
    CU_ASSERT_TRUE(counts_up(output, 0, size, 251));
    CU_ASSERT_EQUAL(code_of(popen), 0);
}

/* A file that is locked, for which the helper waits before it reads. */
static apr_file_t *shut_gate(void)
{
    apr_file_t *gate = open_new("gate", "");

    MITO_ASSERT_OK_FATAL(apr_file_lock(gate, APR_FLOCK_EXCLUSIVE));
    return gate;
}

static void open_gate(apr_file_t *gate)
{
    MITO_ASSERT_OK(apr_file_unlock(gate));
}

static mito_popen_t *start_late_copy(apr_file_t *gate)
{
    const char *path;

    MITO_ASSERT_OK_FATAL(apr_file_name_get(&path, gate));
    return start_piped(MITO_ARGV(HELPER("late-copy"), path));
}

static void remove_gate(apr_file_t *gate)
{
    MITO_ASSERT_OK(apr_file_close(gate));
    MITO_ASSERT_OK(apr_file_remove(temporary("gate"), pool));
}

static void what_timed_out_is_written_once(void)
{
    apr_file_t *gate = shut_gate();
    mito_popen_t *popen = start_late_copy(gate);
    size_t timeouts;

    write_without_patience(popen, &timeouts);
    CU_ASSERT_TRUE(timeouts > 100);
    open_gate(gate);
    MITO_ASSERT_OK(mito_popen_write(popen, NULL, 0, SOON));
    MITO_ASSERT_OK(mito_popen_close_input(popen, SOON));
    expect_all_of_it_once(popen);
    MITO_ASSERT_OK(mito_popen_close(popen));
    remove_gate(gate);
}

/* Reading writes the rest as well. */
static void reading_writes_what_is_left(void)
{
    apr_file_t *gate = shut_gate();
    mito_popen_t *popen = start_late_copy(gate);
    char *bytes = apr_palloc(pool, MUCH);
    size_t size = 0;
    size_t timeouts;

    write_without_patience(popen, &timeouts);
    open_gate(gate);
    while (size < MUCH) {
        size_t count = 0;

        MITO_ASSERT_OK_FATAL(mito_popen_read(&count, popen, MITO_STDOUT,
                                             bytes + size, MUCH - size,
                                             SOON));
        size += count;
    }
    CU_ASSERT_TRUE(counts_up(bytes, 0, size, 251));
    MITO_ASSERT_OK(mito_popen_write(popen, NULL, 0, SOON));
    MITO_ASSERT_OK(mito_popen_close(popen));
    remove_gate(gate);
}

/* And so does communicating, before its own input. */
static void communicating_writes_what_is_left(void)
{
    apr_file_t *gate = shut_gate();
    mito_popen_t *popen = start_late_copy(gate);
    const char *output;
    size_t timeouts;
    size_t size = 0;

    write_without_patience(popen, &timeouts);
    MITO_ASSERT_STATUS(mito_popen_communicate(popen, "and more", 8, SHORT),
                       APR_TIMEUP);
    open_gate(gate);
    MITO_ASSERT_OK(mito_popen_communicate(popen, NULL, 0, SOON));
    output = mito_popen_output(popen, &size);
    CU_ASSERT_EQUAL_FATAL(size, MUCH + 8);
    CU_ASSERT_TRUE(counts_up(output, 0, MUCH, 251));
    CU_ASSERT_EQUAL(memcmp(output + MUCH, "and more", 8), 0);
    MITO_ASSERT_OK(mito_popen_close(popen));
    remove_gate(gate);
}

/* ---- commands that do not listen, or do not stop ---- */

static void a_command_that_never_reads(void)
{
    mito_popen_t *popen = start_piped(MITO_ARGV(HELPER("hang")));
    const char *bytes = counting(MUCH);
    apr_time_t begun = apr_time_now();

    MITO_ASSERT_STATUS(mito_popen_write(popen, bytes, MUCH, SHORT),
                       APR_TIMEUP);
    CU_ASSERT_TRUE(took_at_least(begun, SHORT));
    MITO_ASSERT_STATUS(mito_popen_close_input(popen, SHORT), APR_TIMEUP);
    CU_ASSERT_TRUE(took_at_least(begun, 2 * SHORT));
    /* So the input is not closed. */
    MITO_ASSERT_STATUS(mito_popen_write(popen, "x", 1, 0), APR_TIMEUP);
    MITO_ASSERT_STATUS(mito_popen_communicate(popen, bytes, MUCH, SHORT),
                       APR_TIMEUP);
    CU_ASSERT_TRUE(took_at_least(begun, 3 * SHORT));
    MITO_ASSERT_STATUS(mito_popen_communicate(popen, bytes, MUCH, SHORT),
                       APR_TIMEUP);
    CU_ASSERT_TRUE(took_at_least(begun, 4 * SHORT));
    CU_ASSERT_TRUE(took_not_long(begun));
    MITO_ASSERT_OK(mito_popen_stop(popen, NULL));
    MITO_ASSERT_OK(mito_popen_communicate(popen, NULL, 0, SOON));
    MITO_ASSERT_OK(mito_popen_close(popen));
}

static void a_command_that_never_stops_writing(void)
{
    static const size_t limits[] = {0, 1000};
    size_t i;

    for (i = 0; i < 2; i++) {
        mito_popen_t *popen = start(
            MITO_ARGV(HELPER("flood"), "1000000000000", "0"),
            &(mito_command_options_t){
                .input = {.to = MITO_STREAM_PIPE},
                .output = {.to = MITO_STREAM_PIPE, .limit = limits[i]}});
        apr_time_t begun = apr_time_now();
        size_t size = 0;

        MITO_ASSERT_STATUS(mito_popen_write(popen, counting(MUCH), MUCH,
                                            SHORT), APR_TIMEUP);
        MITO_ASSERT_STATUS(mito_popen_communicate(popen, NULL, 0, SHORT),
                           APR_TIMEUP);
        CU_ASSERT_TRUE(took_at_least(begun, 2 * SHORT));
        CU_ASSERT_TRUE(took_not_long(begun));
        CU_ASSERT_TRUE(counts_up(mito_popen_output(popen, &size), 0, size,
                                 251));
        CU_ASSERT_TRUE(mito_popen_total(popen, MITO_STDOUT) > 1000);
        if (limits[i] != 0)
            CU_ASSERT_EQUAL(size, limits[i]);
        MITO_ASSERT_OK(mito_popen_stop(popen, NULL));
        MITO_ASSERT_OK(mito_popen_close(popen));
    }
}

/* mito_run() too, which then has what was written by then. */
static void running_one_that_never_stops_writing(void)
{
    mito_completed_t *done = NULL;
    apr_time_t begun = apr_time_now();
    size_t size = 0;

    MITO_ASSERT_STATUS(mito_run(&done,
        MITO_ARGV(HELPER("flood"), "1000000000000", "1000000000000"),
        &(mito_run_options_t){
            .command.output = {.to = MITO_STREAM_PIPE, .limit = 100000},
            .command.error = {.to = MITO_STREAM_PIPE, .limit = 1},
            .timeout = apr_time_from_msec(200)}, pool), APR_TIMEUP);
    CU_ASSERT_TRUE(took_not_long(begun));
    CU_ASSERT_PTR_NOT_NULL_FATAL(done);
    CU_ASSERT_TRUE(counts_up(mito_completed_output(done, &size), 0, size,
                             251));
    CU_ASSERT_TRUE(size <= 100000);
    CU_ASSERT_TRUE(mito_completed_total(done, MITO_STDOUT) >= size);
}

static void a_command_that_closes_its_input(void)
{
    mito_popen_t *popen = start_piped(MITO_ARGV(HELPER("deaf"), "stay"));
    const char *bytes = counting(MUCH);

    expect_line(popen, "deaf");
    MITO_ASSERT_STATUS(mito_popen_write(popen, bytes, MUCH, SOON), APR_EOF);
    MITO_ASSERT_STATUS(mito_popen_write(popen, bytes, 1, SOON), APR_EOF);
    MITO_ASSERT_STATUS(mito_popen_poll(NULL, popen), APR_CHILD_NOTDONE);
    MITO_ASSERT_OK(mito_popen_close_input(popen, SOON));
    MITO_ASSERT_OK(mito_popen_stop(popen, NULL));
    MITO_ASSERT_OK(mito_popen_close(popen));
}

/* To communicate the same is no error: the rest of the input is nobody's. */
static void input_that_is_refused_does_not_end_communication(void)
{
    mito_completed_t *done = NULL;
    size_t size = 0;

    MITO_ASSERT_OK(mito_run(&done, MITO_ARGV(HELPER("deaf")),
        &(mito_run_options_t){.capture_output = 1, .input = counting(MUCH),
                              .input_size = MUCH}, pool));
    CU_ASSERT_EQUAL(mito_completed_exit_code(done), 5);
    mito_completed_output(done, &size);
    CU_ASSERT_EQUAL(size, 1000005);
}

/* ---- all together ---- */

static void communicating_goes_on_after_a_dialogue(void)
{
    mito_popen_t *popen = start_piped(MITO_ARGV(HELPER("copy")));
    const char *output;
    size_t size = 0;

    expect_echo(popen, "hello");
    MITO_ASSERT_OK(mito_popen_write(popen, "a\nb", 3, SOON));
    expect_line(popen, "a");
    MITO_ASSERT_OK(mito_popen_communicate(popen, "cd", 2, SOON));
    output = mito_popen_output(popen, &size);
    CU_ASSERT_EQUAL(size, 3);
    CU_ASSERT_STRING_EQUAL(output, "bcd");
    CU_ASSERT_EQUAL(mito_popen_total(popen, MITO_STDOUT), 11);
    MITO_ASSERT_OK(mito_popen_close(popen));
}

static void what_was_captured_can_be_read(void)
{
    mito_popen_t *popen = start_piped(MITO_ARGV(HELPER("copy")));

    MITO_ASSERT_OK(mito_popen_communicate(popen, "one\ntwo\nthree", 13,
                                          SOON));
    expect_line(popen, "one");
    CU_ASSERT_STRING_EQUAL(mito_popen_output(popen, NULL), "two\nthree");
    expect_line(popen, "two");
    CU_ASSERT_STRING_EQUAL(read_to_end(popen), "three");
    CU_ASSERT_STRING_EQUAL(mito_popen_output(popen, NULL), "");
    MITO_ASSERT_OK(mito_popen_close(popen));
}

/* The reader has begun to wait before there is anything to be read. */
static void *APR_THREAD_FUNC read_a_line(apr_thread_t *thread, void *opaque)
{
    const char *line = "";
    apr_status_t status = mito_popen_read_line(&line, NULL, opaque,
                                               MITO_STDOUT, SOON);

    if (status == APR_SUCCESS && strcmp(line, "from elsewhere") != 0)
        status = MITO_EMALFORMED;
    apr_thread_exit(thread, status);
    return NULL;
}

static void one_thread_reads_while_another_writes(void)
{
    mito_popen_t *popen = start_piped(MITO_ARGV(HELPER("copy")));
    apr_thread_t *thread = NULL;
    apr_time_t begun = apr_time_now();
    apr_status_t status = APR_EGENERAL;

    MITO_ASSERT_OK_FATAL(apr_thread_create(&thread, NULL, read_a_line, popen,
                                           pool));
    /* Nobody can see that a thread waits in a call. It works in any order;
     * this makes the one that is meant more than likely. */
    apr_sleep(SHORT);
    MITO_ASSERT_OK(mito_popen_write(popen, "from elsewhere\n", 15,
                                    SOON / 2));
    apr_thread_join(&status, thread);
    MITO_ASSERT_OK(status);
    CU_ASSERT_TRUE(apr_time_now() - begun < SOON / 2);
    MITO_ASSERT_OK(mito_popen_close(popen));
}

/* ---- misuse ---- */

static void streams_without_a_pipe_are_refused(void)
{
    mito_popen_t *popen = start(MITO_ARGV(HELPER("exit-code"), "0"), NULL);
    const char *line = "untouched";
    apr_file_t *file = NULL;
    size_t count = 99;
    char byte;

    MITO_ASSERT_STATUS(mito_popen_write(popen, "x", 1, SOON), MITO_EINVAL);
    MITO_ASSERT_STATUS(mito_popen_close_input(popen, SOON), MITO_EINVAL);
    MITO_ASSERT_STATUS(mito_popen_read(&count, popen, MITO_STDOUT, &byte, 1,
                                       SOON), MITO_EINVAL);
    MITO_ASSERT_STATUS(mito_popen_read_line(&line, NULL, popen, MITO_STDERR,
                                            SOON), MITO_EINVAL);
    MITO_ASSERT_STATUS(mito_popen_file(&file, popen, MITO_STDOUT),
                       MITO_EINVAL);
    CU_ASSERT_EQUAL(count, 99);
    CU_ASSERT_STRING_EQUAL(line, "untouched");
    CU_ASSERT_PTR_NULL(file);
    CU_ASSERT_STRING_EQUAL(mito_popen_output(popen, NULL), "");
    CU_ASSERT_EQUAL(mito_popen_total(popen, MITO_STDOUT), 0);
    CU_ASSERT_PTR_NULL(mito_popen_spilled(popen, MITO_STDOUT));
    MITO_ASSERT_OK(mito_popen_close(popen));
}

static void the_wrong_stream_is_refused(void)
{
    mito_popen_t *popen = start_piped(MITO_ARGV(HELPER("copy")));
    const char *line;
    size_t count;
    char byte;

    MITO_ASSERT_STATUS(mito_popen_read(&count, popen, MITO_STDIN, &byte, 1,
                                       SOON), MITO_EINVAL);
    MITO_ASSERT_STATUS(mito_popen_read(&count, popen, (mito_standard_e)3,
                                       &byte, 1, SOON), MITO_EINVAL);
    MITO_ASSERT_STATUS(mito_popen_read(&count, popen, (mito_standard_e)-1,
                                       &byte, 1, SOON), MITO_EINVAL);
    MITO_ASSERT_STATUS(mito_popen_read_line(&line, NULL, popen, MITO_STDIN,
                                            SOON), MITO_EINVAL);
    CU_ASSERT_EQUAL(mito_popen_total(popen, MITO_STDIN), 0);
    expect_echo(popen, "nothing happened");
    MITO_ASSERT_OK(mito_popen_close(popen));
}

static void a_closed_input_takes_nothing(void)
{
    mito_popen_t *popen = start_piped(MITO_ARGV(HELPER("copy")));

    MITO_ASSERT_OK(mito_popen_close_input(popen, SOON));
    MITO_ASSERT_STATUS(mito_popen_write(popen, "x", 1, SOON), MITO_ECLOSED);
    CU_ASSERT_STRING_EQUAL(read_to_end(popen), "");
    MITO_ASSERT_OK(mito_popen_communicate(popen, NULL, 0, SOON));
    CU_ASSERT_EQUAL(code_of(popen), 0);
    MITO_ASSERT_OK(mito_popen_close(popen));
}

static void a_closed_command_does_not_talk(void)
{
    mito_popen_t *popen = start_piped(MITO_ARGV(HELPER("copy")));
    const char *line;
    size_t count;
    char byte;

    MITO_ASSERT_OK(mito_popen_close(popen));
    MITO_ASSERT_STATUS(mito_popen_write(popen, "x", 1, SOON), MITO_ECLOSED);
    MITO_ASSERT_STATUS(mito_popen_close_input(popen, SOON), MITO_ECLOSED);
    MITO_ASSERT_STATUS(mito_popen_read(&count, popen, MITO_STDOUT, &byte, 1,
                                       SOON), MITO_ECLOSED);
    MITO_ASSERT_STATUS(mito_popen_read_line(&line, NULL, popen, MITO_STDOUT,
                                            SOON), MITO_ECLOSED);
    MITO_ASSERT_STATUS(mito_popen_communicate(popen, NULL, 0, SOON),
                       MITO_ECLOSED);
    CU_ASSERT_STRING_EQUAL(mito_popen_output(popen, NULL), "");
}

static const mito_test_t tests[] = {
    {"a_dialogue_goes_line_by_line", a_dialogue_goes_line_by_line, 0},
    {"reading_returns_what_there_is", reading_returns_what_there_is, 0},
    {"the_end_is_told_again_and_again", the_end_is_told_again_and_again, 0},
    {"reading_keeps_its_time", reading_keeps_its_time, 0},
    {"lines_are_put_together", lines_are_put_together, 0},
    {"lines_may_be_empty", lines_may_be_empty, 0},
    {"a_line_ends_with_or_without_a_return",
     a_line_ends_with_or_without_a_return, 0},
    {"a_line_may_hold_zeros", a_line_may_hold_zeros, 0},
    {"a_line_may_be_long", a_line_may_be_long, 0},
    {"streams_are_read_apart", streams_are_read_apart, 0},
    {"much_is_written_and_read_in_turn", much_is_written_and_read_in_turn,
     60},
    {"what_timed_out_is_written_once", what_timed_out_is_written_once, 60},
    {"reading_writes_what_is_left", reading_writes_what_is_left, 60},
    {"communicating_writes_what_is_left", communicating_writes_what_is_left,
     60},
    {"a_command_that_never_reads", a_command_that_never_reads, 0},
    {"a_command_that_never_stops_writing",
     a_command_that_never_stops_writing, 60},
    {"running_one_that_never_stops_writing",
     running_one_that_never_stops_writing, 60},
    {"a_command_that_closes_its_input", a_command_that_closes_its_input, 0},
    {"input_that_is_refused_does_not_end_communication",
     input_that_is_refused_does_not_end_communication, 0},
    {"communicating_goes_on_after_a_dialogue",
     communicating_goes_on_after_a_dialogue, 0},
    {"what_was_captured_can_be_read", what_was_captured_can_be_read, 0},
    {"one_thread_reads_while_another_writes",
     one_thread_reads_while_another_writes, 30},
    {"streams_without_a_pipe_are_refused",
     streams_without_a_pipe_are_refused, 0},
    {"the_wrong_stream_is_refused", the_wrong_stream_is_refused, 0},
    {"a_closed_input_takes_nothing", a_closed_input_takes_nothing, 0},
    {"a_closed_command_does_not_talk", a_closed_command_does_not_talk, 0},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    if (mito_init(&argc, &argv, &pool) != APR_SUCCESS)
        return EXIT_FAILURE;
    return mito_test_main(argc, argv, "talk", tests);
}
