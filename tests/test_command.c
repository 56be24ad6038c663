/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_command: what a command can be given besides its arguments and its
 * streams: another program, a shell, a directory, an environment. What the
 * platform lacks is refused by its name. Rights and limits are in
 * test_rights.
 */
#include "runner.h"

#include <mito.h>

static apr_pool_t *pool;

#include "commands.h"

#include <apr_env.h>
#include <apr_file_info.h>
#include <stdlib.h>
#include <string.h>

/* ---- the program ---- */

/* argv[0] is for the command to see, the executable for the system. */
static void the_executable_may_differ_from_argv(void)
{
    CU_ASSERT_EQUAL(exit_code_of(MITO_ARGV("another name", "5"),
        COMMAND(.executable = HELPER("exit-code"))), 5);
    CU_ASSERT_TRUE(APR_STATUS_IS_ENOENT(refusal(NOTHING,
        COMMAND(.executable = "no-such-program-in-path"))));
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "no-such-program-in-path"));
}

static void argv0_is_what_the_command_sees(void)
{
    POSIX_ONLY;
    CU_ASSERT_STRING_EQUAL(output_of(MITO_ARGV("its name", "-c", "echo $0"),
        COMMAND(.executable = "sh")), "its name\n");
}

/* The text is one name, and no command line. */
static void a_name_is_not_split(void)
{
    CU_ASSERT_TRUE(APR_STATUS_IS_ENOENT(refusal(
        MITO_ARGV(apr_pstrcat(pool, HELPER("exit-code"), " 0", NULL)),
        COMMAND(.shell = 0))));
}

static void a_program_is_found_in_path(void)
{
    const char *folder = folder_of(HELPER("exit-code"));
    char *path = NULL;

    MITO_ASSERT_OK(apr_env_get(&path, "PATH", pool));
    CU_ASSERT_TRUE(APR_STATUS_IS_ENOENT(refusal(
        MITO_ARGV("exit-code", "6"), COMMAND(.shell = 0))));
    MITO_ASSERT_OK(apr_env_set("PATH", apr_pstrcat(pool, path,
        on_posix() ? ":" : ";", folder, NULL), pool));
    CU_ASSERT_EQUAL(exit_code_of(MITO_ARGV("exit-code", "6"),
                                 COMMAND(.shell = 0)), 6);
    CU_ASSERT_EQUAL(exit_code_of(MITO_ARGV("x", "7"),
                                 COMMAND(.executable = "exit-code")), 7);
    MITO_ASSERT_OK(apr_env_set("PATH", path, pool));
}

static void the_current_directory_is_not_in_path(void)
{
    char *before = NULL;

    MITO_ASSERT_OK(apr_filepath_get(&before, 0, pool));
    MITO_ASSERT_OK(apr_filepath_set(folder_of(HELPER("exit-code")), pool));
    CU_ASSERT_TRUE(APR_STATUS_IS_ENOENT(refusal(
        MITO_ARGV("exit-code", "0"), COMMAND(.shell = 0))));
    CU_ASSERT_EQUAL(exit_code_of(MITO_ARGV("./exit-code", "3"),
                                 COMMAND(.shell = 0)), 3);
    MITO_ASSERT_OK(apr_filepath_set(before, pool));
}

/* POSIX: the PATH that the command is given counts. */
static void path_is_the_commands(void)
{
    const char *folder = folder_of(HELPER("exit-code"));
    const char *variable = apr_pstrcat(pool, "PATH=", folder, NULL);

    POSIX_ONLY;
    CU_ASSERT_EQUAL(exit_code_of(MITO_ARGV("exit-code", "8"),
        COMMAND(.environment = MITO_ARGV(variable))), 8);
    CU_ASSERT_EQUAL(exit_code_of(MITO_ARGV("exit-code", "9"),
        COMMAND(.add_environment = MITO_ARGV(variable))), 9);
    CU_ASSERT_TRUE(APR_STATUS_IS_ENOENT(refusal(MITO_ARGV("ls"),
        COMMAND(.environment = MITO_ARGV(variable)))));
}

/* ---- the shell ---- */

static void a_shell_runs_a_text(void)
{
    CU_ASSERT_STRING_EQUAL(output_of(
        MITO_ARGV(on_posix() ? "echo one; echo two" : "echo one&echo two"),
        COMMAND(.shell = 1)), "one\ntwo\n");
    CU_ASSERT_EQUAL(exit_code_of(MITO_ARGV("exit 3"), COMMAND(.shell = 1)),
                    3);
    CU_ASSERT_NOT_EQUAL(exit_code_of(MITO_ARGV("no-such-program-in-path"),
        COMMAND(.shell = 1, .error.to = MITO_STREAM_NULL)), 0);
}

static void what_follows_the_text_is_its_own(void)
{
    const char *const *argv = MITO_ARGV("echo \"$0|$1|$2|$#\"", "zero",
                                        "o n e", "$two");

    if (on_posix()) {
        CU_ASSERT_STRING_EQUAL(output_of(argv, COMMAND(.shell = 1)),
                               "zero|o n e|$two|2\n");
        return;
    }
    MITO_ASSERT_STATUS(refusal(argv, COMMAND(.shell = 1)), MITO_EINVAL);
}

static void the_shell_can_be_another(void)
{
    POSIX_ONLY;
    /* env -c would not know the option; what it is given shows itself. */
    CU_ASSERT_STRING_EQUAL(output_of(MITO_ARGV("text", "more"),
        COMMAND(.shell = 1, .executable = HELPER("arguments"))),
        "2d63\n74657874\n6d6f7265\n");
}

/* ---- the directory ---- */

static void a_relative_program_is_seen_from_there(void)
{
    const char *folder = folder_of(HELPER("exit-code"));

    if (on_posix()) {
        CU_ASSERT_EQUAL(exit_code_of(MITO_ARGV("./exit-code", "4"),
            COMMAND(.working_directory = folder)), 4);
        return;
    }
    CU_ASSERT_TRUE(APR_STATUS_IS_ENOENT(refusal(
        MITO_ARGV("./exit-code", "4"),
        COMMAND(.working_directory = folder))));
}

static void a_working_directory_that_is_none_is_named(void)
{
    const char *path = temporary("file");

    write_file(path, "no folder");
    expect_refused(COMMAND(.working_directory = path), MITO_EWORKDIR, path);
    MITO_ASSERT_OK(apr_file_remove(path, pool));
    expect_refused(COMMAND(.working_directory = path), MITO_EWORKDIR, path);
    expect_refused(COMMAND(.working_directory = ""), MITO_EWORKDIR, "''");
}

/* ---- the environment ---- */

static void expect_values(const mito_command_options_t *options,
                          const char *expected)
{
    CU_ASSERT_STRING_EQUAL(output_of(
        MITO_ARGV(HELPER("environment"), "MITO_TEST_ONE", "MITO_TEST_TWO",
                  "MITO_TEST_THREE"), options), expected);
}

static void variables_are_added_and_removed(void)
{
    apr_env_set("MITO_TEST_ONE", "1", pool);
    apr_env_set("MITO_TEST_TWO", "2", pool);
    expect_values(NULL, "1\n2\n(unset)\n");
    expect_values(COMMAND(.add_environment = MITO_ARGV(
        "MITO_TEST_THREE=3", "MITO_TEST_ONE=one = 1")),
        "one = 1\n2\n3\n");
    expect_values(COMMAND(.remove_environment = MITO_ARGV(
        "MITO_TEST_TWO", "MITO_TEST_THREE")), "1\n(unset)\n(unset)\n");
    expect_values(COMMAND(
        .remove_environment = MITO_ARGV("MITO_TEST_ONE", "MITO_TEST_TWO"),
        .add_environment = MITO_ARGV("MITO_TEST_TWO=new")),
        "(unset)\nnew\n(unset)\n");
    expect_values(NULL, "1\n2\n(unset)\n");
}

static void a_replaced_environment_is_changed_too(void)
{
    apr_env_set("MITO_TEST_ONE", "parent's", pool);
    expect_values(COMMAND(
        .environment = MITO_ARGV("MITO_TEST_TWO=2", "MITO_TEST_THREE=3"),
        .remove_environment = MITO_ARGV("MITO_TEST_TWO"),
        .add_environment = MITO_ARGV("MITO_TEST_THREE=three")),
        "(unset)\n(unset)\nthree\n");
    expect_values(COMMAND(
        .environment = (const char *const[]){NULL},
        .add_environment = MITO_ARGV("MITO_TEST_ONE=1")),
        "1\n(unset)\n(unset)\n");
}

/* How often a variable is there, as a shell's `env` shows it: none of the
 * same name is left that a program could find instead. */
static void an_added_variable_leaves_no_namesake(void)
{
    POSIX_ONLY;
    CU_ASSERT_STRING_EQUAL(output_of(MITO_ARGV("env"),
        COMMAND(.environment = MITO_ARGV("A=1", "B=2", "A=3"),
                .add_environment = MITO_ARGV("A=4"))), "B=2\nA=4\n");
    CU_ASSERT_STRING_EQUAL(output_of(MITO_ARGV("env"),
        COMMAND(.environment = MITO_ARGV("A=1", "B=2", "A=3"),
                .remove_environment = MITO_ARGV("A"))), "B=2\n");
    CU_ASSERT_STRING_EQUAL(output_of(MITO_ARGV("env"),
        COMMAND(.environment = MITO_ARGV("B=2"),
                .add_environment = MITO_ARGV("A=1", "A=2"))), "B=2\nA=2\n");
}

/* Names that begin alike, and names that differ in nothing but case, which
 * are one on Windows. */
static void only_the_same_name_is_meant(void)
{
    apr_env_set("MITO_TEST_ONE", "1", pool);
    expect_values(COMMAND(
        .remove_environment = MITO_ARGV("MITO_TEST_ON", "MITO_TEST_ONE2"),
        .add_environment = MITO_ARGV("MITO_TEST_O=x", "MITO_TEST_ONE_=y")),
        "1\n(unset)\n(unset)\n");
    expect_values(COMMAND(
        .add_environment = MITO_ARGV("Mito_Test_One=mixed")),
        on_posix() ? "1\n(unset)\n(unset)\n" : "mixed\n(unset)\n(unset)\n");
    expect_values(COMMAND(
        .remove_environment = MITO_ARGV("mito_test_one")),
        on_posix() ? "1\n(unset)\n(unset)\n"
        : "(unset)\n(unset)\n(unset)\n");
}

/* Windows has variables whose names begin with a `=`, and no two that differ
 * in nothing but case. */
static void the_last_of_namesakes_counts_on_windows(void)
{
    WINDOWS_ONLY;
    expect_values(COMMAND(.environment = MITO_ARGV(
        "MITO_TEST_ONE=1", "=X:=X:\\folder", "mito_test_one=2")),
        "2\n(unset)\n(unset)\n");
}

static void added_variables_without_a_name_are_refused(void)
{
    MITO_ASSERT_STATUS(refusal(NOTHING,
        COMMAND(.add_environment = MITO_ARGV("=value"))), MITO_EINVAL);
    MITO_ASSERT_STATUS(refusal(NOTHING,
        COMMAND(.add_environment = MITO_ARGV("NAME"))), MITO_EINVAL);
    MITO_ASSERT_STATUS(refusal(NOTHING,
        COMMAND(.add_environment = MITO_ARGV(""))), MITO_EINVAL);
}

/* ---- what the other platform has ---- */

typedef struct named_options_t {
    const char *name;
    mito_command_options_t options;
} named_options_t;

static const named_options_t windows_options[] = {
    {"windows.console", {.windows.console = MITO_CONSOLE_NEW}},
    {"windows.console", {.windows.console = MITO_CONSOLE_HIDDEN}},
    {"windows.console", {.windows.console = MITO_CONSOLE_NONE}},
    {"windows.window", {.windows.window = MITO_WINDOW_HIDDEN}},
    {"windows.window", {.windows.window = MITO_WINDOW_MINIMIZED}},
    {"windows.window", {.windows.window = MITO_WINDOW_MAXIMIZED}},
    {"windows.feedback", {.windows.feedback = MITO_FEEDBACK_ON}},
    {"windows.feedback", {.windows.feedback = MITO_FEEDBACK_OFF}},
    {"windows.default_error_mode", {.windows.default_error_mode = 1}}};

/* For a console of its own Wine starts a desktop, which stays. */
static int is_too_much_for_wine(const mito_command_options_t *options)
{
    return mito_test_is_wine()
           && options->windows.console == MITO_CONSOLE_NEW;
}

static void options_of_windows(void)
{
    size_t i;

    for (i = 0; i < COUNT_OF(windows_options); i++) {
        const mito_command_options_t *options = &windows_options[i].options;

        if (on_posix())
            expect_refused(options, MITO_ENOTSUP, windows_options[i].name);
        else if (!is_too_much_for_wine(options))
            CU_ASSERT_EQUAL(exit_code_of(NOTHING, options), 0);
    }
}

/* The job that the parent is in may forbid it. */
static void a_command_breaks_away_from_the_job(void)
{
    static const mito_command_options_t options = {
        .windows.breakaway_from_job = 1};

    if (on_posix()) {
        expect_refused(&options, MITO_ENOTSUP, "windows.breakaway_from_job");
    } else {
        apr_status_t status = mito_check_call(NOTHING,
            &(mito_run_options_t){.command = options}, pool);

        CU_ASSERT_TRUE(status == APR_SUCCESS
                       || APR_STATUS_IS_EACCES(status));
    }
}

static void a_command_line_goes_as_it_is(void)
{
    const mito_command_options_t options = {
        .windows.command_line = "\"whatever\"  7  "};

    if (on_posix())
        expect_refused(&options, MITO_ENOTSUP, "windows.command_line");
    else
        CU_ASSERT_EQUAL(exit_code_of(MITO_ARGV(HELPER("exit-code"), "0"),
                                     &options), 7);
}

static const mito_resource_limit_t no_limits[] = {
    {MITO_RESOURCE_OPEN_FILES, 64, 64}, {MITO_RESOURCE_END, 0, 0}};

static void options_of_posix(void)
{
    const named_options_t options[] = {
        {"posix.new_session", {.posix.new_session = 1}},
        {"posix.user", {.posix.user = "0"}},
        {"posix.group", {.posix.group = "0"}},
        {"posix.groups", {.posix.groups = MITO_ARGV("0")}},
        {"posix.umask", {.posix.umask = MITO_UMASK(0)}},
        {"posix.nice", {.posix.nice = 1}},
        {"posix.limits", {.posix.limits = no_limits}},
        {"posix.clear_signal_mask", {.posix.clear_signal_mask = 1}},
        {"posix.keep_ignored_signals", {.posix.keep_ignored_signals = 1}},
        {"process_group", {.process_group = 1}}};
    size_t i;

    if (skipped_without(!on_posix(), "each of these has a case of its own"))
        return;
    for (i = 0; i < COUNT_OF(options); i++)
        expect_refused(&options[i].options, MITO_ENOTSUP, options[i].name);
}

static const mito_test_t tests[] = {
    {"the_executable_may_differ_from_argv",
     the_executable_may_differ_from_argv, 0},
    {"argv0_is_what_the_command_sees", argv0_is_what_the_command_sees, 0},
    {"a_name_is_not_split", a_name_is_not_split, 0},
    {"a_program_is_found_in_path", a_program_is_found_in_path, 0},
    {"the_current_directory_is_not_in_path",
     the_current_directory_is_not_in_path, 0},
    {"path_is_the_commands", path_is_the_commands, 0},
    {"a_shell_runs_a_text", a_shell_runs_a_text, 0},
    {"what_follows_the_text_is_its_own", what_follows_the_text_is_its_own, 0},
    {"the_shell_can_be_another", the_shell_can_be_another, 0},
    {"a_relative_program_is_seen_from_there",
     a_relative_program_is_seen_from_there, 0},
    {"a_working_directory_that_is_none_is_named",
     a_working_directory_that_is_none_is_named, 0},
    {"variables_are_added_and_removed", variables_are_added_and_removed, 0},
    {"a_replaced_environment_is_changed_too",
     a_replaced_environment_is_changed_too, 0},
    {"an_added_variable_leaves_no_namesake",
     an_added_variable_leaves_no_namesake, 0},
    {"only_the_same_name_is_meant", only_the_same_name_is_meant, 0},
    {"the_last_of_namesakes_counts_on_windows",
     the_last_of_namesakes_counts_on_windows, 0},
    {"added_variables_without_a_name_are_refused",
     added_variables_without_a_name_are_refused, 0},
    {"options_of_windows", options_of_windows, 0},
    {"a_command_breaks_away_from_the_job",
     a_command_breaks_away_from_the_job, 0},
    {"a_command_line_goes_as_it_is", a_command_line_goes_as_it_is, 0},
    {"options_of_posix", options_of_posix, 0},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    if (mito_init(&argc, &argv, &pool) != APR_SUCCESS)
        return EXIT_FAILURE;
    return mito_test_main(argc, argv, "command", tests);
}
