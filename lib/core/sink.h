/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sink.h: what becomes of the bytes that a command writes: they are kept,
 * within a limit, or handed to a receiver as chunks or lines.
 */
#ifndef MI_SINK_H
#define MI_SINK_H

#include "buffer.h"

typedef enum mi_sink_e {
    MI_SINK_KEEP,
    MI_SINK_LINES,
    MI_SINK_CHUNKS
} mi_sink_e;

typedef struct mi_sink_t {
    mi_sink_e kind;
    size_t limit;               /* SIZE_MAX: none */
    mito_overflow_e overflow;
    mito_receiver_t *receive;
    void *opaque;
    int has_given_up;           /* what comes now is forgotten */
    mi_buffer_t buffer;
    size_t searched;            /* of a line: holds no newline so far */
    int is_busy;                /* much came at once */
    uint64_t total;             /* of all that came */
    apr_file_t *spilled;        /* NULL: not over the limit */
    apr_pool_t *pool;           /* the spilled file's */
    const char *what;           /* who writes, for sentences */
} mi_sink_t;

/* For a stream of one of the kinds that have a pipe of ours. */
void mi_sink_init(mi_sink_t *sink, const mito_stream_t *stream,
                  const char *what, apr_pool_t *pool);

/* Where the next bytes are to be read to, and how many at most. */
apr_status_t mi_sink_room(mi_sink_t *sink, char **to, size_t *size);

/* So many bytes were read there. MITO_ELIMIT, APR_ENOMEM, a file's error, or
 * the receiver's status. */
apr_status_t mi_sink_took(mi_sink_t *sink, size_t count);

/* Nothing more will come: the last line, which may lack its end. */
apr_status_t mi_sink_end(mi_sink_t *sink);

/* The length of the first line in the buffer without its end, and with it.
 * 0: there is no whole line yet. */
int mi_sink_find_line(mi_sink_t *sink, size_t *length, size_t *taken);

/* Turns CRLF and CR into LF. */
void mi_sink_make_text(mi_sink_t *sink);

/* The spilled file, at its beginning; NULL when there is none. */
apr_file_t *mi_sink_spilled(mi_sink_t *sink);

/* Forgets what was kept, and closes the file. */
void mi_sink_close(mi_sink_t *sink);

#endif /* MI_SINK_H */
