/* SPDX-License-Identifier: Apache-2.0 */
/*
 * win32.h: the types of the seam on Win32. Included by platform.h only.
 *
 * A handle is a HANDLE, and none is NULL. No handle of mito's can be
 * inherited, but for the moment of the start that hands it over.
 */
#ifndef WIN32_H
#define WIN32_H

#include <windows.h>

#if !defined(_WIN32_WINNT) || _WIN32_WINNT < 0x0A00
#error "mito needs Windows 10: define _WIN32_WINNT as 0x0A00 everywhere"
#endif

typedef HANDLE plat_handle_t;
#define PLAT_HANDLE_NONE NULL
#define PLAT_HANDLE_FROM(native) ((HANDLE)(native))

#define PLAT_NEWLINE "\r\n"

/* The job holds the process and whatever it starts. The id stays what it
 * was when the handles are gone. A process group has the id of the process
 * that it was made for. */
struct plat_process_t {
    HANDLE process;
    HANDLE job;
    DWORD id;
    int has_group;
};
#define PLAT_PROCESS_NONE {NULL, NULL, 0, 0}

/* The system writes into an operation that is under way, so its memory must
 * not move: the channel itself lies in the pool that it was made with. */
struct plat_channel_t {
    struct win_channel_t *state;
};
#define PLAT_CHANNEL_NONE {NULL}

struct plat_memory_t {
    HANDLE section;
    void *base;
    size_t size;
};
#define PLAT_MEMORY_NONE {NULL, NULL, 0}

#define PLAT_NORETURN __declspec(noreturn)

/* MSVC has no atomics in C before Visual Studio 2022 17.5; its intrinsics
 * are stronger than the seam asks for. */
#ifdef _MSC_VER
#define PLAT_THREAD_LOCAL __declspec(thread)

static inline uint32_t plat_atomic_load(const uint32_t *word)
{
    uint32_t value = *(const volatile uint32_t *)word;

    MemoryBarrier();
    return value;
}

static inline void plat_atomic_store(uint32_t *word, uint32_t value)
{
    InterlockedExchange((volatile LONG *)word, (LONG)value);
}

static inline uint32_t plat_atomic_add(uint32_t *word, uint32_t value)
{
    return (uint32_t)InterlockedExchangeAdd((volatile LONG *)word,
                                            (LONG)value);
}
#else
#define PLAT_THREAD_LOCAL _Thread_local

static inline uint32_t plat_atomic_load(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static inline void plat_atomic_store(uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static inline uint32_t plat_atomic_add(uint32_t *word, uint32_t value)
{
    return __atomic_fetch_add(word, value, __ATOMIC_ACQ_REL);
}
#endif

#endif /* WIN32_H */
