/* SPDX-License-Identifier: Apache-2.0 */
/*
 * processes.h: what the tests that start processes share. Included behind
 * the definition of `pool`, in which they are started.
 */
#ifndef MITO_TESTS_PROCESSES_H
#define MITO_TESTS_PROCESSES_H

static const mito_start_method_e methods[] = {MITO_START_SPAWN,
                                              MITO_START_FORK};

/* Runs the statement that follows with `options` set to each method. */
#define EACH_METHOD(options)                                                \
    for (size_t each_ = 0; each_ < 2; each_++)                              \
        if (mito_has(MITO_CAP_FORK)                                         \
            || methods[each_] != MITO_START_FORK)                           \
            for (mito_process_options_t options = {                         \
                     .start_method = methods[each_]}, *once_ = &options;    \
                 once_ != NULL; once_ = NULL)

static const mito_process_options_t spawned = {
    .start_method = MITO_START_SPAWN};

/* Starts, joins, and returns the exit code; -1000 when something failed. */
static int64_t run(mito_target_t *target, const mito_value_t *args,
                   const mito_process_options_t *options)
{
    mito_process_t *process = NULL;
    int64_t code = -1000;

    MITO_ASSERT_OK(mito_process_start(&process, target, args, options,
                                      pool));
    if (process == NULL)
        return code;
    MITO_ASSERT_OK(mito_process_join(process, MITO_FOREVER));
    MITO_ASSERT_OK(mito_process_exitcode(&code, process));
    MITO_ASSERT_OK(mito_process_close(process));
    return code;
}

#endif /* MITO_TESTS_PROCESSES_H */
