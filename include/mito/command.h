/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file mito/command.h
 * @brief How a command is started: its streams, environment, rights, limits
 *        and end.
 *
 * Everything is in one struct, mito_command_options_t, whose zeros are the
 * defaults:
 *
 *     &(mito_command_options_t){
 *         .working_directory = "/srv",
 *         .add_environment = MITO_ARGV("LANG=C"),
 *         .output = {.to = MITO_STREAM_APPEND, .path = "server.log"},
 *         .error.to = MITO_STREAM_OUTPUT,
 *         .process_group = MITO_GROUP_NEW,
 *         .stop.steps = {{MITO_STOP_TERMINATE, apr_time_from_sec(5)}}}
 *
 * No code of the caller's runs between the making of a child and its
 * program; what the child is to be given is said here. An option that the
 * platform lacks is #MITO_ENOTSUP, and mito_errmsg() names it.
 *
 * What is started with it is in mito/subprocess.h and mito/pipeline.h.
 */
#ifndef MITO_COMMAND_H
#define MITO_COMMAND_H

#include <mito/core.h>

#include <apr_file_io.h>

#ifdef __cplusplus
extern "C" {
#endif

/** An argument vector written in place: MITO_ARGV("ls", "-l"). Lives until
 *  the end of the enclosing block. */
#define MITO_ARGV(...) ((const char *const[]){__VA_ARGS__, NULL})

/** @name Streams
 * @{ */

/** The names of a command's standard streams. */
typedef enum mito_standard_e {
    MITO_STDIN,     /**< what it reads */
    MITO_STDOUT,    /**< what it prints */
    MITO_STDERR     /**< what it complains about */
} mito_standard_e;

/** What one of a command's three standard streams is connected to. */
typedef enum mito_stream_e {
    /** The parent's own stream. */
    MITO_STREAM_INHERIT = 0,
    /** A pipe, fed or drained by mito_run(), mito_popen_communicate(),
     *  mito_popen_write() and mito_popen_read(). What is drained is kept in
     *  memory; see mito_stream_t.limit. */
    MITO_STREAM_PIPE,
    /** The null device: empty to read, swallows what is written. */
    MITO_STREAM_NULL,
    /** For the error stream only: wherever the output stream goes. */
    MITO_STREAM_OUTPUT,
    /** The file named by `path`: read from, or created or emptied and
     *  written to. Seen from the parent's working directory. */
    MITO_STREAM_PATH,
    /** For output and error: the file named by `path`, created when it is
     *  not there, written to at its end. */
    MITO_STREAM_APPEND,
    /** The open `file`, which stays the caller's. What an output file has
     *  in its buffer is written before the command starts. */
    MITO_STREAM_FILE,
    /** The descriptor or HANDLE `native`, which stays the caller's. */
    MITO_STREAM_NATIVE,
    /** For output and error: a pipe; each line goes to `receive` when it is
     *  complete. */
    MITO_STREAM_LINES,
    /** For output and error: a pipe; what comes goes to `receive` as it
     *  comes. */
    MITO_STREAM_CHUNKS,
    /** A pipe whose other end the caller reads or writes himself: see
     *  mito_popen_file(). */
    MITO_STREAM_PIPE_FILE
} mito_stream_e;

/** What becomes of captured output beyond mito_stream_t.limit. */
typedef enum mito_overflow_e {
    /** It is read and forgotten: the head is kept. */
    MITO_OVERFLOW_HEAD = 0,
    /** The beginning is forgotten: the last `limit` bytes are kept. */
    MITO_OVERFLOW_TAIL,
    /** All of it goes to a temporary file, which vanishes with its last
     *  user; the head is in memory too. See mito_popen_spilled(). */
    MITO_OVERFLOW_SPILL,
    /** The command is stopped and the call fails with #MITO_ELIMIT; the
     *  head is kept. */
    MITO_OVERFLOW_STOP
} mito_overflow_e;

/**
 * Takes what a command writes, a chunk or a line at a time. Called in the
 * thread that communicates, and not again before it has returned; it may
 * call no function on the same command but mito_popen_send_signal() and its
 * relatives.
 *
 * @param opaque What was given with it.
 * @param bytes  The chunk; or the line, without its end (LF or CRLF) and
 *        followed by one 0 that does not count. Valid during the call.
 * @param size   How many.
 * @return APR_SUCCESS to go on. With anything else communication stops, and
 *         its caller gets this status; mito_run() stops the command. The
 *         receiver is not called again: what comes later is read and
 *         forgotten.
 */
typedef apr_status_t mito_receiver_t(void *opaque, const char *bytes,
                                     size_t size);

/** One of a command's standard streams. All zero: inherited. */
typedef struct mito_stream_t {
    /** Where it goes, or comes from. */
    mito_stream_e to;
    /** #MITO_STREAM_PATH, #MITO_STREAM_APPEND. */
    const char *path;
    /** #MITO_STREAM_FILE. */
    apr_file_t *file;
    /** #MITO_STREAM_NATIVE: a descriptor, or a HANDLE cast to this. */
    intptr_t native;
    /** #MITO_STREAM_LINES, #MITO_STREAM_CHUNKS. */
    mito_receiver_t *receive;
    /** Its first argument. */
    void *opaque;
    /** #MITO_STREAM_PIPE: the most that is kept in memory of what the
     *  command writes. #MITO_STREAM_LINES: the longest line; a longer one
     *  comes in pieces of this size. In bytes; 0 is without limit. */
    size_t limit;
    /** #MITO_STREAM_PIPE with a limit: what becomes of the rest. */
    mito_overflow_e overflow;
    /** The pipe's size in bytes, where the system lets it be chosen (Linux,
     *  Windows); 0 is the system's, and Linux's grows under load. */
    size_t pipe_size;
} mito_stream_t;
/** @} */

/** @name Ending commands
 * @{ */

/** Whom a signal or an end is for. */
typedef enum mito_scope_e {
    /** The command and all its descendants, also those that have left its
     *  session or whose parents have ended. Linux, but for those that run
     *  with other rights than the caller's, and Windows; elsewhere the
     *  command alone. */
    MITO_SCOPE_TREE = 0,
    /** The command alone. */
    MITO_SCOPE_PROCESS,
    /** Its process group, when it has one of its own; see
     *  mito_command_options_t.process_group. POSIX. */
    MITO_SCOPE_GROUP
} mito_scope_e;

/** What a step of a stop does. */
typedef enum mito_stop_e {
    /** Nothing: there is no such step. */
    MITO_STOP_NONE = 0,
    /** Waits for the command to end by itself. */
    MITO_STOP_WAIT,
    /** SIGINT, as Ctrl-C sends it; Windows: Ctrl-Break, for a command with
     *  a process group of its own. */
    MITO_STOP_INTERRUPT,
    /** SIGTERM; Windows: ends it. */
    MITO_STOP_TERMINATE,
    /** SIGKILL; Windows: ends it. */
    MITO_STOP_KILL
} mito_stop_e;

/** How a command is brought to its end. All zero: killed at once, with its
 *  descendants. To ask it politely first:
 *
 *      .stop.steps = {{MITO_STOP_TERMINATE, apr_time_from_sec(5)}}
 *
 *  What still runs after the last step is killed, so that nothing is left
 *  behind. To wait for ever, wait with #MITO_FOREVER. A step that the
 *  platform lacks is passed over. */
typedef struct mito_stop_t {
    /** One step. */
    struct mito_stop_step_t {
        /** What is done. */
        mito_stop_e action;
        /** How long the command then has to end. */
        apr_interval_time_t grace;
    } steps[3]; /**< Up to three, up to the first #MITO_STOP_NONE. */
    /** Whom the steps are for. With #MITO_SCOPE_TREE descendants that are
     *  left when the command has ended are killed. */
    mito_scope_e scope;
} mito_stop_t;
/** @} */

/** @name Options
 * @{ */

/** A command's priority. */
typedef enum mito_priority_e {
    /** The parent's. */
    MITO_PRIORITY_SAME = 0,
    /** POSIX: nice values 19, 10, 0, -7, -14 and -20, the last three being
     *  for privileged users. Windows: the priority class of this name. */
    MITO_PRIORITY_IDLE,
    MITO_PRIORITY_BELOW_NORMAL,
    MITO_PRIORITY_NORMAL,
    MITO_PRIORITY_ABOVE_NORMAL,
    MITO_PRIORITY_HIGH,
    MITO_PRIORITY_REALTIME
} mito_priority_e;

/** What a mito_resource_limit_t limits; see getrlimit(). */
typedef enum mito_resource_e {
    /** Ends a list. */
    MITO_RESOURCE_END = 0,
    MITO_RESOURCE_ADDRESS_SPACE,    /**< bytes */
    MITO_RESOURCE_CORE,             /**< bytes of a core file */
    MITO_RESOURCE_CPU,              /**< seconds of processor time */
    MITO_RESOURCE_DATA,             /**< bytes */
    MITO_RESOURCE_FILE_SIZE,        /**< bytes */
    MITO_RESOURCE_LOCKED_MEMORY,    /**< bytes; not everywhere */
    MITO_RESOURCE_OPEN_FILES,       /**< the highest descriptor plus 1 */
    MITO_RESOURCE_PROCESSES,        /**< of the user; not everywhere */
    MITO_RESOURCE_STACK             /**< bytes */
} mito_resource_e;

/** No limit. */
#define MITO_UNLIMITED UINT64_MAX

/** A limit on what a command may use. */
typedef struct mito_resource_limit_t {
    /** Of what. */
    mito_resource_e resource;
    /** What holds. */
    uint64_t soft;
    /** What the command may raise it to. */
    uint64_t hard;
} mito_resource_limit_t;

/** A umask, for mito_posix_options_t; also of 0. */
#define MITO_UMASK(mask) ((mask) | 0x10000)

/** What only POSIX has. On Windows anything but zero is #MITO_ENOTSUP. */
typedef struct mito_posix_options_t {
    /** Nonzero: a session of its own, without a terminal (setsid). */
    int new_session;
    /** Whose rights it runs with: a name, or a number in decimal. NULL: the
     *  parent's. Its groups stay what they are; see the next two. */
    const char *user;
    /** Its group, a name or a number. */
    const char *group;
    /** Its further groups, NULL-terminated; an empty list is none. NULL:
     *  the parent's. */
    const char *const *groups;
    /** MITO_UMASK(077); 0 is the parent's. */
    int umask;
    /** Added to the parent's nice value. */
    int nice;
    /** Limits, up to one of #MITO_RESOURCE_END; NULL is none. */
    const mito_resource_limit_t *limits;
    /** Nonzero: begins with no signal blocked. 0: those that the calling
     *  thread has blocked. */
    int clear_signal_mask;
    /** Nonzero: SIGPIPE and SIGXFSZ are ignored in it, when they are here,
     *  as mito_init() sees to; 0: they have their default effect. */
    int keep_ignored_signals;
} mito_posix_options_t;

/** The console of a command on Windows. */
typedef enum mito_console_e {
    /** The parent's, and none when it has none. */
    MITO_CONSOLE_SAME = 0,
    MITO_CONSOLE_NEW,           /**< one of its own: CREATE_NEW_CONSOLE */
    MITO_CONSOLE_HIDDEN,        /**< one without a window: CREATE_NO_WINDOW */
    MITO_CONSOLE_NONE           /**< none: DETACHED_PROCESS */
} mito_console_e;

/** How a command's first window is shown on Windows. */
typedef enum mito_window_e {
    MITO_WINDOW_DEFAULT = 0,    /**< as the command likes */
    MITO_WINDOW_HIDDEN,         /**< SW_HIDE */
    MITO_WINDOW_MINIMIZED,      /**< SW_SHOWMINNOACTIVE */
    MITO_WINDOW_MAXIMIZED       /**< SW_SHOWMAXIMIZED */
} mito_window_e;

/** The busy cursor while a command starts on Windows. */
typedef enum mito_feedback_e {
    MITO_FEEDBACK_DEFAULT = 0,
    MITO_FEEDBACK_ON,           /**< STARTF_FORCEONFEEDBACK */
    MITO_FEEDBACK_OFF           /**< STARTF_FORCEOFFFEEDBACK */
} mito_feedback_e;

/** What only Windows has. On POSIX anything but zero is #MITO_ENOTSUP. */
typedef struct mito_windows_options_t {
    /** Which console it has. */
    mito_console_e console;
    /** How its first window is shown. */
    mito_window_e window;
    /** Whether the cursor shows that it starts. */
    mito_feedback_e feedback;
    /** Nonzero: CREATE_DEFAULT_ERROR_MODE. */
    int default_error_mode;
    /** Nonzero: outside the job that the parent is in, if that permits it:
     *  CREATE_BREAKAWAY_FROM_JOB. */
    int breakaway_from_job;
    /** The command line as it is, for a program that parses its own in its
     *  own way. argv[0] then only says which program is run. */
    const char *command_line;
} mito_windows_options_t;

/** For mito_command_options_t.process_group. */
#define MITO_GROUP_NEW INT64_C(-1)

/** How a command is started. All zero: as the reference does by default. */
typedef struct mito_command_options_t {
    /** The program that is run, when it is not argv[0]; found as argv[0]
     *  would be. With `shell`, on POSIX: the shell. */
    const char *executable;
    /** Nonzero: argv[0] is a text for the system's shell: `/bin/sh -c`, or
     *  `cmd.exe /c` with its window hidden. POSIX: what follows are the
     *  text's $0, $1 and so on; Windows: nothing may follow. A text that is
     *  put together from what others say is a hole in the program; give
     *  arguments instead. */
    int shell;
    /** The directory that the command starts in; NULL is the parent's.
     *  POSIX: a program given by a relative path with a slash is looked up
     *  from there. Windows: from the parent's own directory. */
    const char *working_directory;
    /** The whole environment as NULL-terminated `NAME=value` strings; NULL
     *  is the parent's. POSIX: its PATH, when it has one, is what a program
     *  without a slash is looked up in. */
    const char *const *environment;
    /** Names of variables to take out of it, NULL-terminated. */
    const char *const *remove_environment;
    /** `NAME=value` strings to put in, NULL-terminated, in place of those
     *  of the same name. Windows: names differ in more than case. */
    const char *const *add_environment;
    /** Standard input. */
    mito_stream_t input;
    /** Standard output. */
    mito_stream_t output;
    /** Standard error. */
    mito_stream_t error;
    /** Descriptors, 3 or more, or HANDLEs cast to this, that are open in
     *  the command too, under the same number or value, which it has to be
     *  told. Windows: they must be inheritable (SetHandleInformation). */
    const intptr_t *handles;
    /** How many. */
    size_t handle_count;
    /** #MITO_GROUP_NEW: a process group of its own, which Ctrl-C in the
     *  terminal does not reach. A group's id (POSIX): joins it. 0: the
     *  parent's. */
    int64_t process_group;
    /** Its priority. */
    mito_priority_e priority;
    /** Nonzero: killed when the parent ends, however that happens. Linux:
     *  when the thread that starts it ends; Windows: when the last handle
     *  to its job is closed, with its descendants. */
    int die_with_parent;
    /** How it is brought to its end by mito_popen_stop(), by a timeout of
     *  mito_run(), at its output's limit, and when its pool is destroyed
     *  while it runs. */
    mito_stop_t stop;
    /** What only POSIX has. */
    mito_posix_options_t posix;
    /** What only Windows has. */
    mito_windows_options_t windows;
} mito_command_options_t;
/** @} */

#ifdef __cplusplus
}
#endif

#endif /* MITO_COMMAND_H */
