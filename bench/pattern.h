/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file pattern.h
 * @brief The bytes that pass through pipes in these measurements. They come
 *        in blocks that are all alike but for their number at the front, so
 *        that making them costs next to nothing, and a byte that is lost,
 *        doubled or in the wrong place is found.
 */
#ifndef MITO_BENCH_PATTERN_H
#define MITO_BENCH_PATTERN_H

#include <stddef.h>
#include <stdint.h>

#define PATTERN_BLOCK ((size_t)1 << 20)

/** Makes a block, of the number 0. */
void pattern_fill(unsigned char block[PATTERN_BLOCK]);

/** Gives a block its number. */
void pattern_number(unsigned char block[PATTERN_BLOCK], uint64_t number);

/** Makes the first `size` bytes of the whole. */
void pattern_make(unsigned char *bytes, size_t size);

/** Whether these are the first `size` bytes of the whole. */
int pattern_matches(const void *bytes, size_t size);

#endif /* MITO_BENCH_PATTERN_H */
