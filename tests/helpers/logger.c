/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logger WHAT METHOD: logs what test_log compares; where there are children
 * they are started by the method.
 */
#include <mito.h>

#include <string.h>

#define CHILDREN 8

static int greet(const mito_value_t *args, apr_pool_t *pool)
{
    (void)args;
    (void)pool;
    mito_log(MITO_LOG_INFO, "hello from a child");
    return 0;
}

static int write_lines(const mito_value_t *args, apr_pool_t *pool)
{
    char text[201];
    int i;

    (void)pool;
    memset(text, 'a' + (int)mito_as_int(mito_item(args, 0)), 200);
    text[200] = '\0';
    for (i = 0; i < 100; i++)
        mito_log(MITO_LOG_WARNING, "line %s", text);
    return 0;
}

static mito_process_options_t by(const char *method)
{
    mito_process_options_t options = {.start_method = MITO_START_SPAWN};

    if (strcmp(method, "fork") == 0)
        options.start_method = MITO_START_FORK;
    return options;
}

/* At a level that leaves out the messages of starting and ending. */
static void log_from_many(const mito_process_options_t *options,
                          apr_pool_t *pool)
{
    mito_process_t *children[CHILDREN];
    int i;

    mito_log_to_stderr(MITO_LOG_WARNING);
    for (i = 0; i < CHILDREN; i++)
        MITO_CHECK(mito_process_start(&children[i], write_lines,
            mito_list(pool, mito_int(i, pool)), options, pool));
    for (i = 0; i < CHILDREN; i++)
        MITO_CHECK(mito_process_join(children[i], MITO_FOREVER));
}

static void log_levels(void)
{
    mito_log_to_stderr(MITO_LOG_INFO);
    mito_log(MITO_LOG_DEBUG, "not to be seen");
    mito_log(MITO_LOG_INFO, "doing %d things", 7);
    mito_log(MITO_LOG_SUBWARNING, "hm");
    mito_log(MITO_LOG_WARNING, "careful");
    mito_log(MITO_LOG_ERROR, "oh");
    mito_log((mito_log_level_e)22, "between");
}

int main(int argc, const char *const *argv)
{
    static char text[9000];
    mito_process_options_t options;
    mito_process_t *child;
    apr_pool_t *pool;

    MITO_CHECK(mito_init(&argc, &argv, &pool));
    options = by(argv[2]);
    if (strcmp(argv[1], "silent") == 0) {
        mito_log(MITO_LOG_ERROR, "nobody asked");
    } else if (strcmp(argv[1], "levels") == 0) {
        log_levels();
    } else if (strcmp(argv[1], "newline") == 0) {
        mito_log_to_stderr(MITO_LOG_INFO);
        mito_log(MITO_LOG_INFO, "one\ntwo\rthree");
    } else if (strcmp(argv[1], "long") == 0) {
        mito_log_to_stderr(MITO_LOG_INFO);
        memset(text, 'x', sizeof(text) - 1);
        mito_log(MITO_LOG_INFO, "%s", text);
    } else if (strcmp(argv[1], "child") == 0) {
        mito_log_to_stderr(MITO_LOG_INFO);
        MITO_CHECK(mito_process_start(&child, greet, mito_none(), &options,
                                      pool));
        MITO_CHECK(mito_process_join(child, MITO_FOREVER));
    } else if (strcmp(argv[1], "many") == 0) {
        log_from_many(&options, pool);
    }
    return 0;
}
