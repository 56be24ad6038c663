/* SPDX-License-Identifier: Apache-2.0 */
/*
 * subprocess.c: the life of a command, from its start to when it is closed.
 */
#include "subprocess.h"

#include "core/error.h"
#include "core/pool.h"
#include "core/stop.h"

#include "../platform/command_line.h"

#include <apr_strings.h>
#include <stdio.h>

/* ---- starting ---- */

/* When the pool goes the command is not left behind. One that is known to
 * have ended is not searched for descendants: it was not stopped. One that
 * cannot be ended is not waited for. */
static apr_status_t stop_at_cleanup(void *opaque)
{
    mito_popen_t *popen = opaque;

    if (!popen->closed && mi_child_runs(&popen->child)
        && mito_popen_stop(popen, NULL) != APR_SUCCESS)
        mi_popen_leave(popen);
    return mito_popen_close(popen);
}

const char *const *mi_copy_vector(const char *const *argv, apr_pool_t *pool)
{
    const char **copy;
    size_t count = 0;

    while (argv[count] != NULL)
        count++;
    copy = apr_palloc(pool, (count + 1) * sizeof(*copy));
    copy[count] = NULL;
    while (count-- > 0)
        copy[count] = apr_pstrdup(pool, argv[count]);
    return copy;
}

static int wants_pump(const mito_command_options_t *options)
{
    return mi_is_pumped(&options->input) || mi_is_pumped(&options->output)
           || mi_is_pumped(&options->error);
}

static apr_status_t make_lock(apr_thread_mutex_t **lock, apr_pool_t *pool)
{
    apr_status_t status = apr_thread_mutex_create(
        lock, APR_THREAD_MUTEX_DEFAULT, pool);

    return status == APR_SUCCESS ? status
                                 : mi_error_with(status, "cannot make a lock");
}

static apr_status_t give_own_pump(mito_popen_t *made)
{
    apr_status_t status = APR_SUCCESS;

    made->pump = &made->own_pump;
    made->flows = made->own_flows;
    mi_pump_init(made->pump, made->flows, PLAT_STREAMS, made->child.what,
                 made->pool);
    made->pump->lock = made->child.lock;
    if (made->has_pipes)
        status = make_lock(&made->pump->lock, made->pool);
    return status;
}

static apr_status_t create(mito_popen_t **popen, const char *const *argv,
                           const mito_command_options_t *options,
                           mi_pump_t *pump, mi_flow_t *flows,
                           apr_pool_t *parent)
{
    static const plat_process_t no_process = PLAT_PROCESS_NONE;
    mito_popen_t *made;
    apr_pool_t *pool;
    apr_status_t status = mi_pool_create(&pool, parent);
    int i;

    if (status != APR_SUCCESS)
        return status;
    made = apr_pcalloc(pool, sizeof(*made));
    made->pool = pool;
    made->argv = mi_copy_vector(argv, pool);
    made->stop = options->stop;
    made->die_with_parent = options->die_with_parent;
    made->has_pipes = pump != NULL || wants_pump(options);
    made->pump = pump;
    made->flows = flows;
    for (i = 0; i < PLAT_STREAMS; i++)
        made->files[i] = PLAT_HANDLE_NONE;
    status = mi_child_init(&made->child, &no_process,
                           apr_pstrcat(pool, "the command '", argv[0], "'",
                                       NULL), pool);
    if (status == APR_SUCCESS && pump == NULL)
        status = give_own_pump(made);
    if (status != APR_SUCCESS) {
        apr_pool_destroy(pool);
        return status;
    }
    *popen = made;
    return APR_SUCCESS;
}

apr_status_t mi_popen_start(mito_popen_t **popen, const char *const *argv,
                            const mito_command_options_t *options,
                            const mi_link_t *link, mi_pump_t *pump,
                            mi_flow_t *flows, apr_pool_t *pool)
{
    static const mito_command_options_t defaults;
    mito_popen_t *made;
    apr_status_t status = mi_require_init();

    if (status != APR_SUCCESS)
        return status;
    if (argv == NULL || argv[0] == NULL)
        return mi_error(MITO_EINVAL, "cannot run a command: its argument "
                        "vector is empty");
    if (options == NULL)
        options = &defaults;
    status = mi_command_check(options);
    if (status == APR_SUCCESS)
        status = create(&made, argv, options, pump, flows, pool);
    if (status != APR_SUCCESS)
        return status;
    status = mi_command_start(made, options, link);
    if (status != APR_SUCCESS) {
        mi_popen_close_streams(made);
        apr_pool_destroy(made->pool);
        return status;
    }
    made->child.pid = plat_process_id(&made->child.process);
    apr_pool_cleanup_register(made->pool, made, stop_at_cleanup,
                              apr_pool_cleanup_null);
    *popen = made;
    return APR_SUCCESS;
}

apr_status_t mito_popen_start(mito_popen_t **popen, const char *const *argv,
                              const mito_command_options_t *options,
                              apr_pool_t *pool)
{
    static const mi_link_t no_link = MI_LINK_NONE;

    return mi_popen_start(popen, argv, options, &no_link, NULL, NULL, pool);
}

/* ---- asking ---- */

const char *const *mito_popen_argv(const mito_popen_t *popen)
{
    return popen->argv;
}

int64_t mito_popen_pid(const mito_popen_t *popen)
{
    return popen->child.pid;
}

apr_status_t mito_popen_wait(mito_popen_t *popen,
                             apr_interval_time_t timeout)
{
    return mi_child_wait(&popen->child, mi_deadline(timeout));
}

apr_status_t mito_popen_exit_code(int64_t *exit_code, mito_popen_t *popen)
{
    return mi_child_exit_code(&popen->child, exit_code);
}

apr_status_t mito_popen_poll(int64_t *exit_code, mito_popen_t *popen)
{
    int64_t code;
    apr_status_t status = mi_child_wait(&popen->child, 0);

    if (status == APR_TIMEUP)
        return APR_CHILD_NOTDONE;
    if (status == APR_SUCCESS || status == MITO_ECLOSED)
        status = mi_child_exit_code(&popen->child, &code);
    if (status == APR_SUCCESS && exit_code != NULL)
        *exit_code = code;
    return status;
}

static const char *number(int64_t value, apr_pool_t *pool)
{
    char text[24];

    snprintf(text, sizeof(text), "%lld", (long long)value);
    return apr_pstrdup(pool, text);
}

static const char *condition_of(mito_popen_t *popen, apr_pool_t *pool)
{
    int64_t code;

    switch (mito_popen_poll(&code, popen)) {
    case APR_SUCCESS:
        return apr_pstrcat(pool, "exit code ", number(code, pool), NULL);
    case MITO_ELOST:
        return "ended";
    default:
        return "runs";
    }
}

const char *mito_popen_repr(mito_popen_t *popen, apr_pool_t *pool)
{
    const char *const *argument;
    const char *text = "<command";

    for (argument = popen->argv; *argument != NULL; argument++)
        text = apr_pstrcat(pool, text, " '", *argument, "'", NULL);
    return apr_pstrcat(pool, text, ": pid ", number(popen->child.pid, pool),
                       ", ", condition_of(popen, pool), ">", NULL);
}

const char *mito_list2cmdline(const char *const *argv, apr_pool_t *pool)
{
    return plat_list2cmdline(argv, pool);
}

/* ---- ending ---- */

apr_status_t mito_popen_send_signal(mito_popen_t *popen, int signal,
                                    mito_scope_e scope)
{
    if ((unsigned)scope > MITO_SCOPE_GROUP)
        return mi_error(MITO_EINVAL, "a signal is for whom no mito_scope_e "
                        "says");
    /* Whether it has ended is the system's to say, not ours from before. */
    mi_child_runs(&popen->child);
    return mi_child_signal(&popen->child, signal, scope);
}

apr_status_t mito_popen_terminate(mito_popen_t *popen, mito_scope_e scope)
{
    return mito_popen_send_signal(popen, 15, scope);
}

apr_status_t mito_popen_kill(mito_popen_t *popen, mito_scope_e scope)
{
    return mito_popen_send_signal(popen, 9, scope);
}

/* Closes what the parent holds of its streams, once no other thread works on
 * them. 0: that was done before. */
int mi_popen_close_pipes(mito_popen_t *popen)
{
    mi_pump_t *pump = popen->pump;
    int i;

    apr_thread_mutex_lock(pump->lock);
    if (popen->closed) {
        apr_thread_mutex_unlock(pump->lock);
        return 0;
    }
    popen->closed = 1;
    mi_pump_pause(pump);
    mi_popen_close_streams(popen);
    if (pump == &popen->own_pump)
        mi_pump_close(pump);
    for (i = 0; i < PLAT_STREAMS; i++)
        mi_sink_close(&popen->flows[i].sink);
    mi_pump_resume(pump);
    apr_thread_mutex_unlock(pump->lock);
    return 1;
}

static int was_closed(mito_popen_t *popen)
{
    int closed;

    apr_thread_mutex_lock(popen->pump->lock);
    closed = popen->closed;
    apr_thread_mutex_unlock(popen->pump->lock);
    return closed;
}

apr_status_t mito_popen_stop(mito_popen_t *popen, const mito_stop_t *stop)
{
    mi_child_t *child = &popen->child;
    apr_status_t status;

    if (stop == NULL)
        stop = &popen->stop;
    status = mi_stop_check(stop);
    if (status == APR_SUCCESS && was_closed(popen))
        status = mi_error(MITO_ECLOSED, "%s is closed", popen->child.what);
    if (status == APR_SUCCESS)
        status = mi_stop(&child, 1, &stop, mi_popen_own_pump(popen));
    return status;
}

void mi_popen_leave(mito_popen_t *popen)
{
    if (mi_popen_close_pipes(popen))
        mi_child_detach(&popen->child);
}

apr_status_t mito_popen_detach(mito_popen_t *popen)
{
    if (popen->die_with_parent)
        return mi_error(MITO_EINVAL, "%s cannot be left to itself: it is to "
                        "die with its parent", popen->child.what);
    mi_popen_leave(popen);
    return APR_SUCCESS;
}

apr_status_t mito_popen_close(mito_popen_t *popen)
{
    if (popen == NULL || !mi_popen_close_pipes(popen))
        return APR_SUCCESS;
    mi_child_wait(&popen->child, PLAT_NEVER);
    mi_child_close(&popen->child);
    return APR_SUCCESS;
}
