/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_run: the functions that run a command from its start to its end, what
 * they say of it, and command lines: quoted ones, the shell's, and batch
 * files.
 */
#include "runner.h"

#include <mito.h>

static apr_pool_t *pool;

#include "commands.h"

#include <apr_env.h>
#include <stdlib.h>
#include <string.h>

/* ---- text and input ---- */

/* What mito_run() makes of the text that a command writes to a stream. */
static void expect_as_text(const char *written, const char *expected)
{
    mito_completed_t *done = NULL;
    size_t size = 0;

    MITO_ASSERT_OK_FATAL(mito_run(&done,
        MITO_ARGV(HELPER("say"), written, written),
        &(mito_run_options_t){.capture_output = 1, .text = 1}, pool));
    CU_ASSERT_STRING_EQUAL(mito_completed_output(done, &size), expected);
    CU_ASSERT_EQUAL(size, strlen(expected));
    CU_ASSERT_STRING_EQUAL(mito_completed_error(done, &size), expected);
    CU_ASSERT_EQUAL(size, strlen(expected));
}

static void the_ends_of_lines_become_newlines(void)
{
    expect_as_text("one\r\ntwo\rthree\n", "one\ntwo\nthree\n");
    expect_as_text("\r", "\n");
    expect_as_text("\r\r\n\n\r", "\n\n\n\n");
    expect_as_text("no end\r\n no end", "no end\n no end");
    expect_as_text("", "");
}

static void bytes_stay_what_they_are(void)
{
    static const char bytes[] = "one\r\ntwo\rthree\n\0\r\n\xff";
    mito_completed_t *done = NULL;
    size_t size = 0;

    MITO_ASSERT_OK_FATAL(mito_run(&done, MITO_ARGV(HELPER("copy")),
        &(mito_run_options_t){.capture_output = 1, .input = bytes,
                              .input_size = sizeof(bytes)}, pool));
    CU_ASSERT_EQUAL(memcmp(mito_completed_output(done, &size), bytes,
                           sizeof(bytes)), 0);
    CU_ASSERT_EQUAL(size, sizeof(bytes));
}

/* NULs count as any byte. Wherever the system cuts what is read, each pair
 * is one end of a line. */
static void a_long_text_with_pairs_at_every_place(void)
{
    enum { LINES = 200000 };
    char *text = apr_palloc(pool, 4 * LINES);
    mito_completed_t *done = NULL;
    const char *got;
    size_t size = 0, wrong = 0, i;

    for (i = 0; i < LINES; i++)
        memcpy(text + 4 * i, i % 3 == 0 ? "\0ab\n" : "a\0b\n", 4);
    MITO_ASSERT_OK_FATAL(mito_run(&done, MITO_ARGV(HELPER("copy")),
        &(mito_run_options_t){.capture_output = 1, .text = 1, .input = text,
                              .input_size = 4 * LINES}, pool));
    got = mito_completed_output(done, &size);
    CU_ASSERT_EQUAL(size, 4 * LINES);
    CU_ASSERT_TRUE(size == 4 * LINES && memcmp(got, text, size) == 0);
    for (i = 0; i < LINES; i++)
        memcpy(text + 4 * i, i % 2 == 0 ? "ab\r\n" : "a\r\n\r", 4);
    MITO_ASSERT_OK_FATAL(mito_run(&done, MITO_ARGV(HELPER("copy")),
        &(mito_run_options_t){.capture_output = 1, .text = on_posix(),
                              .input = text, .input_size = 4 * LINES},
        pool));
    got = mito_completed_output(done, &size);
    for (i = 0; on_posix() && i < size; i++)
        wrong += got[i] == '\r';
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(size, on_posix() ? LINES / 2 * 6 : 4 * LINES);
}

/* What the command reads is text as its system has it. */
static void text_is_fed_as_the_system_has_it(void)
{
    const char *path = temporary("fed");

    MITO_ASSERT_OK(mito_check_call(MITO_ARGV(HELPER("copy")),
        &(mito_run_options_t){
            .text = 1, .input = "one\ntwo\n\n", .input_size = 9,
            .command.output = {MITO_STREAM_PATH, .path = path}}, pool));
    CU_ASSERT_STRING_EQUAL(taken_from(path),
        on_posix() ? "one\ntwo\n\n" : "one\r\ntwo\r\n\r\n");
}

static void empty_input_is_its_end(void)
{
    const char *output = NULL;

    MITO_ASSERT_OK(mito_check_output(&output, NULL,
        MITO_ARGV(HELPER("copy")), &(mito_run_options_t){.input = ""},
        pool));
    CU_ASSERT_STRING_EQUAL(output, "");
}

/* ---- call, check_call, check_output ---- */

static void call_tells_the_exit_code(void)
{
    int64_t code = -1;

    MITO_ASSERT_OK(mito_call(&code, MITO_ARGV(HELPER("exit-code"), "0"),
                             NULL, pool));
    CU_ASSERT_EQUAL(code, 0);
    MITO_ASSERT_OK(mito_call(&code, MITO_ARGV(HELPER("exit-code"), "42"),
                             NULL, pool));
    CU_ASSERT_EQUAL(code, 42);
    MITO_ASSERT_STATUS(mito_call(&code, MITO_ARGV(HELPER("exit-code"), "43"),
        &(mito_run_options_t){.check = 1}, pool), MITO_EEXIT);
    CU_ASSERT_EQUAL(code, 43);
    MITO_ASSERT_STATUS(mito_call(&code, MITO_ARGV(HELPER("hang")),
        &(mito_run_options_t){.timeout = apr_time_from_msec(50)}, pool),
        APR_TIMEUP);
    CU_ASSERT_EQUAL(code, -9);
}

static void call_says_why_there_is_no_exit_code(void)
{
    int64_t code = 77;

    CU_ASSERT_TRUE(APR_STATUS_IS_ENOENT(mito_call(&code,
        MITO_ARGV("./no-such-program"), NULL, pool)));
    CU_ASSERT_EQUAL(code, 77);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "./no-such-program"));
}

static void check_call_wants_success(void)
{
    MITO_ASSERT_OK(mito_check_call(MITO_ARGV(HELPER("exit-code"), "0"), NULL,
                                   pool));
    MITO_ASSERT_STATUS(mito_check_call(
        MITO_ARGV(HELPER("exit-code"), "42"), NULL, pool), MITO_EEXIT);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "exit code 42"));
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), HELPER("exit-code")));
    MITO_ASSERT_STATUS(mito_check_call(MITO_ARGV(HELPER("hang")),
        &(mito_run_options_t){.timeout = apr_time_from_msec(50)}, pool),
        APR_TIMEUP);
}

static void check_output_has_the_output(void)
{
    const char *output = NULL;
    size_t size = 0;

    MITO_ASSERT_OK(mito_check_output(&output, &size,
        MITO_ARGV(HELPER("flood"), "300", "0"), NULL, pool));
    CU_ASSERT_EQUAL(size, 300);
    CU_ASSERT_EQUAL(output[299], 299 % 251);
    CU_ASSERT_EQUAL(output[300], '\0');
    MITO_ASSERT_OK(mito_check_output(&output, NULL,
        MITO_ARGV(HELPER("copy")),
        &(mito_run_options_t){.input = "fed", .input_size = 3}, pool));
    CU_ASSERT_STRING_EQUAL(output, "fed");
}

/* The error stream is not part of it, unless it joins. */
static void check_output_has_the_error_stream_on_demand(void)
{
    const char *const *argv = MITO_ARGV(HELPER("say"), "out", "err");
    const char *output = NULL;

    MITO_ASSERT_OK(mito_check_output(&output, NULL, argv,
        RUN_OPTIONS(.error.to = MITO_STREAM_NULL), pool));
    CU_ASSERT_STRING_EQUAL(output, "out");
    MITO_ASSERT_OK(mito_check_output(&output, NULL, argv,
        RUN_OPTIONS(.error.to = MITO_STREAM_OUTPUT), pool));
    CU_ASSERT_STRING_EQUAL(output, "outerr");
}

static void check_output_of_a_failure_is_there_too(void)
{
    const char *output = NULL;

    MITO_ASSERT_STATUS(mito_check_output(&output, NULL,
        MITO_ARGV(on_posix() ? "echo text; exit 3" : "echo text&exit 3"),
        RUN_OPTIONS(.shell = 1), pool), MITO_EEXIT);
    CU_ASSERT_STRING_EQUAL(without_returns(output), "text\n");
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "exit code 3"));
}

/* Given more and more time, until it has written what it does write. */
static void what_came_before_the_timeout_is_there(void)
{
    apr_interval_time_t timeout = apr_time_from_msec(20);
    mito_completed_t *done = NULL;
    const char *output = "";

    for (; strstr(output, "started") == NULL; timeout *= 2)
        MITO_ASSERT_STATUS_FATAL(mito_check_output(&output, NULL,
            MITO_ARGV(HELPER("hang"), "started"),
            &(mito_run_options_t){.timeout = timeout}, pool), APR_TIMEUP);
    MITO_ASSERT_STATUS(mito_run(&done, MITO_ARGV(HELPER("hang"), "started"),
        &(mito_run_options_t){.timeout = timeout, .capture_output = 1},
        pool), APR_TIMEUP);
    CU_ASSERT_PTR_NOT_NULL(done);
    CU_ASSERT_EQUAL(mito_completed_exit_code(done), -9);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "hang"));
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "seconds"));
}

static void check_output_refuses_what_it_does_itself(void)
{
    static const mito_run_options_t wrong[] = {
        {.capture_output = 1}, {.check = 1},
        {.command.output.to = MITO_STREAM_PIPE},
        {.command.output.to = MITO_STREAM_NULL}};
    const char *output = "untouched";
    size_t i;

    for (i = 0; i < COUNT_OF(wrong); i++)
        MITO_ASSERT_STATUS(mito_check_output(&output, NULL, NOTHING,
                                             &wrong[i], pool), MITO_EINVAL);
    CU_ASSERT_STRING_EQUAL(output, "untouched");
}

static void contradictions_are_refused(void)
{
    static const mito_run_options_t wrong[] = {
        {.capture_output = 1, .command.output.to = MITO_STREAM_NULL},
        {.capture_output = 1, .command.error.to = MITO_STREAM_OUTPUT},
        {.input = "", .command.input.to = MITO_STREAM_PIPE},
        {.input = "x", .input_size = 1,
         .command.input.to = MITO_STREAM_NULL},
        {.command.input.to = MITO_STREAM_PIPE_FILE},
        {.command.output.to = MITO_STREAM_PIPE_FILE},
        {.command.error.to = MITO_STREAM_PIPE_FILE},
        {.timeout = -1}};
    int64_t code = 77;
    size_t i;

    for (i = 0; i < COUNT_OF(wrong); i++) {
        MITO_ASSERT_STATUS(mito_call(&code, NOTHING, &wrong[i], pool),
                           MITO_EINVAL);
        MITO_ASSERT_STATUS(mito_check_call(NOTHING, &wrong[i], pool),
                           MITO_EINVAL);
    }
    CU_ASSERT_EQUAL(code, 77);
}

/* ---- getoutput, getstatusoutput ---- */

static void getoutput_has_both_streams(void)
{
    const char *text = NULL;

    MITO_ASSERT_OK(mito_getoutput(&text,
        on_posix() ? "echo out; echo err >&2; echo out again"
        : "echo out&echo err>&2&echo out again", pool));
    CU_ASSERT_STRING_EQUAL(text, "out\nerr\nout again");
}

/* Of several newlines at the end one is taken, and no blank is. */
static void one_newline_at_the_end_is_taken(void)
{
    const char *text = NULL;

    POSIX_ONLY;
    MITO_ASSERT_OK(mito_getoutput(&text, "printf 'text \\n\\n'", pool));
    CU_ASSERT_STRING_EQUAL(text, "text \n");
    MITO_ASSERT_OK(mito_getoutput(&text, "printf 'one\\r\\ntwo\\r\\n'",
                                  pool));
    CU_ASSERT_STRING_EQUAL(text, "one\ntwo");
    MITO_ASSERT_OK(mito_getoutput(&text, "printf '\\n'", pool));
    CU_ASSERT_STRING_EQUAL(text, "");
    MITO_ASSERT_OK(mito_getoutput(&text, "printf text", pool));
    CU_ASSERT_STRING_EQUAL(text, "text");
}

static void getstatusoutput_tells_the_exit_code_too(void)
{
    const char *text = NULL;
    int64_t code = -1000;

    MITO_ASSERT_OK(mito_getstatusoutput(&code, &text,
        on_posix() ? "echo text; exit 3" : "echo text&exit 3", pool));
    CU_ASSERT_EQUAL(code, 3);
    CU_ASSERT_STRING_EQUAL(text, "text");
    MITO_ASSERT_OK(mito_getstatusoutput(&code, &text, "exit 0", pool));
    CU_ASSERT_EQUAL(code, 0);
    CU_ASSERT_STRING_EQUAL(text, "");
    MITO_ASSERT_OK(mito_getstatusoutput(&code, &text,
                                        "no-such-program-in-path", pool));
    CU_ASSERT_NOT_EQUAL(code, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "no-such-program-in-path"));
    if (on_posix()) {
        MITO_ASSERT_OK(mito_getstatusoutput(&code, &text, "kill -9 $$",
                                            pool));
        CU_ASSERT_EQUAL(code, -9);
    }
}

/* ---- results ---- */

/* The result is a copy: what it was made from may go, and its memory be of
 * other use. */
static void a_result_knows_its_arguments(void)
{
    char name[] = "a name";
    char value[] = "0";
    const char *argv[] = {name, value, NULL};
    mito_completed_t *done = NULL;
    const char *const *known;

    MITO_ASSERT_OK_FATAL(mito_run(&done, argv,
        RUN_OPTIONS(.executable = HELPER("exit-code")), pool));
    memset(name, 'x', strlen(name));
    memset(value, 'x', strlen(value));
    argv[1] = NULL;
    MITO_ASSERT_OK(mito_check_call(NOTHING, NULL, pool));
    known = mito_completed_argv(done);
    CU_ASSERT_STRING_EQUAL(known[0], "a name");
    CU_ASSERT_STRING_EQUAL(known[1], "0");
    CU_ASSERT_PTR_NULL(known[2]);
}

static void a_result_counts_what_came(void)
{
    mito_completed_t *done = NULL;

    MITO_ASSERT_OK_FATAL(mito_run(&done,
        MITO_ARGV(HELPER("flood"), "100000", "70"),
        &(mito_run_options_t){
            .command = {.output = {MITO_STREAM_PIPE, .limit = 10},
                        .error.to = MITO_STREAM_PIPE}}, pool));
    CU_ASSERT_EQUAL(mito_completed_total(done, MITO_STDOUT), 100000);
    CU_ASSERT_EQUAL(mito_completed_total(done, MITO_STDERR), 70);
    CU_ASSERT_PTR_NULL(mito_completed_spilled(done, MITO_STDOUT));
    CU_ASSERT_PTR_NULL(mito_completed_spilled(done, MITO_STDERR));
}

static void a_result_is_checked_any_number_of_times(void)
{
    mito_completed_t *done = NULL;

    MITO_ASSERT_OK_FATAL(mito_run(&done, NOTHING, NULL, pool));
    MITO_ASSERT_OK(mito_completed_check(done));
    MITO_ASSERT_OK(mito_completed_check(done));
    MITO_ASSERT_OK_FATAL(mito_run(&done,
        MITO_ARGV(HELPER("exit-code"), "9"), NULL, pool));
    MITO_ASSERT_STATUS(mito_completed_check(done), MITO_EEXIT);
    MITO_ASSERT_STATUS(mito_completed_check(done), MITO_EEXIT);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "exit code 9"));
}

/* Signals by their names, and by number where there is none. */
static void a_signal_is_named(void)
{
    static const struct {
        const char *command, *name;
        int64_t code;
    } signals[] = {{"kill -9 $$", "SIGKILL", -9},
                   {"kill -15 $$", "SIGTERM", -15},
                   {"kill -6 $$", "SIGABRT", -6},
                   {"kill -42 $$", "42", -42}};
    mito_completed_t *done = NULL;
    size_t i;

    POSIX_ONLY;
    for (i = 0; i < COUNT_OF(signals); i++) {
        MITO_ASSERT_OK_FATAL(mito_run(&done, MITO_ARGV(signals[i].command),
                                      RUN_OPTIONS(.shell = 1), pool));
        CU_ASSERT_EQUAL(mito_completed_exit_code(done), signals[i].code);
        MITO_ASSERT_STATUS(mito_completed_check(done), MITO_EEXIT);
        CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), signals[i].name));
    }
}

/* ---- command lines ---- */

/* The rules of Microsoft's C library, at each of their corners. */
static void an_argument_vector_becomes_a_line(void)
{
    static const struct {
        const char *argv[5];
        const char *line;
    } cases[] = {
        {{NULL}, ""},
        {{"one", NULL}, "one"},
        {{"one", "two", NULL}, "one two"},
        {{"", NULL}, "\"\""},
        {{"one", "", "two", NULL}, "one \"\" two"},
        {{"a blank", NULL}, "\"a blank\""},
        {{"a\ttab", NULL}, "\"a\ttab\""},
        {{"a\nline", NULL}, "a\nline"},
        {{"quo\"te", NULL}, "quo\\\"te"},
        {{"\"both\" here", NULL}, "\"\\\"both\\\" here\""},
        {{"back\\slash", NULL}, "back\\slash"},
        {{"end\\", NULL}, "end\\"},
        {{"\\\\server\\share", NULL}, "\\\\server\\share"},
        {{"a b\\", NULL}, "\"a b\\\\\""},
        {{"a b\\\\", "c", NULL}, "\"a b\\\\\\\\\" c"},
        {{"a\\ b", NULL}, "\"a\\ b\""},
        {{"a\\\"b", NULL}, "a\\\\\\\"b"},
        {{"a\\\\\"b", NULL}, "a\\\\\\\\\\\"b"},
        {{"a\\\\b c", NULL}, "\"a\\\\b c\""},
        {{"\"", NULL}, "\\\""},
        {{"\\", "\\", NULL}, "\\ \\"},
        {{"%PATH%", "a&b|c", "^", NULL}, "%PATH% a&b|c ^"}};
    size_t i;

    for (i = 0; i < COUNT_OF(cases); i++)
        CU_ASSERT_STRING_EQUAL(mito_list2cmdline(cases[i].argv, pool),
                               cases[i].line);
}

/* What it is for: programs take it apart again. */
static void such_a_line_is_understood(void)
{
    const char *const *argv = MITO_ARGV(
        HELPER("arguments"), "", "a b", "\"", "a\\", "a b\\", "\\\"", "\t");

    WINDOWS_ONLY;
    CU_ASSERT_STRING_EQUAL(output_of(argv, COMMAND(
        .windows.command_line = mito_list2cmdline(argv, pool))),
        output_of(argv, NULL));
}

/* ---- batch files ---- */

static const char *write_batch_file(void)
{
    const char *path = temporary("batch file.bat");

    write_file(path, "@echo [%~1] [%~2]\r\n@exit /b 3\r\n");
    return path;
}

static void a_batch_file_runs(void)
{
    mito_completed_t *done = NULL;
    const char *path;

    WINDOWS_ONLY;
    path = write_batch_file();
    MITO_ASSERT_OK(mito_run(&done, MITO_ARGV(path, "one", "two = 2, 3; 4"),
        &(mito_run_options_t){.capture_output = 1}, pool));
    CU_ASSERT_PTR_NOT_NULL_FATAL(done);
    CU_ASSERT_EQUAL(mito_completed_exit_code(done), 3);
    CU_ASSERT_STRING_EQUAL(
        without_returns(mito_completed_output(done, NULL)),
        "[one] [two = 2, 3; 4]\n");
    MITO_ASSERT_OK(apr_file_remove(path, pool));
}

static void a_batch_file_gets_nothing_that_the_shell_would_take(void)
{
    static const char *const taken[] = {
        "\"", "%PATH%", "!a!", "^", "a&calc", "|", "<", ">", "(", ")",
        "a\nb", "a\rb", "\"&calc\""};
    mito_completed_t *done = NULL;
    const char *path;
    size_t i;

    WINDOWS_ONLY;
    path = write_batch_file();
    for (i = 0; i < COUNT_OF(taken); i++)
        MITO_ASSERT_STATUS(mito_run(&done, MITO_ARGV(path, "x", taken[i]),
                                    NULL, pool), MITO_EBATCH);
    CU_ASSERT_PTR_NULL(done);
    MITO_ASSERT_OK(apr_file_remove(path, pool));
}

/* The extensions of PATHEXT are tried, of those that can be run. */
static void pathext_says_what_is_a_program(void)
{
    char *path = NULL, *extensions = NULL;
    const char *program;
    int64_t code = 0;

    WINDOWS_ONLY;
    program = temporary("mito-tool.bat");
    write_file(program, "@exit /b 6\r\n");
    write_file(temporary("mito-tool.vbs"), "WScript.Quit 7\r\n");
    MITO_ASSERT_OK(apr_env_get(&path, "PATH", pool));
    MITO_ASSERT_OK(apr_env_get(&extensions, "PATHEXT", pool));
    MITO_ASSERT_OK(apr_env_set("PATH", apr_pstrcat(pool, path, ";",
        mito_test_temporary_directory(), NULL), pool));
    MITO_ASSERT_OK(apr_env_set("PATHEXT", ".VBS;.EXE;.BAT", pool));
    MITO_ASSERT_OK(mito_call(&code, MITO_ARGV("mito-tool"), NULL, pool));
    CU_ASSERT_EQUAL(code, 6);
    MITO_ASSERT_OK(apr_env_set("PATHEXT", ".VBS;.EXE", pool));
    CU_ASSERT_TRUE(APR_STATUS_IS_ENOENT(mito_call(&code,
        MITO_ARGV("mito-tool"), NULL, pool)));
    MITO_ASSERT_OK(mito_call(&code, MITO_ARGV("mito-tool.bat"), NULL, pool));
    CU_ASSERT_EQUAL(code, 6);
    MITO_ASSERT_OK(apr_env_set("PATHEXT", extensions, pool));
    MITO_ASSERT_OK(apr_env_set("PATH", path, pool));
    MITO_ASSERT_OK(apr_file_remove(program, pool));
    MITO_ASSERT_OK(apr_file_remove(temporary("mito-tool.vbs"), pool));
}

static const mito_test_t tests[] = {
    {"the_ends_of_lines_become_newlines", the_ends_of_lines_become_newlines, 0},
    {"bytes_stay_what_they_are", bytes_stay_what_they_are, 0},
    {"a_long_text_with_pairs_at_every_place",
     a_long_text_with_pairs_at_every_place, 0},
    {"text_is_fed_as_the_system_has_it", text_is_fed_as_the_system_has_it, 0},
    {"empty_input_is_its_end", empty_input_is_its_end, 0},
    {"call_tells_the_exit_code", call_tells_the_exit_code, 0},
    {"call_says_why_there_is_no_exit_code",
     call_says_why_there_is_no_exit_code, 0},
    {"check_call_wants_success", check_call_wants_success, 0},
    {"check_output_has_the_output", check_output_has_the_output, 0},
    {"check_output_has_the_error_stream_on_demand",
     check_output_has_the_error_stream_on_demand, 0},
    {"check_output_of_a_failure_is_there_too",
     check_output_of_a_failure_is_there_too, 0},
    {"what_came_before_the_timeout_is_there",
     what_came_before_the_timeout_is_there, 0},
    {"check_output_refuses_what_it_does_itself",
     check_output_refuses_what_it_does_itself, 0},
    {"contradictions_are_refused", contradictions_are_refused, 0},
    {"getoutput_has_both_streams", getoutput_has_both_streams, 0},
    {"one_newline_at_the_end_is_taken", one_newline_at_the_end_is_taken, 0},
    {"getstatusoutput_tells_the_exit_code_too",
     getstatusoutput_tells_the_exit_code_too, 0},
    {"a_result_knows_its_arguments", a_result_knows_its_arguments, 0},
    {"a_result_counts_what_came", a_result_counts_what_came, 0},
    {"a_result_is_checked_any_number_of_times",
     a_result_is_checked_any_number_of_times, 0},
    {"a_signal_is_named", a_signal_is_named, 0},
    {"an_argument_vector_becomes_a_line", an_argument_vector_becomes_a_line, 0},
    {"such_a_line_is_understood", such_a_line_is_understood, 0},
    {"a_batch_file_runs", a_batch_file_runs, 0},
    {"a_batch_file_gets_nothing_that_the_shell_would_take",
     a_batch_file_gets_nothing_that_the_shell_would_take, 0},
    {"pathext_says_what_is_a_program", pathext_says_what_is_a_program, 0},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    if (mito_init(&argc, &argv, &pool) != APR_SUCCESS)
        return EXIT_FAILURE;
    return mito_test_main(argc, argv, "run", tests);
}
