/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value_float.c: finds the shortest decimal that leads back to a float. The
 * C library converts exactly in both directions; all that is left to do is
 * to ask it for more and more digits until they are enough.
 */
#include "value_float.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A positive float as digits d and exponent e: d[0].d[1]d[2]... times ten to
 * the power of e. */
typedef struct decimal_t {
    char digits[24];
    int count;
    int exponent;
} decimal_t;

/* The nearest decimal of so many digits. What stands between them may be
 * any decimal point, as the locale has it. */
static void round_to(decimal_t *decimal, double number, int digits)
{
    char text[64];
    const char *at;

    snprintf(text, sizeof(text), "%.*e", digits - 1, number);
    decimal->count = 0;
    for (at = text; *at != 'e'; at++)
        if (*at >= '0' && *at <= '9')
            decimal->digits[decimal->count++] = *at;
    decimal->exponent = atoi(at + 1);
}

static double value_of(const decimal_t *decimal)
{
    char text[64];

    snprintf(text, sizeof(text), "%.*se%d", decimal->count, decimal->digits,
             decimal->exponent - decimal->count + 1);
    return strtod(text, NULL);
}

/* The next decimal above with as many digits. */
static void step_up(decimal_t *decimal)
{
    int i = decimal->count - 1;

    while (i >= 0 && decimal->digits[i] == '9')
        decimal->digits[i--] = '0';
    if (i >= 0) {
        decimal->digits[i]++;
        return;
    }
    decimal->digits[0] = '1';
    decimal->exponent++;
}

/* As few digits as lead back to the same float. The nearest decimal is the
 * first to do so, but for powers of two: the float below is nearer than the
 * one above, and only the decimal above may lead back. Up to 15 digits every
 * decimal survives, unless the float is too small to be a normal one. */
static void shorten(decimal_t *decimal, double number)
{
    int digits = number < DBL_MIN ? 1 : DBL_DIG;

    for (; digits < 17; digits++) {
        round_to(decimal, number, digits);
        if (value_of(decimal) == number)
            break;
        step_up(decimal);
        if (value_of(decimal) == number)
            break;
    }
    if (digits == 17)
        round_to(decimal, number, digits);
    while (decimal->count > 1 && decimal->digits[decimal->count - 1] == '0')
        decimal->count--;
}

static char *put(char *at, const char *text, int size)
{
    memcpy(at, text, (size_t)size);
    return at + size;
}

static char *put_zeros(char *at, int count)
{
    while (count-- > 0)
        *at++ = '0';
    return at;
}

/* 0.00012, 12.5, 1200.0 */
static char *put_plain(char *at, const decimal_t *decimal)
{
    int whole = decimal->exponent + 1;

    if (whole <= 0) {
        at = put_zeros(put(at, "0.", 2), -whole);
        return put(at, decimal->digits, decimal->count);
    }
    if (whole < decimal->count) {
        at = put(put(at, decimal->digits, whole), ".", 1);
        return put(at, decimal->digits + whole, decimal->count - whole);
    }
    at = put(at, decimal->digits, decimal->count);
    return put(put_zeros(at, whole - decimal->count), ".0", 2);
}

/* 1e+16, 1.25e-07 */
static char *put_scientific(char *at, const decimal_t *decimal)
{
    char exponent[16];
    int size = snprintf(exponent, sizeof(exponent), "e%+03d",
                        decimal->exponent);

    at = put(at, decimal->digits, 1);
    if (decimal->count > 1) {
        at = put(at, ".", 1);
        at = put(at, decimal->digits + 1, decimal->count - 1);
    }
    return put(at, exponent, size);
}

static char *put_positive(char *at, double number)
{
    decimal_t decimal;

    if (number > DBL_MAX)
        return put(at, "inf", 3);
    shorten(&decimal, number);
    if (decimal.exponent >= -4 && decimal.exponent < 16)
        return put_plain(at, &decimal);
    return put_scientific(at, &decimal);
}

void mi_float_text(char text[MI_FLOAT_TEXT_SIZE], double number)
{
    char *at = text;

    if (number != number) {
        at = put(at, "nan", 3);
    } else {
        /* The negative zero, too, has a sign. */
        if (copysign(1.0, number) < 0.0)
            *at++ = '-';
        at = put_positive(at, fabs(number));
    }
    *at = '\0';
}
