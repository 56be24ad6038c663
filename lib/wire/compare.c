/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compare.c: when two values are equal, the order in which dicts look for
 * them, and the number that makes looking fast. All three agree: equal
 * values have no order between them, and the same rank.
 */
#include "node.h"

#include <math.h>
#include <string.h>

/* 2 to the power of 63, the first double above all ints. */
#define INT_END 9223372036854775808.0

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static int is_float(const mito_value_t *value)
{
    return value->kind == MITO_KIND_FLOAT;
}

/* Not-a-number: the one that is not equal to itself. */
static int is_nan(const mito_value_t *value)
{
    return is_float(value) && value->as.number != value->as.number;
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

/* ---- Ranks ---- */

static uint64_t mix(uint64_t sum, uint64_t part)
{
    sum = (sum ^ part) * UINT64_C(0x9E3779B97F4A7C15);
    return sum ^ sum >> 32;
}

static uint64_t rank_text(const mito_value_t *value)
{
    uint64_t sum = mix(value->kind, value->count);
    size_t done = 0;
    uint64_t part;

    for (; value->count - done >= sizeof(part); done += sizeof(part)) {
        memcpy(&part, value->as.text + done, sizeof(part));
        sum = mix(sum, part);
    }
    part = 0;
    memcpy(&part, value->as.text + done, value->count - done);
    return mix(sum, part);
}

/* A whole float ranks as the int that it is equal to. */
static uint64_t rank_number(const mito_value_t *value)
{
    const uint64_t sign = UINT64_C(1) << 63;
    double number = value->as.number;
    uint64_t bits;

    if (!is_float(value))
        return (uint64_t)value->as.integer ^ sign;
    if (number >= -INT_END && number < INT_END && floor(number) == number)
        return (uint64_t)(int64_t)number ^ sign;
    memcpy(&bits, &number, sizeof(bits));
    return is_nan(value) ? 0 : bits;
}

uint64_t mi_node_rank(const mito_value_t *value)
{
    uint64_t sum;
    size_t i;

    switch (class_of(value)) {
    case MITO_KIND_INT:
        return rank_number(value);
    case MITO_KIND_STR:
    case MITO_KIND_BYTES:
        return rank_text(value);
    case MITO_KIND_TUPLE:
        sum = mix(value->kind, value->count);
        for (i = 0; i < value->count; i++)
            sum = mix(sum, mi_node_rank(value->as.items[i]));
        return sum;
    default:
        return value->kind;
    }
}
