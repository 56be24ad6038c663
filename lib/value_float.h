/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value_float.h: floats as text, in Python's notation.
 */
#ifndef MI_VALUE_FLOAT_H
#define MI_VALUE_FLOAT_H

/* Enough for every float: sign, 17 digits, point, exponent or up to 4 zeros
 * in front, and the final 0. */
#define MI_FLOAT_TEXT_SIZE 32

/* As few digits as lead back to the same float; always with a point or an
 * exponent. 1e+16 and above and below 0.0001 with an exponent. The locale
 * makes no difference. */
void mi_float_text(char text[MI_FLOAT_TEXT_SIZE], double number);

#endif /* MI_VALUE_FLOAT_H */
