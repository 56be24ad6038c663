/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buffer.c: bytes that grow, by doubling. A small buffer is the heap's. A
 * large one is a region of the system's, which grows without being copied
 * and takes no more memory than was written to: a buffer of a gigabyte that
 * doubled on the heap would need two at times.
 */
#include "buffer.h"

#include "error.h"

#include <stdlib.h>
#include <string.h>

/* Where the system's regions begin to pay. */
#define LARGE (128 * 1024)

/* What was taken from the front makes room when it is at least as much as
 * what is moved, so that each byte is moved once on average. */
static void move_to_front(mi_buffer_t *buffer)
{
    size_t size = mi_buffer_size(buffer);

    if (buffer->start == 0 || buffer->start < size)
        return;
    memmove(buffer->data, buffer->data + buffer->start, size + 1);
    buffer->start = 0;
    buffer->end = size;
}

static apr_status_t no_memory(size_t size)
{
    return mi_error(APR_ENOMEM, "cannot allocate %zu bytes", size);
}

static apr_status_t grow_on_heap(mi_buffer_t *buffer, size_t room)
{
    char *grown = realloc(buffer->data, room + 1);

    if (grown == NULL)
        return no_memory(room);
    buffer->data = grown;
    buffer->room = room;
    grown[buffer->end] = '\0';
    return APR_SUCCESS;
}

static apr_status_t grow_in_region(mi_buffer_t *buffer, size_t room)
{
    int was_on_heap = buffer->region.base == NULL;

    if (plat_region_grow(&buffer->region, room + 1) != APR_SUCCESS)
        return no_memory(room);
    if (was_on_heap && buffer->data != NULL) {
        memcpy(buffer->region.base, buffer->data, buffer->end);
        free(buffer->data);
    }
    buffer->data = buffer->region.base;
    buffer->room = buffer->region.size - 1;
    buffer->data[buffer->end] = '\0';
    return APR_SUCCESS;
}

static apr_status_t grow(mi_buffer_t *buffer, size_t room)
{
    return room < LARGE ? grow_on_heap(buffer, room)
                        : grow_in_region(buffer, room);
}

/* Where there is no room for twice as much there may be for what is asked
 * for. */
apr_status_t mi_buffer_reserve(mi_buffer_t *buffer, size_t more)
{
    size_t wished;

    if (buffer->data != NULL) {
        move_to_front(buffer);
        if (more <= buffer->room - buffer->end)
            return APR_SUCCESS;
    }
    wished = buffer->room < more ? more : buffer->room;
    if (wished > SIZE_MAX / 2 - 1)
        return mi_error(APR_ENOMEM, "cannot hold more than %zu bytes",
                        mi_buffer_size(buffer));
    if (grow(buffer, wished * 2) == APR_SUCCESS)
        return APR_SUCCESS;
    return grow(buffer, buffer->end + more);
}

void mi_buffer_populate(mi_buffer_t *buffer, size_t size)
{
    size_t from = buffer->populated > buffer->end ? buffer->populated
                                                  : buffer->end;

    if (buffer->region.base == NULL || from - buffer->end >= size)
        return;
    size -= from - buffer->end;
    plat_region_populate(&buffer->region, from, size);
    buffer->populated = from + size;
}

void mi_buffer_added(mi_buffer_t *buffer, size_t count)
{
    buffer->end += count;
    buffer->data[buffer->end] = '\0';
}

void mi_buffer_take(mi_buffer_t *buffer, size_t count)
{
    buffer->start += count;
}

size_t mi_buffer_size(const mi_buffer_t *buffer)
{
    return buffer->end - buffer->start;
}

const char *mi_buffer_text(const mi_buffer_t *buffer)
{
    return buffer->data == NULL ? "" : buffer->data + buffer->start;
}

void mi_buffer_free(mi_buffer_t *buffer)
{
    static const mi_buffer_t empty;

    if (buffer->region.base != NULL)
        plat_region_free(&buffer->region);
    else
        free(buffer->data);
    *buffer = empty;
}
