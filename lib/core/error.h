/* SPDX-License-Identifier: Apache-2.0 */
/*
 * error.h: the sentence behind mito_errmsg().
 *
 * A function that finds an error says so where it knows most about it:
 *
 *     return mi_error(MITO_EINVAL, "cannot run a command: argv is empty");
 *
 * and every caller above passes the status on unchanged.
 */
#ifndef MI_ERROR_H
#define MI_ERROR_H

#include <mito/core.h>

#include "../../platform/platform.h"

/* The longest sentence with its final 0. */
#define MI_ERROR_SIZE 1024

/* Sets the calling thread's sentence and returns the status. What does not
 * fit is cut at a character's border. Arguments may be the old sentence. */
apr_status_t mi_error(apr_status_t status, const char *format, ...)
    MITO_PRINTF(2, 3);

/* The same with the status's own text behind: "format: text". */
apr_status_t mi_error_with(apr_status_t status, const char *format, ...)
    MITO_PRINTF(2, 3);

/* Round what is done because of a failure, or fails on the way to success:
 * the sentence that stands before stands again. */
typedef struct mi_sentence_t {
    char text[MI_ERROR_SIZE];
} mi_sentence_t;

void mi_error_save(mi_sentence_t *saved);
void mi_error_restore(const mi_sentence_t *saved);

/* MITO_ENOTINIT with its sentence unless mito_init() has been called. */
apr_status_t mi_require_init(void);

#endif /* MI_ERROR_H */
