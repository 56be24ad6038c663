/* SPDX-License-Identifier: Apache-2.0 */
/*
 * encode.c: writes a value as a pickle. A value knows its own size, so
 * nothing here checks for room: what node.h counts and what is written here
 * must be the same, which mi_pickle_write()'s assertion and the tests watch.
 */
#include "pickle.h"

#include "../core/error.h"
#include "node.h"
#include "opcode.h"

#include <assert.h>
#include <string.h>

enum { PROTOCOL = 4 };

/* In front and behind: PROTO with its number, and STOP. */
enum { ENVELOPE = 3 };

static unsigned char *put_byte(unsigned char *at, int byte)
{
    *at = (unsigned char)byte;
    return at + 1;
}

/* The low bytes of a number, the lowest first. */
static unsigned char *put_number(unsigned char *at, uint64_t number,
                                 size_t size)
{
    size_t i;

    for (i = 0; i < size; i++)
        at[i] = (unsigned char)(number >> (8 * i));
    return at + size;
}

static unsigned char *put_int(unsigned char *at, const mito_value_t *value)
{
    uint64_t number = (uint64_t)value->as.integer;

    switch (value->wire) {
    case 2:
        return put_number(put_byte(at, OP_BININT1), number, 1);
    case 3:
        return put_number(put_byte(at, OP_BININT2), number, 2);
    case 5:
        return put_number(put_byte(at, OP_BININT), number, 4);
    default:
        at = put_byte(at, OP_LONG1);
        at = put_byte(at, (int)value->wire - 2);
        return put_number(at, number, value->wire - 2);
    }
}

static unsigned char *put_float(unsigned char *at, const mito_value_t *value)
{
    uint64_t bits;
    int shift;

    memcpy(&bits, &value->as.number, sizeof(bits));
    at = put_byte(at, OP_BINFLOAT);
    for (shift = 56; shift >= 0; shift -= 8)
        at = put_byte(at, (int)(bits >> shift & 0xFF));
    return at;
}

static unsigned char *put_text(unsigned char *at, const mito_value_t *value)
{
    static const int opcodes[2][3] = {
        {OP_SHORT_BINUNICODE, OP_BINUNICODE, OP_BINUNICODE8},
        {OP_SHORT_BINBYTES, OP_BINBYTES, OP_BINBYTES8},
    };
    const int *of_kind = opcodes[value->kind == MITO_KIND_BYTES];
    size_t size = value->count;

    if (size <= UINT8_MAX)
        at = put_number(put_byte(at, of_kind[0]), size, 1);
    else if (size <= UINT32_MAX)
        at = put_number(put_byte(at, of_kind[1]), size, 4);
    else
        at = put_number(put_byte(at, of_kind[2]), size, 8);
    memcpy(at, value->as.text, size);
    return at + size;
}

static unsigned char *put_value(unsigned char *at, const mito_value_t *value);

static unsigned char *put_parts(unsigned char *at,
                                const mito_value_t *const *parts,
                                size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        at = put_value(at, parts[i]);
    return at;
}

static unsigned char *put_tuple(unsigned char *at, const mito_value_t *value)
{
    static const int closing[] = {OP_EMPTY_TUPLE, OP_TUPLE1, OP_TUPLE2,
                                  OP_TUPLE3};

    if (value->count > 3)
        at = put_byte(at, OP_MARK);
    at = put_parts(at, value->as.items, value->count);
    return put_byte(at, value->count > 3 ? OP_TUPLE : closing[value->count]);
}

/* Lists and dicts: first empty, then filled by batches, so that the reader's
 * stack need not hold all. An item has one part in a list, two in a dict. */
static unsigned char *put_batches(unsigned char *at,
                                  const mito_value_t *value, size_t parts)
{
    int is_dict = value->kind == MITO_KIND_DICT;
    size_t start;
    size_t count;

    at = put_byte(at, is_dict ? OP_EMPTY_DICT : OP_EMPTY_LIST);
    if (value->count == 1) {
        at = put_parts(at, value->as.items, parts);
        return put_byte(at, is_dict ? OP_SETITEM : OP_APPEND);
    }
    for (start = 0; start < value->count; start += count) {
        count = value->count - start;
        if (count > MI_WIRE_BATCH)
            count = MI_WIRE_BATCH;
        at = put_byte(at, OP_MARK);
        at = put_parts(at, value->as.items + start * parts, count * parts);
        at = put_byte(at, is_dict ? OP_SETITEMS : OP_APPENDS);
    }
    return at;
}

/* Recurses no deeper than MITO_VALUE_DEPTH, which every value keeps. */
static unsigned char *put_value(unsigned char *at, const mito_value_t *value)
{
    switch (value->kind) {
    case MITO_KIND_BOOL:
        return put_byte(at, value->as.integer ? OP_NEWTRUE : OP_NEWFALSE);
    case MITO_KIND_INT:
        return put_int(at, value);
    case MITO_KIND_FLOAT:
        return put_float(at, value);
    case MITO_KIND_STR:
    case MITO_KIND_BYTES:
        return put_text(at, value);
    case MITO_KIND_LIST:
        return put_batches(at, value, 1);
    case MITO_KIND_TUPLE:
        return put_tuple(at, value);
    case MITO_KIND_DICT:
        return put_batches(at, value, 2);
    default:
        return put_byte(at, OP_NONE);
    }
}

apr_status_t mi_pickle_size(size_t *size, const mito_value_t *value)
{
    if (value == NULL)
        return mi_value_missing("a value that is to be sent");
    *size = value->wire + ENVELOPE;
    return APR_SUCCESS;
}

void mi_pickle_write(void *out, const mito_value_t *value)
{
    unsigned char *at = out;

    at = put_byte(at, OP_PROTO);
    at = put_byte(at, PROTOCOL);
    at = put_value(at, value);
    at = put_byte(at, OP_STOP);
    assert((size_t)(at - (unsigned char *)out) == value->wire + ENVELOPE);
    (void)at;
}

apr_status_t mi_pickle_encode(void **out, size_t *size,
                              const mito_value_t *value, apr_pool_t *pool)
{
    size_t needed = 0;
    void *bytes;
    apr_status_t status = mi_pickle_size(&needed, value);

    if (status != APR_SUCCESS)
        return status;
    bytes = apr_palloc(pool, needed);
    if (bytes == NULL)
        return mi_error(APR_ENOMEM, "no memory for a message of %llu bytes",
                        (unsigned long long)needed);
    mi_pickle_write(bytes, value);
    *out = bytes;
    *size = needed;
    return APR_SUCCESS;
}
