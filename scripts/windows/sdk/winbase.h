/* SPDX-License-Identifier: Apache-2.0 */
/* Names that Microsoft's header has and that of Wine 8.0 lacks. */
#include_next <winbase.h>

#ifndef PIPE_REJECT_REMOTE_CLIENTS
#define PIPE_ACCEPT_REMOTE_CLIENTS 0x00000000
#define PIPE_REJECT_REMOTE_CLIENTS 0x00000008
#endif

#ifndef FILE_SKIP_COMPLETION_PORT_ON_SUCCESS
#define FILE_SKIP_COMPLETION_PORT_ON_SUCCESS 1
#define FILE_SKIP_SET_EVENT_ON_HANDLE 2
#endif

#ifndef LOGON32_PROVIDER_DEFAULT
#define LOGON32_LOGON_INTERACTIVE 2
#define LOGON32_LOGON_NETWORK 3
#define LOGON32_PROVIDER_DEFAULT 0
#endif

#ifndef InterlockedExchange64
__int64 _InterlockedExchange64(__int64 volatile *, __int64);
#pragma intrinsic(_InterlockedExchange64)
#define InterlockedExchange64 _InterlockedExchange64
#endif
