/* SPDX-License-Identifier: Apache-2.0 */
/*
 * node.h: what a value is in memory, and the functions that make one.
 *
 * A node is finished when it is made and never changes afterwards. With each
 * go three facts that are worked out from its parts while it is made, so
 * that nobody has to walk through it to learn them:
 *
 *     depth     how deep it is nested, never more than MITO_VALUE_DEPTH:
 *               a function may recurse over a node without a further check;
 *     wire      the bytes that it takes when written out, each part as often
 *               as it is referred to, never more than MI_WIRE_MAX: a bound
 *               for every walk, and what an encoder has to allocate;
 *     hashable  whether it can be a dict's key.
 *
 * The one exception are lists and dicts in the hands of the decoder, which
 * meets their parts after them; it makes them here when it has met all.
 *
 * A new kind needs its content below, its constructor, and an entry in:
 * kind names (value.c), compare.c, the copy, the printer, the encoder and
 * the decoder.
 */
#ifndef MI_NODE_H
#define MI_NODE_H

#include <mito/value.h>

struct mito_value_t {
    uint8_t kind;     /* a mito_kind_e */
    uint8_t hashable;
    uint8_t open;     /* the decoder's: parts may still come */
    uint32_t depth;   /* 0 for what has no parts */
    size_t wire;
    size_t count;     /* bytes, items, or pairs */
    union {
        int64_t integer; /* int and bool */
        double number;
        const char *text; /* str and bytes: count of them and a 0 */
        /* list, tuple: count of them; dict: key, value, key, value, and
         * behind them, when count is above MI_DICT_SMALL, an index. */
        const mito_value_t *const *items;
    } as;
};

/* What a value takes at most when written out. Sums of two cannot wrap. */
#define MI_WIRE_MAX (SIZE_MAX / 4)

/* Items a batch of a list or dict on the wire. */
#define MI_WIRE_BATCH 1000

/* Dicts up to this many pairs are searched from end to end. */
#define MI_DICT_SMALL 8

extern const mito_value_t mi_node_none;
extern const mito_value_t mi_node_bools[2];

/* NULL when memory is exhausted, with the sentence set. */
const mito_value_t *mi_node_int(int64_t number, apr_pool_t *pool);
const mito_value_t *mi_node_float(double number, apr_pool_t *pool);

/* Kind is str or bytes. Text is not checked. */
const mito_value_t *mi_node_text(mito_kind_e kind, const void *data,
                                 size_t size, apr_pool_t *pool);

/* Each of the following sets its node, or leaves it alone and returns
 * APR_ENOMEM, MITO_ELIMIT (deep or large) or MITO_EKIND (a key that cannot
 * be one) with the sentence set. Parts are nodes, never NULL. */

/* Kind is list or tuple. The items are copied. */
apr_status_t mi_node_sequence(const mito_value_t **out, mito_kind_e kind,
                              const mito_value_t *const *items, size_t count,
                              apr_pool_t *pool);

/* Count is the number of pairs. The items are copied. */
apr_status_t mi_node_dict(const mito_value_t **out,
                          const mito_value_t *const *items, size_t count,
                          apr_pool_t *pool);

/* The two above with the node's place and, for a list or tuple, its items
 * given. */
apr_status_t mi_node_set_sequence(mito_value_t *node, mito_kind_e kind,
                                  const mito_value_t *const *items,
                                  size_t count);
apr_status_t mi_node_set_dict(mito_value_t *node,
                              const mito_value_t *const *items, size_t count,
                              apr_pool_t *pool);

/* Works out the three facts of a node from its parts; frame is what it takes
 * on the wire beside them. */
apr_status_t mi_node_weigh(mito_value_t *node, size_t frame,
                           const mito_value_t *const *parts, size_t count);

/* The bytes that a number, or a text of this size, takes on the wire; and
 * those that a list, tuple or dict takes beside its parts. */
size_t mi_wire_int(int64_t number);
size_t mi_wire_text(size_t size);
size_t mi_wire_frame(mito_kind_e kind, size_t count);

/* The pair whose key equals this one; NULL when there is none, or the key
 * cannot be one. */
const mito_value_t *const *mi_dict_find(const mito_value_t *dict,
                                        const mito_value_t *key);

/* The same for a str key that is no node. */
const mito_value_t *const *mi_dict_find_text(const mito_value_t *dict,
                                             const char *text, size_t size);

/* A total order of all hashable nodes, in which those are equal that are one
 * key in Python. It has no other meaning. Below, at or above 0. */
int mi_node_compare(const mito_value_t *one, const mito_value_t *other);

/* A number that is the same for nodes that are one key in Python, and hardly
 * ever for others. For hashable nodes. */
uint64_t mi_node_rank(const mito_value_t *value);

/* Python's == . */
int mi_node_equal(const mito_value_t *one, const mito_value_t *other);

/* The length of the longest valid beginning of a text: its size when all of
 * it is UTF-8, in which surrogates are let through. */
size_t mi_text_valid(const char *text, size_t size);

/* MITO_EINVAL for a function that takes a value and was given NULL. The
 * sentence leads to the builder that failed: "WHAT is NULL; the failure
 * before: the text of a str is not UTF-8 at byte 7". */
apr_status_t mi_value_missing(const char *what);

#endif /* MI_NODE_H */
