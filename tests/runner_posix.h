/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What runner_posix.c, which runs cases, takes from runner_posix_leaks.c,
 * which knows how to look for what they left.
 */
#ifndef MITO_TESTS_RUNNER_POSIX_H
#define MITO_TESTS_RUNNER_POSIX_H

#include <sys/stat.h>
#include <sys/types.h>

#include "runner_platform.h"

typedef struct descriptor_t {
    int number;
    struct stat file;
} descriptor_t;

typedef struct descriptors_t {
    descriptor_t *list; /* to be freed */
    size_t count;
    size_t room;
} descriptors_t;

/* What is open, the descriptor used for looking left out. */
void list_descriptors(descriptors_t *open);

typedef struct process_t {
    pid_t pid;
    pid_t parent;
    pid_t session;
    char state;
} process_t;

typedef void (*process_visitor_t)(const process_t *process, void *context);

/* Visits the children of this process and the members of a session. */
void visit_processes(pid_t session, process_visitor_t visit, void *context);

/* The command line of a process. */
void describe_process(pid_t pid, char *text, size_t size);

/* Removes a case's folder. Tells what was left in it unless problems is
 * NULL. */
void remove_folder(const char *path, runner_text_t *problems);

/* The names of what the tests' subject may have left there. */
void list_shared_memory(runner_text_t *names);

/* Tells, and removes, what is there now, was not before, and nobody uses. */
void look_for_shared_memory(runner_text_t *problems,
                            const runner_text_t *before);

#endif /* MITO_TESTS_RUNNER_POSIX_H */
