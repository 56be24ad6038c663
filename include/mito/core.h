/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file mito/core.h
 * @brief What every other part of mito stands on: starting the library,
 *        statuses and their sentences, timeouts, capabilities, version.
 *
 * A program that uses mito begins its main() with mito_init():
 *
 *     int main(int argc, const char *const *argv)
 *     {
 *         apr_pool_t *pool;
 *
 *         MITO_CHECK(mito_init(&argc, &argv, &pool));
 *         ...
 *     }
 *
 * In a process that mito started to run one of the program's functions,
 * mito_init() runs that function and ends the process: whatever stands
 * below it belongs to the first process alone.
 *
 * Every function that can fail returns an apr_status_t: APR_SUCCESS, one of
 * APR's codes (APR_TIMEUP, APR_EOF), an error of the system's (test it with
 * APR_STATUS_IS_ENOENT() and its like) or one of mito's own from
 * #mito_status_e. mito_errmsg() then has the sentence for people.
 */
#ifndef MITO_CORE_H
#define MITO_CORE_H

#include <stddef.h>
#include <stdint.h>

#include <apr_errno.h>
#include <apr_pools.h>
#include <apr_time.h>

/* MITO_DECLARE_STATIC: the user links the static library.
 * MITO_DECLARE_EXPORT: the library itself is being built. */
#if defined(_WIN32) && !defined(MITO_DECLARE_STATIC)
#  if defined(MITO_DECLARE_EXPORT)
#    define MITO_DECLARE(type) __declspec(dllexport) type
#  else
#    define MITO_DECLARE(type) __declspec(dllimport) type
#  endif
#elif defined(__GNUC__)
#  define MITO_DECLARE(type) __attribute__((visibility("default"))) type
#else
#  define MITO_DECLARE(type) type
#endif

/** Lets the compiler check a printf-like function's arguments. */
#if defined(__MINGW_PRINTF_FORMAT)
#  define MITO_PRINTF(string, first) \
       __attribute__((__format__(__MINGW_PRINTF_FORMAT, string, first)))
#elif defined(__GNUC__)
#  define MITO_PRINTF(string, first) \
       __attribute__((__format__(__printf__, string, first)))
#else
#  define MITO_PRINTF(string, first)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** @name Version
 * mito follows semantic versioning of its API: within one major version
 * what compiled and linked goes on doing so.
 * @{ */
#define MITO_VERSION_MAJOR 0
#define MITO_VERSION_MINOR 1
#define MITO_VERSION_PATCH 0
#define MITO_VERSION_STRING "0.1.0"

/**
 * The version of the library that the program runs with, which may differ
 * from the MITO_VERSION_STRING that it was compiled with.
 * @return A constant string, "0.1.0".
 * @since 0.1
 */
MITO_DECLARE(const char *) mito_version(void);
/** @} */

/** @name Statuses
 * mito's own codes. The range begins 200,000 above APR_OS_START_USERERR,
 * clear of those that httpd, Serf, Subversion and libapreq use, and is
 * 1,000 wide.
 *
 * The list is append-only: a code never changes its number, and a code
 * that falls out of use keeps its place.
 * @{ */
#define MITO_STATUS_LIST(X)                                                 \
    X(MITO_ENOTINIT, "mito_init() was not called")                          \
    X(MITO_ENOTSUP, "not supported on this platform")                       \
    X(MITO_EINVAL, "invalid argument")                                      \
    X(MITO_ETOOLONG, "command line or environment too long")                \
    X(MITO_ENOTEXEC, "not an executable program")                           \
    X(MITO_EISDIR, "is a directory")                                        \
    X(MITO_EWORKDIR, "cannot enter the working directory")                  \
    X(MITO_EBATCH, "batch files cannot be given arguments safely")          \
    X(MITO_ETEXT, "not valid UTF-8")                                        \
    X(MITO_EEXIT, "the command failed")                                     \
    X(MITO_EHOST, "the started program does not call mito_init()")          \
    X(MITO_EIMAGE, "the function's program or library cannot be used")      \
    X(MITO_EMALFORMED, "malformed data")                                    \
    X(MITO_ELIMIT, "a limit was exceeded")                                  \
    X(MITO_EKIND, "the value is of another kind")                           \
    X(MITO_ELOST, "the exit status was taken by other code")                \
    X(MITO_ESELF, "a process cannot join itself")                           \
    X(MITO_ECLOSED, "the object is closed")

/** mito's own status codes; each function says which of them it returns. */
typedef enum mito_status_e {
    MITO_STATUS_BEFORE_FIRST = APR_OS_START_USERERR + 200000 - 1,
#define MITO_STATUS_ENUM(name, text) name,
    MITO_STATUS_LIST(MITO_STATUS_ENUM)
#undef MITO_STATUS_ENUM
    MITO_STATUS_AFTER_LAST
} mito_status_e;

/**
 * The text of a status: mito's own, APR's, or the system's.
 * @param status Any status.
 * @param buffer Receives the text; cut to fit, always terminated.
 * @param size   The buffer's size in bytes, at least 1.
 * @return buffer.
 * @since 0.1
 */
MITO_DECLARE(char *) mito_strerror(apr_status_t status, char *buffer,
                                   size_t size);

/**
 * The name of one of mito's own statuses, "MITO_ENOTSUP".
 * @return A constant string; NULL for a status that is not mito's.
 * @since 0.1
 */
MITO_DECLARE(const char *) mito_status_name(apr_status_t status);

/**
 * The sentence for the last failure of a mito function in this thread:
 * what was attempted, on what, why it failed, and, where there is something
 * to be done, what. `cannot run './nope': No such file or directory`.
 *
 * A function that succeeds leaves the sentence of an earlier failure alone,
 * so call this only after a function has returned an error.
 *
 * @return A string that stays valid until the thread's next failure; ""
 *         when nothing has failed yet. UTF-8, no newline, at most 1,023
 *         bytes.
 * @since 0.1
 */
MITO_DECLARE(const char *) mito_errmsg(void);

/**
 * For short programs and examples: when the expression is not APR_SUCCESS,
 * prints mito_errmsg() with file and line on stderr and ends the program
 * with exit code 1. A program that handles its errors does not use it.
 */
#define MITO_CHECK(expression)                                              \
    do {                                                                    \
        apr_status_t mito_check_status = (expression);                      \
        if (mito_check_status != APR_SUCCESS)                               \
            mito_check_failed(mito_check_status, __FILE__, __LINE__);       \
    } while (0)

/** The other half of MITO_CHECK(); does not return.
 * @since 0.1 */
MITO_DECLARE(void) mito_check_failed(apr_status_t status, const char *file,
                                     int line);
/** @} */

/** @name Timeouts
 * An apr_interval_time_t in microseconds. It is kept on the monotonic
 * clock: setting the system's time neither shortens nor lengthens it.
 * 0 only tries. Any negative value waits without limit.
 * @{ */
/** The timeout of a call that waits as long as it takes. */
#define MITO_FOREVER ((apr_interval_time_t)-1)
/** @} */

/** @name Capabilities
 * What this platform can do. A function whose capability is absent returns
 * #MITO_ENOTSUP; it is never a silent no-op.
 * @{ */
typedef enum mito_capability_e {
    /** Children that are copies of their parent (#MITO_START_FORK). */
    MITO_CAP_FORK = 1,
    /** Children in a fresh image of the program (#MITO_START_SPAWN). */
    MITO_CAP_SPAWN,
    /** A program that ends by a signal is told apart from one that exits. */
    MITO_CAP_EXIT_SIGNAL
} mito_capability_e;

/**
 * Whether this platform has a capability.
 * @return 1 or 0; 0 for a capability that this version does not know.
 * @since 0.1
 */
MITO_DECLARE(int) mito_has(mito_capability_e capability);
/** @} */

/**
 * Starts the library. To be called in the first line of main(), with the
 * addresses of main's own parameters.
 *
 * In a process that mito_process_start() made by the start method spawn it
 * does not return: it runs the target and ends the process. When it cannot
 * run the target, the parent is told, and its mito_process_join() fails
 * with the reason.
 *
 * A library that cannot touch its program's main() passes NULL for both:
 * such a program must name a host for its children with
 * mito_set_executable(), as mito cannot know that its main() would take
 * part.
 *
 * The pool is for whatever the program likes. It is destroyed at normal
 * exit (Windows: also by _Exit(), which runs the exit of every DLL), after
 * which nothing of mito may be used; processes that it still holds are
 * joined then, and commands stopped. Calling mito_init() again returns the
 * same pool. At any time APR may be initialised and terminated besides.
 *
 * @param argc The address of main's argc, or NULL.
 * @param argv The address of main's argv, or NULL. Windows: replaced by
 *             the arguments in UTF-8, which live as long as the pool.
 * @param pool Receives the program's pool; destroyed at exit.
 * @retval MITO_EINVAL One of argc and argv is NULL and the other is not.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_init(int *argc, const char *const **argv,
                                     apr_pool_t **pool);

#ifdef __cplusplus
}
#endif

#endif /* MITO_CORE_H */
