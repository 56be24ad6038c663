/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The test of the runner: every way in which a case can be bad is seen, is
 * told under the case's name, and fails the program. The bad cases are those
 * of helpers/runner_victim.c, which is run as a command; its report is read.
 *
 * The case is judged by the same runner. What it claims about killed and
 * leaked processes of the victim is thereby proved from outside: had the
 * inner runner left one, the outer would tell.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/runner.h"

#define REPORT_SIZE (256 * 1024)

static char report[REPORT_SIZE];

static void read_report(const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t size;

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    size = fread(report, 1, sizeof(report) - 1, file);
    report[size] = '\0';
    CU_ASSERT_EQUAL(fclose(file), 0);
    CU_ASSERT_EQUAL(remove(path), 0);
}

/* What stands before the victim's command, for a POSIX shell alone. */
static char prefix[128];

/* Returns the victim's exit code. The redirection comes first because the
 * shell of Windows takes quotes away from a command that begins with one. */
static int run_victim(const char *arguments)
{
    char command[3 * 4096], path[4096];
    int status;

    snprintf(path, sizeof(path), "%s/report",
             mito_test_temporary_directory());
    snprintf(command, sizeof(command), "%s>\"%s\" \"%s\" %s 2>&1",
             prefix, path, mito_test_helper("runner_victim"), arguments);
    status = system(command);
    read_report(path);
    /* POSIX keeps the code in the second byte, Windows in the first. */
    return status > 255 ? status >> 8 : status;
}

static int told(const char *what)
{
    return strstr(report, what) != NULL;
}

/* When a case of this test fails, the report is what one wants to see. */
static void check(int value, const char *what)
{
    static int shown;

    if (!value && !shown)
        printf("%s", report);
    shown |= !value;
    if (!value)
        printf("The report misses: %s\n", what);
    CU_ASSERT_TRUE(value);
}

/* CUnit's table must count one test, passed or failed. */
static void check_summary(int failed)
{
    const char *table = strstr(report, "Run Summary:");
    const char *row = table != NULL ? strstr(table, "tests") : NULL;
    int total = 0, run = 0, passed = 0, failures = 0;

    check(row != NULL
          && sscanf(row, "tests %d %d %d %d", &total, &run, &passed,
                    &failures) == 4, "the summary");
    check(total == 1 && run == 1, "one test");
    check(failures == failed && passed == 1 - failed, "the counts");
}

static void expect_pass(const char *name, const char *telling)
{
    char line[128];

    CU_ASSERT_EQUAL(run_victim(name), 0);
    snprintf(line, sizeof(line), "Test: %s ...", name);
    check(told(line), line);
    check(told("passed"), "passed");
    check(told(telling), telling);
    check_summary(0);
}

static void expect_failure(const char *name, const char *telling)
{
    char line[128];

    CU_ASSERT_EQUAL(run_victim(name), 1);
    snprintf(line, sizeof(line), "Test: %s ...FAILED", name);
    check(told(line), line);
    check(told(telling), telling);
    check(told("MITO_TEST_SEED="), "the seed");
    check_summary(1);
}

static void counts_a_pass(void)
{
    expect_pass("passes", "Suite: runner_victim");
}

static void shows_why_a_case_is_skipped(void)
{
    expect_pass("skips", "SKIP: there is no moon");
}

static void tells_failed_assertions(void)
{
    expect_failure("fails", "CU_ASSERT_EQUAL(1 + 1,3)");
    check(told("CU_ASSERT_STRING_EQUAL(\"one\",\"two\")"), "the second");
    check(told("runner_victim.c:"), "the file");
    check(told("| it went on"), "the output");
}

static void stops_at_a_fatal_assertion(void)
{
    expect_failure("fails_fatally", "CU_ASSERT_TRUE_FATAL(program == NULL)");
    check(!told("it went on"), "the stop");
}

static void tells_a_crash(void)
{
    expect_failure("crashes", "| before the crash");
    check(told("SIGSEGV") || told("access violation")
          || told("Sanitizer") || told("runtime error"), "what it was");
}

static void tells_an_abort_and_what_failed_before(void)
{
    expect_failure("aborts", "CU_ASSERT_EQUAL(2 + 2,5)");
    check(told("SIGABRT") || told("exit code 3") || told("0xC0000409"),
          "what it was");
}

static void ends_a_hang(void)
{
    expect_failure("hangs", "HANG: runner_victim/hangs did not end within");
    check(told("| before the hang"), "the output");
    check(told("CU_ASSERT_EQUAL(2 + 2,5)"), "the failure before");
}

static void ends_a_hang_with_all_its_processes(void)
{
    expect_failure("hangs_with_others", "HANG: runner_victim/");
    check(told("it was waiting with: process"), "the processes");
}

static void believes_no_early_exit(void)
{
    expect_failure("exits", "ended early, with exit code 0");
    expect_failure("exits_with_seven", "ended with exit code 7");
}

static void tells_a_crash_at_exit(void)
{
    expect_failure("crashes_at_exit", "runner_victim/crashes_at_exit");
    check(told("SIGABRT") || told("exit code 3") || told("0xC0000409"),
          "what it was");
}

static void tells_a_leaked_descriptor(void)
{
    expect_failure("leaks_descriptor", "LEAK: ");
    check(told("LEAK: descriptor ") || told("LEAK: handle "), "which");
}

static void tells_a_closed_descriptor(void)
{
    if (strcmp(mito_test_platform(), "posix") != 0) {
        mito_test_skip("handles that are gone are not told");
        return;
    }
    expect_failure("closes_descriptor", "LEAK: descriptor 0 was closed");
}

static void tells_a_leaked_child(void)
{
    expect_failure("leaks_child", "LEAK: process ");
    check(told("runner_victim"), "its program");
}

static void tells_a_leaked_daemon(void)
{
    expect_failure("leaks_daemon", "LEAK: process ");
}

static void tells_a_leaked_file(void)
{
    expect_failure("leaks_file", "LEAK: temporary file ");
    check(told("left-behind"), "its name");
}

static void tells_leaked_shared_memory(void)
{
    if (strcmp(mito_test_platform(), "posix") != 0) {
        mito_test_skip("Windows forgets what nobody has open");
        return;
    }
    /* Under another name than usual, or a test that runs beside this one
     * might find it first. */
    snprintf(prefix, sizeof(prefix), "MITO_TEST_SHARED_MEMORY=victim-%llx ",
             (unsigned long long)mito_test_random());
    (void)run_victim("leaks_shared_memory");
    if (told("SKIP: "))
        mito_test_skip("there is no /dev/shm");
    else
        expect_failure("leaks_shared_memory",
                       "LEAK: shared memory /dev/shm/victim-");
}

static void tells_growth_from_first_use(void)
{
    if (strcmp(mito_test_platform(), "posix") == 0)
        expect_failure("opens_once", "LEAK: descriptor ");
    else
        expect_pass("opens_once", "passed");
}

static void cuts_a_long_output(void)
{
    expect_failure("floods", "CU_FAIL(\"the end\")");
    check(told("| line 0 of"), "the beginning");
    check(told("bytes left out"), "the cut");
    check(told("| line 19999 of"), "the end");
}

static void fails_the_case_for_its_child(void)
{
    expect_failure("fails_in_child",
                   "CU_ASSERT_STRING_EQUAL(\"in the child\",\"it fails\")");
}

/* The seed comes from the environment of this case, so both go alike. */
static void repeats_with_further_seeds(void)
{
    char first[32] = "", *place;

    CU_ASSERT_EQUAL(run_victim("--repeat 60 fails_at_random"), 1);
    place = strstr(report, "in run ");
    check(place != NULL, "the number of the run");
    if (place != NULL)
        snprintf(first, sizeof(first), "%.16s", place);
    CU_ASSERT_EQUAL(run_victim("--repeat 60 fails_at_random"), 1);
    check(told(first), "the same run");
    CU_ASSERT_EQUAL(run_victim("--repeat 3 passes"), 0);
    check_summary(0);
}

static void takes_parts_of_names(void)
{
    CU_ASSERT_EQUAL(run_victim("its_with"), 1);
    check(told("Test: exits_with_seven ..."), "the match");
    check_summary(1);
    CU_ASSERT_EQUAL(run_victim("exits"), 1);
    check(!told("Test: exits_with_seven ..."), "the exact match alone");
}

static void refuses_to_run_nothing(void)
{
    CU_ASSERT_EQUAL(run_victim("no_such_case"), 1);
    check(told("no such case"), "the reason");
    CU_ASSERT_EQUAL(run_victim("--case no_such_case"), 2);
    CU_ASSERT_EQUAL(run_victim("--repeat 0"), 2);
    CU_ASSERT_EQUAL(run_victim("--what"), 2);
}

static void lists_its_cases(void)
{
    CU_ASSERT_EQUAL(run_victim("--list"), 0);
    check(strncmp(report, "passes", 6) == 0, "the first");
    check(told("fails_in_child"), "the last");
}

static void runs_a_case_in_place(void)
{
    CU_ASSERT_EQUAL(run_victim("--case passes"), 0);
    check(!told("Run Summary"), "no suite");
    CU_ASSERT_EQUAL(run_victim("--case fails"), 1);
    check(told("CU_ASSERT_EQUAL(1 + 1,3)"), "the failure");
}

static const mito_test_t tests[] = {
    {"counts_a_pass", counts_a_pass, 0},
    {"shows_why_a_case_is_skipped", shows_why_a_case_is_skipped, 0},
    {"tells_failed_assertions", tells_failed_assertions, 0},
    {"stops_at_a_fatal_assertion", stops_at_a_fatal_assertion, 0},
    {"tells_a_crash", tells_a_crash, 0},
    {"tells_an_abort_and_what_failed_before",
     tells_an_abort_and_what_failed_before, 0},
    {"ends_a_hang", ends_a_hang, 0},
    {"ends_a_hang_with_all_its_processes",
     ends_a_hang_with_all_its_processes, 0},
    {"believes_no_early_exit", believes_no_early_exit, 0},
    {"tells_a_crash_at_exit", tells_a_crash_at_exit, 0},
    {"tells_a_leaked_descriptor", tells_a_leaked_descriptor, 0},
    {"tells_a_closed_descriptor", tells_a_closed_descriptor, 0},
    {"tells_a_leaked_child", tells_a_leaked_child, 0},
    {"tells_a_leaked_daemon", tells_a_leaked_daemon, 0},
    {"tells_a_leaked_file", tells_a_leaked_file, 0},
    {"tells_leaked_shared_memory", tells_leaked_shared_memory, 0},
    {"tells_growth_from_first_use", tells_growth_from_first_use, 0},
    {"cuts_a_long_output", cuts_a_long_output, 0},
    {"fails_the_case_for_its_child", fails_the_case_for_its_child, 0},
    {"repeats_with_further_seeds", repeats_with_further_seeds, 0},
    {"takes_parts_of_names", takes_parts_of_names, 0},
    {"refuses_to_run_nothing", refuses_to_run_nothing, 0},
    {"lists_its_cases", lists_its_cases, 0},
    {"runs_a_case_in_place", runs_a_case_in_place, 0},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    return mito_test_main(argc, argv, "runner", tests);
}
