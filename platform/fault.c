/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault.c: which system call is to fail; see fault.h. Part of the test
 * build alone. The counters are atomic, as several threads call the system;
 * a child that shares the parent's memory until it executes its program
 * counts on in them, so its calls fail too.
 */
#include "platform.h"

#include "fault.h"

static uint32_t armed;
static uint32_t counted;
static const char *failed_name;

int plat_fault_due(const char *name)
{
    uint32_t number = plat_atomic_add(&counted, 1) + 1;

    if (number != plat_atomic_load(&armed))
        return 0;
    failed_name = name;
    return 1;
}

void plat_fault_arm(long nth)
{
    failed_name = NULL;
    plat_atomic_store(&armed, (uint32_t)nth);
    plat_atomic_store(&counted, 0);
}

long plat_fault_count(void)
{
    return (long)plat_atomic_load(&counted);
}

const char *plat_fault_name(void)
{
    return failed_name;
}
