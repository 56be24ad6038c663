/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file capture.h
 * @brief The contenders of the benchmark `capture`, and how each of their
 *        runs gets a process of its own. One source file a library; a file
 *        whose library was not found when the build was configured still
 *        gives its contenders, marked as absent.
 *
 * The bench program starts itself again for every run:
 *
 *     capture --alone CONTENDER KIND SIZE WRITER CHECK
 *
 * That process does the job once and prints how long it took, in
 * microseconds, and by how much its peak memory grew, in bytes. So the
 * peak is the contender's alone, and nobody inherits another's heap.
 */
#ifndef MITO_BENCH_CAPTURE_H
#define MITO_BENCH_CAPTURE_H

#include <stddef.h>

#include "harness.h"

/** What is to be done with the bytes. */
typedef enum capture_kind_e {
    CAPTURE_OUTPUT,         /**< the writer's output is captured */
    CAPTURE_BOTH_WAYS,      /**< input is fed to cat, and captured again */
    CAPTURE_PIPELINE,       /**< writer, cat and cat, captured */
    CAPTURE_PIPELINE_NULL,  /**< the same to the null device */
    CAPTURE_KINDS
} capture_kind_e;

/** The command that hands on what it reads. */
#define CAPTURE_CAT "/bin/cat"

/** The circumstances of a case. */
typedef struct capture_setting_t {
    capture_kind_e kind;
    size_t size;
    /** The path of the writer. */
    const char *writer;
    /** The path of this program. */
    const char *self;
} capture_setting_t;

/** What a run needs at most: input, and output that is copied when it
 *  grows. */
#define CAPTURE_MEMORY(size) (3 * (size) + ((size_t)64 << 20))

/** The figures of a case, in this order. */
enum { CAPTURE_RATE, CAPTURE_PEAK, CAPTURE_FIGURES };

/** What a contender is asked to do. */
typedef struct capture_job_t {
    size_t size;
    /** The writer with its argument, NULL-terminated. */
    const char *writer[3];
    /** CAPTURE_BOTH_WAYS: what is fed, `size` bytes. */
    const void *input;
    apr_pool_t *pool;
} capture_job_t;

/** What it has captured; stays until the process ends. */
typedef struct capture_output_t {
    const void *bytes;
    size_t size;
} capture_output_t;

/** Does the job: starts, feeds and captures, and returns once the exit
 *  status of every command is known; anything but 0 is an error. */
typedef apr_status_t capture_function_t(const capture_job_t *job,
                                        capture_output_t *output);

/** A contender as the process of a run sees it. */
typedef struct capture_player_t {
    const char *name;
    /** NULL for what it does not do. */
    capture_function_t *functions[CAPTURE_KINDS];
} capture_player_t;

/** If argv is that of a run's process, does the run and ends the program. */
void capture_become_player(int argc, const char *const *argv,
                           const capture_player_t *const *players,
                           int count, apr_pool_t *pool);

/** For a contender's open: prepares its runs by the player of this name.
 *  APR_ENOTIMPL when it does not do what the case is about. */
apr_status_t capture_open(void **state, const void *setting,
                          const capture_player_t *player, apr_pool_t *pool);

/** The same for a program that does the runs; it is given KIND, SIZE,
 *  WRITER and CHECK behind these arguments. */
apr_status_t capture_open_program(void **state, const void *setting,
                                  const char *const *argv, apr_pool_t *pool);

/** A contender's run: starts the process and reads what it prints. */
apr_status_t capture_run(void *state, double *values);

/** The status for a command that did not exit with 0. */
apr_status_t capture_check_exit(int wait_status);

/* The limit: the loop as one writes it when speed is all that counts, twice,
 * which shows what the measurement can tell at best; and once more with the
 * buffer's pages made ready in advance. */
extern const bench_contender_t capture_raw;
extern const bench_contender_t capture_raw_again;
extern const bench_contender_t capture_raw_ahead;
extern const bench_contender_t capture_mito;
extern const bench_contender_t capture_libuv;
/* GLib's communicate, and its input stream read by hand. */
extern const bench_contender_t capture_glib;
extern const bench_contender_t capture_glib_stream;
extern const bench_contender_t capture_python;

extern const capture_player_t capture_raw_player;
extern const capture_player_t capture_raw_ahead_player;
extern const capture_player_t capture_mito_player;
extern const capture_player_t capture_libuv_player;
extern const capture_player_t capture_glib_player;
extern const capture_player_t capture_glib_stream_player;

#endif /* MITO_BENCH_CAPTURE_H */
