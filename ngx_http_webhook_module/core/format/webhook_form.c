
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/format/webhook_form.h"


static ssize_t webhook_form_text(const webhook_str_t *raw, unsigned char *out,
    int loose);
static int webhook_form_digit(unsigned char c);


int
webhook_form_next(const webhook_str_t *text, size_t *pos, webhook_str_t *name,
    webhook_str_t *value)
{
    unsigned char  *p, *last, *end, *eq;

    if (*pos >= text->len) {
        return WEBHOOK_ERROR;
    }

    p = text->data + *pos;
    last = text->data + text->len;

    while (p < last && *p == '&') {
        p++;
    }

    if (p == last) {
        *pos = text->len;
        return WEBHOOK_ERROR;
    }

    end = memchr(p, '&', last - p);
    if (end == NULL) {
        end = last;
    }

    eq = memchr(p, '=', end - p);

    name->data = p;
    name->len = (eq ? eq : end) - p;

    value->data = eq ? eq + 1 : end;
    value->len = end - value->data;

    *pos = end - text->data;

    return WEBHOOK_OK;
}


ssize_t
webhook_form_decode(const webhook_str_t *raw, unsigned char *out)
{
    return webhook_form_text(raw, out, 0);
}


size_t
webhook_form_decode_loose(const webhook_str_t *raw, unsigned char *out)
{
    return (size_t) webhook_form_text(raw, out, 1);
}


/* With loose, a "%" that escapes nothing is one; else it is an error. */

static ssize_t
webhook_form_text(const webhook_str_t *raw, unsigned char *out, int loose)
{
    int                   high, low;
    unsigned char        *d;
    const unsigned char  *p, *last;

    if (raw->len == 0) {
        return 0;
    }

    d = out;
    p = raw->data;
    last = p + raw->len;

    while (p < last) {

        if (*p == '+') {
            *d++ = ' ';
            p++;
            continue;
        }

        if (*p != '%') {
            *d++ = *p++;
            continue;
        }

        high = -1;
        low = -1;

        if (last - p >= 3) {
            high = webhook_form_digit(p[1]);
            low = webhook_form_digit(p[2]);
        }

        if (high < 0 || low < 0) {

            if (!loose) {
                return WEBHOOK_ERROR;
            }

            *d++ = *p++;
            continue;
        }

        *d++ = (unsigned char) (high << 4 | low);
        p += 3;
    }

    return d - out;
}


static int
webhook_form_digit(unsigned char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    c |= 0x20;

    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }

    return -1;
}
