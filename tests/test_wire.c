/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_wire: values as pickles: recorded bytes, round trips, damaged and
 * hostile input.
 */
#include "runner.h"
#include "random_value.h"

#include "lib/wire/pickle.h"

#include <mito.h>

#include <stdlib.h>
#include <string.h>

static apr_pool_t *pool;

#define ASSERT_SENTENCE(part) CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(),  \
                                                            (part)))

/* Bytes in a string literal, which may have zeros inside. */
#define DECODE(value, literal)                                              \
    mi_pickle_decode((value), (literal), sizeof(literal) - 1, NULL, pool)

/* ---- Recorded bytes ---- */

/* What Python writes for the same data, without its frame and memo. */
static void writes_the_bytes_that_python_writes(void)
{
    const mito_value_t *value = mito_tuple(
        pool, mito_none(), mito_bool(1), mito_bool(0),
        mito_list(pool, mito_int(0, pool), mito_int(255, pool),
                  mito_int(256, pool), mito_int(65535, pool),
                  mito_int(65536, pool), mito_int(-1, pool),
                  mito_int(INT64_C(2147483648), pool),
                  mito_int(INT64_MIN, pool)),
        mito_dict(pool, mito_str("a", pool), mito_float(2.5, pool)),
        mito_tuple(pool, mito_bytes("\0", 1, pool)));
    static const char expected[] =
        "\x80\x04("
        "N\x88\x89"
        "](K\0K\xffM\0\1M\xff\xffJ\0\0\1\0J\xff\xff\xff\xff"
        "\x8a\5\0\0\0\x80\0\x8a\x8\0\0\0\0\0\0\0\x80" "e"
        "}\x8c\1aG@\4\0\0\0\0\0\0s"
        "C\1\0\x85"
        "t.";
    void *bytes = NULL;
    size_t size = 0;

    MITO_ASSERT_OK_FATAL(mi_pickle_encode(&bytes, &size, value, pool));
    CU_ASSERT_EQUAL_FATAL(size, sizeof(expected) - 1);
    CU_ASSERT_EQUAL(memcmp(bytes, expected, size), 0);
}

/* pickle.dumps() of [1, -1, 2**40, 2.5, None, True, 'a', 'a', b'x', (),
 * (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], [1], {}, {'k': [1, 2]}] with
 * the protocols 2 (without the bytes), 3, 4 and 5. */
static const char recorded_2[] =
    "\x80\2]q\0(K\1J\xff\xff\xff\xff\x8a\6\0\0\0\0\0\1G@\4\0\0\0\0\0\0N\x88"
    "X\1\0\0\0aq\1h\1)K\1\x85q\2K\1K\2\x86q\3K\1K\2K\3\x87q\4(K\1K\2K\3K\4"
    "tq\5]q\6]q\7K\1a}q\x8}q\tX\1\0\0\0kq\n]q\v(K\1K\2ese.";
static const char recorded_3[] =
    "\x80\3]q\0(K\1J\xff\xff\xff\xff\x8a\6\0\0\0\0\0\1G@\4\0\0\0\0\0\0N\x88"
    "X\1\0\0\0aq\1h\1C\1xq\2)K\1\x85q\3K\1K\2\x86q\4K\1K\2K\3\x87q\5(K\1K\2"
    "K\3K\4tq\6]q\7]q\x8K\1a}q\t}q\nX\1\0\0\0kq\v]q\f(K\1K\2ese.";
static const char recorded_4[] =
    "\x80\4\x95_\0\0\0\0\0\0\0]\x94(K\1J\xff\xff\xff\xff\x8a\6\0\0\0\0\0\1"
    "G@\4\0\0\0\0\0\0N\x88\x8c\1a\x94h\1C\1x\x94)K\1\x85\x94K\1K\2\x86\x94"
    "K\1K\2K\3\x87\x94(K\1K\2K\3K\4t\x94]\x94]\x94K\1a}\x94}\x94\x8c\1k\x94]"
    "\x94(K\1K\2ese.";
static const char recorded_5[] =
    "\x80\5\x95\x12\0\0\0\0\0\0\0\x96\3\0\0\0\0\0\0\0abc\x94K\1\x86\x94.";

static void reads_what_python_wrote(void)
{
    static const char expected[] =
        "[1, -1, 1099511627776, 2.5, None, True, 'a', 'a', b'x', (), (1,), "
        "(1, 2), (1, 2, 3), (1, 2, 3, 4), [], [1], {}, {'k': [1, 2]}]";
    const mito_value_t *value = NULL;

    MITO_ASSERT_OK(DECODE(&value, recorded_2));
    CU_ASSERT_EQUAL(mito_count(value), 17);
    MITO_ASSERT_OK(DECODE(&value, recorded_3));
    CU_ASSERT_STRING_EQUAL(mito_value_repr(value, pool), expected);
    MITO_ASSERT_OK(DECODE(&value, recorded_4));
    CU_ASSERT_STRING_EQUAL(mito_value_repr(value, pool), expected);
    /* A bytearray is read as bytes. */
    MITO_ASSERT_OK(DECODE(&value, recorded_5));
    CU_ASSERT_STRING_EQUAL(mito_value_repr(value, pool), "(b'abc', 1)");
}

static void reads_ints_of_any_length(void)
{
    const mito_value_t *value = NULL;

    MITO_ASSERT_OK(DECODE(&value, "\x80\2\x8a\0."));
    CU_ASSERT(mito_is_int(value) && mito_as_int(value) == 0);
    MITO_ASSERT_OK(DECODE(&value, "\x80\2\x8a\1\xff."));
    CU_ASSERT_EQUAL(mito_as_int(value), -1);
    MITO_ASSERT_OK(DECODE(&value, "\x80\2\x8b\2\0\0\0\0\x80."));
    CU_ASSERT_EQUAL(mito_as_int(value), -32768);
    MITO_ASSERT_OK(DECODE(&value, "\x80\2\x8a\x9\5\0\0\0\0\0\0\0\0."));
    CU_ASSERT_EQUAL(mito_as_int(value), 5);
    MITO_ASSERT_OK(DECODE(&value, "\x80\2\x8a\xa\0\0\0\0\0\0\0\x80\xff\xff."));
    CU_ASSERT_EQUAL(mito_as_int(value), INT64_MIN);
    MITO_ASSERT_STATUS(
        DECODE(&value, "\x80\2\x8a\x9\0\0\0\0\0\0\0\x80\0."),
        MITO_EMALFORMED);
    MITO_ASSERT_STATUS(
        DECODE(&value, "\x80\2\x8a\x9\0\0\0\0\0\0\0\0\xff."),
        MITO_EMALFORMED);
    MITO_ASSERT_STATUS(
        DECODE(&value, "\x80\2\x8a\x9\0\0\0\0\0\0\0\0\1."), MITO_EMALFORMED);
    MITO_ASSERT_STATUS(DECODE(&value, "\x80\2\x8b\xff\xff\xff\xff."),
                       MITO_EMALFORMED);
    ASSERT_SENTENCE("cut short");
}

/* ---- Round trips ---- */

static void round_trip(const mito_value_t *value)
{
    const mito_value_t *back = NULL;
    void *bytes = NULL;
    void *again = NULL;
    size_t size = 0;
    size_t size_again = 0;

    MITO_ASSERT_OK_FATAL(mi_pickle_encode(&bytes, &size, value, pool));
    MITO_ASSERT_OK_FATAL(mi_pickle_decode(&back, bytes, size, NULL, pool));
    CU_ASSERT_FATAL(mito_value_equal(value, back));
    CU_ASSERT_STRING_EQUAL_FATAL(mito_value_repr(value, pool),
                                 mito_value_repr(back, pool));
    MITO_ASSERT_OK_FATAL(mi_pickle_encode(&again, &size_again, back, pool));
    CU_ASSERT_FATAL(size == size_again && memcmp(bytes, again, size) == 0);
}

static void random_values_survive(void)
{
    apr_pool_t *parent = pool;
    int i;

    for (i = 0; i < 20000; i++) {
        MITO_ASSERT_OK_FATAL(apr_pool_create(&pool, parent));
        round_trip(random_value(6, pool));
        apr_pool_destroy(pool);
    }
    pool = parent;
}

/* Sizes at which the form on the wire changes. */
static void large_values_survive(void)
{
    static const size_t sizes[] = {255, 256, 65535, 65536, 5000000};
    static const size_t counts[] = {0, 1, 2, 3, 4, 999, 1000, 1001, 2000,
                                    100000};
    const mito_value_t **items = malloc(200000 * sizeof(*items));
    char *text = malloc(5000000);
    size_t i;

    CU_ASSERT_FATAL(items != NULL && text != NULL);
    memset(text, 'x', 5000000);
    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        round_trip(mito_str_n(text, sizes[i], pool));
        round_trip(mito_bytes(text, sizes[i], pool));
    }
    for (i = 0; i < 200000; i++)
        items[i] = mito_int((int64_t)i * 7919, pool);
    for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        round_trip(mito_list_of(items, counts[i], pool));
        round_trip(mito_tuple_of(items, counts[i], pool));
        round_trip(mito_dict_of(items, 2 * counts[i], pool));
    }
    free((void *)items);
    free(text);
}

/* Lists and dicts that come in several batches, or item by item. */
static void batches_add_up(void)
{
    const mito_value_t *value = NULL;

    MITO_ASSERT_OK(DECODE(&value, "\x80\4](K\1e(K\2K\3e(eK\4a."));
    CU_ASSERT_STRING_EQUAL(mito_value_repr(value, pool), "[1, 2, 3, 4]");
    MITO_ASSERT_OK(DECODE(&value, "\x80\4}(K\1Nu(K\2NK\3NuK\1\x88s(u."));
    CU_ASSERT_STRING_EQUAL(mito_value_repr(value, pool),
                           "{1: True, 2: None, 3: None}");
}

static void null_cannot_be_sent(void)
{
    void *bytes = NULL;
    size_t size = 7;

    MITO_ASSERT_STATUS(mi_pickle_size(&size, NULL), MITO_EINVAL);
    MITO_ASSERT_STATUS(
        mi_pickle_encode(&bytes, &size, mito_str("\xff", pool), pool),
        MITO_EINVAL);
    ASSERT_SENTENCE("not UTF-8 at byte 0");
    CU_ASSERT(bytes == NULL && size == 7);
}

/* ---- Damaged and hostile input ---- */

static void every_truncation_is_an_error(void)
{
    const mito_value_t *value = NULL;
    char *part;
    size_t size;

    for (size = 0; size < sizeof(recorded_4) - 1; size++) {
        /* Memory of that size exactly, so that a reader of addresses sees
         * any step beyond it. */
        part = malloc(size > 0 ? size : 1);
        CU_ASSERT_PTR_NOT_NULL_FATAL(part);
        memcpy(part, recorded_4, size);
        MITO_ASSERT_STATUS(
            mi_pickle_decode(&value, part, size, NULL, pool),
            MITO_EMALFORMED);
        free(part);
    }
    MITO_ASSERT_STATUS(mi_pickle_decode(&value, NULL, 0, NULL, pool),
                       MITO_EMALFORMED);
    CU_ASSERT_PTR_NULL(value);
}

static void malformed_input_is_refused(void)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *sentence;
    } inputs[] = {
#define INPUT(literal, sentence) {literal, sizeof(literal) - 1, sentence}
        INPUT("N.", "protocol 2 to 5"),
        INPUT("\x80\1N.", "protocol 2 to 5"),
        INPUT("\x80\6N.", "protocol 2 to 5"),
        INPUT("\x80\4.", "a value is missing"),
        INPUT("\x80\4(.", "a value is missing"),
        INPUT("\x80\4NN.", "several values"),
        INPUT("\x80\4(N.", "several values"),
        INPUT("\x80\4N.N", "more follows"),
        INPUT("\x80\4N\x80\4.", "operation 0x80"),
        INPUT("\x80\4\x8c\1\xff.", "not UTF-8"),
        INPUT("\x80\4\x8c\2\xc0\x80.", "not UTF-8"),
        INPUT("\x80\4X\xff\xff\xff\xff" "a.", "cut short"),
        INPUT("\x80\4\x8d\xff\xff\xff\xff\xff\xff\xff\xff" "a.",
              "cut short"),
        INPUT("\x80\4\x95\7\0\0\0\0\0\0\0N.", "cut short"),
        INPUT("\x80\4Nt.", "a mark is missing"),
        INPUT("\x80\4e.", "a mark is missing"),
        INPUT("\x80\4(e.", "a value is missing"),
        INPUT("\x80\4N(e.", "no list to append to"),
        INPUT("\x80\4}Na.", "no list to append to"),
        INPUT("\x80\4((e.", "no list to append to"),
        INPUT("\x80\4](u.", "no dict to put into"),
        INPUT("\x80\4](Na.", "a value is missing"),
        INPUT("\x80\4N(\x85.", "a value is missing"),
        INPUT("\x80\4NN\x87.", "a value is missing"),
        INPUT("\x80\4}(Nu.", "a key has no value"),
        INPUT("\x80\4}]Ns.", "a list cannot be a dict's key"),
        INPUT("\x80\4}}\x85Ns.", "cannot be a dict's key"),
        INPUT("\x80\4\x94.", "a value is missing"),
        INPUT("\x80\4(\x94.", "a value is missing"),
        INPUT("\x80\4h\0.", "no such entry"),
        INPUT("\x80\4Nr\xff\xff\xff\xff.", "too large"),
        INPUT("\x80\4Nr\xff\xff\xff\x7f.", "too large"),
        INPUT("\x80\4NNq\1h\0.", "no such entry"),
        /* What calls, looks up or stores by name. */
        INPUT("\x80\4cos\nsystem\n.", "operation 0x63"),
        INPUT("\x80\4\x8c\2os\x8c\6system\x93.", "operation 0x93"),
        INPUT("\x80\4N)R.", "operation 0x52"),
        INPUT("\x80\4I1\n.", "operation 0x49"),
        INPUT("\x80\4N0.", "operation 0x30"),
        INPUT("\x80\4\xff.", "operation 0xff"),
#undef INPUT
    };
    const mito_value_t *value = NULL;
    size_t i;

    for (i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
        MITO_ASSERT_STATUS(mi_pickle_decode(&value, inputs[i].bytes,
                                            inputs[i].size, NULL, pool),
                           MITO_EMALFORMED);
        if (strstr(mito_errmsg(), inputs[i].sentence) == NULL)
            CU_ASSERT_STRING_EQUAL(mito_errmsg(), inputs[i].sentence);
    }
    CU_ASSERT_PTR_NULL(value);
}

static void the_sentence_names_the_byte(void)
{
    const mito_value_t *value = NULL;

    MITO_ASSERT_STATUS(DECODE(&value, "\x80\4](K\1\x93" "e."),
                       MITO_EMALFORMED);
    CU_ASSERT_STRING_EQUAL(mito_errmsg(), "malformed pickle at byte 6: "
                           "operation 0x93 is not supported");
}

/* l = []; l.append(l) and its like, as Python writes them. */
static void values_that_contain_themselves_are_refused(void)
{
    const mito_value_t *value = NULL;

    MITO_ASSERT_STATUS(DECODE(&value, "\x80\4]\x94h\0a."), MITO_EMALFORMED);
    ASSERT_SENTENCE("contains itself");
    MITO_ASSERT_STATUS(DECODE(&value, "\x80\4]\x94(K\1h\0e."),
                       MITO_EMALFORMED);
    MITO_ASSERT_STATUS(DECODE(&value, "\x80\4}\x94K\1h\0s."),
                       MITO_EMALFORMED);
    MITO_ASSERT_STATUS(DECODE(&value, "\x80\4]\x94h\0\x85\x94" "a."),
                       MITO_EMALFORMED);
    MITO_ASSERT_STATUS(DECODE(&value, "\x80\4]\x94]h\0a\x85" "a."),
                       MITO_EMALFORMED);
    /* The same list in two places is none of these. */
    MITO_ASSERT_OK(DECODE(&value, "\x80\4]\x94K\1ah\0\x86."));
    CU_ASSERT_STRING_EQUAL(mito_value_repr(value, pool), "([1], [1])");
}

static void nesting_bombs_are_refused(void)
{
    enum { DEPTH = 1000000 };
    char *bytes = malloc(2 * DEPTH + 3);
    const mito_value_t *value = NULL;

    CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
    memcpy(bytes, "\x80\4", 2);
    memset(bytes + 2, ']', DEPTH);
    memset(bytes + 2 + DEPTH, 'a', DEPTH - 1);
    bytes[2 * DEPTH + 1] = '.';
    MITO_ASSERT_STATUS(mi_pickle_decode(&value, bytes, 2 * DEPTH + 2, NULL,
                                        pool), MITO_ELIMIT);
    memset(bytes + 2, ')', 1);
    memset(bytes + 3, 0x85, 2 * DEPTH - 2);
    MITO_ASSERT_STATUS(mi_pickle_decode(&value, bytes, 2 * DEPTH + 2, NULL,
                                        pool), MITO_ELIMIT);
    memset(bytes + 2, '(', 2 * DEPTH);
    MITO_ASSERT_STATUS(mi_pickle_decode(&value, bytes, 2 * DEPTH + 2, NULL,
                                        pool), MITO_EMALFORMED);
    free(bytes);
}

/* Each step refers to the one before twice: 2 to the power of 200 values. */
static void memo_bombs_are_refused(void)
{
    char bytes[2000] = "\x80\4N\x94";
    const mito_value_t *value = NULL;
    size_t size = 4;
    size_t i;

    for (i = 0; i < 200; i++) {
        bytes[size++] = 'h';
        bytes[size++] = (char)i;
        bytes[size++] = 'h';
        bytes[size++] = (char)i;
        bytes[size++] = (char)0x86;
        bytes[size++] = (char)0x94;
    }
    bytes[size++] = '.';
    MITO_ASSERT_STATUS(mi_pickle_decode(&value, bytes, size, NULL, pool),
                       MITO_ELIMIT);
    ASSERT_SENTENCE("bytes when written out");
}

static void limits_can_be_tightened(void)
{
    static const mi_pickle_limits_t depth = {.depth = 2};
    static const mi_pickle_limits_t nodes = {.nodes = 25};
    static const mi_pickle_limits_t memo = {.memo = 3};
    static const mi_pickle_limits_t bytes = {.bytes = 50};
    static const mi_pickle_limits_t enough = {2, 100, 20, 100};
    const size_t size = sizeof(recorded_4) - 1;
    const mito_value_t *value = NULL;

    MITO_ASSERT_STATUS(mi_pickle_decode(&value, recorded_4, size, &depth,
                                        pool), MITO_ELIMIT);
    ASSERT_SENTENCE("more than 2 levels of nesting");
    MITO_ASSERT_STATUS(mi_pickle_decode(&value, recorded_4, size, &nodes,
                                        pool), MITO_ELIMIT);
    ASSERT_SENTENCE("more than 25 values");
    MITO_ASSERT_STATUS(mi_pickle_decode(&value, recorded_4, size, &memo,
                                        pool), MITO_ELIMIT);
    ASSERT_SENTENCE("more than 3 entries in the memo");
    MITO_ASSERT_STATUS(mi_pickle_decode(&value, recorded_4, size, &bytes,
                                        pool), MITO_ELIMIT);
    ASSERT_SENTENCE("more than 50 bytes when written out");
    MITO_ASSERT_STATUS(mi_pickle_decode(&value, "\x80\4\x8c\4long.", 9,
                                        &(mi_pickle_limits_t){.bytes = 5},
                                        pool), MITO_ELIMIT);
    CU_ASSERT_PTR_NULL(value);
    MITO_ASSERT_STATUS(mi_pickle_decode(&value, recorded_4, size, &enough,
                                        pool), MITO_ELIMIT);
    MITO_ASSERT_OK(mi_pickle_decode(&value, recorded_4, size,
                                    &(mi_pickle_limits_t){3, 100, 20, 100},
                                    pool));
}

static const mito_test_t tests[] = {
    {"writes_the_bytes_that_python_writes",
     writes_the_bytes_that_python_writes, 0},
    {"reads_what_python_wrote", reads_what_python_wrote, 0},
    {"reads_ints_of_any_length", reads_ints_of_any_length, 0},
    {"random_values_survive", random_values_survive, 60},
    {"large_values_survive", large_values_survive, 60},
    {"batches_add_up", batches_add_up, 0},
    {"null_cannot_be_sent", null_cannot_be_sent, 0},
    {"every_truncation_is_an_error", every_truncation_is_an_error, 0},
    {"malformed_input_is_refused", malformed_input_is_refused, 0},
    {"the_sentence_names_the_byte", the_sentence_names_the_byte, 0},
    {"values_that_contain_themselves_are_refused",
     values_that_contain_themselves_are_refused, 0},
    {"nesting_bombs_are_refused", nesting_bombs_are_refused, 0},
    {"memo_bombs_are_refused", memo_bombs_are_refused, 0},
    {"limits_can_be_tightened", limits_can_be_tightened, 0},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    MITO_CHECK(mito_init(&argc, &argv, &pool));
    return mito_test_main(argc, argv, "wire", tests);
}
