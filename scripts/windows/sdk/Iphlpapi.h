/* SPDX-License-Identifier: Apache-2.0 */
/* The spelling that sources for MSVC use. */
#include <iphlpapi.h>
