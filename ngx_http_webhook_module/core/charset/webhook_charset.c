
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/charset/webhook_charset_int.h"


static void webhook_charset_order(const webhook_str_t *text,
    webhook_charset_t *charset);


int
webhook_charset_doubtful(const unsigned char *first, size_t len,
    const webhook_str_t *label)
{
    if (len >= 2 && (memcmp(first, "\xff\xfe", 2) == 0
                     || memcmp(first, "\xfe\xff", 2) == 0))
    {
        return 1;
    }

    return (len >= 3 && memcmp(first, "\xef\xbb\xbf", 3) == 0)
           || !webhook_charset_utf8(label);
}


int
webhook_charset_text(const webhook_str_t *from, const webhook_str_t *label,
    webhook_charset_way_e way, webhook_buf_t *out, webhook_str_t *text,
    const char **what)
{
    int                rc, known;
    webhook_charset_t  charset;

    *text = *from;
    *what = (way != WEBHOOK_CHARSET_LOOSE)
            ? "the body is not in the charset of its type"
            : "the body is neither UTF-8 nor in the charset of its type";

    if (webhook_charset_marked(from, &charset)) {
        known = 1;

    } else if (label->len == 0) {
        return WEBHOOK_OK;

    } else {
        known = webhook_charset_read(label, &charset);
        webhook_charset_order(from, &charset);
    }

    if (!known
        && (way != WEBHOOK_CHARSET_LOOSE
            || !webhook_charset_is_utf8(from, 0)))
    {
        *what = (way != WEBHOOK_CHARSET_LOOSE)
                ? "the charset of its type is none that can be converted"
                : "the body is not UTF-8, and the charset of its type is none "
                  "that can be converted";
        return WEBHOOK_CHARSET_UNKNOWN;
    }

    if (!known || charset.kind == WEBHOOK_CHARSET_UTF8) {
        webhook_charset_unmark(text);
        return WEBHOOK_OK;
    }

    /* of UTF-16 there are zero bytes, in JSON and XML */

    if (charset.kind == WEBHOOK_CHARSET_OTHER
        ? webhook_charset_is_ascii(from) : webhook_charset_is_utf8(from, 0))
    {
        return WEBHOOK_OK;
    }

    if (way == WEBHOOK_CHARSET_SIGNED
        && charset.kind == WEBHOOK_CHARSET_OTHER
        && webhook_charset_is_utf8(from, 1))
    {
        *what = WEBHOOK_CHARSET_UNSURE;
        return WEBHOOK_ERROR;
    }

    rc = webhook_charset_open(&charset);

    if (rc == WEBHOOK_OK) {
        rc = webhook_charset_convert(&charset, from, out);
        webhook_charset_close(&charset);
    }

    if (rc == WEBHOOK_CHARSET_UNKNOWN) {
        *what = "the charset of its type is none that this system can convert";
    }

    if (rc > 0 || rc == WEBHOOK_ERROR) {

        if (way == WEBHOOK_CHARSET_LOOSE && webhook_charset_is_utf8(from, 0)) {
            webhook_buf_free(out);
            return WEBHOOK_OK;
        }

        return rc;
    }

    /* a byte order mark alone is converted to nothing */

    text->data = out->data ? out->data : (unsigned char *) "";
    text->len = out->len;

    webhook_charset_unmark(text);

    return rc;
}


/* The order of bytes of a text that begins with an ASCII character, as JSON and
   XML do, and has no byte order mark. */

static void
webhook_charset_order(const webhook_str_t *text, webhook_charset_t *charset)
{
    if (charset->kind != WEBHOOK_CHARSET_UTF16
        && charset->kind != WEBHOOK_CHARSET_UTF32)
    {
        return;
    }

    charset->kind = WEBHOOK_CHARSET_WIDE;

    strcat(charset->name,
           text->len && text->data[0] == '\0' ? "BE" : "LE");
}
