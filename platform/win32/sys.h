/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sys.h: every system call of this backend that can fail and that a test
 * wants to see failing; see ../fault.h. The last two arguments are what the
 * call returns when it is made to fail, and the error that goes with it.
 *
 * GetOverlappedResult is not among them: it tells what has become of an
 * operation, and an operation that only seems to have failed would write on
 * into memory that is somebody else's by then.
 */
#ifndef WIN32_SYS_H
#define WIN32_SYS_H

#include <windows.h>
#include <shellapi.h>

#include "../fault.h"

#define SYS_CALL(type, name, parameters, arguments, failure, error)         \
    static inline type sys_##name parameters                                \
    {                                                                       \
        SYS_FAULT(#name, SetLastError(error); return (failure));            \
        return name arguments;                                              \
    }

/* Objects */
SYS_CALL(BOOL, DuplicateHandle,
         (HANDLE source_process, HANDLE source, HANDLE target_process,
          HANDLE *target, DWORD access, BOOL inherit, DWORD options),
         (source_process, source, target_process, target, access, inherit,
          options), FALSE, ERROR_NOT_ENOUGH_MEMORY)
SYS_CALL(BOOL, GetHandleInformation, (HANDLE handle, DWORD *flags),
         (handle, flags), FALSE, ERROR_INVALID_HANDLE)
SYS_CALL(BOOL, SetHandleInformation, (HANDLE handle, DWORD mask, DWORD flags),
         (handle, mask, flags), FALSE, ERROR_INVALID_HANDLE)
SYS_CALL(HANDLE, CreateEventW,
         (SECURITY_ATTRIBUTES *security, BOOL manual, BOOL signaled,
          const wchar_t *name), (security, manual, signaled, name),
         NULL, ERROR_NO_SYSTEM_RESOURCES)
SYS_CALL(BOOL, GetTokenInformation,
         (HANDLE token, TOKEN_INFORMATION_CLASS kind, void *information,
          DWORD size, DWORD *needed),
         (token, kind, information, size, needed), FALSE,
         ERROR_NOT_ENOUGH_MEMORY)

/* Files and pipes */
SYS_CALL(HANDLE, CreateFileW,
         (const wchar_t *path, DWORD access, DWORD share,
          SECURITY_ATTRIBUTES *security, DWORD disposition, DWORD flags,
          HANDLE model),
         (path, access, share, security, disposition, flags, model),
         INVALID_HANDLE_VALUE, ERROR_TOO_MANY_OPEN_FILES)
SYS_CALL(HANDLE, CreateNamedPipeW,
         (const wchar_t *name, DWORD access, DWORD mode, DWORD instances,
          DWORD out_size, DWORD in_size, DWORD timeout,
          SECURITY_ATTRIBUTES *security),
         (name, access, mode, instances, out_size, in_size, timeout,
          security), INVALID_HANDLE_VALUE, ERROR_NO_SYSTEM_RESOURCES)
SYS_CALL(BOOL, CreatePipe,
         (HANDLE *reader, HANDLE *writer, SECURITY_ATTRIBUTES *security,
          DWORD size), (reader, writer, security, size), FALSE,
         ERROR_NO_SYSTEM_RESOURCES)
SYS_CALL(BOOL, PeekNamedPipe,
         (HANDLE pipe, void *buffer, DWORD size, DWORD *read,
          DWORD *available, DWORD *left),
         (pipe, buffer, size, read, available, left), FALSE,
         ERROR_NO_SYSTEM_RESOURCES)
SYS_CALL(BOOL, ReadFile,
         (HANDLE file, void *buffer, DWORD size, DWORD *read,
          OVERLAPPED *operation), (file, buffer, size, read, operation),
         FALSE, ERROR_NO_SYSTEM_RESOURCES)
SYS_CALL(BOOL, WriteFile,
         (HANDLE file, const void *bytes, DWORD size, DWORD *written,
          OVERLAPPED *operation), (file, bytes, size, written, operation),
         FALSE, ERROR_NO_SYSTEM_RESOURCES)
SYS_CALL(DWORD, GetFileAttributesW, (const wchar_t *path), (path),
         INVALID_FILE_ATTRIBUTES, ERROR_NOT_ENOUGH_MEMORY)
SYS_CALL(DWORD, GetFullPathNameW,
         (const wchar_t *path, DWORD size, wchar_t *full, wchar_t **name),
         (path, size, full, name), 0, ERROR_NOT_ENOUGH_MEMORY)

/* Processes */
SYS_CALL(wchar_t *, GetEnvironmentStringsW, (void), (), NULL,
         ERROR_NOT_ENOUGH_MEMORY)
SYS_CALL(UINT, GetSystemDirectoryW, (wchar_t *path, UINT size),
         (path, size), 0, ERROR_NOT_ENOUGH_MEMORY)
SYS_CALL(BOOL, CreateProcessW,
         (const wchar_t *program, wchar_t *command_line,
          SECURITY_ATTRIBUTES *process_security,
          SECURITY_ATTRIBUTES *thread_security, BOOL inherit, DWORD flags,
          void *environment, const wchar_t *directory,
          STARTUPINFOW *startup, PROCESS_INFORMATION *process),
         (program, command_line, process_security, thread_security, inherit,
          flags, environment, directory, startup, process), FALSE,
         ERROR_NOT_ENOUGH_MEMORY)
SYS_CALL(HANDLE, CreateJobObjectW,
         (SECURITY_ATTRIBUTES *security, const wchar_t *name),
         (security, name), NULL, ERROR_NOT_ENOUGH_MEMORY)
SYS_CALL(BOOL, SetInformationJobObject,
         (HANDLE job, JOBOBJECTINFOCLASS kind, void *information,
          DWORD size), (job, kind, information, size), FALSE,
         ERROR_NOT_ENOUGH_MEMORY)
SYS_CALL(BOOL, TerminateJobObject, (HANDLE job, UINT code), (job, code),
         FALSE, ERROR_ACCESS_DENIED)
SYS_CALL(BOOL, TerminateProcess, (HANDLE process, UINT code),
         (process, code), FALSE, ERROR_NOT_ENOUGH_MEMORY)
SYS_CALL(BOOL, GenerateConsoleCtrlEvent, (DWORD event, DWORD group),
         (event, group), FALSE, ERROR_NOT_ENOUGH_MEMORY)
SYS_CALL(BOOL, InitializeProcThreadAttributeList,
         (LPPROC_THREAD_ATTRIBUTE_LIST list, DWORD count, DWORD flags,
          SIZE_T *size), (list, count, flags, size), FALSE,
         ERROR_NOT_ENOUGH_MEMORY)
SYS_CALL(BOOL, UpdateProcThreadAttribute,
         (LPPROC_THREAD_ATTRIBUTE_LIST list, DWORD flags,
          DWORD_PTR attribute, void *value, SIZE_T size, void *previous,
          SIZE_T *returned),
         (list, flags, attribute, value, size, previous, returned), FALSE,
         ERROR_NOT_ENOUGH_MEMORY)
SYS_CALL(BOOL, GetExitCodeProcess, (HANDLE process, DWORD *code),
         (process, code), FALSE, ERROR_INVALID_HANDLE)

/* Waiting */
SYS_CALL(DWORD, WaitForSingleObject, (HANDLE handle, DWORD milliseconds),
         (handle, milliseconds), WAIT_FAILED, ERROR_NOT_ENOUGH_MEMORY)
SYS_CALL(DWORD, WaitForMultipleObjects,
         (DWORD count, const HANDLE *handles, BOOL all, DWORD milliseconds),
         (count, handles, all, milliseconds), WAIT_FAILED,
         ERROR_NOT_ENOUGH_MEMORY)
SYS_CALL(PTP_WAIT, CreateThreadpoolWait,
         (PTP_WAIT_CALLBACK callback, void *context,
          PTP_CALLBACK_ENVIRON environment),
         (callback, context, environment), NULL, ERROR_NOT_ENOUGH_MEMORY)

/* Memory and modules */
SYS_CALL(HANDLE, CreateFileMappingW,
         (HANDLE file, SECURITY_ATTRIBUTES *security, DWORD protection,
          DWORD high, DWORD low, const wchar_t *name),
         (file, security, protection, high, low, name), NULL,
         ERROR_COMMITMENT_LIMIT)
SYS_CALL(void *, MapViewOfFile,
         (HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T size),
         (section, access, high, low, size), NULL, ERROR_NOT_ENOUGH_MEMORY)
SYS_CALL(void *, VirtualAlloc,
         (void *address, SIZE_T size, DWORD kind, DWORD protection),
         (address, size, kind, protection), NULL, ERROR_NOT_ENOUGH_MEMORY)
SYS_CALL(SIZE_T, VirtualQuery,
         (const void *address, MEMORY_BASIC_INFORMATION *information,
          SIZE_T size), (address, information, size), 0,
         ERROR_INVALID_PARAMETER)
SYS_CALL(DWORD, GetModuleFileNameW,
         (HMODULE module, wchar_t *path, DWORD size), (module, path, size),
         0, ERROR_NOT_ENOUGH_MEMORY)
SYS_CALL(BOOL, GetModuleHandleExW,
         (DWORD flags, const wchar_t *name, HMODULE *module),
         (flags, name, module), FALSE, ERROR_MOD_NOT_FOUND)
SYS_CALL(HMODULE, LoadLibraryExW,
         (const wchar_t *path, HANDLE file, DWORD flags),
         (path, file, flags), NULL, ERROR_NOT_ENOUGH_MEMORY)
SYS_CALL(wchar_t **, CommandLineToArgvW, (const wchar_t *line, int *count),
         (line, count), NULL, ERROR_NOT_ENOUGH_MEMORY)

#endif /* WIN32_SYS_H */
