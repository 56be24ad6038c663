/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capture: a command's output captured, then with its error stream merged
 * in, then fed with input; its head and its tail alone; what a shell prints;
 * a command that fails turned into an error; one that takes too long; one
 * that does not exist.
 *
 * The command is this program itself, which does what its first argument
 * says, so that the example is the same on every platform.
 */
#include <mito.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int act(const char *part)
{
    int c;
    int i;

    if (strcmp(part, "greet") == 0) {
        printf("hello from %s\n", getenv("GREETER"));
    } else if (strcmp(part, "mixed") == 0) {
        fputs("to output\n", stdout);
        fflush(stdout);
        fputs("to error\n", stderr);
    } else if (strcmp(part, "shout") == 0) {
        while ((c = getchar()) != EOF)
            putchar(toupper(c));
    } else if (strcmp(part, "count") == 0) {
        for (i = 0; i < 10000; i++)
            putchar('0' + i % 10);
    } else if (strcmp(part, "fail") == 0) {
        return 3;
    } else if (strcmp(part, "hang") == 0) {
        for (;;)
            apr_sleep(apr_time_from_sec(3600));
    }
    return 0;
}

static void show(const char *title, const char *text)
{
    printf("%s: ", title);
    for (; *text != '\0'; text++)
        putchar(*text == '\n' ? '|' : *text);
    putchar('\n');
}

/* With `text` lines end alike on every platform. */
static void capture(const char *self, apr_pool_t *pool)
{
    mito_completed_t *done;
    const char *output;

    MITO_CHECK(mito_check_output(&output, NULL, MITO_ARGV(self, "greet"),
        &(mito_run_options_t){
            .command.add_environment = MITO_ARGV("GREETER=a command"),
            .text = 1}, pool));
    show("captured", output);

    MITO_CHECK(mito_run(&done, MITO_ARGV(self, "mixed"),
        &(mito_run_options_t){
            .command.output.to = MITO_STREAM_PIPE,
            .command.error.to = MITO_STREAM_OUTPUT,
            .text = 1}, pool));
    show("merged", mito_completed_output(done, NULL));

    MITO_CHECK(mito_run(&done, MITO_ARGV(self, "shout"),
        &(mito_run_options_t){.capture_output = 1, .input = "quiet",
                              .input_size = 5}, pool));
    show("fed", mito_completed_output(done, NULL));
}

/* The command writes 10,000 digits; no more than 12 are kept. */
static void capture_some(const char *self, apr_pool_t *pool)
{
    mito_run_options_t options = {
        .command.output = {.to = MITO_STREAM_PIPE, .limit = 12}};
    mito_completed_t *done;

    MITO_CHECK(mito_run(&done, MITO_ARGV(self, "count"), &options, pool));
    show("head", mito_completed_output(done, NULL));

    options.command.output.overflow = MITO_OVERFLOW_TAIL;
    MITO_CHECK(mito_run(&done, MITO_ARGV(self, "count"), &options, pool));
    show("tail", mito_completed_output(done, NULL));
    printf("of: %d bytes\n", (int)mito_completed_total(done, MITO_STDOUT));
}

static void ask_the_shell(apr_pool_t *pool)
{
    const char *output;

    MITO_CHECK(mito_getoutput(&output, "echo hello from a shell", pool));
    show("shell", output);
}

static void fail(const char *self, apr_pool_t *pool)
{
    mito_completed_t *done;

    if (mito_run(&done, MITO_ARGV(self, "fail"),
                 &(mito_run_options_t){.check = 1}, pool) == MITO_EEXIT)
        printf("failed: exit code %d\n",
               (int)mito_completed_exit_code(done));

    if (mito_run(&done, MITO_ARGV(self, "hang"),
                 &(mito_run_options_t){.timeout = apr_time_from_sec(1)},
                 pool) == APR_TIMEUP)
        show("timed out", "it was killed");

    if (APR_STATUS_IS_ENOENT(mito_run(&done, MITO_ARGV("./no-such-program"),
                                      NULL, pool)))
        show("not started", "there is no such program");
}

int main(int argc, const char *const *argv)
{
    apr_pool_t *pool;

    MITO_CHECK(mito_init(&argc, &argv, &pool));
    if (argc > 1)
        return act(argv[1]);
    capture(argv[0], pool);
    capture_some(argv[0], pool);
    ask_the_shell(pool);
    fail(argv[0], pool);
    return 0;
}
