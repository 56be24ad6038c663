/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Windows part of the conformance runner.
 *
 * A case belongs to a job of its own before its first instruction, so that
 * whatever it starts can be counted, named and killed, and dies with the
 * runner when that is killed: the job's handle is then closed. The job tells
 * a completion port when it has become empty, which is what is waited for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <windows.h>

#include "runner_platform.h"

#ifndef PROC_THREAD_ATTRIBUTE_JOB_LIST
#define PROC_THREAD_ATTRIBUTE_JOB_LIST 0x2000D
#endif

#define PROCESS_LIMIT 256
#define EXIT_HUNG 0xDEAD

const char runner_program_suffix[] = ".exe";

static wchar_t parent_folder[RUNNER_PATH_SIZE]; /* for temporary files */

/* Small things ------------------------------------------------------------ */

static void widen(const char *text, wchar_t *wide, size_t size)
{
    if (MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, (int)size) <= 0)
        wide[0] = L'\0';
}

static void narrow(const wchar_t *wide, char *text, size_t size)
{
    if (WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, (int)size, NULL,
                            NULL) <= 0)
        text[0] = '\0';
}

static void fail(const char *what)
{
    char text[256];

    snprintf(text, sizeof(text), "%s failed with error %lu", what,
             GetLastError());
    runner_fail(text);
}

int runner_program(char *path, size_t size)
{
    static wchar_t wide[RUNNER_PATH_SIZE];

    if (GetModuleFileNameW(NULL, wide, RUNNER_PATH_SIZE) == 0)
        return 0;
    narrow(wide, path, size);
    return 1;
}

/* The system's environment, not the C library's copy of it. */
int runner_environment(const char *name, char *value, size_t size)
{
    wchar_t wide_name[128];
    static wchar_t wide[RUNNER_PATH_SIZE];
    DWORD length;

    widen(name, wide_name, 128);
    SetLastError(ERROR_SUCCESS);
    length = GetEnvironmentVariableW(wide_name, wide, RUNNER_PATH_SIZE);
    if (length >= RUNNER_PATH_SIZE
        || (length == 0 && GetLastError() != ERROR_SUCCESS))
        return 0;
    narrow(wide, value, size);
    return 1;
}

void runner_set_environment(const char *name, const char *value)
{
    wchar_t wide_name[128];
    static wchar_t wide[RUNNER_PATH_SIZE];

    widen(name, wide_name, 128);
    widen(value, wide, RUNNER_PATH_SIZE);
    if (!SetEnvironmentVariableW(wide_name, wide))
        fail("SetEnvironmentVariable");
}

int runner_file_exists(const char *path)
{
    static wchar_t wide[2 * RUNNER_PATH_SIZE];

    widen(path, wide, 2 * RUNNER_PATH_SIZE);
    return GetFileAttributesW(wide) != INVALID_FILE_ATTRIBUTES;
}

void runner_temporary_folder(char *path, size_t size)
{
    static wchar_t wide[RUNNER_PATH_SIZE];
    size_t length;

    if (GetTempPathW(RUNNER_PATH_SIZE, wide) == 0)
        wcscpy(wide, L".");
    narrow(wide, path, size);
    length = strlen(path);
    while (length > 1 && (path[length - 1] == '\\' || path[length - 1] == '/'))
        path[--length] = '\0';
}

unsigned long runner_process_id(void)
{
    return GetCurrentProcessId();
}

uint64_t runner_entropy(void)
{
    LARGE_INTEGER counter;
    FILETIME time;

    (void)QueryPerformanceCounter(&counter);
    GetSystemTimeAsFileTime(&time);
    return (uint64_t)counter.QuadPart
           ^ ((uint64_t)time.dwLowDateTime << 16)
           ^ ((uint64_t)GetCurrentProcessId() << 40);
}

const char *runner_platform(void)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");

    return ntdll != NULL && GetProcAddress(ntdll, "wine_get_version") != NULL
               ? "wine" : "windows";
}

void runner_prepare(const char *argv0)
{
    char folder[RUNNER_PATH_SIZE];

    (void)argv0;
    runner_temporary_folder(folder, sizeof(folder));
    widen(folder, parent_folder, RUNNER_PATH_SIZE);
    /* Inherited: a crash ends the process instead of asking somebody. */
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX
                 | SEM_NOOPENFILEERRORBOX);
}

/* How a process ended ------------------------------------------------------ */

static const char *exception_name(DWORD code)
{
    static const struct {
        DWORD code;
        const char *name;
    } names[] = {
        {0x80000003, "breakpoint"},
        {0x80000004, "single step"},
        {0xC0000005, "access violation"},
        {0xC0000006, "in-page error"},
        {0xC0000008, "invalid handle"},
        {0xC000001D, "illegal instruction"},
        {0xC0000025, "noncontinuable exception"},
        {0xC000008E, "float division by zero"},
        {0xC0000094, "integer division by zero"},
        {0xC0000096, "privileged instruction"},
        {0xC00000FD, "stack overflow"},
        {0xC0000135, "a DLL is missing"},
        {0xC0000139, "a DLL lacks an entry point"},
        {0xC000013A, "Ctrl+C"},
        {0xC0000142, "a DLL could not be initialised"},
        {0xC0000374, "heap corruption"},
        {0xC0000409, "fast fail"},
        {0xC0000420, "assertion failure"},
    };
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].code == code)
            return names[i].name;
    return (code >> 28) == 0xC ? "exception" : NULL;
}

static void describe_ending(runner_run_t *run, HANDLE process)
{
    DWORD code = 0;
    const char *name;

    if (!GetExitCodeProcess(process, &code))
        fail("GetExitCodeProcess");
    name = exception_name(code);
    if (name != NULL)
        runner_text_printf(&run->problems, "CRASH: ended by 0x%08lX (%s)\n",
                           code, name);
    else
        run->exit_code = (int)code;
}

/* Temporary files ---------------------------------------------------------- */

static void temporary_name(wchar_t *path, size_t size, const wchar_t *what)
{
    static unsigned int count;

    _snwprintf(path, size, L"%ls\\mito-%ls-%lx-%lx-%x", parent_folder, what,
               GetCurrentProcessId(), (unsigned long)runner_entropy(),
               count++);
    path[size - 1] = L'\0';
}

static HANDLE create_output(void)
{
    SECURITY_ATTRIBUTES inherited = {sizeof(inherited), NULL, TRUE};
    wchar_t path[RUNNER_PATH_SIZE + 64];
    HANDLE file;

    temporary_name(path, RUNNER_PATH_SIZE + 64, L"output");
    file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE,
                       FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                       &inherited, CREATE_NEW,
                       FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE,
                       NULL);
    if (file == INVALID_HANDLE_VALUE)
        fail("creating a temporary file");
    return file;
}

static void remove_folder(const wchar_t *path, runner_text_t *problems);

static void remove_entry(const wchar_t *folder, const WIN32_FIND_DATAW *entry,
                         runner_text_t *problems)
{
    wchar_t path[RUNNER_PATH_SIZE];
    char text[RUNNER_PATH_SIZE];

    if (wcscmp(entry->cFileName, L".") == 0
        || wcscmp(entry->cFileName, L"..") == 0)
        return;
    _snwprintf(path, RUNNER_PATH_SIZE, L"%ls\\%ls", folder,
               entry->cFileName);
    path[RUNNER_PATH_SIZE - 1] = L'\0';
    narrow(path, text, sizeof(text));
    runner_text_printf(problems, "LEAK: temporary file %s\n", text);
    (void)SetFileAttributesW(path, FILE_ATTRIBUTE_NORMAL);
    if ((entry->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) == 0)
        (void)DeleteFileW(path);
    else if (entry->dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT)
        (void)RemoveDirectoryW(path);
    else
        remove_folder(path, problems);
}

/* Removes a case's folder, and tells what was left in it. */
static void remove_folder(const wchar_t *path, runner_text_t *problems)
{
    wchar_t pattern[RUNNER_PATH_SIZE];
    WIN32_FIND_DATAW entry;
    HANDLE search;

    if (RemoveDirectoryW(path))
        return;
    _snwprintf(pattern, RUNNER_PATH_SIZE, L"%ls\\*", path);
    pattern[RUNNER_PATH_SIZE - 1] = L'\0';
    search = FindFirstFileW(pattern, &entry);
    if (search != INVALID_HANDLE_VALUE) {
        do {
            remove_entry(path, &entry, problems);
        } while (FindNextFileW(search, &entry));
        (void)FindClose(search);
    }
    (void)RemoveDirectoryW(path);
}

static void read_range(runner_run_t *run, HANDLE file, LONGLONG from,
                       LONGLONG to)
{
    LARGE_INTEGER place;
    char block[4096];
    DWORD length;

    place.QuadPart = from;
    if (!SetFilePointerEx(file, place, NULL, FILE_BEGIN))
        return;
    while (from < to) {
        DWORD wanted = to - from < (LONGLONG)sizeof(block)
                           ? (DWORD)(to - from) : (DWORD)sizeof(block);

        if (!ReadFile(file, block, wanted, &length, NULL) || length == 0)
            return;
        runner_text_add(&run->output, block, length);
        from += length;
    }
}

static void read_output(runner_run_t *run, HANDLE file)
{
    LARGE_INTEGER end;
    LONGLONG tail;

    if (!GetFileSizeEx(file, &end))
        return;
    tail = end.QuadPart - RUNNER_OUTPUT_TAIL;
    if (tail <= RUNNER_OUTPUT_HEAD) {
        read_range(run, file, 0, end.QuadPart);
        return;
    }
    read_range(run, file, 0, RUNNER_OUTPUT_HEAD);
    runner_text_printf(&run->output, "\n[%lu bytes left out]\n",
                       (unsigned long)(tail - RUNNER_OUTPUT_HEAD));
    read_range(run, file, tail, end.QuadPart);
}

/* The job ------------------------------------------------------------------ */

typedef struct job_t {
    HANDLE handle;
    HANDLE port;
} job_t;

static void create_job(job_t *job)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits;
    JOBOBJECT_ASSOCIATE_COMPLETION_PORT association;

    memset(&limits, 0, sizeof(limits));
    limits.BasicLimitInformation.LimitFlags =
        JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    job->handle = CreateJobObjectW(NULL, NULL);
    job->port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    association.CompletionKey = NULL;
    association.CompletionPort = job->port;
    if (job->handle == NULL || job->port == NULL
        || !SetInformationJobObject(job->handle,
                                    JobObjectExtendedLimitInformation,
                                    &limits, sizeof(limits))
        || !SetInformationJobObject(
               job->handle, JobObjectAssociateCompletionPortInformation,
               &association, sizeof(association)))
        fail("creating a job");
}

static void close_job(job_t *job)
{
    (void)CloseHandle(job->handle);
    (void)CloseHandle(job->port);
}

static DWORD active_processes(const job_t *job)
{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting;

    if (!QueryInformationJobObject(job->handle,
                                   JobObjectBasicAccountingInformation,
                                   &accounting, sizeof(accounting), NULL))
        fail("QueryInformationJobObject");
    return accounting.ActiveProcesses;
}

/* Returns whether the job became empty in that time. */
static int wait_until_empty(const job_t *job, double seconds)
{
    ULONGLONG end = GetTickCount64() + (ULONGLONG)(1000 * seconds), moment;
    OVERLAPPED *process;
    ULONG_PTR key;
    DWORD message;

    while (active_processes(job) > 0) {
        moment = GetTickCount64();
        if (moment >= end)
            return 0;
        (void)GetQueuedCompletionStatus(job->port, &message, &key, &process,
                                        (DWORD)(end - moment));
    }
    return 1;
}

static void describe_process(DWORD pid, char *text, size_t size)
{
    wchar_t path[RUNNER_PATH_SIZE];
    DWORD length = RUNNER_PATH_SIZE;
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE,
                                 pid);

    if (process == NULL
        || !QueryFullProcessImageNameW(process, 0, path, &length))
        wcscpy(path, L"its program is not known");
    if (process != NULL)
        (void)CloseHandle(process);
    narrow(path, text, size);
}

/* Nobody starts it but the system, for a console, and it ends some time after
 * that has gone. */
static int is_console_host(const char *path)
{
    static const char name[] = "\\conhost.exe";
    size_t length = strlen(path);

    return length >= sizeof(name) - 1
           && _stricmp(path + length - (sizeof(name) - 1), name) == 0;
}

static void tell_processes(runner_run_t *run, const job_t *job,
                           const char *what)
{
    union {
        JOBOBJECT_BASIC_PROCESS_ID_LIST list;
        char room[sizeof(JOBOBJECT_BASIC_PROCESS_ID_LIST)
                  + PROCESS_LIMIT * sizeof(ULONG_PTR)];
    } ids;
    char text[RUNNER_PATH_SIZE];
    DWORD i;

    memset(&ids, 0, sizeof(ids));
    if (!QueryInformationJobObject(job->handle, JobObjectBasicProcessIdList,
                                   &ids, sizeof(ids), NULL)
        && GetLastError() != ERROR_MORE_DATA)
        return;
    for (i = 0; i < ids.list.NumberOfProcessIdsInList; i++) {
        DWORD pid = (DWORD)ids.list.ProcessIdList[i];

        describe_process(pid, text, sizeof(text));
        if (is_console_host(text))
            continue;
        runner_text_printf(&run->problems, "%s: process %lu (%s)\n", what,
                           pid, text);
    }
}

static void kill_job(const job_t *job)
{
    (void)TerminateJobObject(job->handle, EXIT_HUNG);
    if (!wait_until_empty(job, 10))
        fprintf(stderr, "test runner: a process cannot be killed\n");
}

/* One run ------------------------------------------------------------------ */

static LPPROC_THREAD_ATTRIBUTE_LIST make_attributes(HANDLE *handles,
                                                    size_t count, job_t *job)
{
    LPPROC_THREAD_ATTRIBUTE_LIST list;
    SIZE_T size = 0;

    (void)InitializeProcThreadAttributeList(NULL, 2, 0, &size);
    list = malloc(size);
    if (list == NULL || !InitializeProcThreadAttributeList(list, 2, 0, &size)
        || !UpdateProcThreadAttribute(list, 0,
                                      PROC_THREAD_ATTRIBUTE_HANDLE_LIST,
                                      handles, count * sizeof(*handles),
                                      NULL, NULL)
        || !UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_JOB_LIST,
                                      &job->handle, sizeof(job->handle), NULL,
                                      NULL))
        fail("making process attributes");
    return list;
}

static void make_command(wchar_t *command, size_t size,
                         const runner_run_t *run)
{
    char program[RUNNER_PATH_SIZE], text[3 * RUNNER_PATH_SIZE];

    if (!runner_program(program, sizeof(program)))
        fail("finding the program");
    snprintf(text, sizeof(text), "%s%s\"%s\" --case %s",
             run->wrapper != NULL ? run->wrapper : "",
             run->wrapper != NULL ? " " : "", program, run->name);
    widen(text, command, size);
}

static HANDLE open_null(void)
{
    SECURITY_ATTRIBUTES inherited = {sizeof(inherited), NULL, TRUE};
    HANDLE null = CreateFileW(L"NUL", GENERIC_READ,
                              FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited,
                              OPEN_EXISTING, 0, NULL);

    if (null == INVALID_HANDLE_VALUE)
        fail("opening NUL");
    return null;
}

static HANDLE start_case(const runner_run_t *run, HANDLE output, job_t *job)
{
    static wchar_t command[3 * RUNNER_PATH_SIZE];
    PROCESS_INFORMATION process;
    STARTUPINFOEXW startup;
    HANDLE handles[2];

    handles[0] = open_null();
    handles[1] = output;
    make_command(command, 3 * RUNNER_PATH_SIZE, run);
    memset(&startup, 0, sizeof(startup));
    startup.StartupInfo.cb = sizeof(startup);
    startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    startup.StartupInfo.hStdInput = handles[0];
    startup.StartupInfo.hStdOutput = output;
    startup.StartupInfo.hStdError = output;
    startup.lpAttributeList = make_attributes(handles, 2, job);
    if (!CreateProcessW(NULL, command, NULL, NULL, TRUE,
                        EXTENDED_STARTUPINFO_PRESENT, NULL, NULL,
                        &startup.StartupInfo, &process))
        fail("CreateProcess");
    DeleteProcThreadAttributeList(startup.lpAttributeList);
    free(startup.lpAttributeList);
    (void)CloseHandle(handles[0]);
    (void)CloseHandle(process.hThread);
    return process.hProcess;
}

static void watch_case(runner_run_t *run, HANDLE process, const job_t *job)
{
    if (WaitForSingleObject(process, (DWORD)(1000 * run->seconds))
        == WAIT_OBJECT_0) {
        describe_ending(run, process);
        if (wait_until_empty(job, run->grace))
            return;
        tell_processes(run, job, "LEAK");
    } else {
        runner_text_printf(&run->problems,
                           "HANG: %s/%s did not end within %g s\n",
                           run->topic, run->name, run->seconds);
        tell_processes(run, job, "it was waiting with");
    }
    kill_job(job);
}

static void create_folder(wchar_t *folder, size_t size)
{
    char text[RUNNER_PATH_SIZE];

    temporary_name(folder, size, L"test");
    if (!CreateDirectoryW(folder, NULL))
        fail("CreateDirectory");
    narrow(folder, text, sizeof(text));
    runner_set_environment("TMPDIR", text);
    runner_set_environment("TEMP", text);
    runner_set_environment("TMP", text);
}

void runner_run(runner_run_t *run)
{
    static wchar_t folder[RUNNER_PATH_SIZE + 64];
    HANDLE output = create_output(), process;
    job_t job;

    create_folder(folder, RUNNER_PATH_SIZE + 64);
    create_job(&job);
    process = start_case(run, output, &job);
    watch_case(run, process, &job);
    (void)CloseHandle(process);
    close_job(&job);
    remove_folder(folder, &run->problems);
    read_output(run, output);
    (void)CloseHandle(output);
}
