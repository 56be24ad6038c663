/* SPDX-License-Identifier: Apache-2.0 */
/*
 * region.c: chapter 5 of the seam on Win32: memory that grows. Far more
 * addresses are reserved than are used at first, which costs next to
 * nothing, and memory is put behind them as the region grows, so that it
 * stays where it is. Pages cannot be moved here: a region that has used up
 * its addresses is copied, into four times as many, and what was copied is
 * given back at once, so that the bytes are never there twice.
 */
#include "internal.h"

#include "sys.h"

#include <string.h>

/* What the system gives addresses in. */
#define GRAIN ((size_t)65536)

/* The least that is reserved: on 32 bits addresses are dear. */
#define LEAST_RESERVED (sizeof(void *) > 4 ? (size_t)1 << 30 : (size_t)1 << 22)

/* What is copied before as much is given back; a multiple of the grain. */
#define COPY_SIZE ((size_t)16 << 20)

/* The next multiple of the grain; 0 when there is none. */
static size_t round_up(size_t size)
{
    return size > SIZE_MAX - (GRAIN - 1) ? 0
                                         : (size + GRAIN - 1) & ~(GRAIN - 1);
}

/* Addresses for four times the size, or for less when there are not as
 * many. */
static void *reserve(size_t size, size_t *reserved)
{
    size_t wanted = size > SIZE_MAX / 4 ? size : size * 4;

    if (wanted < LEAST_RESERVED)
        wanted = LEAST_RESERVED;
    for (;; wanted = wanted / 2 > size ? round_up(wanted / 2) : size) {
        void *base = sys_VirtualAlloc(NULL, wanted, MEM_RESERVE,
                                      PAGE_READWRITE);

        if (base != NULL) {
            *reserved = wanted;
            return base;
        }
        if (wanted == size)
            return NULL;
    }
}

static void move_bytes(char *to, char *from, size_t size)
{
    size_t done, count;

    for (done = 0; done < size; done += count) {
        count = size - done < COPY_SIZE ? size - done : COPY_SIZE;
        memcpy(to + done, from + done, count);
        VirtualFree(from + done, count, MEM_DECOMMIT);
    }
}

static apr_status_t move(plat_region_t *region, size_t size)
{
    plat_region_t moved;

    moved.base = reserve(size, &moved.reserved);
    if (moved.base == NULL)
        return APR_ENOMEM;
    if (sys_VirtualAlloc(moved.base, size, MEM_COMMIT, PAGE_READWRITE)
        == NULL) {
        VirtualFree(moved.base, 0, MEM_RELEASE);
        return APR_ENOMEM;
    }
    moved.size = size;
    if (region->base != NULL)
        move_bytes(moved.base, region->base, region->size);
    plat_region_free(region);
    *region = moved;
    return APR_SUCCESS;
}

apr_status_t plat_region_grow(plat_region_t *region, size_t size)
{
    if (region->base != NULL && size <= region->size)
        return APR_SUCCESS;
    size = round_up(size > 0 ? size : 1);
    if (size == 0)
        return APR_ENOMEM;
    if (size > region->reserved)
        return move(region, size);
    if (sys_VirtualAlloc((char *)region->base + region->size,
                         size - region->size, MEM_COMMIT, PAGE_READWRITE)
        == NULL)
        return APR_ENOMEM;
    region->size = size;
    return APR_SUCCESS;
}

/* The system has no call that brings in pages of this kind. */
void plat_region_populate(plat_region_t *region, size_t from, size_t size)
{
    (void)region;
    (void)from;
    (void)size;
}

void plat_region_free(plat_region_t *region)
{
    if (region->base != NULL)
        VirtualFree(region->base, 0, MEM_RELEASE);
    region->base = NULL;
    region->size = 0;
    region->reserved = 0;
}
