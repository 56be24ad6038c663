/* SPDX-License-Identifier: Apache-2.0 */
/* Names that Microsoft's header has and that of Wine 8.0 lacks. */
#include_next <crtdbg.h>

#ifndef _CRTDBG_FILE_STDERR
#include <stdint.h>
typedef void *_HFILE;
#define _CRTDBG_FILE_STDERR ((_HFILE)(intptr_t)-5)
#define _CRTDBG_FILE_STDOUT ((_HFILE)(intptr_t)-4)
#endif
