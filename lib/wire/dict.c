/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dict.c: comparing values, and the dicts that rest on it.
 *
 * A dict keeps its pairs in the order of insertion. A large one also keeps
 * the positions of its pairs sorted by key, and is searched by halving. That
 * is as good for reading as a hash table, needs neither a hash function nor
 * a seed for it, and there are no keys that an enemy could choose to make it
 * slow: n pairs cost n log n comparisons at most, and n when their keys come
 * sorted.
 */
#include "node.h"

#include "../core/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* 2 to the power of 63, the first double above all ints. */
#define INT_END 9223372036854775808.0

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static int is_float(const mito_value_t *value)
{
    return value->kind == MITO_KIND_FLOAT;
}

static int is_nan(const mito_value_t *value)
{
    return is_float(value) && isnan(value->as.number);
}

/* An int and a float by their exact values: a conversion to double would
 * make different ints the same. */
static int compare_mixed(int64_t integer, double number)
{
    int64_t whole;

    if (number >= INT_END)
        return -1;
    if (number < -INT_END)
        return 1;
    whole = (int64_t)number;
    if (integer != whole)
        return ORDER(integer, whole);
    return ORDER((double)whole, number);
}

/* Not-a-number is no other's equal, and so a key of its own: it stands above
 * all numbers, and several are told apart by where they are. */
static int compare_numbers(const mito_value_t *one, const mito_value_t *other)
{
    if (is_nan(one) || is_nan(other)) {
        if (is_nan(one) && is_nan(other))
            return ORDER((uintptr_t)one, (uintptr_t)other);
        return is_nan(one) ? 1 : -1;
    }
    if (is_float(one) && is_float(other))
        return ORDER(one->as.number, other->as.number);
    if (is_float(other))
        return compare_mixed(one->as.integer, other->as.number);
    if (is_float(one))
        return -compare_mixed(other->as.integer, one->as.number);
    return ORDER(one->as.integer, other->as.integer);
}

/* By length first, which tells most of them apart. */
static int compare_texts(const char *one, size_t one_size, const char *other,
                         size_t other_size)
{
    if (one_size != other_size)
        return ORDER(one_size, other_size);
    return memcmp(one, other, one_size);
}

static int compare_tuples(const mito_value_t *one, const mito_value_t *other)
{
    int order = ORDER(one->count, other->count);
    size_t i;

    for (i = 0; order == 0 && i < one->count; i++)
        order = mi_node_compare(one->as.items[i], other->as.items[i]);
    return order;
}

/* Kinds that can be equal to each other stand together. */
static int class_of(const mito_value_t *value)
{
    switch (value->kind) {
    case MITO_KIND_BOOL:
    case MITO_KIND_INT:
    case MITO_KIND_FLOAT:
        return MITO_KIND_INT;
    default:
        return value->kind;
    }
}

int mi_node_compare(const mito_value_t *one, const mito_value_t *other)
{
    int order = ORDER(class_of(one), class_of(other));

    if (order != 0 || one == other)
        return order;
    switch (class_of(one)) {
    case MITO_KIND_INT:
        return compare_numbers(one, other);
    case MITO_KIND_STR:
    case MITO_KIND_BYTES:
        return compare_texts(one->as.text, one->count, other->as.text,
                             other->count);
    case MITO_KIND_TUPLE:
        return compare_tuples(one, other);
    default:
        return 0;
    }
}

/* A part is equal to itself even when it is not-a-number, as in Python. */
static int parts_equal(const mito_value_t *one, const mito_value_t *other)
{
    return one == other || mi_node_equal(one, other);
}

static int sequences_equal(const mito_value_t *one, const mito_value_t *other)
{
    size_t i;

    if (one->count != other->count)
        return 0;
    for (i = 0; i < one->count; i++)
        if (!parts_equal(one->as.items[i], other->as.items[i]))
            return 0;
    return 1;
}

static int dicts_equal(const mito_value_t *one, const mito_value_t *other)
{
    const mito_value_t *const *pair;
    size_t i;

    if (one->count != other->count)
        return 0;
    for (i = 0; i < one->count; i++) {
        pair = mi_dict_find(other, one->as.items[2 * i]);
        if (pair == NULL || !parts_equal(one->as.items[2 * i + 1], pair[1]))
            return 0;
    }
    return 1;
}

int mi_node_equal(const mito_value_t *one, const mito_value_t *other)
{
    if (class_of(one) != class_of(other))
        return 0;
    switch (one->kind) {
    case MITO_KIND_LIST:
    case MITO_KIND_TUPLE:
        return sequences_equal(one, other);
    case MITO_KIND_DICT:
        return dicts_equal(one, other);
    default:
        return !is_nan(one) && mi_node_compare(one, other) == 0;
    }
}

/* The bytes that a dict's pairs and their order take. */
static size_t dict_size(size_t count)
{
    size_t pair = 2 * sizeof(const mito_value_t *);

    return count * (count > MI_DICT_SMALL ? pair + sizeof(uint32_t) : pair);
}

/* Merges two sorted neighbours of positions. Of equal keys those of the left
 * one come first, so that pairs with one key stay in their order. */
static void merge(uint32_t *to, const uint32_t *left, const uint32_t *right,
                  const uint32_t *end, const mito_value_t *const *pairs)
{
    const uint32_t *middle = right;

    while (left < middle && right < end) {
        if (mi_node_compare(pairs[2 * *left], pairs[2 * *right]) <= 0)
            *to++ = *left++;
        else
            *to++ = *right++;
    }
    memcpy(to, left, (size_t)(middle - left) * sizeof(*to));
    to += middle - left;
    memcpy(to, right, (size_t)(end - right) * sizeof(*to));
}

/* One round: pairs of sorted runs of this width become sorted runs twice as
 * wide. Runs that are in order already are only moved. */
static void merge_runs(uint32_t *to, const uint32_t *from, size_t count,
                       size_t width, const mito_value_t *const *pairs)
{
    size_t start;
    size_t middle;
    size_t end;

    for (start = 0; start < count; start = end) {
        middle = count - start > width ? start + width : count;
        end = count - middle > width ? middle + width : count;
        if (middle == end
            || mi_node_compare(pairs[2 * from[middle - 1]],
                               pairs[2 * from[middle]]) <= 0)
            memcpy(to + start, from + start, (end - start) * sizeof(*to));
        else
            merge(to + start, from + start, from + middle, from + end, pairs);
    }
}

/* Fills the order of a dict's pairs, which stands behind them. */
static apr_status_t sort_pairs(const mito_value_t **pairs, size_t count)
{
    uint32_t *order = (uint32_t *)(void *)(pairs + 2 * count);
    uint32_t *from = order;
    uint32_t *spare = malloc(count * sizeof(*spare));
    uint32_t *to = spare;
    uint32_t *swap;
    size_t width;
    size_t i;

    if (spare == NULL)
        return mi_error(APR_ENOMEM, "no memory for a dict of %llu pairs",
                        (unsigned long long)count);
    for (i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    for (width = 1; width < count; width *= 2) {
        merge_runs(to, from, count, width, pairs);
        swap = from;
        from = to;
        to = swap;
    }
    if (from != order)
        memcpy(order, from, count * sizeof(*order));
    free(spare);
    return APR_SUCCESS;
}

/* Where a key came several times, its first pair gets the last value and the
 * others lose their key. Returns how many pairs did. */
static size_t drop_duplicates(const mito_value_t **pairs, size_t count)
{
    const uint32_t *order = (const uint32_t *)(void *)(pairs + 2 * count);
    size_t first = 0;
    size_t dropped = 0;
    size_t i;

    for (i = 1; i < count; i++) {
        if (mi_node_compare(pairs[2 * order[first]], pairs[2 * order[i]])
            != 0) {
            first = i;
            continue;
        }
        pairs[2 * order[first] + 1] = pairs[2 * order[i] + 1];
        pairs[2 * order[i]] = NULL;
        dropped++;
    }
    return dropped;
}

static size_t close_gaps(const mito_value_t **pairs, size_t count)
{
    size_t kept = 0;
    size_t i;

    for (i = 0; i < count; i++) {
        if (pairs[2 * i] == NULL)
            continue;
        pairs[2 * kept] = pairs[2 * i];
        pairs[2 * kept + 1] = pairs[2 * i + 1];
        kept++;
    }
    return kept;
}

static apr_status_t fill_large(const mito_value_t **pairs, size_t *count,
                               const mito_value_t *const *items)
{
    apr_status_t status;

    memcpy(pairs, items, 2 * *count * sizeof(*pairs));
    status = sort_pairs(pairs, *count);
    if (status != APR_SUCCESS || drop_duplicates(pairs, *count) == 0)
        return status;
    *count = close_gaps(pairs, *count);
    return *count > MI_DICT_SMALL ? sort_pairs(pairs, *count) : APR_SUCCESS;
}

static const mito_value_t *const *scan(const mito_value_t *const *pairs,
                                       size_t count, const mito_value_t *key)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (mi_node_compare(pairs[2 * i], key) == 0)
            return pairs + 2 * i;
    return NULL;
}

static void fill_small(const mito_value_t **pairs, size_t *count,
                       const mito_value_t *const *items)
{
    const mito_value_t *const *same;
    size_t kept = 0;
    size_t i;

    for (i = 0; i < *count; i++) {
        same = scan(pairs, kept, items[2 * i]);
        if (same != NULL) {
            pairs[same - (const mito_value_t *const *)pairs + 1] =
                items[2 * i + 1];
            continue;
        }
        pairs[2 * kept] = items[2 * i];
        pairs[2 * kept + 1] = items[2 * i + 1];
        kept++;
    }
    *count = kept;
}

static apr_status_t check_keys(const mito_value_t *const *items, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (!items[2 * i]->hashable)
            return mi_error(MITO_EKIND, "a %s cannot be a dict's key%s",
                            mito_kind_name((mito_kind_e)items[2 * i]->kind),
                            items[2 * i]->kind == MITO_KIND_TUPLE
                                ? " when a list or dict is inside" : "");
    return APR_SUCCESS;
}

apr_status_t mi_node_set_dict(mito_value_t *node,
                              const mito_value_t *const *items, size_t count,
                              apr_pool_t *pool)
{
    const mito_value_t **pairs;
    apr_status_t status = check_keys(items, count);

    if (status != APR_SUCCESS)
        return status;
    if (count > UINT32_MAX / 2)
        return mi_error(MITO_ELIMIT, "a dict of %llu pairs is too large",
                        (unsigned long long)count);
    pairs = apr_palloc(pool, dict_size(count));
    if (pairs == NULL)
        return mi_error(APR_ENOMEM, "no memory for a dict of %llu pairs",
                        (unsigned long long)count);
    if (count > MI_DICT_SMALL)
        status = fill_large(pairs, &count, items);
    else
        fill_small(pairs, &count, items);
    if (status == APR_SUCCESS)
        status = mi_node_weigh(node, mi_wire_frame(MITO_KIND_DICT, count),
                               pairs, 2 * count);
    if (status != APR_SUCCESS)
        return status;
    node->hashable = 0;
    node->count = count;
    node->as.items = pairs;
    return APR_SUCCESS;
}

const mito_value_t *const *mi_dict_find(const mito_value_t *dict,
                                        const mito_value_t *key)
{
    const mito_value_t *const *pairs = dict->as.items;
    const uint32_t *order = (const uint32_t *)(pairs + 2 * dict->count);
    size_t low = 0;
    size_t high = dict->count;
    size_t middle;
    int side;

    if (!key->hashable)
        return NULL;
    if (dict->count <= MI_DICT_SMALL)
        return scan(pairs, dict->count, key);
    while (low < high) {
        middle = low + (high - low) / 2;
        side = mi_node_compare(key, pairs[2 * order[middle]]);
        if (side == 0)
            return pairs + 2 * order[middle];
        if (side < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const mito_value_t *const *mi_dict_find_text(const mito_value_t *dict,
                                             const char *text, size_t size)
{
    mito_value_t key = {MITO_KIND_STR, 1, 0, 0, 0, 0, {0}};

    key.count = size;
    key.as.text = text;
    return mi_dict_find(dict, &key);
}
