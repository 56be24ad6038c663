/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes that pass through pipes.
 */
#include "pattern.h"

#include <string.h>

static size_t least(size_t one, size_t other)
{
    return one < other ? one : other;
}

void pattern_number(unsigned char block[PATTERN_BLOCK], uint64_t number)
{
    memcpy(block, &number, sizeof number);
}

/* The period, a prime, has nothing to do with the size of a page. */
void pattern_fill(unsigned char block[PATTERN_BLOCK])
{
    for (size_t i = 0; i < PATTERN_BLOCK; i++)
        block[i] = (unsigned char)(i % 251);
    pattern_number(block, 0);
}

void pattern_make(unsigned char *bytes, size_t size)
{
    static unsigned char block[PATTERN_BLOCK];

    pattern_fill(block);
    for (size_t done = 0; done < size; done += PATTERN_BLOCK) {
        pattern_number(block, done / PATTERN_BLOCK);
        memcpy(bytes + done, block, least(size - done, PATTERN_BLOCK));
    }
}

int pattern_matches(const void *bytes, size_t size)
{
    static unsigned char block[PATTERN_BLOCK];
    const unsigned char *given = bytes;

    pattern_fill(block);
    for (size_t done = 0; done < size; done += PATTERN_BLOCK) {
        pattern_number(block, done / PATTERN_BLOCK);
        if (memcmp(given + done, block, least(size - done, PATTERN_BLOCK))
            != 0)
            return 0;
    }
    return 1;
}
