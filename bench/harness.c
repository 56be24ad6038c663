/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The race, its statistics and its reports.
 *
 * Kept true: contenders of one case are measured in the same rounds, never
 * one after the other; a value enters the statistics only when its run
 * succeeded; rows reach the JSON file exactly as they were printed. The
 * file is opened only when all is measured, so that no descriptor of the
 * harness is there for a contender to copy or to close.
 */
#include "harness.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <apr_getopt.h>
#include <apr_strings.h>
#include <apr_tables.h>

enum { WARM_UP_ROUNDS = 10 };

/* One line of a report: a figure of a contender in a case. */
typedef struct row_t {
    const char *case_name;
    const char *contender;
    const char *unit;
    double median;
    double p99;
    int runs;
    double ratio;
} row_t;

struct bench_t {
    apr_pool_t *pool;
    const char *topic;
    const char *json_path;
    const char *case_filter;
    const char *contender_filter;
    int quick;
    int runs;
    int failed;
    apr_array_header_t *rows;
};

/* A contender while it takes part in a case. */
typedef struct entrant_t {
    const bench_contender_t *contender;
    void *state;
    apr_status_t status;
    int opened;
    int runs;
    double *values[BENCH_MAX_FIGURES];
} entrant_t;

static double microseconds(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

double bench_now(void)
{
    return microseconds(CLOCK_MONOTONIC);
}

double bench_thread_time(void)
{
    return microseconds(CLOCK_THREAD_CPUTIME_ID);
}

/* Options. */

static const apr_getopt_option_t option_list[] = {
    {"quick", 'q', 0, "a short run, to see that it works"},
    {"runs", 'r', 1, "measure N rounds instead of the case's own number"},
    {"json", 'j', 1, "also write one record a row to FILE"},
    {"case", 'c', 1, "only cases whose name contains TEXT"},
    {"contender", 'o', 1,
     "only the limit and contenders whose name contains TEXT"},
    {"help", 'h', 0, "show this text"},
    {NULL, 0, 0, NULL}};

static void print_help(FILE *to, const char *program, const char *about)
{
    const apr_getopt_option_t *option;

    fprintf(to, "Usage: %s [option]...\n%s\n\n", program, about);
    for (option = option_list; option->name != NULL; option++)
        fprintf(to, "  -%c, --%s%-*s%s\n", option->optch, option->name,
                12 - (int)strlen(option->name), option->has_arg ? " X" : "",
                option->description);
}

static void refuse(const char *sentence, const char *argument)
{
    fprintf(stderr, "%s: %s\n", sentence, argument);
    exit(2);
}

static void set_option(bench_t *bench, int letter, const char *argument)
{
    switch (letter) {
    case 'q':
        bench->quick = 1;
        break;
    case 'r':
        bench->runs = atoi(argument);
        if (bench->runs < 1)
            refuse("not a number of runs", argument);
        break;
    case 'j':
        bench->json_path = argument;
        break;
    case 'c':
        bench->case_filter = argument;
        break;
    default:
        bench->contender_filter = argument;
        break;
    }
}

static void read_options(bench_t *bench, const char *about, int argc,
                         const char *const *argv)
{
    apr_getopt_t *options;
    apr_status_t status;
    const char *argument;
    int letter;

    apr_getopt_init(&options, bench->pool, argc, argv);
    while ((status = apr_getopt_long(options, option_list, &letter,
                                     &argument)) == APR_SUCCESS) {
        if (letter == 'h') {
            print_help(stdout, argv[0], about);
            exit(0);
        }
        set_option(bench, letter, argument);
    }
    if (status != APR_EOF)
        exit(2);
    if (options->ind < argc)
        refuse("unexpected argument", argv[options->ind]);
}

/* A path that cannot be written is reported now, not after the race. */
static void check_json_path(const char *path)
{
    FILE *file = fopen(path, "w");

    if (file == NULL) {
        perror(path);
        exit(2);
    }
    fclose(file);
}

bench_t *bench_begin(const char *topic, const char *about, int argc,
                     const char *const *argv, apr_pool_t *pool)
{
    bench_t *bench = apr_pcalloc(pool, sizeof *bench);

    bench->pool = pool;
    bench->topic = topic;
    bench->rows = apr_array_make(pool, 64, sizeof(row_t));
    read_options(bench, about, argc, argv);
    if (bench->json_path != NULL)
        check_json_path(bench->json_path);
    printf("## %s\n\n%s\n", topic, about);
    srand(1);
    return bench;
}

int bench_wants(const bench_t *bench, const char *case_name)
{
    return bench->case_filter == NULL
        || strstr(case_name, bench->case_filter) != NULL;
}

void bench_note(const char *format, ...)
{
    va_list arguments;

    putchar('\n');
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
}

void bench_introduce(const bench_contender_t *const *contenders, int count)
{
    putchar('\n');
    for (int i = 0; i < count; i++) {
        const bench_contender_t *each = contenders[i];

        if (each->absent != NULL)
            printf("- %s: left out, %s\n", each->name, each->absent);
        else if (each->version != NULL)
            printf("- %s: %s; %s\n", each->name, each->about,
                   each->version());
        else
            printf("- %s: %s\n", each->name, each->about);
    }
    fflush(stdout);
}

/* The race. */

static int takes_part(const bench_t *bench, const bench_case_t *race,
                      int number)
{
    const bench_contender_t *contender = race->contenders[number];

    return contender->absent == NULL
        && (number == 0 || bench->contender_filter == NULL
            || strstr(contender->name, bench->contender_filter) != NULL);
}

static int open_entrants(entrant_t *entrants, const bench_t *bench,
                         const bench_case_t *race, int runs,
                         apr_pool_t *pool)
{
    int count = 0;

    for (int i = 0; i < race->contender_count; i++) {
        entrant_t *entrant = &entrants[count];
        const bench_contender_t *contender = race->contenders[i];

        if (!takes_part(bench, race, i))
            continue;
        entrant->contender = contender;
        for (int figure = 0; figure < race->figure_count; figure++)
            entrant->values[figure] =
                apr_palloc(pool, (apr_size_t)runs * sizeof(double));
        if (contender->open != NULL)
            entrant->status =
                contender->open(&entrant->state, race->setting, pool);
        entrant->opened = entrant->status == APR_SUCCESS;
        count++;
    }
    return count;
}

static void shuffle(int *order, int count)
{
    for (int i = count - 1; i > 0; i--) {
        int other = rand() % (i + 1);
        int swapped = order[i];

        order[i] = order[other];
        order[other] = swapped;
    }
}

/* Runs an entrant once. Without a place to keep them, the values go. */
static void run_once(entrant_t *entrant, int figure_count, int keep)
{
    double values[BENCH_MAX_FIGURES];

    for (int figure = 0; figure < BENCH_MAX_FIGURES; figure++)
        values[figure] = NAN;
    if (entrant->status == APR_SUCCESS)
        entrant->status = entrant->contender->run(entrant->state, values);
    if (entrant->status != APR_SUCCESS || !keep)
        return;
    for (int figure = 0; figure < figure_count; figure++)
        entrant->values[figure][entrant->runs] = values[figure];
    entrant->runs++;
}

/* Lets those entrants that disturb, or those that do not, run once each.
 * Returns how many there were. */
static int run_each(entrant_t *entrants, const int *order, int count,
                    int disturbing, const bench_case_t *race, int keep)
{
    int figure_count = race->figure_count;
    int found = 0;

    for (int i = 0; i < count; i++) {
        entrant_t *entrant = &entrants[order[i]];

        if (!entrant->contender->disturbs != !disturbing)
            continue;
        /* Nobody is to pay for what the one before left in the caches. */
        if (keep && !disturbing && !race->apart)
            run_once(entrant, figure_count, 0);
        run_once(entrant, figure_count, keep);
        found++;
    }
    return found;
}

static void run_rounds(entrant_t *entrants, int count,
                       const bench_case_t *race, int rounds,
                       apr_pool_t *pool)
{
    int *order = apr_palloc(pool, (apr_size_t)count * sizeof *order);
    int warm_up =
        race->warm_up_runs > 0 ? race->warm_up_runs : WARM_UP_ROUNDS;

    for (int i = 0; i < count; i++)
        order[i] = i;
    for (int round = -warm_up; round < rounds; round++) {
        int keep = round >= 0;

        shuffle(order, count);
        run_each(entrants, order, count, 0, race, keep);
        if (race->seldom > 1 && round % race->seldom != 0)
            continue;
        if (run_each(entrants, order, count, 1, race, keep) > 0)
            run_each(entrants, order, count, 0, race, 0);
    }
}

/* Statistics. */

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;

    return (a > b) - (a < b);
}

/* The value that 99 of 100 runs reach. */
static double find_p99(const double *values, int count, int is_rate)
{
    int rank = (count * 99 + 99) / 100;

    return values[is_rate ? count - rank : rank - 1];
}

static void summarise(row_t *row, double *values, int count, int is_rate)
{
    row->runs = count;
    row->median = NAN;
    row->p99 = NAN;
    if (count == 0 || isnan(values[0]))
        return;
    qsort(values, (size_t)count, sizeof *values, compare_doubles);
    row->median = (values[(count - 1) / 2] + values[count / 2]) / 2;
    row->p99 = find_p99(values, count, is_rate);
}

/* Reports. */

static void print_head(const bench_case_t *race)
{
    printf("\n### %s\n\n| contender |", race->name);
    for (int i = 0; i < race->figure_count; i++)
        printf(" %s, %s: median | p99 | ratio |", race->figures[i].name,
               race->figures[i].unit);
    printf(" runs |\n| --- |");
    for (int i = 0; i < race->figure_count; i++)
        printf(" ---: | ---: | ---: |");
    printf(" ---: |\n");
}

static void print_row(const row_t *row)
{
    int decimals = row->median < 10 ? 3 : 1;

    if (isnan(row->median))
        printf(" - | - | - |");
    else
        printf(" %.*f | %.*f | %.3f |", decimals, row->median, decimals,
               row->p99, row->ratio);
}

static void report_entrant(bench_t *bench, const bench_case_t *race,
                           entrant_t *entrant, double *limits)
{
    printf("| %s |", entrant->contender->name);
    for (int i = 0; i < race->figure_count; i++) {
        row_t row = {0};

        row.case_name = apr_psprintf(bench->pool, "%s: %s", race->name,
                                     race->figures[i].name);
        row.contender = entrant->contender->name;
        row.unit = race->figures[i].unit;
        summarise(&row, entrant->values[i], entrant->runs,
                  i < race->rate_count);
        if (entrant->contender == race->contenders[0])
            limits[i] = row.median;
        row.ratio = row.median / limits[i];
        print_row(&row);
        if (!isnan(row.median))
            APR_ARRAY_PUSH(bench->rows, row_t) = row;
    }
    printf(" %d |\n", entrant->runs);
}

static void close_entrants(entrant_t *entrants, int count)
{
    for (int i = 0; i < count; i++)
        if (entrants[i].opened && entrants[i].contender->close != NULL)
            entrants[i].contender->close(entrants[i].state);
}

static void report_failure(bench_t *bench, const entrant_t *entrant)
{
    char text[256];

    mito_strerror(entrant->status, text, sizeof text);
    bench_note("%s is left out, it %s: %s", entrant->contender->name,
               entrant->opened ? "failed" : "is not to be had here", text);
    if (entrant->opened)
        bench->failed = 1;
}

static void report(bench_t *bench, const bench_case_t *race,
                   entrant_t *entrants, int count)
{
    double limits[BENCH_MAX_FIGURES];

    for (int i = 0; i < BENCH_MAX_FIGURES; i++)
        limits[i] = NAN;
    print_head(race);
    for (int i = 0; i < count; i++)
        if (entrants[i].status == APR_SUCCESS)
            report_entrant(bench, race, &entrants[i], limits);
    for (int i = 0; i < count; i++)
        if (entrants[i].status != APR_SUCCESS)
            report_failure(bench, &entrants[i]);
    fflush(stdout);
}

static int count_rounds(const bench_t *bench, const bench_case_t *race)
{
    if (bench->runs > 0)
        return bench->runs;
    return bench->quick ? race->quick_runs : race->runs;
}

void bench_race(bench_t *bench, const bench_case_t *race)
{
    int runs = count_rounds(bench, race);
    apr_pool_t *pool;
    entrant_t *entrants;
    int count;

    if (!bench_wants(bench, race->name)
        || apr_pool_create(&pool, bench->pool) != APR_SUCCESS)
        return;
    entrants = apr_pcalloc(pool, (apr_size_t)race->contender_count
                                     * sizeof *entrants);
    count = open_entrants(entrants, bench, race, runs, pool);
    run_rounds(entrants, count, race, runs, pool);
    close_entrants(entrants, count);
    report(bench, race, entrants, count);
    apr_pool_destroy(pool);
}

/* Names of cases and contenders are this folder's own: plain ASCII, with
 * neither quotes nor backslashes, so that they need no escaping. */
static void write_record(FILE *file, const char *topic, const row_t *row,
                         const char *separator)
{
    fprintf(file,
            "{\"topic\": \"%s\", \"case\": \"%s\", \"contender\": \"%s\", "
            "\"unit\": \"%s\", \"median\": %.3f, \"p99\": %.3f, "
            "\"runs\": %d, \"ratio\": ",
            topic, row->case_name, row->contender, row->unit, row->median,
            row->p99, row->runs);
    if (isnan(row->ratio))
        fprintf(file, "null}%s\n", separator);
    else
        fprintf(file, "%.4f}%s\n", row->ratio, separator);
}

static int write_json(const bench_t *bench)
{
    FILE *file = fopen(bench->json_path, "w");
    int count = bench->rows->nelts;
    int bad;

    if (file == NULL) {
        perror(bench->json_path);
        return 0;
    }
    fputs("[\n", file);
    for (int i = 0; i < count; i++)
        write_record(file, bench->topic,
                     &APR_ARRAY_IDX(bench->rows, i, row_t),
                     i + 1 < count ? "," : "");
    fputs("]\n", file);
    bad = ferror(file);
    if (fclose(file) != 0 || bad) {
        perror(bench->json_path);
        return 0;
    }
    return 1;
}

int bench_end(bench_t *bench)
{
    if (bench->json_path != NULL && !write_json(bench))
        bench->failed = 1;
    return bench->failed;
}
