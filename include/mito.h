/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file mito.h
 * @brief All of mito.
 */
#ifndef MITO_H
#define MITO_H

#include <mito/command.h>
#include <mito/core.h>
#include <mito/log.h>
#include <mito/pipeline.h>
#include <mito/process.h>
#include <mito/subprocess.h>
#include <mito/value.h>

#endif /* MITO_H */
