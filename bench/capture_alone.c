/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs in processes of their own: how the bench program starts them, and
 * what they do.
 *
 * Kept true: the time begins right before the contender is called and ends
 * when it returns; making the input, and looking at what was captured, are
 * outside. Before the measured run there is one of a single byte, for what a
 * library does once in a process; after it the peak of the memory is set
 * back to what is in use. And before each process the memory that it will
 * need is taken and given back: a virtual machine's host may have what has
 * been free for some seconds, and it takes longer to have it back than to
 * fill it.
 */
#include "capture.h"

#include "pattern.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <apr_strings.h>

extern char **environ;

enum { MAX_ARGUMENTS = 12 };

/* Decimal digits of any number, and the final 0. */
#define NUMBER_SIZE 24

/* A contender as the bench program sees it. */
typedef struct runner_t {
    const char *argv[MAX_ARGUMENTS];
    int argc;
    size_t size;
    int runs;
} runner_t;

apr_status_t capture_check_exit(int wait_status)
{
    return WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0
               ? APR_SUCCESS
               : APR_EGENERAL;
}

/* ---- the bench program's side ---- */

apr_status_t capture_open_program(void **state, const void *setting,
                                  const char *const *argv, apr_pool_t *pool)
{
    const capture_setting_t *job = setting;
    runner_t *runner = apr_pcalloc(pool, sizeof *runner);

    while (argv[runner->argc] != NULL) {
        runner->argv[runner->argc] = argv[runner->argc];
        runner->argc++;
    }
    runner->argv[runner->argc++] = apr_itoa(pool, (int)job->kind);
    runner->argv[runner->argc++] =
        apr_psprintf(pool, "%" APR_SIZE_T_FMT, job->size);
    runner->argv[runner->argc++] = job->writer;
    runner->size = job->size;
    *state = runner;
    return APR_SUCCESS;
}

apr_status_t capture_open(void **state, const void *setting,
                          const capture_player_t *player, apr_pool_t *pool)
{
    const capture_setting_t *job = setting;
    const char *const argv[] = {job->self, "--alone", player->name, NULL};

    if (player->functions[job->kind] == NULL)
        return APR_ENOTIMPL;
    return capture_open_program(state, setting, argv, pool);
}

static apr_status_t launch(pid_t *pid, const runner_t *runner, int output)
{
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);

    if (error != 0)
        return error;
    error = posix_spawn_file_actions_adddup2(&actions, output, 1);
    if (error == 0)
        error = posix_spawnp(pid, runner->argv[0], &actions, NULL,
                             (char *const *)(uintptr_t)runner->argv,
                             environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* What the process prints: two numbers. A peak that it cannot tell is
 * below zero. */
static apr_status_t read_answer(int from, const runner_t *runner,
                                double *values)
{
    FILE *file = fdopen(from, "r");
    double time;
    double peak;
    int found;

    if (file == NULL)
        return errno;
    found = fscanf(file, "%lf %lf", &time, &peak);
    fclose(file);
    if (found != 2)
        return APR_EOF;
    values[CAPTURE_RATE] = (double)runner->size / (1 << 20) / (time / 1e6);
    values[CAPTURE_PEAK] =
        peak < 0 ? (double)NAN : peak / (double)runner->size;
    return APR_SUCCESS;
}

static void take_and_give_back(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return;
#ifdef MADV_HUGEPAGE
    madvise(memory, size, MADV_HUGEPAGE);
#endif
    memset(memory, 1, size);
    munmap(memory, size);
}

apr_status_t capture_run(void *state, double *values)
{
    runner_t *runner = state;
    apr_status_t status;
    int wait_status;
    int ends[2];
    pid_t pid;

    /* What was captured is looked at once, in the first run. */
    runner->argv[runner->argc] = runner->runs++ == 0 ? "1" : "0";
    take_and_give_back(CAPTURE_MEMORY(runner->size));
    if (pipe(ends) != 0)
        return errno;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    status = launch(&pid, runner, ends[1]);
    close(ends[1]);
    if (status != APR_SUCCESS) {
        close(ends[0]);
        return status;
    }
    status = read_answer(ends[0], runner, values);
    if (waitpid(pid, &wait_status, 0) != pid)
        return errno;
    return status != APR_SUCCESS ? status : capture_check_exit(wait_status);
}

/* ---- the process's side ---- */

/* Linux alone; elsewhere, and where it is refused, the peak cannot be told
 * from what was needed before. Not getrusage(), whose peak is also that of
 * the program that was running before exec. */
static int forget_peak(void)
{
    FILE *file = fopen("/proc/self/clear_refs", "w");
    int bad;

    if (file == NULL)
        return 0;
    bad = fputs("5", file) == EOF;
    return fclose(file) == 0 && !bad;
}

/* In bytes; below zero when it is not told. */
static double peak_memory(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    double kibibytes = -1;
    char line[128];

    if (file == NULL)
        return -1;
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "VmHWM: %lf", &kibibytes) == 1)
            break;
    fclose(file);
    return kibibytes * 1024;
}

static void fail(const char *name, const char *sentence)
{
    fprintf(stderr, "%s: %s\n", name, sentence);
    exit(1);
}

static void must_succeed(const char *name, apr_status_t status)
{
    char text[256];

    if (status != APR_SUCCESS)
        fail(name, mito_strerror(status, text, sizeof text));
}

static void set_size(capture_job_t *job, size_t size, char *text)
{
    snprintf(text, NUMBER_SIZE, "%zu", size);
    job->size = size;
    job->writer[1] = text;
}

static void prepare_job(capture_job_t *job, capture_kind_e kind, size_t size)
{
    unsigned char *input;

    if (kind != CAPTURE_BOTH_WAYS)
        return;
    input = malloc(size);
    if (input == NULL)
        fail("input", "too little memory");
    pattern_make(input, size);
    job->input = input;
}

static void check_output(const char *name, capture_kind_e kind, size_t size,
                         const capture_output_t *output, int thoroughly)
{
    if (kind == CAPTURE_PIPELINE_NULL)
        return;
    if (output->size != size)
        fail(name, "what it captured has the wrong size");
    if (thoroughly && !pattern_matches(output->bytes, size))
        fail(name, "what it captured is not what was written");
}

static void play(const capture_player_t *player, capture_kind_e kind,
                 size_t size, capture_job_t *job, int thoroughly)
{
    capture_function_t *function = player->functions[kind];
    capture_output_t output = {NULL, 0};
    char text[NUMBER_SIZE];
    double peak = -1;
    double begun;
    double time;

    prepare_job(job, kind, size);
    set_size(job, 1, text);
    must_succeed(player->name, function(job, &output));
    check_output(player->name, kind, 1, &output, 1);
    set_size(job, size, text);
    if (forget_peak())
        peak = peak_memory();
    begun = bench_now();
    must_succeed(player->name, function(job, &output));
    time = bench_now() - begun;
    if (peak >= 0)
        peak = peak_memory() - peak;
    check_output(player->name, kind, size, &output, thoroughly);
    printf("%.3f %.0f\n", time, peak);
}

void capture_become_player(int argc, const char *const *argv,
                           const capture_player_t *const *players,
                           int count, apr_pool_t *pool)
{
    capture_job_t job = {.pool = pool};

    if (argc != 7 || strcmp(argv[1], "--alone") != 0)
        return;
    job.writer[0] = argv[5];
    for (int i = 0; i < count; i++)
        if (strcmp(players[i]->name, argv[2]) == 0) {
            play(players[i], (capture_kind_e)atoi(argv[3]),
                 strtoull(argv[4], NULL, 10), &job, atoi(argv[6]));
            exit(0);
        }
    fail(argv[2], "no such contender");
}
