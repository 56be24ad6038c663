/* SPDX-License-Identifier: Apache-2.0 */
/*
 * platform.h: the seam. Every function that a platform must give to mito.
 *
 * A port is one folder beside this file: an implementation header, which
 * defines the types that are only named here and is included below, and
 * one source file a chapter. Nothing above this folder knows a system call,
 * a descriptor or a HANDLE, and nothing in it knows mito's topics: a port
 * never includes a header of lib/ but speaks in statuses and plain data, of
 * which mito/command.h has the options of a start.
 *
 * Common to all functions:
 *  - They return APR_SUCCESS or a status, and leave out-parameters
 *    untouched on error, unless it says otherwise.
 *  - They may be called from any thread; one object is used by one thread
 *    at a time, unless it says otherwise.
 *  - What a port cannot do is MITO_ENOTSUP, and plat_has() says so.
 *  - A function that blocks takes a deadline and never a signal's
 *    interruption for its end.
 *  - Objects start as their _NONE value; releasing that, or releasing
 *    twice, does nothing.
 *  - Nothing that is created here is inherited by a child unless
 *    plat_process_start() is told to hand it over.
 *  - Strings are UTF-8 where the system's are Unicode, and untouched bytes
 *    elsewhere.
 *
 * Chapters: 1 The system, 2 Processes, 3 Images, 4 Channels, 5 Memory,
 * 6 Parking, 7 Waiting, 8 Signals.
 */
#ifndef PLATFORM_H
#define PLATFORM_H

#include <stddef.h>
#include <stdint.h>

#include <apr_errno.h>
#include <apr_pools.h>
#include <apr_time.h>

#include <mito/command.h>

typedef struct plat_process_t plat_process_t;
typedef struct plat_channel_t plat_channel_t;
typedef struct plat_memory_t plat_memory_t;
typedef struct plat_wait_set_t plat_wait_set_t;

/* The implementation header defines the four types above, and
 *   plat_handle_t        a system object that a child can be given
 *   PLAT_HANDLE_NONE, PLAT_PROCESS_NONE, PLAT_CHANNEL_NONE, PLAT_MEMORY_NONE
 *   PLAT_HANDLE_FROM(n)  the handle that a user gave as an intptr_t
 *   PLAT_NEWLINE         how a line of text ends in files: "\n", "\r\n"
 *   PLAT_THREAD_LOCAL    storage class of a variable per thread
 *   PLAT_NORETURN        in front of a function that does not return
 *   plat_atomic_load(const uint32_t *), plat_atomic_store(uint32_t *, n),
 *   plat_atomic_add(uint32_t *, n), which returns the old value
 *                        acquire and release, also in shared memory
 */
#ifdef _WIN32
#include "win32/win32.h"
#else
#include "posix/posix.h"
#endif

/* ------------------------------------------------------------------------
 * Chapter 1. The system
 * --------------------------------------------------------------------- */

/* A point of the monotonic clock in microseconds. */
typedef int64_t plat_deadline_t;
#define PLAT_NEVER INT64_MAX

/* Called once, by mito_init(), in the main thread, before anything else of
 * this file but plat_now() and plat_write_error(). Makes the process what
 * the reference's is at start: a write to a pipe that nobody reads is an
 * error and not the end (SIGPIPE), with no change when the program has set
 * that already. */
apr_status_t plat_initialize(void);

/* Whether the capability is there. */
int plat_has(mito_capability_e capability);

/* The monotonic clock now. It does not stop while the machine runs, and
 * nobody can set it. */
plat_deadline_t plat_now(void);

/* The program's arguments as this header's strings are: Win32 parses the
 * process's command line again and sets both; elsewhere nothing changes.
 * What is set lives as long as the pool. */
apr_status_t plat_arguments(int *argc, const char *const **argv,
                            apr_pool_t *pool);

/* The environment of the calling process, NULL-terminated `NAME=value`. */
apr_status_t plat_environment(const char *const **variables,
                              apr_pool_t *pool);

/* Whether two names, each of which ends at its `=` or its end, are the same
 * variable's. A `=` that comes first belongs to the name. */
int plat_same_variable(const char *first, const char *second);

/* Writes the bytes to the standard error stream by one system call, so that
 * lines of several processes do not mix. Keeps no buffer; errors are
 * ignored. Async-signal-safe. */
void plat_write_error(const void *bytes, size_t size);

/* Ends the process without running anything of it any more: no exit
 * handlers, no flushing. */
PLAT_NORETURN void plat_exit_now(int code);

/* ------------------------------------------------------------------------
 * Chapter 2. Processes
 *
 * plat_process_t names a child by something that cannot be reused by
 * another process as long as it is held (an unreaped pid with its pidfd, a
 * process handle): a kill never hits a stranger. Its end is learnt from the
 * process itself, never from a pipe. Waiting and signalling may happen from
 * several threads at once; reaping is for one of them, with no signalling
 * meanwhile.
 * --------------------------------------------------------------------- */

/* What a child's standard stream becomes. */
typedef enum plat_stream_e {
    PLAT_STREAM_INHERIT,    /* the parent's own, if it has one */
    PLAT_STREAM_NULL,       /* the null device */
    PLAT_STREAM_HANDLE,     /* `handle`, which the caller keeps */
    PLAT_STREAM_OUTPUT      /* error stream only: what output has become */
} plat_stream_e;

typedef struct plat_stream_t {
    plat_stream_e kind;
    plat_handle_t handle;
} plat_stream_t;

enum { PLAT_INPUT, PLAT_OUTPUT, PLAT_ERROR, PLAT_STREAMS };

/* Everything about a start; all of it must stay valid during the call. */
typedef struct plat_start_t {
    /* What is run: a path, or a name to look up as mito_run() documents. */
    const char *program;
    const char *const *arguments;       /* argv, NULL-terminated */
    /* The first argument is a text for the system's shell, the others the
     * text's own; program is the shell, NULL for the system's. */
    int is_shell;
    const char *const *environment;     /* NULL: the parent's */
    const char *working_directory;      /* NULL: the parent's */
    plat_stream_t streams[PLAT_STREAMS];
    /* One more handle, made by plat_handle_share(), that the child finds
     * under the token that came with it. PLAT_HANDLE_NONE: none. */
    plat_handle_t shared;
    /* As mito_command_options_t has them; NULL is none. */
    const intptr_t *handles;
    size_t handle_count;
    int64_t process_group;
    mito_priority_e priority;
    int die_with_parent;
    const mito_posix_options_t *posix;
    const mito_windows_options_t *windows;
} plat_start_t;

/* The step at which a start failed; the status says why. */
typedef enum plat_step_e {
    PLAT_STEP_PREPARE,      /* arguments, environment, memory */
    PLAT_STEP_STREAMS,      /* standard streams and handed-over handles */
    PLAT_STEP_DIRECTORY,    /* entering the working directory */
    PLAT_STEP_OPTION,       /* one of the start's options */
    PLAT_STEP_CREATE,       /* the system would make no new process */
    PLAT_STEP_PROGRAM       /* finding and executing the program */
} plat_step_e;

typedef struct plat_failure_t {
    plat_step_e step;
    /* PLAT_STEP_OPTION: the name of the field in mito_command_options_t,
     * "posix.user"; a constant. */
    const char *option;
} plat_failure_t;

/* Starts a program. The child has the three streams, the handles, and no
 * other descriptor or handle of the parent's; default dispositions for the
 * signals that the program handles or that plat_initialize() ignores; the
 * signal mask of the calling thread; and what the options say. The child
 * and its descendants can be told from all other processes, from their
 * first instruction on: on Windows by their job object.
 *
 * The cost does not depend on the caller's memory or its limit of open
 * files. Between the making of the child and its first instruction nothing
 * is allocated and no lock is taken.
 *
 * On error there is no child, `failure` is set, and the status is one of
 *   PLAT_STEP_PROGRAM    APR_STATUS_IS_ENOENT, MITO_EISDIR, MITO_ENOTEXEC,
 *                        MITO_EBATCH, MITO_ETOOLONG, or the system's
 *   PLAT_STEP_DIRECTORY  the system's
 *   PLAT_STEP_PREPARE    MITO_ETOOLONG, MITO_ETEXT, MITO_EINVAL (a `=` or
 *                        nothing where a variable's name should be)
 *   PLAT_STEP_OPTION     MITO_ENOTSUP, MITO_EINVAL (no such user, group,
 *                        resource, handle), or the system's
 *   others               the system's.
 * scratch is for the call alone. */
apr_status_t plat_process_start(plat_process_t *process,
                                const plat_start_t *start,
                                plat_failure_t *failure,
                                apr_pool_t *scratch);

/* Copies the calling process. Returns in both: in the parent with *child 0
 * and process set, in the child with *child 1. MITO_ENOTSUP without
 * MITO_CAP_FORK. */
apr_status_t plat_process_fork(plat_process_t *process, int *child);

/* Whether fork is what a program gets that does not choose a start method:
 * where the system can do it, and its own libraries survive it. */
int plat_fork_is_default(void);

/* Makes the standard input of the calling process the null device. */
apr_status_t plat_input_discard(void);

/* Waits until the process has ended; does not reap it. APR_TIMEUP. */
apr_status_t plat_process_await(plat_process_t *process,
                                plat_deadline_t deadline);

/* Takes the exit code of a process that has ended, once. Negative: the
 * number of the signal (POSIX's numbers on every platform) that ended it.
 * MITO_ELOST: other code of the program took it; nothing is made up. */
apr_status_t plat_process_reap(plat_process_t *process, int64_t *exit_code);

/* Sends a signal by POSIX's number; 9 kills. A process that has ended is no
 * error: with MITO_SCOPE_TREE those of its descendants that the platform
 * can find are sent it all the same, also after the process was reaped. A
 * kill of a tree repeats until no descendant is left to be found; the
 * process itself is the last. MITO_ENOTSUP: no such signal or scope here.
 * MITO_EINVAL: no such signal, or no group of its own. */
apr_status_t plat_process_signal(plat_process_t *process, int number,
                                 mito_scope_e scope);

int64_t plat_process_id(const plat_process_t *process);

/* The calling process's id. */
int64_t plat_own_id(void);

/* Gives back what the object holds. A process that was not reaped stays
 * the caller's child, beyond his reach: reap first. */
void plat_process_release(plat_process_t *process);

/* ------------------------------------------------------------------------
 * Chapter 3. Images
 *
 * A function travels between processes as (image, identity, offset).
 * --------------------------------------------------------------------- */

#define PLAT_IDENTITY_SIZE 40

typedef struct plat_image_t {
    const char *path;       /* absolute */
    int is_program;         /* the program itself, not a shared library */
    uintptr_t base;         /* where offsets count from */
    size_t size;            /* offsets are smaller */
    /* What tells this build from any other: GNU build-id, Mach-O UUID, PE
     * time stamp and size, else a checksum of the code as it is in memory.
     * Never read from the file, which may have been replaced since. */
    unsigned char identity[PLAT_IDENTITY_SIZE];
    size_t identity_size;
} plat_image_t;

/* The image that has code at this address. MITO_EIMAGE: none has. */
apr_status_t plat_image_find(plat_image_t *image, uintptr_t address,
                             apr_pool_t *pool);

/* The running program, or, when path is not NULL, the shared library, which
 * is loaded and stays so until the process ends. On MITO_EIMAGE *reason is
 * the system's explanation. */
apr_status_t plat_image_open(plat_image_t *image, const char *path,
                             const char **reason, apr_pool_t *pool);

/* The path of the running program. */
apr_status_t plat_program_path(const char **path, apr_pool_t *pool);

/* ------------------------------------------------------------------------
 * Chapter 4. Channels
 *
 * A channel is this process's end of a stream of bytes; the other end is a
 * handle for a child. Reading and writing never block: they say APR_EAGAIN,
 * and the wait set tells when to try again.
 * --------------------------------------------------------------------- */

typedef enum plat_direction_e {
    PLAT_READ,      /* this process reads from the channel */
    PLAT_WRITE      /* this process writes to it */
} plat_direction_e;

/* Makes a channel, and the handle of its other end, which the caller closes
 * once the child has been started. `size` is the pipe's; 0: the system's,
 * which may grow under load. */
apr_status_t plat_channel_create(plat_channel_t *channel,
                                 plat_handle_t *other,
                                 plat_direction_e direction, size_t size,
                                 apr_pool_t *pool);

/* Makes a pipe of two handles whose reads and writes block. */
apr_status_t plat_pipe_create(plat_handle_t *reader, plat_handle_t *writer,
                              size_t size);

typedef enum plat_open_e {
    PLAT_OPEN_READ,
    PLAT_OPEN_WRITE,        /* created, or emptied */
    PLAT_OPEN_APPEND        /* created, or written to at its end */
} plat_open_e;

/* Opens a file for a child's stream. */
apr_status_t plat_handle_open(plat_handle_t *handle, const char *path,
                              plat_open_e how, apr_pool_t *scratch);

/* Reads what is there, at least one byte and at most size. APR_EAGAIN:
 * nothing yet. APR_EOF: nothing any more. */
apr_status_t plat_channel_read(plat_channel_t *channel, void *buffer,
                               size_t size, size_t *count);

/* Writes some of the bytes. APR_EAGAIN: none yet; the port may then be
 * writing from the buffer, so the next call must be for the same bytes, and
 * they must stay until it returned something else or the channel is closed.
 * The thread that called must live as long: Windows calls off what a thread
 * has begun when it ends, and the next call is an error. APR_EOF: nobody
 * reads any more. */
apr_status_t plat_channel_write(plat_channel_t *channel, const void *bytes,
                                size_t size, size_t *count);

/* Closes this process's end; a write that is under way is called off. */
void plat_channel_close(plat_channel_t *channel);

int plat_channel_is_open(const plat_channel_t *channel);

void plat_handle_close(plat_handle_t *handle);

/* A duplicate of the handle that plat_process_start() can hand over, and
 * the token, a short word of digits and letters, by which the child finds
 * it. A duplicate is for one start. */
#define PLAT_TOKEN_SIZE 24
apr_status_t plat_handle_share(plat_handle_t handle, plat_handle_t *shared,
                               char token[PLAT_TOKEN_SIZE]);

/* In the child: the handle for a token. Says MITO_EMALFORMED for a text
 * that is no token or names nothing that was handed over, and always in a
 * program that runs with other rights than its caller's (set-user-ID). */
apr_status_t plat_handle_take(const char *token, plat_handle_t *handle);

/* ------------------------------------------------------------------------
 * Chapter 5. Memory
 *
 * Shared memory is anonymous: it has no name that could outlive its users,
 * and is gone with the last of them, however that ended. The bytes are zero
 * at first, and there: touching them cannot fail.
 * --------------------------------------------------------------------- */

/* Makes `size` bytes (at least 1) and maps them. APR_ENOMEM (or the
 * system's) when there is no room. */
apr_status_t plat_memory_create(plat_memory_t *memory, size_t size);

/* Maps memory that was handed over; takes the handle, also on error.
 * MITO_EMALFORMED: the handle is not shared memory. The size is the real
 * one, whatever the other side says, rounded up to pages at most. */
apr_status_t plat_memory_open(plat_memory_t *memory, plat_handle_t *handle);

/* The handle, which the memory keeps. */
plat_handle_t plat_memory_handle(const plat_memory_t *memory);
void *plat_memory_base(const plat_memory_t *memory);
size_t plat_memory_size(const plat_memory_t *memory);
void plat_memory_close(plat_memory_t *memory);

/* Memory of this process's own that grows at its end. What was not touched
 * yet takes no room, and growing copies nothing where the system can move
 * pages. */
typedef struct plat_region_t {
    void *base;             /* NULL: none yet */
    size_t size;            /* what can be touched */
    size_t reserved;        /* the port's */
} plat_region_t;

/* Makes at least `size` bytes usable; the base may change. How far it grows
 * each time is for the caller to say. APR_ENOMEM: the region stays as it
 * was. */
apr_status_t plat_region_grow(plat_region_t *region, size_t size);

/* Has the memory of a part of the region ready before it is written to,
 * where that is quicker than page by page. Advice: it cannot fail. */
void plat_region_populate(plat_region_t *region, size_t from, size_t size);

void plat_region_free(plat_region_t *region);

/* ------------------------------------------------------------------------
 * Chapter 6. Parking
 *
 * The place of plat_park(word, expected, deadline) and
 * plat_unpark(word, count), by which processes sleep on a 32-bit word of
 * shared memory and wake each other. The promises: a word that is not
 * contended never enters the kernel; a wake that comes between the look at
 * the word and the sleep is not lost; spurious returns are allowed; a
 * sleeper's death disturbs nobody. They come with the arena, whose words
 * they park on.
 * --------------------------------------------------------------------- */

/* ------------------------------------------------------------------------
 * Chapter 7. Waiting
 *
 * A wait set tells which of many things is ready: a process that has
 * ended, a channel that can be read or written. There is no limit to their
 * number but memory. A set is used by one thread at a time, but for waking.
 * --------------------------------------------------------------------- */

apr_status_t plat_wait_set_create(plat_wait_set_t **set, apr_pool_t *pool);

/* Adds a process or a channel; `key` comes back when it is ready. The
 * object must stay where it is until it was removed. A channel is in one
 * set at the most. */
apr_status_t plat_wait_set_add_process(plat_wait_set_t *set,
                                       plat_process_t *process, void *key);
apr_status_t plat_wait_set_add_channel(plat_wait_set_t *set,
                                       plat_channel_t *channel, void *key);

/* Removes what was added with this key. To be done before the object is
 * closed or released. */
void plat_wait_set_remove(plat_wait_set_t *set, const void *key);

/* Waits until at least one object is ready, and sets keys[0..*count) to
 * those that are, at most `size` of them, size at least 1; or until it is
 * woken, with *count 0. Level-triggered: what stays ready is told again.
 * APR_TIMEUP: the deadline came first; a deadline that has passed already
 * only looks. */
apr_status_t plat_wait_set_wait(plat_wait_set_t *set,
                                plat_deadline_t deadline, void **keys,
                                size_t size, size_t *count);

/* Makes the wait that another thread is in, or else the next one, return. To
 * be called while the set is there, by any thread. */
void plat_wait_set_wake(plat_wait_set_t *set);

/* Calls off what is under way. The set's pool does it too. */
void plat_wait_set_destroy(plat_wait_set_t *set);

/* ------------------------------------------------------------------------
 * Chapter 8. Signals
 *
 * For now: their names. The place of deferred handlers: a low-level handler
 * that only marks and wakes, the queue of what is known of the sender, and
 * signals to other processes, emulated where the system has none.
 * --------------------------------------------------------------------- */

/* The name of a signal by POSIX's number, "SIGKILL"; NULL when unknown. */
const char *plat_signal_name(int number);

#endif /* PLATFORM_H */
