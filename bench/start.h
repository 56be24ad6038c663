/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file start.h
 * @brief The contenders of the benchmark `start`, and the clock that they
 *        all use. One source file a library; a file whose library was not
 *        found when the build was configured still gives its contenders,
 *        marked as absent.
 */
#ifndef MITO_BENCH_START_H
#define MITO_BENCH_START_H

#include <stddef.h>

#include "harness.h"

/** What contenders run in these cases. */
#define START_TRUE "/bin/true"
#define START_ECHO "/bin/echo"
/** What START_ECHO is given, and what it prints. */
#define START_WORD "hello"
#define START_PRINTED START_WORD "\n"

/** The circumstances of a case. */
typedef struct start_setting_t {
    /** Bytes resident in the parent. Those who run in a process of their
     *  own fill as much there. */
    size_t resident;
} start_setting_t;

/** The figures of a case, in this order. */
enum { START_TO_END, START_CALL_TIME, START_FIGURES };

/**
 * A clock for one start.
 *
 * Start to end is the time from the call until the child's exit status is
 * known. What a library wants done afterwards (closing its object, clearing
 * the pool) is outside. The call's time is what the calling thread itself
 * spends on a processor until the start has succeeded: the time in which it
 * is suspended, as it is until the child's exec after vfork(), is not in it.
 */
typedef struct start_clock_t {
    double begun;
    double thread_time;
    double call_time;
} start_clock_t;

/** To be called right before the starting call. */
void start_clock_begin(start_clock_t *clock);

/** To be called right after the starting call; left out by who has none
 *  that returns before the child's end. */
void start_clock_started(start_clock_t *clock);

/** To be called when the exit status is known. */
void start_clock_ended(const start_clock_t *clock, double *values);

/** The status for a child that did not exit with 0. */
apr_status_t start_check_exit(int wait_status);

/* The limit, and the same once more: how far the two stand apart is what
 * the measurement can tell at best. */
extern const bench_contender_t start_vfork;
extern const bench_contender_t start_vfork_again;
extern const bench_contender_t start_posix_spawn;
extern const bench_contender_t start_apr;
extern const bench_contender_t start_libuv;
/* GLib with the flags that its documentation names for speed, and with its
 * defaults. */
extern const bench_contender_t start_glib_best;
extern const bench_contender_t start_glib_default;
extern const bench_contender_t start_python;
extern const bench_contender_t start_mito_popen;
extern const bench_contender_t start_mito_run;

/* Capturing what a command prints. */
extern const bench_contender_t capture_vfork;
extern const bench_contender_t capture_mito_run;

#endif /* MITO_BENCH_START_H */
