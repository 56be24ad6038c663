/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_value: building, reading, comparing, copying and printing values.
 */
#include "runner.h"

#include <mito.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static apr_pool_t *pool;

#define ASSERT_REPR(value, text)                                            \
    CU_ASSERT_STRING_EQUAL(mito_value_repr((value), pool), (text))
#define ASSERT_SENTENCE(part) CU_ASSERT_PTR_NOT_NULL(strstr(mito_errmsg(),  \
                                                            (part)))

static const mito_value_t *integer(int64_t number)
{
    return mito_int(number, pool);
}

static const mito_value_t *text(const char *string)
{
    return mito_str(string, pool);
}

/* [[[...]]], so many deep. */
static const mito_value_t *nest(int depth)
{
    const mito_value_t *value = mito_list_of(NULL, 0, pool);

    while (--depth > 0)
        value = mito_list(pool, value);
    return value;
}

/* ---- Scalars ---- */

static void numbers_read_back(void)
{
    const mito_value_t *nan = mito_float(NAN, pool);

    CU_ASSERT_EQUAL(mito_as_int(integer(INT64_MIN)), INT64_MIN);
    CU_ASSERT_EQUAL(mito_as_int(integer(INT64_MAX)), INT64_MAX);
    CU_ASSERT_EQUAL(mito_as_float(mito_float(2.5, pool)), 2.5);
    CU_ASSERT(mito_as_float(nan) != mito_as_float(nan));
    CU_ASSERT(copysign(1.0, mito_as_float(mito_float(-0.0, pool))) < 0.0);
    CU_ASSERT_EQUAL(mito_as_bool(mito_bool(7)), 1);
    CU_ASSERT_EQUAL(mito_as_bool(mito_bool(0)), 0);
}

static void numbers_widen_but_never_narrow(void)
{
    CU_ASSERT_EQUAL(mito_as_int(mito_bool(1)), 1);
    CU_ASSERT_EQUAL(mito_as_float(integer(-3)), -3.0);
    CU_ASSERT_EQUAL(mito_as_float(mito_bool(1)), 1.0);
    CU_ASSERT_EQUAL(mito_as_int(mito_float(3.0, pool)), 0);
    CU_ASSERT_EQUAL(mito_as_bool(integer(1)), 0);
    CU_ASSERT_EQUAL(mito_as_int(text("3")), 0);
}

static void text_is_copied_and_terminated(void)
{
    char buffer[] = "hello";
    const mito_value_t *value = mito_str(buffer, pool);
    const mito_value_t *part = mito_str_n(buffer, 4, pool);

    buffer[0] = 'j';
    CU_ASSERT_STRING_EQUAL(mito_as_str(value), "hello");
    CU_ASSERT_EQUAL(mito_count(value), 5);
    CU_ASSERT_STRING_EQUAL(mito_as_str(part), "hell");
    CU_ASSERT_STRING_EQUAL(mito_as_str(mito_str_n(NULL, 0, pool)), "");
    CU_ASSERT(mito_is_str(mito_str("", pool)));
}

static void text_may_have_zeros_inside(void)
{
    const mito_value_t *value = mito_str_n("a\0b", 3, pool);
    const char *content = NULL;
    size_t size = 0;

    CU_ASSERT_EQUAL(mito_count(value), 3);
    CU_ASSERT_EQUAL(mito_as_str(value)[3], '\0');
    MITO_ASSERT_OK(mito_get_str(&content, &size, value));
    CU_ASSERT_EQUAL(size, 3);
    content = NULL;
    MITO_ASSERT_STATUS(mito_get_str(&content, NULL, value), MITO_EINVAL);
    CU_ASSERT_PTR_NULL(content);
}

static void text_must_be_utf8(void)
{
    static const char *const good[] = {
        "", "plain", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf",
        "long enough for the fast lane \xe6\x97\xa5 and on we go",
        "\xed\xa0\x80", "\xed\xbf\xbf", /* surrogates are let through */
    };
    static const char *const bad[] = {
        "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2" "A",
        "\xe0\x80\x80", "\xe0\x9f\xbf", "\xe1\x80", "\xe1\x80" "A",
        "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xf1\x80\x80", "\xfe", "\xff",
        "long enough for the fast lane \xe6\x97 and on we go",
    };
    size_t i;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        CU_ASSERT_STRING_EQUAL(mito_as_str(text(good[i])), good[i]);
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CU_ASSERT_PTR_NULL(text(bad[i]));
    CU_ASSERT_PTR_NULL(text("abc\xff"));
    ASSERT_SENTENCE("not UTF-8 at byte 3");
    CU_ASSERT_PTR_NULL(mito_str(NULL, pool));
    CU_ASSERT_PTR_NULL(mito_str_n(NULL, 1, pool));
}

static void bytes_are_any_bytes(void)
{
    const mito_value_t *value = mito_bytes("\xff\0\x80", 3, pool);
    const void *data = NULL;
    size_t size = 0;

    CU_ASSERT_EQUAL(memcmp(mito_as_bytes(value, NULL), "\xff\0\x80", 4), 0);
    MITO_ASSERT_OK(mito_get_bytes(&data, &size, value));
    CU_ASSERT_EQUAL(size, 3);
    CU_ASSERT_PTR_EQUAL(data, mito_as_bytes(value, &size));
    CU_ASSERT_EQUAL(mito_count(mito_bytes(NULL, 0, pool)), 0);
    CU_ASSERT_PTR_NULL(mito_bytes(NULL, 1, pool));
}

/* ---- Lists, tuples, dicts ---- */

static void sequences_hold_their_items(void)
{
    const mito_value_t *list = mito_list(pool, integer(1), text("two"),
                                         mito_none());
    const mito_value_t *tuple = mito_tuple(pool, list);

    CU_ASSERT_EQUAL(mito_count(list), 3);
    CU_ASSERT_EQUAL(mito_as_int(mito_item(list, 0)), 1);
    CU_ASSERT(mito_is_none(mito_item(list, 2)));
    CU_ASSERT_PTR_NULL(mito_item(list, 3));
    CU_ASSERT_PTR_EQUAL(mito_item(tuple, 0), list);
    CU_ASSERT_EQUAL(mito_count(mito_list_of(NULL, 0, pool)), 0);
    CU_ASSERT(mito_is_tuple(mito_tuple_of(NULL, 0, pool)));
    CU_ASSERT_PTR_NULL(mito_list_of(NULL, 1, pool));
}

static void dicts_keep_their_order(void)
{
    const mito_value_t *dict = mito_dict(pool, text("z"), integer(1),
                                         text("a"), integer(2),
                                         text("z"), integer(3));

    CU_ASSERT_EQUAL(mito_count(dict), 2);
    CU_ASSERT_STRING_EQUAL(mito_as_str(mito_dict_key_at(dict, 0)), "z");
    CU_ASSERT_EQUAL(mito_as_int(mito_dict_value_at(dict, 0)), 3);
    CU_ASSERT_EQUAL(mito_as_int(mito_get(dict, "a")), 2);
    CU_ASSERT_PTR_NULL(mito_get(dict, "b"));
    CU_ASSERT_PTR_NULL(mito_dict_key_at(dict, 2));
    CU_ASSERT_PTR_NULL(mito_dict_value_at(dict, 2));
    CU_ASSERT_EQUAL(mito_count(mito_dict_of(NULL, 0, pool)), 0);
}

static void equal_numbers_are_one_key(void)
{
    const mito_value_t *dict = mito_dict(pool, integer(1), text("int"),
                                         mito_float(1.0, pool), text("float"),
                                         mito_bool(1), text("bool"));

    ASSERT_REPR(dict, "{1: 'bool'}");
    CU_ASSERT_PTR_NOT_NULL(mito_dict_get(dict, mito_float(1.0, pool)));
    /* A str is never equal to bytes, nor to a number. */
    dict = mito_dict(pool, text("1"), integer(1), mito_bytes("1", 1, pool),
                     integer(2), mito_none(), integer(3));
    CU_ASSERT_EQUAL(mito_count(dict), 3);
    CU_ASSERT_PTR_NULL(mito_dict_get(dict, integer(1)));
    CU_ASSERT_EQUAL(mito_as_int(mito_dict_get(dict, mito_none())), 3);
}

static void ints_and_floats_compare_exactly(void)
{
    const int64_t limit = INT64_C(1) << 53;
    const mito_value_t *dict = mito_dict(
        pool, integer(limit), text("a"), integer(limit + 1), text("b"),
        mito_float((double)limit, pool), text("c"));

    ASSERT_REPR(dict, "{9007199254740992: 'c', 9007199254740993: 'b'}");
    CU_ASSERT(!mito_value_equal(integer(INT64_MAX),
                                mito_float(9223372036854775808.0, pool)));
    CU_ASSERT(mito_value_equal(integer(INT64_MIN),
                               mito_float(-9223372036854775808.0, pool)));
    CU_ASSERT(!mito_value_equal(integer(2), mito_float(2.5, pool)));
    CU_ASSERT(!mito_value_equal(integer(-2), mito_float(-2.5, pool)));
    CU_ASSERT(!mito_value_equal(integer(0), mito_float(INFINITY, pool)));
    CU_ASSERT(!mito_value_equal(integer(0), mito_float(-INFINITY, pool)));
    CU_ASSERT(mito_value_equal(integer(0), mito_float(-0.0, pool)));
}

static void tuples_can_be_keys(void)
{
    const mito_value_t *key = mito_tuple(pool, text("a"), integer(2));
    const mito_value_t *dict = mito_dict(pool, key, mito_none());
    const mito_value_t *list = mito_list(pool, integer(1));

    CU_ASSERT(mito_is_none(mito_dict_get(
        dict, mito_tuple(pool, text("a"), mito_float(2.0, pool)))));
    CU_ASSERT_PTR_NULL(mito_dict_get(dict, mito_tuple(pool, text("a"))));
    CU_ASSERT_PTR_NULL(mito_dict_get(dict, list));
    CU_ASSERT_PTR_NULL(mito_dict(pool, list, mito_none()));
    ASSERT_SENTENCE("a list cannot be a dict's key");
    CU_ASSERT_PTR_NULL(mito_dict(pool, dict, mito_none()));
    CU_ASSERT_PTR_NULL(mito_dict(pool, mito_tuple(pool, list), mito_none()));
    ASSERT_SENTENCE("when a list or dict is inside");
}

static void not_a_number_is_a_key_of_its_own(void)
{
    const mito_value_t *one = mito_float(NAN, pool);
    const mito_value_t *other = mito_float(NAN, pool);
    const mito_value_t *dict = mito_dict(pool, one, integer(1), other,
                                         integer(2), one, integer(3));

    CU_ASSERT_EQUAL(mito_count(dict), 2);
    CU_ASSERT_EQUAL(mito_as_int(mito_dict_get(dict, one)), 3);
    CU_ASSERT_EQUAL(mito_as_int(mito_dict_get(dict, other)), 2);
    CU_ASSERT_PTR_NULL(mito_dict_get(dict, mito_float(NAN, pool)));
}

/* Keys come in an order without pattern, every third of them twice. */
static void large_dicts_find_their_keys(void)
{
    enum { COUNT = 100000 };
    const mito_value_t **items = malloc(4 * COUNT * sizeof(*items));
    const mito_value_t *dict;
    size_t used = 0;
    int64_t i;

    CU_ASSERT_PTR_NOT_NULL_FATAL(items);
    for (i = 0; i < COUNT; i++) {
        items[used++] = integer(i * 7919 % COUNT);
        items[used++] = integer(-i);
    }
    for (i = 0; i < COUNT; i += 3) {
        items[used++] = mito_float((double)(i * 7919 % COUNT), pool);
        items[used++] = integer(i);
    }
    dict = mito_dict_of(items, used, pool);
    free((void *)items);
    CU_ASSERT_EQUAL_FATAL(mito_count(dict), COUNT);
    for (i = 0; i < COUNT; i++) {
        int64_t key = i * 7919 % COUNT;

        if (mito_as_int(mito_dict_key_at(dict, (size_t)i)) != key
            || mito_as_int(mito_dict_get(dict, integer(key)))
                   != (i % 3 == 0 ? i : -i))
            CU_FAIL_FATAL("a key was lost");
    }
    CU_ASSERT_PTR_NULL(mito_dict_get(dict, integer(COUNT)));
    CU_ASSERT_PTR_NULL(mito_dict_get(dict, mito_float(0.5, pool)));
    CU_ASSERT_PTR_NULL(mito_get(dict, "0"));
}

/* Keys of every kind, enough of them for an index, found by their equals. */
static void keys_can_be_of_every_kind(void)
{
    const mito_value_t *nan = mito_float(NAN, pool);
    const mito_value_t *const pairs[][2] = {
        {mito_none(), mito_none()},
        {nan, nan},
        {integer(1), mito_bool(1)},
        {mito_bool(0), mito_float(-0.0, pool)},
        {mito_float(-2.0, pool), integer(-2)},
        {integer(INT64_MIN), mito_float(-9223372036854775808.0, pool)},
        {mito_float(9223372036854775808.0, pool),
         mito_float(9223372036854775808.0, pool)},
        {integer(INT64_MAX), integer(INT64_MAX)},
        {mito_float(2.5, pool), mito_float(2.5, pool)},
        {mito_float(1e300, pool), mito_float(1e300, pool)},
        {mito_float(INFINITY, pool), mito_float(INFINITY, pool)},
        {mito_float(-INFINITY, pool), mito_float(-INFINITY, pool)},
        {text(""), text("")},
        {mito_bytes(NULL, 0, pool), mito_bytes("", 0, pool)},
        {text("eight by"), text("eight by")},
        {mito_bytes("eight by", 8, pool), mito_bytes("eight by", 8, pool)},
        {text("more than eight"), text("more than eight")},
        {mito_tuple_of(NULL, 0, pool), mito_tuple_of(NULL, 0, pool)},
        {mito_tuple(pool, integer(1), text("a")),
         mito_tuple(pool, mito_bool(1), text("a"))},
        {mito_tuple(pool, text("a"), integer(1)),
         mito_tuple(pool, text("a"), mito_float(1.0, pool))},
    };
    enum { COUNT = sizeof(pairs) / sizeof(pairs[0]) };
    const mito_value_t *items[2 * COUNT];
    const mito_value_t *dict;
    const mito_value_t *copy;
    size_t i;

    for (i = 0; i < COUNT; i++) {
        items[2 * i] = pairs[i][0];
        items[2 * i + 1] = integer((int64_t)i);
    }
    dict = mito_dict_of(items, 2 * COUNT, pool);
    CU_ASSERT_EQUAL_FATAL(mito_count(dict), COUNT);
    copy = mito_value_copy(dict, pool);
    for (i = 0; i < COUNT; i++) {
        CU_ASSERT_PTR_EQUAL(mito_dict_get(dict, pairs[i][1]),
                            items[2 * i + 1]);
        if (pairs[i][0] != nan)
            CU_ASSERT(mito_value_equal(mito_dict_get(copy, pairs[i][1]),
                                       items[2 * i + 1]));
    }
    CU_ASSERT_PTR_NULL(mito_dict_get(dict, mito_float(NAN, pool)));
    CU_ASSERT_PTR_NULL(mito_get(dict, "eight b"));
    CU_ASSERT_PTR_EQUAL(mito_get(dict, "eight by"), items[29]);
}

/* Around the size at which a dict begins to keep an index, also when
 * duplicates bring it back below. */
static void dicts_of_every_size_agree(void)
{
    const mito_value_t *items[80];
    const mito_value_t *dict;
    size_t pairs;
    size_t different;
    size_t i;

    for (pairs = 1; pairs <= 40; pairs++) {
        for (different = 1; different <= pairs; different++) {
            for (i = 0; i < pairs; i++) {
                items[2 * i] = integer((int64_t)(i % different * 17 % 41));
                items[2 * i + 1] = integer((int64_t)i);
            }
            dict = mito_dict_of(items, 2 * pairs, pool);
            CU_ASSERT_EQUAL_FATAL(mito_count(dict), different);
            for (i = pairs - different; i < pairs; i++)
                if (mito_as_int(mito_dict_get(dict, items[2 * i]))
                        != (int64_t)i
                    || !mito_value_equal(mito_dict_key_at(dict,
                                                          i % different),
                                         items[2 * i]))
                    CU_FAIL_FATAL("a pair is wrong");
        }
    }
}

/* ---- NULL, wrong kinds, failures ---- */

static void readers_take_anything(void)
{
    const mito_value_t *dict = mito_dict(pool, text("a"), integer(1));
    size_t size = 7;

    CU_ASSERT_EQUAL(mito_value_kind(NULL), MITO_KIND_ABSENT);
    CU_ASSERT_STRING_EQUAL(mito_kind_name(MITO_KIND_ABSENT), "nothing");
    CU_ASSERT_STRING_EQUAL(mito_kind_name((mito_kind_e)77), "unknown");
    CU_ASSERT_EQUAL(mito_count(NULL), 0);
    CU_ASSERT_EQUAL(mito_count(mito_none()), 0);
    CU_ASSERT_EQUAL(mito_as_int(mito_item(mito_get(dict, "b"), 3)), 0);
    CU_ASSERT_EQUAL(mito_as_float(NULL), 0.0);
    CU_ASSERT_EQUAL(mito_as_bool(NULL), 0);
    CU_ASSERT_STRING_EQUAL(mito_as_str(NULL), "");
    CU_ASSERT_STRING_EQUAL(mito_as_str(mito_bytes("x", 1, pool)), "");
    CU_ASSERT_STRING_EQUAL(mito_as_bytes(text("x"), &size), "");
    CU_ASSERT_EQUAL(size, 0);
    CU_ASSERT_PTR_NULL(mito_get(dict, NULL));
    CU_ASSERT_PTR_NULL(mito_get(integer(1), "a"));
    CU_ASSERT_PTR_NULL(mito_dict_get(dict, NULL));
    CU_ASSERT_PTR_NULL(mito_dict_get(mito_none(), text("a")));
    CU_ASSERT_PTR_NULL(mito_item(dict, 0));
    CU_ASSERT_PTR_NULL(mito_item(text("a"), 0));
    CU_ASSERT_PTR_NULL(mito_dict_key_at(mito_list(pool, dict), 0));
    CU_ASSERT_PTR_NULL(mito_value_copy(NULL, pool));
}

static void insisting_readers_name_the_kind(void)
{
    const mito_value_t *list = mito_list(pool, integer(1));
    const char *string = NULL;
    const void *data = NULL;
    int64_t number = 42;
    double real = 4.5;
    size_t size = 7;
    int truth = 5;

    MITO_ASSERT_STATUS(mito_get_int(&number, list), MITO_EKIND);
    CU_ASSERT_STRING_EQUAL(mito_errmsg(),
                           "a list was given where an int is needed");
    MITO_ASSERT_STATUS(mito_get_int(&number, NULL), MITO_EINVAL);
    CU_ASSERT_STRING_EQUAL(mito_errmsg(),
                           "nothing was given where an int is needed");
    MITO_ASSERT_STATUS(mito_get_int(&number, mito_float(1.0, pool)),
                       MITO_EKIND);
    CU_ASSERT_EQUAL(number, 42);
    MITO_ASSERT_STATUS(mito_get_bool(&truth, integer(1)), MITO_EKIND);
    CU_ASSERT_STRING_EQUAL(mito_errmsg(),
                           "an int was given where a bool is needed");
    MITO_ASSERT_STATUS(mito_get_float(&real, text("1")), MITO_EKIND);
    MITO_ASSERT_STATUS(mito_get_str(&string, &size, mito_none()),
                       MITO_EKIND);
    CU_ASSERT_STRING_EQUAL(mito_errmsg(),
                           "None was given where a str is needed");
    MITO_ASSERT_STATUS(mito_get_bytes(&data, &size, text("x")), MITO_EKIND);
    CU_ASSERT(truth == 5 && real == 4.5 && string == NULL && data == NULL
              && size == 7);
    MITO_ASSERT_OK(mito_get_bool(&truth, mito_bool(1)));
    MITO_ASSERT_OK(mito_get_float(&real, integer(2)));
    MITO_ASSERT_OK(mito_get_int(&number, mito_bool(1)));
    CU_ASSERT(truth == 1 && real == 2.0 && number == 1);
}

static void missing_parts_are_traced(void)
{
    const mito_value_t *value = mito_list(
        pool, integer(1),
        mito_dict(pool, text("name"), text("caf\xe9")));

    CU_ASSERT_PTR_NULL(value);
    ASSERT_SENTENCE("item 1 of a list is NULL");
    ASSERT_SENTENCE("value 0 of a dict is NULL");
    ASSERT_SENTENCE("not UTF-8 at byte 3");
    CU_ASSERT_PTR_NULL(mito_tuple(pool, (const mito_value_t *)NULL));
    CU_ASSERT_PTR_NULL(mito_dict(pool, text("lonely")));
    ASSERT_SENTENCE("has no value");
}

static void nesting_has_a_limit(void)
{
    const mito_value_t *value = nest(MITO_VALUE_DEPTH);
    const mito_value_t *copy = mito_value_copy(value, pool);

    CU_ASSERT_PTR_NOT_NULL(value);
    CU_ASSERT(mito_value_equal(value, copy));
    CU_ASSERT_EQUAL(strlen(mito_value_repr(copy, pool)),
                    2 * MITO_VALUE_DEPTH);
    CU_ASSERT_PTR_NULL(mito_list(pool, value));
    ASSERT_SENTENCE("nested more than 500 deep");
    CU_ASSERT_PTR_NULL(mito_tuple(pool, value));
    CU_ASSERT_PTR_NULL(mito_dict(pool, integer(1), value));
    CU_ASSERT_PTR_NULL(nest(1000000));
}

/* Each is twice as large as the one before, which is no copy. */
static void sizes_cannot_wrap_around(void)
{
    const mito_value_t *value = integer(1);
    int i;

    for (i = 0; i < 100 && value != NULL; i++)
        value = mito_tuple(pool, value, value);
    CU_ASSERT_PTR_NULL(value);
    ASSERT_SENTENCE("larger than memory");
}

/* ---- Whole values ---- */

static void equality_is_pythons(void)
{
    const mito_value_t *nan = mito_float(NAN, pool);
    const mito_value_t *list = mito_list(pool, integer(1), nan);

    CU_ASSERT(mito_value_equal(integer(1), mito_bool(1)));
    CU_ASSERT(mito_value_equal(mito_bool(0), mito_float(0.0, pool)));
    CU_ASSERT(!mito_value_equal(text("a"), mito_bytes("a", 1, pool)));
    CU_ASSERT(!mito_value_equal(mito_none(), mito_bool(0)));
    CU_ASSERT(!mito_value_equal(mito_list(pool, integer(1)),
                                mito_tuple(pool, integer(1))));
    CU_ASSERT(!mito_value_equal(nan, nan));
    CU_ASSERT(mito_value_equal(list, list));
    CU_ASSERT(!mito_value_equal(list, mito_value_copy(list, pool)));
    CU_ASSERT(mito_value_equal(
        mito_dict(pool, text("a"), integer(1), text("b"), integer(2)),
        mito_dict(pool, text("b"), integer(2), text("a"), integer(1))));
    CU_ASSERT(!mito_value_equal(mito_dict(pool, text("a"), integer(1)),
                                mito_dict(pool, text("a"), integer(2))));
    CU_ASSERT(!mito_value_equal(mito_dict(pool, text("a"), integer(1)),
                                mito_dict(pool, text("b"), integer(1))));
    CU_ASSERT(!mito_value_equal(mito_list(pool, integer(1), integer(2)),
                                mito_list(pool, integer(1))));
    CU_ASSERT(mito_value_equal(NULL, NULL));
    CU_ASSERT(!mito_value_equal(NULL, mito_none()));
}

static void copies_stand_alone(void)
{
    apr_pool_t *other;
    const mito_value_t *copy;

    MITO_ASSERT_OK_FATAL(apr_pool_create(&other, pool));
    copy = mito_value_copy(
        mito_dict(other, mito_str("a", other),
                  mito_list(other, mito_int(1, other), mito_none()),
                  mito_tuple(other, mito_bytes("\0", 1, other)),
                  mito_float(0.5, other)),
        pool);
    apr_pool_destroy(other);
    ASSERT_REPR(copy, "{'a': [1, None], (b'\\x00',): 0.5}");
}

static void values_print_as_in_python(void)
{
    ASSERT_REPR(NULL, "NULL");
    ASSERT_REPR(mito_list(pool, mito_none(), mito_bool(1), mito_bool(0)),
                "[None, True, False]");
    ASSERT_REPR(integer(INT64_MIN), "-9223372036854775808");
    ASSERT_REPR(mito_tuple_of(NULL, 0, pool), "()");
    ASSERT_REPR(mito_tuple(pool, integer(1)), "(1,)");
    ASSERT_REPR(mito_dict(pool, text("a"),
                          mito_list(pool, integer(1), mito_float(2.5, pool),
                                    mito_none()),
                          integer(2), mito_dict_of(NULL, 0, pool)),
                "{'a': [1, 2.5, None], 2: {}}");
}

static void text_prints_as_in_python(void)
{
    ASSERT_REPR(text("it's"), "\"it's\"");
    ASSERT_REPR(text("\"it's\""), "'\"it\\'s\"'");
    ASSERT_REPR(text("\"quoted\""), "'\"quoted\"'");
    ASSERT_REPR(text("\\ \n\r\t\x01\x7f"), "'\\\\ \\n\\r\\t\\x01\\x7f'");
    ASSERT_REPR(mito_str_n("\0", 1, pool), "'\\x00'");
    ASSERT_REPR(text("\xc3\xa9\xe6\x97\xa5\xf0\x9f\x90\x8d"),
                "'\xc3\xa9\xe6\x97\xa5\xf0\x9f\x90\x8d'");
    ASSERT_REPR(text("\xc2\x85\xc2\xa0\xc2\xad\xc2\xa1"),
                "'\\x85\\xa0\\xad\xc2\xa1'");
    ASSERT_REPR(text("\xed\xb2\x80\xed\xa0\xbd\xed\x9f\xbf"),
                "'\\udc80\\ud83d\xed\x9f\xbf'");
    ASSERT_REPR(mito_bytes("\0az'\"\\\n\x7f\x80\xff", 10, pool),
                "b'\\x00az\\'\"\\\\\\n\\x7f\\x80\\xff'");
    ASSERT_REPR(mito_bytes("'", 1, pool), "b\"'\"");
}

static void floats_print_as_in_python(void)
{
    static const struct {
        double number;
        const char *text;
    } floats[] = {
        {0.0, "0.0"}, {-0.0, "-0.0"}, {1.0, "1.0"}, {-2.5, "-2.5"},
        {0.1, "0.1"}, {0.1 + 0.2, "0.30000000000000004"},
        {1e15, "1000000000000000.0"}, {1e16, "1e+16"}, {1e22, "1e+22"},
        {123456789012345680.0, "1.2345678901234568e+17"},
        {9999999999999998.0, "9999999999999998.0"},
        {0.0001, "0.0001"}, {0.00001, "1e-05"}, {1.5e-7, "1.5e-07"},
        {1e100, "1e+100"}, {1.7976931348623157e308, "1.7976931348623157e+308"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {5e-324, "5e-324"}, {1.5e-323, "1.5e-323"},
        {5.684341886080802e-14, "5.684341886080802e-14"}, /* 2 to the -44 */
        {9007199254740993.0, "9007199254740992.0"},
        {3.141592653589793, "3.141592653589793"},
    };
    size_t i;

    for (i = 0; i < sizeof(floats) / sizeof(floats[0]); i++)
        ASSERT_REPR(mito_float(floats[i].number, pool), floats[i].text);
    ASSERT_REPR(mito_float(INFINITY, pool), "inf");
    ASSERT_REPR(mito_float(-INFINITY, pool), "-inf");
    ASSERT_REPR(mito_float(NAN, pool), "nan");
    ASSERT_REPR(mito_float(-NAN, pool), "nan");
}

static const mito_test_t tests[] = {
    {"numbers_read_back", numbers_read_back, 0},
    {"numbers_widen_but_never_narrow", numbers_widen_but_never_narrow, 0},
    {"text_is_copied_and_terminated", text_is_copied_and_terminated, 0},
    {"text_may_have_zeros_inside", text_may_have_zeros_inside, 0},
    {"text_must_be_utf8", text_must_be_utf8, 0},
    {"bytes_are_any_bytes", bytes_are_any_bytes, 0},
    {"sequences_hold_their_items", sequences_hold_their_items, 0},
    {"dicts_keep_their_order", dicts_keep_their_order, 0},
    {"equal_numbers_are_one_key", equal_numbers_are_one_key, 0},
    {"ints_and_floats_compare_exactly", ints_and_floats_compare_exactly, 0},
    {"tuples_can_be_keys", tuples_can_be_keys, 0},
    {"not_a_number_is_a_key_of_its_own", not_a_number_is_a_key_of_its_own, 0},
    {"large_dicts_find_their_keys", large_dicts_find_their_keys, 0},
    {"keys_can_be_of_every_kind", keys_can_be_of_every_kind, 0},
    {"dicts_of_every_size_agree", dicts_of_every_size_agree, 0},
    {"readers_take_anything", readers_take_anything, 0},
    {"insisting_readers_name_the_kind", insisting_readers_name_the_kind, 0},
    {"missing_parts_are_traced", missing_parts_are_traced, 0},
    {"nesting_has_a_limit", nesting_has_a_limit, 0},
    {"sizes_cannot_wrap_around", sizes_cannot_wrap_around, 0},
    {"equality_is_pythons", equality_is_pythons, 0},
    {"copies_stand_alone", copies_stand_alone, 0},
    {"values_print_as_in_python", values_print_as_in_python, 0},
    {"text_prints_as_in_python", text_prints_as_in_python, 0},
    {"floats_print_as_in_python", floats_print_as_in_python, 0},
    {NULL, NULL, 0}
};

int main(int argc, const char *const *argv)
{
    MITO_CHECK(mito_init(&argc, &argv, &pool));
    return mito_test_main(argc, argv, "value", tests);
}
