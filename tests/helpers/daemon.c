/* SPDX-License-Identifier: Apache-2.0 */
/*
 * daemon KIND PROGRAM ARGUMENT...: starts the program, found in PATH, with
 * the same standard streams, where a search by parents, group or session
 * does not find it:
 *
 *     session   in a session of its own; waits for it
 *     orphan    besides, its parent has ended; waits for its input's end
 *     leave     besides, the helper has ended too
 *
 * Where there are no sessions it ends with 1.
 */
#include <stdio.h>
#include <string.h>

#if defined(__has_include)
#if __has_include(<sys/wait.h>)
#include <sys/wait.h>
#include <unistd.h>
#define HAS_SESSIONS
#endif
#endif

#ifdef HAS_SESSIONS
static void become(char **argv)
{
    execvp(argv[0], argv);
    _exit(127);
}

static void start(int is_orphan, char **argv)
{
    pid_t child = fork();

    if (child == 0) {
        setsid();
        if (!is_orphan || fork() == 0)
            become(argv);
        _exit(0);
    }
    waitpid(child, NULL, 0);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 1;
    start(strcmp(argv[1], "session") != 0, argv + 2);
    if (strcmp(argv[1], "orphan") == 0)
        while (getchar() != EOF)
            continue;
    return 0;
}
#else
int main(void)
{
    return 1;
}
#endif
