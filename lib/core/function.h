/* SPDX-License-Identifier: Apache-2.0 */
/*
 * function.h: a function pointer as a value that crosses an exec.
 */
#ifndef MI_FUNCTION_H
#define MI_FUNCTION_H

#include <mito/value.h>

#include <stdint.h>

/* A dict of image (path), program (is it the program itself), identity and
 * offset. MITO_EIMAGE: the address is in no image that could be found
 * again. */
apr_status_t mi_function_describe(const mito_value_t **description,
                                  uintptr_t function, apr_pool_t *pool);

/* The function in this process. MITO_EIMAGE: the image cannot be loaded or
 * is another build; MITO_EMALFORMED: the dict is not one of
 * mi_function_describe()'s. */
apr_status_t mi_function_find(uintptr_t *function,
                              const mito_value_t *description,
                              apr_pool_t *pool);

#endif /* MI_FUNCTION_H */
