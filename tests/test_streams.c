/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_streams: what a command's standard streams can be connected to, in
 * every combination. What passes through mito's own pipes is in test_talk,
 * further descriptors and handles are in test_handles.
 */
#include "runner.h"

#include <mito.h>

static apr_pool_t *pool;

#include "commands.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Runs `say out err` with these streams. */
static void say(mito_stream_t output, mito_stream_t error)
{
    MITO_ASSERT_OK(mito_check_call(MITO_ARGV(HELPER("say"), "out", "err"),
        RUN_OPTIONS(.output = output, .error = error), pool));
}

#define STREAM(...) ((mito_stream_t){__VA_ARGS__})

/* ---- paths ---- */

static void output_goes_to_paths(void)
{
    const char *output = temporary("output");
    const char *error = temporary("error");

    say(STREAM(.to = MITO_STREAM_PATH, .path = output),
        STREAM(.to = MITO_STREAM_PATH, .path = error));
    CU_ASSERT_STRING_EQUAL(taken_from(output), "out");
    CU_ASSERT_STRING_EQUAL(taken_from(error), "err");
}

static void a_file_that_is_written_is_emptied_first(void)
{
    const char *path = temporary("output");

    write_file(path, "something longer");
    say(STREAM(.to = MITO_STREAM_PATH, .path = path),
        STREAM(.to = MITO_STREAM_NULL));
    CU_ASSERT_STRING_EQUAL(taken_from(path), "out");
}

static void output_is_appended(void)
{
    const char *path = temporary("log");
    const mito_stream_t append = {MITO_STREAM_APPEND, .path = path};

    say(append, STREAM(.to = MITO_STREAM_NULL));
    say(append, STREAM(.to = MITO_STREAM_OUTPUT));
    say(STREAM(.to = MITO_STREAM_NULL), append);
    CU_ASSERT_STRING_EQUAL(taken_from(path), "outouterrerr");
}

/* Opened twice: each write finds the end that the other has moved. */
static void both_streams_append_to_one_path(void)
{
    const char *path = temporary("log");
    const mito_stream_t append = {MITO_STREAM_APPEND, .path = path};

    write_file(path, "log:");
    say(append, append);
    CU_ASSERT_STRING_EQUAL(taken_from(path), "log:outerr");
}

static void input_comes_from_a_path(void)
{
    const char *path = temporary("input");

    write_file(path, "to be read");
    CU_ASSERT_STRING_EQUAL(output_of(MITO_ARGV(HELPER("copy")),
        &(mito_command_options_t){
            .input = {MITO_STREAM_PATH, .path = path}}), "to be read");
    CU_ASSERT_STRING_EQUAL(taken_from(path), "to be read");
}

static void a_path_is_seen_from_the_parents_directory(void)
{
    char *before = NULL;

    MITO_ASSERT_OK(apr_filepath_get(&before, 0, pool));
    MITO_ASSERT_OK(apr_filepath_set(mito_test_temporary_directory(), pool));
    MITO_ASSERT_OK(mito_check_call(MITO_ARGV(HELPER("say"), "here"),
        RUN_OPTIONS(.output = {MITO_STREAM_PATH, .path = "relative"},
                    .working_directory = before), pool));
    MITO_ASSERT_OK(apr_filepath_set(before, pool));
    CU_ASSERT_STRING_EQUAL(taken_from(temporary("relative")), "here");
}

static void expect_no_file(mito_command_options_t command, const char *path)
{
    mito_completed_t *done = NULL;

    CU_ASSERT_TRUE(APR_STATUS_IS_ENOENT(mito_run(&done,
        MITO_ARGV(HELPER("exit-code"), "0"),
        &(mito_run_options_t){.command = command}, pool)));
    CU_ASSERT_PTR_NULL(done);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), path));
}

static void a_path_that_cannot_be_opened_is_named(void)
{
    const char *input = temporary("no-such-file");
    const char *output = temporary("no-such-folder/file");

    expect_no_file((mito_command_options_t){
        .input = {MITO_STREAM_PATH, .path = input}}, input);
    expect_no_file((mito_command_options_t){
        .output = {MITO_STREAM_PATH, .path = output}}, output);
    expect_no_file((mito_command_options_t){
        .error = {MITO_STREAM_APPEND, .path = output}}, output);
}

/* ---- files ---- */

/* What the parent wrote before, what it has in its buffer, the command's
 * output, and what the parent writes behind it. */
static void expect_file_in_order(apr_int32_t flags)
{
    const char *path = temporary("shared");
    apr_file_t *file = NULL;

    MITO_ASSERT_OK_FATAL(apr_file_open(&file, path,
        APR_FOPEN_WRITE | APR_FOPEN_CREATE | APR_FOPEN_TRUNCATE
        | APR_FOPEN_BINARY | flags,
        APR_FPROT_UREAD | APR_FPROT_UWRITE, pool));
    apr_file_puts("before ", file);
    say(STREAM(.to = MITO_STREAM_FILE, .file = file),
        STREAM(.to = MITO_STREAM_OUTPUT));
    apr_file_puts(" between ", file);
    say(STREAM(.to = MITO_STREAM_NULL),
        STREAM(.to = MITO_STREAM_FILE, .file = file));
    apr_file_puts(" after", file);
    MITO_ASSERT_OK(apr_file_close(file));
    CU_ASSERT_STRING_EQUAL(taken_from(path),
                           "before outerr between err after");
}

static void a_file_is_written_in_order(void)
{
    expect_file_in_order(0);
}

static void a_buffered_file_is_written_in_order(void)
{
    expect_file_in_order(APR_FOPEN_BUFFERED);
}

/* The command goes on where the parent has read to, and the parent where
 * the command has. */
static void an_input_file_is_shared(void)
{
    apr_file_t *file = open_new("input", "one two three");
    char word[5] = "";
    apr_size_t size = 4;

    MITO_ASSERT_OK(apr_file_read(file, word, &size));
    CU_ASSERT_STRING_EQUAL(word, "one ");
    CU_ASSERT_STRING_EQUAL(output_of(MITO_ARGV(HELPER("reply")),
        &(mito_command_options_t){.input = {MITO_STREAM_FILE, .file = file},
                                  .error.to = MITO_STREAM_NULL}), "t");
    CU_ASSERT_STRING_EQUAL(read_and_close(file), "wo three");
    MITO_ASSERT_OK(apr_file_remove(temporary("input"), pool));
}

/* ---- natives ---- */

static void natives_stay_the_callers(void)
{
    apr_file_t *file = open_new("native", "");
    const mito_stream_t stream = {MITO_STREAM_NATIVE,
                                  .native = native(file)};

    say(stream, STREAM(.to = MITO_STREAM_NULL));
    say(STREAM(.to = MITO_STREAM_NULL), stream);
    say(stream, stream);
    say(stream, STREAM(.to = MITO_STREAM_OUTPUT));
    MITO_ASSERT_OK(apr_file_close(file));
    CU_ASSERT_STRING_EQUAL(taken_from(temporary("native")),
                           "outerrouterrouterr");
}

/* Three files that hold "a", "b" and "c". Their names are new each time, as
 * Wine keeps a file that was removed until a process that had it open is
 * gone altogether. */
static void open_three(apr_file_t **files, const char **names)
{
    static const char *const letters[] = {"a", "b", "c"};
    static int round;
    int i;

    for (i = 0; i < 3; i++) {
        names[i] = apr_psprintf(pool, "%s-%d", letters[i], round);
        files[i] = open_new(names[i], letters[i]);
    }
    round++;
}

/* What these files hold when `reply` has read from the first of the order,
 * written to the second, and its mark to the third: each has one position,
 * whoever moves it. */
static void expect_reply(apr_file_t *const *files, const char *const *names,
                         const unsigned *order)
{
    char texts[3][4] = {"a", "b", "c"};
    size_t at[3] = {0, 0, 0};
    char byte = texts[order[0]][at[order[0]]++];
    size_t i;

    texts[order[1]][at[order[1]]++] = byte;
    texts[order[2]][at[order[2]]++] = '!';
    for (i = 0; i < 3; i++) {
        MITO_ASSERT_OK(apr_file_close(files[i]));
        CU_ASSERT_STRING_EQUAL(taken_from(temporary(names[i])), texts[i]);
    }
}

/* Runs the statement that follows for every way to choose three streams of
 * three, with repetition. */
#define EACH_ORDER(order)                                                   \
    for (unsigned n_ = 0; n_ < 27; n_++)                                    \
        for (unsigned order[3] = {n_ / 9, n_ / 3 % 3, n_ % 3}, once_ = 1;   \
             once_ != 0; once_ = 0)

static void streams_are_permuted_and_shared(void)
{
    apr_file_t *files[3];
    const char *names[3];

    EACH_ORDER(order) {
        open_three(files, names);
        MITO_ASSERT_OK(mito_check_call(MITO_ARGV(HELPER("reply")),
            RUN_OPTIONS(
                .input = {MITO_STREAM_NATIVE,
                          .native = native(files[order[0]])},
                .output = {MITO_STREAM_NATIVE,
                           .native = native(files[order[1]])},
                .error = {MITO_STREAM_FILE, .file = files[order[2]]}),
            pool));
        expect_reply(files, names, order);
    }
}

/* The same with the parent's own standard streams, which have the numbers
 * that the command's get. */
static void own_streams_are_permuted_and_shared(void)
{
    apr_file_t *files[3];
    const char *names[3];

    EACH_ORDER(order) {
        const char *letters = apr_psprintf(pool, "%u%u%u", order[0],
                                           order[1], order[2]);

        open_three(files, names);
        MITO_ASSERT_OK(mito_check_call(
            MITO_ARGV(HELPER("permute"), letters, HELPER("reply")),
            RUN_OPTIONS(.input = {MITO_STREAM_FILE, .file = files[0]},
                        .output = {MITO_STREAM_FILE, .file = files[1]},
                        .error = {MITO_STREAM_FILE, .file = files[2]}),
            pool));
        expect_reply(files, names, order);
    }
}

/* One stream is given, the others are what the parent's are. */
static void streams_that_are_not_given_are_inherited(void)
{
    static const struct {
        const char *letters;
        unsigned order[3];
    } cases[] = {{"---", {0, 1, 2}}, {"2--", {2, 1, 2}}, {"-0-", {0, 0, 2}},
                 {"--1", {0, 1, 1}}, {"-2-", {0, 2, 2}}, {"1-0", {1, 1, 0}}};
    apr_file_t *files[3];
    const char *names[3];
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        open_three(files, names);
        MITO_ASSERT_OK(mito_check_call(
            MITO_ARGV(HELPER("permute"), cases[i].letters, HELPER("reply")),
            RUN_OPTIONS(.input = {MITO_STREAM_FILE, .file = files[0]},
                        .output = {MITO_STREAM_FILE, .file = files[1]},
                        .error = {MITO_STREAM_FILE, .file = files[2]}),
            pool));
        expect_reply(files, names, cases[i].order);
    }
}

/* ---- the error stream with the output, the null device ---- */

static void the_error_stream_joins_whatever_the_output_is(void)
{
    const char *path = temporary("joined");
    apr_file_t *file;

    say(STREAM(.to = MITO_STREAM_PATH, .path = path),
        STREAM(.to = MITO_STREAM_OUTPUT));
    CU_ASSERT_STRING_EQUAL(taken_from(path), "outerr");
    file = open_new("joined", "");
    say(STREAM(.to = MITO_STREAM_NATIVE, .native = native(file)),
        STREAM(.to = MITO_STREAM_OUTPUT));
    MITO_ASSERT_OK(apr_file_close(file));
    CU_ASSERT_STRING_EQUAL(taken_from(path), "outerr");
    CU_ASSERT_STRING_EQUAL(
        output_of(MITO_ARGV(HELPER("say"), "out", "err"),
                  &(mito_command_options_t){.error.to = MITO_STREAM_OUTPUT}),
        "outerr");
    say(STREAM(.to = MITO_STREAM_NULL), STREAM(.to = MITO_STREAM_OUTPUT));
}

/* The parent's own output, into which the command's error stream goes. */
static void the_error_stream_joins_an_inherited_output(void)
{
    const char *path = temporary("joined");

    MITO_ASSERT_OK(mito_check_call(
        MITO_ARGV(HELPER("permute"), "--1", HELPER("say"), "out", "err"),
        RUN_OPTIONS(.output = {MITO_STREAM_PATH, .path = path}), pool));
    CU_ASSERT_STRING_EQUAL(taken_from(path), "outerr");
}

/* More than a pipe holds: it does go somewhere. */
static void the_null_device_is_empty_and_swallows(void)
{
    MITO_ASSERT_OK(mito_check_call(
        MITO_ARGV(HELPER("flood"), "1000000", "1000000"),
        RUN_OPTIONS(.input.to = MITO_STREAM_NULL,
                    .output.to = MITO_STREAM_NULL,
                    .error.to = MITO_STREAM_NULL), pool));
    CU_ASSERT_STRING_EQUAL(output_of(MITO_ARGV(HELPER("copy")),
        &(mito_command_options_t){.input.to = MITO_STREAM_NULL}), "");
}

/* ---- pipes whose other end is the caller's ---- */

static apr_file_t *file_of(mito_popen_t *popen, mito_standard_e which)
{
    apr_file_t *file = NULL;

    MITO_ASSERT_OK(mito_popen_file(&file, popen, which));
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    return file;
}

static mito_popen_t *start(const char *const *argv,
                           const mito_command_options_t *options)
{
    mito_popen_t *popen = NULL;

    MITO_ASSERT_OK_FATAL(mito_popen_start(&popen, argv, options, pool));
    return popen;
}

static const mito_command_options_t with_files = {
    .input.to = MITO_STREAM_PIPE_FILE, .output.to = MITO_STREAM_PIPE_FILE,
    .error.to = MITO_STREAM_PIPE_FILE};

static void pipes_can_be_the_callers_files(void)
{
    mito_popen_t *popen = start(MITO_ARGV(HELPER("copy")), &with_files);
    apr_file_t *input = file_of(popen, MITO_STDIN);
    apr_file_t *output = file_of(popen, MITO_STDOUT);
    char byte = 0;

    MITO_ASSERT_OK(apr_file_write_full(input, "x", 1, NULL));
    MITO_ASSERT_OK(apr_file_read_full(output, &byte, 1, NULL));
    CU_ASSERT_EQUAL(byte, 'x');
    MITO_ASSERT_OK(apr_file_write_full(input, "the rest", 8, NULL));
    MITO_ASSERT_OK(apr_file_close(input));
    CU_ASSERT_STRING_EQUAL(read_and_close(output), "the rest");
    CU_ASSERT_STRING_EQUAL(read_and_close(file_of(popen, MITO_STDERR)), "");
    MITO_ASSERT_OK(mito_popen_wait(popen, MITO_FOREVER));
    MITO_ASSERT_OK(mito_popen_close(popen));
}

static void the_error_stream_has_a_file_of_its_own(void)
{
    mito_popen_t *popen = start(MITO_ARGV(HELPER("say"), "out", "err"),
                                &with_files);

    CU_ASSERT_STRING_EQUAL(read_and_close(file_of(popen, MITO_STDERR)),
                           "err");
    CU_ASSERT_STRING_EQUAL(read_and_close(file_of(popen, MITO_STDOUT)),
                           "out");
    MITO_ASSERT_OK(mito_popen_close(popen));
    popen = start(MITO_ARGV(HELPER("say"), "out", "err"),
                  &(mito_command_options_t){
                      .output.to = MITO_STREAM_PIPE_FILE,
                      .error.to = MITO_STREAM_OUTPUT});
    CU_ASSERT_STRING_EQUAL(read_and_close(file_of(popen, MITO_STDOUT)),
                           "outerr");
    MITO_ASSERT_OK(mito_popen_close(popen));
}

/* What was not taken is closed with the command, which so sees the end of
 * its input; what was taken is the caller's. */
static void a_file_is_taken_or_closed(void)
{
    mito_popen_t *popen = start(MITO_ARGV(HELPER("say"), "out"),
                                &with_files);
    apr_file_t *output = file_of(popen, MITO_STDOUT);

    MITO_ASSERT_OK(mito_popen_close(popen));
    CU_ASSERT_STRING_EQUAL(read_and_close(output), "out");
    popen = start(MITO_ARGV(HELPER("copy")), &with_files);
    MITO_ASSERT_OK(mito_popen_close(popen));
}

static void a_file_is_taken_once(void)
{
    mito_popen_t *popen = start(MITO_ARGV(HELPER("say"), "out"),
        &(mito_command_options_t){.output.to = MITO_STREAM_PIPE_FILE,
                                  .error.to = MITO_STREAM_PIPE});
    apr_file_t *output = file_of(popen, MITO_STDOUT);
    apr_file_t *other = NULL;

    MITO_ASSERT_STATUS(mito_popen_file(&other, popen, MITO_STDOUT),
                       MITO_ECLOSED);
    MITO_ASSERT_STATUS(mito_popen_file(&other, popen, MITO_STDERR),
                       MITO_EINVAL);
    MITO_ASSERT_STATUS(mito_popen_file(&other, popen, MITO_STDIN),
                       MITO_EINVAL);
    CU_ASSERT_STRING_EQUAL(read_and_close(output), "out");
    MITO_ASSERT_OK(mito_popen_close(popen));
    MITO_ASSERT_STATUS(mito_popen_file(&other, popen, MITO_STDOUT),
                       MITO_ECLOSED);
    CU_ASSERT_PTR_NULL(other);
}

/* One end is mito's, which drains it, the other the caller's. */
static void files_and_pipes_go_together(void)
{
    mito_popen_t *popen = start(MITO_ARGV(HELPER("copy")),
        &(mito_command_options_t){.input.to = MITO_STREAM_PIPE_FILE,
                                  .output.to = MITO_STREAM_PIPE});
    apr_file_t *input = file_of(popen, MITO_STDIN);

    MITO_ASSERT_OK(apr_file_write_full(input, "text", 4, NULL));
    MITO_ASSERT_OK(apr_file_close(input));
    MITO_ASSERT_STATUS(mito_popen_communicate(popen, "x", 1, MITO_FOREVER),
                       MITO_EINVAL);
    MITO_ASSERT_OK(mito_popen_communicate(popen, NULL, 0, MITO_FOREVER));
    CU_ASSERT_STRING_EQUAL(mito_popen_output(popen, NULL), "text");
    MITO_ASSERT_OK(mito_popen_close(popen));
}

#ifdef F_GETPIPE_SZ
/* Of the pipe that is a command's standard stream of this number. */
static int pipe_size_of(mito_popen_t *popen, int number)
{
    int descriptor = open(apr_psprintf(pool, "/proc/%d/fd/%d",
                                       (int)mito_popen_pid(popen), number),
                          number == 0 ? O_RDONLY | O_NONBLOCK : O_WRONLY);
    int size = -1;

    if (descriptor >= 0) {
        size = fcntl(descriptor, F_GETPIPE_SZ);
        (void)close(descriptor);
    }
    return size;
}
#endif

static void the_size_of_a_pipe_is_chosen(void)
{
#ifdef F_GETPIPE_SZ
    mito_popen_t *popen = start(MITO_ARGV(HELPER("hang")),
        &(mito_command_options_t){
            .input = {MITO_STREAM_PIPE, .pipe_size = 16384},
            .output = {MITO_STREAM_PIPE, .pipe_size = 262144},
            .error = {MITO_STREAM_PIPE_FILE, .pipe_size = 131072}});

    CU_ASSERT_EQUAL(pipe_size_of(popen, 0), 16384);
    CU_ASSERT_EQUAL(pipe_size_of(popen, 1), 262144);
    CU_ASSERT_EQUAL(pipe_size_of(popen, 2), 131072);
    MITO_ASSERT_OK(mito_popen_kill(popen, MITO_SCOPE_TREE));
    MITO_ASSERT_OK(mito_popen_close(popen));
#else
    mito_test_skip("the size of a pipe cannot be asked for here");
#endif
}

/* ---- what has no meaning ---- */

static void streams_without_a_meaning_are_refused(void)
{
    static const mito_command_options_t wrong[] = {
        {.input.to = MITO_STREAM_OUTPUT},
        {.output.to = MITO_STREAM_OUTPUT},
        {.input = {MITO_STREAM_APPEND, .path = "x"}},
        {.input.to = MITO_STREAM_LINES},
        {.input.to = MITO_STREAM_CHUNKS},
        {.input.to = MITO_STREAM_PATH},
        {.output.to = MITO_STREAM_PATH},
        {.error.to = MITO_STREAM_APPEND},
        {.output.to = MITO_STREAM_FILE},
        {.output.to = MITO_STREAM_LINES},
        {.error.to = MITO_STREAM_CHUNKS},
        {.output = {MITO_STREAM_PIPE, .limit = 1,
                    .overflow = (mito_overflow_e)77}},
        {.output.to = (mito_stream_e)77},
        {.error.to = (mito_stream_e)-1},
        {.handle_count = 1}};
    mito_popen_t *popen = NULL;
    size_t i;

    for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        MITO_ASSERT_STATUS(mito_popen_start(&popen,
            MITO_ARGV(HELPER("exit-code"), "0"), &wrong[i], pool),
            MITO_EINVAL);
    CU_ASSERT_PTR_NULL(popen);
}

static void a_native_that_is_not_open_fails(void)
{
    mito_popen_t *popen = NULL;

    CU_ASSERT_NOT_EQUAL(mito_popen_start(&popen,
        MITO_ARGV(HELPER("exit-code"), "0"),
        &(mito_command_options_t){
            .output = {MITO_STREAM_NATIVE, .native = 999}}, pool),
        APR_SUCCESS);
    CU_ASSERT_PTR_NULL(popen);
}

static const mito_test_t tests[] = {
    {"output_goes_to_paths", output_goes_to_paths, 0},
    {"a_file_that_is_written_is_emptied_first",
     a_file_that_is_written_is_emptied_first, 0},
    {"output_is_appended", output_is_appended, 0},
    {"both_streams_append_to_one_path", both_streams_append_to_one_path, 0},
    {"input_comes_from_a_path", input_comes_from_a_path, 0},
    {"a_path_is_seen_from_the_parents_directory",
     a_path_is_seen_from_the_parents_directory, 0},
    {"a_path_that_cannot_be_opened_is_named",
     a_path_that_cannot_be_opened_is_named, 0},
    {"a_file_is_written_in_order", a_file_is_written_in_order, 0},
    {"a_buffered_file_is_written_in_order",
     a_buffered_file_is_written_in_order, 0},
    {"an_input_file_is_shared", an_input_file_is_shared, 0},
    {"natives_stay_the_callers", natives_stay_the_callers, 0},
    {"streams_are_permuted_and_shared", streams_are_permuted_and_shared, 60},
    {"own_streams_are_permuted_and_shared",
     own_streams_are_permuted_and_shared, 90},
    {"streams_that_are_not_given_are_inherited",
     streams_that_are_not_given_are_inherited, 0},
    {"the_error_stream_joins_whatever_the_output_is",
     the_error_stream_joins_whatever_the_output_is, 0},
    {"the_error_stream_joins_an_inherited_output",
     the_error_stream_joins_an_inherited_output, 0},
    {"the_null_device_is_empty_and_swallows",
     the_null_device_is_empty_and_swallows, 0},
    {"pipes_can_be_the_callers_files", pipes_can_be_the_callers_files, 0},
    {"the_error_stream_has_a_file_of_its_own",
     the_error_stream_has_a_file_of_its_own, 0},
    {"a_file_is_taken_or_closed", a_file_is_taken_or_closed, 0},
    {"a_file_is_taken_once", a_file_is_taken_once, 0},
    {"files_and_pipes_go_together", files_and_pipes_go_together, 0},
    {"the_size_of_a_pipe_is_chosen", the_size_of_a_pipe_is_chosen, 0},
    {"streams_without_a_meaning_are_refused",
     streams_without_a_meaning_are_refused, 0},
    {"a_native_that_is_not_open_fails", a_native_that_is_not_open_fails, 0},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    if (mito_init(&argc, &argv, &pool) != APR_SUCCESS)
        return EXIT_FAILURE;
    return mito_test_main(argc, argv, "streams", tests);
}
