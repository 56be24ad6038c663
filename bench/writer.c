/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command whose output is captured: writes so many bytes of the pattern
 * to its standard output, a block at a time. A program of its own, linked
 * with nothing: starting it takes a millisecond less than starting the
 * bench program, with all its libraries, once more.
 */
#include "pattern.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int write_all(const unsigned char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return 0;
        bytes += written;
        size -= (size_t)written;
    }
    return 1;
}

int main(int argc, char **argv)
{
    static unsigned char block[PATTERN_BLOCK];
    size_t size = argc == 2 ? strtoull(argv[1], NULL, 10) : 0;

    pattern_fill(block);
    for (uint64_t number = 0; size > 0; number++) {
        size_t part = size < PATTERN_BLOCK ? size : PATTERN_BLOCK;

        pattern_number(block, number);
        if (!write_all(block, part))
            return 1;
        size -= part;
    }
    return 0;
}
