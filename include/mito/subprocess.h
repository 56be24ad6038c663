/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file mito/subprocess.h
 * @brief Running commands: feed them, capture what they print, talk with
 *        them, stop them, learn how they ended.
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
 * mito_popen_read(), mito_popen_write(), mito_popen_communicate(),
 * mito_popen_wait() and mito_popen_stop() do the rest. Commands that read
 * each other's output are in mito/pipeline.h.
 *
 * Unless a shell is asked for none is involved: each argument reaches the
 * command byte for byte as it was given. The command inherits the three
 * standard streams, unless told otherwise, and nothing else: no other
 * descriptor or handle of the parent's is open in it.
 *
 * What a command is given is said by options: mito/command.h.
 *
 * Strings are UTF-8 on Windows; on POSIX they are bytes and pass untouched.
 * Functions of this header may be called from any thread, also on the same
 * object. See Python's documentation of the module `subprocess`.
 */
#ifndef MITO_SUBPROCESS_H
#define MITO_SUBPROCESS_H

#include <mito/command.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @name Running
 * @{ */

/** How mito_run() runs a command. All zero: started with the parent's
 *  streams, waited for without limit. */
typedef struct mito_run_options_t {
    /** How it is started. */
    mito_command_options_t command;
    /** Nonzero: both output and error stream are captured, apart. To
     *  capture one of them, or both together in their order, use
     *  `.command.output.to = MITO_STREAM_PIPE` and
     *  `.command.error.to = MITO_STREAM_OUTPUT`. Giving both is refused. */
    int capture_output;
    /** What the command reads from its standard input, through a pipe; may
     *  not be combined with `.command.input`. The bytes must stay valid
     *  during the call only. NULL: no input is fed. */
    const void *input;
    /** The size of input in bytes. */
    size_t input_size;
    /** Nonzero: what is captured is text: CRLF and CR become LF, in memory
     *  and not in a spilled file. Windows: and LF becomes CRLF in what is
     *  fed. */
    int text;
    /** How long the command may take; 0 is without limit. When the time is
     *  up it is stopped (see mito_command_options_t.stop), and mito_run()
     *  returns APR_TIMEUP. */
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
 *        APR_TIMEUP, #MITO_EEXIT and #MITO_ELIMIT, when the command did
 *        run: what it had printed by then is in it.
 * @param argv      The command and its arguments, NULL-terminated. A
 *        command without a slash (Windows: or a backslash) is looked up in
 *        PATH; Windows: in the directory of the calling program, the system
 *        directories and PATH, with the extensions of PATHEXT, never in the
 *        current directory.
 * @param options   NULL for the defaults.
 * @param pool      The result's memory.
 *
 * Actionable errors:
 * @retval APR_TIMEUP     The time was up; the command was stopped.
 * @retval MITO_EEXIT     `check` was set and the exit code is not 0.
 * @retval MITO_ELIMIT    It wrote more than #MITO_OVERFLOW_STOP allows.
 * @retval MITO_ENOTEXEC  There is such a file, but it cannot be run: no
 *                        execute permission, or not a program.
 * @retval MITO_EISDIR    The command is a directory.
 * @retval MITO_EWORKDIR  The working directory cannot be entered.
 * @retval MITO_ETOOLONG  The arguments and environment are longer than the
 *         system takes. Linux: together about a quarter of the stack limit,
 *         at most 6 MiB, and 128 KiB each. Windows: 32,766 UTF-16 units of
 *         quoted command line, 32,766 for an environment variable.
 * @retval MITO_EBATCH    Windows: the command is a `.bat` or `.cmd` file
 *         and an argument has a character that cmd.exe, which parses the
 *         arguments a second time, would take for its own: one of
 *         `"%!^&|<>()` or a line's end.
 * @retval MITO_ETEXT     Windows: a string is not valid UTF-8.
 * @retval MITO_EINVAL    argv is empty, options contradict each other,
 *         there is no user or group of that name, the timeout is negative,
 *         or a stream is one of #MITO_STREAM_PIPE_FILE.
 * @retval MITO_ENOTSUP   The platform lacks an option.
 * @retval MITO_ENOTINIT  mito_init() was not called.
 *
 * An error for which APR_STATUS_IS_ENOENT() holds says that there is no
 * such program, or no such file for a stream.
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
 * Runs a command for its exit code.
 * @param exit_code Receives it; see mito_completed_exit_code().
 * @param argv      As for mito_run().
 * @param options   As there.
 * @param pool      For the call.
 * @return As mito_run(); on APR_TIMEUP and #MITO_EEXIT exit_code is set.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_call(int64_t *exit_code,
                                     const char *const *argv,
                                     const mito_run_options_t *options,
                                     apr_pool_t *pool);

/**
 * Runs a command that is to succeed: mito_run() with `check`.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_check_call(const char *const *argv,
                                           const mito_run_options_t *options,
                                           apr_pool_t *pool);

/**
 * Runs a command that is to succeed, for what it prints: mito_run() with
 * `check` and its standard output captured.
 * @param output Receives it, followed by one 0; lives as long as the pool.
 *        Set on APR_TIMEUP, #MITO_EEXIT and #MITO_ELIMIT too.
 * @param size   Receives the number of bytes; may be NULL.
 * @param argv   As for mito_run().
 * @param options As there.
 * @param pool   The output's memory.
 * @retval MITO_EINVAL `.command.output`, `.capture_output` or `.check` is
 *         given.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_check_output(
    const char **output, size_t *size, const char *const *argv,
    const mito_run_options_t *options, apr_pool_t *pool);

/**
 * What a shell command prints to its standard output and error together,
 * as text, without the newline at its end.
 * @param exit_code Receives its exit code.
 * @param text      Receives the text; lives as long as the pool.
 * @param command   A text for the shell; see mito_command_options_t.shell.
 * @param pool      The text's memory.
 * @return The errors of mito_run(). A command that fails is none.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_getstatusoutput(int64_t *exit_code,
                                                const char **text,
                                                const char *command,
                                                apr_pool_t *pool);

/** The same without the exit code.
 * @since 0.1 */
MITO_DECLARE(apr_status_t) mito_getoutput(const char **text,
                                          const char *command,
                                          apr_pool_t *pool);

/** The exit code of a command that was killed but does not end, as the
 *  system waits for something on its behalf. */
#define MITO_EXIT_UNKNOWN INT64_MIN

/** The arguments that the command was run with.
 * @since 0.1 */
MITO_DECLARE(const char *const *) mito_completed_argv(
    const mito_completed_t *completed);

/**
 * The exit code: what the command returned, or, negative, the number of
 * the signal that ended it: -9 for SIGKILL; #MITO_EXIT_UNKNOWN.
 *
 * Windows: 32 bits, unsigned. An access violation, an illegal instruction,
 * a division by zero and Ctrl-C show as the signal that POSIX has for them
 * (-11, -4, -8, -2); a process that mito killed shows as -9, one that it
 * terminated as -15.
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
 * How many bytes the command wrote to a stream that was captured or handed
 * to a receiver, whether they were kept or not.
 * @param completed The result.
 * @param which     #MITO_STDOUT or #MITO_STDERR.
 * @since 0.1
 */
MITO_DECLARE(uint64_t) mito_completed_total(
    const mito_completed_t *completed, mito_standard_e which);

/**
 * The temporary file with all of a stream's output, of which there was more
 * than its limit; see #MITO_OVERFLOW_SPILL. It is at its beginning.
 * @return The file, closed with the result's pool; NULL when the output did
 *         not reach the limit.
 * @since 0.1
 */
MITO_DECLARE(apr_file_t *) mito_completed_spilled(
    const mito_completed_t *completed, mito_standard_e which);

/**
 * Whether the command succeeded.
 * @retval MITO_EEXIT Its exit code is not 0; the sentence says what it was.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_completed_check(
    const mito_completed_t *completed);
/** @} */

/** @name Commands that run beside the program
 * @{ */

/** A command that was started. */
typedef struct mito_popen_t mito_popen_t;

/**
 * Starts a command and returns as soon as it runs. The cost does not grow
 * with the memory of the calling program.
 *
 * When the pool is destroyed while the command runs it is stopped, as
 * mito_command_options_t.stop says; mito_popen_close() waits for it,
 * mito_popen_detach() leaves it to itself.
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

/** The arguments that it was started with.
 * @since 0.1 */
MITO_DECLARE(const char *const *) mito_popen_argv(const mito_popen_t *popen);

/** The process id; stays the same after the command has ended. With a shell
 *  it is the shell's.
 * @since 0.1 */
MITO_DECLARE(int64_t) mito_popen_pid(const mito_popen_t *popen);

/**
 * Feeds the command's input pipe, then closes it, and meanwhile drains its
 * output pipes until they end; then waits for the command's end. Cannot
 * deadlock, however much goes in and out.
 *
 * @param popen   The command.
 * @param input   What it reads, after what mito_popen_write() still had to
 *        write; may be NULL. Must stay valid until a call returns something
 *        else than APR_TIMEUP, or the command is closed. A command that
 *        ends without reading all of it is no error.
 * @param size    The size of input in bytes. Given input without an input
 *        pipe is #MITO_EINVAL.
 * @param timeout The longest time to take; kept also while the command
 *        never stops writing.
 * @retval APR_TIMEUP  The time was up. The command runs on, what it wrote
 *         so far is kept; the next call goes on where this one stopped and
 *         must be given the same input or NULL. Windows: the thread that
 *         called must not end before input is used up.
 * @retval MITO_ELIMIT It wrote more than #MITO_OVERFLOW_STOP allows, and
 *         was stopped.
 * @retval MITO_EINVAL Input for a command that has no input pipe, or other
 *         input than that of a first call that timed out.
 * @retval MITO_ECLOSED The command was closed.
 * @return A receiver's status.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_popen_communicate(
    mito_popen_t *popen, const void *input, size_t size,
    apr_interval_time_t timeout);

/** What was captured of the command's output so far and not taken by
 *  mito_popen_read(); see mito_completed_output(). Valid until the next
 *  communicate, read, write or close.
 * @since 0.1 */
MITO_DECLARE(const char *) mito_popen_output(mito_popen_t *popen,
                                             size_t *size);

/** The same for standard error.
 * @since 0.1 */
MITO_DECLARE(const char *) mito_popen_error(mito_popen_t *popen,
                                            size_t *size);

/** As mito_completed_total().
 * @since 0.1 */
MITO_DECLARE(uint64_t) mito_popen_total(mito_popen_t *popen,
                                        mito_standard_e which);

/** As mito_completed_spilled(), once the command's output has ended; the
 *  file is closed with the command.
 * @since 0.1 */
MITO_DECLARE(apr_file_t *) mito_popen_spilled(mito_popen_t *popen,
                                              mito_standard_e which);

/**
 * Writes to the command's input pipe, and drains its output pipes
 * meanwhile, so that neither blocks the other.
 *
 * @param popen   The command.
 * @param bytes   What to write. They are copied.
 * @param size    How many.
 * @param timeout The longest time to take.
 * @retval APR_TIMEUP   The command has not read all of it yet. The rest is
 *         kept, and written by the next call of this function (`size` may
 *         be 0), of mito_popen_read() or mito_popen_communicate(). Windows:
 *         threads that use the command must not end before that.
 * @retval APR_EOF      The command does not read any more.
 * @retval MITO_EINVAL  It has no input pipe.
 * @retval MITO_ECLOSED The command, or its input, was closed.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_popen_write(mito_popen_t *popen,
                                            const void *bytes, size_t size,
                                            apr_interval_time_t timeout);

/**
 * Ends the command's input, once all of it was written: what it reads then
 * is the end of the stream.
 * @retval APR_TIMEUP As mito_popen_write(); the input is still open.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_popen_close_input(
    mito_popen_t *popen, apr_interval_time_t timeout);

/**
 * Reads what the command writes, as soon as there is something.
 *
 * @param count   Receives how many bytes were read, 1 at least.
 * @param popen   The command.
 * @param which   #MITO_STDOUT or #MITO_STDERR.
 * @param buffer  Receives the bytes.
 * @param size    The most to read, at least 1.
 * @param timeout The longest time to wait.
 * @retval APR_TIMEUP   Nothing came.
 * @retval APR_EOF      The stream has ended and all was read.
 * @retval MITO_EINVAL  The stream is not one of #MITO_STREAM_PIPE.
 * @retval MITO_ECLOSED The command was closed.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_popen_read(size_t *count,
                                           mito_popen_t *popen,
                                           mito_standard_e which,
                                           void *buffer, size_t size,
                                           apr_interval_time_t timeout);

/**
 * Reads a line.
 *
 * @param line    Receives the line without its end (LF or CRLF), followed
 *        by one 0; valid until the next call on the command. The last line
 *        may lack its end.
 * @param size    Receives its length; may be NULL.
 * @param popen   The command.
 * @param which   #MITO_STDOUT or #MITO_STDERR.
 * @param timeout The longest time to wait. What has come of a line by then
 *        is kept.
 * @return As mito_popen_read().
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_popen_read_line(const char **line,
                                                size_t *size,
                                                mito_popen_t *popen,
                                                mito_standard_e which,
                                                apr_interval_time_t timeout);

/**
 * The caller's end of a stream of #MITO_STREAM_PIPE_FILE, for APR's file
 * functions. Reading and writing block.
 *
 * @param file  Receives the file, once: it is the caller's to close (an
 *        input, to end it) and belongs to the command's pool.
 * @param popen The command.
 * @param which The stream.
 * @retval MITO_EINVAL  The stream is no #MITO_STREAM_PIPE_FILE.
 * @retval MITO_ECLOSED The file was taken before, or the command closed.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_popen_file(apr_file_t **file,
                                           mito_popen_t *popen,
                                           mito_standard_e which);

/**
 * Looks whether the command has ended.
 * @param exit_code Receives its exit code; may be NULL.
 * @param popen     The command; one that was closed still knows its code.
 * @retval APR_CHILD_NOTDONE It runs.
 * @retval MITO_ELOST        As mito_popen_wait().
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_popen_poll(int64_t *exit_code,
                                           mito_popen_t *popen);

/**
 * Waits until the command has ended. Any number of times, from any number
 * of threads. A command with pipes may wait for its reader for ever: use
 * mito_popen_communicate() there.
 * @retval APR_TIMEUP   It still runs.
 * @retval MITO_ELOST   It has ended, but other code of this program took
 *         its exit status (a wait for any child, or SIGCHLD ignored), and
 *         the system does not tell it a second time: Linux before 6.15.
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

/**
 * Sends a signal. A command that has ended is left alone, and never a
 * stranger that has its process id now; its descendants are not, where the
 * scope is the tree.
 *
 * @param popen  The command.
 * @param signal POSIX's number. Windows: 2 (SIGINT) is Ctrl-Break, for a
 *        command with a process group of its own; 15 (SIGTERM) and 9 end
 *        it; 0 does nothing.
 * @param scope  Whom it is for.
 * @retval MITO_ENOTSUP Windows: there is no such signal or scope.
 * @retval MITO_EINVAL  There is no such signal, or it is for a group and
 *         the command has none of its own.
 * @retval MITO_ECLOSED The command was closed.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_popen_send_signal(mito_popen_t *popen,
                                                  int signal,
                                                  mito_scope_e scope);

/** Asks it to end: SIGTERM. Windows: ends it.
 * @since 0.1 */
MITO_DECLARE(apr_status_t) mito_popen_terminate(mito_popen_t *popen,
                                                mito_scope_e scope);

/** Ends it at once: SIGKILL.
 * @since 0.1 */
MITO_DECLARE(apr_status_t) mito_popen_kill(mito_popen_t *popen,
                                           mito_scope_e scope);

/**
 * Brings the command to its end, step by step, and waits for it. When it
 * returns the command has ended, and with #MITO_SCOPE_TREE its descendants
 * have been killed.
 *
 * @param popen The command.
 * @param stop  The steps; NULL are those that it was started with.
 * @retval APR_TIMEUP   The system does not end it, although it was killed.
 * @retval MITO_ECLOSED The command was closed.
 * @return What kept it from being killed: other rights than the caller's.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_popen_stop(mito_popen_t *popen,
                                           const mito_stop_t *stop);

/**
 * Leaves the command to itself: its pipes are closed, it is neither stopped
 * nor waited for, and goes on when the program ends. Its exit status, which
 * nobody will ask for, is discarded when the next command starts. After
 * this the command is closed.
 * @retval MITO_EINVAL It is to die with its parent.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_popen_detach(mito_popen_t *popen);

/**
 * Closes the command's pipes, waits for its end, and gives back what it
 * held; the memory stays until the pool goes. Nothing happens the second
 * time, nor for NULL.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_popen_close(mito_popen_t *popen);

/** What the command is and how it does, for people:
 *  `<command 'ls' '-l': pid 4711, runs>`.
 * @since 0.1 */
MITO_DECLARE(const char *) mito_popen_repr(mito_popen_t *popen,
                                           apr_pool_t *pool);
/** @} */

/**
 * An argument vector as one line, quoted by the rules by which Windows
 * programs parse their command line. For showing commands, and for
 * mito_windows_options_t.command_line; mito_run() needs no help with this.
 * @since 0.1
 */
MITO_DECLARE(const char *) mito_list2cmdline(const char *const *argv,
                                             apr_pool_t *pool);

#ifdef __cplusplus
}
#endif

#endif /* MITO_SUBPROCESS_H */
