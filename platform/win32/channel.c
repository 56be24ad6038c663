/* SPDX-License-Identifier: Apache-2.0 */
/*
 * channel.c: chapter 4 of the seam on Win32. A channel is the server's end
 * of a named pipe with one instance, as anonymous pipes know no overlapped
 * operations. The child gets the other end, opened for synchronous use, as
 * programs expect of their standard streams.
 *
 * Only one process can ever be at the other end of the pipe, and its name,
 * of 128 random bits, is of no use to anybody: there is no second instance
 * and only the user himself may open it.
 *
 * To be told when there is something to read, a read of no bytes is begun:
 * it ends when bytes come or the other end is closed, and takes nothing
 * out. So no buffer is needed, and calling it off loses nothing. The bytes
 * themselves are only read when they are known to be there. A peer may
 * write nothing, which ends such a read as well: the end of the stream is
 * never concluded from a count of 0 but from the error alone.
 *
 * When a thread ends, the system calls off what it began. For the read of
 * no bytes that is no loss. Of a write that was half done nobody can tell
 * how far it came, so another thread that goes on with it is told
 * ERROR_OPERATION_ABORTED, and nothing is sent twice or left out.
 */
#include "internal.h"

#include "sys.h"

#include <apr_general.h>
#include <apr_strings.h>

/* The default, and the most that is asked for. Under Wine a command that
 * writes 64 KiB at a time is read a third faster through a pipe of 256 KiB
 * than through one of 64; one of 1 MiB gains no more to speak of. */
#define PIPE_SIZE 262144u
#define PIPE_SIZE_MAX ((size_t)1 << 30)

static apr_status_t pipe_name(wchar_t **name, apr_pool_t *pool)
{
    unsigned random[4];
    size_t length;
    apr_status_t status = apr_generate_random_bytes((unsigned char *)random,
                                                    sizeof(random));

    if (status != APR_SUCCESS)
        return status;
    return win_to_wide(name, &length,
                       apr_psprintf(pool,
                                    "\\\\.\\pipe\\mito-%08x%08x%08x%08x",
                                    random[0], random[1], random[2],
                                    random[3]), pool);
}

DWORD win_pipe_size(size_t size)
{
    if (size == 0)
        return PIPE_SIZE;
    return (DWORD)(size < PIPE_SIZE_MAX ? size : PIPE_SIZE_MAX);
}

/* This process's end, the only one that there will be of its kind. */
static apr_status_t open_own(struct win_channel_t *channel,
                             const wchar_t *name)
{
    DWORD access = channel->is_write ? PIPE_ACCESS_OUTBOUND
                                     : PIPE_ACCESS_INBOUND;
    win_security_t security;
    HANDLE pipe;
    apr_status_t status = win_owner_only(&security);

    if (status != APR_SUCCESS)
        return status;
    pipe = sys_CreateNamedPipeW(
        name, access | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
        PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT
        | PIPE_REJECT_REMOTE_CLIENTS,
        1, channel->size, channel->size, 0, &security.attributes);
    if (pipe == INVALID_HANDLE_VALUE)
        return win_last_status();
    channel->pipe = pipe;
    return APR_SUCCESS;
}

/* The access rights are those of CreatePipe's two ends. */
static apr_status_t open_other(HANDLE *other, const wchar_t *name,
                               int is_write)
{
    *other = sys_CreateFileW(
        name, is_write ? GENERIC_READ | FILE_WRITE_ATTRIBUTES
                       : GENERIC_WRITE | FILE_READ_ATTRIBUTES,
        0, NULL, OPEN_EXISTING, SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS,
        NULL);
    return *other != INVALID_HANDLE_VALUE ? APR_SUCCESS : win_last_status();
}

/* A manual one: a wait set may look at it more than once. */
static apr_status_t open_event(struct win_channel_t *channel)
{
    channel->event = sys_CreateEventW(NULL, TRUE, FALSE, NULL);
    if (channel->event == NULL)
        return win_last_status();
    channel->operation.hEvent = channel->event;
    return APR_SUCCESS;
}

apr_status_t plat_channel_create(plat_channel_t *channel,
                                 plat_handle_t *other,
                                 plat_direction_e direction, size_t size,
                                 apr_pool_t *pool)
{
    plat_channel_t made = {apr_pcalloc(pool, sizeof(*made.state))};
    HANDLE client;
    wchar_t *name;
    apr_status_t status = pipe_name(&name, pool);

    made.state->is_write = direction == PLAT_WRITE;
    made.state->size = win_pipe_size(size);
    if (status == APR_SUCCESS)
        status = open_own(made.state, name);
    if (status != APR_SUCCESS)
        return status;
    status = open_event(made.state);
    if (status == APR_SUCCESS)
        status = open_other(&client, name, made.state->is_write);
    if (status != APR_SUCCESS) {
        plat_channel_close(&made);
        return status;
    }
    *channel = made;
    *other = client;
    return APR_SUCCESS;
}

/* Ends the operation that is under way, if any. After this the system does
 * not touch its memory any more. */
static void call_off(struct win_channel_t *channel)
{
    DWORD count;

    if (!channel->is_pending)
        return;
    if (!HasOverlappedIoCompleted(&channel->operation))
        CancelIoEx(channel->pipe, &channel->operation);
    GetOverlappedResult(channel->pipe, &channel->operation, &count, TRUE);
    channel->is_pending = 0;
}

/* Whether the error says that there is nobody at the other end. */
static int is_end(DWORD error)
{
    return error == ERROR_BROKEN_PIPE || error == ERROR_NO_DATA
           || error == ERROR_PIPE_NOT_CONNECTED
           || error == ERROR_HANDLE_EOF;
}

static apr_status_t channel_status(DWORD error)
{
    return is_end(error) ? APR_EOF : win_status(error);
}

static DWORD at_most(size_t size, DWORD limit)
{
    return size < limit ? (DWORD)size : limit;
}

apr_status_t plat_channel_read(plat_channel_t *channel, void *buffer,
                               size_t size, size_t *count)
{
    struct win_channel_t *state = channel->state;
    DWORD available, got;

    if (!sys_PeekNamedPipe(state->pipe, NULL, 0, NULL, &available, NULL))
        return channel_status(GetLastError());
    if (available == 0)
        return APR_EAGAIN;
    call_off(state);
    if (!sys_ReadFile(state->pipe, buffer, at_most(size, available), NULL,
                      &state->operation)
        && GetLastError() != ERROR_IO_PENDING)
        return channel_status(GetLastError());
    /* The bytes are there and nobody else reads, so this does not wait. */
    if (!GetOverlappedResult(state->pipe, &state->operation, &got, TRUE))
        return channel_status(GetLastError());
    if (got == 0)
        return APR_EAGAIN;
    *count = got;
    return APR_SUCCESS;
}

/* The result of the write that is under way. */
static apr_status_t collect_write(struct win_channel_t *channel,
                                  size_t *count)
{
    DWORD put;

    if (!GetOverlappedResult(channel->pipe, &channel->operation, &put,
                             FALSE)) {
        DWORD error = GetLastError();

        if (error == ERROR_IO_INCOMPLETE)
            return APR_EAGAIN;
        channel->is_pending = 0;
        return channel_status(error);
    }
    channel->is_pending = 0;
    *count = put;
    return APR_SUCCESS;
}

apr_status_t plat_channel_write(plat_channel_t *channel, const void *bytes,
                                size_t size, size_t *count)
{
    struct win_channel_t *state = channel->state;

    if (state->is_pending)
        return collect_write(state, count);
    /* A write of no bytes would still be seen at the other end. */
    if (size == 0) {
        *count = 0;
        return APR_SUCCESS;
    }
    /* No more than the pipe holds, so that progress can be told. */
    if (!sys_WriteFile(state->pipe, bytes, at_most(size, state->size), NULL,
                       &state->operation)
        && GetLastError() != ERROR_IO_PENDING)
        return channel_status(GetLastError());
    state->is_pending = 1;
    return collect_write(state, count);
}

/* Begins the read of no bytes. It may end at once, as bytes may have come
 * meanwhile: the event then says so. */
static apr_status_t begin_probe(struct win_channel_t *channel, int *ready)
{
    static char nothing;

    if (!sys_ReadFile(channel->pipe, &nothing, 0, NULL, &channel->operation)
        && GetLastError() != ERROR_IO_PENDING) {
        if (!is_end(GetLastError()))
            return win_last_status();
        *ready = 1;
        return APR_SUCCESS;
    }
    channel->is_pending = 1;
    *ready = 0;
    return APR_SUCCESS;
}

apr_status_t win_channel_look(struct win_channel_t *channel, int *ready)
{
    DWORD available;

    if (channel->is_pending
        && !HasOverlappedIoCompleted(&channel->operation)) {
        *ready = 0;
        return APR_SUCCESS;
    }
    if (channel->is_write) {
        *ready = 1;
        return APR_SUCCESS;
    }
    call_off(channel);
    if (sys_PeekNamedPipe(channel->pipe, NULL, 0, NULL, &available, NULL)
        && available == 0)
        return begin_probe(channel, ready);
    /* Bytes, the end, or an error, which the next read will tell. */
    *ready = 1;
    return APR_SUCCESS;
}

void plat_channel_close(plat_channel_t *channel)
{
    struct win_channel_t *state = channel->state;

    channel->state = NULL;
    if (state == NULL)
        return;
    call_off(state);
    plat_handle_close(&state->pipe);
    plat_handle_close(&state->event);
}

int plat_channel_is_open(const plat_channel_t *channel)
{
    return channel->state != NULL;
}
