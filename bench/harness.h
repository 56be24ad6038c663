/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file harness.h
 * @brief What the programs of this folder share: contenders that run in one
 *        interleaved race, their statistics, a Markdown table on stdout and,
 *        on request, the same rows as JSON.
 *
 *     int main(int argc, const char *const *argv)
 *     {
 *         apr_pool_t *pool;
 *         bench_t *bench;
 *
 *         MITO_CHECK(mito_init(&argc, &argv, &pool));
 *         bench = bench_begin("start", "What is measured.", argc, argv, pool);
 *         bench_race(bench, &(bench_case_t){...});
 *         return bench_end(bench);
 *     }
 *
 * Figures are only compared within one case: there the contenders take
 * turns, in another random order in each round, so that whatever drifts in
 * the machine hits all of them alike. The first contender of a case is the
 * limit: the least that any implementation could take. The others' ratio is
 * their median divided by the limit's.
 */
#ifndef MITO_BENCH_HARNESS_H
#define MITO_BENCH_HARNESS_H

#include <apr_errno.h>
#include <apr_pools.h>

#include <mito/core.h>

/** The most figures that one run may yield. */
#define BENCH_MAX_FIGURES 4

/** A run of a bench program: its options and the rows it has produced. */
typedef struct bench_t bench_t;

/** One of the implementations that are compared. */
typedef struct bench_contender_t {
    /** Its name in tables and records; does not change between versions. */
    const char *name;
    /** In one sentence, how it is used. */
    const char *about;
    /** The version in use; NULL when there is none to tell. */
    const char *(*version)(void);
    /** Why it does not take part; NULL when it does. */
    const char *absent;
    /** Nonzero: it leaves caches or page tables behind in a state that
     *  others would pay for. Its turn is at the end of a round, after which
     *  those that do not disturb have an unmeasured run each. */
    int disturbs;
    /** Prepares it for a case; NULL when nothing is to be done. What state
     *  receives is handed to run and close. An error means that it is not
     *  to be had on this machine: nothing of it may be left then. */
    apr_status_t (*open)(void **state, const void *setting,
                         apr_pool_t *pool);
    /** One run. Writes a value for each of the case's figures; leaves those
     *  alone that it cannot tell. */
    apr_status_t (*run)(void *state, double *values);
    /** Undoes open; may be NULL. */
    void (*close)(void *state);
} bench_contender_t;

/** What one run yields: a name and a unit, say "start to end" and "us". */
typedef struct bench_figure_t {
    const char *name;
    const char *unit;
} bench_figure_t;

/** A race: contenders under the same circumstances. */
typedef struct bench_case_t {
    const char *name;
    /** Handed to every contender's open. */
    const void *setting;
    const bench_figure_t *figures;
    int figure_count;
    /** So many of the figures, the first ones, are rates: more is better.
     *  What 99 of 100 runs reach is then below the median, and a ratio below
     *  1 is worse than the limit. */
    int rate_count;
    /** The first is the limit. */
    const bench_contender_t *const *contenders;
    int contender_count;
    /** Rounds, and rounds under --quick; --runs overrules both. */
    int runs;
    int quick_runs;
    /** Rounds before, which are not measured; 0 is 10. */
    int warm_up_runs;
    /** Nonzero: every run has a process of its own, which finds nothing in
     *  its caches that a run before could have left there. So there is no
     *  unmeasured run before each. */
    int apart;
    /** Contenders that disturb take part in one round of so many only; 0
     *  and 1 mean every round. */
    int seldom;
} bench_case_t;

/**
 * Reads the options and prints the head of the report. Ends the program
 * after --help, and with exit code 2 when an option is wrong.
 */
bench_t *bench_begin(const char *topic, const char *about, int argc,
                     const char *const *argv, apr_pool_t *pool);

/** Whether --case leaves this case in. Asked before costly preparations;
 *  bench_race() asks by itself. */
int bench_wants(const bench_t *bench, const char *case_name);

/** Prints who the contenders are, and who of them is left out, and why. */
void bench_introduce(const bench_contender_t *const *contenders, int count);

/** Runs a case and prints its table. A contender that cannot be opened or
 *  fails in a run is left out, with a line that says so; the latter makes
 *  bench_end() return 1. */
void bench_race(bench_t *bench, const bench_case_t *race);

/** Prints a paragraph between the tables. */
void bench_note(const char *format, ...) MITO_PRINTF(1, 2);

/** Writes the JSON file, if one was asked for.
 * @return The program's exit code. */
int bench_end(bench_t *bench);

/** The monotonic clock, in microseconds. */
double bench_now(void);

/** The time that the calling thread has spent on a processor, in user and
 *  in system mode, in microseconds. */
double bench_thread_time(void);

#endif /* MITO_BENCH_HARNESS_H */
