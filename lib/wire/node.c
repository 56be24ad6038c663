/* SPDX-License-Identifier: Apache-2.0 */
/*
 * node.c: makes values, and keeps what every value holds true: it is
 * complete, it is not nested too deep, and it knows its depth and its size
 * on the wire. Dicts are made in dict.c.
 */
#include "node.h"

#include "../core/error.h"

#include <string.h>

const mito_value_t mi_node_none = {MITO_KIND_NONE, 1, 0, 0, 1, 0, {0}};
const mito_value_t mi_node_bools[2] = {
    {MITO_KIND_BOOL, 1, 0, 0, 1, 0, {0}},
    {MITO_KIND_BOOL, 1, 0, 0, 1, 0, {1}},
};

apr_status_t mi_value_missing(const char *what)
{
    const char *before = mito_errmsg();

    if (before[0] == '\0')
        return mi_error(MITO_EINVAL, "%s is NULL", what);
    return mi_error(MITO_EINVAL, "%s is NULL; the failure before: %s", what,
                    before);
}

size_t mi_wire_int(int64_t number)
{
    uint64_t magnitude = number < 0 ? ~(uint64_t)number : (uint64_t)number;
    size_t size;

    if (number >= 0 && number <= UINT16_MAX)
        return number <= UINT8_MAX ? 2 : 3;
    if (magnitude <= INT32_MAX)
        return 5;
    /* Two's complement in as few bytes as leave room for the sign. */
    for (size = 5; size < 8; size++)
        if (magnitude >> (8 * size - 1) == 0)
            break;
    return 2 + size;
}

size_t mi_wire_text(size_t size)
{
    if (size <= UINT8_MAX)
        return 2 + size;
    return (size > UINT32_MAX ? 9 : 5) + size;
}

/* Lists and dicts of more than one go by batches. */
size_t mi_wire_frame(mito_kind_e kind, size_t count)
{
    if (kind == MITO_KIND_TUPLE)
        return count <= 3 ? 1 : 2;
    if (count <= 1)
        return 1 + count;
    return 1 + 2 * ((count - 1) / MI_WIRE_BATCH + 1);
}

/* A node with room behind it for what it holds; NULL when there is none. */
static mito_value_t *allocate(mito_kind_e kind, size_t room,
                              apr_pool_t *pool)
{
    mito_value_t *node = NULL;

    if (room <= MI_WIRE_MAX - sizeof(*node))
        node = apr_palloc(pool, sizeof(*node) + room);
    if (node == NULL) {
        mi_error(APR_ENOMEM, "no memory for a value of %llu bytes",
                 (unsigned long long)room);
        return NULL;
    }
    node->kind = (uint8_t)kind;
    node->hashable = 1;
    node->open = 0;
    node->depth = 0;
    node->count = 0;
    return node;
}

const mito_value_t *mi_node_int(int64_t number, apr_pool_t *pool)
{
    mito_value_t *node = allocate(MITO_KIND_INT, 0, pool);

    if (node == NULL)
        return NULL;
    node->wire = mi_wire_int(number);
    node->as.integer = number;
    return node;
}

const mito_value_t *mi_node_float(double number, apr_pool_t *pool)
{
    mito_value_t *node = allocate(MITO_KIND_FLOAT, 0, pool);

    if (node == NULL)
        return NULL;
    node->wire = 9;
    node->as.number = number;
    return node;
}

const mito_value_t *mi_node_text(mito_kind_e kind, const void *data,
                                 size_t size, apr_pool_t *pool)
{
    mito_value_t *node = allocate(kind, size < SIZE_MAX ? size + 1 : size,
                                  pool);
    char *text;

    if (node == NULL)
        return NULL;
    text = (char *)(node + 1);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    node->wire = mi_wire_text(size);
    node->count = size;
    node->as.text = text;
    return node;
}

apr_status_t mi_node_weigh(mito_value_t *node, size_t frame,
                           const mito_value_t *const *parts, size_t count)
{
    size_t wire = frame;
    uint32_t depth = 0;
    uint8_t hashable = 1;
    size_t i;

    for (i = 0; i < count; i++) {
        if (parts[i]->wire > MI_WIRE_MAX - wire)
            return mi_error(MITO_ELIMIT, "a value is larger than memory "
                            "when it is written out");
        wire += parts[i]->wire;
        if (parts[i]->depth > depth)
            depth = parts[i]->depth;
        hashable &= parts[i]->hashable;
    }
    if (depth >= MITO_VALUE_DEPTH)
        return mi_error(MITO_ELIMIT, "a value is nested more than %d deep",
                        MITO_VALUE_DEPTH);
    node->wire = wire;
    node->depth = depth + 1;
    node->hashable = hashable;
    return APR_SUCCESS;
}

apr_status_t mi_node_set_sequence(mito_value_t *node, mito_kind_e kind,
                                  const mito_value_t *const *items,
                                  size_t count)
{
    size_t frame = mi_wire_frame(kind, count);
    apr_status_t status = mi_node_weigh(node, frame, items, count);

    if (status != APR_SUCCESS)
        return status;
    if (kind == MITO_KIND_LIST)
        node->hashable = 0;
    node->count = count;
    node->as.items = items;
    return APR_SUCCESS;
}

apr_status_t mi_node_sequence(const mito_value_t **out, mito_kind_e kind,
                              const mito_value_t *const *items, size_t count,
                              apr_pool_t *pool)
{
    size_t limit = SIZE_MAX / sizeof(*items);
    mito_value_t *node = allocate(kind, count < limit
                                            ? count * sizeof(*items)
                                            : SIZE_MAX, pool);
    const mito_value_t **copy;
    apr_status_t status;

    if (node == NULL)
        return APR_ENOMEM;
    copy = (const mito_value_t **)(node + 1);
    if (count > 0)
        memcpy(copy, items, count * sizeof(*items));
    status = mi_node_set_sequence(node, kind, copy, count);
    if (status == APR_SUCCESS)
        *out = node;
    return status;
}

apr_status_t mi_node_dict(const mito_value_t **out,
                          const mito_value_t *const *items, size_t count,
                          apr_pool_t *pool)
{
    mito_value_t *node = allocate(MITO_KIND_DICT, 0, pool);
    apr_status_t status;

    if (node == NULL)
        return APR_ENOMEM;
    status = mi_node_set_dict(node, items, count, pool);
    if (status == APR_SUCCESS)
        *out = node;
    return status;
}
