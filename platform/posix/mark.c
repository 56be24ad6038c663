/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mark.c: a mark that a child is given and that all its descendants have
 * too, whatever becomes of their parents, sessions and environments.
 *
 * On Linux it is the limit on file locks, a resource that the kernel has
 * not enforced since 2.4.25. Like every limit it is inherited over fork and
 * execve, and of any process of the same user it can be read by prlimit().
 * An unprivileged process can only lower it, and nothing has a reason to.
 *
 *  - The outermost process that uses mito has no limit. Each of its
 *    children gets a number as soft and hard limit, and the hard one stays
 *    with all that comes of it: 63 bits.
 *  - A process with such a limit gives each of its children a soft limit of
 *    its own, of which the upper half stays with all that comes of it: 31
 *    bits, and the lower half is 0.
 *  - A process with such a soft limit fills its children's lower half.
 *
 * So programs that use mito below each other, three levels of them, find
 * their descendants, whoever marked them besides. At the fourth level one
 * fills the lower half anew, and the third knows what it has marked only by
 * its parents; see tree.c. Soft numbers are smaller than hard ones, as the
 * kernel wants it, by their highest bit. A process whose limit is neither
 * infinite nor one of mito's gives no marks, nor does one where limits have
 * 32 bits, nor any on another system.
 *
 * A number is made of a random secret, the time, the process's id and a
 * counter, so that a copy of this process makes others.
 */
#include "process.h"

#include "sys.h"

#ifdef __linux__

#include <time.h>

/* RLIMIT_LOCKS, and RLIM_INFINITY as the kernel has it on every CPU. */
#define RESOURCE 10
#define INFINITE UINT64_MAX

#define IS_HARD (UINT64_C(1) << 63)
#define IS_SOFT (UINT64_C(1) << 62)
#define NUMBER_BITS (IS_SOFT - 1)
#define LOWER_BITS (NUMBER_BITS >> 31)

/* Of the calling process; set by mark_initialize(), before any child. */
static struct sys_limit own;
static uint64_t secrets[2];
static int has_marks;

static uint32_t counter;

/* Whose mark the calling process has. */
typedef enum level_e {
    OUTERMOST,      /* nobody's */
    SECOND,         /* one of the outermost */
    THIRD,          /* one of the second's besides */
    DEEPER
} level_e;

static level_e own_level(void)
{
    if (own.hard == INFINITE)
        return OUTERMOST;
    if ((own.soft & IS_HARD) != 0)
        return SECOND;
    return (own.soft & LOWER_BITS) == 0 ? THIRD : DEEPER;
}

/* That a limit can be set is tried by setting what there is. */
void mark_initialize(void)
{
    has_marks = sizeof(long) == sizeof(uint64_t)
        && sys_prlimit(0, RESOURCE, NULL, &own) == 0
        && own.hard >= IS_HARD
        && sys_prlimit(0, RESOURCE, &own, NULL) == 0
        && sys_getrandom(secrets, sizeof(secrets))
            == (ssize_t)sizeof(secrets);
}

/* Every bit of the result depends on every bit of the number. */
static uint64_t mix(uint64_t number)
{
    number = (number ^ (number >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    number = (number ^ (number >> 27)) * UINT64_C(0x94d049bb133111eb);
    return number ^ (number >> 31);
}

uint64_t mark_make(void)
{
    struct timespec now;
    uint64_t number;

    if (!has_marks)
        return 0;
    clock_gettime(CLOCK_MONOTONIC, &now);
    number = (uint64_t)getpid() << 32 | plat_atomic_add(&counter, 1);
    number = mix(number ^ secrets[0]);
    number ^= (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    number = mix(number ^ secrets[1]) & NUMBER_BITS;
    switch (own_level()) {
    case OUTERMOST: return number | IS_HARD;
    case SECOND: return (number & ~LOWER_BITS) | IS_SOFT;
    default: return (own.soft & ~LOWER_BITS) | (number & LOWER_BITS) | 1;
    }
}

POSIX_CHILD_SIDE int mark_take(uint64_t mark)
{
    struct sys_limit limit = {mark, own.hard == INFINITE ? mark : own.hard};

    return mark == 0 ? 0 : sys_prlimit(0, RESOURCE, &limit, NULL);
}

void mark_take_for_good(uint64_t mark)
{
    if (mark != 0 && mark_take(mark) == 0)
        sys_prlimit(0, RESOURCE, NULL, &own);
}

/* The calling process has the same mark as its child when it is a copy of
 * the one that marked it. */
static int is_own(uint64_t mark)
{
    return own.hard != INFINITE && (mark == own.hard || mark == own.soft);
}

/* A process that was marked anew, below the fourth level, cannot be told
 * from a neighbour's by that. */
mark_e mark_look(uint64_t mark, pid_t pid)
{
    struct sys_limit limit;

    if (mark == 0 || is_own(mark))
        return MARK_UNKNOWN;
    if (sys_prlimit(pid, RESOURCE, NULL, &limit) != 0)
        return errno == ESRCH ? MARK_OTHER : MARK_UNKNOWN;
    if (own_level() == OUTERMOST)
        return limit.hard == mark ? MARK_SAME : MARK_OTHER;
    if (limit.hard != own.hard)
        return MARK_OTHER;
    if (limit.soft == mark)
        return MARK_SAME;
    if (((limit.soft ^ mark) & ~LOWER_BITS) != 0)
        return MARK_OTHER;
    return own_level() == SECOND ? MARK_SAME
         : limit.soft == own.soft ? MARK_OTHER : MARK_UNKNOWN;
}

#else

void mark_initialize(void)
{
}

uint64_t mark_make(void)
{
    return 0;
}

int mark_take(uint64_t mark)
{
    (void)mark;
    return 0;
}

void mark_take_for_good(uint64_t mark)
{
    (void)mark;
}

mark_e mark_look(uint64_t mark, pid_t pid)
{
    (void)mark;
    (void)pid;
    return MARK_UNKNOWN;
}

#endif
