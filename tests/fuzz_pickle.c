/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_pickle: the reader of pickles against input that nobody thought of.
 *
 * Whatever the input, the reader returns a value or an error. A value can
 * then be written, read again, copied, compared and printed, and all of
 * these agree.
 *
 * With libFuzzer (-fsanitize=fuzzer -DMITO_LIBFUZZER) this is a target of
 * its. By itself it is a program that makes its own input by damaging good
 * pickles:
 *
 *     fuzz_pickle                    100,000 rounds from a fixed seed
 *     fuzz_pickle ROUNDS [SEED]      so many rounds, from another
 *     fuzz_pickle FILE...            each file once: a crash again
 */
#include "lib/wire/pickle.h"

#include <apr_general.h>
#include <apr_pools.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static apr_pool_t *pool;

static void require(int condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "fuzz_pickle: %s; %s\n", what, mito_errmsg());
        abort();
    }
}

/* Texts are compared, as not-a-number is not equal to itself. */
static void check_value(const mito_value_t *value)
{
    const mito_value_t *back = NULL;
    const char *text;
    void *bytes = NULL;
    size_t size = 0;

    require(mi_pickle_encode(&bytes, &size, value, pool) == APR_SUCCESS,
            "cannot write what was read");
    require(mi_pickle_decode(&back, bytes, size, NULL, pool) == APR_SUCCESS,
            "cannot read what was written");
    text = mito_value_repr(value, pool);
    require(strcmp(text, mito_value_repr(back, pool)) == 0,
            "what was read again differs");
    back = mito_value_copy(value, pool);
    require(back != NULL && strcmp(text, mito_value_repr(back, pool)) == 0,
            "the copy differs");
    if (strstr(text, "nan") == NULL)
        require(mito_value_equal(value, back), "the copy is not equal");
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    /* What a small input can tell of, a fuzzer has no time to walk through. */
    static const mi_pickle_limits_t limits = {0, 0, 0, 100000};
    const mito_value_t *value = NULL;
    apr_status_t status;

    if (pool == NULL)
        require(apr_initialize() == APR_SUCCESS
                    && apr_pool_create(&pool, NULL) == APR_SUCCESS,
                "cannot start");
    status = mi_pickle_decode(&value, data, size, &limits, pool);
    if (status == APR_SUCCESS)
        check_value(value);
    else
        require(value == NULL && (status == MITO_EMALFORMED
                                  || status == MITO_ELIMIT),
                "an unexpected error");
    apr_pool_clear(pool);
    return 0;
}

#ifndef MITO_LIBFUZZER

static uint64_t state;

/* xorshift64*: fast, and the same everywhere. */
static uint64_t next_random(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(2685821657736338717);
}

static size_t below(size_t limit)
{
    return (size_t)((next_random() >> 16) % limit);
}

enum { LARGEST = 512 };

/* Good pickles, which together have every operation that is read. */
#define SEED(literal) {literal, sizeof(literal) - 1}
static const struct {
    const char *bytes;
    size_t size;
} seeds[] = {
    SEED("\x80\2]q\0(K\1J\xff\xff\xff\xff\x8a\6\0\0\0\0\0\1G@\4\0\0\0\0\0\0"
         "N\x88X\1\0\0\0aq\1h\1)K\1\x85q\2K\1K\2\x86q\3K\1K\2K\3\x87q\4(K\1"
         "K\2K\3K\4tq\5]q\6]q\7K\1a}q\x8}q\tX\1\0\0\0kq\n]q\v(K\1K\2ese."),
    SEED("\x80\4\x95_\0\0\0\0\0\0\0]\x94(K\1J\xff\xff\xff\xff\x8a\6\0\0\0\0"
         "\0\1G@\4\0\0\0\0\0\0N\x88\x8c\1a\x94h\1C\1x\x94)K\1\x85\x94K\1K\2"
         "\x86\x94K\1K\2K\3\x87\x94(K\1K\2K\3K\4t\x94]\x94]\x94K\1a}\x94}"
         "\x94\x8c\1k\x94]\x94(K\1K\2ese."),
    SEED("\x80\5\x95\x12\0\0\0\0\0\0\0\x96\3\0\0\0\0\0\0\0abc\x94K\1\x86"
         "\x94."),
    SEED("\x80\4}(K\1NK\2NK\3NK\4N\x88NC\1aN\x8c\1aNG@\4\0\0\0\0\0\0N"
         "\x85NN)NK\7NK\1K\2\x86NK\xaNu."),
    SEED("\x80\4(M\1\2\x89\x8b\2\0\0\0\1\2B\1\0\0\0x\x8d\1\0\0\0\0\0\0\0y"
         "\x8e\1\0\0\0\0\0\0\0zN\x94r\1\0\0\0j\1\0\0\0h\0t."),
    SEED("\x80\4]\x94(h\0h\0\x86\x94h\1\x86\x94h\2h\2\x86\x94" "e."),
};

static size_t choose_seed(unsigned char *input)
{
    size_t i = below(sizeof(seeds) / sizeof(seeds[0]));

    memcpy(input, seeds[i].bytes, seeds[i].size);
    return seeds[i].size;
}

static unsigned char random_byte(void)
{
    static const char operations[] =
        "(().BCGJKMNX]aehjqrstu}\x80\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d"
        "\x8e\x94\x95\x96\0\1\2\3\4\xff";

    if (below(4) == 0)
        return (unsigned char)below(256);
    return (unsigned char)operations[below(sizeof(operations) - 1)];
}

/* Moves what is behind a place, so that bytes come in or fall out there. */
static size_t shift(unsigned char *input, size_t size, size_t at, size_t to)
{
    if (size - at > LARGEST - to)
        return size;
    memmove(input + to, input + at, size - at);
    return size - at + to;
}

static size_t damage(unsigned char *input, size_t size)
{
    size_t at = 2 + below(size - 2);
    size_t length = 1 + below(8);
    size_t i;

    switch (below(6)) {
    case 0:
        input[at] ^= (unsigned char)(1u << below(8));
        return size;
    case 1:
        return at + 1;
    case 2:
        return at + length < size ? shift(input, size, at + length, at)
                                  : size;
    case 3:
        /* Some of it twice. */
        return shift(input, size, at, at + length);
    case 4:
        size = shift(input, size, at, at + length);
        for (i = 0; i < length && at + i < size; i++)
            input[at + i] = random_byte();
        return size;
    default:
        input[at] = random_byte();
        return size;
    }
}

static void run_round(void)
{
    unsigned char input[LARGEST];
    unsigned char *exact;
    size_t size = choose_seed(input);
    size_t times = below(8);

    while (times-- > 0)
        size = damage(input, size);
    /* Memory of that size exactly, so that sanitizers see every step
     * beyond. */
    exact = malloc(size);
    require(exact != NULL, "no memory");
    memcpy(exact, input, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

static void replay(const char *path)
{
    static unsigned char input[1 << 20];
    FILE *file = fopen(path, "rb");
    size_t size;

    require(file != NULL, "cannot open the file");
    size = fread(input, 1, sizeof(input), file);
    fclose(file);
    LLVMFuzzerTestOneInput(input, size);
    printf("%s: survived\n", path);
}

int main(int argc, char **argv)
{
    unsigned long long rounds = 100000;
    unsigned long long seed = 20250101;
    unsigned long long i;
    char *end = NULL;

    if (argc > 1) {
        rounds = strtoull(argv[1], &end, 10);
        if (*end != '\0') {
            for (i = 1; i < (unsigned long long)argc; i++)
                replay(argv[i]);
            return 0;
        }
    }
    if (argc > 2)
        seed = strtoull(argv[2], NULL, 10);
    printf("fuzz_pickle: %llu rounds from seed %llu\n", rounds, seed);
    state = seed != 0 ? seed : 1;
    for (i = 0; i < rounds; i++)
        run_round();
    return 0;
}

#endif
