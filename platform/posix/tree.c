/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree.c: the descendants of a process, found and signalled without hitting
 * a stranger.
 *
 * On Linux /proc lists all processes. A member of the tree is one that has
 * the root's mark (see mark.c), or one whose parent is a member, where the
 * marks do not tell. A pid becomes a pidfd first and is looked at again
 * after that: if it still is a member's, the pidfd is the process that was
 * meant. Where there is no pidfd (old kernels, no descriptor left) the pid
 * has to do, and is looked at again before it is used.
 *
 * To be killed, a member is stopped as soon as it is found, so that it can
 * make no more children, and none of them does anything because another has
 * gone; the look is repeated until one pass finds nobody new, and all are
 * killed then, the root last. For any other signal there is one pass.
 *
 * A parent's pid counts only while the parent is there: the root's no more
 * once it was reaped, after which the mark finds what is left. The calling
 * process is not in the tree of any that it can have an object of, unless
 * their marks are the same, in which case mark_look() does not count them.
 * On other systems than Linux no descendant is found.
 */
#include "process.h"

#include "sys.h"

#ifdef __linux__

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct member_t {
    pid_t pid;
    int descriptor;         /* -1: there is no pidfd */
} member_t;

/* The root is among the members, first, unless it was reaped; its
 * descriptor is somebody else's. */
typedef struct tree_t {
    member_t *members;
    size_t count;
    size_t room;
    uint64_t mark;
    pid_t self;
    int number;             /* the signal */
} tree_t;

/* What the pidfd's call is refused may be granted to the pid's: sandboxes
 * know the old call. The process is there, or the error were another. */
static int signal_member(const member_t *member, int number)
{
    if (member->descriptor >= 0) {
        if (sys_pidfd_send_signal(member->descriptor, number, 0) == 0)
            return 0;
        if (errno != EPERM)
            return -1;
    }
    return kill(member->pid, number);
}

/* A process that has ended is there until it is reaped, and its pid with
 * it. */
static int is_there(const member_t *member)
{
    return signal_member(member, 0) == 0 || errno != ESRCH;
}

static const member_t *find_member(const tree_t *tree, pid_t pid)
{
    size_t i;

    for (i = 0; i < tree->count; i++)
        if (tree->members[i].pid == pid && is_there(&tree->members[i]))
            return &tree->members[i];
    return NULL;
}

static pid_t parent_of(pid_t pid)
{
    char path[40];
    char text[512];
    const char *after_name;
    int parent = -1;
    int file;
    ssize_t size;

    snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
    file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return -1;
    size = read(file, text, sizeof(text) - 1);
    close(file);
    text[size < 0 ? 0 : size] = '\0';
    /* "pid (name) state parent": the name may hold anything. */
    after_name = strrchr(text, ')');
    if (after_name == NULL || sscanf(after_name + 1, " %*c %d", &parent) != 1)
        return -1;
    return parent;
}

/* The mark first: it costs one system call, a parent's pid costs three. */
static int belongs(const tree_t *tree, pid_t pid)
{
    switch (mark_look(tree->mark, pid)) {
    case MARK_SAME: return 1;
    case MARK_OTHER: return 0;
    case MARK_UNKNOWN: break;
    }
    return tree->count > 0 && find_member(tree, parent_of(pid)) != NULL;
}

static int add_member(tree_t *tree, pid_t pid, int descriptor)
{
    if (tree->count == tree->room) {
        size_t room = tree->room * 2 + 8;
        member_t *grown = realloc(tree->members, room * sizeof(*grown));

        if (grown == NULL)
            return 0;
        tree->members = grown;
        tree->room = room;
    }
    tree->members[tree->count].pid = pid;
    tree->members[tree->count].descriptor = descriptor;
    tree->count++;
    return 1;
}

/* Takes a process in if it is of the tree; 1 when it was. */
static int take_in(tree_t *tree, pid_t pid)
{
    int descriptor;

    if (pid == tree->self || !belongs(tree, pid)
        || find_member(tree, pid) != NULL)
        return 0;
    descriptor = sys_pidfd_open(pid);
    if (descriptor < 0 && errno == ESRCH)
        return 0;
    if (!belongs(tree, pid) || !add_member(tree, pid, descriptor)) {
        plat_handle_close(&descriptor);
        return 0;
    }
    if (tree->number == SIGKILL)
        signal_member(&tree->members[tree->count - 1], SIGSTOP);
    return 1;
}

/* One look at all processes; how many were taken in. */
static size_t pass(tree_t *tree)
{
    DIR *folder = opendir("/proc");
    const struct dirent *entry;
    size_t taken = 0;

    if (folder == NULL)
        return 0;
    while ((entry = readdir(folder)) != NULL) {
        long pid = strtol(entry->d_name, NULL, 10);

        if (pid > 0 && take_in(tree, (pid_t)pid))
            taken++;
    }
    closedir(folder);
    return taken;
}

/* The last that was found first: who is known by his parent alone is looked
 * at again while the parent is there. */
static void signal_descendants(tree_t *tree, size_t first)
{
    while (tree->count > first) {
        member_t *member = &tree->members[tree->count - 1];

        if (member->descriptor >= 0 || belongs(tree, member->pid))
            signal_member(member, tree->number);
        plat_handle_close(&member->descriptor);
        tree->count--;
    }
}

/* Whether the root's pid is its own, now and while it is looked at: when it
 * is to be killed it is stopped, and does not end by itself. */
static int has_root(const plat_process_t *process, int number)
{
    int error;

    if (process->is_reaped || process->pid <= 0)
        return 0;
    error = posix_signal_process(process, number == SIGKILL ? SIGSTOP : 0);
    return error == 0 || error == EPERM;
}

static void collect(tree_t *tree)
{
    if (tree->number == 0 || (tree->count == 0 && tree->mark == 0))
        return;
    while (pass(tree) > 0 && tree->number == SIGKILL)
        ;
}

int posix_signal_tree(const plat_process_t *process, int number)
{
    tree_t tree = {.mark = process->mark, .self = getpid(),
                   .number = number};
    int descriptor = process->is_pidfd ? process->exit_descriptor : -1;
    size_t roots = has_root(process, number) ? 1 : 0;
    int error = 0;

    /* Without memory for the tree its root is what can be reached. */
    if (roots == 0 || add_member(&tree, process->pid, descriptor))
        collect(&tree);
    if (roots == 1 && number != SIGKILL)
        error = posix_signal_process(process, number);
    signal_descendants(&tree, roots);
    if (roots == 1 && number == SIGKILL)
        error = posix_signal_process(process, number);
    free(tree.members);
    return error;
}

#else

int posix_signal_tree(const plat_process_t *process, int number)
{
    if (process->is_reaped || process->pid <= 0)
        return 0;
    return posix_signal_process(process, number);
}

#endif
