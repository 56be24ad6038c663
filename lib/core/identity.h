/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity.h: who the calling process is among mito's processes.
 */
#ifndef MI_IDENTITY_H
#define MI_IDENTITY_H

#include <stddef.h>
#include <stdint.h>

/* A process's place in the family as numbers joined by colons: "" for the
 * first process, "1:2" for the second child of its first child. */
#define MI_ANCESTRY_SIZE 128

/* The longest name of a process with its final 0; longer ones are cut. */
#define MI_NAME_SIZE 128

/* "MainProcess", or the name that mi_identity_become() was given. */
const char *mi_identity_name(void);

/* The ancestry of the next child of this process. */
void mi_identity_next(char ancestry[MI_ANCESTRY_SIZE]);

/* Makes the calling process somebody else: called once in a child that was
 * started or forked, before it has other threads. */
void mi_identity_become(const char *name, const char *ancestry);

/* A number that differs between a process and its forked children, so that
 * an object can tell whether it is in the process that made it. */
uint32_t mi_identity_generation(void);

#endif /* MI_IDENTITY_H */
