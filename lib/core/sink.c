/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sink.c: what becomes of the bytes that a command writes. They are read
 * straight to the end of the sink's buffer, so that what is kept is never
 * copied. What is beyond the limit is read there as well, and simply not
 * added.
 */
#include "sink.h"

#include "error.h"

#include <string.h>

#include <apr_strings.h>

/* The least room to read into, at first and once output proves to be long,
 * and the most. That is half of what the largest pipe holds: a pipe is locked
 * while it is read, and who reads it empty has its writer wait for the whole
 * of that (a quarter slower, measured). */
#define FIRST_READ_SIZE 4096
#define NEXT_READ_SIZE 65536
#define READ_SIZE 524288

/* From here on memory is made ready before it is read to: what is made ready
 * in vain at the end is little beside what there is. */
#define LONG (16 * READ_SIZE)

void mi_sink_init(mi_sink_t *sink, const mito_stream_t *stream,
                  const char *what, apr_pool_t *pool)
{
    memset(sink, 0, sizeof(*sink));
    sink->kind = stream->to == MITO_STREAM_LINES ? MI_SINK_LINES
               : stream->to == MITO_STREAM_CHUNKS ? MI_SINK_CHUNKS
               : MI_SINK_KEEP;
    sink->limit = stream->limit == 0 ? SIZE_MAX : stream->limit;
    sink->overflow = stream->overflow;
    sink->receive = stream->receive;
    sink->opaque = stream->opaque;
    sink->what = what;
    sink->pool = pool;
}

apr_status_t mi_sink_room(mi_sink_t *sink, char **to, size_t *size)
{
    mi_buffer_t *buffer = &sink->buffer;
    apr_status_t status = mi_buffer_reserve(
        buffer, sink->total < FIRST_READ_SIZE ? FIRST_READ_SIZE
                                              : NEXT_READ_SIZE);

    if (status != APR_SUCCESS)
        return status;
    *to = buffer->data + buffer->end;
    *size = buffer->room - buffer->end;
    if (*size > READ_SIZE)
        *size = READ_SIZE;
    if (sink->is_busy && sink->total >= LONG)
        mi_buffer_populate(buffer, *size);
    return APR_SUCCESS;
}

/* ---- keeping ---- */

static apr_status_t spill(mi_sink_t *sink, const char *bytes, size_t size)
{
    apr_status_t status = apr_file_write_full(sink->spilled, bytes, size,
                                              NULL);

    if (status != APR_SUCCESS)
        return mi_error_with(status, "cannot write what %s writes to a "
                             "temporary file", sink->what);
    return APR_SUCCESS;
}

/* Where the system can, the file has no name any more. */
static apr_status_t open_spilled(mi_sink_t *sink)
{
    const char *folder;
    char *path;
    apr_status_t status = apr_temp_dir_get(&folder, sink->pool);

    if (status == APR_SUCCESS) {
        path = apr_pstrcat(sink->pool, folder, "/mito-XXXXXX", NULL);
        status = apr_file_mktemp(&sink->spilled, path,
                                 APR_FOPEN_CREATE | APR_FOPEN_READ
                                 | APR_FOPEN_WRITE | APR_FOPEN_EXCL
                                 | APR_FOPEN_BINARY | APR_FOPEN_DELONCLOSE,
                                 sink->pool);
    }
    if (status != APR_SUCCESS)
        return mi_error_with(status, "cannot make a temporary file for what "
                             "%s writes", sink->what);
    apr_file_remove(path, sink->pool);
    return spill(sink, mi_buffer_text(&sink->buffer),
                 mi_buffer_size(&sink->buffer));
}

/* The limit was reached; `rest` bytes behind the buffer's end are over. */
static apr_status_t overflow(mi_sink_t *sink, size_t rest)
{
    mi_buffer_t *buffer = &sink->buffer;
    apr_status_t status = APR_SUCCESS;

    switch (sink->overflow) {
    case MITO_OVERFLOW_HEAD:
    case MITO_OVERFLOW_TAIL:
        break;
    case MITO_OVERFLOW_SPILL:
        if (sink->spilled == NULL)
            status = open_spilled(sink);
        if (status == APR_SUCCESS)
            status = spill(sink, buffer->data + buffer->end, rest);
        break;
    case MITO_OVERFLOW_STOP:
        sink->has_given_up = 1;
        status = mi_error(MITO_ELIMIT, "%s wrote more than the %zu bytes "
                          "that are its limit", sink->what, sink->limit);
        break;
    }
    buffer->data[buffer->end] = '\0';
    return status;
}

static apr_status_t keep(mi_sink_t *sink, size_t count)
{
    mi_buffer_t *buffer = &sink->buffer;
    size_t size = mi_buffer_size(buffer);
    size_t kept;

    if (sink->overflow == MITO_OVERFLOW_TAIL) {
        mi_buffer_added(buffer, count);
        size += count;
        if (size > sink->limit)
            mi_buffer_take(buffer, size - sink->limit);
        return APR_SUCCESS;
    }
    kept = sink->limit - size < count ? sink->limit - size : count;
    /* What a file has from its beginning is to have no hole, even when the
     * head was read meanwhile. */
    if (sink->spilled != NULL)
        kept = 0;
    /* The 0 behind what is kept would be written over the rest. */
    if (kept < count) {
        buffer->end += kept;
        return overflow(sink, count - kept);
    }
    mi_buffer_added(buffer, kept);
    return APR_SUCCESS;
}

/* ---- lines ---- */

int mi_sink_find_line(mi_sink_t *sink, size_t *length, size_t *taken)
{
    const char *text = mi_buffer_text(&sink->buffer);
    size_t size = mi_buffer_size(&sink->buffer);
    const char *end;

    if (sink->searched > size)
        sink->searched = size;
    end = memchr(text + sink->searched, '\n', size - sink->searched);
    if (end == NULL) {
        sink->searched = size;
        return 0;
    }
    sink->searched = 0;
    *length = (size_t)(end - text);
    *taken = *length + 1;
    if (*length > 0 && end[-1] == '\r')
        --*length;
    return 1;
}

/* Hands out the first bytes as a string, then takes so many. */
static apr_status_t hand_out(mi_sink_t *sink, size_t length, size_t taken)
{
    char *text = sink->buffer.data + sink->buffer.start;
    char behind = text[length];
    apr_status_t status;

    text[length] = '\0';
    status = sink->receive(sink->opaque, text, length);
    text[length] = behind;
    mi_buffer_take(&sink->buffer, taken);
    sink->searched = 0;
    if (status == APR_SUCCESS)
        return APR_SUCCESS;
    sink->has_given_up = 1;
    mi_buffer_take(&sink->buffer, mi_buffer_size(&sink->buffer));
    return mi_error_with(status, "the receiver of what %s writes gave up",
                         sink->what);
}

/* A line may be as long as the limit; a CR behind it may belong to its
 * end. */
static apr_status_t hand_out_long(mi_sink_t *sink, size_t allowed)
{
    apr_status_t status = APR_SUCCESS;

    while (status == APR_SUCCESS && sink->limit != SIZE_MAX
           && mi_buffer_size(&sink->buffer) > allowed)
        status = hand_out(sink, sink->limit, sink->limit);
    return status;
}

/* A line that is complete and longer than the limit is handed out in
 * pieces, as it would be if it came slowly. */
static apr_status_t hand_out_line(mi_sink_t *sink, size_t length,
                                  size_t taken)
{
    apr_status_t status = APR_SUCCESS;

    while (status == APR_SUCCESS && length > sink->limit) {
        status = hand_out(sink, sink->limit, sink->limit);
        length -= sink->limit;
        taken -= sink->limit;
    }
    return status == APR_SUCCESS ? hand_out(sink, length, taken) : status;
}

static apr_status_t hand_out_lines(mi_sink_t *sink)
{
    apr_status_t status = APR_SUCCESS;
    size_t length;
    size_t taken;

    while (status == APR_SUCCESS
           && mi_sink_find_line(sink, &length, &taken))
        status = hand_out_line(sink, length, taken);
    if (status == APR_SUCCESS && sink->limit != SIZE_MAX)
        status = hand_out_long(sink, sink->limit + 1);
    return status;
}

/* ---- all of them ---- */

apr_status_t mi_sink_took(mi_sink_t *sink, size_t count)
{
    sink->total += count;
    sink->is_busy = count >= NEXT_READ_SIZE;
    if (sink->has_given_up) {
        sink->buffer.data[sink->buffer.end] = '\0';
        return APR_SUCCESS;
    }
    if (sink->kind == MI_SINK_KEEP)
        return keep(sink, count);
    mi_buffer_added(&sink->buffer, count);
    if (sink->kind == MI_SINK_LINES)
        return hand_out_lines(sink);
    return hand_out(sink, count, count);
}

apr_status_t mi_sink_end(mi_sink_t *sink)
{
    size_t rest;
    apr_status_t status;

    if (sink->kind != MI_SINK_LINES)
        return APR_SUCCESS;
    status = hand_out_long(sink, sink->limit);
    rest = mi_buffer_size(&sink->buffer);
    if (status == APR_SUCCESS && rest > 0)
        status = hand_out(sink, rest, rest);
    return status;
}

void mi_sink_make_text(mi_sink_t *sink)
{
    mi_buffer_t *buffer = &sink->buffer;
    char *to;
    const char *from;
    const char *end;

    if (buffer->data == NULL)
        return;
    from = to = buffer->data + buffer->start;
    end = buffer->data + buffer->end;
    for (; from < end; from++) {
        if (*from != '\r')
            *to++ = *from;
        else if (from + 1 == end || from[1] != '\n')
            *to++ = '\n';
    }
    *to = '\0';
    buffer->end = (size_t)(to - buffer->data);
}

apr_file_t *mi_sink_spilled(mi_sink_t *sink)
{
    apr_off_t beginning = 0;

    if (sink->spilled != NULL)
        apr_file_seek(sink->spilled, APR_SET, &beginning);
    return sink->spilled;
}

void mi_sink_close(mi_sink_t *sink)
{
    mi_buffer_free(&sink->buffer);
    if (sink->spilled != NULL)
        apr_file_close(sink->spilled);
    sink->spilled = NULL;
}
