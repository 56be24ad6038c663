/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory.c: chapter 5 of the seam on Win32, shared memory: a section without
 * a name, backed by the paging file. It is committed as a whole when it is
 * made, so that a lack of memory is an error there and touching it cannot
 * fail; the system frees it with its last handle and view.
 */
#include "internal.h"

#include "sys.h"

static apr_status_t memory_status(DWORD error)
{
    switch (error) {
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_COMMITMENT_LIMIT:
    case ERROR_DISK_FULL:
        return APR_ENOMEM;
    default:
        return win_status(error);
    }
}

/* What the section really has is what the whole view has: it must be plain
 * memory that is all there. */
static apr_status_t measure(const void *base, size_t *size)
{
    MEMORY_BASIC_INFORMATION view;

    if (sys_VirtualQuery(base, &view, sizeof(view)) == 0)
        return win_last_status();
    if (view.Type != MEM_MAPPED || view.State != MEM_COMMIT
        || view.Protect != PAGE_READWRITE)
        return MITO_EMALFORMED;
    *size = view.RegionSize;
    return APR_SUCCESS;
}

static apr_status_t map(plat_memory_t *memory, HANDLE section)
{
    size_t size = 0;
    apr_status_t status;
    void *base = sys_MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_WRITE,
                                   0, 0, 0);

    if (base == NULL)
        return memory_status(GetLastError());
    status = measure(base, &size);
    if (status != APR_SUCCESS) {
        UnmapViewOfFile(base);
        return status;
    }
    memory->section = section;
    memory->base = base;
    memory->size = size;
    return APR_SUCCESS;
}

apr_status_t plat_memory_create(plat_memory_t *memory, size_t size)
{
    HANDLE section = sys_CreateFileMappingW(
        INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE,
        (DWORD)((uint64_t)size >> 32), (DWORD)(size & MAXDWORD), NULL);
    apr_status_t status;

    if (section == NULL)
        return memory_status(GetLastError());
    status = map(memory, section);
    if (status != APR_SUCCESS)
        CloseHandle(section);
    else
        memory->size = size;
    return status;
}

apr_status_t plat_memory_open(plat_memory_t *memory, plat_handle_t *handle)
{
    HANDLE section = *handle;
    apr_status_t status = map(memory, section);

    *handle = PLAT_HANDLE_NONE;
    if (status == APR_SUCCESS)
        return APR_SUCCESS;
    if (section != NULL)
        CloseHandle(section);
    /* The handle is open, so this says that it is one of another kind, or
     * may not be written to. */
    if (status == win_status(ERROR_INVALID_HANDLE)
        || status == win_status(ERROR_ACCESS_DENIED))
        return MITO_EMALFORMED;
    return status;
}

plat_handle_t plat_memory_handle(const plat_memory_t *memory)
{
    return memory->section;
}

void *plat_memory_base(const plat_memory_t *memory)
{
    return memory->base;
}

size_t plat_memory_size(const plat_memory_t *memory)
{
    return memory->size;
}

void plat_memory_close(plat_memory_t *memory)
{
    if (memory->base != NULL)
        UnmapViewOfFile(memory->base);
    memory->base = NULL;
    plat_handle_close(&memory->section);
}
