/* SPDX-License-Identifier: Apache-2.0 */
/*
 * error.c: statuses and the sentence of a thread's last failure. The
 * sentence lives in the thread's own storage, so that reporting an error
 * needs no memory and disturbs no other thread.
 */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static PLAT_THREAD_LOCAL char sentence[MI_ERROR_SIZE];

static const struct {
    const char *name;
    const char *text;
} statuses[] = {
#define STATUS_ENTRY(name, text) {#name, text},
    MITO_STATUS_LIST(STATUS_ENTRY)
#undef STATUS_ENTRY
};

static int is_own(apr_status_t status)
{
    return status > MITO_STATUS_BEFORE_FIRST
           && status < MITO_STATUS_AFTER_LAST;
}

char *mito_strerror(apr_status_t status, char *buffer, size_t size)
{
    if (is_own(status)) {
        size_t index = (size_t)(status - MITO_STATUS_BEFORE_FIRST - 1);

        snprintf(buffer, size, "%s", statuses[index].text);
        return buffer;
    }
    return apr_strerror(status, buffer, size);
}

const char *mito_status_name(apr_status_t status)
{
    if (!is_own(status))
        return NULL;
    return statuses[status - MITO_STATUS_BEFORE_FIRST - 1].name;
}

const char *mito_errmsg(void)
{
    return sentence;
}

/* A UTF-8 character that was cut at the end is dropped as a whole. */
static void drop_cut_character(char *text, size_t length)
{
    size_t start = length;

    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0xC0)
        text[start - 1] = '\0';
}

/* Into a buffer of its own first: the old sentence may be an argument. */
static void set_sentence(apr_status_t status, int with_text,
                         const char *format, va_list arguments)
{
    char text[MI_ERROR_SIZE];
    int length = vsnprintf(text, sizeof(text), format, arguments);
    size_t used = length < 0 ? 0 : (size_t)length;

    if (used >= sizeof(text)) {
        drop_cut_character(text, sizeof(text) - 1);
    } else if (with_text && used + 3 < sizeof(text)) {
        memcpy(text + used, ": ", 3);
        mito_strerror(status, text + used + 2, sizeof(text) - used - 2);
    }
    memcpy(sentence, text, sizeof(text));
}

apr_status_t mi_error(apr_status_t status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    set_sentence(status, 0, format, arguments);
    va_end(arguments);
    return status;
}

apr_status_t mi_error_with(apr_status_t status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    set_sentence(status, 1, format, arguments);
    va_end(arguments);
    return status;
}

void mi_error_save(mi_sentence_t *saved)
{
    memcpy(saved->text, sentence, sizeof(sentence));
}

void mi_error_restore(const mi_sentence_t *saved)
{
    memcpy(sentence, saved->text, sizeof(sentence));
}
