/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory.c: chapter 5 of the seam on POSIX. The memory is an object without
 * a name: memfd_create, or where there is none a POSIX shared-memory object
 * whose random name is removed in the next instruction. Its blocks are
 * reserved before it is mapped, so that a full system is an error here and
 * never a SIGBUS later.
 */
#include "../platform.h"

#include "sys.h"

#ifndef MFD_CLOEXEC

#include <apr_general.h>
#include <stdio.h>

static int anonymous_object(void)
{
    char name[40];
    uint64_t random[2];
    int descriptor;

    if (apr_generate_random_bytes((unsigned char *)random, sizeof(random)))
        return -1;
    snprintf(name, sizeof(name), "/mito-%016llx",
             (unsigned long long)(random[0] ^ random[1]));
    descriptor = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (descriptor >= 0) {
        shm_unlink(name);
        fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    }
    return descriptor;
}

static int reserve(int descriptor, off_t size)
{
    return sys_ftruncate(descriptor, size);
}

#else

static int anonymous_object(void)
{
    return sys_memfd_create("mito", MFD_CLOEXEC);
}

static int reserve(int descriptor, off_t size)
{
    int result;

    if (sys_ftruncate(descriptor, size) != 0)
        return -1;
    do {
        result = sys_fallocate(descriptor, 0, 0, size);
    } while (result != 0 && errno == EINTR);
    return result;
}

#endif

static apr_status_t map(plat_memory_t *memory, int descriptor, size_t size)
{
    void *base = sys_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
                          descriptor, 0);

    if (base == MAP_FAILED)
        return errno;
    memory->descriptor = descriptor;
    memory->base = base;
    memory->size = size;
    return APR_SUCCESS;
}

apr_status_t plat_memory_create(plat_memory_t *memory, size_t size)
{
    int descriptor = anonymous_object();
    apr_status_t status;

    if (descriptor < 0)
        return errno;
    if ((off_t)size < 0 || reserve(descriptor, (off_t)size) != 0)
        status = (off_t)size < 0 || errno == ENOSPC ? APR_ENOMEM : errno;
    else
        status = map(memory, descriptor, size);
    if (status != APR_SUCCESS)
        close(descriptor);
    return status;
}

apr_status_t plat_memory_open(plat_memory_t *memory, plat_handle_t *handle)
{
    int descriptor = *handle;
    struct stat object;
    apr_status_t status;

    *handle = PLAT_HANDLE_NONE;
    if (sys_fstat(descriptor, &object) != 0)
        status = errno;
    else if (!S_ISREG(object.st_mode) || object.st_size <= 0
             || object.st_nlink != 0)
        status = MITO_EMALFORMED;
    else
        status = map(memory, descriptor, (size_t)object.st_size);
    if (status != APR_SUCCESS)
        close(descriptor);
    return status;
}

plat_handle_t plat_memory_handle(const plat_memory_t *memory)
{
    return memory->descriptor;
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
        munmap(memory->base, memory->size);
    memory->base = NULL;
    plat_handle_close(&memory->descriptor);
}
