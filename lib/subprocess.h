/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subprocess.h: what the sources about commands share. subprocess.c has the
 * life of a command, subprocess_start.c its start, subprocess_talk.c its
 * streams, subprocess_run.c commands from start to end, and pipeline.c
 * commands in a row.
 *
 * A command's pipes and buffers are guarded by its pump's lock, which no
 * thread holds while it waits; the child has a lock of its own. Without pipes
 * the two are one, and there is nothing to pump. Where both are held the
 * pump's was taken first.
 */
#ifndef MI_SUBPROCESS_H
#define MI_SUBPROCESS_H

#include <mito/pipeline.h>

#include "core/child.h"
#include "core/pump.h"

struct mito_popen_t {
    apr_pool_t *pool;
    mi_child_t child;
    const char *const *argv;
    mito_stop_t stop;
    int die_with_parent;
    int has_pipes;
    mi_pump_t *pump;                    /* its own or the pipeline's */
    mi_flow_t *flows;                   /* of the pump: its three */
    mi_pump_t own_pump;
    mi_flow_t own_flows[PLAT_STREAMS];
    int is_pipe_file[PLAT_STREAMS];     /* and until it is taken: */
    plat_handle_t files[PLAT_STREAMS];
    int closed;
};

/* What connects a stage of a pipeline to others; PLAT_HANDLE_NONE: what its
 * options say. */
typedef struct mi_link_t {
    plat_handle_t input;
    plat_handle_t output;
} mi_link_t;

#define MI_LINK_NONE {PLAT_HANDLE_NONE, PLAT_HANDLE_NONE}

/* Starts a command. The pump, with three flows of it that nobody uses yet,
 * is the caller's and outlives the command; NULL for one of its own. */
apr_status_t mi_popen_start(mito_popen_t **popen, const char *const *argv,
                            const mito_command_options_t *options,
                            const mi_link_t *link, mi_pump_t *pump,
                            mi_flow_t *flows, apr_pool_t *pool);

/* MITO_EINVAL with a sentence for options that have no meaning. */
apr_status_t mi_command_check(const mito_command_options_t *options);

/* Whether one of the streams is for a caller to use himself, who cannot while
 * he waits for a run. */
int mi_is_for_a_caller(const mito_command_options_t *options);

/* Whether the stream is a pipe that we feed or drain. */
int mi_is_pumped(const mito_stream_t *stream);

/* Makes the streams, starts the child, closes what was only for it. What is
 * left in the command at a failure is for mi_popen_close_streams(). */
apr_status_t mi_command_start(mito_popen_t *popen,
                              const mito_command_options_t *options,
                              const mi_link_t *link);

void mi_popen_close_streams(mito_popen_t *popen);

/* Closes the pipes and forgets what was read; 0 when that was done before.
 * The child goes on. */
int mi_popen_close_pipes(mito_popen_t *popen);

/* Closes the command without waiting for it, whatever its options say. */
void mi_popen_leave(mito_popen_t *popen);

/* Feeds and drains until all of its streams have ended; APR_TIMEUP without a
 * sentence. For commands with pipes, with the lock. */
apr_status_t mi_popen_pump(mito_popen_t *popen, const void *input,
                           size_t size, plat_deadline_t deadline);

/* NULL without pipes. */
static inline mi_pump_t *mi_popen_own_pump(mito_popen_t *popen)
{
    return popen->has_pipes ? popen->pump : NULL;
}

const char *const *mi_copy_vector(const char *const *argv, apr_pool_t *pool);

/* The result of a command that has ended: the buffers change hands. */
mito_completed_t *mi_complete(mito_popen_t *popen, apr_pool_t *pool);

/* Makes one result, the last stage's, know those of the others. */
void mi_completed_set_stages(mito_completed_t *completed,
                             mito_completed_t **stages, size_t count);

/* Whether a run that ended with this status has a result all the same. */
int mi_has_result(apr_status_t status);

#endif /* MI_SUBPROCESS_H */
