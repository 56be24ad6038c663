/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conformance runner: CUnit suites, each case in a process of its own.
 *
 *     #include "tests/runner.h"
 *
 *     static void starts_a_command(void)
 *     {
 *         CU_ASSERT_EQUAL(answer(), 42);
 *     }
 *
 *     static const mito_test_t tests[] = {
 *         {"starts_a_command", starts_a_command, 0},
 *         {NULL, NULL, 0}
 *     };
 *
 *     int main(int argc, const char *const *argv)
 *     {
 *         apr_pool_t *pool;
 *
 *         MITO_CHECK(mito_init(&argc, &argv, &pool));
 *         return mito_test_main(argc, argv, "subprocess", tests);
 *     }
 *
 * The program starts itself again for every case, so that a crash or a hang
 * costs that case and no other, and is reported by its name. A case has
 *
 *   - standard input from the null device; standard output and standard
 *     error kept, and shown when the case fails;
 *   - an empty temporary folder of its own, in TMPDIR, TEMP and TMP;
 *   - the default disposition of every signal, an empty signal mask, and
 *     (POSIX) no descriptor but 0, 1 and 2;
 *   - a session or job of its own, which is killed at its deadline.
 *
 * A case fails when one of its assertions does, when it does not run to its
 * end, and when it leaves something behind: a child or any other process of
 * its making, a descriptor or handle, a file in its temporary folder, or a
 * shared memory object with "mito" in its name. A process that is not the
 * case's own child has a second to be gone, as one that was killed needs a
 * moment to die.
 *
 * What a case opens once and the library rightly keeps until the process
 * ends belongs into a warm-up (mito_test_set_warm_up()). Windows opens
 * handles of its own whenever it likes. A case after which there are more
 * handles than before is therefore run again in the same process, up to
 * three times, and has leaked when there are more of them every time. All
 * this has to be done by the deadline; the assertions of the first run count.
 *
 * Assertions print themselves when they fail, so that they are seen even
 * when the case crashes or hangs later. They may be used by one thread at a
 * time. In a process that a case started from its own program they work
 * too: the first that fails ends that process with
 * MITO_TEST_EXIT_ASSERTION, and fails the case as well if the process still
 * has its output.
 *
 * The command line of a test program:
 *
 *     test_x                       all cases
 *     test_x NAME...               the cases of that name, or, where there
 *                                  is none, those with NAME in their name
 *     test_x --repeat N [NAME...]  every case N times
 *     test_x --list                the names of the cases
 *     test_x --case NAME           that case in this very process, without
 *                                  a deadline: for a debugger
 *
 * It exits with 0 when all cases passed, 1 when one failed or there was none
 * to run, and 2 when the command line was wrong. The environment:
 *
 *     MITO_TEST_DIR              where helper programs are
 *     MITO_TEST_DEADLINE_FACTOR  multiplies all deadlines
 *     MITO_TEST_WRAPPER          words put in front of the command line of
 *                                each case, e.g.
 *                                "valgrind -q --error-exitcode=99"
 *     MITO_TEST_SEED             what mito_test_random() starts from
 *     MITO_TEST_SHARED_MEMORY    what the names of the shared memory objects
 *                                hold that are looked for; else "mito"
 */
#ifndef MITO_TESTS_RUNNER_H
#define MITO_TESTS_RUNNER_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <CUnit/CUnit.h>

/* CUnit's header redefines it for old compilers, to a function that does
 * not terminate what it cuts. */
#ifdef snprintf
#undef snprintf
#endif

/* CUnit keeps failures to itself until the test has ended. Ours are told at
 * once and then handed on. */
#define CU_assertImplementation mito_test_assert

#ifdef __cplusplus
extern "C" {
#endif

/** The exit code of a case's child in which an assertion failed. */
#define MITO_TEST_EXIT_ASSERTION 97

/** The deadline of a case that names none, in seconds. */
#define MITO_TEST_DEADLINE 20

typedef void (*mito_test_function_t)(void);

typedef struct mito_test_t {
    /** Made of letters, digits and underscores; NULL ends the table. */
    const char *name;
    mito_test_function_t function;
    /** The deadline in seconds; 0 is MITO_TEST_DEADLINE. */
    int seconds;
} mito_test_t;

/**
 * Runs what the command line asks for.
 * @param argc  main's.
 * @param argv  main's.
 * @param topic The name of the suite.
 * @param tests The cases.
 * @return The program's exit code.
 */
int mito_test_main(int argc, const char *const *argv, const char *topic,
                   const mito_test_t *tests);

/**
 * Names a function that runs in the process of every case before the
 * descriptors or handles are counted. To be called before mito_test_main().
 */
void mito_test_set_warm_up(mito_test_function_t function);

/**
 * Says why the case cannot be run here; to be followed by `return`. It
 * counts as passed, and the reason is shown.
 */
void mito_test_skip(const char *reason);

/**
 * The path of a helper program: the one of that name in the folder helpers
 * of the folder MITO_TEST_DIR, or in MITO_TEST_DIR itself. Without
 * MITO_TEST_DIR the folder of the test program is meant.
 * @param name Its name without folder and without .exe.
 * @return A path that stays valid; where no such program is, the path at
 *         which it is missing.
 */
const char *mito_test_helper(const char *name);

/** The case's temporary folder, without a separator at its end. */
const char *mito_test_temporary_directory(void);

/** The next number of a sequence that MITO_TEST_SEED repeats. For one
 * thread at a time. */
uint64_t mito_test_random(void);

/** Where the program runs: "posix", "windows" or "wine". */
const char *mito_test_platform(void);

/** Whether the program runs under Wine. */
int mito_test_is_wine(void);

/** What every assertion of CUnit comes down to. */
int mito_test_assert(int value, unsigned int line, const char *condition,
                     const char *file, const char *function, int fatal);

/** A failed assertion about a status, with what it means in words. */
typedef struct mito_test_status_t {
    const char *expression;
    const char *name; /* of mito's own codes, else NULL */
    const char *text;
    const char *expected_expression;
    const char *expected_name;
    const char *expected_text;
    const char *sentence; /* mito_errmsg() */
    int status;
    int expected;
} mito_test_status_t;

/** The other half of MITO_ASSERT_STATUS() and its relatives. */
void mito_test_assert_status(const mito_test_status_t *status,
                             const char *file, unsigned int line, int fatal);

/*
 * Assertions for test programs that are linked with mito (and include its
 * headers): they show statuses by name, text and mito_errmsg().
 */
#define MITO_ASSERT_STATUS(status, expected)                                \
    MITO_TEST_ASSERT_STATUS(status, expected, CU_FALSE)
#define MITO_ASSERT_STATUS_FATAL(status, expected)                          \
    MITO_TEST_ASSERT_STATUS(status, expected, CU_TRUE)
#define MITO_ASSERT_OK(status)                                              \
    MITO_TEST_ASSERT_STATUS(status, APR_SUCCESS, CU_FALSE)
#define MITO_ASSERT_OK_FATAL(status)                                        \
    MITO_TEST_ASSERT_STATUS(status, APR_SUCCESS, CU_TRUE)

#define MITO_TEST_ASSERT_STATUS(actual_, expected_, fatal_)                 \
    do {                                                                    \
        char mito_test_text_[2][256];                                       \
        mito_test_status_t mito_test_it_;                                   \
        mito_test_it_.status = (actual_);                                   \
        mito_test_it_.expected = (expected_);                               \
        mito_test_it_.sentence = mito_errmsg();                             \
        mito_test_it_.expression = #actual_;                                \
        mito_test_it_.name = mito_status_name(mito_test_it_.status);        \
        mito_test_it_.text = mito_strerror(mito_test_it_.status,            \
            mito_test_text_[0], sizeof(mito_test_text_[0]));                \
        mito_test_it_.expected_expression = #expected_;                     \
        mito_test_it_.expected_name =                                       \
            mito_status_name(mito_test_it_.expected);                       \
        mito_test_it_.expected_text = mito_strerror(mito_test_it_.expected, \
            mito_test_text_[1], sizeof(mito_test_text_[1]));                \
        mito_test_assert_status(&mito_test_it_, __FILE__, __LINE__,         \
                                fatal_);                                    \
    } while (0)

#ifdef __cplusplus
}
#endif

#endif /* MITO_TESTS_RUNNER_H */
