/* SPDX-License-Identifier: Apache-2.0 */
/*
 * start.c: chapter 2 of the seam on Win32: starting a program. A plan is
 * made first, by small functions that may allocate and fail; launch() then
 * makes the process and does nothing else.
 *
 * What the child inherits is exactly the list in the plan: duplicates that
 * can be inherited and live for this start alone, and the shared handle,
 * which can be inherited for as long. A start in another thread has a list
 * of its own and does not take them along. The child is in its job before
 * its first instruction, so no descendant can be missed by a kill; closing
 * the job's handle harms nobody.
 */
#include "internal.h"

#include "sys.h"

typedef struct plan_t {
    wchar_t *program;
    wchar_t *command_line;
    wchar_t *environment;       /* NULL: the parent's */
    wchar_t *directory;         /* NULL: the parent's */
    DWORD flags;
    int inherits_own;           /* a stream of the parent's that exists */
    /* Error may be the same handle as output. */
    HANDLE streams[PLAT_STREAMS];
    HANDLE shared;
    /* Each of the above once. */
    HANDLE inherited[PLAT_STREAMS + 1];
    size_t inherited_count;
    HANDLE job;
    LPPROC_THREAD_ATTRIBUTE_LIST attributes;
} plan_t;

static apr_status_t plan_texts(plan_t *plan, const plat_start_t *start,
                               apr_pool_t *pool)
{
    apr_status_t status = win_command_line(&plan->command_line,
                                           start->arguments, pool);

    if (status == APR_SUCCESS && start->environment != NULL)
        status = win_environment(&plan->environment, start->environment,
                                 pool);
    return status;
}

/* CreateProcess says the same of a directory that is missing, one that may
 * not be entered, and a file. */
static apr_status_t plan_directory(plan_t *plan, const char *directory,
                                   apr_pool_t *pool)
{
    wchar_t *wide;
    size_t length;
    DWORD attributes;
    apr_status_t status;

    if (directory == NULL)
        return APR_SUCCESS;
    status = win_to_wide(&wide, &length, directory, pool);
    if (status == APR_SUCCESS && length == 0)
        status = APR_ENOENT;
    if (status == APR_SUCCESS)
        status = win_full_path(&plan->directory, wide, pool);
    if (status != APR_SUCCESS)
        return status;
    attributes = sys_GetFileAttributesW(plan->directory);
    if (attributes == INVALID_FILE_ATTRIBUTES)
        return win_path_status(GetLastError());
    return attributes & FILE_ATTRIBUTE_DIRECTORY ? APR_SUCCESS : APR_ENOTDIR;
}

static apr_status_t inherit_null(HANDLE *handle, int stream)
{
    SECURITY_ATTRIBUTES inherit = {sizeof(inherit), NULL, TRUE};
    HANDLE null = sys_CreateFileW(
        L"NUL", stream == PLAT_INPUT ? GENERIC_READ : GENERIC_WRITE,
        FILE_SHARE_READ | FILE_SHARE_WRITE, &inherit, OPEN_EXISTING, 0, NULL);

    if (null == INVALID_HANDLE_VALUE)
        return win_last_status();
    *handle = null;
    return APR_SUCCESS;
}

static apr_status_t inherit_duplicate(HANDLE *handle, HANDLE original)
{
    HANDLE self = GetCurrentProcess();

    if (!sys_DuplicateHandle(self, original, self, handle, 0, TRUE,
                             DUPLICATE_SAME_ACCESS))
        return win_last_status();
    return APR_SUCCESS;
}

/* A program without a console has no standard streams, or stale handles. */
static apr_status_t inherit_own(plan_t *plan, int stream)
{
    static const DWORD names[PLAT_STREAMS] = {
        STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE
    };
    HANDLE own = GetStdHandle(names[stream]);
    DWORD flags;

    if (own == NULL || own == INVALID_HANDLE_VALUE
        || !GetHandleInformation(own, &flags))
        return inherit_null(&plan->streams[stream], stream);
    plan->inherits_own = 1;
    return inherit_duplicate(&plan->streams[stream], own);
}

static apr_status_t plan_stream(plan_t *plan, const plat_stream_t *stream,
                                int number)
{
    HANDLE *handle = &plan->streams[number];

    switch (stream->kind) {
    case PLAT_STREAM_INHERIT:
        return inherit_own(plan, number);
    case PLAT_STREAM_NULL:
        return inherit_null(handle, number);
    case PLAT_STREAM_HANDLE:
        return inherit_duplicate(handle, stream->handle);
    case PLAT_STREAM_OUTPUT:
        *handle = plan->streams[PLAT_OUTPUT];
        return APR_SUCCESS;
    }
    return MITO_EINVAL;
}

/* The shared handle keeps its value, which the child knows it by, so it is
 * not duplicated. */
static apr_status_t plan_streams(plan_t *plan, const plat_start_t *start)
{
    int i;

    for (i = 0; i < PLAT_STREAMS; i++) {
        apr_status_t status = plan_stream(plan, &start->streams[i], i);

        if (status != APR_SUCCESS)
            return status;
        if (start->streams[i].kind != PLAT_STREAM_OUTPUT)
            plan->inherited[plan->inherited_count++] = plan->streams[i];
    }
    if (start->shared == PLAT_HANDLE_NONE)
        return APR_SUCCESS;
    if (!sys_SetHandleInformation(start->shared, HANDLE_FLAG_INHERIT,
                                  HANDLE_FLAG_INHERIT))
        return win_last_status();
    plan->shared = start->shared;
    plan->inherited[plan->inherited_count++] = start->shared;
    return APR_SUCCESS;
}

/* A program with a console shares it with the child, so that Ctrl-C reaches
 * both, as in a terminal. For the child of one without, the system would
 * open a console window; when no stream comes from there it would stay
 * empty, so there is to be none. */
static DWORD plan_flags(const plan_t *plan)
{
    DWORD flags = CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT;

    if (!plan->inherits_own && GetConsoleCP() == 0)
        flags |= CREATE_NO_WINDOW;
    return flags;
}

static apr_status_t plan_attributes(plan_t *plan, apr_pool_t *pool)
{
    LPPROC_THREAD_ATTRIBUTE_LIST list;
    SIZE_T size = 0;

    plan->job = sys_CreateJobObjectW(NULL, NULL);
    if (plan->job == NULL)
        return win_last_status();
    /* The first call is for the size and fails. */
    InitializeProcThreadAttributeList(NULL, 2, 0, &size);
    list = apr_palloc(pool, size);
    if (!sys_InitializeProcThreadAttributeList(list, 2, 0, &size))
        return win_last_status();
    plan->attributes = list;
    if (!sys_UpdateProcThreadAttribute(
            list, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, plan->inherited,
            plan->inherited_count * sizeof(HANDLE), NULL, NULL)
        || !sys_UpdateProcThreadAttribute(
            list, 0, PROC_THREAD_ATTRIBUTE_JOB_LIST, &plan->job,
            sizeof(HANDLE), NULL, NULL))
        return win_last_status();
    return APR_SUCCESS;
}

static apr_status_t make_plan(plan_t *plan, const plat_start_t *start,
                              plat_step_e *step, apr_pool_t *pool)
{
    apr_status_t status;

    *step = PLAT_STEP_PREPARE;
    status = plan_texts(plan, start, pool);
    if (status != APR_SUCCESS)
        return status;
    *step = PLAT_STEP_PROGRAM;
    status = win_find_program(&plan->program, start->program, pool);
    if (status != APR_SUCCESS)
        return status;
    *step = PLAT_STEP_DIRECTORY;
    status = plan_directory(plan, start->working_directory, pool);
    if (status != APR_SUCCESS)
        return status;
    *step = PLAT_STEP_STREAMS;
    status = plan_streams(plan, start);
    if (status != APR_SUCCESS)
        return status;
    *step = PLAT_STEP_CREATE;
    plan->flags = plan_flags(plan);
    return plan_attributes(plan, pool);
}

/* Whose fault it is that there is no process. */
static apr_status_t launch_status(DWORD error, plat_step_e *step)
{
    switch (error) {
    case ERROR_DIRECTORY:
        *step = PLAT_STEP_DIRECTORY;
        return win_status(error);
    case ERROR_ACCESS_DENIED:
    case ERROR_BAD_EXE_FORMAT:
    case ERROR_BAD_FORMAT:
    case ERROR_INVALID_EXE_SIGNATURE:
    case ERROR_EXE_MARKED_INVALID:
    case ERROR_EXE_MACHINE_TYPE_MISMATCH:
    case ERROR_CHILD_NOT_COMPLETE:
        *step = PLAT_STEP_PROGRAM;
        return MITO_ENOTEXEC;
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_NAME:
    case ERROR_BAD_PATHNAME:
    case ERROR_SHARING_VIOLATION:
    case ERROR_ELEVATION_REQUIRED:
    case ERROR_ACCESS_DISABLED_BY_POLICY:
    case ERROR_VIRUS_INFECTED:
        *step = PLAT_STEP_PROGRAM;
        return win_path_status(error);
    default:
        *step = PLAT_STEP_CREATE;
        return win_status(error);
    }
}

static apr_status_t launch(plat_process_t *process, const plan_t *plan,
                           plat_step_e *step)
{
    STARTUPINFOEXW startup = {0};
    PROCESS_INFORMATION made;

    startup.StartupInfo.cb = sizeof(startup);
    startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    startup.StartupInfo.hStdInput = plan->streams[PLAT_INPUT];
    startup.StartupInfo.hStdOutput = plan->streams[PLAT_OUTPUT];
    startup.StartupInfo.hStdError = plan->streams[PLAT_ERROR];
    startup.lpAttributeList = plan->attributes;
    if (!sys_CreateProcessW(plan->program, plan->command_line, NULL, NULL,
                            TRUE, plan->flags, plan->environment,
                            plan->directory, &startup.StartupInfo, &made))
        return launch_status(GetLastError(), step);
    CloseHandle(made.hThread);
    process->process = made.hProcess;
    process->job = plan->job;
    process->id = made.dwProcessId;
    return APR_SUCCESS;
}

/* The shared handle is the caller's; the job goes to the process if there
 * is one. */
static void drop_plan(plan_t *plan)
{
    size_t i;

    if (plan->shared != NULL)
        SetHandleInformation(plan->shared, HANDLE_FLAG_INHERIT, 0);
    for (i = 0; i < plan->inherited_count; i++)
        if (plan->inherited[i] != plan->shared)
            CloseHandle(plan->inherited[i]);
    if (plan->attributes != NULL)
        DeleteProcThreadAttributeList(plan->attributes);
    if (plan->job != NULL)
        CloseHandle(plan->job);
}

apr_status_t plat_process_start(plat_process_t *process,
                                const plat_start_t *start, plat_step_e *step,
                                apr_pool_t *scratch)
{
    plan_t plan = {0};
    apr_status_t status = make_plan(&plan, start, step, scratch);

    if (status == APR_SUCCESS)
        status = launch(process, &plan, step);
    if (status == APR_SUCCESS)
        plan.job = NULL;
    drop_plan(&plan);
    return status;
}
