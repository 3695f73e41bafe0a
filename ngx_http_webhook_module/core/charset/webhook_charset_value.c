
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/charset/webhook_charset_int.h"


static int webhook_charset_wide(const webhook_str_t *from,
    webhook_buf_t *out);


void
webhook_charsets_init(webhook_charsets_t *set)
{
    set->n = 0;
    webhook_buf_init(&set->text, 0);
}


void
webhook_charsets_free(webhook_charsets_t *set)
{
    while (set->n) {
        webhook_charset_close(&set->list[--set->n]);
    }

    webhook_buf_free(&set->text);
}


int
webhook_charsets_find(webhook_charsets_t *set, const webhook_str_t *label,
    webhook_charset_t **charset)
{
    int                   rc;
    unsigned              i;
    webhook_charset_t     one;
    const webhook_str_t  *of;

    static const webhook_str_t  utf8 = webhook_str("utf-8");

    of = label->len ? label : &utf8;

    if (!webhook_charset_read(of, &one)) {
        return WEBHOOK_CHARSET_UNKNOWN;
    }

    for (i = 0; i < set->n; i++) {
        if (strcmp(set->list[i].name, one.name) == 0) {
            *charset = &set->list[i];
            return WEBHOOK_OK;
        }
    }

    if (set->n == WEBHOOK_CHARSETS) {
        return WEBHOOK_LIMIT;
    }

    if (one.kind != WEBHOOK_CHARSET_UTF8
        && one.kind != WEBHOOK_CHARSET_US_ASCII)
    {
        rc = webhook_charset_open(&one);
        if (rc != WEBHOOK_OK) {
            return rc;
        }
    }

    set->list[set->n] = one;
    *charset = &set->list[set->n++];

    return WEBHOOK_OK;
}


int
webhook_charset_ascii(const webhook_charset_t *charset)
{
    return charset->kind < WEBHOOK_CHARSET_WIDE;
}


int
webhook_charsets_value(webhook_charsets_t *set, webhook_charset_t *charset,
    const webhook_str_t *from, webhook_str_t *text)
{
    int  rc;

    *text = *from;

    webhook_charset_unmark(text);

    if (text->len != from->len || charset->kind == WEBHOOK_CHARSET_UTF8) {
        return webhook_charset_is_utf8(text, 1) ? WEBHOOK_OK : WEBHOOK_ERROR;
    }

    if (charset->kind == WEBHOOK_CHARSET_US_ASCII) {
        return webhook_charset_is_ascii(text) ? WEBHOOK_OK : WEBHOOK_ERROR;
    }

    set->text.len = 0;

    if (charset->kind == WEBHOOK_CHARSET_UTF16
        || charset->kind == WEBHOOK_CHARSET_UTF32)
    {
        rc = webhook_charset_wide(text, &set->text);

    } else {
        rc = webhook_charset_convert(charset, text, &set->text);
    }

    text->data = set->text.data;
    text->len = set->text.len;

    webhook_charset_unmark(text);

    return rc;
}


/* Without a mark nobody knows in which order the bytes are. */

static int
webhook_charset_wide(const webhook_str_t *from, webhook_buf_t *out)
{
    int                rc;
    webhook_charset_t  marked;

    if (from->len == 0) {
        return WEBHOOK_OK;
    }

    if (!webhook_charset_marked(from, &marked)) {
        return WEBHOOK_ERROR;
    }

    rc = webhook_charset_open(&marked);

    if (rc == WEBHOOK_OK) {
        rc = webhook_charset_convert(&marked, from, out);
        webhook_charset_close(&marked);
    }

    return rc;
}
