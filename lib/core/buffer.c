/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buffer.c: bytes that grow, by doubling.
 */
#include "buffer.h"

#include "error.h"

#include <stdlib.h>

apr_status_t mi_buffer_reserve(mi_buffer_t *buffer, size_t more)
{
    size_t room = buffer->room;
    char *grown;

    if (more <= room - buffer->size && buffer->data != NULL)
        return APR_SUCCESS;
    if (room < more)
        room = more;
    room = room > SIZE_MAX / 2 - 1 ? SIZE_MAX - 1 : room * 2;
    if (room - buffer->size < more)
        return mi_error(APR_ENOMEM, "cannot hold more than %zu bytes",
                        buffer->size);
    grown = realloc(buffer->data, room + 1);
    if (grown == NULL)
        return mi_error(APR_ENOMEM, "cannot allocate %zu bytes", room + 1);
    buffer->data = grown;
    buffer->room = room;
    grown[buffer->size] = '\0';
    return APR_SUCCESS;
}

void mi_buffer_added(mi_buffer_t *buffer, size_t count)
{
    buffer->size += count;
    buffer->data[buffer->size] = '\0';
}

const char *mi_buffer_text(const mi_buffer_t *buffer)
{
    return buffer->data == NULL ? "" : buffer->data;
}

void mi_buffer_free(mi_buffer_t *buffer)
{
    free(buffer->data);
    buffer->data = NULL;
    buffer->size = buffer->room = 0;
}
