/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file mito/process.h
 * @brief Processes that run a C function.
 *
 *     static int greet(const mito_value_t *args, apr_pool_t *pool)
 *     {
 *         printf("hello, %s\n", mito_as_str(mito_item(args, 0)));
 *         return 0;
 *     }
 *
 *     int main(int argc, const char *const *argv)
 *     {
 *         apr_pool_t *pool;
 *         mito_process_t *child;
 *
 *         MITO_CHECK(mito_init(&argc, &argv, &pool));
 *         MITO_CHECK(mito_process_start(&child, greet,
 *             mito_list(pool, mito_str("world", pool)), NULL, pool));
 *         MITO_CHECK(mito_process_join(child, MITO_FOREVER));
 *         return 0;
 *     }
 *
 * The function is a plain pointer: no registration; static functions and
 * functions of shared libraries will do. By the start method fork the child
 * is a copy of its parent; by spawn it is a fresh image of the same program
 * that finds the function by the place where it stands in its program or
 * library, after it has checked that this is the very same build.
 *
 * Functions of this header may be called from any thread, also on the same
 * object. See Python's documentation of `multiprocessing.Process`.
 */
#ifndef MITO_PROCESS_H
#define MITO_PROCESS_H

#include <mito/core.h>
#include <mito/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How children come to be. */
typedef enum mito_start_method_e {
    /** What mito_get_start_method() says. */
    MITO_START_DEFAULT = 0,
    /** A fresh image of the program, or of the host that
     *  mito_set_executable() named. Inherits nothing but the standard
     *  output and error streams, the environment and the working
     *  directory. Everywhere. */
    MITO_START_SPAWN,
    /** A copy of the parent. POSIX. Dangerous when the parent has other
     *  threads: locks that they held stay locked in the child. */
    MITO_START_FORK
} mito_start_method_e;

/**
 * Chooses the start method of children that do not choose their own.
 * @param method A method that this platform has.
 * @param force  Nonzero: change it although it was set or used before.
 * @retval MITO_EINVAL  It was set before, and force is 0.
 * @retval MITO_ENOTSUP This platform has no such start method.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_set_start_method(mito_start_method_e method,
                                                 int force);

/**
 * The start method of children that do not choose their own; from then on
 * it counts as set. By default fork on POSIX, but spawn on macOS; spawn on
 * Windows.
 * @since 0.1
 */
MITO_DECLARE(mito_start_method_e) mito_get_start_method(void);

/** The name of a start method: "spawn", "fork".
 * @return A constant string; NULL for a number that is no start method.
 * @since 0.1 */
MITO_DECLARE(const char *) mito_start_method_name(mito_start_method_e method);

/**
 * Names the program that spawn starts in place of the running one. It must
 * begin its main() with mito_init(), and it must be the program that the
 * target function stands in, unless the function stands in a shared
 * library. mito installs such a host, `mito-worker`, for programs whose
 * main() is not theirs to change.
 * @param path A program, found as mito_run() finds it; copied. NULL: the
 *             running program again.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_set_executable(const char *path);

/**
 * A function that a process runs.
 * @param args What the parent gave, never NULL; a copy in the child's own
 *             memory. mito_count() of mito_none() is 0, so a target that
 *             was given nothing can treat it as an empty list.
 * @param pool The child's pool, destroyed when the process ends.
 * @return The exit code, 0 to 255. Any other value, such as an apr_status_t
 *         of mito's, ends the process with exit code 1.
 */
typedef int mito_target_t(const mito_value_t *args, apr_pool_t *pool);

/** A process that runs a function. */
typedef struct mito_process_t mito_process_t;

/** How a process is started. All zero: the defaults. */
typedef struct mito_process_options_t {
    /** Its name, for people only; copied. NULL: "Process-1", "Process-2" …,
     *  in a child of Process-1 "Process-1:1" … */
    const char *name;
    /** How it is started. */
    mito_start_method_e start_method;
} mito_process_options_t;

/**
 * Starts a process that runs target(args).
 *
 * The child's standard input is the null device; output and error stream
 * are the parent's. What the parent's stdio streams have buffered is
 * written out before, so that no copy prints it again.
 *
 * By spawn the child still has to find the function when this returns: that
 * it could not is what mito_process_join() reports.
 *
 * When the pool is destroyed the process is joined.
 *
 * @param process Receives the process.
 * @param target  The function; of the program or of a shared library.
 * @param args    What it is given, usually a list; mito_none() for nothing.
 *        NULL, which is what the builders of values return when they fail,
 *        is refused.
 * @param options NULL for the defaults.
 * @param pool    Owns the process.
 * @retval MITO_ENOTINIT mito_init() was not called.
 * @retval MITO_EHOST    spawn, and mito_init() was called without main's
 *         argc and argv: name a host with mito_set_executable().
 * @retval MITO_EIMAGE   spawn, and target stands in no image that could be
 *         found again.
 * @retval MITO_ENOTSUP  This platform has no such start method.
 * @retval MITO_EINVAL   target or args is NULL.
 * @return Otherwise the errors of starting a program that mito_run() lists.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_process_start(
    mito_process_t **process, mito_target_t *target,
    const mito_value_t *args, const mito_process_options_t *options,
    apr_pool_t *pool);

/**
 * Waits until the process has ended. Any number of times, from any number
 * of threads.
 * @retval APR_TIMEUP   It still runs.
 * @retval MITO_ESELF   The process is the calling one.
 * @retval MITO_EHOST   It has ended without running its target: the program
 *         that was started does not call mito_init().
 * @retval MITO_EIMAGE  It has ended without running its target: its program
 *         or library is another build than the parent's, or cannot be
 *         loaded. The sentence says which and why.
 * @retval MITO_EMALFORMED It has ended without running its target: what the
 *         parent handed over could not be read.
 * @retval MITO_ELOST   It has ended, but other code of this program took
 *         its exit status.
 * @retval MITO_ECLOSED The process was closed.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_process_join(mito_process_t *process,
                                             apr_interval_time_t timeout);

/** Whether the process has not ended yet; always 1 for the calling one, and
 *  0 for a closed one.
 * @since 0.1 */
MITO_DECLARE(int) mito_process_is_alive(mito_process_t *process);

/**
 * How the process ended: what its target returned, or, negative, the number
 * of the signal that ended it.
 * @param exit_code Receives it.
 * @param process   The process.
 * @retval APR_CHILD_NOTDONE It has not ended.
 * @retval MITO_ELOST   As mito_process_join().
 * @retval MITO_ECLOSED The process was closed.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_process_exitcode(int64_t *exit_code,
                                                 mito_process_t *process);

/** The process id; stays the same after the process has ended.
 * @since 0.1 */
MITO_DECLARE(int64_t) mito_process_pid(const mito_process_t *process);

/** The process's name. Lives as long as the process object.
 * @since 0.1 */
MITO_DECLARE(const char *) mito_process_name(const mito_process_t *process);

/**
 * Kills the process at once (SIGKILL, TerminateJobObject), with those of its
 * descendants that the platform can find. One that has ended already is left
 * alone, and never a stranger that has its process id now.
 * @retval MITO_ESELF   The process is the calling one.
 * @retval MITO_ECLOSED The process was closed.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_process_kill(mito_process_t *process);

/**
 * Joins the process and gives back what it held; the memory stays until the
 * pool goes. Nothing happens the second time, nor for NULL.
 * @retval MITO_ESELF The process is the calling one.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_process_close(mito_process_t *process);

/**
 * The calling process: "MainProcess", or the name that it was started with.
 * @return Lives until the program's end; NULL before mito_init().
 * @since 0.1
 */
MITO_DECLARE(mito_process_t *) mito_current_process(void);

#ifdef __cplusplus
}
#endif

#endif /* MITO_PROCESS_H */
