/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.c: chapter 2 of the seam on Win32, but for starting. The process
 * handle keeps the process's id from being used again; the job object knows
 * the descendants, also those whose parents have ended.
 */
#include "internal.h"

#include "sys.h"

/* POSIX's numbers of the signals that crashes stand for. */
enum { INTERRUPT = 2, ILLEGAL = 4, ARITHMETIC = 8, KILL = 9, VIOLATION = 11 };

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

/* A process that has ended keeps its own exit code. When the job cannot be
 * ended, the process itself still is, and the caller hears of the rest. */
apr_status_t plat_process_kill(plat_process_t *process)
{
    apr_status_t status;

    if (process->job == NULL
        || sys_TerminateJobObject(process->job, SIGNALED(KILL)))
        return APR_SUCCESS;
    status = win_last_status();
    TerminateProcess(process->process, SIGNALED(KILL));
    return status;
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
