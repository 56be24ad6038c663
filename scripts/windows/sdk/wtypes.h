/* SPDX-License-Identifier: Apache-2.0 */
/* Wine's includes <ole2.h> even when the caller says that it was seen. */
#ifndef __wtypes_h__
#include_next <wtypes.h>
#endif
