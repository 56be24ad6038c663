/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capture: a command's output captured, then with its error stream merged
 * in, then fed with input; a command that fails turned into an error; one
 * that takes too long; one that does not exist.
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

    if (strcmp(part, "greet") == 0) {
        puts("hello from a command");
    } else if (strcmp(part, "mixed") == 0) {
        fputs("to output\n", stdout);
        fflush(stdout);
        fputs("to error\n", stderr);
    } else if (strcmp(part, "shout") == 0) {
        while ((c = getchar()) != EOF)
            putchar(toupper(c));
    } else if (strcmp(part, "fail") == 0) {
        return 3;
    } else if (strcmp(part, "hang") == 0) {
        for (;;)
            apr_sleep(apr_time_from_sec(3600));
    }
    return 0;
}

/* Windows programs end their lines with a carriage return more. */
static void show(const char *title, const char *text)
{
    printf("%s: ", title);
    for (; *text != '\0'; text++)
        if (*text != '\r')
            putchar(*text == '\n' ? '|' : *text);
    putchar('\n');
}

int main(int argc, const char *const *argv)
{
    mito_completed_t *done;
    apr_pool_t *pool;
    const char *self;

    MITO_CHECK(mito_init(&argc, &argv, &pool));
    self = argv[0];
    if (argc > 1)
        return act(argv[1]);

    MITO_CHECK(mito_run(&done, MITO_ARGV(self, "greet"),
        &(mito_run_options_t){.capture_output = 1}, pool));
    show("captured", mito_completed_output(done, NULL));

    MITO_CHECK(mito_run(&done, MITO_ARGV(self, "mixed"),
        &(mito_run_options_t){
            .command.output = {MITO_STREAM_PIPE},
            .command.error = {MITO_STREAM_OUTPUT}}, pool));
    show("merged", mito_completed_output(done, NULL));

    MITO_CHECK(mito_run(&done, MITO_ARGV(self, "shout"),
        &(mito_run_options_t){.capture_output = 1, .input = "quiet",
                              .input_size = 5}, pool));
    show("fed", mito_completed_output(done, NULL));

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
    return 0;
}
