/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.c: what counts as text. UTF-8 as the standard has it (no overlong
 * forms, nothing above U+10FFFF) with one addition: the surrogates U+D800 to
 * U+DFFF are let through as three bytes, as Python's "surrogatepass" does.
 */
#include "node.h"

#include <string.h>

static int is_tail(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

/* The length of the character that begins here; 0 when none does. The first
 * byte says how long it is and how low or high the second may be, which is
 * what overlong forms and numbers too large differ in. */
static size_t character_length(const unsigned char *text, size_t size)
{
    unsigned char first = text[0];
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    size_t length;
    size_t i;

    if (first < 0x80)
        return 1;
    if (first < 0xC2 || first > 0xF4)
        return 0;
    length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (first == 0xE0)
        low = 0xA0;
    else if (first == 0xF0)
        low = 0x90;
    else if (first == 0xF4)
        high = 0x8F;
    if (size < length || text[1] < low || text[1] > high)
        return 0;
    for (i = 2; i < length; i++)
        if (!is_tail(text[i]))
            return 0;
    return length;
}

/* Most text is ASCII, which goes by eight bytes at a time. */
static size_t ascii_length(const unsigned char *text, size_t size)
{
    const uint64_t high_bits = UINT64_C(0x8080808080808080);
    size_t length = 0;
    uint64_t eight;

    while (size - length >= sizeof(eight)) {
        memcpy(&eight, text + length, sizeof(eight));
        if (eight & high_bits)
            break;
        length += sizeof(eight);
    }
    while (length < size && text[length] < 0x80)
        length++;
    return length;
}

size_t mi_text_valid(const char *text, size_t size)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t valid = ascii_length(bytes, size);
    size_t length;

    while (valid < size) {
        length = character_length(bytes + valid, size - valid);
        if (length == 0)
            break;
        valid += length;
    }
    return valid;
}
