/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.c: processes that run a C function. A process object is a child
 * (core/child) with a name and, when it was spawned, the memory that was
 * handed over to it, in which it says whether it could run its function.
 */
#include <mito/process.h>

#include "core/child.h"
#include "core/error.h"
#include "core/handover.h"
#include "core/identity.h"
#include "core/pool.h"
#include "core/startup.h"
#include "wire/node.h"

#include <apr_strings.h>
#include <stdio.h>
#include <string.h>

struct mito_process_t {
    apr_pool_t *pool;
    const char *name;
    int is_self;
    mi_child_t child;
    int is_spawned;
    mi_handover_t handover;
    const char *host;           /* the program that was spawned */
};

static uint32_t start_method = MITO_START_DEFAULT;

/* NULL: the running program. Set by the main program before it starts
 * children; never freed, as a start in another thread may be reading it. */
static const char *executable;

/* ---- start methods ---- */

const char *mito_start_method_name(mito_start_method_e method)
{
    switch (method) {
    case MITO_START_SPAWN: return "spawn";
    case MITO_START_FORK: return "fork";
    case MITO_START_DEFAULT: break;
    }
    return NULL;
}

static apr_status_t check_method(mito_start_method_e method)
{
    if (mito_start_method_name(method) == NULL)
        return mi_error(MITO_EINVAL, "%d is no start method", (int)method);
    if (method == MITO_START_FORK && !mito_has(MITO_CAP_FORK))
        return mi_error(MITO_ENOTSUP, "this platform cannot fork; use "
                        "MITO_START_SPAWN");
    return APR_SUCCESS;
}

apr_status_t mito_set_start_method(mito_start_method_e method, int force)
{
    apr_status_t status = check_method(method);

    if (status != APR_SUCCESS)
        return status;
    if (!force && plat_atomic_load(&start_method) != MITO_START_DEFAULT)
        return mi_error(MITO_EINVAL, "the start method has been set or used "
                        "already");
    plat_atomic_store(&start_method, (uint32_t)method);
    return APR_SUCCESS;
}

mito_start_method_e mito_get_start_method(void)
{
    if (plat_atomic_load(&start_method) == MITO_START_DEFAULT)
        plat_atomic_store(&start_method, plat_fork_is_default()
                          ? MITO_START_FORK : MITO_START_SPAWN);
    return (mito_start_method_e)plat_atomic_load(&start_method);
}

apr_status_t mito_set_executable(const char *path)
{
    apr_status_t status = mi_require_init();

    if (status != APR_SUCCESS)
        return status;
    executable = path == NULL ? NULL : apr_pstrdup(mi_program_pool(), path);
    return APR_SUCCESS;
}

/* ---- starting ---- */

static apr_status_t close_at_cleanup(void *opaque)
{
    return mito_process_close(opaque);
}

static apr_status_t process_create(mito_process_t **process,
                                   const char *name, const char *ancestry,
                                   apr_pool_t *parent)
{
    static const plat_process_t no_process = PLAT_PROCESS_NONE;
    static const plat_memory_t no_memory = PLAT_MEMORY_NONE;
    mito_process_t *made;
    apr_pool_t *pool;
    apr_status_t status = mi_pool_create(&pool, parent);

    if (status != APR_SUCCESS)
        return status;
    made = apr_pcalloc(pool, sizeof(*made));
    made->pool = pool;
    made->name = name != NULL ? apr_pstrdup(pool, name)
                              : apr_pstrcat(pool, "Process-", ancestry, NULL);
    made->handover.memory = no_memory;
    status = mi_child_init(&made->child, &no_process,
                           apr_pstrcat(pool, "the process '", made->name, "'",
                                       NULL), pool);
    if (status != APR_SUCCESS) {
        apr_pool_destroy(pool);
        return status;
    }
    *process = made;
    return APR_SUCCESS;
}

static void adopt(mito_process_t *process, const plat_process_t *child)
{
    process->child.process = *child;
    process->child.pid = plat_process_id(child);
    apr_pool_cleanup_register(process->pool, process, close_at_cleanup,
                              apr_pool_cleanup_null);
}

/* The program to spawn. */
static apr_status_t find_host(const char **host, apr_pool_t *pool)
{
    apr_status_t status;

    if (executable != NULL) {
        *host = executable;
        return APR_SUCCESS;
    }
    if (!mi_main_takes_part())
        return mi_error(MITO_EHOST, "cannot spawn a process: mito_init() "
                        "was not given main's argc and argv, so this "
                        "program's main() would run again; name a host such "
                        "as mito-worker with mito_set_executable()");
    status = plat_program_path(host, pool);
    if (status != APR_SUCCESS)
        return mi_error_with(status, "cannot find the running program");
    return APR_SUCCESS;
}

static apr_status_t spawn(mito_process_t *process)
{
    plat_process_t child = PLAT_PROCESS_NONE;
    plat_start_t start;
    char token[PLAT_TOKEN_SIZE];
    const char *arguments[3];
    apr_status_t status;
    int i;

    memset(&start, 0, sizeof(start));
    for (i = 0; i < PLAT_STREAMS; i++)
        start.streams[i].handle = PLAT_HANDLE_NONE;
    start.streams[PLAT_INPUT].kind = PLAT_STREAM_NULL;
    status = plat_handle_share(plat_memory_handle(&process->handover.memory),
                               &start.shared, token);
    if (status != APR_SUCCESS)
        return mi_error_with(status, "cannot share memory with a new "
                             "process");
    arguments[0] = process->host;
    arguments[1] = apr_pstrcat(process->pool, MI_CHILD_ARGUMENT, token, NULL);
    arguments[2] = NULL;
    start.program = process->host;
    start.arguments = arguments;
    status = mi_child_start(&child, &start, process->pool);
    plat_handle_close(&start.shared);
    if (status == APR_SUCCESS)
        adopt(process, &child);
    return status;
}

static apr_status_t start_by_spawn(mito_process_t *process,
                                   mito_target_t *target,
                                   const mito_value_t *args,
                                   const char *ancestry)
{
    apr_status_t status = find_host(&process->host, process->pool);

    if (status == APR_SUCCESS)
        status = mi_handover_create(&process->handover, target, args,
                                    process->name, ancestry, process->pool);
    if (status == APR_SUCCESS) {
        process->is_spawned = 1;
        status = spawn(process);
        if (status != APR_SUCCESS)
            mi_handover_close(&process->handover);
    }
    return status;
}

/* What a forked child does instead of returning: nothing of the parent's
 * exit handlers and pools is its own. */
static PLAT_NORETURN void run_forked(mito_process_t *process,
                                     mito_target_t *target,
                                     const mito_value_t *args,
                                     const char *ancestry)
{
    apr_pool_t *pool;
    int code = 1;

    mi_identity_become(process->name, ancestry);
    if (plat_input_discard() == APR_SUCCESS
        && apr_pool_create_unmanaged_ex(&pool, NULL, NULL) == APR_SUCCESS) {
        mi_abandon_program_pool(pool);
        code = mi_run_target(target, args, pool);
        apr_pool_destroy(pool);
    }
    fflush(NULL);
    plat_exit_now(code);
}

static apr_status_t start_by_fork(mito_process_t *process,
                                  mito_target_t *target,
                                  const mito_value_t *args,
                                  const char *ancestry)
{
    plat_process_t child = PLAT_PROCESS_NONE;
    int is_child = 0;
    apr_status_t status;

    mi_pools_lock();
    status = plat_process_fork(&child, &is_child);
    mi_pools_unlock();
    if (status != APR_SUCCESS)
        return mi_error_with(status, "cannot fork a process");
    if (is_child)
        run_forked(process, target, args, ancestry);
    adopt(process, &child);
    return APR_SUCCESS;
}

apr_status_t mito_process_start(mito_process_t **process,
                                mito_target_t *target,
                                const mito_value_t *args,
                                const mito_process_options_t *options,
                                apr_pool_t *pool)
{
    static const mito_process_options_t defaults;
    mito_process_t *made = NULL;
    mito_start_method_e method;
    char ancestry[MI_ANCESTRY_SIZE];
    apr_status_t status = mi_require_init();

    if (options == NULL)
        options = &defaults;
    method = options->start_method == MITO_START_DEFAULT
        ? mito_get_start_method() : options->start_method;
    if (status == APR_SUCCESS && target == NULL)
        status = mi_error(MITO_EINVAL, "cannot start a process: it has no "
                          "function to run");
    if (status == APR_SUCCESS && args == NULL)
        status = mi_value_missing("what a process is to be given");
    if (status == APR_SUCCESS)
        status = check_method(method);
    if (status != APR_SUCCESS)
        return status;
    mi_identity_next(ancestry);
    status = process_create(&made, options->name, ancestry, pool);
    if (status != APR_SUCCESS)
        return status;
    fflush(NULL);
    status = method == MITO_START_FORK
        ? start_by_fork(made, target, args, ancestry)
        : start_by_spawn(made, target, args, ancestry);
    if (status != APR_SUCCESS) {
        apr_pool_destroy(made->pool);
        return status;
    }
    *process = made;
    return APR_SUCCESS;
}

/* ---- the life of a process ---- */

static apr_status_t refuse_self(const mito_process_t *process,
                                const char *what)
{
    if (!process->is_self)
        return APR_SUCCESS;
    return mi_error(MITO_ESELF, "a process cannot %s itself", what);
}

apr_status_t mito_process_join(mito_process_t *process,
                               apr_interval_time_t timeout)
{
    int64_t code;
    apr_status_t status = refuse_self(process, "join");

    if (status == APR_SUCCESS)
        status = mi_child_wait(&process->child, mi_deadline(timeout));
    if (status != APR_SUCCESS || !process->is_spawned)
        return status;
    /* One that was killed before it could answer has nothing to explain. */
    status = mi_child_exit_code(&process->child, &code);
    if (status != APR_SUCCESS || code < 0)
        return status;
    /* Another thread may be closing the process. */
    apr_thread_mutex_lock(process->child.lock);
    status = mi_handover_result(&process->handover, process->child.what,
                                process->host);
    apr_thread_mutex_unlock(process->child.lock);
    return status;
}

int mito_process_is_alive(mito_process_t *process)
{
    if (process->is_self)
        return 1;
    return mi_child_wait(&process->child, mi_deadline(0)) == APR_TIMEUP;
}

apr_status_t mito_process_exitcode(int64_t *exit_code,
                                   mito_process_t *process)
{
    apr_status_t status;

    if (process->is_self)
        return mi_error(APR_CHILD_NOTDONE, "the calling process has not "
                        "ended");
    status = mi_child_wait(&process->child, mi_deadline(0));
    if (status == MITO_ECLOSED)
        return status;
    return mi_child_exit_code(&process->child, exit_code);
}

int64_t mito_process_pid(const mito_process_t *process)
{
    return process->is_self ? plat_own_id() : process->child.pid;
}

const char *mito_process_name(const mito_process_t *process)
{
    return process->is_self ? mi_identity_name() : process->name;
}

apr_status_t mito_process_kill(mito_process_t *process)
{
    apr_status_t status = refuse_self(process, "kill");

    return status == APR_SUCCESS
        ? mi_child_signal(&process->child, 9, MITO_SCOPE_TREE) : status;
}

apr_status_t mito_process_close(mito_process_t *process)
{
    apr_status_t status;

    if (process == NULL)
        return APR_SUCCESS;
    status = refuse_self(process, "close");
    if (status != APR_SUCCESS)
        return status;
    mi_child_wait(&process->child, PLAT_NEVER);
    mi_child_close(&process->child);
    apr_thread_mutex_lock(process->child.lock);
    mi_handover_close(&process->handover);
    apr_thread_mutex_unlock(process->child.lock);
    return APR_SUCCESS;
}

mito_process_t *mito_current_process(void)
{
    static mito_process_t self = {.is_self = 1};

    return mi_program_pool() == NULL ? NULL : &self;
}
