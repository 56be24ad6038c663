/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value.c: the public face of values. It turns failures into NULL and
 * another kind into something empty; what a value is and how it is made
 * stands in wire/node.h. A function there that fails leaves its result as it
 * was, which is NULL here.
 */
#include <mito/value.h>

#include "core/error.h"
#include "wire/node.h"

#include <stdio.h>
#include <string.h>

static int is_kind(const mito_value_t *value, mito_kind_e kind)
{
    return value != NULL && value->kind == kind;
}

/* ---- Builders ---- */

const mito_value_t *mito_none(void)
{
    return &mi_node_none;
}

const mito_value_t *mito_bool(int truth)
{
    return &mi_node_bools[truth != 0];
}

const mito_value_t *mito_int(int64_t number, apr_pool_t *pool)
{
    return mi_node_int(number, pool);
}

const mito_value_t *mito_float(double number, apr_pool_t *pool)
{
    return mi_node_float(number, pool);
}

static const mito_value_t *refuse(apr_status_t status, const char *what)
{
    mi_error(status, "%s", what);
    return NULL;
}

const mito_value_t *mito_str(const char *text, apr_pool_t *pool)
{
    if (text == NULL)
        return refuse(MITO_EINVAL, "the text of a str is NULL");
    return mito_str_n(text, strlen(text), pool);
}

const mito_value_t *mito_str_n(const char *text, size_t size,
                               apr_pool_t *pool)
{
    size_t valid;

    if (text == NULL && size > 0)
        return refuse(MITO_EINVAL, "the text of a str is NULL");
    valid = size > 0 ? mi_text_valid(text, size) : 0;
    if (valid != size) {
        mi_error(MITO_ETEXT, "the text of a str is not UTF-8 at byte %llu",
                 (unsigned long long)valid);
        return NULL;
    }
    return mi_node_text(MITO_KIND_STR, text, size, pool);
}

const mito_value_t *mito_bytes(const void *data, size_t size,
                               apr_pool_t *pool)
{
    if (data == NULL && size > 0)
        return refuse(MITO_EINVAL, "the data of bytes is NULL");
    return mi_node_text(MITO_KIND_BYTES, data, size, pool);
}

/* "value 2 of a dict", for the sentence on a part that is NULL. */
static apr_status_t part_missing(mito_kind_e kind, size_t index)
{
    const char *role = "item";
    char what[64];

    if (kind == MITO_KIND_DICT) {
        role = index % 2 == 0 ? "key" : "value";
        index /= 2;
    }
    snprintf(what, sizeof(what), "%s %llu of a %s", role,
             (unsigned long long)index, mito_kind_name(kind));
    return mi_value_missing(what);
}

static apr_status_t check_parts(mito_kind_e kind,
                                const mito_value_t *const *parts,
                                size_t count)
{
    size_t i;

    if (parts == NULL && count > 0)
        return mi_error(MITO_EINVAL, "the array of a %s is NULL",
                        mito_kind_name(kind));
    for (i = 0; i < count; i++)
        if (parts[i] == NULL)
            return part_missing(kind, i);
    return APR_SUCCESS;
}

static const mito_value_t *sequence_of(mito_kind_e kind,
                                       const mito_value_t *const *items,
                                       size_t count, apr_pool_t *pool)
{
    const mito_value_t *value = NULL;

    if (check_parts(kind, items, count) != APR_SUCCESS)
        return NULL;
    (void)mi_node_sequence(&value, kind, items, count, pool);
    return value;
}

const mito_value_t *mito_list_of(const mito_value_t *const *items,
                                 size_t count, apr_pool_t *pool)
{
    return sequence_of(MITO_KIND_LIST, items, count, pool);
}

const mito_value_t *mito_tuple_of(const mito_value_t *const *items,
                                  size_t count, apr_pool_t *pool)
{
    return sequence_of(MITO_KIND_TUPLE, items, count, pool);
}

const mito_value_t *mito_dict_of(const mito_value_t *const *keys_and_values,
                                 size_t count, apr_pool_t *pool)
{
    const mito_value_t *value = NULL;

    if (count % 2 != 0)
        return refuse(MITO_EINVAL, "the last key of a dict has no value");
    if (check_parts(MITO_KIND_DICT, keys_and_values, count) != APR_SUCCESS)
        return NULL;
    (void)mi_node_dict(&value, keys_and_values, count / 2, pool);
    return value;
}

/* ---- Copies ---- */

static const mito_value_t *copy_parts(const mito_value_t *value,
                                      apr_pool_t *pool)
{
    mito_kind_e kind = (mito_kind_e)value->kind;
    size_t count = kind == MITO_KIND_DICT ? 2 * value->count : value->count;
    const mito_value_t **parts;
    const mito_value_t *copy = NULL;
    size_t i;

    parts = apr_palloc(pool, count * sizeof(*parts));
    if (parts == NULL)
        return refuse(APR_ENOMEM, "no memory to copy a value");
    for (i = 0; i < count; i++) {
        parts[i] = mito_value_copy(value->as.items[i], pool);
        if (parts[i] == NULL)
            return NULL;
    }
    if (kind == MITO_KIND_DICT)
        (void)mi_node_dict(&copy, parts, value->count, pool);
    else
        (void)mi_node_sequence(&copy, kind, parts, count, pool);
    return copy;
}

const mito_value_t *mito_value_copy(const mito_value_t *value,
                                    apr_pool_t *pool)
{
    switch (mito_value_kind(value)) {
    case MITO_KIND_INT:
        return mito_int(value->as.integer, pool);
    case MITO_KIND_FLOAT:
        return mito_float(value->as.number, pool);
    case MITO_KIND_STR:
    case MITO_KIND_BYTES:
        return mi_node_text((mito_kind_e)value->kind, value->as.text,
                            value->count, pool);
    case MITO_KIND_LIST:
    case MITO_KIND_TUPLE:
    case MITO_KIND_DICT:
        return copy_parts(value, pool);
    default:
        return value; /* NULL, or a constant */
    }
}

/* ---- Kinds ---- */

mito_kind_e mito_value_kind(const mito_value_t *value)
{
    return value != NULL ? (mito_kind_e)value->kind : MITO_KIND_ABSENT;
}

const char *mito_kind_name(mito_kind_e kind)
{
    static const char *const names[] = {
        "nothing", "None", "bool", "int", "float",
        "str", "bytes", "list", "tuple", "dict",
    };

    if ((unsigned)kind >= sizeof(names) / sizeof(names[0]))
        return "unknown";
    return names[kind];
}

/* ---- Readers that cannot fail ---- */

int mito_as_bool(const mito_value_t *value)
{
    return is_kind(value, MITO_KIND_BOOL) && value->as.integer != 0;
}

int64_t mito_as_int(const mito_value_t *value)
{
    if (!is_kind(value, MITO_KIND_INT) && !is_kind(value, MITO_KIND_BOOL))
        return 0;
    return value->as.integer;
}

double mito_as_float(const mito_value_t *value)
{
    if (is_kind(value, MITO_KIND_FLOAT))
        return value->as.number;
    return (double)mito_as_int(value);
}

const char *mito_as_str(const mito_value_t *value)
{
    return is_kind(value, MITO_KIND_STR) ? value->as.text : "";
}

const void *mito_as_bytes(const mito_value_t *value, size_t *size)
{
    int is_bytes = is_kind(value, MITO_KIND_BYTES);

    if (size != NULL)
        *size = is_bytes ? value->count : 0;
    return is_bytes ? value->as.text : "";
}

size_t mito_count(const mito_value_t *value)
{
    return value != NULL ? value->count : 0;
}

const mito_value_t *mito_item(const mito_value_t *value, size_t index)
{
    if (!is_kind(value, MITO_KIND_LIST) && !is_kind(value, MITO_KIND_TUPLE))
        return NULL;
    return index < value->count ? value->as.items[index] : NULL;
}

const mito_value_t *mito_get(const mito_value_t *dict, const char *key)
{
    const mito_value_t *const *pair;

    if (!is_kind(dict, MITO_KIND_DICT) || key == NULL)
        return NULL;
    pair = mi_dict_find_text(dict, key, strlen(key));
    return pair != NULL ? pair[1] : NULL;
}

const mito_value_t *mito_dict_get(const mito_value_t *dict,
                                  const mito_value_t *key)
{
    const mito_value_t *const *pair;

    if (!is_kind(dict, MITO_KIND_DICT) || key == NULL)
        return NULL;
    pair = mi_dict_find(dict, key);
    return pair != NULL ? pair[1] : NULL;
}

const mito_value_t *mito_dict_key_at(const mito_value_t *dict, size_t index)
{
    if (!is_kind(dict, MITO_KIND_DICT) || index >= dict->count)
        return NULL;
    return dict->as.items[2 * index];
}

const mito_value_t *mito_dict_value_at(const mito_value_t *dict,
                                       size_t index)
{
    if (!is_kind(dict, MITO_KIND_DICT) || index >= dict->count)
        return NULL;
    return dict->as.items[2 * index + 1];
}

/* ---- Readers that insist ---- */

static apr_status_t wrong_kind(const mito_value_t *value, const char *needed)
{
    const char *article = "a ";
    mito_kind_e kind = mito_value_kind(value);

    if (kind == MITO_KIND_INT)
        article = "an ";
    else if (kind == MITO_KIND_ABSENT || kind == MITO_KIND_NONE
             || kind == MITO_KIND_BYTES)
        article = "";
    return mi_error(value == NULL ? MITO_EINVAL : MITO_EKIND,
                    "%s%s was given where %s is needed", article,
                    mito_kind_name(kind), needed);
}

apr_status_t mito_get_bool(int *truth, const mito_value_t *value)
{
    if (!mito_is_bool(value))
        return wrong_kind(value, "a bool");
    *truth = mito_as_bool(value);
    return APR_SUCCESS;
}

apr_status_t mito_get_int(int64_t *number, const mito_value_t *value)
{
    if (!mito_is_int(value) && !mito_is_bool(value))
        return wrong_kind(value, "an int");
    *number = mito_as_int(value);
    return APR_SUCCESS;
}

apr_status_t mito_get_float(double *number, const mito_value_t *value)
{
    if (!mito_is_float(value) && !mito_is_int(value) && !mito_is_bool(value))
        return wrong_kind(value, "a float");
    *number = mito_as_float(value);
    return APR_SUCCESS;
}

apr_status_t mito_get_str(const char **text, size_t *size,
                          const mito_value_t *value)
{
    if (!mito_is_str(value))
        return wrong_kind(value, "a str");
    if (size == NULL && memchr(value->as.text, '\0', value->count) != NULL)
        return mi_error(MITO_EINVAL, "a str has a zero byte inside where "
                        "that is not allowed");
    *text = value->as.text;
    if (size != NULL)
        *size = value->count;
    return APR_SUCCESS;
}

apr_status_t mito_get_bytes(const void **data, size_t *size,
                            const mito_value_t *value)
{
    if (!mito_is_bytes(value))
        return wrong_kind(value, "bytes");
    *data = mito_as_bytes(value, size);
    return APR_SUCCESS;
}

/* ---- Whole values ---- */

int mito_value_equal(const mito_value_t *one, const mito_value_t *other)
{
    if (one == NULL || other == NULL)
        return one == other;
    return mi_node_equal(one, other);
}
