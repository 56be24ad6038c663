/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the conformance runner needs of a system: runner.c and runner_case.c
 * stand on it, runner_posix*.c and runner_win32*.c give it. It shares
 * nothing with mito's own seam, as it must be able to judge mito when mito
 * is broken.
 */
#ifndef MITO_TESTS_RUNNER_PLATFORM_H
#define MITO_TESTS_RUNNER_PLATFORM_H

#include <stddef.h>
#include <stdint.h>

#include "runner.h"

#define RUNNER_PATH_SIZE 4096

/* Of a longer output the beginning and the end are kept. */
#define RUNNER_OUTPUT_HEAD (8 * 1024)
#define RUNNER_OUTPUT_TAIL (24 * 1024)

/* How long processes that a case started may take to be gone after the
 * case's own has ended, in seconds: a process that was killed takes a moment
 * to die, and nobody can wait for one that is not his child. */
#define RUNNER_GRACE 1.0

/* A growing text; all zero is an empty one. data is NULL or terminated. */
typedef struct runner_text_t {
    char *data;
    size_t size;
    size_t room;
} runner_text_t;

void runner_text_add(runner_text_t *text, const char *data, size_t size);
void runner_text_printf(runner_text_t *text, const char *format, ...);
void runner_text_free(runner_text_t *text);

/* One run of one case. */
typedef struct runner_run_t {
    /* Given. */
    const char *topic;
    const char *name;
    const char *wrapper; /* MITO_TEST_WRAPPER or NULL */
    double seconds;      /* the deadline */
    double grace;
    /* Told. A problem is one line; none and exit code 0 is a success. */
    int exit_code; /* 0 also where a problem says how it ended */
    runner_text_t problems;
    runner_text_t output;
} runner_run_t;

/* Ends the program: the runner itself cannot go on. */
void runner_fail(const char *what);

/* Between the parent and a case: how lines of the case's output begin that
 * the parent understands. The last line is the verdict: passed, failed or
 * skipped. */
#define RUNNER_VERDICT "mito test verdict: "
#define RUNNER_FAILED "FAILED " /* file:line: condition */
#define RUNNER_LEAK "LEAK: "
#define RUNNER_SKIP "SKIP: "

/* runner_case.c: runs the case in this process. Returns its exit code. */
int runner_case(const char *topic, const mito_test_t *test);

/* In the parent --------------------------------------------------------- */

/* Called once, before the first case. argv0 is used where the system does
 * not tell a program its own path. */
void runner_prepare(const char *argv0);

/* Starts this program with --case NAME, waits for it until its deadline,
 * kills what is left of it, and looks for what it left behind. */
void runner_run(runner_run_t *run);

/* In the process of a case ---------------------------------------------- */

/* How often a case that seems to have leaked is run again to be sure. */
extern const int runner_reruns;

/* Remembers what is open now. */
void runner_baseline(void);

/* Compares what is open now with it. With report set, prints a line for
 * each difference. Returns the number of differences. */
int runner_compare(int report);

/* Prints a line for each child that was not waited for, as far as the
 * system tells it here. Returns their number. */
int runner_children(void);

/* Anywhere -------------------------------------------------------------- */

/* The path of the running program. Returns 0 when it is not known. */
int runner_program(char *path, size_t size);

/* A variable of the environment in UTF-8. Returns 0 when it is not set. */
int runner_environment(const char *name, char *value, size_t size);
void runner_set_environment(const char *name, const char *value);

int runner_file_exists(const char *path);
void runner_temporary_folder(char *path, size_t size);
extern const char runner_program_suffix[];
unsigned long runner_process_id(void);
uint64_t runner_entropy(void);
const char *runner_platform(void);

#endif /* MITO_TESTS_RUNNER_PLATFORM_H */
