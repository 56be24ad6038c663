/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value_repr.c: the printer. It goes over the value twice, first to learn
 * the length and then to fill exactly that much memory.
 */
#include <mito/value.h>

#include "core/error.h"
#include "value_float.h"
#include "wire/node.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Where the text goes; only counted while text is NULL. */
typedef struct sink_t {
    char *text;
    size_t size;
} sink_t;

static void put(sink_t *sink, const char *text, size_t size)
{
    if (sink->text != NULL)
        memcpy(sink->text + sink->size, text, size);
    sink->size += size;
}

static void put_string(sink_t *sink, const char *text)
{
    put(sink, text, strlen(text));
}

/* ---- Numbers ---- */

static void put_int(sink_t *sink, int64_t number)
{
    char text[32];

    snprintf(text, sizeof(text), "%" PRId64, number);
    put_string(sink, text);
}

static void put_float(sink_t *sink, double number)
{
    char text[MI_FLOAT_TEXT_SIZE];

    mi_float_text(text, number);
    put_string(sink, text);
}

/* ---- Text ---- */

/* A character of text that is to be printed as an escape: its number, and
 * how many bytes it has. 0 bytes when it is printed as it is. */
static size_t escaped_character(const unsigned char *text, size_t size,
                                unsigned *number)
{
    *number = text[0];
    if (text[0] < 0x20 || text[0] == 0x7F)
        return 1;
    if (size >= 2 && text[0] == 0xC2 && (text[1] <= 0xA0 || text[1] == 0xAD)) {
        *number = text[1];
        return 2;
    }
    if (size >= 3 && text[0] == 0xED && text[1] >= 0xA0) {
        *number = 0xD000u | (text[1] & 0x3Fu) << 6 | (text[2] & 0x3Fu);
        return 3;
    }
    return 0;
}

static void put_escape(sink_t *sink, unsigned number)
{
    char text[16];

    if (number == '\n')
        put(sink, "\\n", 2);
    else if (number == '\r')
        put(sink, "\\r", 2);
    else if (number == '\t')
        put(sink, "\\t", 2);
    else {
        snprintf(text, sizeof(text), number > 0xFF ? "\\u%04x" : "\\x%02x",
                 number);
        put_string(sink, text);
    }
}

/* In double quotes only when that saves escapes. */
static char choose_quote(const mito_value_t *value)
{
    if (memchr(value->as.text, '\'', value->count) != NULL
        && memchr(value->as.text, '"', value->count) == NULL)
        return '"';
    return '\'';
}

static void put_quoted(sink_t *sink, const mito_value_t *value)
{
    const unsigned char *text = (const unsigned char *)value->as.text;
    int is_bytes = value->kind == MITO_KIND_BYTES;
    char quote = choose_quote(value);
    unsigned number;
    size_t length;
    size_t i = 0;

    put(sink, &quote, 1);
    while (i < value->count) {
        length = escaped_character(text + i, is_bytes ? 1 : value->count - i,
                                   &number);
        if (is_bytes && number >= 0x80)
            length = 1;
        if (length > 0) {
            put_escape(sink, number);
            i += length;
            continue;
        }
        if (text[i] == quote || text[i] == '\\')
            put(sink, "\\", 1);
        put(sink, value->as.text + i, 1);
        i++;
    }
    put(sink, &quote, 1);
}

/* ---- Values with parts ---- */

static void put_value(sink_t *sink, const mito_value_t *value);

static void put_items(sink_t *sink, const mito_value_t *value)
{
    size_t i;

    for (i = 0; i < value->count; i++) {
        if (i > 0)
            put(sink, ", ", 2);
        put_value(sink, value->as.items[i]);
    }
}

static void put_pairs(sink_t *sink, const mito_value_t *dict)
{
    size_t i;

    for (i = 0; i < dict->count; i++) {
        if (i > 0)
            put(sink, ", ", 2);
        put_value(sink, dict->as.items[2 * i]);
        put(sink, ": ", 2);
        put_value(sink, dict->as.items[2 * i + 1]);
    }
}

static void put_collection(sink_t *sink, const mito_value_t *value)
{
    const char *brackets = "[]";

    if (value->kind == MITO_KIND_TUPLE)
        brackets = "()";
    else if (value->kind == MITO_KIND_DICT)
        brackets = "{}";
    put(sink, brackets, 1);
    if (value->kind == MITO_KIND_DICT)
        put_pairs(sink, value);
    else
        put_items(sink, value);
    if (value->kind == MITO_KIND_TUPLE && value->count == 1)
        put(sink, ",", 1);
    put(sink, brackets + 1, 1);
}

/* Recurses no deeper than MITO_VALUE_DEPTH, which every value keeps. */
static void put_value(sink_t *sink, const mito_value_t *value)
{
    switch (mito_value_kind(value)) {
    case MITO_KIND_ABSENT:
        put_string(sink, "NULL");
        break;
    case MITO_KIND_NONE:
        put_string(sink, "None");
        break;
    case MITO_KIND_BOOL:
        put_string(sink, value->as.integer ? "True" : "False");
        break;
    case MITO_KIND_INT:
        put_int(sink, value->as.integer);
        break;
    case MITO_KIND_FLOAT:
        put_float(sink, value->as.number);
        break;
    case MITO_KIND_BYTES:
        put(sink, "b", 1);
        put_quoted(sink, value);
        break;
    case MITO_KIND_STR:
        put_quoted(sink, value);
        break;
    case MITO_KIND_LIST:
    case MITO_KIND_TUPLE:
    case MITO_KIND_DICT:
        put_collection(sink, value);
        break;
    }
}

const char *mito_value_repr(const mito_value_t *value, apr_pool_t *pool)
{
    sink_t sink = {NULL, 0};
    size_t size;

    put_value(&sink, value);
    size = sink.size;
    sink.text = apr_palloc(pool, size + 1);
    if (sink.text == NULL) {
        mi_error(APR_ENOMEM, "no memory to print a value");
        return NULL;
    }
    sink.size = 0;
    put_value(&sink, value);
    sink.text[size] = '\0';
    return sink.text;
}
