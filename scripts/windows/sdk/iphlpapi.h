/* SPDX-License-Identifier: Apache-2.0 */
/* Microsoft's header brings this one along. */
#include_next <iphlpapi.h>
#include <netioapi.h>
