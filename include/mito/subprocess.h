/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file mito/subprocess.h
 * @brief Running commands: feed them, capture what they print, learn how
 *        they ended.
 *
 * Most programs need one function:
 *
 *     mito_completed_t *done;
 *
 *     MITO_CHECK(mito_run(&done, MITO_ARGV("git", "describe"),
 *                         &(mito_run_options_t){.capture_output = 1},
 *                         pool));
 *     printf("%s", mito_completed_output(done, NULL));
 *
 * mito_run() starts the command, feeds it, collects its output, waits for
 * its end and returns. What it is built from can be had by itself:
 * mito_popen_start() starts a command and returns while it runs;
 * mito_popen_communicate() and mito_popen_wait() do the rest.
 *
 * No shell is involved: each argument reaches the command byte for byte as
 * it was given. The command inherits the three standard streams, unless
 * told otherwise, and nothing else: no other descriptor or handle of the
 * parent's is open in it.
 *
 * Strings are UTF-8 on Windows; on POSIX they are bytes and pass untouched.
 * Functions of this header may be called from any thread, also on the same
 * object. See Python's documentation of the module `subprocess`.
 */
#ifndef MITO_SUBPROCESS_H
#define MITO_SUBPROCESS_H

#include <mito/core.h>

#ifdef __cplusplus
extern "C" {
#endif

/** An argument vector written in place: MITO_ARGV("ls", "-l"). Lives until
 *  the end of the enclosing block. */
#define MITO_ARGV(...) ((const char *const[]){__VA_ARGS__, NULL})

/** What one of a command's three standard streams is connected to. */
typedef enum mito_stream_e {
    /** The parent's own stream. */
    MITO_STREAM_INHERIT = 0,
    /** A pipe, fed or drained by mito_run() or mito_popen_communicate(). */
    MITO_STREAM_PIPE,
    /** The null device: empty to read, swallows what is written. */
    MITO_STREAM_NULL,
    /** For the error stream only: wherever the output stream goes. */
    MITO_STREAM_OUTPUT
} mito_stream_e;

/** One of a command's standard streams. All zero: inherited. */
typedef struct mito_stream_t {
    /** Where it goes, or comes from. */
    mito_stream_e to;
} mito_stream_t;

/** How a command is started. All zero: as the reference does by default. */
typedef struct mito_command_options_t {
    /** The program that is run, when it is not argv[0]; found as argv[0]
     *  would be. */
    const char *executable;
    /** The directory that the command starts in; NULL is the parent's.
     *  POSIX: a program given by a relative path with a slash is looked up
     *  from there. Windows: from the parent's own directory. */
    const char *working_directory;
    /** The whole environment as NULL-terminated `NAME=value` strings; NULL
     *  is the parent's. POSIX: its PATH, when it has one, is what a program
     *  without a slash is looked up in. */
    const char *const *environment;
    /** Standard input; #MITO_STREAM_OUTPUT is refused. */
    mito_stream_t input;
    /** Standard output; #MITO_STREAM_OUTPUT is refused. */
    mito_stream_t output;
    /** Standard error. */
    mito_stream_t error;
} mito_command_options_t;

/** How mito_run() runs a command. All zero: started with the parent's
 *  streams, waited for without limit. */
typedef struct mito_run_options_t {
    /** How it is started. */
    mito_command_options_t command;
    /** Nonzero: both output and error stream are captured, apart. To
     *  capture one of them, or both together in their order, use
     *  `.command.output = {MITO_STREAM_PIPE}` and
     *  `.command.error = {MITO_STREAM_OUTPUT}`. Giving both is refused. */
    int capture_output;
    /** What the command reads from its standard input, through a pipe; may
     *  not be combined with `.command.input`. The bytes must stay valid
     *  during the call only. NULL: no input is fed. */
    const void *input;
    /** The size of input in bytes. */
    size_t input_size;
    /** How long the command may take; 0 is without limit. When the time is
     *  up it is killed, with its descendants where the platform knows them,
     *  and mito_run() returns APR_TIMEUP. */
    apr_interval_time_t timeout;
    /** Nonzero: an exit code other than 0 makes mito_run() return
     *  #MITO_EEXIT. */
    int check;
} mito_run_options_t;

/** A command that has run: how it ended, and what it printed. */
typedef struct mito_completed_t mito_completed_t;

/**
 * Runs a command and waits until it has ended.
 *
 * @param completed Receives the result, allocated from the pool. As an
 *        exception to the rule of untouched results it is set also on
 *        APR_TIMEUP and #MITO_EEXIT, when the command did run: what it had
 *        printed by then is in it.
 * @param argv      The command and its arguments, NULL-terminated. A
 *        command without a slash (Windows: or a backslash) is looked up in
 *        PATH; Windows: in the directory of the calling program, the system
 *        directories and PATH, never in the current directory.
 * @param options   NULL for the defaults.
 * @param pool      The result's memory.
 *
 * Actionable errors:
 * @retval APR_TIMEUP     The time was up; the command was killed.
 * @retval MITO_EEXIT     `check` was set and the exit code is not 0.
 * @retval MITO_ENOTEXEC  There is such a file, but it cannot be run: no
 *                        execute permission, or not a program.
 * @retval MITO_EISDIR    The command is a directory.
 * @retval MITO_EWORKDIR  The working directory cannot be entered.
 * @retval MITO_ETOOLONG  The arguments and environment are longer than the
 *         system takes. Linux: together about a quarter of the stack limit,
 *         at most 6 MiB, and 128 KiB each. Windows: 32,766 UTF-16 units of
 *         quoted command line, 32,766 for an environment variable.
 * @retval MITO_EBATCH    Windows: the command is a `.bat` or `.cmd` file,
 *         whose arguments would be parsed a second time by cmd.exe. Run
 *         cmd.exe yourself if that is what you want.
 * @retval MITO_ETEXT     Windows: a string is not valid UTF-8.
 * @retval MITO_EINVAL    argv is empty, or options contradict each other.
 * @retval MITO_ENOTINIT  mito_init() was not called.
 *
 * An error for which APR_STATUS_IS_ENOENT() holds says that there is no
 * such program.
 *
 * Exit is learnt from the process itself. When it has ended, what is left
 * in its pipes is collected; a descendant of the command that still holds
 * them open does not hold up mito_run(), if a timeout is given, longer than
 * until the timeout. Without one it is waited for, as in the reference.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_run(mito_completed_t **completed,
                                    const char *const *argv,
                                    const mito_run_options_t *options,
                                    apr_pool_t *pool);

/**
 * The exit code: what the command returned, or, negative, the number of
 * the signal that ended it: -9 for SIGKILL.
 *
 * Windows: 32 bits, unsigned. An access violation, an illegal instruction,
 * a division by zero and Ctrl-C show as the signal that POSIX has for them
 * (-11, -4, -8, -2); a process that mito killed shows as -9.
 * @since 0.1
 */
MITO_DECLARE(int64_t) mito_completed_exit_code(
    const mito_completed_t *completed);

/**
 * What the command wrote to its standard output, when that was captured.
 * @param completed The result.
 * @param size      Receives the number of bytes; may be NULL.
 * @return The bytes, followed by one 0 that does not count; they live as
 *         long as the result. "" when nothing was captured.
 * @since 0.1
 */
MITO_DECLARE(const char *) mito_completed_output(
    const mito_completed_t *completed, size_t *size);

/** The same for standard error.
 * @since 0.1 */
MITO_DECLARE(const char *) mito_completed_error(
    const mito_completed_t *completed, size_t *size);

/**
 * Whether the command succeeded.
 * @retval MITO_EEXIT Its exit code is not 0; the sentence says what it was.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_completed_check(
    const mito_completed_t *completed);

/** A command that was started. */
typedef struct mito_popen_t mito_popen_t;

/**
 * Starts a command and returns as soon as it runs. The cost does not grow
 * with the memory of the calling program.
 *
 * When the pool is destroyed the command is waited for, after its pipes
 * were closed; use mito_popen_kill() before if it should not go on.
 *
 * @param popen   Receives the command.
 * @param argv    As for mito_run().
 * @param options NULL for the defaults.
 * @param pool    Owns the command.
 * @return The errors of starting that mito_run() lists.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_popen_start(
    mito_popen_t **popen, const char *const *argv,
    const mito_command_options_t *options, apr_pool_t *pool);

/**
 * Feeds the command's input pipe, then closes it, and meanwhile drains its
 * output pipes until they end; then waits for the command's end. Cannot
 * deadlock, however much goes in and out.
 *
 * @param popen   The command.
 * @param input   What it reads; may be NULL. Must stay valid until a call
 *        returns something else than APR_TIMEUP, or the command is closed.
 *        A command that ends without reading all of it is no error.
 * @param size    The size of input in bytes. Given input without an input
 *        pipe is #MITO_EINVAL.
 * @param timeout The longest time to take.
 * @retval APR_TIMEUP  The time was up. The command runs on, what it wrote
 *         so far is kept; the next call goes on where this one stopped and
 *         must be given the same input or NULL. Windows: the thread that
 *         called must not end before input is used up.
 * @retval MITO_EINVAL Input for a command that has no input pipe, or other
 *         input than that of a first call that timed out.
 * @retval MITO_ECLOSED The command was closed.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_popen_communicate(
    mito_popen_t *popen, const void *input, size_t size,
    apr_interval_time_t timeout);

/** What mito_popen_communicate() has read of the command's output so far;
 *  see mito_completed_output(). Valid until the next communicate or close.
 * @since 0.1 */
MITO_DECLARE(const char *) mito_popen_output(mito_popen_t *popen,
                                             size_t *size);

/** The same for standard error.
 * @since 0.1 */
MITO_DECLARE(const char *) mito_popen_error(mito_popen_t *popen,
                                            size_t *size);

/**
 * Waits until the command has ended. Any number of times, from any number
 * of threads. A command with pipes may wait for its reader for ever: use
 * mito_popen_communicate() there.
 * @retval APR_TIMEUP   It still runs.
 * @retval MITO_ELOST   It has ended, but other code of this program took
 *         its exit status (a wait for any child, or SIGCHLD ignored).
 * @retval MITO_ECLOSED The command was closed.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_popen_wait(mito_popen_t *popen,
                                           apr_interval_time_t timeout);

/**
 * The exit code, as mito_completed_exit_code() describes it.
 * @param exit_code Receives it.
 * @param popen     The command.
 * @retval APR_CHILD_NOTDONE It has not ended, or was not waited for yet.
 * @retval MITO_ELOST        As mito_popen_wait().
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_popen_exit_code(int64_t *exit_code,
                                                mito_popen_t *popen);

/** The process id; stays the same after the command has ended.
 * @since 0.1 */
MITO_DECLARE(int64_t) mito_popen_pid(const mito_popen_t *popen);

/**
 * Kills the command at once (SIGKILL, TerminateJobObject), with its
 * descendants where the platform knows them. A command that has ended
 * already is left alone, and never a stranger that has its process id now.
 * @retval MITO_ECLOSED The command was closed.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_popen_kill(mito_popen_t *popen);

/**
 * Closes the command's pipes, waits for its end, and gives back what it
 * held; the memory stays until the pool goes. Nothing happens the second
 * time, nor for NULL.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_popen_close(mito_popen_t *popen);

#ifdef __cplusplus
}
#endif

#endif /* MITO_SUBPROCESS_H */
