/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault.h: system calls that fail on demand.
 *
 * Each backend calls the system through its sys.h, where every call that
 * can fail has an entry made with SYS_CALL. In a normal build an entry is
 * the call itself. In the test build (MITO_FAULT_INJECTION) it first asks
 * plat_fault_due(), so that a test can let the k-th call of a scenario fail
 * for every k and see that each failure is reported and leaves nothing
 * behind. Calls that give something back (close, munmap) are not in the
 * table: letting them fail would only make the test leak.
 */
#ifndef PLATFORM_FAULT_H
#define PLATFORM_FAULT_H

#ifdef MITO_FAULT_INJECTION

/* Counts a call; nonzero when it is the one that is to fail. */
int plat_fault_due(const char *name);

/* Lets the nth call from now fail, counted from 1; 0 lets none fail, but
 * counts anew. */
void plat_fault_arm(long nth);

/* How many calls were made since plat_fault_arm(). */
long plat_fault_count(void);

/* The name of the call that failed; NULL when none did. */
const char *plat_fault_name(void);

#define SYS_FAULT(name, action)                                             \
    do {                                                                    \
        if (plat_fault_due(name)) {                                         \
            action;                                                         \
        }                                                                   \
    } while (0)

#else

#define SYS_FAULT(name, action) ((void)0)

#endif

#endif /* PLATFORM_FAULT_H */
