/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pickle.h: values as bytes, in the format of Python's pickle module.
 *
 * What is written is protocol 4 and, byte for byte, what Python's own C
 * pickler writes for the same data, but for two things that carry no data.
 * There are no frames: they help a reader that reads a file piece by piece,
 * while our messages come whole. And nothing is memoized: a part that is
 * referred to twice is written twice, as values have no identity. Python
 * reads both forms.
 *
 * What is read is protocols 2 to 5, as data: nothing that stands in a pickle
 * is looked up, called or executed. A bytearray is read as bytes.
 */
#ifndef MI_PICKLE_H
#define MI_PICKLE_H

#include <mito/value.h>

/* Writing is in two steps, so that the bytes can be written where they are
 * to stand, in a shared mapping or behind a message's header. The size costs
 * nothing. MITO_EINVAL for NULL. */
apr_status_t mi_pickle_size(size_t *size, const mito_value_t *value);

/* Writes exactly the bytes that mi_pickle_size() told. */
void mi_pickle_write(void *out, const mito_value_t *value);

/* Both in one, into memory of the pool's. */
apr_status_t mi_pickle_encode(void **out, size_t *size,
                              const mito_value_t *value, apr_pool_t *pool);

/*
 * What a reader puts up with. 0 stands for the default.
 *
 * Each byte of input makes at most one value and one entry in the memo, so
 * a reader's memory is bounded by about 60 times the input even without
 * these limits. The limit on bytes is on time: an input of n bytes can, by
 * referring to itself, tell of a value that takes 2 to the power of n bytes
 * when written out, and everybody who walks through it would never return.
 */
typedef struct mi_pickle_limits_t {
    size_t depth; /* nesting; MITO_VALUE_DEPTH, which is also the most */
    size_t nodes; /* values, each as often as it is mentioned; no limit */
    size_t memo;  /* entries in the memo; no limit */
    size_t bytes; /* of the value when written out; 1 GiB and 4 times the
                     input */
} mi_pickle_limits_t;

/*
 * Reads one value, all of which is then in the pool; nothing in it refers to
 * the input. The input must be the value and nothing else. NULL limits are
 * the defaults.
 *
 * MITO_EMALFORMED: not the pickle of plain data that we know, cut short, or
 *                  a list that contains itself. The sentence names the byte.
 * MITO_ELIMIT:     a limit was exceeded.
 * APR_ENOMEM:      memory is exhausted.
 *
 * After an error what was read so far stays in the pool until it is cleared:
 * give every message of a stranger's its own pool.
 */
apr_status_t mi_pickle_decode(const mito_value_t **out, const void *data,
                              size_t size, const mi_pickle_limits_t *limits,
                              apr_pool_t *pool);

#endif /* MI_PICKLE_H */
