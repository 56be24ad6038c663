/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity.c: who the calling process is among mito's processes. Set once
 * at the start of a child and read-only from then on, but for the count of
 * its own children.
 */
#include "identity.h"

#include "../../platform/platform.h"

#include <stdio.h>

static char own_name[MI_NAME_SIZE] = "MainProcess";
/* Leaves room for one more number: a family deeper than that, some forty
 * generations, shares numbers. */
static char own_ancestry[MI_ANCESTRY_SIZE - 12];
static uint32_t children;
static uint32_t generation;

const char *mi_identity_name(void)
{
    return own_name;
}

void mi_identity_next(char ancestry[MI_ANCESTRY_SIZE])
{
    unsigned number = plat_atomic_add(&children, 1) + 1;

    snprintf(ancestry, MI_ANCESTRY_SIZE, "%s%s%u", own_ancestry,
             own_ancestry[0] == '\0' ? "" : ":", number);
}

void mi_identity_become(const char *name, const char *ancestry)
{
    snprintf(own_name, sizeof(own_name), "%s", name);
    snprintf(own_ancestry, sizeof(own_ancestry), "%s", ancestry);
    plat_atomic_store(&children, 0);
    plat_atomic_add(&generation, 1);
}

uint32_t mi_identity_generation(void)
{
    return plat_atomic_load(&generation);
}
