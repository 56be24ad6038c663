/* SPDX-License-Identifier: Apache-2.0 */
/*
 * patient BYTES MILLISECONDS PROGRAM [ARGUMENT]: feeds so many bytes to the
 * program and drains what it writes, for that time at most. Says "begun" as
 * soon as something came, and at the end the status, how many bytes came,
 * whether they are those that were fed, and how many milliseconds passed.
 */
#include <mito.h>

#include <stdio.h>
#include <stdlib.h>

typedef struct state_t {
    size_t count;
    int differs;
} state_t;

static char byte_at(size_t index)
{
    return (char)(index % 251);
}

static apr_status_t take(void *opaque, const char *bytes, size_t size)
{
    state_t *state = opaque;
    size_t i;

    if (state->count == 0) {
        puts("begun");
        fflush(stdout);
    }
    for (i = 0; i < size; i++)
        if (bytes[i] != byte_at(state->count++))
            state->differs = 1;
    return APR_SUCCESS;
}

static char *make_input(size_t size)
{
    char *bytes = malloc(size + 1);
    size_t i;

    for (i = 0; bytes != NULL && i < size; i++)
        bytes[i] = byte_at(i);
    return bytes;
}

int main(int argc, const char *const *argv)
{
    state_t state = {0, 0};
    mito_command_options_t options = {
        .input = {.to = MITO_STREAM_PIPE},
        .output = {.to = MITO_STREAM_CHUNKS, .receive = take,
                   .opaque = &state}};
    mito_popen_t *popen;
    apr_status_t status;
    apr_pool_t *pool;
    apr_time_t begun;
    char *input;

    MITO_CHECK(mito_init(&argc, &argv, &pool));
    if (argc < 4)
        return 1;
    input = make_input((size_t)atol(argv[1]));
    MITO_CHECK(mito_popen_start(&popen, argv + 3, &options, pool));
    begun = apr_time_now();
    status = mito_popen_communicate(popen, input, (size_t)atol(argv[1]),
                                    apr_time_from_msec(atol(argv[2])));
    printf("%s %lu %s %ld\n",
           status == APR_TIMEUP ? "timeup"
           : status == APR_SUCCESS ? "success" : "failure",
           (unsigned long)state.count, state.differs ? "differ" : "same",
           (long)apr_time_as_msec(apr_time_now() - begun));
    free(input);
    return 0;
}
