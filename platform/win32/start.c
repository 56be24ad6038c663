/* SPDX-License-Identifier: Apache-2.0 */
/*
 * start.c: chapter 2 of the seam on Win32: starting a program. A plan is
 * made first, by small functions that may allocate and fail; launch() then
 * makes the process and does nothing else.
 *
 * The child is in its job before its first instruction, so no descendant
 * can be missed by a kill. Closing the job's handle harms nobody, unless
 * the child is to die with its parent.
 */
#include "start.h"

#include "sys.h"

static apr_status_t option_failure(plat_failure_t *failure,
                                   const char *option, apr_status_t status)
{
    failure->step = PLAT_STEP_OPTION;
    failure->option = option;
    return status;
}

/* By what is run: the line is cmd.exe's affair for a batch file, and then
 * must not be one of which nothing is known. */
static apr_status_t plan_program(win_plan_t *plan, const plat_start_t *start,
                                 const char *raw_line,
                                 plat_failure_t *failure, apr_pool_t *pool)
{
    apr_status_t status = raw_line != NULL
        ? win_raw_command_line(&plan->command_line, raw_line, pool)
        : win_command_line(&plan->command_line, start->arguments, pool);

    if (status != APR_SUCCESS)
        return status;
    failure->step = PLAT_STEP_PROGRAM;
    status = win_find_program(&plan->program, start->program, pool);
    if (status != APR_SUCCESS || !win_is_batch_file(plan->program))
        return status;
    if (raw_line != NULL)
        return MITO_EBATCH;
    status = win_batch_file(&plan->program, &plan->command_line,
                            start->arguments, pool);
    if (status == MITO_ETOOLONG)
        failure->step = PLAT_STEP_PREPARE;
    return status;
}

/* The line is the system's shell's, also for another program that takes
 * its place. */
static apr_status_t plan_shell(win_plan_t *plan, const plat_start_t *start,
                               const char *raw_line,
                               plat_failure_t *failure, apr_pool_t *pool)
{
    const char *const *arguments = start->arguments;
    apr_status_t status;

    if (arguments[0] == NULL || arguments[1] != NULL)
        return option_failure(failure, "shell", MITO_EINVAL);
    if (raw_line != NULL)
        return option_failure(failure, "windows.command_line", MITO_EINVAL);
    status = win_shell(&plan->program, &plan->command_line, arguments[0],
                       pool);
    if (status != APR_SUCCESS)
        return status;
    failure->step = PLAT_STEP_PROGRAM;
    if (start->program != NULL)
        status = win_find_program(&plan->program, start->program, pool);
    if (status == APR_SUCCESS && win_is_batch_file(plan->program))
        return MITO_EBATCH;
    return status;
}

static apr_status_t plan_texts(win_plan_t *plan, const plat_start_t *start,
                               plat_failure_t *failure, apr_pool_t *pool)
{
    const char *raw_line = start->windows == NULL
        ? NULL : start->windows->command_line;
    apr_status_t status = APR_SUCCESS;

    failure->step = PLAT_STEP_PREPARE;
    if (start->environment != NULL)
        status = win_environment(&plan->environment, start->environment,
                                 pool);
    if (status != APR_SUCCESS)
        return status;
    if (start->is_shell)
        return plan_shell(plan, start, raw_line, failure, pool);
    return plan_program(plan, start, raw_line, failure, pool);
}

/* CreateProcess says the same of a directory that is missing, one that may
 * not be entered, and a file. */
static apr_status_t plan_directory(win_plan_t *plan, const char *directory,
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

/* The end of the parent, whatever ends it, closes its handle to the job,
 * which nobody else has. */
static apr_status_t plan_job(win_plan_t *plan, int die_with_parent,
                             plat_failure_t *failure)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};

    failure->step = PLAT_STEP_CREATE;
    plan->job = sys_CreateJobObjectW(NULL, NULL);
    if (plan->job == NULL)
        return win_last_status();
    limits.BasicLimitInformation.LimitFlags =
        JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    if (die_with_parent
        && !sys_SetInformationJobObject(plan->job,
                                        JobObjectExtendedLimitInformation,
                                        &limits, sizeof(limits)))
        return option_failure(failure, "die_with_parent",
                              win_last_status());
    return APR_SUCCESS;
}

static apr_status_t plan_attributes(win_plan_t *plan, apr_pool_t *pool)
{
    LPPROC_THREAD_ATTRIBUTE_LIST list;
    SIZE_T size = 0;

    /* The first call is for the size and fails. */
    InitializeProcThreadAttributeList(NULL, 2, 0, &size);
    list = apr_palloc(pool, size);
    if (!sys_InitializeProcThreadAttributeList(list, 2, 0, &size))
        return win_last_status();
    plan->startup.lpAttributeList = list;
    if (!sys_UpdateProcThreadAttribute(
            list, 0, PROC_THREAD_ATTRIBUTE_JOB_LIST, &plan->job,
            sizeof(HANDLE), NULL, NULL))
        return win_last_status();
    /* The system takes no empty list: then nothing is inherited at all. */
    if (plan->inherited_count > 0
        && !sys_UpdateProcThreadAttribute(
            list, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, plan->inherited,
            plan->inherited_count * sizeof(HANDLE), NULL, NULL))
        return win_last_status();
    return APR_SUCCESS;
}

static apr_status_t make_plan(win_plan_t *plan, const plat_start_t *start,
                              plat_failure_t *failure, apr_pool_t *pool)
{
    apr_status_t status = plan_texts(plan, start, failure, pool);

    if (status != APR_SUCCESS)
        return status;
    failure->step = PLAT_STEP_DIRECTORY;
    status = plan_directory(plan, start->working_directory, pool);
    if (status == APR_SUCCESS)
        status = win_plan_streams(plan, start, failure, pool);
    if (status == APR_SUCCESS)
        status = win_plan_options(plan, start, failure);
    if (status == APR_SUCCESS)
        status = plan_job(plan, start->die_with_parent, failure);
    if (status == APR_SUCCESS)
        status = plan_attributes(plan, pool);
    return status;
}

/* Whose fault it is that there is no process. */
static apr_status_t launch_status(const win_plan_t *plan, DWORD error,
                                  plat_failure_t *failure)
{
    failure->step = PLAT_STEP_PROGRAM;
    switch (error) {
    case ERROR_DIRECTORY:
        failure->step = PLAT_STEP_DIRECTORY;
        return win_status(error);
    case ERROR_ACCESS_DENIED:
        return win_is_option_denied(plan, failure) ? win_status(error)
                                                   : MITO_ENOTEXEC;
    case ERROR_BAD_EXE_FORMAT:
    case ERROR_BAD_FORMAT:
    case ERROR_INVALID_EXE_SIGNATURE:
    case ERROR_EXE_MARKED_INVALID:
    case ERROR_EXE_MACHINE_TYPE_MISMATCH:
    case ERROR_CHILD_NOT_COMPLETE:
        return MITO_ENOTEXEC;
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_NAME:
    case ERROR_BAD_PATHNAME:
    case ERROR_SHARING_VIOLATION:
    case ERROR_ELEVATION_REQUIRED:
    case ERROR_ACCESS_DISABLED_BY_POLICY:
    case ERROR_VIRUS_INFECTED:
        return win_path_status(error);
    default:
        failure->step = PLAT_STEP_CREATE;
        return win_status(error);
    }
}

static apr_status_t launch(plat_process_t *process, win_plan_t *plan,
                           plat_failure_t *failure)
{
    PROCESS_INFORMATION made;

    plan->startup.StartupInfo.cb = sizeof(plan->startup);
    if (!sys_CreateProcessW(plan->program, plan->command_line, NULL, NULL,
                            plan->inherited_count > 0,
                            plan->flags | CREATE_UNICODE_ENVIRONMENT
                            | EXTENDED_STARTUPINFO_PRESENT,
                            plan->environment, plan->directory,
                            &plan->startup.StartupInfo, &made))
        return launch_status(plan, GetLastError(), failure);
    CloseHandle(made.hThread);
    process->process = made.hProcess;
    process->job = plan->job;
    process->id = made.dwProcessId;
    process->has_group = (plan->flags & CREATE_NEW_PROCESS_GROUP) != 0;
    plan->job = NULL;
    return APR_SUCCESS;
}

/* The job is the process's by now if there is one. */
static void drop_plan(win_plan_t *plan)
{
    win_drop_streams(plan);
    if (plan->startup.lpAttributeList != NULL)
        DeleteProcThreadAttributeList(plan->startup.lpAttributeList);
    if (plan->job != NULL)
        CloseHandle(plan->job);
}

apr_status_t plat_process_start(plat_process_t *process,
                                const plat_start_t *start,
                                plat_failure_t *failure,
                                apr_pool_t *scratch)
{
    win_plan_t plan = {0};
    apr_status_t status;

    failure->option = NULL;
    status = make_plan(&plan, start, failure, scratch);
    if (status == APR_SUCCESS)
        status = launch(process, &plan, failure);
    drop_plan(&plan);
    return status;
}
