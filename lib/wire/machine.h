/* SPDX-License-Identifier: Apache-2.0 */
/*
 * machine.h: the small machine that a pickle is a program for: an input, a
 * stack and a memo. decode.c holds its operations.
 *
 * Its functions return 1, or 0 after a failure, whose status is then in the
 * machine. No input is trusted: each length is checked against what is left,
 * and what is allocated is bounded by what was read.
 */
#ifndef MI_MACHINE_H
#define MI_MACHINE_H

#include "node.h"
#include "pickle.h"

/* A growing array of values: in place at first, then from malloc(). */
typedef struct mi_row_t {
    const mito_value_t **slots;
    size_t count;
    size_t capacity;
    const mito_value_t *first[64];
} mi_row_t;

typedef struct mi_machine_t {
    apr_status_t status;
    const unsigned char *start;
    const unsigned char *opcode; /* the one that is being executed */
    const unsigned char *next;
    const unsigned char *end;
    mi_row_t stack;
    mi_row_t memo;
    size_t memo_entries; /* without the gaps */
    size_t nodes;        /* values pushed so far */
    mi_pickle_limits_t limits;
    apr_pool_t *pool;
} mi_machine_t;

/* Stands on the stack for MARK. It never becomes part of a value. */
extern const mito_value_t mi_machine_mark;

/* Data may be NULL when size is 0; limits may be NULL. */
void mi_machine_init(mi_machine_t *machine, const void *data, size_t size,
                     const mi_pickle_limits_t *limits, apr_pool_t *pool);
void mi_machine_destroy(mi_machine_t *machine);

/* Failures. Each returns 0. */
int mi_machine_malformed(mi_machine_t *machine, const char *why);
int mi_machine_beyond(mi_machine_t *machine, const char *what, size_t limit);
int mi_machine_no_memory(mi_machine_t *machine);

/* Pushes a value; NULL stands for exhausted memory. */
int mi_machine_push(mi_machine_t *machine, const mito_value_t *value);

/* Enters the value on top of the stack into the memo, and pushes one that
 * was entered. */
int mi_machine_memoize(mi_machine_t *machine, size_t index);
int mi_machine_recall(mi_machine_t *machine, size_t index);

/* The place on the stack above the topmost mark. */
int mi_machine_above_mark(mi_machine_t *machine, size_t *first);

/* The place of the topmost values, so many of them, no mark among them. */
int mi_machine_topmost(mi_machine_t *machine, size_t *first, size_t count);

/* The next bytes of the input, and a number in them, lowest byte first, of 1
 * to 8 bytes. */
int mi_machine_take(mi_machine_t *machine, const unsigned char **bytes,
                    uint64_t size);
int mi_machine_take_number(mi_machine_t *machine, uint64_t *number,
                           size_t size);

#endif /* MI_MACHINE_H */
