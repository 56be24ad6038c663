/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conformance runner's command line and its parent: a suite of CUnit's
 * whose tests start the cases, each in a process of its own, and read what
 * became of them. runner_case.c is what happens in those processes.
 *
 * Parent and case talk through the case's output alone, so that a case has
 * nothing open that its subject would not find in any other program.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "runner.h"
#include "runner_platform.h"

#include <CUnit/Basic.h>
#undef CU_assertImplementation

#define EXIT_USAGE 2

typedef struct runner_t {
    const char *topic;
    const mito_test_t *tests;
    double deadline_factor;
    uint64_t seed;
    int repeat;
} runner_t;

static runner_t runner;

/* Texts ------------------------------------------------------------------ */

void runner_fail(const char *what)
{
    fprintf(stderr, "test runner: %s\n", what);
    exit(1);
}

void runner_text_add(runner_text_t *text, const char *data, size_t size)
{
    if (text->room - text->size <= size) {
        text->room = 2 * text->room + size + 1;
        text->data = realloc(text->data, text->room);
        if (text->data == NULL)
            runner_fail("out of memory");
    }
    memcpy(text->data + text->size, data, size);
    text->size += size;
    text->data[text->size] = '\0';
}

void runner_text_printf(runner_text_t *text, const char *format, ...)
{
    char line[RUNNER_PATH_SIZE + 1024];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    if ((size_t)length >= sizeof(line))
        length = (int)sizeof(line) - 1;
    runner_text_add(text, line, (size_t)length);
}

void runner_text_free(runner_text_t *text)
{
    free(text->data);
    memset(text, 0, sizeof(*text));
}

/* Takes the next line from a text, without its end, which becomes a NUL. */
static char *next_line(char **rest)
{
    char *line = *rest, *end;

    if (line == NULL || *line == '\0')
        return NULL;
    end = strchr(line, '\n');
    *rest = end != NULL ? end + 1 : line + strlen(line);
    if (end != NULL)
        *end = '\0';
    end = line + strlen(line);
    while (end > line && end[-1] == '\r')
        *--end = '\0';
    return line;
}

static int starts_with(const char *string, const char *prefix)
{
    return strncmp(string, prefix, strlen(prefix)) == 0;
}

/* What authors of tests ask for ------------------------------------------ */

/* The folder of the test programs, for the parent and all that it starts. */
static void program_folder(char *folder, size_t size)
{
    char *end;

    if (runner_environment("MITO_TEST_DIR", folder, size))
        return;
    if (!runner_program(folder, size))
        snprintf(folder, size, ".");
    end = folder + strlen(folder);
    while (end > folder && *end != '/' && *end != '\\')
        end--;
    *end = '\0';
}

static void find_helper(char *path, size_t size, const char *name)
{
    char folder[RUNNER_PATH_SIZE];

    program_folder(folder, sizeof(folder));
    snprintf(path, size, "%s/helpers/%s%s", folder, name,
             runner_program_suffix);
    if (runner_file_exists(path))
        return;
    snprintf(path, size, "%s/%s%s", folder, name, runner_program_suffix);
    if (!runner_file_exists(path))
        snprintf(path, size, "%s/helpers/%s%s", folder, name,
                 runner_program_suffix);
}

const char *mito_test_helper(const char *name)
{
    static struct {
        char name[64];
        char path[2 * RUNNER_PATH_SIZE];
    } known[32];
    size_t i;

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i].name[0] == '\0') {
            snprintf(known[i].name, sizeof(known[i].name), "%s", name);
            find_helper(known[i].path, sizeof(known[i].path), name);
        }
        if (strcmp(known[i].name, name) == 0)
            return known[i].path;
    }
    runner_fail("more helpers, or longer names, than foreseen");
    return NULL;
}

const char *mito_test_temporary_directory(void)
{
    static char folder[RUNNER_PATH_SIZE];

    if (folder[0] == '\0')
        runner_temporary_folder(folder, sizeof(folder));
    return folder;
}

static uint64_t find_seed(void)
{
    char text[32];

    if (runner_environment("MITO_TEST_SEED", text, sizeof(text)))
        return (uint64_t)strtoull(text, NULL, 0);
    return runner_entropy() % 1000000000;
}

/* SplitMix64, public domain, by Sebastiano Vigna. */
uint64_t mito_test_random(void)
{
    static uint64_t state;
    static int seeded;
    uint64_t z;

    if (!seeded) {
        seeded = 1;
        state = find_seed();
    }
    z = state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

const char *mito_test_platform(void)
{
    return runner_platform();
}

int mito_test_is_wine(void)
{
    return strcmp(runner_platform(), "wine") == 0;
}

/* The parent -------------------------------------------------------------- */

typedef struct verdict_t {
    int passed;
    int failed;
    int skipped;
    int records;      /* of what failed, already made */
    char reason[256]; /* of the skip */
} verdict_t;

/* Makes a failure record of CUnit's out of a "FAILED file:line: condition"
 * of the case, so that its place is shown where CUnit shows places. */
static int record_failure(char *line)
{
    char *place = line + strlen(RUNNER_FAILED), *colon = place, *end;

    while ((colon = strchr(colon, ':')) != NULL) {
        unsigned long number = strtoul(colon + 1, &end, 10);

        if (end > colon + 1 && end[0] == ':' && end[1] == ' ') {
            *colon = '\0';
            CU_assertImplementation(CU_FALSE, (unsigned int)number, end + 2,
                                    place, "", CU_FALSE);
            *colon = ':';
            return 1;
        }
        colon++;
    }
    return 0;
}

static int record_problem(const char *name, const char *problem)
{
    char place[512];

    snprintf(place, sizeof(place), "%s/%s", runner.topic, name);
    CU_assertImplementation(CU_FALSE, 0, problem, place, "", CU_FALSE);
    return 1;
}

/* Reads the case's output: records the failures, finds the verdict, and
 * keeps everything else to be shown. */
static void read_output(runner_run_t *run, verdict_t *verdict,
                        runner_text_t *shown)
{
    char *rest = run->output.data, *line;

    while ((line = next_line(&rest)) != NULL) {
        if (starts_with(line, RUNNER_VERDICT)) {
            verdict->passed |= strstr(line, "passed") != NULL;
            verdict->failed |= strstr(line, "failed") != NULL;
            verdict->skipped |= strstr(line, "skipped") != NULL;
            continue;
        }
        runner_text_printf(shown, "\n       | %s", line);
        if (starts_with(line, RUNNER_FAILED))
            verdict->records += record_failure(line);
        else if (starts_with(line, RUNNER_LEAK))
            verdict->records += record_problem(run->name, line);
        else if (starts_with(line, RUNNER_SKIP))
            snprintf(verdict->reason, sizeof(verdict->reason), "%s", line);
    }
}

static void judge_ending(runner_run_t *run, const verdict_t *verdict)
{
    if (run->problems.size > 0)
        return;
    if (run->exit_code != 0 && !(verdict->failed && run->exit_code == 1))
        runner_text_printf(&run->problems, "ended with exit code %d%s\n",
                           run->exit_code,
                           verdict->passed ? " after it had passed" : "");
    else if (verdict->failed && verdict->records == 0)
        runner_text_printf(&run->problems, "failed\n");
    else if (!verdict->failed && !verdict->passed && !verdict->skipped)
        runner_text_printf(&run->problems, "ended early, with exit code 0: "
                           "something called exit() in the case\n");
}

static void tell_problems(runner_run_t *run, const runner_text_t *shown,
                          uint64_t seed)
{
    runner_text_t last = {NULL, 0, 0};
    char *rest = run->problems.data, *line;

    while ((line = next_line(&rest)) != NULL)
        (void)record_problem(run->name, line);
    runner_text_printf(&last, "MITO_TEST_SEED=%llu; its output:",
                       (unsigned long long)seed);
    if (shown->size > 0)
        runner_text_add(&last, shown->data, shown->size);
    else
        runner_text_printf(&last, " none");
    (void)record_problem(run->name, last.data);
    runner_text_free(&last);
}

/* Returns whether the case passed. */
static int run_once(const mito_test_t *test, uint64_t seed)
{
    runner_run_t run = {0};
    verdict_t verdict = {0};
    runner_text_t shown = {NULL, 0, 0};
    char wrapper[RUNNER_PATH_SIZE], number[32];
    int seconds = test->seconds > 0 ? test->seconds : MITO_TEST_DEADLINE;
    int passed;

    snprintf(number, sizeof(number), "%llu", (unsigned long long)seed);
    runner_set_environment("MITO_TEST_SEED", number);
    run.topic = runner.topic;
    run.name = test->name;
    run.seconds = seconds * runner.deadline_factor;
    run.grace = RUNNER_GRACE * runner.deadline_factor;
    if (runner_environment("MITO_TEST_WRAPPER", wrapper, sizeof(wrapper))
        && wrapper[0] != '\0')
        run.wrapper = wrapper;
    runner_run(&run);
    read_output(&run, &verdict, &shown);
    judge_ending(&run, &verdict);
    passed = run.problems.size == 0 && !verdict.failed;
    if (!passed)
        tell_problems(&run, &shown, seed);
    else if (verdict.skipped)
        printf("%s; ", verdict.reason);
    runner_text_free(&run.problems);
    runner_text_free(&run.output);
    runner_text_free(&shown);
    return passed;
}

static const mito_test_t *find_test(const char *name)
{
    const mito_test_t *test;

    for (test = runner.tests; test->name != NULL; test++)
        if (strcmp(test->name, name) == 0)
            return test;
    return NULL;
}

/* What a suite of the parent runs for each of its tests. */
static void run_case_apart(void)
{
    const mito_test_t *test = find_test(CU_get_current_test()->pName);
    int i;

    for (i = 0; i < runner.repeat; i++) {
        if (!run_once(test, runner.seed + (uint64_t)i)) {
            char text[64];

            snprintf(text, sizeof(text), "in run %d of %d", i + 1,
                     runner.repeat);
            if (runner.repeat > 1)
                (void)record_problem(test->name, text);
            return;
        }
    }
    CU_assertImplementation(CU_TRUE, 0, test->name, __FILE__, "", CU_FALSE);
}

static int is_wanted(const mito_test_t *test, int count,
                     const char *const *names)
{
    int i;

    for (i = 0; i < count; i++) {
        if (strcmp(test->name, names[i]) == 0)
            return 1;
        if (find_test(names[i]) == NULL
            && strstr(test->name, names[i]) != NULL)
            return 1;
    }
    return count == 0;
}

/* Returns the number of cases that will be run. */
static int register_cases(int count, const char *const *names)
{
    const mito_test_t *test;
    CU_pSuite suite;
    int wanted = 0;

    if (CU_initialize_registry() != CUE_SUCCESS
        || (suite = CU_add_suite(runner.topic, NULL, NULL)) == NULL)
        runner_fail(CU_get_error_msg());
    for (test = runner.tests; test->name != NULL; test++) {
        if (find_test(test->name) != test)
            runner_fail("two cases have the same name");
        if (!is_wanted(test, count, names))
            continue;
        if (CU_add_test(suite, test->name, run_case_apart) == NULL)
            runner_fail(CU_get_error_msg());
        wanted++;
    }
    return wanted;
}

static void prepare_parent(const char *argv0)
{
    char text[RUNNER_PATH_SIZE];

    runner_prepare(argv0);
    runner.seed = find_seed();
    runner.deadline_factor = 1;
    if (runner_environment("MITO_TEST_DEADLINE_FACTOR", text, sizeof(text))
        && strtod(text, NULL) > 0)
        runner.deadline_factor = strtod(text, NULL);
    program_folder(text, sizeof(text));
    runner_set_environment("MITO_TEST_DIR", text);
}

static int run_cases_apart(const char *argv0, int count,
                           const char *const *names)
{
    int wanted = register_cases(count, names);
    int failed;

    if (wanted == 0)
        fprintf(stderr, "%s: no such case; --list shows them\n",
                runner.topic);
    prepare_parent(argv0);
    CU_basic_set_mode(CU_BRM_VERBOSE);
    failed = CU_basic_run_tests() != CUE_SUCCESS
             || CU_get_number_of_failure_records() > 0
             || (int)CU_get_number_of_tests_run() != wanted || wanted == 0;
    CU_cleanup_registry();
    return failed;
}

/* The command line -------------------------------------------------------- */

static int usage(const char *problem)
{
    fprintf(stderr,
            "%s: %s\nusage: test_%s [--repeat N] [NAME...] | --list | "
            "--case NAME\n", runner.topic, problem, runner.topic);
    return EXIT_USAGE;
}

static int list_cases(void)
{
    const mito_test_t *test;

    for (test = runner.tests; test->name != NULL; test++)
        printf("%s\n", test->name);
    return 0;
}

int mito_test_main(int argc, const char *const *argv, const char *topic,
                   const mito_test_t *tests)
{
    int first = 1;

    runner.topic = topic;
    runner.tests = tests;
    runner.repeat = 1;
    if (argc == 2 && strcmp(argv[1], "--list") == 0)
        return list_cases();
    if (argc == 3 && strcmp(argv[1], "--case") == 0) {
        const mito_test_t *test = find_test(argv[2]);

        return test != NULL ? runner_case(topic, test)
                            : usage("there is no such case");
    }
    if (argc >= 3 && strcmp(argv[1], "--repeat") == 0) {
        runner.repeat = atoi(argv[2]);
        first = 3;
        if (runner.repeat < 1)
            return usage("--repeat wants a number");
    }
    if (argc > first && argv[first][0] == '-')
        return usage("the command line is wrong");
    return run_cases_apart(argc > 0 ? argv[0] : topic, argc - first,
                           argv + first);
}
