/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline: three commands, each of which reads what the one before writes.
 * The last one soon has enough and ends, and so the others come to an end
 * too, although the first would go on for ever.
 *
 * The commands are this program itself, which does what its first argument
 * says, so that the example is the same on every platform.
 */
#include <mito.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Writes numbers for as long as somebody reads them. */
static int count(void)
{
    int i;

    for (i = 1; !ferror(stdout); i++)
        printf("%d\n", i);
    return 1;
}

/* Passes on one number in so many. */
static int sieve(int step)
{
    char line[32];
    int i;

    for (i = 1; !ferror(stdout) && fgets(line, sizeof(line), stdin); i++)
        if (i % step == 0)
            fputs(line, stdout);
    return ferror(stdout) ? 2 : 0;
}

/* Passes on the first ones. */
static int first(int wanted)
{
    char line[32];

    while (wanted-- > 0 && fgets(line, sizeof(line), stdin))
        fputs(line, stdout);
    return 0;
}

static int act(int argc, const char *const *argv)
{
    const int number = argc > 2 ? atoi(argv[2]) : 0;

    if (strcmp(argv[1], "count") == 0)
        return count();
    if (strcmp(argv[1], "sieve") == 0)
        return sieve(number);
    return first(number);
}

/* As mito_init() has it, a command that writes where nobody reads gets an
 * error. One that knows nothing of mito is ended by SIGPIPE on POSIX, and
 * its exit code is -13. */
static void run(const char *self, apr_pool_t *pool)
{
    const mito_stage_t stages[] = {
        {.argv = MITO_ARGV(self, "count")},
        {.argv = MITO_ARGV(self, "sieve", "7")},
        {.argv = MITO_ARGV(self, "first", "4")}};
    mito_completed_t *done;
    size_t i;

    MITO_CHECK(mito_pipeline_run(&done, stages, 3,
        &(mito_pipeline_options_t){.capture_output = 1,
                                   .timeout = apr_time_from_sec(60)}, pool));
    fputs(mito_completed_output(done, NULL), stdout);
    for (i = 0; i < 3; i++)
        printf("%s: exit code %d\n", stages[i].argv[1],
               (int)mito_completed_exit_code(mito_completed_stage(done, i)));
}

int main(int argc, const char *const *argv)
{
    apr_pool_t *pool;

    MITO_CHECK(mito_init(&argc, &argv, &pool));
    if (argc > 1)
        return act(argc, argv);
    run(argv[0], pool);
    return 0;
}
