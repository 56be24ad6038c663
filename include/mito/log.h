/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file mito/log.h
 * @brief mito's log: `[INFO/Process-1] child process is running`.
 *
 * The log is silent until mito_log_to_stderr() is called. Each message is
 * one line, written by one system call, so that the lines of several
 * processes do not mix. Processes that are started later inherit the
 * setting, by every start method.
 *
 * Functions of this header may be called from any thread, before
 * mito_init() too. See Python's `multiprocessing.log_to_stderr`.
 */
#ifndef MITO_LOG_H
#define MITO_LOG_H

#include <mito/core.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How much a message matters. The numbers are the reference's. */
typedef enum mito_log_level_e {
    MITO_LOG_SUBDEBUG = 5,
    MITO_LOG_DEBUG = 10,
    MITO_LOG_INFO = 20,
    MITO_LOG_SUBWARNING = 25,
    MITO_LOG_WARNING = 30,
    MITO_LOG_ERROR = 40,
    /** Above every message: nothing is written. */
    MITO_LOG_SILENT = 100
} mito_log_level_e;

/**
 * Lets messages of at least this level go to the standard error stream.
 * @since 0.1
 */
MITO_DECLARE(void) mito_log_to_stderr(mito_log_level_e level);

/** The level in force: #MITO_LOG_SILENT until mito_log_to_stderr().
 * @since 0.1 */
MITO_DECLARE(mito_log_level_e) mito_log_level(void);

/**
 * Writes `[LEVEL/process name] message` as one line, when the level is at
 * least that of the log. A newline inside the message becomes a blank, so
 * that a line stays a line; what is beyond 4,000 bytes is cut. A stream
 * that cannot be written to is no error.
 * @param level  One of #mito_log_level_e, or any number between.
 * @param format As printf's.
 * @since 0.1
 */
MITO_DECLARE(void) mito_log(mito_log_level_e level, const char *format, ...)
    MITO_PRINTF(2, 3);

#ifdef __cplusplus
}
#endif

#endif /* MITO_LOG_H */
