/* SPDX-License-Identifier: Apache-2.0 */
/*
 * security.c: who may open a named object of mito's: the user who made it,
 * and nobody else. Without this, everybody on the machine may read from a
 * named pipe.
 */
#include "internal.h"

#include "sys.h"

apr_status_t win_owner_only(win_security_t *security)
{
    union {
        TOKEN_USER user;
        BYTE bytes[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    } owner;
    DWORD size;

    if (!sys_GetTokenInformation(GetCurrentThreadEffectiveToken(), TokenUser,
                                 &owner, sizeof(owner), &size)
        || !InitializeAcl(&security->access.list, sizeof(security->access),
                          ACL_REVISION)
        || !AddAccessAllowedAce(&security->access.list, ACL_REVISION,
                                GENERIC_ALL, owner.user.User.Sid)
        || !InitializeSecurityDescriptor(&security->descriptor,
                                         SECURITY_DESCRIPTOR_REVISION)
        || !SetSecurityDescriptorDacl(&security->descriptor, TRUE,
                                      &security->access.list, FALSE))
        return win_last_status();
    security->attributes.nLength = sizeof(security->attributes);
    security->attributes.lpSecurityDescriptor = &security->descriptor;
    security->attributes.bInheritHandle = FALSE;
    return APR_SUCCESS;
}
