/* SPDX-License-Identifier: Apache-2.0 */
/*
 * two_way: a dialogue with a command, in which each question depends on the
 * answer before; then questions that are known beforehand, with the answers
 * handed to a function, line by line, as they come.
 *
 * The command is this program itself, started with an argument. It has a
 * number in mind and says of each guess what it is compared with that.
 */
#include <mito.h>

#include <apr_strings.h>
#include <stdio.h>
#include <string.h>

/* Long enough for the slowest machine, and no wait for ever. */
#define PATIENCE apr_time_from_sec(60)

static int play(void)
{
    const int secret = 43;
    int guesses = 0;
    int guess;

    while (scanf("%d", &guess) == 1) {
        guesses++;
        puts(guess < secret ? "higher" : guess > secret ? "lower" : "right");
        /* Into a pipe C programs write by the block, and the other side
         * would wait for an answer that is still here. */
        fflush(stdout);
    }
    printf("%d guesses\n", guesses);
    return 0;
}

/* Valid until the next call on the game. */
static const char *ask(mito_popen_t *game, int guess, apr_pool_t *pool)
{
    const char *question = apr_psprintf(pool, "%d\n", guess);
    const char *answer;

    MITO_CHECK(mito_popen_write(game, question, strlen(question), PATIENCE));
    MITO_CHECK(mito_popen_read_line(&answer, NULL, game, MITO_STDOUT,
                                    PATIENCE));
    printf("%d? %s\n", guess, answer);
    return answer;
}

/* Between `low` and `high`, halved by each answer. */
static void find(mito_popen_t *game, int low, int high, apr_pool_t *pool)
{
    while (low <= high) {
        const int guess = (low + high) / 2;
        const char *answer = ask(game, guess, pool);

        if (strcmp(answer, "right") == 0)
            return;
        if (strcmp(answer, "higher") == 0)
            low = guess + 1;
        else
            high = guess - 1;
    }
}

static void guess_one_by_one(const char *self, apr_pool_t *pool)
{
    mito_popen_t *game;
    const char *line;

    MITO_CHECK(mito_popen_start(&game, MITO_ARGV(self, "play"),
        &(mito_command_options_t){.input.to = MITO_STREAM_PIPE,
                                  .output.to = MITO_STREAM_PIPE}, pool));
    if (mito_popen_read_line(&line, NULL, game, MITO_STDOUT,
                             apr_time_from_msec(10)) == APR_TIMEUP)
        puts("It does not speak unasked.");
    find(game, 1, 100, pool);

    /* At the end of its input it says a last line, and ends. */
    MITO_CHECK(mito_popen_close_input(game, PATIENCE));
    MITO_CHECK(mito_popen_read_line(&line, NULL, game, MITO_STDOUT,
                                    PATIENCE));
    printf("%s\n", line);
    if (mito_popen_read_line(&line, NULL, game, MITO_STDOUT,
                             PATIENCE) == APR_EOF)
        puts("It has said all.");
    MITO_CHECK(mito_popen_wait(game, PATIENCE));
    MITO_CHECK(mito_popen_close(game));
}

static apr_status_t take_line(void *opaque, const char *line, size_t size)
{
    int *number = opaque;

    printf("line %d, %d bytes: %s\n", ++*number, (int)size, line);
    return APR_SUCCESS;
}

static void guess_at_once(const char *self, apr_pool_t *pool)
{
    mito_completed_t *done;
    int number = 0;

    MITO_CHECK(mito_run(&done, MITO_ARGV(self, "play"),
        &(mito_run_options_t){
            .command.output = {.to = MITO_STREAM_LINES,
                               .receive = take_line, .opaque = &number},
            .input = "42\n43\n44\n", .input_size = 9,
            .timeout = PATIENCE, .check = 1}, pool));
}

int main(int argc, const char *const *argv)
{
    apr_pool_t *pool;

    MITO_CHECK(mito_init(&argc, &argv, &pool));
    if (argc > 1)
        return play();
    guess_one_by_one(argv[0], pool);
    guess_at_once(argv[0], pool);
    return 0;
}
