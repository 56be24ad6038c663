/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the system itself offers: pipes of 1 MiB, read into memory that was
 * reserved for all of the output, in huge pages. The size is known before,
 * which no library can count on; nothing is left that could be left out.
 *
 * A read takes half a pipe, so that the writer, which is woken when a read
 * is done, goes on before the pipe is empty: measured faster than reads of
 * a whole one. The system holds the pipe while it copies, and whatever it
 * has to do to the buffer's pages meanwhile holds up the writer too. Hence
 * the second contender, which has them made ready before each read.
 */
#include "capture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define PIPE_SIZE (1 << 20)
#define READ_SIZE ((size_t)1 << 19)
#define HUGE_PAGE ((size_t)2 << 20)

typedef struct reservation_t {
    char *bytes;
    size_t size;        /* of what was read into it */
    size_t ready;       /* this far its pages are there */
    int is_ahead;       /* they are to be made ready before a read */
} reservation_t;

/* Address space alone; begins where a huge page can. */
static apr_status_t reserve(reservation_t *buffer, size_t size, int is_ahead)
{
    size_t room = (size / HUGE_PAGE + 3) * HUGE_PAGE;
    char *memory = mmap(NULL, room, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (memory == MAP_FAILED)
        return errno;
    memset(buffer, 0, sizeof *buffer);
    buffer->bytes =
        memory + (HUGE_PAGE - (uintptr_t)memory % HUGE_PAGE) % HUGE_PAGE;
    buffer->is_ahead = is_ahead;
#ifdef MADV_HUGEPAGE
    madvise(buffer->bytes, room - HUGE_PAGE, MADV_HUGEPAGE);
#endif
    return APR_SUCCESS;
}

static void make_ready(reservation_t *buffer)
{
#ifdef MADV_POPULATE_WRITE
    while (buffer->is_ahead && buffer->ready < buffer->size + READ_SIZE) {
        madvise(buffer->bytes + buffer->ready, HUGE_PAGE,
                MADV_POPULATE_WRITE);
        buffer->ready += HUGE_PAGE;
    }
#else
    (void)buffer;
#endif
}

/* Returns what read() does. */
static ssize_t read_some(int from, reservation_t *buffer)
{
    ssize_t got;

    make_ready(buffer);
    got = read(from, buffer->bytes + buffer->size, READ_SIZE);
    if (got > 0)
        buffer->size += (size_t)got;
    return got;
}

static apr_status_t read_all(int from, reservation_t *buffer)
{
    ssize_t got;

    while ((got = read_some(from, buffer)) > 0)
        ;
    return got == 0 ? APR_SUCCESS : errno;
}

static apr_status_t make_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) != 0)
        return errno;
#ifdef F_SETPIPE_SZ
    fcntl(ends[0], F_SETPIPE_SZ, PIPE_SIZE);
#endif
    return APR_SUCCESS;
}

/* Takes the two ends, which are for the child alone; -1 is none. */
static apr_status_t start(pid_t *pid, const char *const *argv, int input,
                          int output)
{
    *pid = vfork();
    if (*pid == 0) {
        if (input >= 0)
            dup2(input, STDIN_FILENO);
        dup2(output, STDOUT_FILENO);
        execve(argv[0], (char *const *)(uintptr_t)argv, environ);
        _exit(127);
    }
    if (input >= 0)
        close(input);
    close(output);
    return *pid < 0 ? APR_EGENERAL : APR_SUCCESS;
}

static apr_status_t await(pid_t pid)
{
    int wait_status;

    if (waitpid(pid, &wait_status, 0) != pid)
        return errno;
    return capture_check_exit(wait_status);
}

static apr_status_t capture_into(reservation_t *buffer,
                                 const capture_job_t *job)
{
    apr_status_t status;
    int ends[2];
    pid_t pid;

    status = make_pipe(ends);
    if (status != APR_SUCCESS)
        return status;
    status = start(&pid, job->writer, -1, ends[1]);
    if (status == APR_SUCCESS)
        status = read_all(ends[0], buffer);
    close(ends[0]);
    return status == APR_SUCCESS ? await(pid) : status;
}

static apr_status_t capture(const capture_job_t *job,
                            capture_output_t *output, int is_ahead)
{
    reservation_t buffer;
    apr_status_t status = reserve(&buffer, job->size, is_ahead);

    if (status == APR_SUCCESS)
        status = capture_into(&buffer, job);
    output->bytes = buffer.bytes;
    output->size = buffer.size;
    return status;
}

static apr_status_t capture_plainly(const capture_job_t *job,
                                    capture_output_t *output)
{
    return capture(job, output, 0);
}

static apr_status_t capture_ahead(const capture_job_t *job,
                                  capture_output_t *output)
{
    return capture(job, output, 1);
}

/* ---- both ways ---- */

/* One write a round: what the pipe does not take has to wait. Writing on
 * until nothing goes in any more fills and empties both pipes in lock step,
 * and takes half as long again. */
static void feed(struct pollfd *to, const capture_job_t *job, size_t *done)
{
    ssize_t put = write(to->fd, (const char *)job->input + *done,
                        job->size - *done);

    if (put > 0)
        *done += (size_t)put;
    if (*done < job->size && (put > 0 || errno == EAGAIN))
        return;
    close(to->fd);
    to->fd = -1;
}

static apr_status_t talk(const capture_job_t *job, reservation_t *buffer,
                         int to, int from)
{
    struct pollfd ends[] = {{from, POLLIN, 0}, {to, POLLOUT, 0}};
    apr_status_t status = APR_SUCCESS;
    ssize_t got = 1;
    size_t fed = 0;

    fcntl(to, F_SETFL, O_NONBLOCK);
    fcntl(from, F_SETFL, O_NONBLOCK);
    while (got != 0 && status == APR_SUCCESS) {
        if (poll(ends, 2, -1) < 0)
            status = errno;
        if (ends[1].fd >= 0 && ends[1].revents != 0)
            feed(&ends[1], job, &fed);
        if (ends[0].revents != 0)
            got = read_some(from, buffer);
        if (got < 0 && errno != EAGAIN)
            status = errno;
    }
    if (ends[1].fd >= 0)
        close(ends[1].fd);
    close(from);
    return status;
}

static apr_status_t go_both_ways(const capture_job_t *job,
                                 capture_output_t *output)
{
    static const char *const cat[] = {CAPTURE_CAT, NULL};
    reservation_t buffer;
    apr_status_t status = reserve(&buffer, job->size, 0);
    int inputs[2];
    int outputs[2];
    pid_t pid;

    if (status == APR_SUCCESS)
        status = make_pipe(inputs);
    if (status == APR_SUCCESS)
        status = make_pipe(outputs);
    if (status == APR_SUCCESS)
        status = start(&pid, cat, inputs[0], outputs[1]);
    if (status == APR_SUCCESS)
        status = talk(job, &buffer, inputs[1], outputs[0]);
    output->bytes = buffer.bytes;
    output->size = buffer.size;
    return status == APR_SUCCESS ? await(pid) : status;
}

/* ---- pipelines ---- */

enum { STAGES = 3 };

/* The last stage writes to `output`, which is taken. */
static apr_status_t start_stages(const capture_job_t *job,
                                 pid_t pids[STAGES], int output)
{
    static const char *const cat[] = {CAPTURE_CAT, NULL};
    apr_status_t status = APR_SUCCESS;
    int input = -1;

    for (int i = 0; i < STAGES && status == APR_SUCCESS; i++) {
        int ends[2] = {-1, output};

        if (i + 1 < STAGES)
            status = make_pipe(ends);
        if (status == APR_SUCCESS)
            status = start(&pids[i], i == 0 ? job->writer : cat, input,
                           ends[1]);
        input = ends[0];
    }
    return status;
}

static apr_status_t await_stages(const pid_t pids[STAGES])
{
    apr_status_t status = APR_SUCCESS;

    for (int i = 0; i < STAGES; i++) {
        apr_status_t stage = await(pids[i]);

        if (status == APR_SUCCESS)
            status = stage;
    }
    return status;
}

static apr_status_t run_pipeline(const capture_job_t *job,
                                 capture_output_t *output)
{
    reservation_t buffer;
    pid_t pids[STAGES];
    int ends[2];
    apr_status_t status = reserve(&buffer, job->size, 0);

    if (status == APR_SUCCESS)
        status = make_pipe(ends);
    if (status == APR_SUCCESS)
        status = start_stages(job, pids, ends[1]);
    if (status == APR_SUCCESS)
        status = read_all(ends[0], &buffer);
    if (status == APR_SUCCESS)
        status = await_stages(pids);
    close(ends[0]);
    output->bytes = buffer.bytes;
    output->size = buffer.size;
    return status;
}

static apr_status_t run_pipeline_to_null(const capture_job_t *job,
                                         capture_output_t *output)
{
    pid_t pids[STAGES];
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    apr_status_t status;

    (void)output;
    if (null < 0)
        return errno;
    status = start_stages(job, pids, null);
    return status == APR_SUCCESS ? await_stages(pids) : status;
}

/* ---- the contenders ---- */

const capture_player_t capture_raw_player = {
    .name = "raw",
    .functions = {[CAPTURE_OUTPUT] = capture_plainly,
                  [CAPTURE_BOTH_WAYS] = go_both_ways,
                  [CAPTURE_PIPELINE] = run_pipeline,
                  [CAPTURE_PIPELINE_NULL] = run_pipeline_to_null},
};

const capture_player_t capture_raw_ahead_player = {
    .name = "raw-ahead",
    .functions = {[CAPTURE_OUTPUT] = capture_ahead},
};

static apr_status_t open_raw(void **state, const void *setting,
                             apr_pool_t *pool)
{
    return capture_open(state, setting, &capture_raw_player, pool);
}

static apr_status_t open_raw_ahead(void **state, const void *setting,
                                   apr_pool_t *pool)
{
    return capture_open(state, setting, &capture_raw_ahead_player, pool);
}

const bench_contender_t capture_raw = {
    .name = "raw loop",
    .about = "pipes of 1 MiB, vfork(), read() of half a pipe into reserved "
             "memory in huge pages; both ways with poll(): the limit",
    .open = open_raw,
    .run = capture_run,
};

const bench_contender_t capture_raw_again = {
    .name = "raw loop, again",
    .about = "the same code once more, to show how exact the figures are",
    .open = open_raw,
    .run = capture_run,
};

const bench_contender_t capture_raw_ahead = {
    .name = "raw loop, pages ahead",
    .about = "the same with MADV_POPULATE_WRITE for the next 2 MiB before "
             "they are read into; capturing only",
    .open = open_raw_ahead,
    .run = capture_run,
};
