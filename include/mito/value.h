/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file mito/value.h
 * @brief Values: what mito carries from one process to another.
 *
 * A value is an immutable piece of plain data that knows its own kind: none,
 * a bool, an int, a float, a str, bytes, a list, a tuple or a dict. What a
 * process is started with is a value. Values print as Python prints them,
 * and Python programs can read them.
 *
 * Build from the inside out; builders copy text and bytes, so that nothing
 * has to be kept:
 *
 *     const mito_value_t *task = mito_dict(pool,
 *         mito_str("name", pool),  mito_str("shrink", pool),
 *         mito_str("sizes", pool), mito_list(pool, mito_int(16, pool),
 *                                                  mito_float(2.5, pool)));
 *
 *     puts(mito_value_repr(task, pool));
 *     // {'name': 'shrink', 'sizes': [16, 2.5]}
 *
 * Read with functions that cannot crash. A value of another kind, a missing
 * key, an index out of range give nothing, and nothing of nothing is
 * nothing again:
 *
 *     puts(mito_as_str(mito_get(task, "name")));                  // shrink
 *     mito_as_int(mito_item(mito_get(task, "sizes"), 0));         // 16
 *     mito_as_int(mito_item(mito_get(task, "colours"), 7));       // 0
 *
 * Where a wrong kind must not pass for a 0, read strictly:
 *
 *     MITO_CHECK(mito_get_int(&width, mito_get(task, "width")));
 *     // nothing was given where an int is needed
 *
 * A builder that fails returns NULL, as does a builder that is given NULL
 * for one of its parts. So nested builders need one check at the end, which
 * the function that takes the value makes anyway: it refuses NULL with
 * #MITO_EINVAL. mito_errmsg() leads back to the part that failed.
 *
 * Lifetime: a value lives as long as the pool that it was built in. A list,
 * tuple or dict refers to its parts and does not copy them, so the parts'
 * pools must live at least as long; mito_value_copy() makes a value that
 * stands alone. A part may be part of several values, or several times of
 * one. Wherever values are walked through or sent it then counts as often as
 * it is referred to.
 *
 * Threads: a value never changes once it is built, and any number of threads
 * may read it. Two threads must not build in one pool at the same time.
 *
 * Everything here behaves the same on every platform.
 */
#ifndef MITO_VALUE_H
#define MITO_VALUE_H

#include <mito/core.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A value. Immutable, hence always used as `const mito_value_t *`. */
typedef struct mito_value_t mito_value_t;

/** What a value is. Later versions add kinds, always at the end. */
typedef enum mito_kind_e {
    /** No value at all: the kind of NULL. */
    MITO_KIND_ABSENT = 0,
    /** Python's None. */
    MITO_KIND_NONE,
    /** True or false. */
    MITO_KIND_BOOL,
    /** A whole number of 64 bits. */
    MITO_KIND_INT,
    /** A double. */
    MITO_KIND_FLOAT,
    /** Text. */
    MITO_KIND_STR,
    /** Bytes without a meaning of their own. */
    MITO_KIND_BYTES,
    /** A sequence of values. */
    MITO_KIND_LIST,
    /** A sequence of values that can be a dict's key if all of them can. */
    MITO_KIND_TUPLE,
    /** Pairs of keys and values in the order of insertion. */
    MITO_KIND_DICT
} mito_kind_e;

/**
 * How deep lists, tuples and dicts can be nested: [[]] is two deep. Builders
 * refuse what is deeper, so that no function has to fear a deep value.
 */
#define MITO_VALUE_DEPTH 500

/** @name Builders
 * Each returns the new value, or NULL when it was given NULL as a part, when
 * memory is exhausted, or for the reasons that it names; mito_errmsg() then
 * says why.
 * @{ */

/**
 * None. Needs no pool and cannot fail.
 * @return A constant.
 * @since 0.1
 */
MITO_DECLARE(const mito_value_t *) mito_none(void);

/**
 * True or false. Needs no pool and cannot fail.
 * @param truth 0 is false, everything else is true.
 * @return A constant.
 * @since 0.1
 */
MITO_DECLARE(const mito_value_t *) mito_bool(int truth);

/**
 * An int.
 * @since 0.1
 */
MITO_DECLARE(const mito_value_t *) mito_int(int64_t number, apr_pool_t *pool);

/**
 * A float. Infinities, not-a-number and the negative zero are kept.
 * @since 0.1
 */
MITO_DECLARE(const mito_value_t *) mito_float(double number,
                                              apr_pool_t *pool);

/**
 * A str from a C string, which is copied.
 *
 * Text is UTF-8 on every platform. What is not is refused: text that comes
 * from outside and may be anything (arguments, file names) and is to be kept
 * as it came goes through mito_bytes(). One exception: surrogates, which
 * strict UTF-8 excludes, are let through as sequences of three bytes,
 * because Python puts them in the names of files that it could not decode,
 * and Windows has them in names of its own.
 *
 * @param text UTF-8 with a 0 at its end. NULL is refused.
 * @param pool Where the copy is made.
 * @since 0.1
 */
MITO_DECLARE(const mito_value_t *) mito_str(const char *text,
                                            apr_pool_t *pool);

/**
 * A str from text of a given size, in which zeros have no special meaning.
 * @param text UTF-8 as for mito_str(); may be NULL when size is 0.
 * @param size The text's size in bytes.
 * @param pool Where the copy is made.
 * @since 0.1
 */
MITO_DECLARE(const mito_value_t *) mito_str_n(const char *text, size_t size,
                                              apr_pool_t *pool);

/**
 * Bytes.
 * @param data Copied; may be NULL when size is 0.
 * @param size Their number.
 * @param pool Where the copy is made.
 * @since 0.1
 */
MITO_DECLARE(const mito_value_t *) mito_bytes(const void *data, size_t size,
                                              apr_pool_t *pool);

/**
 * A list of the values in an array; mito_list() when their number is fixed.
 * The array is copied, the values are referred to. Fails for a value that
 * would be nested deeper than #MITO_VALUE_DEPTH or larger than the address
 * space when it is written out.
 * @param items The values; may be NULL when count is 0.
 * @param count Their number.
 * @param pool  Where the list is made.
 * @since 0.1
 */
MITO_DECLARE(const mito_value_t *) mito_list_of(
    const mito_value_t *const *items, size_t count, apr_pool_t *pool);

/**
 * A tuple of the values in an array, as mito_list_of().
 * @param items The values; may be NULL when count is 0.
 * @param count Their number.
 * @param pool  Where the tuple is made.
 * @since 0.1
 */
MITO_DECLARE(const mito_value_t *) mito_tuple_of(
    const mito_value_t *const *items, size_t count, apr_pool_t *pool);

/**
 * A dict of the values in an array: key, value, key, value and so on.
 *
 * A key can be anything but a list, a dict, or a tuple that has one inside.
 * As in Python, keys are the same when they are equal, and 1, 1.0 and true
 * are. When a key comes again, its first value is replaced and the pair
 * keeps its place.
 *
 * Otherwise as mito_list_of(); also fails for an odd count and for a key
 * that cannot be one.
 * @param keys_and_values The values; may be NULL when count is 0.
 * @param count           The number of keys and values together.
 * @param pool            Where the dict is made.
 * @since 0.1
 */
MITO_DECLARE(const mito_value_t *) mito_dict_of(
    const mito_value_t *const *keys_and_values, size_t count,
    apr_pool_t *pool);

/**
 * A deep copy, all of which lives in the pool.
 * @param value The original. NULL gives NULL.
 * @param pool  Where the copy is made.
 * @since 0.1
 */
MITO_DECLARE(const mito_value_t *) mito_value_copy(const mito_value_t *value,
                                                   apr_pool_t *pool);

#ifdef __cplusplus
} /* Templates cannot have C linkage. */

template <typename... Items>
inline const mito_value_t *mito_list(apr_pool_t *pool, Items... items)
{
    const mito_value_t *const array[] = {items..., nullptr};
    return mito_list_of(array, sizeof...(items), pool);
}

template <typename... Items>
inline const mito_value_t *mito_tuple(apr_pool_t *pool, Items... items)
{
    const mito_value_t *const array[] = {items..., nullptr};
    return mito_tuple_of(array, sizeof...(items), pool);
}

template <typename... Items>
inline const mito_value_t *mito_dict(apr_pool_t *pool, Items... items)
{
    const mito_value_t *const array[] = {items..., nullptr};
    return mito_dict_of(array, sizeof...(items), pool);
}

extern "C" {
#else

/** An array of values written in place, for the three macros below. */
#define MITO_VALUES(...) ((const mito_value_t *const[]){__VA_ARGS__})
/** The length of that array. */
#define MITO_VALUES_COUNT(...)                                              \
    (sizeof(MITO_VALUES(__VA_ARGS__)) / sizeof(const mito_value_t *))

/**
 * A list of one or more values:
 * `mito_list(pool, mito_int(1, pool), mito_none())`. The compiler checks
 * that each is a value. An empty list is `mito_list_of(NULL, 0, pool)`.
 */
#define mito_list(pool, ...)                                                \
    mito_list_of(MITO_VALUES(__VA_ARGS__), MITO_VALUES_COUNT(__VA_ARGS__),  \
                 (pool))

/** A tuple of one or more values, as mito_list(). */
#define mito_tuple(pool, ...)                                               \
    mito_tuple_of(MITO_VALUES(__VA_ARGS__), MITO_VALUES_COUNT(__VA_ARGS__), \
                  (pool))

/** A dict of one or more pairs: `mito_dict(pool, key, value, key, value)`.
 * An empty dict is `mito_dict_of(NULL, 0, pool)`. */
#define mito_dict(pool, ...)                                                \
    mito_dict_of(MITO_VALUES(__VA_ARGS__), MITO_VALUES_COUNT(__VA_ARGS__),  \
                 (pool))

#endif
/** @} */

/** @name Kinds
 * @{ */

/**
 * What a value is.
 * @return #MITO_KIND_ABSENT for NULL.
 * @since 0.1
 */
MITO_DECLARE(mito_kind_e) mito_value_kind(const mito_value_t *value);

/**
 * A kind's name as Python has it: "int", "dict".
 * @return A constant string: "None" for none, "nothing" for
 *         #MITO_KIND_ABSENT, "unknown" for a number that is no kind.
 * @since 0.1
 */
MITO_DECLARE(const char *) mito_kind_name(mito_kind_e kind);

/** Whether a value is of the kind; 0 for NULL. */
#define mito_is_none(value) (mito_value_kind(value) == MITO_KIND_NONE)
/** @copydoc mito_is_none */
#define mito_is_bool(value) (mito_value_kind(value) == MITO_KIND_BOOL)
/** @copydoc mito_is_none */
#define mito_is_int(value) (mito_value_kind(value) == MITO_KIND_INT)
/** @copydoc mito_is_none */
#define mito_is_float(value) (mito_value_kind(value) == MITO_KIND_FLOAT)
/** @copydoc mito_is_none */
#define mito_is_str(value) (mito_value_kind(value) == MITO_KIND_STR)
/** @copydoc mito_is_none */
#define mito_is_bytes(value) (mito_value_kind(value) == MITO_KIND_BYTES)
/** @copydoc mito_is_none */
#define mito_is_list(value) (mito_value_kind(value) == MITO_KIND_LIST)
/** @copydoc mito_is_none */
#define mito_is_tuple(value) (mito_value_kind(value) == MITO_KIND_TUPLE)
/** @copydoc mito_is_none */
#define mito_is_dict(value) (mito_value_kind(value) == MITO_KIND_DICT)
/** @} */

/** @name Readers that cannot fail
 * They take any value, and NULL. What cannot be read as what was asked for
 * reads as the emptiest thing of its type. Numbers widen as in Python: a
 * bool can be read as an int (1 or 0), and both as a float; nothing else is
 * converted.
 * @{ */

/**
 * The truth of a bool.
 * @return 1 or 0; 0 for every other kind.
 * @since 0.1
 */
MITO_DECLARE(int) mito_as_bool(const mito_value_t *value);

/**
 * The number of an int or a bool.
 * @return 0 for every other kind.
 * @since 0.1
 */
MITO_DECLARE(int64_t) mito_as_int(const mito_value_t *value);

/**
 * The number of a float, or the double nearest to an int or bool.
 * @return 0.0 for every other kind.
 * @since 0.1
 */
MITO_DECLARE(double) mito_as_float(const mito_value_t *value);

/**
 * The text of a str, with a 0 at its end. Text that has zeros inside seems
 * shorter than it is: mito_count() tells the true size.
 * @return The value's own memory; "" for every other kind. Never NULL.
 * @since 0.1
 */
MITO_DECLARE(const char *) mito_as_str(const mito_value_t *value);

/**
 * The content of bytes; a 0 follows the last of them.
 * @param value Any value or NULL.
 * @param size  Receives the number of bytes, 0 for every other kind; may be
 *              NULL.
 * @return The value's own memory. Never NULL.
 * @since 0.1
 */
MITO_DECLARE(const void *) mito_as_bytes(const mito_value_t *value,
                                         size_t *size);

/**
 * How much there is in a value: the items of a list or tuple, the pairs of a
 * dict, the bytes of a str or bytes.
 * @return 0 for every other kind.
 * @since 0.1
 */
MITO_DECLARE(size_t) mito_count(const mito_value_t *value);

/**
 * An item of a list or tuple, counted from 0.
 * @return NULL for every other kind and past the end.
 * @since 0.1
 */
MITO_DECLARE(const mito_value_t *) mito_item(const mito_value_t *value,
                                             size_t index);

/**
 * The value of a str key in a dict:
 * `mito_get(mito_get(config, "log"), "level")`.
 * @return NULL for every other kind and when the key is not there.
 * @since 0.1
 */
MITO_DECLARE(const mito_value_t *) mito_get(const mito_value_t *dict,
                                            const char *key);

/**
 * The value of any key in a dict. The time that it takes grows with the
 * logarithm of the dict's size.
 * @return NULL for every other kind and when the key is not there.
 * @since 0.1
 */
MITO_DECLARE(const mito_value_t *) mito_dict_get(const mito_value_t *dict,
                                                 const mito_value_t *key);

/**
 * The key of a dict's pair, counted from 0 in the order of insertion:
 *
 *     for (i = 0; i < mito_count(dict); i++)
 *         visit(mito_dict_key_at(dict, i), mito_dict_value_at(dict, i));
 *
 * @return NULL for every other kind and past the end.
 * @since 0.1
 */
MITO_DECLARE(const mito_value_t *) mito_dict_key_at(const mito_value_t *dict,
                                                    size_t index);

/**
 * The value of a dict's pair, as mito_dict_key_at().
 * @since 0.1
 */
MITO_DECLARE(const mito_value_t *) mito_dict_value_at(
    const mito_value_t *dict, size_t index);
/** @} */

/** @name Readers that insist
 * They convert as their namesakes above do and fail where those give an
 * empty answer: with #MITO_EKIND for another kind and #MITO_EINVAL for NULL.
 * The sentence says what was there:
 * `a list was given where an int is needed`.
 * @{ */

/**
 * The truth of a bool.
 * @param truth Receives 1 or 0.
 * @param value Any value or NULL.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_get_bool(int *truth,
                                         const mito_value_t *value);

/**
 * The number of an int or a bool.
 * @param number Receives the number.
 * @param value  Any value or NULL.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_get_int(int64_t *number,
                                        const mito_value_t *value);

/**
 * The number of a float, or the double nearest to an int or bool.
 * @param number Receives the number.
 * @param value  Any value or NULL.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_get_float(double *number,
                                          const mito_value_t *value);

/**
 * The text of a str, with a 0 at its end.
 * @param text  Receives the value's own memory.
 * @param size  Receives the size in bytes. Who passes NULL wants a C
 *              string, and text with a 0 inside is then refused, so that
 *              nothing is cut off unseen.
 * @param value Any value or NULL.
 * @retval MITO_EINVAL NULL, or size is NULL and there is a 0 inside.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_get_str(const char **text, size_t *size,
                                        const mito_value_t *value);

/**
 * The content of bytes.
 * @param data  Receives the value's own memory.
 * @param size  Receives the number of bytes.
 * @param value Any value or NULL.
 * @since 0.1
 */
MITO_DECLARE(apr_status_t) mito_get_bytes(const void **data, size_t *size,
                                          const mito_value_t *value);
/** @} */

/** @name Whole values
 * @{ */

/**
 * Whether two values are equal as Python's == has it: numbers by what they
 * are worth, whatever their kind; text and bytes by content, and never each
 * other; lists and tuples item by item, and never each other; dicts by their
 * pairs in any order. Not-a-number equals nothing, but a list equals itself
 * even with one inside.
 * @return 1 or 0. NULL equals only NULL.
 * @since 0.1
 */
MITO_DECLARE(int) mito_value_equal(const mito_value_t *one,
                                   const mito_value_t *other);

/**
 * A value in Python's notation: `{'a': [1, 2.5, None], b'b': (True,)}`.
 *
 * Floats have as few digits as lead back to the same float. Quotes,
 * backslashes, surrogates and those of the first 256 characters that do not
 * print are escaped as Python does it; all other text is printed as it is,
 * in UTF-8.
 *
 * @param value Any value; NULL prints as `NULL`.
 * @param pool  Where the text is made.
 * @return NULL only when memory is exhausted.
 * @since 0.1
 */
MITO_DECLARE(const char *) mito_value_repr(const mito_value_t *value,
                                           apr_pool_t *pool);
/** @} */

#ifdef __cplusplus
}
#endif

#endif /* MITO_VALUE_H */
