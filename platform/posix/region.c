/* SPDX-License-Identifier: Apache-2.0 */
/*
 * region.c: the part of chapter 5 of the seam that is about memory which
 * grows at its end, on POSIX.
 *
 * On Linux it is a mapping. What was not touched of it is address space
 * alone, and growing moves pages by their tables.
 * From HUGE_FROM on it asks for huge pages: a fault then brings 512 pages.
 * Only from there on, as the last huge page may be touched at its first
 * byte alone, and what a region takes is to stay within a tenth of what was
 * put into it. It begins at a multiple of a huge page's size by then:
 * moved by another distance, each huge page would be broken up.
 */
#include "../platform.h"

#include "sys.h"

/* Of the CPUs that Linux runs on the largest that is usual. */
#define PAGE ((size_t)65536)
#define HUGE_PAGE ((size_t)2 << 20)
#define HUGE_FROM ((size_t)32 << 20)
#define GRAIN ((size_t)1 << 20)

#ifdef __linux__

/* Address space that begins at a multiple of a huge page's size, with
 * nothing in it yet; NULL when there is none. */
static char *reserve_aligned(size_t size)
{
    char *found = sys_mmap(NULL, size + HUGE_PAGE, PROT_NONE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
                           0);
    size_t before;

    if (found == MAP_FAILED)
        return NULL;
    before = (HUGE_PAGE - (uintptr_t)found % HUGE_PAGE) % HUGE_PAGE;
    if (before > 0)
        munmap(found, before);
    munmap(found + before + size, HUGE_PAGE - before);
    return found + before;
}

/* A failed move does not say whether it has already taken down what stood
 * at the target, where another thread may have something by now: the
 * reservation is left where it is, which costs address space and no memory.
 */
static void *move_aligned(void *base, size_t old_size, size_t size)
{
    char *target = reserve_aligned(size);

    if (target == NULL)
        return MAP_FAILED;
    return sys_mremap(base, old_size, size, MREMAP_MAYMOVE | MREMAP_FIXED,
                      target);
}

static void *move(void *base, size_t old_size, size_t size)
{
    void *moved;

    if (size < HUGE_FROM)
        return sys_mremap(base, old_size, size, MREMAP_MAYMOVE, NULL);
    moved = (uintptr_t)base % HUGE_PAGE == 0
        ? sys_mremap(base, old_size, size, 0, NULL) : MAP_FAILED;
    if (moved == MAP_FAILED)
        moved = move_aligned(base, old_size, size);
    if (moved == MAP_FAILED)
        moved = sys_mremap(base, old_size, size, MREMAP_MAYMOVE, NULL);
    return moved;
}

static void *resize(void *base, size_t old_size, size_t size)
{
    if (base == NULL)
        return sys_mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return move(base, old_size, size);
}

static apr_status_t grow_to(plat_region_t *region, size_t size)
{
    void *base = resize(region->base, region->size, size);

    if (base == MAP_FAILED)
        return APR_ENOMEM;
    /* It is advice: without it all goes on, slower. */
    if (region->size >= HUGE_FROM)
        madvise(base, size, MADV_HUGEPAGE);
    region->base = base;
    region->size = size;
    return APR_SUCCESS;
}

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* Linux 5.14. A pipe stays locked while it is read, also during the faults
 * of the memory that is read to; those had better come before. */
void plat_region_populate(plat_region_t *region, size_t from, size_t size)
{
    static uint32_t is_missing;
    size_t before = from % PAGE;

    if (from > region->size || size > region->size - from
        || plat_atomic_load(&is_missing))
        return;
    if (madvise((char *)region->base + from - before, size + before,
                MADV_POPULATE_WRITE) != 0 && errno == EINVAL)
        plat_atomic_store(&is_missing, 1);
}

void plat_region_free(plat_region_t *region)
{
    if (region->base != NULL)
        munmap(region->base, region->size);
    region->base = NULL;
    region->size = 0;
}

#else

static apr_status_t grow_to(plat_region_t *region, size_t size)
{
    void *base = realloc(region->base, size);

    if (base == NULL)
        return APR_ENOMEM;
    region->base = base;
    region->size = size;
    return APR_SUCCESS;
}

void plat_region_populate(plat_region_t *region, size_t from, size_t size)
{
    (void)region;
    (void)from;
    (void)size;
}

void plat_region_free(plat_region_t *region)
{
    free(region->base);
    region->base = NULL;
    region->size = 0;
}

#endif

apr_status_t plat_region_grow(plat_region_t *region, size_t size)
{
    if (region->base != NULL && size <= region->size)
        return APR_SUCCESS;
    if (size > PTRDIFF_MAX - GRAIN)
        return APR_ENOMEM;
    return grow_to(region, size == 0 ? GRAIN
                                     : (size + GRAIN - 1) / GRAIN * GRAIN);
}
