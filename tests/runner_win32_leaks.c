/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a case may leave behind on Windows inside its own process: handles.
 *
 * Their number is the system's; which they are is found by trying every
 * value that a handle may have, and shown with its type. Wine 8 always says
 * that there are none: there, the handles that are found are the number.
 * Wine gives the lowest free value, so its handles lie close together.
 *
 * Windows opens handles of its own at first use of many things, therefore
 * only growth that comes back at every further run counts as a leak.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>
#include <winternl.h>

#include "runner_platform.h"

#define HANDLE_STEP 4
#define HANDLE_LIMIT 65536 /* how many values are tried at most */
#define HANDLE_GAP 256     /* values without one that end Wine's */
#define TYPE_QUERY 2       /* ObjectTypeInformation */

/* Not every set of headers declares it. */
WINBASEAPI BOOL WINAPI GetProcessHandleCount(HANDLE process, PDWORD count);

const int runner_reruns = 3;

typedef LONG(WINAPI *query_object_t)(HANDLE handle, int what, void *result,
                                     ULONG size, ULONG *length);

/* One byte a value: whether it is an open handle. */
typedef struct handles_t {
    DWORD count;
    unsigned char open[HANDLE_LIMIT];
} handles_t;

static handles_t baseline;

static HANDLE handle_at(size_t place)
{
    return (HANDLE)(ULONG_PTR)(place * HANDLE_STEP);
}

static void list_handles(handles_t *handles)
{
    DWORD flags, found = 0, count = 0;
    size_t i, last = 0;

    memset(handles, 0, sizeof(*handles));
    if (!GetProcessHandleCount(GetCurrentProcess(), &count))
        runner_fail("GetProcessHandleCount failed");
    for (i = 1; i < HANDLE_LIMIT; i++) {
        if (count > 0 ? found == count : i - last > HANDLE_GAP)
            break;
        if (GetHandleInformation(handle_at(i), &flags)) {
            handles->open[i] = 1;
            found++;
            last = i;
        }
    }
    handles->count = count > 0 ? count : found;
}

static void describe_handle(HANDLE handle, char *text, size_t size)
{
    union {
        UNICODE_STRING name;
        char room[1024];
    } type;
    query_object_t query = (query_object_t)(void (*)(void))GetProcAddress(
        GetModuleHandleW(L"ntdll.dll"), "NtQueryObject");
    ULONG length;

    snprintf(text, size, "of unknown type");
    memset(&type, 0, sizeof(type));
    if (query != NULL
        && query(handle, TYPE_QUERY, &type, sizeof(type), &length) == 0
        && type.name.Buffer != NULL)
        snprintf(text, size, "%.*ls", (int)(type.name.Length / 2),
                 type.name.Buffer);
}

void runner_baseline(void)
{
    list_handles(&baseline);
}

int runner_compare(int report)
{
    static handles_t now;
    char text[256];
    int growth;
    size_t i;

    list_handles(&now);
    growth = now.count > baseline.count ? (int)(now.count - baseline.count)
                                        : 0;
    if (growth == 0 || !report)
        return growth;
    printf("LEAK: %d handles more than before\n", growth);
    for (i = 1; i < HANDLE_LIMIT; i++)
        if (now.open[i] && !baseline.open[i]) {
            describe_handle(handle_at(i), text, sizeof(text));
            printf("LEAK: handle 0x%lx (%s)\n",
                   (unsigned long)(i * HANDLE_STEP), text);
        }
    return growth;
}

/* The parent sees them all in the job. */
int runner_children(void)
{
    return 0;
}
