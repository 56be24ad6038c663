/* SPDX-License-Identifier: Apache-2.0 */
/*
 * channel.c: chapter 4 of the seam on POSIX. A channel is the non-blocking
 * end of a pipe; the child gets the other end, which stays blocking, as
 * programs expect of their standard streams.
 */
#include "../platform.h"

#include "sys.h"

#include <stdio.h>
#include <stdlib.h>

#ifdef __linux__
#include <sys/auxv.h>
#endif

/* A pipe as the system makes it, and what it becomes when that is found
 * full: each time it is, the other side has to wait for this one. Not from
 * the start, as all pipes of a user together may have so many pages, and
 * most commands write little. */
#define USUAL_SIZE 65536
#define BUSY_SIZE 1048576

/* A pipe of another size than was wished works all the same. */
static void resize(int descriptor, size_t size)
{
#ifdef __linux__
    sys_set_pipe_size(descriptor, size > INT_MAX ? INT_MAX : (int)size);
#else
    (void)descriptor;
    (void)size;
#endif
}

static void note_busy(plat_channel_t *channel)
{
    if (channel->may_grow)
        resize(channel->descriptor, BUSY_SIZE);
    channel->may_grow = 0;
}

apr_status_t plat_pipe_create(plat_handle_t *reader, plat_handle_t *writer,
                              size_t size)
{
    int ends[2];

    if (sys_pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    if (size != 0)
        resize(ends[0], size);
    *reader = ends[0];
    *writer = ends[1];
    return APR_SUCCESS;
}

/* A terminal does not become the caller's by being opened. */
apr_status_t plat_handle_open(plat_handle_t *handle, const char *path,
                              plat_open_e how, apr_pool_t *scratch)
{
    static const int flags[] = {
        [PLAT_OPEN_READ] = O_RDONLY,
        [PLAT_OPEN_WRITE] = O_WRONLY | O_CREAT | O_TRUNC,
        [PLAT_OPEN_APPEND] = O_WRONLY | O_CREAT | O_APPEND};
    int opened;

    (void)scratch;
    do {
        opened = sys_open(path, flags[how] | O_CLOEXEC | O_NOCTTY, 0666);
    } while (opened < 0 && errno == EINTR);
    if (opened < 0)
        return errno;
    *handle = opened;
    return APR_SUCCESS;
}

apr_status_t plat_channel_create(plat_channel_t *channel,
                                 plat_handle_t *other,
                                 plat_direction_e direction, size_t size,
                                 apr_pool_t *pool)
{
    int ends[2];
    int own = direction == PLAT_READ ? 0 : 1;
    apr_status_t made = plat_pipe_create(&ends[0], &ends[1], size);

    (void)pool;
    if (made != APR_SUCCESS)
        return made;
    if (sys_set_nonblocking(ends[own]) != 0) {
        apr_status_t status = errno;

        close(ends[0]);
        close(ends[1]);
        return status;
    }
    channel->descriptor = ends[own];
    channel->is_write = own;
    channel->may_grow = size == 0;
    *other = ends[1 - own];
    return APR_SUCCESS;
}

apr_status_t plat_channel_read(plat_channel_t *channel, void *buffer,
                               size_t size, size_t *count)
{
    ssize_t got;

    do {
        got = sys_read(channel->descriptor, buffer, size);
    } while (got < 0 && errno == EINTR);
    if (got == 0)
        return APR_EOF;
    if (got < 0)
        return errno == EWOULDBLOCK ? APR_EAGAIN : errno;
    if (got >= USUAL_SIZE)
        note_busy(channel);
    *count = (size_t)got;
    return APR_SUCCESS;
}

apr_status_t plat_channel_write(plat_channel_t *channel, const void *bytes,
                                size_t size, size_t *count)
{
    ssize_t put;

    do {
        put = sys_write(channel->descriptor, bytes, size);
    } while (put < 0 && errno == EINTR);
    if (put < 0 && errno == EPIPE)
        return APR_EOF;
    if (put < 0 && errno != EWOULDBLOCK)
        return errno;
    if (size - (put < 0 ? 0 : (size_t)put) >= USUAL_SIZE)
        note_busy(channel);
    if (put < 0)
        return APR_EAGAIN;
    *count = (size_t)put;
    return APR_SUCCESS;
}

void plat_channel_close(plat_channel_t *channel)
{
    plat_handle_close(&channel->descriptor);
}

int plat_channel_is_open(const plat_channel_t *channel)
{
    return channel->descriptor != PLAT_HANDLE_NONE;
}

void plat_handle_close(plat_handle_t *handle)
{
    if (*handle != PLAT_HANDLE_NONE)
        close(*handle);
    *handle = PLAT_HANDLE_NONE;
}

/* plat_process_start() puts the shared handle there. */
#define SHARED_DESCRIPTOR 3

apr_status_t plat_handle_share(plat_handle_t handle, plat_handle_t *shared,
                               char token[PLAT_TOKEN_SIZE])
{
    int duplicate = sys_duplicate(handle);

    if (duplicate < 0)
        return errno;
    *shared = duplicate;
    snprintf(token, PLAT_TOKEN_SIZE, "%d", SHARED_DESCRIPTOR);
    return APR_SUCCESS;
}

/* What is handed over names a function to call. A program that runs with
 * other rights than its caller's takes nothing of the kind from him. */
static int has_borrowed_rights(void)
{
#ifdef __linux__
    if (getauxval(AT_SECURE))
        return 1;
#endif
    return getuid() != geteuid() || getgid() != getegid();
}

apr_status_t plat_handle_take(const char *token, plat_handle_t *handle)
{
    struct stat status;

    if (token[0] != '0' + SHARED_DESCRIPTOR || token[1] != '\0'
        || has_borrowed_rights()
        || sys_fstat(SHARED_DESCRIPTOR, &status) != 0
        || status.st_uid != geteuid()
        || fcntl(SHARED_DESCRIPTOR, F_SETFD, FD_CLOEXEC) != 0)
        return MITO_EMALFORMED;
    *handle = SHARED_DESCRIPTOR;
    return APR_SUCCESS;
}
