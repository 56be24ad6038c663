/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buffer.h: bytes that grow at the end and are taken from the front. Always
 * followed by one 0, so that text can be used as a string. Not from a pool,
 * which would keep every size that the buffer outgrew.
 */
#ifndef MI_BUFFER_H
#define MI_BUFFER_H

#include "../../platform/platform.h"

typedef struct mi_buffer_t {
    char *data;             /* NULL while nothing was allocated */
    size_t start;           /* where what was not taken yet begins */
    size_t end;             /* where it ends */
    size_t room;            /* the allocation's size without the final 0 */
    plat_region_t region;   /* where a large one lies */
    size_t populated;       /* of the region, from its beginning */
} mi_buffer_t;

/* Makes room for at least `more` bytes at the end: the caller writes them at
 * data + end and then calls mi_buffer_added(). APR_ENOMEM. */
apr_status_t mi_buffer_reserve(mi_buffer_t *buffer, size_t more);

/* Has the memory behind the end ready for a large read; see
 * plat_region_populate(). */
void mi_buffer_populate(mi_buffer_t *buffer, size_t size);

void mi_buffer_added(mi_buffer_t *buffer, size_t count);

/* Takes bytes from the front; the others stay where they are until the next
 * reserve. */
void mi_buffer_take(mi_buffer_t *buffer, size_t count);

/* How many bytes there are. */
size_t mi_buffer_size(const mi_buffer_t *buffer);

/* The bytes, never NULL. */
const char *mi_buffer_text(const mi_buffer_t *buffer);

void mi_buffer_free(mi_buffer_t *buffer);

#endif /* MI_BUFFER_H */
