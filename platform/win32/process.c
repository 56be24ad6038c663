/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.c: chapter 2 of the seam on Win32, but for starting. The process
 * handle keeps the process's id from being used again; the job object knows
 * the descendants, also those whose parents have ended.
 */
#include "internal.h"

#include "sys.h"

/* POSIX's numbers of the signals that can be sent, and of those that
 * crashes stand for. */
enum {
    INTERRUPT = 2,
    ILLEGAL = 4,
    ARITHMETIC = 8,
    KILL = 9,
    VIOLATION = 11,
    TERMINATE = 15
};

/* The exit code of a process that was ended in place of a signal: the low
 * byte is the signal's number. Severity and the customer's bit are set, as
 * in an exception's code, and no exception is known to have these. */
#define SIGNALED(number) (0xE06D7400u | (number))
#define SIGNALED_MAX 64u

/* The system's exit code for an exception that nobody handled is the
 * exception's. */
static int64_t signal_of(DWORD code)
{
    switch (code) {
    case EXCEPTION_ACCESS_VIOLATION:
    case EXCEPTION_STACK_OVERFLOW:
        return VIOLATION;
    case EXCEPTION_ILLEGAL_INSTRUCTION:
    case EXCEPTION_PRIV_INSTRUCTION:
        return ILLEGAL;
    case EXCEPTION_INT_DIVIDE_BY_ZERO:
    case EXCEPTION_INT_OVERFLOW:
    case EXCEPTION_FLT_DENORMAL_OPERAND:
    case EXCEPTION_FLT_DIVIDE_BY_ZERO:
    case EXCEPTION_FLT_INEXACT_RESULT:
    case EXCEPTION_FLT_INVALID_OPERATION:
    case EXCEPTION_FLT_OVERFLOW:
    case EXCEPTION_FLT_STACK_CHECK:
    case EXCEPTION_FLT_UNDERFLOW:
        return ARITHMETIC;
    case CONTROL_C_EXIT:
        return INTERRUPT;
    default:
        return code > SIGNALED(0) && code <= SIGNALED(SIGNALED_MAX)
               ? (int64_t)(code - SIGNALED(0)) : 0;
    }
}

apr_status_t plat_process_fork(plat_process_t *process, int *child)
{
    (void)process;
    (void)child;
    return MITO_ENOTSUP;
}

int plat_fork_is_default(void)
{
    return 0;
}

apr_status_t plat_process_await(plat_process_t *process,
                                plat_deadline_t deadline)
{
    for (;;) {
        DWORD milliseconds = win_remaining(deadline);

        switch (sys_WaitForSingleObject(process->process, milliseconds)) {
        case WAIT_OBJECT_0:
            return APR_SUCCESS;
        case WAIT_TIMEOUT:
            if (milliseconds == 0)
                return APR_TIMEUP;
            break;
        default:
            return win_last_status();
        }
    }
}

apr_status_t plat_process_reap(plat_process_t *process, int64_t *exit_code)
{
    DWORD code;
    int64_t number;

    if (!sys_GetExitCodeProcess(process->process, &code))
        return win_last_status();
    number = signal_of(code);
    *exit_code = number != 0 ? -number : (int64_t)code;
    return APR_SUCCESS;
}

/* The handle has every right, so access is denied only where a process is
 * ending already. It keeps its own exit code then. */
static apr_status_t end_process(const plat_process_t *process, UINT code)
{
    if (process->process == NULL
        || sys_TerminateProcess(process->process, code)
        || GetLastError() == ERROR_ACCESS_DENIED)
        return APR_SUCCESS;
    return win_last_status();
}

/* The job's processes end at once, and none can start another any more.
 * When the job cannot be ended the process itself still is, and the caller
 * hears of the rest. */
static apr_status_t end_tree(const plat_process_t *process, UINT code)
{
    apr_status_t status;

    if (process->job == NULL || sys_TerminateJobObject(process->job, code))
        return APR_SUCCESS;
    status = win_last_status();
    end_process(process, code);
    return status;
}

static apr_status_t end_scope(const plat_process_t *process, int number,
                              mito_scope_e scope)
{
    switch (scope) {
    case MITO_SCOPE_TREE:
        return end_tree(process, SIGNALED((UINT)number));
    case MITO_SCOPE_PROCESS:
        return end_process(process, SIGNALED((UINT)number));
    default:
        return MITO_ENOTSUP;
    }
}

/* A console event goes to a whole group of processes, by its id, which
 * nobody else has as long as the process's handle is held. It needs a
 * console that both sides share; what is left to fail is that there is
 * none. */
static apr_status_t interrupt(const plat_process_t *process,
                              mito_scope_e scope)
{
    if (!process->has_group)
        return scope == MITO_SCOPE_GROUP ? MITO_EINVAL : MITO_ENOTSUP;
    if (process->process == NULL
        || sys_GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, process->id))
        return APR_SUCCESS;
    return WaitForSingleObject(process->process, 0) == WAIT_OBJECT_0
           ? APR_SUCCESS : MITO_ENOTSUP;
}

apr_status_t plat_process_signal(plat_process_t *process, int number,
                                 mito_scope_e scope)
{
    switch (number) {
    case 0:
        return scope == MITO_SCOPE_GROUP && !process->has_group
               ? MITO_EINVAL : APR_SUCCESS;
    case INTERRUPT:
        return interrupt(process, scope);
    case KILL:
    case TERMINATE:
        return end_scope(process, number, scope);
    default:
        return MITO_ENOTSUP;
    }
}

int64_t plat_process_id(const plat_process_t *process)
{
    return process->id;
}

void plat_process_release(plat_process_t *process)
{
    plat_handle_close(&process->process);
    plat_handle_close(&process->job);
}
