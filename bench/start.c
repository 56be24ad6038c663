/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What starting a command costs: /bin/true through mito, through its peers,
 * and by vfork() and execve() written out by hand, which is the limit.
 *
 * The contenders share one process (CPython has its own, of the same size),
 * whose memory and descriptor limit are set up case by case. Not pinned to
 * a processor: measured so, ratios and spread were the same.
 */
#include "start.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <apr_strings.h>

#include <mito/core.h>

#define MIB ((size_t)1 << 20)
#define LIMITS 2
#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

static const bench_contender_t *const starters[] = {
    &start_vfork,      &start_vfork_again, &start_posix_spawn,
    &start_mito_popen, &start_mito_run,    &start_libuv,
    &start_glib_best,  &start_glib_default, &start_apr,
    &start_python,
};

static const bench_contender_t *const capturers[] = {
    &capture_vfork,
    &capture_mito_run,
};

static const bench_figure_t figures[START_FIGURES] = {
    [START_TO_END] = {"start to end", "us"},
    [START_CALL_TIME] = {"CPU time of the starting call", "us"},
};

void start_clock_begin(start_clock_t *clock)
{
    clock->call_time = -1;
    clock->begun = bench_now();
    clock->thread_time = bench_thread_time();
}

void start_clock_started(start_clock_t *clock)
{
    clock->call_time = bench_thread_time() - clock->thread_time;
}

void start_clock_ended(const start_clock_t *clock, double *values)
{
    values[START_TO_END] = bench_now() - clock->begun;
    if (clock->call_time >= 0)
        values[START_CALL_TIME] = clock->call_time;
}

apr_status_t start_check_exit(int wait_status)
{
    return WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0
               ? APR_SUCCESS
               : APR_EGENERAL;
}

/* Descriptors that a shell or a build left open would be copied into each
 * child: a single high one makes every start dearer, and some contenders
 * more than others. */
static void close_inherited_descriptors(void)
{
    long limit = sysconf(_SC_OPEN_MAX);

    if (limit < 0 || limit > 65536)
        limit = 65536;
    for (int descriptor = 3; descriptor < limit; descriptor++)
        close(descriptor);
}

/* What the system says could still be had without swapping; where it does
 * not say, there is no telling, and no limit. */
static size_t available_memory(void)
{
    FILE *file = fopen("/proc/meminfo", "r");
    size_t kibibytes = (size_t)-1 / 1024;
    char line[128];

    if (file == NULL)
        return (size_t)-1;
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "MemAvailable: %zu", &kibibytes) == 1)
            break;
    fclose(file);
    return kibibytes * 1024;
}

/* Memory in small pages, each of them touched: huge ones would make a
 * fork cheaper than it is for the memory of most programs. */
static void *fill_memory(size_t size)
{
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return NULL;
#ifdef MADV_NOHUGEPAGE
    madvise(memory, size, MADV_NOHUGEPAGE);
#endif
    memset(memory, 1, size);
    return memory;
}

/* Sets the limit, or, where the system does not let it be raised so far,
 * the highest that there is. Returns what it has set. */
static unsigned long limit_descriptors(unsigned long count)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    if (limit.rlim_max < count) {
        struct rlimit raised = {count, count};

        if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
            return count;
        count = (unsigned long)limit.rlim_max;
    }
    limit.rlim_cur = count;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? count : 0;
}

static const char *name_case(const start_setting_t *setting,
                             unsigned long descriptors, apr_pool_t *pool)
{
    return apr_psprintf(
        pool, "%" APR_SIZE_T_FMT " MiB resident, RLIMIT_NOFILE %lu",
        setting->resident / MIB, descriptors);
}

static void race_start(bench_t *bench, const char *name,
                       const start_setting_t *setting)
{
    const bench_case_t race = {
        .name = name,
        .setting = setting,
        .figures = figures,
        .figure_count = START_FIGURES,
        .contenders = starters,
        .contender_count = COUNT(starters),
        .runs = 1000,
        .quick_runs = 20,
        /* A fork of a large parent takes tens of milliseconds. */
        .seldom = 10,
    };

    bench_race(bench, &race);
}

/* Memory of this size, if that leaves a reserve: the size counts twice,
 * for CPython's process needs as much. */
static void *fill_if_there_is(size_t size)
{
    return available_memory() / 2 > size + 256 * MIB ? fill_memory(size)
                                                     : NULL;
}

static void measure_size(bench_t *bench, size_t mebibytes,
                         const unsigned long *limits, apr_pool_t *pool)
{
    const start_setting_t setting = {mebibytes * MIB};
    void *memory = NULL;

    for (int i = 0; i < LIMITS; i++) {
        const char *name = name_case(&setting, limits[i], pool);

        if (!bench_wants(bench, name))
            continue;
        if (memory == NULL)
            memory = fill_if_there_is(setting.resident);
        limit_descriptors(limits[i]);
        if (memory != NULL)
            race_start(bench, name, &setting);
        else
            bench_note("%s: left out, too little memory.", name);
    }
    if (memory != NULL)
        munmap(memory, setting.resident);
}

/* The limits that are measured with: those wanted, as far as the system
 * lets them be had. */
static void find_limits(unsigned long *limits)
{
    static const unsigned long wanted[LIMITS] = {1024, 1048576};

    for (int i = 0; i < LIMITS; i++) {
        limits[i] = limit_descriptors(wanted[i]);
        if (limits[i] != wanted[i])
            bench_note("RLIMIT_NOFILE %lu was refused: raising it so far is "
                       "not permitted here. Measured with the highest that "
                       "is, %lu.",
                       wanted[i], limits[i]);
    }
}

static void measure_capture(bench_t *bench)
{
    const bench_case_t race = {
        .name = "output of " START_ECHO " captured",
        .figures = figures,
        .figure_count = 1,
        .contenders = capturers,
        .contender_count = COUNT(capturers),
        .runs = 1000,
        .quick_runs = 20,
    };

    limit_descriptors(1024);
    bench_race(bench, &race);
}

static void describe_machine(void)
{
    struct utsname machine;

    if (uname(&machine) == 0)
        bench_note("%s %s, %s, %ld processors", machine.sysname,
                   machine.release, machine.machine,
                   sysconf(_SC_NPROCESSORS_ONLN));
}

int main(int argc, const char *const *argv)
{
    static const size_t sizes[] = {10, 1024, 4096};
    unsigned long limits[LIMITS];
    apr_pool_t *pool;
    bench_t *bench;

    close_inherited_descriptors();
    MITO_CHECK(mito_init(&argc, &argv, &pool));
    bench = bench_begin(
        "start",
        "Starting " START_TRUE " from a parent with so much memory touched, "
        "in small pages, and so high a limit of descriptors.",
        argc, argv, pool);
    describe_machine();
    bench_introduce(starters, COUNT(starters));
    bench_introduce(capturers, COUNT(capturers));
    find_limits(limits);
    for (int i = 0; i < COUNT(sizes); i++)
        measure_size(bench, sizes[i], limits, pool);
    measure_capture(bench);
    return bench_end(bench);
}
