/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relay COPY: sends a text through the program COPY and ends with 0 when it
 * came back, both through input and output and, with the error stream
 * merged in, again.
 */
#include <mito.h>

#include <string.h>

static int goes_through(const char *copy, mito_stream_e error,
                        apr_pool_t *pool)
{
    mito_completed_t *done;

    return mito_run(&done, MITO_ARGV(copy),
                    &(mito_run_options_t){
                        .input = "there and back", .input_size = 14,
                        .command.output.to = MITO_STREAM_PIPE,
                        .command.error.to = error}, pool) == APR_SUCCESS
           && strcmp(mito_completed_output(done, NULL), "there and back")
              == 0;
}

int main(int argc, const char *const *argv)
{
    apr_pool_t *pool;

    if (mito_init(&argc, &argv, &pool) != APR_SUCCESS)
        return 2;
    return goes_through(argv[1], MITO_STREAM_PIPE, pool)
           && goes_through(argv[1], MITO_STREAM_OUTPUT, pool)
           && goes_through(argv[1], MITO_STREAM_NULL, pool)
           && goes_through(argv[1], MITO_STREAM_INHERIT, pool) ? 0 : 1;
}
