
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What texts and values have in common.
 */

#ifndef WEBHOOK_CHARSET_INT_H
#define WEBHOOK_CHARSET_INT_H

#include "core/charset/webhook_charset.h"


typedef enum {
    WEBHOOK_CHARSET_UTF8 = 0,
    WEBHOOK_CHARSET_US_ASCII,
    WEBHOOK_CHARSET_LATIN,      /* what UTF-8 is called now and then; it looks
                                   like no text of these */
    WEBHOOK_CHARSET_OTHER,
    WEBHOOK_CHARSET_WIDE,       /* two or four bytes a character */
    WEBHOOK_CHARSET_UTF16,      /* these two, in either order of bytes */
    WEBHOOK_CHARSET_UTF32
} webhook_charset_kind_e;


/* 1 if the label is known; else the charset is of the kind OTHER. */
int webhook_charset_read(const webhook_str_t *label,
    webhook_charset_t *charset);

/* 1 and what a byte order mark says, or 0 if there is none. */
int webhook_charset_marked(const webhook_str_t *text,
    webhook_charset_t *charset);

/* Takes the mark of UTF-8 away. */
void webhook_charset_unmark(webhook_str_t *text);

/* 1 if the text is UTF-8, with zero bytes or without. */
int webhook_charset_is_utf8(const webhook_str_t *text, int zeros);

int webhook_charset_is_ascii(const webhook_str_t *text);

/* Opens iconv's converter, and closes it: WEBHOOK_OK, WEBHOOK_NOMEM, or
   WEBHOOK_CHARSET_UNKNOWN where this system has none. */
int webhook_charset_open(webhook_charset_t *charset);
void webhook_charset_close(webhook_charset_t *charset);

/* Appends all of it, or WEBHOOK_ERROR: nothing is left out or replaced. */
int webhook_charset_convert(webhook_charset_t *charset,
    const webhook_str_t *from, webhook_buf_t *out);


#endif /* WEBHOOK_CHARSET_INT_H */
