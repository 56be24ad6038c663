/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a case may leave behind on a POSIX system, and how it is found:
 * descriptors, children, files in its temporary folder, shared memory. The
 * lists come from /proc where there is one; without it a leaked descriptor
 * is still found by its number, and a child by waiting.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner_posix.h"

#define SHARED_MEMORY_FOLDER "/dev/shm"

const int runner_reruns = 0;

/* Descriptors, in the process of a case ----------------------------------- */

static descriptors_t baseline;

static void add_descriptor(descriptors_t *open, int number)
{
    struct stat file;

    if (fstat(number, &file) != 0)
        return;
    if (open->count == open->room) {
        open->room = 2 * open->room + 16;
        open->list = realloc(open->list, open->room * sizeof(*open->list));
        if (open->list == NULL)
            runner_fail("out of memory");
    }
    open->list[open->count].number = number;
    open->list[open->count++].file = file;
}

void list_descriptors(descriptors_t *open)
{
    DIR *folder = opendir("/proc/self/fd");
    struct dirent *entry;
    long i, limit = sysconf(_SC_OPEN_MAX);

    if (folder != NULL) {
        while ((entry = readdir(folder)) != NULL)
            if (entry->d_name[0] != '.'
                && atoi(entry->d_name) != dirfd(folder))
                add_descriptor(open, atoi(entry->d_name));
        (void)closedir(folder);
        return;
    }
    if (limit < 0 || limit > 65536)
        limit = 65536;
    for (i = 0; i < limit; i++)
        add_descriptor(open, (int)i);
}

static const descriptor_t *find_descriptor(const descriptors_t *open,
                                           int number)
{
    size_t i;

    for (i = 0; i < open->count; i++)
        if (open->list[i].number == number)
            return &open->list[i];
    return NULL;
}

static void describe_descriptor(int number, char *text, size_t size)
{
    char link[64];
    ssize_t length;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", number);
    length = readlink(link, text, size - 1);
    if (length > 0)
        text[length] = '\0';
    else
        snprintf(text, size, "what it is, is not known");
}

static int report_descriptor(const char *what, int number, int report)
{
    char text[RUNNER_PATH_SIZE];

    if (report) {
        describe_descriptor(number, text, sizeof(text));
        printf("LEAK: descriptor %d %s (%s)\n", number, what, text);
    }
    return 1;
}

void runner_baseline(void)
{
    baseline.count = 0;
    list_descriptors(&baseline);
}

int runner_compare(int report)
{
    descriptors_t open = {NULL, 0, 0};
    int differences = 0;
    size_t i;

    list_descriptors(&open);
    for (i = 0; i < open.count; i++) {
        const descriptor_t *is = &open.list[i];
        const descriptor_t *was = find_descriptor(&baseline, is->number);

        if (was == NULL)
            differences += report_descriptor("was left open", is->number,
                                             report);
        else if (was->file.st_dev != is->file.st_dev
                 || was->file.st_ino != is->file.st_ino)
            differences += report_descriptor("is another file now",
                                             is->number, report);
    }
    for (i = 0; i < baseline.count; i++)
        if (find_descriptor(&open, baseline.list[i].number) == NULL) {
            differences++;
            if (report)
                printf("LEAK: descriptor %d was closed, which the case did "
                       "not open\n", baseline.list[i].number);
        }
    free(open.list);
    free(baseline.list);
    memset(&baseline, 0, sizeof(baseline));
    return differences;
}

/* Processes --------------------------------------------------------------- */

/* Reads /proc/PID/stat. The name in it, in parentheses, may hold anything,
 * parentheses too. */
static int read_process(const char *pid, process_t *process)
{
    char path[64], text[512], *fields;
    int parent_id, group, session;
    size_t length;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
    file = fopen(path, "re");
    if (file == NULL)
        return 0;
    length = fread(text, 1, sizeof(text) - 1, file);
    (void)fclose(file);
    text[length] = '\0';
    fields = strrchr(text, ')');
    if (fields == NULL
        || sscanf(fields, ") %c %d %d %d", &process->state, &parent_id,
                  &group, &session) != 4)
        return 0;
    process->pid = (pid_t)atoi(pid);
    process->parent = parent_id;
    process->session = session;
    return 1;
}

void describe_process(pid_t pid, char *text, size_t size)
{
    char path[64];
    size_t length = 0, i;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%ld/cmdline", (long)pid);
    file = fopen(path, "re");
    if (file != NULL) {
        length = fread(text, 1, size - 1, file);
        (void)fclose(file);
    }
    while (length > 0 && text[length - 1] == '\0')
        length--;
    for (i = 0; i < length; i++)
        if ((unsigned char)text[i] < ' ')
            text[i] = ' ';
    text[length] = '\0';
    if (length == 0)
        snprintf(text, size, "its command line is not known");
}

void visit_processes(pid_t session, process_visitor_t visit,
                            void *context)
{
    DIR *folder = opendir("/proc");
    struct dirent *entry;
    process_t process;

    if (folder == NULL)
        return;
    while ((entry = readdir(folder)) != NULL)
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9'
            && read_process(entry->d_name, &process)
            && (process.parent == getpid() || process.session == session))
            visit(&process, context);
    (void)closedir(folder);
}

static void print_child(const process_t *process, void *count)
{
    char text[256];

    if (process->parent != getpid())
        return;
    ++*(int *)count;
    describe_process(process->pid, text, sizeof(text));
    printf("LEAK: child %ld %s (%s)\n", (long)process->pid,
           process->state == 'Z' ? "has ended and was not waited for"
                                 : "is still running",
           text);
}

int runner_children(void)
{
    siginfo_t child;
    int count = 0;

    child.si_pid = 0;
    if (waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) != 0)
        return 0;
    visit_processes(-1, print_child, &count);
    if (count == 0) {
        printf("LEAK: a child was not waited for\n");
        count = 1;
    }
    return count;
}

/* Files ------------------------------------------------------------------- */

static runner_text_t *folder_problems;

/* What the thread sanitizer leaves of a process that is killed at its
 * start. */
static int is_sanitizers(const char *name)
{
    return strncmp(name, "tsan.rodata.", 12) == 0;
}

static int remove_entry(const char *path, const struct stat *file, int type,
                        struct FTW *walk)
{
    (void)file;
    if (folder_problems != NULL && walk->level > 0
        && !is_sanitizers(path + walk->base))
        runner_text_printf(folder_problems, "LEAK: temporary file %s\n",
                           path);
    if (type == FTW_DNR || type == FTW_DP || type == FTW_D)
        (void)chmod(path, S_IRWXU);
    (void)remove(path);
    return 0;
}

void remove_folder(const char *path, runner_text_t *problems)
{
    if (rmdir(path) == 0)
        return;
    folder_problems = problems;
    (void)nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    /* A second walk gets into folders that the first made accessible. */
    folder_problems = NULL;
    if (rmdir(path) != 0 && errno != ENOENT)
        (void)nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* Shared memory ------------------------------------------------------------ */

void list_shared_memory(runner_text_t *names)
{
    DIR *folder = opendir(SHARED_MEMORY_FOLDER);
    const char *mark = getenv("MITO_TEST_SHARED_MEMORY");
    struct dirent *entry;

    if (folder == NULL)
        return;
    if (mark == NULL)
        mark = "mito";
    while ((entry = readdir(folder)) != NULL)
        if (strstr(entry->d_name, mark) != NULL)
            runner_text_printf(names, "/%s/", entry->d_name);
    (void)closedir(folder);
}

static int maps_file(const char *pid, const char *path)
{
    char name[64], line[RUNNER_PATH_SIZE];
    int found = 0;
    FILE *file;

    snprintf(name, sizeof(name), "/proc/%.20s/maps", pid);
    file = fopen(name, "re");
    if (file == NULL)
        return 0;
    while (!found && fgets(line, sizeof(line), file) != NULL)
        found = strstr(line, path) != NULL;
    (void)fclose(file);
    return found;
}

static int opens_file(const char *pid, const char *path)
{
    char name[64], target[RUNNER_PATH_SIZE];
    struct dirent *entry;
    int found = 0;
    DIR *folder;

    snprintf(name, sizeof(name), "/proc/%.20s/fd", pid);
    folder = opendir(name);
    if (folder == NULL)
        return 0;
    while (!found && (entry = readdir(folder)) != NULL) {
        ssize_t length = readlinkat(dirfd(folder), entry->d_name, target,
                                    sizeof(target) - 1);

        target[length > 0 ? length : 0] = '\0';
        found = strcmp(target, path) == 0;
    }
    (void)closedir(folder);
    return found;
}

/* All processes of the case are gone: what somebody uses belongs to a test
 * that runs beside this one. */
static int is_used(const char *path)
{
    DIR *folder = opendir("/proc");
    struct dirent *entry;
    int used = 0;

    if (folder == NULL)
        return 0;
    while (!used && (entry = readdir(folder)) != NULL)
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
            used = opens_file(entry->d_name, path)
                   || maps_file(entry->d_name, path);
    (void)closedir(folder);
    return used;
}

void look_for_shared_memory(runner_text_t *problems,
                            const runner_text_t *before)
{
    runner_text_t after = {NULL, 0, 0};
    char *rest, *name, wanted[512], path[512];

    list_shared_memory(&after);
    name = after.data != NULL ? strtok_r(after.data, "/", &rest) : NULL;
    for (; name != NULL; name = strtok_r(NULL, "/", &rest)) {
        snprintf(wanted, sizeof(wanted), "/%s/", name);
        if (before->data != NULL && strstr(before->data, wanted) != NULL)
            continue;
        snprintf(path, sizeof(path), SHARED_MEMORY_FOLDER "/%s", name);
        if (is_used(path) || access(path, F_OK) != 0)
            continue;
        runner_text_printf(problems, "LEAK: shared memory %s\n", path);
        (void)unlink(path);
    }
    runner_text_free(&after);
}
