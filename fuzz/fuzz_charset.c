
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Fuzzes webhook_charset.  The first line of the input is a label, the rest a
 * text and a value in it: what comes out is UTF-8 where it was converted, twice
 * the same, and of a value always.
 */

#include "core/charset/webhook_charset.h"
#include "lib/check.h"
#include "lib/json_grammar.h"


#define MAX_TEXT  (1024 * 1024)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static int
is_utf8(const webhook_str_t *text)
{
    const unsigned char  *p, *last;

    p = text->data;
    last = p + text->len;

    while (p < last) {
        if (grammar_utf8(&p, last) < 0) {
            return 0;
        }
    }

    return 1;
}


static void
check_text(const webhook_str_t *label, const webhook_str_t *from,
    webhook_charset_way_e way)
{
    int            rc;
    const char    *what;
    webhook_buf_t  out;
    webhook_str_t  text;

    webhook_buf_init(&out, MAX_TEXT);
    what = NULL;

    rc = webhook_charset_text(from, label, way, &out, &text, &what);

    if (rc == WEBHOOK_OK) {

        if (out.len) {
            check(is_utf8(&text));

        } else {
            check(text.len == 0
                  || (text.data >= from->data
                      && text.data + text.len == from->data + from->len));
        }

    } else {
        check(what != NULL);
        check(rc == WEBHOOK_ERROR || rc == WEBHOOK_LIMIT
              || rc == WEBHOOK_CHARSET_UNKNOWN);
        check(way == WEBHOOK_CHARSET_STRICT || rc == WEBHOOK_LIMIT
              || !is_utf8(from) || memchr(from->data, 0, from->len));
    }

    webhook_buf_free(&out);
}


static void
check_values(const webhook_str_t *label, const webhook_str_t *from)
{
    int                 rc, again;
    webhook_str_t       text;
    webhook_buf_t       first;
    webhook_charset_t  *charset;
    webhook_charsets_t  set;

    webhook_charsets_init(&set);

    rc = webhook_charsets_find(&set, label, &charset);

    if (rc != WEBHOOK_OK) {
        check(rc == WEBHOOK_CHARSET_UNKNOWN);
        webhook_charsets_free(&set);
        return;
    }

    webhook_buf_init(&first, 0);

    rc = webhook_charsets_value(&set, charset, from, &text);
    check(rc == WEBHOOK_OK || rc == WEBHOOK_ERROR);

    if (rc == WEBHOOK_OK) {
        check(is_utf8(&text));
        check(webhook_buf_add(&first, text.data, text.len) == WEBHOOK_OK);
    }

    /* what one value leaves behind changes no other */

    again = webhook_charsets_value(&set, charset, from, &text);
    check(again == rc);

    if (rc == WEBHOOK_OK) {
        check(text.len == first.len);
        check(text.len == 0 || memcmp(text.data, first.data, text.len) == 0);
    }

    webhook_buf_free(&first);
    webhook_charsets_free(&set);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t  *eol;
    webhook_str_t   label, text;

    static unsigned char  none;

    eol = size ? memchr(data, '\n', size) : NULL;

    label.data = size ? (unsigned char *) data : &none;
    label.len = eol ? (size_t) (eol - data) : 0;

    text.data = label.data + (eol ? label.len + 1 : 0);
    text.len = size - (text.data - label.data);

    check_text(&label, &text, WEBHOOK_CHARSET_LOOSE);
    check_text(&label, &text, WEBHOOK_CHARSET_STRICT);
    check_values(&label, &text);

    return 0;
}
