/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What capturing a command's output costs, and feeding it at the same time,
 * and a pipeline: through mito, through its peers, and by reads and writes
 * written out by hand, which are the limit.
 *
 * Every run has a process of its own; see capture.h.
 */
#include "capture.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <apr_strings.h>

#define MIB ((size_t)1 << 20)
#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

static const bench_contender_t *const contenders[] = {
    &capture_raw,   &capture_raw_again, &capture_raw_ahead,
    &capture_mito,  &capture_libuv,     &capture_glib,
    &capture_glib_stream, &capture_python,
};

static const capture_player_t *const players[] = {
    &capture_raw_player,   &capture_raw_ahead_player,
    &capture_mito_player,  &capture_libuv_player,
    &capture_glib_player,  &capture_glib_stream_player,
};

static const bench_figure_t figures[CAPTURE_FIGURES] = {
    [CAPTURE_RATE] = {"rate", "MiB/s"},
    [CAPTURE_PEAK] = {"peak memory / output", "1"},
};

static const struct {
    const char *name;
    capture_kind_e kind;
    size_t size;
    int runs;
} cases[] = {
    {"1 MiB captured", CAPTURE_OUTPUT, MIB, 300},
    {"256 MiB captured", CAPTURE_OUTPUT, 256 * MIB, 50},
    {"1 GiB captured", CAPTURE_OUTPUT, 1024 * MIB, 20},
    {"256 MiB both ways through cat", CAPTURE_BOTH_WAYS, 256 * MIB, 50},
    {"256 MiB through three stages, captured", CAPTURE_PIPELINE, 256 * MIB,
     50},
    {"256 MiB through three stages, to the null device",
     CAPTURE_PIPELINE_NULL, 256 * MIB, 50},
};

/* Only memory that is not used at all counts. */
static int is_enough_memory(size_t size)
{
    long pages = sysconf(_SC_AVPHYS_PAGES);
    long page_size = sysconf(_SC_PAGESIZE);

    return pages < 0 || page_size < 0
        || (size_t)pages * (size_t)page_size > CAPTURE_MEMORY(size);
}

static void measure(bench_t *bench, int number, const char *self,
                    const char *writer)
{
    const capture_setting_t setting = {
        .kind = cases[number].kind,
        .size = cases[number].size,
        .writer = writer,
        .self = self,
    };
    const bench_case_t race = {
        .name = cases[number].name,
        .setting = &setting,
        .figures = figures,
        /* Where nothing is captured its share of the memory means nothing. */
        .figure_count =
            setting.kind == CAPTURE_PIPELINE_NULL ? 1 : CAPTURE_FIGURES,
        .rate_count = 1,
        .contenders = contenders,
        .contender_count = COUNT(contenders),
        .runs = cases[number].runs,
        .quick_runs = 3,
        .warm_up_runs = 2,
        .apart = 1,
    };

    if (!bench_wants(bench, race.name))
        return;
    if (is_enough_memory(setting.size))
        bench_race(bench, &race);
    else
        bench_note("%s: left out, too little memory.", race.name);
}

static void describe_machine(void)
{
    struct utsname machine;

    if (uname(&machine) == 0)
        bench_note("%s %s, %s, %ld processors", machine.sysname,
                   machine.release, machine.machine,
                   sysconf(_SC_NPROCESSORS_ONLN));
}

/* The path of this program, for others to start it. */
static const char *find_self(const char *name, apr_pool_t *pool)
{
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);

    if (length < 0)
        return name;
    path[length] = '\0';
    return apr_pstrdup(pool, path);
}

/* The writer lies beside this program. */
static const char *find_writer(const char *self, apr_pool_t *pool)
{
    const char *slash = strrchr(self, '/');
    int length = slash == NULL ? 0 : (int)(slash + 1 - self);

    return apr_psprintf(pool, "%.*swriter", length, self);
}

int main(int argc, const char *const *argv)
{
    const char *self;
    const char *writer;
    apr_pool_t *pool;
    bench_t *bench;

    MITO_CHECK(mito_init(&argc, &argv, &pool));
    capture_become_player(argc, argv, players, COUNT(players), pool);
    self = find_self(argv[0], pool);
    writer = find_writer(self, pool);
    bench = bench_begin("capture",
                        "Capturing what a command writes, feeding it, and "
                        "pipelines. A rate is the output divided by the time "
                        "from the call until the exit status is known.",
                        argc, argv, pool);
    describe_machine();
    if (access(writer, X_OK) != 0)
        bench_note("%s is missing; it is built along with this program.",
                   writer);
    bench_introduce(contenders, COUNT(contenders));
    for (int i = 0; i < COUNT(cases); i++)
        measure(bench, i, self, writer);
    return bench_end(bench);
}
