/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_receivers: a command's output, handed out as chunks or as whole
 * lines, whatever the borders of the reads are, and what a receiver may do.
 */
#include "runner.h"

#include <mito.h>

#include <ctype.h>

static apr_pool_t *pool;

#include "running.h"

/* Everything that a receiver was given, in a form that a test can compare:
 * `one|tw\0o|` for two lines, the second of which holds a 0. */
typedef struct seen_t {
    char text[4000];
    size_t size;
    size_t count;
    size_t bytes;
    size_t longest;
    size_t fail_at;         /* fails when it is called so often */
    mito_popen_t *kill_it;  /* when it is called */
    apr_file_t *file;       /* gets a byte each time */
} seen_t;

static void note(seen_t *seen, const char *text)
{
    size_t size = strlen(text);

    if (seen->size + size >= sizeof(seen->text))
        return;
    memcpy(seen->text + seen->size, text, size);
    seen->size += size;
}

static void note_byte(seen_t *seen, unsigned char byte)
{
    char text[8];

    snprintf(text, sizeof(text), isprint(byte) ? "%c" : "\\%x", byte);
    note(seen, text);
}

static apr_status_t look(void *opaque, const char *bytes, size_t size)
{
    seen_t *seen = opaque;
    size_t i;

    for (i = 0; i < size && size < 100; i++)
        note_byte(seen, (unsigned char)bytes[i]);
    note(seen, "|");
    seen->bytes += size;
    seen->longest = size > seen->longest ? size : seen->longest;
    seen->count++;
    if (seen->kill_it != NULL)
        MITO_ASSERT_OK(mito_popen_kill(seen->kill_it, MITO_SCOPE_PROCESS));
    if (seen->file != NULL)
        MITO_ASSERT_OK(apr_file_putc('\n', seen->file));
    return seen->count == seen->fail_at ? APR_FROM_OS_ERROR(1)
                                        : APR_SUCCESS;
}

/* Lines end in a 0 that does not count. */
static apr_status_t look_at_line(void *opaque, const char *bytes,
                                 size_t size)
{
    CU_ASSERT_EQUAL(bytes[size], '\0');
    return look(opaque, bytes, size);
}

/* Runs `pieces` until it has ended, telling it to go on whenever its piece
 * has been read: reads end where pieces do. */
static void feed_pieces(const char *const *argv, const mito_stream_t *output)
{
    mito_popen_t *popen = start(argv,
        &(mito_command_options_t){.input = {.to = MITO_STREAM_PIPE_FILE},
                                  .output = *output});
    apr_file_t *input = NULL;
    uint64_t due = 0;
    size_t i;

    MITO_ASSERT_OK_FATAL(mito_popen_file(&input, popen, MITO_STDIN));
    for (i = 1; argv[i] != NULL; i++) {
        due += strlen(argv[i]) / 2;
        while (mito_popen_total(popen, MITO_STDOUT) < due)
            MITO_ASSERT_STATUS_FATAL(mito_popen_communicate(popen, NULL, 0,
                                                            1000),
                                     APR_TIMEUP);
        MITO_ASSERT_OK(apr_file_putc('\n', input));
    }
    MITO_ASSERT_OK(mito_popen_communicate(popen, NULL, 0, SOON));
    CU_ASSERT_EQUAL(mito_popen_total(popen, MITO_STDOUT), due);
    CU_ASSERT_STRING_EQUAL(mito_popen_output(popen, NULL), "");
    CU_ASSERT_EQUAL(code_of(popen), 0);
    MITO_ASSERT_OK(apr_file_close(input));
    MITO_ASSERT_OK(mito_popen_close(popen));
}

static void expect_lines(const char *const *argv, size_t limit,
                         const char *expected)
{
    seen_t seen = {.count = 0};

    feed_pieces(argv, &(mito_stream_t){.to = MITO_STREAM_LINES,
                                       .receive = look_at_line,
                                       .opaque = &seen, .limit = limit});
    CU_ASSERT_STRING_EQUAL(seen.text, expected);
}

#define PIECES(...) MITO_ARGV(HELPER("pieces"), __VA_ARGS__)

/* ---- lines ---- */

static void lines_survive_the_borders_of_reads(void)
{
    expect_lines(PIECES("6f6e650a74776f0a", "746872", "65650a", "666f7572"),
                 0, "one|two|three|four|");
    expect_lines(PIECES("61", "62", "63", "0a", "64", "0a"), 0, "abc|d|");
    expect_lines(PIECES("61620a63", "64", "65660a670a"), 0, "ab|cdef|g|");
}

static void lines_end_with_or_without_a_return(void)
{
    expect_lines(PIECES("610d0a620a0d0a"), 0, "a|b||");
    expect_lines(PIECES("610d", "0a62"), 0, "a|b|");
    expect_lines(PIECES("610d", "62", "0d0d", "0a"), 0, "a\\db\\d|");
    expect_lines(PIECES("0d", "0a", "0d", "0a"), 0, "||");
}

static void the_last_line_may_lack_its_end(void)
{
    expect_lines(PIECES("61"), 0, "a|");
    expect_lines(PIECES("610d"), 0, "a\\d|");
    expect_lines(PIECES("610a"), 0, "a|");
    expect_lines(PIECES("0a"), 0, "|");
    expect_lines(PIECES(""), 0, "");
}

static void lines_may_hold_zeros(void)
{
    expect_lines(PIECES("6100", "62000a", "000a", "00"), 0,
                 "a\\0b\\0|\\0|\\0|");
}

static void long_lines_come_in_pieces(void)
{
    expect_lines(PIECES("61620a"), 3, "ab|");
    expect_lines(PIECES("6162630a"), 3, "abc|");
    expect_lines(PIECES("6162630d0a64"), 3, "abc|d|");
    expect_lines(PIECES("616263640a65"), 3, "abc|d|e|");
    expect_lines(PIECES("6162636465660a67"), 3, "abc|def|g|");
    expect_lines(PIECES("61626364656667"), 3, "abc|def|g|");
    expect_lines(PIECES("616263646566"), 3, "abc|def|");
    expect_lines(PIECES("61620a0a"), 1, "a|b||");
}

/* The limit and the borders of reads have nothing to do with each other. */
static void long_lines_in_pieces_of_reads(void)
{
    expect_lines(PIECES("616263", "0a", "64", "0a"), 3, "abc|d|");
    expect_lines(PIECES("616263", "0d", "0a", "64"), 3, "abc|d|");
    expect_lines(PIECES("61", "62", "63", "64", "0d0a"), 3, "abc|d|");
    expect_lines(PIECES("6162", "63646566", "0a", "0a"), 3, "abc|def||");
}

/* Of a megabyte without a newline, with and without a limit. */
static void one_line_of_a_megabyte(void)
{
    static const size_t limits[] = {0, 1000, 4096, 1000000, 999999};
    char *input = apr_palloc(pool, 1000002);
    size_t i;

    memset(input, 'x', 1000000);
    memcpy(input + 1000000, "\ny", 2);
    for (i = 0; i < 5; i++) {
        const size_t limit = limits[i] == 0 ? SIZE_MAX : limits[i];
        seen_t seen = {.count = 0};
        mito_completed_t *done = NULL;

        MITO_ASSERT_OK(mito_run(&done, MITO_ARGV(HELPER("copy")),
            &(mito_run_options_t){
                .input = input, .input_size = 1000002,
                .command.output = {.to = MITO_STREAM_LINES,
                                   .receive = look_at_line, .opaque = &seen,
                                   .limit = limits[i]}}, pool));
        CU_ASSERT_EQUAL(seen.bytes, 1000001);
        CU_ASSERT_EQUAL(seen.longest, limit < 1000000 ? limit : 1000000);
        CU_ASSERT_EQUAL(seen.count, limit == SIZE_MAX ? 2
                        : (1000000 + limit - 1) / limit + 1);
        CU_ASSERT_EQUAL(mito_completed_total(done, MITO_STDOUT), 1000002);
    }
}

static void many_lines_come_all(void)
{
    mito_completed_t *done = NULL;
    seen_t seen = {.count = 0};
    char *input = apr_palloc(pool, 300000);
    int i;

    for (i = 0; i < 100000; i++)
        memcpy(input + 3 * i, i % 2 == 0 ? "\r\n\n" : "ab\n", 3);
    MITO_ASSERT_OK(mito_run(&done, MITO_ARGV(HELPER("copy")),
        &(mito_run_options_t){
            .input = input, .input_size = 300000,
            .command.output = {.to = MITO_STREAM_LINES,
                               .receive = look_at_line, .opaque = &seen}},
        pool));
    CU_ASSERT_EQUAL(seen.count, 150000);
    CU_ASSERT_EQUAL(seen.bytes, 100000);
    CU_ASSERT_EQUAL(seen.longest, 2);
}

/* ---- chunks ---- */

static void chunks_come_as_they_are_written(void)
{
    seen_t seen = {.count = 0};

    feed_pieces(PIECES("6162", "0d", "0a00"),
                &(mito_stream_t){.to = MITO_STREAM_CHUNKS, .receive = look,
                                 .opaque = &seen});
    CU_ASSERT_STRING_EQUAL(seen.text, "ab|\\d|\\a\\0|");
}

/* A receiver that makes the command go on has been called in time: for
 * nobody else tells it to. */
static void a_receiver_is_called_at_once(void)
{
    static const mito_stream_e kinds[] = {MITO_STREAM_CHUNKS,
                                          MITO_STREAM_LINES};
    size_t i;

    for (i = 0; i < 2; i++) {
        seen_t seen = {.count = 0};
        mito_popen_t *popen = start(PIECES("610a", "620a", "630a"),
            &(mito_command_options_t){
                .input = {.to = MITO_STREAM_PIPE_FILE},
                .output = {.to = kinds[i], .receive = look,
                           .opaque = &seen}});

        MITO_ASSERT_OK_FATAL(mito_popen_file(&seen.file, popen, MITO_STDIN));
        MITO_ASSERT_OK(mito_popen_communicate(popen, NULL, 0, SOON));
        CU_ASSERT_EQUAL(seen.count, 3);
        CU_ASSERT_EQUAL(code_of(popen), 0);
        MITO_ASSERT_OK(apr_file_close(seen.file));
        MITO_ASSERT_OK(mito_popen_close(popen));
    }
}

static void both_streams_have_receivers(void)
{
    seen_t output = {.count = 0};
    seen_t error = {.count = 0};
    mito_completed_t *done = NULL;

    MITO_ASSERT_OK(mito_run(&done,
        MITO_ARGV(HELPER("flood"), "300000", "200000"),
        &(mito_run_options_t){
            .command.output = {.to = MITO_STREAM_CHUNKS, .receive = look,
                               .opaque = &output},
            .command.error = {.to = MITO_STREAM_LINES,
                              .receive = look_at_line, .opaque = &error}},
        pool));
    CU_ASSERT_EQUAL(output.bytes, 300000);
    /* Less a newline each 241 bytes, before which there is no CR. */
    CU_ASSERT_EQUAL(error.bytes, 200000 - (200000 - 11) / 241 - 1);
    CU_ASSERT_EQUAL(mito_completed_total(done, MITO_STDOUT), 300000);
    CU_ASSERT_EQUAL(mito_completed_total(done, MITO_STDERR), 200000);
    CU_ASSERT_STRING_EQUAL(mito_completed_output(done, NULL), "");
}

/* ---- receivers that interfere ---- */

/* Its slowness is what the test is about. */
static apr_status_t dawdle(void *opaque, const char *bytes, size_t size)
{
    (void)opaque;
    (void)bytes;
    (void)size;
    apr_sleep(1000);
    return APR_SUCCESS;
}

/* The command is faster than its receiver: there always is something to
 * read, and nothing to wait for. */
static void a_slow_receiver_does_not_overdraw_a_timeout(void)
{
    const mito_stream_t slow = {.to = MITO_STREAM_CHUNKS, .receive = dawdle};
    const apr_interval_time_t timeout = apr_time_from_msec(100);
    const char *const *argv = MITO_ARGV(HELPER("flood"), "1000000000000",
                                        "1000000000000");
    mito_popen_t *popen = start(argv,
        &(mito_command_options_t){.output = slow, .error = slow});
    apr_time_t begun = apr_time_now();
    mito_completed_t *done = NULL;

    MITO_ASSERT_STATUS(mito_popen_communicate(popen, NULL, 0, timeout),
                       APR_TIMEUP);
    CU_ASSERT_TRUE(took_at_least(begun, timeout));
    MITO_ASSERT_OK(mito_popen_stop(popen, NULL));
    MITO_ASSERT_OK(mito_popen_close(popen));
    MITO_ASSERT_STATUS(mito_run(&done, argv,
        &(mito_run_options_t){.command.output = slow, .command.error = slow,
                              .timeout = timeout}, pool), APR_TIMEUP);
    CU_ASSERT_TRUE(took_not_long(begun));
}

static void a_receivers_status_comes_back(void)
{
    seen_t seen = {.fail_at = 2};
    mito_popen_t *popen = start(MITO_ARGV(HELPER("copy")),
        &(mito_command_options_t){
            .input = {.to = MITO_STREAM_PIPE},
            .output = {.to = MITO_STREAM_LINES, .receive = look_at_line,
                       .opaque = &seen}});

    MITO_ASSERT_STATUS(mito_popen_communicate(popen, "a\nb\nc\n", 6, SOON),
                       APR_FROM_OS_ERROR(1));
    CU_ASSERT_STRING_EQUAL(seen.text, "a|b|");
    MITO_ASSERT_OK(mito_popen_stop(popen, NULL));
    MITO_ASSERT_OK(mito_popen_close(popen));
}

/* This one would never end by itself. */
static void a_run_ends_when_its_receiver_fails(void)
{
    seen_t seen = {.fail_at = 3};
    mito_completed_t *done = NULL;
    apr_time_t begun = apr_time_now();

    MITO_ASSERT_STATUS(mito_run(&done,
        MITO_ARGV(HELPER("flood"), "1000000000000", "0"),
        &(mito_run_options_t){
            .command.output = {.to = MITO_STREAM_CHUNKS, .receive = look,
                               .opaque = &seen}}, pool),
        APR_FROM_OS_ERROR(1));
    CU_ASSERT_EQUAL(seen.count, 3);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "receiver"));
    CU_ASSERT_TRUE(took_not_long(begun));
}

static void a_receiver_may_send_a_signal(void)
{
    seen_t seen = {.count = 0};
    mito_popen_t *popen = start(MITO_ARGV(HELPER("hang"), "started"),
        &(mito_command_options_t){
            .output = {.to = MITO_STREAM_LINES, .receive = look_at_line,
                       .opaque = &seen}});

    seen.kill_it = popen;
    MITO_ASSERT_OK(mito_popen_communicate(popen, NULL, 0, SOON));
    CU_ASSERT_STRING_EQUAL(seen.text, "started|");
    CU_ASSERT_EQUAL(code_of(popen), -9);
    MITO_ASSERT_OK(mito_popen_close(popen));
}

/* Whatever waits or reads: what comes meanwhile is handed out. */
static void a_receiver_is_served_while_another_stream_is_read(void)
{
    seen_t seen = {.count = 0};
    mito_popen_t *popen = start(
        MITO_ARGV(HELPER("flood"), "500000", "500000"),
        &(mito_command_options_t){
            .output = {.to = MITO_STREAM_PIPE},
            .error = {.to = MITO_STREAM_CHUNKS, .receive = look,
                      .opaque = &seen}});
    static char bytes[50000];
    size_t size = 0;
    size_t count = 0;
    apr_status_t status;

    while ((status = mito_popen_read(&count, popen, MITO_STDOUT, bytes,
                                     sizeof(bytes), SOON)) == APR_SUCCESS)
        size += count;
    MITO_ASSERT_STATUS(status, APR_EOF);
    CU_ASSERT_EQUAL(size, 500000);
    MITO_ASSERT_OK(mito_popen_communicate(popen, NULL, 0, SOON));
    CU_ASSERT_EQUAL(seen.bytes, 500000);
    MITO_ASSERT_OK(mito_popen_close(popen));
}

/* ---- misuse ---- */

static void streams_without_a_meaning_are_refused(void)
{
    static const mito_command_options_t wrong[] = {
        {.output = {.to = MITO_STREAM_LINES}},
        {.error = {.to = MITO_STREAM_CHUNKS}},
        {.input = {.to = MITO_STREAM_LINES, .receive = look}},
        {.input = {.to = MITO_STREAM_CHUNKS, .receive = look}},
        {.output = {.to = MITO_STREAM_PIPE, .limit = 1,
                    .overflow = (mito_overflow_e)9}}};
    mito_popen_t *popen = NULL;
    size_t i;

    for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        MITO_ASSERT_STATUS(mito_popen_start(&popen,
            MITO_ARGV(HELPER("exit-code"), "0"), &wrong[i], pool),
            MITO_EINVAL);
    CU_ASSERT_PTR_NULL(popen);
}

static void a_stream_with_a_receiver_is_not_read(void)
{
    seen_t seen = {.count = 0};
    mito_popen_t *popen = start(MITO_ARGV(HELPER("flood"), "5", "0"),
        &(mito_command_options_t){
            .output = {.to = MITO_STREAM_CHUNKS, .receive = look,
                       .opaque = &seen}});
    const char *line;
    size_t count;
    char byte;

    MITO_ASSERT_STATUS(mito_popen_read(&count, popen, MITO_STDOUT, &byte, 1,
                                       SOON), MITO_EINVAL);
    MITO_ASSERT_STATUS(mito_popen_read_line(&line, NULL, popen, MITO_STDOUT,
                                            SOON), MITO_EINVAL);
    MITO_ASSERT_OK(mito_popen_communicate(popen, NULL, 0, SOON));
    CU_ASSERT_EQUAL(seen.bytes, 5);
    MITO_ASSERT_OK(mito_popen_close(popen));
}

static const mito_test_t tests[] = {
    {"lines_survive_the_borders_of_reads",
     lines_survive_the_borders_of_reads, 0},
    {"lines_end_with_or_without_a_return",
     lines_end_with_or_without_a_return, 0},
    {"the_last_line_may_lack_its_end", the_last_line_may_lack_its_end, 0},
    {"lines_may_hold_zeros", lines_may_hold_zeros, 0},
    {"long_lines_come_in_pieces", long_lines_come_in_pieces, 0},
    {"long_lines_in_pieces_of_reads", long_lines_in_pieces_of_reads, 0},
    {"one_line_of_a_megabyte", one_line_of_a_megabyte, 60},
    {"many_lines_come_all", many_lines_come_all, 60},
    {"chunks_come_as_they_are_written", chunks_come_as_they_are_written, 0},
    {"a_receiver_is_called_at_once", a_receiver_is_called_at_once, 0},
    {"both_streams_have_receivers", both_streams_have_receivers, 0},
    {"a_slow_receiver_does_not_overdraw_a_timeout",
     a_slow_receiver_does_not_overdraw_a_timeout, 0},
    {"a_receivers_status_comes_back", a_receivers_status_comes_back, 0},
    {"a_run_ends_when_its_receiver_fails",
     a_run_ends_when_its_receiver_fails, 0},
    {"a_receiver_may_send_a_signal", a_receiver_may_send_a_signal, 0},
    {"a_receiver_is_served_while_another_stream_is_read",
     a_receiver_is_served_while_another_stream_is_read, 0},
    {"streams_without_a_meaning_are_refused",
     streams_without_a_meaning_are_refused, 0},
    {"a_stream_with_a_receiver_is_not_read",
     a_stream_with_a_receiver_is_not_read, 0},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    if (mito_init(&argc, &argv, &pool) != APR_SUCCESS)
        return EXIT_FAILURE;
    return mito_test_main(argc, argv, "receivers", tests);
}
