/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buffer.h: bytes that grow. Always followed by one 0, so that text can be
 * used as a string. Not from a pool, which would keep every size that the
 * buffer outgrew.
 */
#ifndef MI_BUFFER_H
#define MI_BUFFER_H

#include <apr_errno.h>
#include <stddef.h>

typedef struct mi_buffer_t {
    char *data;         /* NULL while empty */
    size_t size;
    size_t room;        /* without the final 0 */
} mi_buffer_t;

/* Makes room for at least `more` bytes behind those that are there: the
 * caller writes them at data + size and then calls mi_buffer_added().
 * APR_ENOMEM. */
apr_status_t mi_buffer_reserve(mi_buffer_t *buffer, size_t more);

void mi_buffer_added(mi_buffer_t *buffer, size_t count);

/* The bytes, never NULL. */
const char *mi_buffer_text(const mi_buffer_t *buffer);

void mi_buffer_free(mi_buffer_t *buffer);

#endif /* MI_BUFFER_H */
