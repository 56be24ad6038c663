/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree.c: the descendants of a process, found and killed without hitting a
 * stranger.
 *
 * Linux tells each process's parent in /proc. A member of the tree is
 * stopped before its children are looked for, so that it can make no more;
 * the look is repeated until one pass finds nobody new. A pid becomes a
 * pidfd first and is asked for its parent after that: if the answer still
 * is a stopped member of the tree, the pidfd is the child that was meant.
 * What left the tree before, because its parent had ended, is not found.
 * Where there are no pidfds the pid has to do: its parent is stopped, so
 * nobody reaps it. On other systems than Linux nothing is found.
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
    int descriptor;         /* -1: there are no pidfds */
} member_t;

/* members[0] is the root, whose descriptor is somebody else's. */
typedef struct tree_t {
    member_t *members;
    size_t count;
    size_t room;
} tree_t;

static int signal_member(const member_t *member, int number)
{
    if (member->descriptor < 0)
        return kill(member->pid, number);
    return sys_pidfd_send_signal(member->descriptor, number);
}

static pid_t parent_of(pid_t pid)
{
    char path[40];
    char text[512];
    const char *after_name;
    int parent = -1;
    FILE *file;
    size_t size;

    snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
    file = fopen(path, "re");
    if (file == NULL)
        return -1;
    size = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[size] = '\0';
    /* "pid (name) state parent": the name may hold anything. */
    after_name = strrchr(text, ')');
    if (after_name == NULL || sscanf(after_name + 1, " %*c %d", &parent) != 1)
        return -1;
    return parent;
}

static int is_member(const tree_t *tree, pid_t pid)
{
    size_t i;

    for (i = 0; i < tree->count; i++)
        if (tree->members[i].pid == pid)
            return 1;
    return 0;
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

/* Takes a process in if it is a member's child; 1 when it was. */
static int take_in(tree_t *tree, pid_t pid)
{
    int descriptor;

    if (is_member(tree, pid) || !is_member(tree, parent_of(pid)))
        return 0;
    descriptor = sys_pidfd_open(pid);
    if (descriptor < 0 && errno != ENOSYS && errno != EPERM)
        return 0;
    if (!is_member(tree, parent_of(pid))
        || !add_member(tree, pid, descriptor)) {
        plat_handle_close(&descriptor);
        return 0;
    }
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

void posix_kill_descendants(const plat_process_t *process)
{
    tree_t tree = {NULL, 0, 0};
    size_t i;

    if (!add_member(&tree, process->pid,
                    process->is_pidfd ? process->exit_descriptor : -1))
        return;
    if (signal_member(&tree.members[0], SIGSTOP) == 0) {
        while (pass(&tree) > 0)
            ;
        for (i = 1; i < tree.count; i++) {
            signal_member(&tree.members[i], SIGKILL);
            plat_handle_close(&tree.members[i].descriptor);
        }
    }
    free(tree.members);
}

#else

void posix_kill_descendants(const plat_process_t *process)
{
    (void)process;
}

#endif
