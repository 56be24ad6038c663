/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_tree: what becomes of a command's descendants, wherever they have
 * gone; that nobody else is hit, neither a sibling nor a stranger; and that
 * none of them is waited for who is not the command.
 */
#include "runner.h"

#include <mito.h>

#include <apr_thread_proc.h>

static apr_pool_t *pool;

#include "running.h"

#define SECOND apr_time_from_sec(1)
#define LONG apr_time_from_sec(60)

/* The words of a text, in which @name is the path of that helper. */
static const char *const *words(const char *text)
{
    const char **argv = apr_pcalloc(pool, 20 * sizeof(*argv));
    char *rest = NULL;
    char *word = apr_strtok(apr_pstrdup(pool, text), " ", &rest);
    size_t count = 0;

    for (; word != NULL && count < 19; word = apr_strtok(NULL, " ", &rest))
        argv[count++] = word[0] == '@' ? HELPER(word + 1) : word;
    return argv;
}

/* Trees that are there when the command has written a line. */
static const char *const trees[] = {
    "@offspring @hang", "@offspring @hang stay", "@detacher @stubborn",
    /* From here on there have to be sessions. */
    "@daemon session @hang started", "@daemon session env -i @stubborn",
    "@daemon orphan @stubborn", "@daemon orphan env -i @hang started",
    "@daemon leave @hang started", "@daemon leave env -i @stubborn",
    "@daemon leave @daemon leave env -i @stubborn",
    "@daemon orphan @offspring @hang",
    "@daemon leave env -i @offspring @hang",
    "@daemon leave env -i @daemon leave @detacher @stubborn"};

#define PORTABLE_TREES 3

static size_t count_trees(void)
{
    return on_posix() ? sizeof(trees) / sizeof(*trees) : PORTABLE_TREES;
}

/* Whether the command itself ends as soon as its tree is there. */
static int is_left_alone(const char *tree)
{
    return strstr(tree, " stay") == NULL && strncmp(tree, "@daemon session",
                                                    15) != 0
           && strncmp(tree, "@daemon orphan", 14) != 0;
}

static mito_popen_t *start_tree(const char *text)
{
    mito_popen_t *popen = start_piped(words(text));
    const char *line = NULL;

    MITO_ASSERT_OK_FATAL(mito_popen_read_line(&line, NULL, popen, MITO_STDOUT,
                                              SOON));
    return popen;
}

/* Within a second nobody of the command's is left. */
static void expect_nobody(mito_popen_t *popen)
{
    apr_time_t begun = apr_time_now();

    read_to_end(popen);
    CU_ASSERT_TRUE(apr_time_now() - begun < SECOND);
}

/* ---- nobody is left ---- */

static void a_stop_takes_the_whole_tree(void)
{
    size_t i;

    for (i = 0; i < count_trees(); i++) {
        mito_popen_t *popen = start_tree(trees[i]);

        printf("%s\n", trees[i]);
        MITO_ASSERT_OK(mito_popen_stop(popen, NULL));
        expect_nobody(popen);
        MITO_ASSERT_OK(mito_popen_close(popen));
    }
}

/* Its process id, which nobody holds any more, is of no use then. */
static void a_kill_takes_what_a_command_has_left(void)
{
    size_t i;

    for (i = 0; i < count_trees(); i++) {
        mito_popen_t *popen;

        if (!is_left_alone(trees[i]))
            continue;
        printf("%s\n", trees[i]);
        popen = start_tree(trees[i]);
        expect_end(popen, 0);
        MITO_ASSERT_OK(mito_popen_kill(popen, MITO_SCOPE_TREE));
        expect_nobody(popen);
        CU_ASSERT_EQUAL(code_of(popen), 0);
        MITO_ASSERT_OK(mito_popen_close(popen));
    }
}

/* A process that waits for its child is gone before the child may be. */
static void any_signal_reaches_the_whole_tree(void)
{
    size_t i;

    for (i = 0; i < count_trees(); i++) {
        mito_popen_t *popen;

        if (strstr(trees[i], "@stubborn") != NULL)
            continue;
        printf("%s\n", trees[i]);
        popen = start_tree(trees[i]);
        MITO_ASSERT_OK(mito_popen_terminate(popen, MITO_SCOPE_TREE));
        expect_nobody(popen);
        MITO_ASSERT_OK(mito_popen_close(popen));
    }
}

/* One that asks the command to end need not wait for those who ignore it. */
static void polite_steps_end_with_the_whole_tree(void)
{
    static const mito_stop_t ask = {.steps = {{MITO_STOP_TERMINATE, LONG}}};
    const char *const stubborn[] = {"@offspring @stubborn stay",
                                    "@daemon orphan env -i @stubborn"};
    apr_time_t begun = apr_time_now();
    const char *line;
    mito_popen_t *popen;
    size_t i;

    for (i = 0; i < (on_posix() ? 2 : 1); i++) {
        popen = start_tree(stubborn[i]);
        /* Both of the first tree say something, in any order. */
        if (i == 0)
            MITO_ASSERT_OK(mito_popen_read_line(&line, NULL, popen,
                                                MITO_STDOUT, SOON));
        MITO_ASSERT_OK(mito_popen_stop(popen, &ask));
        CU_ASSERT_EQUAL(code_of(popen), -15);
        expect_nobody(popen);
        MITO_ASSERT_OK(mito_popen_close(popen));
    }
    CU_ASSERT_TRUE(took_not_long(begun));
}

/* The tree holds a pipe of ours besides. */
typedef struct watch_t {
    apr_file_t *reader;
    apr_file_t *writer;
} watch_t;

static watch_t make_watch(void)
{
    watch_t watch = {NULL, NULL};

    MITO_ASSERT_OK_FATAL(apr_file_pipe_create(&watch.reader, &watch.writer,
                                              pool));
    return watch;
}

static void expect_nobody_watched(watch_t *watch)
{
    apr_time_t begun = apr_time_now();
    char line[1000];

    MITO_ASSERT_OK(apr_file_close(watch->writer));
    while (apr_file_gets(line, sizeof(line), watch->reader) == APR_SUCCESS)
        continue;
    CU_ASSERT_TRUE(apr_time_now() - begun < SECOND);
    MITO_ASSERT_OK(apr_file_close(watch->reader));
}

/* The pool's end, while the command still runs. */
static void a_pool_takes_the_whole_tree(void)
{
    const char *const running[] = {"@offspring @hang stay",
                                   "@daemon session env -i @stubborn",
                                   "@daemon orphan env -i @hang started"};
    size_t i;

    for (i = 0; i < (on_posix() ? 3 : 1); i++) {
        mito_popen_t *popen = NULL;
        apr_pool_t *own = NULL;
        watch_t watch = make_watch();
        char line[100];

        MITO_ASSERT_OK_FATAL(apr_pool_create(&own, pool));
        MITO_ASSERT_OK_FATAL(mito_popen_start(&popen, words(running[i]),
            &(mito_command_options_t){
                .input = {.to = MITO_STREAM_PIPE},
                .output = {.to = MITO_STREAM_FILE, .file = watch.writer}},
            own));
        MITO_ASSERT_OK(apr_file_gets(line, sizeof(line), watch.reader));
        apr_pool_destroy(own);
        expect_nobody_watched(&watch);
    }
}

/* Gives the tree more and more time to get there before its time is up. */
static void a_timeout_takes_the_whole_tree(void)
{
    apr_interval_time_t timeout = apr_time_from_msec(100);
    size_t i = 0;

    while (i < count_trees()) {
        mito_completed_t *done = NULL;
        watch_t watch = make_watch();
        apr_time_t begun = apr_time_now();

        printf("%s\n", trees[i]);
        MITO_ASSERT_STATUS_FATAL(mito_run(&done, words(trees[i]),
            &(mito_run_options_t){
                .timeout = timeout,
                .command.input = {.to = MITO_STREAM_FILE,
                                  .file = watch.reader},
                .command.output = {.to = MITO_STREAM_PIPE},
                .command.error = {.to = MITO_STREAM_FILE,
                                  .file = watch.writer}}, pool),
            APR_TIMEUP);
        CU_ASSERT_TRUE(took_at_least(begun, timeout));
        CU_ASSERT_TRUE(apr_time_now() - begun < timeout + SOON);
        expect_nobody_watched(&watch);
        if (mito_completed_output(done, NULL)[0] != '\0')
            i++;
        else
            timeout *= 2;
    }
}

/* ---- who is not meant is not hit ---- */

static void one_process_may_be_meant(void)
{
    static const mito_stop_t alone = {.scope = MITO_SCOPE_PROCESS};
    mito_popen_t *popen = start_tree("@offspring @copy stay");

    MITO_ASSERT_OK(mito_popen_kill(popen, MITO_SCOPE_PROCESS));
    expect_end(popen, -9);
    expect_echo(popen, "its child lives");
    MITO_ASSERT_OK(mito_popen_stop(popen, &alone));
    expect_echo(popen, "and is left");
    MITO_ASSERT_OK(mito_popen_stop(popen, NULL));
    expect_nobody(popen);
    MITO_ASSERT_OK(mito_popen_close(popen));
}

static const mito_command_options_t grouped = {
    .input = {.to = MITO_STREAM_PIPE}, .output = {.to = MITO_STREAM_PIPE},
    .process_group = MITO_GROUP_NEW};

static void its_group_may_be_meant(void)
{
    static const mito_stop_t ask = {.steps = {{MITO_STOP_TERMINATE, LONG}},
                                    .scope = MITO_SCOPE_GROUP};
    apr_time_t begun = apr_time_now();
    mito_popen_t *popen;
    const char *line;

    if (!on_posix()) {
        mito_test_skip("there are no process groups here");
        return;
    }
    popen = start(words("@offspring @copy stay"), &grouped);
    MITO_ASSERT_OK(mito_popen_read_line(&line, NULL, popen, MITO_STDOUT,
                                        SOON));
    expect_echo(popen, "in the same group");
    MITO_ASSERT_OK(mito_popen_kill(popen, MITO_SCOPE_GROUP));
    expect_nobody(popen);
    expect_end(popen, -9);
    MITO_ASSERT_OK(mito_popen_kill(popen, MITO_SCOPE_GROUP));
    MITO_ASSERT_OK(mito_popen_close(popen));
    popen = start(words("@daemon session @copy"), &grouped);
    expect_echo(popen, "here");
    MITO_ASSERT_OK(mito_popen_stop(popen, &ask));
    CU_ASSERT_EQUAL(code_of(popen), -15);
    expect_echo(popen, "in another session");
    MITO_ASSERT_OK(mito_popen_kill(popen, MITO_SCOPE_TREE));
    expect_nobody(popen);
    MITO_ASSERT_OK(mito_popen_close(popen));
    CU_ASSERT_TRUE(took_not_long(begun));
}

/* Started without mito's knowledge, with nothing that tells it apart. */
static apr_proc_t start_stranger(void)
{
    const char *const argv[] = {HELPER("copy"), NULL};
    apr_procattr_t *attributes = NULL;
    apr_proc_t stranger;

    MITO_ASSERT_OK_FATAL(apr_procattr_create(&attributes, pool));
    MITO_ASSERT_OK_FATAL(apr_procattr_io_set(attributes, APR_FULL_BLOCK,
                                             APR_FULL_BLOCK, APR_NO_PIPE));
    MITO_ASSERT_OK_FATAL(apr_proc_create(&stranger, argv[0], argv, NULL,
                                         attributes, pool));
    return stranger;
}

static void expect_strangers_echo(const apr_proc_t *stranger)
{
    char line[20] = "";

    MITO_ASSERT_OK(apr_file_puts("hello\n", stranger->in));
    MITO_ASSERT_OK(apr_file_gets(line, sizeof(line), stranger->out));
    CU_ASSERT_STRING_EQUAL(line, "hello\n");
}

static void end_stranger(apr_proc_t *stranger)
{
    apr_exit_why_e why;
    int code;

    MITO_ASSERT_OK(apr_file_close(stranger->in));
    CU_ASSERT_EQUAL(apr_proc_wait(stranger, &code, &why, APR_WAIT),
                    APR_CHILD_DONE);
    CU_ASSERT_EQUAL(why, APR_PROC_EXIT);
    MITO_ASSERT_OK(apr_file_close(stranger->out));
}

enum { NEIGHBOURS = 3 };

static void expect_neighbours(mito_popen_t **neighbours)
{
    size_t i;

    for (i = 0; i < NEIGHBOURS; i++)
        expect_echo(neighbours[i], "unharmed");
}

/* Whether a program in it uses mito itself. */
static int is_nested(const char *tree)
{
    return strstr(tree, "@offspring") != NULL
           || strstr(tree, "@detacher") != NULL;
}

static void expect_to_take(const char *tree)
{
    mito_popen_t *popen = start_tree(tree);

    printf("%s\n", tree);
    MITO_ASSERT_OK(mito_popen_terminate(popen, MITO_SCOPE_TREE));
    MITO_ASSERT_OK(mito_popen_kill(popen, MITO_SCOPE_TREE));
    expect_nobody(popen);
    MITO_ASSERT_OK(mito_popen_stop(popen, NULL));
    MITO_ASSERT_OK(mito_popen_close(popen));
}

static void take_one_and_harm_none(int with_nested)
{
    mito_popen_t *neighbours[NEIGHBOURS];
    apr_proc_t stranger = start_stranger();
    size_t i;

    neighbours[0] = start_piped(words("@copy"));
    neighbours[1] = start_tree("@offspring @copy stay");
    neighbours[2] = start_tree("@offspring @copy");
    for (i = 0; i < count_trees(); i++) {
        if (!with_nested && is_nested(trees[i]))
            continue;
        expect_to_take(trees[i]);
        expect_neighbours(neighbours);
        expect_strangers_echo(&stranger);
    }
    for (i = 0; i < NEIGHBOURS; i++) {
        MITO_ASSERT_OK(mito_popen_close_input(neighbours[i], SOON));
        expect_nobody(neighbours[i]);
        MITO_ASSERT_OK(mito_popen_close(neighbours[i]));
    }
    expect_strangers_echo(&stranger);
    end_stranger(&stranger);
}

static void siblings_and_strangers_are_not_hit(void)
{
    take_one_and_harm_none(1);
}

/* In a process of mito's own, whose mark all of them have. */
static int take_inside(const mito_value_t *with_nested, apr_pool_t *own)
{
    pool = own;
    take_one_and_harm_none(mito_as_bool(with_nested));
    return 0;
}

static void expect_the_same_inside(mito_start_method_e method,
                                   int with_nested)
{
    const mito_process_options_t options = {.start_method = method};
    mito_process_t *process = NULL;
    int64_t code = 77;

    MITO_ASSERT_OK_FATAL(mito_process_start(&process, take_inside,
                                            mito_bool(with_nested), &options,
                                            pool));
    MITO_ASSERT_OK(mito_process_join(process, MITO_FOREVER));
    MITO_ASSERT_OK(mito_process_exitcode(&code, process));
    CU_ASSERT_EQUAL(code, 0);
    MITO_ASSERT_OK(mito_process_close(process));
}

static void nor_in_a_spawned_process(void)
{
    expect_the_same_inside(MITO_START_SPAWN, 0);
}

static void nor_in_a_forked_process(void)
{
    if (!mito_has(MITO_CAP_FORK))
        mito_test_skip("this platform cannot fork");
    else
        expect_the_same_inside(MITO_START_FORK, 0);
}

/* A program of mito's, started by another, starts a third that does the
 * same. */
static void a_tree_in_the_middle_of_others(void)
{
    expect_the_same_inside(MITO_START_SPAWN, 1);
}

/* ---- nobody is waited for who is not the command ---- */

/* The command's child, which holds its output, lives as long as we like. */
static void a_timeout_does_not_wait_for_who_holds_the_pipe(void)
{
    const apr_interval_time_t timeout = apr_time_from_msec(500);
    mito_completed_t *done = NULL;
    watch_t watch = make_watch();
    watch_t input = make_watch();
    apr_time_t begun = apr_time_now();

    MITO_ASSERT_STATUS(mito_run(&done, words("@offspring @copy"),
        &(mito_run_options_t){
            .timeout = timeout,
            .command.input = {.to = MITO_STREAM_FILE, .file = input.reader},
            .command.output = {.to = MITO_STREAM_PIPE},
            .command.error = {.to = MITO_STREAM_FILE, .file = watch.writer},
            .command.stop.scope = MITO_SCOPE_PROCESS}, pool), APR_TIMEUP);
    CU_ASSERT_TRUE(took_at_least(begun, timeout));
    CU_ASSERT_TRUE(took_not_long(begun));
    CU_ASSERT_PTR_NOT_NULL_FATAL(done);
    /* Ended by itself, and had its say; and its child was left alone, as
     * the scope asks for, until its input ends. */
    CU_ASSERT_EQUAL(mito_completed_exit_code(done), 0);
    CU_ASSERT_TRUE(atoi(mito_completed_output(done, NULL)) > 0);
    MITO_ASSERT_OK(apr_file_close(input.writer));
    MITO_ASSERT_OK(apr_file_close(input.reader));
    expect_nobody_watched(&watch);
}

static void communicating_does_not_wait_for_it(void)
{
    mito_popen_t *popen = start_tree("@offspring @copy");
    apr_time_t begun = apr_time_now();

    MITO_ASSERT_OK(mito_popen_wait(popen, SOON));
    MITO_ASSERT_STATUS(mito_popen_read(&(size_t){0}, popen, MITO_STDOUT,
                                       &(char){0}, 1, SECOND / 10),
                       APR_TIMEUP);
    expect_echo(popen, "it holds the pipe");
    MITO_ASSERT_OK(mito_popen_stop(popen, NULL));
    MITO_ASSERT_OK(mito_popen_communicate(popen, NULL, 0, SOON));
    CU_ASSERT_EQUAL(code_of(popen), 0);
    CU_ASSERT_TRUE(took_not_long(begun));
    MITO_ASSERT_OK(mito_popen_close(popen));
    popen = start_tree("@offspring @hang");
    begun = apr_time_now();
    MITO_ASSERT_STATUS(mito_popen_communicate(popen, NULL, 0, SECOND / 10),
                       APR_TIMEUP);
    CU_ASSERT_TRUE(took_at_least(begun, SECOND / 10));
    CU_ASSERT_TRUE(took_not_long(begun));
    MITO_ASSERT_OK(mito_popen_kill(popen, MITO_SCOPE_TREE));
    MITO_ASSERT_OK(mito_popen_communicate(popen, NULL, 0, SOON));
    MITO_ASSERT_OK(mito_popen_close(popen));
}

static const mito_test_t tests[] = {
    {"a_stop_takes_the_whole_tree", a_stop_takes_the_whole_tree, 60},
    {"a_kill_takes_what_a_command_has_left",
     a_kill_takes_what_a_command_has_left, 60},
    {"any_signal_reaches_the_whole_tree", any_signal_reaches_the_whole_tree,
     60},
    {"polite_steps_end_with_the_whole_tree",
     polite_steps_end_with_the_whole_tree, 60},
    {"a_pool_takes_the_whole_tree", a_pool_takes_the_whole_tree, 60},
    {"a_timeout_takes_the_whole_tree", a_timeout_takes_the_whole_tree, 120},
    {"one_process_may_be_meant", one_process_may_be_meant, 0},
    {"its_group_may_be_meant", its_group_may_be_meant, 60},
    {"siblings_and_strangers_are_not_hit",
     siblings_and_strangers_are_not_hit, 60},
    {"nor_in_a_spawned_process", nor_in_a_spawned_process, 60},
    {"nor_in_a_forked_process", nor_in_a_forked_process, 60},
    {"a_tree_in_the_middle_of_others", a_tree_in_the_middle_of_others, 60},
    {"a_timeout_does_not_wait_for_who_holds_the_pipe",
     a_timeout_does_not_wait_for_who_holds_the_pipe, 60},
    {"communicating_does_not_wait_for_it",
     communicating_does_not_wait_for_it, 60},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    if (mito_init(&argc, &argv, &pool) != APR_SUCCESS)
        return EXIT_FAILURE;
    return mito_test_main(argc, argv, "tree", tests);
}
