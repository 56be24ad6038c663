/* SPDX-License-Identifier: Apache-2.0 */
/*
 * streams.c: the handles that a child inherits: exactly those in the plan's
 * list. The streams are duplicates that can be inherited and live for this
 * start alone; the shared handle can be inherited for as long; those that
 * the caller named are his and can always be. A start in another thread has
 * a list of its own and takes none of them along.
 */
#include "start.h"

#include "sys.h"

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

/* The negative values stand for the calling process, its threads and
 * tokens, wherever a handle is taken; among them is that of a file that
 * could not be opened. */
static int is_pseudo_handle(HANDLE handle)
{
    return (intptr_t)handle < 0;
}

static apr_status_t inherit_duplicate(HANDLE *handle, HANDLE original)
{
    HANDLE self = GetCurrentProcess();

    if (is_pseudo_handle(original))
        return win_status(ERROR_INVALID_HANDLE);
    if (!sys_DuplicateHandle(self, original, self, handle, 0, TRUE,
                             DUPLICATE_SAME_ACCESS))
        return win_last_status();
    return APR_SUCCESS;
}

/* A program without a console has no standard streams, or stale handles. */
static apr_status_t inherit_own(win_plan_t *plan, HANDLE *handle, int stream)
{
    static const DWORD names[PLAT_STREAMS] = {
        STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE
    };
    HANDLE own = GetStdHandle(names[stream]);
    DWORD flags;

    if (own == NULL || is_pseudo_handle(own)
        || !GetHandleInformation(own, &flags))
        return inherit_null(handle, stream);
    plan->inherits_own = 1;
    return inherit_duplicate(handle, own);
}

static apr_status_t plan_stream(win_plan_t *plan, HANDLE *handle,
                                const plat_stream_t *stream, int number)
{
    apr_status_t status = MITO_EINVAL;

    switch (stream->kind) {
    case PLAT_STREAM_INHERIT:
        status = inherit_own(plan, handle, number);
        break;
    case PLAT_STREAM_NULL:
        status = inherit_null(handle, number);
        break;
    case PLAT_STREAM_HANDLE:
        status = inherit_duplicate(handle, stream->handle);
        break;
    case PLAT_STREAM_OUTPUT:
        *handle = plan->startup.StartupInfo.hStdOutput;
        return APR_SUCCESS;
    }
    if (status != APR_SUCCESS)
        return status;
    plan->inherited[plan->inherited_count++] = *handle;
    plan->own_count++;
    return APR_SUCCESS;
}

/* A new console brings its own streams, unless some are given. */
static int has_console_streams(const plat_start_t *start)
{
    int i;

    for (i = 0; i < PLAT_STREAMS; i++)
        if (start->streams[i].kind != PLAT_STREAM_INHERIT)
            return 0;
    return start->windows != NULL
           && start->windows->console == MITO_CONSOLE_NEW;
}

static apr_status_t plan_standard(win_plan_t *plan, const plat_start_t *start)
{
    STARTUPINFOW *startup = &plan->startup.StartupInfo;
    HANDLE *handles[PLAT_STREAMS] = {
        &startup->hStdInput, &startup->hStdOutput, &startup->hStdError
    };
    int i;

    if (has_console_streams(start))
        return APR_SUCCESS;
    for (i = 0; i < PLAT_STREAMS; i++) {
        apr_status_t status = plan_stream(plan, handles[i],
                                          &start->streams[i], i);

        if (status != APR_SUCCESS)
            return status;
    }
    startup->dwFlags |= STARTF_USESTDHANDLES;
    return APR_SUCCESS;
}

/* The shared handle keeps its value, which the child knows it by, so it is
 * not duplicated. */
static apr_status_t plan_shared(win_plan_t *plan, HANDLE shared)
{
    if (shared == PLAT_HANDLE_NONE)
        return APR_SUCCESS;
    if (!sys_SetHandleInformation(shared, HANDLE_FLAG_INHERIT,
                                  HANDLE_FLAG_INHERIT))
        return win_last_status();
    plan->shared = shared;
    plan->inherited[plan->inherited_count++] = shared;
    return APR_SUCCESS;
}

static int is_inherited(const win_plan_t *plan, HANDLE handle)
{
    size_t i;

    for (i = 0; i < plan->inherited_count; i++)
        if (plan->inherited[i] == handle)
            return 1;
    return 0;
}

/* The system refuses a list that names a handle twice, or one that cannot
 * be inherited. */
static apr_status_t plan_handle(win_plan_t *plan, HANDLE handle)
{
    DWORD flags;

    if (handle == NULL || is_pseudo_handle(handle)
        || !sys_GetHandleInformation(handle, &flags)
        || !(flags & HANDLE_FLAG_INHERIT))
        return MITO_EINVAL;
    if (!is_inherited(plan, handle))
        plan->inherited[plan->inherited_count++] = handle;
    return APR_SUCCESS;
}

apr_status_t win_plan_streams(win_plan_t *plan, const plat_start_t *start,
                              plat_failure_t *failure, apr_pool_t *pool)
{
    apr_status_t status;
    size_t i;

    if (start->handle_count > SIZE_MAX / sizeof(HANDLE) - PLAT_STREAMS - 1)
        return APR_ENOMEM;
    plan->inherited = apr_palloc(
        pool, (PLAT_STREAMS + 1 + start->handle_count) * sizeof(HANDLE));
    failure->step = PLAT_STEP_STREAMS;
    status = plan_standard(plan, start);
    if (status == APR_SUCCESS)
        status = plan_shared(plan, start->shared);
    if (status != APR_SUCCESS)
        return status;
    failure->step = PLAT_STEP_OPTION;
    failure->option = "handles";
    for (i = 0; i < start->handle_count && status == APR_SUCCESS; i++)
        status = plan_handle(plan, PLAT_HANDLE_FROM(start->handles[i]));
    return status;
}

void win_drop_streams(win_plan_t *plan)
{
    size_t i;

    if (plan->shared != NULL)
        SetHandleInformation(plan->shared, HANDLE_FLAG_INHERIT, 0);
    for (i = 0; i < plan->own_count; i++)
        CloseHandle(plan->inherited[i]);
}
