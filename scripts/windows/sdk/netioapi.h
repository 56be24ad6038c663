/* SPDX-License-Identifier: Apache-2.0 */
/* Names that Microsoft's header has and that of Wine 8.0 lacks. */
#include_next <netioapi.h>

#ifndef NETIOAPI_API_
#define NETIOAPI_API_ WINAPI
#endif
#ifndef IF_NAMESIZE
#define IF_NAMESIZE IF_MAX_STRING_SIZE
#endif
