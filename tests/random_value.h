/* SPDX-License-Identifier: Apache-2.0 */
/*
 * random_value.h: values of every kind for tests, nested in every way, from
 * the runner's random numbers. They print in Python exactly as in mito, and
 * equal what they become on the way through a pickle.
 */
#ifndef MITO_TESTS_RANDOM_VALUE_H
#define MITO_TESTS_RANDOM_VALUE_H

#include "runner.h"

#include <mito/value.h>

#include <string.h>

static size_t below(size_t limit)
{
    return (size_t)(mito_test_random() % limit);
}

static const mito_value_t *random_int(apr_pool_t *pool)
{
    uint64_t number = mito_test_random() >> below(64);

    return mito_int((int64_t)(below(2) ? number : 0 - number), pool);
}

static const mito_value_t *random_float(apr_pool_t *pool)
{
    static const double special[] = {0.0, -0.0, 1.0, 1e16, 0.1, 1e-5, 2.5};
    uint64_t bits = mito_test_random();
    double number;

    if (below(3) == 0)
        return mito_float(special[below(7)], pool);
    memcpy(&number, &bits, sizeof(number));
    /* Not-a-number is equal to nothing, which is not what we look for. */
    return mito_float(number == number ? number : 0.5, pool);
}

static size_t random_length(void)
{
    return below(20) == 0 ? 250 + below(20) : below(12);
}

static const mito_value_t *random_str(apr_pool_t *pool)
{
    static const char *const pieces[] = {
        "a", "B", "7", " ", "'", "\"", "\\", "\n", "\t", "\x01", "\x7f",
        "\xc2\x85", "\xc2\xa0", "\xc2\xad", "\xc3\xa9", "\xe6\x97\xa5",
        "\xf0\x9f\x90\x8d", "\xed\xb2\x80", "\xed\x9e\xa3",
    };
    const size_t count = sizeof(pieces) / sizeof(pieces[0]);
    size_t length = random_length();
    char text[2000];
    size_t size = 0;
    const char *piece;

    while (length-- > 0) {
        piece = pieces[below(count)];
        memcpy(text + size, piece, strlen(piece));
        size += strlen(piece);
    }
    return mito_str_n(text, size, pool);
}

static const mito_value_t *random_bytes(apr_pool_t *pool)
{
    unsigned char bytes[300];
    size_t size = random_length();
    size_t i;

    for (i = 0; i < size; i++)
        bytes[i] = (unsigned char)below(256);
    return mito_bytes(bytes, size, pool);
}

static const mito_value_t *random_scalar(apr_pool_t *pool)
{
    switch (below(7)) {
    case 0:
        return mito_none();
    case 1:
        return mito_bool((int)below(2));
    case 2:
    case 3:
        return random_int(pool);
    case 4:
        return random_float(pool);
    case 5:
        return random_str(pool);
    default:
        return random_bytes(pool);
    }
}

static const mito_value_t *random_key(int depth, apr_pool_t *pool)
{
    const mito_value_t *items[4];
    size_t count = below(5);
    size_t i;

    if (depth == 0 || below(4) != 0)
        return random_scalar(pool);
    for (i = 0; i < count; i++)
        items[i] = random_key(depth - 1, pool);
    return mito_tuple_of(items, count, pool);
}

static const mito_value_t *random_value(int depth, apr_pool_t *pool)
{
    const mito_value_t *items[24];
    size_t kind = below(6);
    size_t count = below(below(8) == 0 ? 13 : 5);
    size_t i;

    if (depth == 0 || kind > 2)
        return random_scalar(pool);
    if (kind == 2) {
        for (i = 0; i < count; i++) {
            items[2 * i] = random_key(depth - 1, pool);
            items[2 * i + 1] = random_value(depth - 1, pool);
        }
        return mito_dict_of(items, 2 * count, pool);
    }
    for (i = 0; i < count; i++)
        items[i] = random_value(depth - 1, pool);
    return kind == 0 ? mito_list_of(items, count, pool)
                     : mito_tuple_of(items, count, pool);
}

#endif /* MITO_TESTS_RANDOM_VALUE_H */
