/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dict.c: dicts, which keep their pairs in the order of insertion.
 *
 * A large one has an index besides: for each pair the rank of its key, a
 * number that equal keys share and others hardly do, and its position,
 * sorted by rank and then by key. It is searched by halving, and nearly
 * always the ranks alone decide.
 *
 * That is about as fast as a hash table and has no bad case: whoever chooses
 * keys so that their ranks collide gains nothing, since n pairs still cost
 * but n log n comparisons. Keys that are ints in rising order cost n.
 */
#include "node.h"

#include "../core/error.h"

#include <stdlib.h>
#include <string.h>

typedef struct entry_t {
    uint64_t rank;
    uint32_t position; /* of the pair, counted in pairs */
} entry_t;

/* Entries that are sorted without malloc(). */
enum { SORTED_IN_PLACE = 64 };

/* The bytes that a dict's pairs and their index take. */
static size_t dict_size(size_t count)
{
    size_t pair = 2 * sizeof(const mito_value_t *);

    return count * (count > MI_DICT_SMALL ? pair + sizeof(entry_t) : pair);
}

/* The index stands behind the pairs. */
static entry_t *index_of(const mito_value_t *const *pairs, size_t count)
{
    return (entry_t *)(void *)(pairs + 2 * count);
}

static int compare_entries(const entry_t *one, const entry_t *other,
                           const mito_value_t *const *pairs)
{
    if (one->rank != other->rank)
        return one->rank < other->rank ? -1 : 1;
    return mi_node_compare(pairs[2 * (size_t)one->position],
                           pairs[2 * (size_t)other->position]);
}

/* Merges two sorted neighbours. Of equal keys those of the left one come
 * first, so that pairs with one key stay in their order. */
static void merge(entry_t *to, const entry_t *left, const entry_t *right,
                  const entry_t *end, const mito_value_t *const *pairs)
{
    const entry_t *middle = right;

    while (left < middle && right < end) {
        if (compare_entries(left, right, pairs) <= 0)
            *to++ = *left++;
        else
            *to++ = *right++;
    }
    memcpy(to, left, (size_t)(middle - left) * sizeof(*to));
    to += middle - left;
    memcpy(to, right, (size_t)(end - right) * sizeof(*to));
}

/* One round: neighbouring sorted runs of this width become sorted runs twice
 * as wide. Runs that are in order already are only moved. */
static void merge_runs(entry_t *to, const entry_t *from, size_t count,
                       size_t width, const mito_value_t *const *pairs)
{
    size_t start;
    size_t middle;
    size_t end;

    for (start = 0; start < count; start = end) {
        middle = count - start > width ? start + width : count;
        end = count - middle > width ? middle + width : count;
        if (middle == end
            || compare_entries(from + middle - 1, from + middle, pairs) <= 0)
            memcpy(to + start, from + start, (end - start) * sizeof(*to));
        else
            merge(to + start, from + start, from + middle, from + end, pairs);
    }
}

static void sort(entry_t *entries, entry_t *spare, size_t count,
                 const mito_value_t *const *pairs)
{
    entry_t *from = entries;
    entry_t *to = spare;
    entry_t *swap;
    size_t width;

    for (width = 1; width < count; width *= 2) {
        merge_runs(to, from, count, width, pairs);
        swap = from;
        from = to;
        to = swap;
    }
    if (from != entries)
        memcpy(entries, from, count * sizeof(*entries));
}

static apr_status_t make_index(const mito_value_t *const *pairs,
                               size_t count)
{
    entry_t in_place[SORTED_IN_PLACE];
    entry_t *spare = in_place;
    entry_t *entries = index_of(pairs, count);
    size_t i;

    if (count > SORTED_IN_PLACE)
        spare = malloc(count * sizeof(*spare));
    if (spare == NULL)
        return mi_error(APR_ENOMEM, "no memory for a dict of %llu pairs",
                        (unsigned long long)count);
    for (i = 0; i < count; i++) {
        entries[i].rank = mi_node_rank(pairs[2 * i]);
        entries[i].position = (uint32_t)i;
    }
    sort(entries, spare, count, pairs);
    if (spare != in_place)
        free(spare);
    return APR_SUCCESS;
}

/* Where a key came several times, its first pair gets the last value and the
 * others lose their key. Returns how many pairs did. */
static size_t drop_duplicates(const mito_value_t **pairs, size_t count)
{
    const entry_t *entries = index_of(pairs, count);
    const entry_t *first = entries;
    const entry_t *entry;
    size_t dropped = 0;

    for (entry = first + 1; entry < entries + count; entry++) {
        if (compare_entries(first, entry, pairs) != 0) {
            first = entry;
            continue;
        }
        pairs[2 * (size_t)first->position + 1] =
            pairs[2 * (size_t)entry->position + 1];
        pairs[2 * (size_t)entry->position] = NULL;
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
    status = make_index(pairs, *count);
    if (status != APR_SUCCESS || drop_duplicates(pairs, *count) == 0)
        return status;
    *count = close_gaps(pairs, *count);
    return *count > MI_DICT_SMALL ? make_index(pairs, *count) : APR_SUCCESS;
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

static const mito_value_t *const *search(const mito_value_t *dict,
                                         const mito_value_t *key)
{
    const mito_value_t *const *pairs = dict->as.items;
    const mito_value_t *const *pair;
    const entry_t *entries = index_of(pairs, dict->count);
    uint64_t rank = mi_node_rank(key);
    size_t low = 0;
    size_t high = dict->count;
    size_t middle;
    int side;

    while (low < high) {
        middle = low + (high - low) / 2;
        pair = pairs + 2 * (size_t)entries[middle].position;
        if (rank != entries[middle].rank)
            side = rank < entries[middle].rank ? -1 : 1;
        else
            side = mi_node_compare(key, pair[0]);
        if (side == 0)
            return pair;
        if (side < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const mito_value_t *const *mi_dict_find(const mito_value_t *dict,
                                        const mito_value_t *key)
{
    if (!key->hashable)
        return NULL;
    if (dict->count <= MI_DICT_SMALL)
        return scan(dict->as.items, dict->count, key);
    return search(dict, key);
}

const mito_value_t *const *mi_dict_find_text(const mito_value_t *dict,
                                             const char *text, size_t size)
{
    mito_value_t key = {MITO_KIND_STR, 1, 0, 0, 0, 0, {0}};

    key.count = size;
    key.as.text = text;
    return mi_dict_find(dict, &key);
}
