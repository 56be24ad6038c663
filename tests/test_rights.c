/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_rights: the process group, session, priority, user, groups, umask,
 * limits and signals that a command is given. Most of this is POSIX's, and
 * what /proc says of the command is the proof.
 */
#include "runner.h"

#include <mito.h>

static apr_pool_t *pool;

#include "commands.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROC_ONLY                                                           \
    if (skipped_without(has_proc(), "there is no /proc to see it in"))      \
        return
#define ROOT_ONLY                                                           \
    POSIX_ONLY;                                                             \
    if (skipped_without(is_root(), "only root may do this"))                \
        return

static int is_root(void)
{
    return strcmp(output_of(MITO_ARGV("id", "-u"), NULL), "0\n") == 0;
}

/* ---- groups, sessions, priorities ---- */

typedef struct state_t {
    int pid, group, session, nice;
} state_t;

/* What /proc says of a command that is started so. */
static state_t state_of(const mito_command_options_t *options)
{
    state_t state = {-1, -1, -1, -1};

    CU_ASSERT_EQUAL(sscanf(output_of(
        MITO_ARGV("awk", "{print $1, $5, $6, $19}", "/proc/self/stat"),
        options), "%d %d %d %d", &state.pid, &state.group, &state.session,
        &state.nice), 4);
    return state;
}

static void a_command_is_in_its_parents_group(void)
{
    state_t first, second;

    PROC_ONLY;
    first = state_of(NULL);
    second = state_of(NULL);
    CU_ASSERT_NOT_EQUAL(first.pid, second.pid);
    CU_ASSERT_EQUAL(first.group, second.group);
    CU_ASSERT_EQUAL(first.session, second.session);
    CU_ASSERT_NOT_EQUAL(first.group, first.pid);
}

static void a_process_group_is_made(void)
{
    const mito_command_options_t options = {.process_group = MITO_GROUP_NEW};
    state_t state;

    CU_ASSERT_EQUAL(exit_code_of(NOTHING, &options), 0);
    if (!has_proc())
        return;
    state = state_of(&options);
    CU_ASSERT_EQUAL(state.group, state.pid);
    CU_ASSERT_EQUAL(state.session, state_of(NULL).session);
}

static void a_process_group_is_joined(void)
{
    mito_popen_t *first = NULL;

    PROC_ONLY;
    MITO_ASSERT_OK_FATAL(mito_popen_start(&first, MITO_ARGV(HELPER("hang")),
        COMMAND(.process_group = MITO_GROUP_NEW), pool));
    CU_ASSERT_EQUAL(state_of(
        COMMAND(.process_group = mito_popen_pid(first))).group,
        mito_popen_pid(first));
    MITO_ASSERT_OK(mito_popen_kill(first, MITO_SCOPE_TREE));
    MITO_ASSERT_OK(mito_popen_close(first));
}

static void a_group_that_cannot_be_joined_is_named(void)
{
    POSIX_ONLY;
    expect_refused(COMMAND(.process_group = -5), MITO_EINVAL,
                   "process_group");
    expect_refused(COMMAND(.process_group = INT64_C(1) << 40), MITO_EINVAL,
                   "process_group");
    CU_ASSERT_NOT_EQUAL(refusal(NOTHING, COMMAND(.process_group = 1)),
                        APR_SUCCESS);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "process_group"));
}

static void a_session_is_made(void)
{
    state_t state;

    PROC_ONLY;
    state = state_of(COMMAND(.posix.new_session = 1));
    CU_ASSERT_EQUAL(state.session, state.pid);
    CU_ASSERT_EQUAL(state.group, state.pid);
}

static void niceness_is_added(void)
{
    int before, expected;

    PROC_ONLY;
    before = state_of(NULL).nice;
    expected = before + 3 > 19 ? 19 : before + 3;
    CU_ASSERT_EQUAL(state_of(COMMAND(.posix.nice = 3)).nice, expected);
    CU_ASSERT_EQUAL(state_of(NULL).nice, before);
    CU_ASSERT_EQUAL(atoi(output_of(
        MITO_ARGV(HELPER("give"), "nice", "awk", "{print $19}",
                  "/proc/self/stat"),
        COMMAND(.priority = MITO_PRIORITY_BELOW_NORMAL))), 13);
    expect_refused(COMMAND(.posix.nice = 1,
                           .priority = MITO_PRIORITY_IDLE), MITO_EINVAL,
                   "priority");
}

static void a_lower_priority_is_for_everyone(void)
{
    const mito_command_options_t below = {
        .priority = MITO_PRIORITY_BELOW_NORMAL};
    const mito_command_options_t idle = {.priority = MITO_PRIORITY_IDLE};

    CU_ASSERT_EQUAL(exit_code_of(NOTHING, &below), 0);
    CU_ASSERT_EQUAL(exit_code_of(NOTHING, &idle), 0);
    if (!has_proc())
        return;
    CU_ASSERT_EQUAL(state_of(&below).nice, 10);
    CU_ASSERT_EQUAL(state_of(&idle).nice, 19);
}

static void a_higher_priority_is_for_root(void)
{
    static const int nice[] = {0, -7, -14, -20};
    int i;

    ROOT_ONLY;
    PROC_ONLY;
    for (i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(state_of(COMMAND(
            .priority = (mito_priority_e)(MITO_PRIORITY_NORMAL + i))).nice,
            nice[i]);
}

static void no_priority_is_refused(void)
{
    expect_refused(COMMAND(.priority = (mito_priority_e)77), MITO_EINVAL,
                   "priority");
}

/* It would keep the output open for ever. */
static void a_command_dies_with_its_parent(void)
{
    mito_completed_t *done = NULL;

    if (skipped_without(!on_posix() || has_proc(),
                        "only Linux and Windows have this"))
        return;
    MITO_ASSERT_OK(mito_run(&done,
        MITO_ARGV(HELPER("orphan"), HELPER("hang")),
        &(mito_run_options_t){.capture_output = 1, .check = 1}, pool));
}

/* ---- users ---- */

/* The command's user, group and groups. */
static const char *rights_of(const mito_command_options_t *options)
{
    return apr_pstrcat(pool, output_of(MITO_ARGV("id", "-u"), options),
                       output_of(MITO_ARGV("id", "-g"), options),
                       output_of(MITO_ARGV("id", "-G"), options), NULL);
}

static void users_and_groups_by_number(void)
{
    ROOT_ONLY;
    CU_ASSERT_STRING_EQUAL(rights_of(COMMAND(
        .posix = {.user = "12345", .group = "23456",
                  .groups = MITO_ARGV("34567", "45678")})),
        "12345\n23456\n23456 34567 45678\n");
    CU_ASSERT_STRING_EQUAL(rights_of(COMMAND(
        .posix = {.user = "12345", .group = "23456",
                  .groups = (const char *const[]){NULL}})),
        "12345\n23456\n23456\n");
}

static void users_and_groups_by_name(void)
{
    const char *const *nobody = MITO_ARGV(NULL);
    const char *number;

    ROOT_ONLY;
    number = output_of(MITO_ARGV("id", "-u", "daemon"), NULL);
    CU_ASSERT_STRING_NOT_EQUAL(number, "0\n");
    CU_ASSERT_STRING_EQUAL(rights_of(COMMAND(
        .posix = {.user = "daemon", .group = "daemon", .groups = nobody})),
        apr_pstrcat(pool, number, output_of(
            MITO_ARGV("id", "-g", "daemon"), NULL),
            output_of(MITO_ARGV("id", "-g", "daemon"), NULL), NULL));
}

/* What is not given stays: the group with another user, and so on. */
static void each_right_is_changed_by_itself(void)
{
    ROOT_ONLY;
    CU_ASSERT_STRING_EQUAL(output_of(MITO_ARGV("id", "-g"),
        COMMAND(.posix.user = "12345")), "0\n");
    CU_ASSERT_STRING_EQUAL(output_of(MITO_ARGV("id", "-u"),
        COMMAND(.posix.group = "12345")), "0\n");
    CU_ASSERT_STRING_EQUAL(output_of(MITO_ARGV("id", "-g"),
        COMMAND(.posix.group = "12345")), "12345\n");
    CU_ASSERT_STRING_EQUAL(output_of(MITO_ARGV("id", "-G"),
        COMMAND(.posix.groups = MITO_ARGV("54321"))), "0 54321\n");
}

static void an_empty_list_of_groups_leaves_none(void)
{
    const mito_command_options_t two = {
        .posix.groups = MITO_ARGV("34567", "45678")};

    ROOT_ONLY;
    CU_ASSERT_STRING_EQUAL(output_of(MITO_ARGV("id", "-G"), &two),
                           "0 34567 45678\n");
    CU_ASSERT_STRING_EQUAL(output_of(
        MITO_ARGV(HELPER("give"), "groups", "id", "-G"), &two), "0\n");
}

/* Nothing of the old rights is left to go back to. */
static void rights_are_given_up_for_good(void)
{
    ROOT_ONLY;
    PROC_ONLY;
    CU_ASSERT_STRING_EQUAL(output_of(
        MITO_ARGV("grep", "-E", "^(Uid|Gid):", "/proc/self/status"),
        COMMAND(.posix = {.user = "12345", .group = "23456"})),
        "Uid:\t12345\t12345\t12345\t12345\n"
        "Gid:\t23456\t23456\t23456\t23456\n");
}

static void users_and_groups_that_are_none(void)
{
    static const char *const wrong[] = {
        "no-such-name-here", "", "-1", "4294967295", "99999999999999999999",
        "1x"};
    size_t i;

    POSIX_ONLY;
    for (i = 0; i < COUNT_OF(wrong); i++) {
        expect_refused(COMMAND(.posix.user = wrong[i]), MITO_EINVAL,
                       "posix.user");
        expect_refused(COMMAND(.posix.group = wrong[i]), MITO_EINVAL,
                       "posix.group");
        expect_refused(COMMAND(.posix.groups = MITO_ARGV("0", wrong[i])),
                       MITO_EINVAL, "posix.groups");
    }
}

static void rights_are_not_for_everyone(void)
{
    POSIX_ONLY;
    if (skipped_without(!is_root(), "root may do this"))
        return;
    CU_ASSERT_TRUE(refusal(NOTHING, COMMAND(.posix.user = "0")) == EPERM);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "posix.user"));
    CU_ASSERT_TRUE(refusal(NOTHING, COMMAND(.posix.group = "0")) == EPERM);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "posix.group"));
}

/* ---- umask, limits, signals ---- */

static void the_umask_is_set(void)
{
    const char *const *argv = MITO_ARGV("sh", "-c", "umask");
    const char *before;

    POSIX_ONLY;
    before = output_of(argv, NULL);
    CU_ASSERT_STRING_EQUAL(output_of(argv,
        COMMAND(.posix.umask = MITO_UMASK(0))), "0000\n");
    CU_ASSERT_STRING_EQUAL(output_of(argv,
        COMMAND(.posix.umask = MITO_UMASK(0137))), "0137\n");
    CU_ASSERT_STRING_EQUAL(output_of(argv, NULL), before);
}

/* The soft and the hard limit of this name in what /proc says. */
static void expect_limit(const char *limits, const char *name,
                         const char *soft, const char *hard)
{
    const char *line = strstr(limits, name);
    char got[2][32] = {"", ""};

    CU_ASSERT_PTR_NOT_NULL_FATAL(line);
    CU_ASSERT_EQUAL(sscanf(line + strlen(name), "%31s %31s", got[0],
                           got[1]), 2);
    CU_ASSERT_STRING_EQUAL(got[0], soft);
    CU_ASSERT_STRING_EQUAL(got[1], hard);
}

static void limits_are_set(void)
{
    static const mito_resource_limit_t limits[] = {
        {MITO_RESOURCE_ADDRESS_SPACE, UINT64_C(4) << 30, UINT64_C(8) << 30},
        {MITO_RESOURCE_CORE, 0, 0},
        {MITO_RESOURCE_CPU, 1000, MITO_UNLIMITED},
        {MITO_RESOURCE_DATA, 1 << 30, 1u << 31},
        {MITO_RESOURCE_FILE_SIZE, 1000000, 2000000},
        {MITO_RESOURCE_LOCKED_MEMORY, 8192, 16384},
        {MITO_RESOURCE_OPEN_FILES, 64, 128},
        {MITO_RESOURCE_PROCESSES, 4000, 5000},
        {MITO_RESOURCE_STACK, 4 << 20, 8 << 20},
        {MITO_RESOURCE_END, 0, 0}};
    const char *got;

    PROC_ONLY;
    if (skipped_without(getenv("MITO_TEST_WRAPPER") == NULL,
                        "valgrind keeps some of the limits to itself"))
        return;
    got = output_of(MITO_ARGV("cat", "/proc/self/limits"),
                    COMMAND(.posix.limits = limits));
    expect_limit(got, "Max address space", "4294967296", "8589934592");
    expect_limit(got, "Max core file size", "0", "0");
    expect_limit(got, "Max cpu time", "1000", "unlimited");
    expect_limit(got, "Max data size", "1073741824", "2147483648");
    expect_limit(got, "Max file size", "1000000", "2000000");
    expect_limit(got, "Max locked memory", "8192", "16384");
    expect_limit(got, "Max open files", "64", "128");
    expect_limit(got, "Max processes", "4000", "5000");
    expect_limit(got, "Max stack size", "4194304", "8388608");
}

static void limits_that_are_none_are_named(void)
{
    static const mito_resource_limit_t unknown[] = {
        {(mito_resource_e)77, 1, 1}, {MITO_RESOURCE_END, 0, 0}};
    static const mito_resource_limit_t twisted[] = {
        {MITO_RESOURCE_OPEN_FILES, 65, 64}, {MITO_RESOURCE_END, 0, 0}};

    POSIX_ONLY;
    expect_refused(COMMAND(.posix.limits = unknown), MITO_EINVAL,
                   "posix.limits");
    CU_ASSERT_NOT_EQUAL(refusal(NOTHING, COMMAND(.posix.limits = twisted)),
                        APR_SUCCESS);
    CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(), "posix.limits"));
}

#ifdef SIGXFSZ
/* How a command ends that writes more than it may. */
static int64_t end_at_the_limit(int keep_ignored_signals)
{
    static const mito_resource_limit_t limits[] = {
        {MITO_RESOURCE_FILE_SIZE, 1000, 1000}, {MITO_RESOURCE_END, 0, 0}};
    const char *path = temporary("limited");
    int64_t code = exit_code_of(MITO_ARGV(HELPER("flood"), "5000", "0"),
        COMMAND(.output = {MITO_STREAM_PATH, .path = path},
                .posix = {.limits = limits,
                          .keep_ignored_signals = keep_ignored_signals}));

    MITO_ASSERT_OK(apr_file_remove(path, pool));
    return code;
}
#endif

/* mito ignores SIGPIPE, and a program may SIGXFSZ. */
static void ignored_signals_are_reset_or_kept(void)
{
#ifdef SIGXFSZ
    const char *const *argv = MITO_ARGV("sh", "-c", "kill -PIPE $$; exit 5");

    CU_ASSERT_EQUAL(exit_code_of(argv, COMMAND(.shell = 0)), -SIGPIPE);
    CU_ASSERT_EQUAL(exit_code_of(argv,
        COMMAND(.posix.keep_ignored_signals = 1)), 5);
    (void)signal(SIGXFSZ, SIG_IGN);
    CU_ASSERT_EQUAL(end_at_the_limit(0), -SIGXFSZ);
    CU_ASSERT_EQUAL(end_at_the_limit(1), 1);
    (void)signal(SIGXFSZ, SIG_DFL);
#else
    mito_test_skip("there is no SIGXFSZ here");
#endif
}

/* The mask of a command of a thread that has blocked SIGUSR1. */
static void the_signal_mask_is_inherited_or_cleared(void)
{
#ifdef SIGUSR1
    const char *const *argv = MITO_ARGV("grep", "^SigBlk",
                                        "/proc/self/status");
    sigset_t set;
    unsigned long long mask = 0;

    PROC_ONLY;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    CU_ASSERT_EQUAL(sigprocmask(SIG_BLOCK, &set, NULL), 0);
    CU_ASSERT_EQUAL(sscanf(output_of(argv, NULL), "SigBlk: %llx", &mask), 1);
    CU_ASSERT_EQUAL(mask, 1ull << (SIGUSR1 - 1));
    CU_ASSERT_EQUAL(sscanf(output_of(argv,
        COMMAND(.posix.clear_signal_mask = 1)), "SigBlk: %llx", &mask), 1);
    CU_ASSERT_EQUAL(mask, 0);
    CU_ASSERT_EQUAL(sigprocmask(SIG_UNBLOCK, &set, NULL), 0);
#else
    mito_test_skip("there are no signal masks here");
#endif
}

static const mito_test_t tests[] = {
    {"a_command_is_in_its_parents_group", a_command_is_in_its_parents_group, 0},
    {"a_process_group_is_made", a_process_group_is_made, 0},
    {"a_process_group_is_joined", a_process_group_is_joined, 0},
    {"a_group_that_cannot_be_joined_is_named",
     a_group_that_cannot_be_joined_is_named, 0},
    {"a_session_is_made", a_session_is_made, 0},
    {"niceness_is_added", niceness_is_added, 0},
    {"a_lower_priority_is_for_everyone", a_lower_priority_is_for_everyone, 0},
    {"a_higher_priority_is_for_root", a_higher_priority_is_for_root, 0},
    {"no_priority_is_refused", no_priority_is_refused, 0},
    {"a_command_dies_with_its_parent", a_command_dies_with_its_parent, 0},
    {"users_and_groups_by_number", users_and_groups_by_number, 0},
    {"users_and_groups_by_name", users_and_groups_by_name, 0},
    {"each_right_is_changed_by_itself", each_right_is_changed_by_itself, 0},
    {"an_empty_list_of_groups_leaves_none",
     an_empty_list_of_groups_leaves_none, 0},
    {"rights_are_given_up_for_good", rights_are_given_up_for_good, 0},
    {"users_and_groups_that_are_none", users_and_groups_that_are_none, 0},
    {"rights_are_not_for_everyone", rights_are_not_for_everyone, 0},
    {"the_umask_is_set", the_umask_is_set, 0},
    {"limits_are_set", limits_are_set, 0},
    {"limits_that_are_none_are_named", limits_that_are_none_are_named, 0},
    {"ignored_signals_are_reset_or_kept", ignored_signals_are_reset_or_kept, 0},
    {"the_signal_mask_is_inherited_or_cleared",
     the_signal_mask_is_inherited_or_cleared, 0},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    if (mito_init(&argc, &argv, &pool) != APR_SUCCESS)
        return EXIT_FAILURE;
    return mito_test_main(argc, argv, "rights", tests);
}
