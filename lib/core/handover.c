/* SPDX-License-Identifier: Apache-2.0 */
/*
 * handover.c: what a parent hands over to a child that it spawns, and what
 * the child answers. The same code on every platform: only the handle by
 * which the child finds the memory differs, and the seam carries that.
 *
 * The answer is one word, written last: a child that is killed half-way
 * through has either said all of it or nothing.
 */
#include "handover.h"

#include "error.h"
#include "function.h"
#include "identity.h"

#include "../wire/pickle.h"

#include <mito/log.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char magic[8] = "mito\0\0\0\1";

enum { ANSWER_NONE, ANSWER_RUNS, ANSWER_FAILED };

/* What a child that was started by hand, or by another version, ends with;
 * no parent sees it. */
#define EXIT_STRAY 2

/* Not EXIT_FAILURE, which is -1 in some C libraries of Windows. */
#define EXIT_FAILED 1

typedef struct header_t {
    char magic[sizeof(magic)];
    char version[16];           /* both sides must be the same mito */
    uint64_t about_size;
    uint64_t args_size;
    uint32_t answer;
    int32_t status;             /* of ANSWER_FAILED, with its sentence */
    char sentence[MI_ERROR_SIZE];
} header_t;

static header_t *header_of(const mi_handover_t *handover)
{
    return plat_memory_base(&handover->memory);
}

static unsigned char *payload_of(const mi_handover_t *handover)
{
    return (unsigned char *)plat_memory_base(&handover->memory)
           + sizeof(header_t);
}

/* ---- the parent ---- */

static apr_status_t describe(const mito_value_t **about,
                             mito_target_t *target, const char *name,
                             const char *ancestry, apr_pool_t *pool)
{
    const mito_value_t *function;
    apr_status_t status = mi_function_describe(&function, (uintptr_t)target,
                                               pool);

    if (status != APR_SUCCESS)
        return status;
    *about = mito_dict(pool,
        mito_str("function", pool), function,
        mito_str("name", pool), mito_bytes(name, strlen(name), pool),
        mito_str("ancestry", pool), mito_str(ancestry, pool),
        mito_str("log level", pool), mito_int(mito_log_level(), pool),
        mito_str("start method", pool),
        mito_int(mito_get_start_method(), pool));
    return *about == NULL ? MITO_EINVAL : APR_SUCCESS;
}

apr_status_t mi_handover_create(mi_handover_t *handover,
                                mito_target_t *target,
                                const mito_value_t *args, const char *name,
                                const char *ancestry, apr_pool_t *scratch)
{
    const mito_value_t *about;
    size_t about_size;
    size_t args_size;
    header_t *header;
    apr_status_t status = describe(&about, target, name, ancestry, scratch);

    if (status == APR_SUCCESS)
        status = mi_pickle_size(&about_size, about);
    if (status == APR_SUCCESS)
        status = mi_pickle_size(&args_size, args);
    if (status != APR_SUCCESS)
        return status;
    status = plat_memory_create(&handover->memory, sizeof(*header)
                                + about_size + args_size);
    if (status != APR_SUCCESS)
        return mi_error_with(status, "cannot share %zu bytes with a new "
                             "process", about_size + args_size);
    header = header_of(handover);
    memcpy(header->magic, magic, sizeof(magic));
    snprintf(header->version, sizeof(header->version), "%s", mito_version());
    header->about_size = about_size;
    header->args_size = args_size;
    mi_pickle_write(payload_of(handover), about);
    mi_pickle_write(payload_of(handover) + about_size, args);
    return APR_SUCCESS;
}

apr_status_t mi_handover_result(const mi_handover_t *handover,
                                const char *what, const char *host)
{
    const header_t *header = header_of(handover);
    char sentence[MI_ERROR_SIZE];

    if (header == NULL)
        return mi_error(MITO_ECLOSED, "%s is closed", what);
    switch (plat_atomic_load(&header->answer)) {
    case ANSWER_RUNS:
        return APR_SUCCESS;
    case ANSWER_FAILED:
        memcpy(sentence, header->sentence, sizeof(sentence));
        sentence[sizeof(sentence) - 1] = '\0';
        return mi_error(header->status, "%s did not run its function: %s",
                        what, sentence);
    default:
        return mi_error(MITO_EHOST, "%s ended without running its function: "
                        "'%s' does not begin its main() with mito_init(), "
                        "or could not be loaded", what, host);
    }
}

void mi_handover_close(mi_handover_t *handover)
{
    plat_memory_close(&handover->memory);
}

/* ---- the child ---- */

/* Started by hand, by another version, or with damaged memory: there is
 * nobody to answer to. */
static PLAT_NORETURN void stray(const char *why)
{
    char line[256];
    int length = snprintf(line, sizeof(line), "mito: %s was not given by a "
                          "parent process: %s\n", MI_CHILD_ARGUMENT, why);

    if (length > 0)
        plat_write_error(line, strlen(line));
    exit(EXIT_STRAY);
}

static void open_memory(mi_handover_t *handover, const char *token)
{
    plat_handle_t handle;
    const header_t *header;
    uint64_t room;

    if (plat_handle_take(token, &handle) != APR_SUCCESS
        || plat_memory_open(&handover->memory, &handle) != APR_SUCCESS)
        stray("its memory cannot be opened");
    if (plat_memory_size(&handover->memory) < sizeof(*header))
        stray("its memory is too small");
    header = header_of(handover);
    if (memcmp(header->magic, magic, sizeof(magic)) != 0)
        stray("its memory is not mito's");
    room = plat_memory_size(&handover->memory) - sizeof(*header);
    if (header->about_size > room
        || header->args_size > room - header->about_size)
        stray("its memory is damaged");
}

static PLAT_NORETURN void fail(mi_handover_t *handover, apr_status_t status)
{
    header_t *header = header_of(handover);

    header->status = status;
    snprintf(header->sentence, sizeof(header->sentence), "%s",
             mito_errmsg());
    plat_atomic_store(&header->answer, ANSWER_FAILED);
    exit(EXIT_FAILED);
}

static apr_status_t check_version(const header_t *header)
{
    if (strncmp(header->version, mito_version(), sizeof(header->version))
        == 0)
        return APR_SUCCESS;
    return mi_error(MITO_EMALFORMED, "the parent uses mito %.16s and the "
                    "child mito %s", header->version, mito_version());
}

static apr_status_t become(const mito_value_t *about, uintptr_t *target,
                           apr_pool_t *pool)
{
    const char *name = mito_as_bytes(mito_get(about, "name"), NULL);

    if (name == NULL)
        return mi_error(MITO_EMALFORMED, "its name cannot be read");
    mi_identity_become(name, mito_as_str(mito_get(about, "ancestry")));
    if (mito_log_level() == MITO_LOG_SILENT)
        mito_log_to_stderr(
            (mito_log_level_e)mito_as_int(mito_get(about, "log level")));
    mito_set_start_method(
        (mito_start_method_e)mito_as_int(mito_get(about, "start method")),
        1);
    return mi_function_find(target, mito_get(about, "function"), pool);
}

PLAT_NORETURN void mi_handover_run(const char *token, apr_pool_t *pool)
{
    mi_handover_t handover = {PLAT_MEMORY_NONE};
    const mito_value_t *about;
    const mito_value_t *args;
    uintptr_t target;
    header_t *header;
    apr_status_t status;

    open_memory(&handover, token);
    header = header_of(&handover);
    status = check_version(header);
    if (status == APR_SUCCESS)
        status = mi_pickle_decode(&about, payload_of(&handover),
                                  (size_t)header->about_size, NULL, pool);
    if (status == APR_SUCCESS)
        status = become(about, &target, pool);
    if (status == APR_SUCCESS)
        status = mi_pickle_decode(&args, payload_of(&handover)
                                  + header->about_size,
                                  (size_t)header->args_size, NULL, pool);
    if (status != APR_SUCCESS)
        fail(&handover, status);
    plat_atomic_store(&header->answer, ANSWER_RUNS);
    mi_handover_close(&handover);
    exit(mi_run_target((mito_target_t *)target, args, pool));
}

int mi_run_target(mito_target_t *target, const mito_value_t *args,
                  apr_pool_t *pool)
{
    int code;

    mito_log(MITO_LOG_INFO, "child process calling its function");
    code = target(args, pool);
    if (code < 0 || code > 255) {
        char text[128];

        mito_log(MITO_LOG_ERROR, "function returned %d: %s", code,
                 mito_strerror(code, text, sizeof(text)));
        code = EXIT_FAILED;
    }
    mito_log(MITO_LOG_INFO, "process exiting with exitcode %d", code);
    return code;
}
