
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/template/webhook_segment.h"


#define WEBHOOK_SEGMENT_ROUNDS  3       /* of decoding */


static int webhook_segment_overlong(const unsigned char *p, size_t len);
static int webhook_segment_parts(const unsigned char *p, size_t len);
static size_t webhook_segment_decode(unsigned char *p, size_t len);
static int webhook_segment_hex(unsigned char c);


int
webhook_segment_escape(const webhook_str_t *text, webhook_buf_t *out)
{
    size_t                i;
    unsigned char         c, *dst;
    const unsigned char  *p;

    static const unsigned char  hex[] = "0123456789ABCDEF";

    p = text->data;

    for (i = 0; i < text->len; i++) {
        c = p[i];

        if (c < 0x20 || c == 0x7f
            || webhook_segment_overlong(p + i, text->len - i))
        {
            return WEBHOOK_ERROR;
        }

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
            || (c >= '0' && c <= '9')
            || c == '-' || c == '.' || c == '_' || c == '~')
        {
            webhook_buf_byte(out, c);
            continue;
        }

        if (webhook_buf_reserve(out, 3) != WEBHOOK_OK) {
            return out->failed;
        }

        dst = out->data + out->len;

        dst[0] = '%';
        dst[1] = hex[c >> 4];
        dst[2] = hex[c & 0xf];

        out->len += 3;
    }

    return out->failed;
}


/* 1 if the bytes begin a UTF-8 sequence that is longer than need be. */

static int
webhook_segment_overlong(const unsigned char *p, size_t len)
{
    if (p[0] == 0xc0 || p[0] == 0xc1) {
        return 1;
    }

    if (len < 2 || (p[1] & 0xc0) != 0x80) {
        return 0;
    }

    return (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xf0 && p[1] < 0x90);
}


int
webhook_segment_dots(const webhook_str_t *segment, webhook_buf_t *scratch)
{
    int     i;
    size_t  len;

    if (segment->len == 0) {
        return 0;
    }

    scratch->len = 0;

    if (webhook_buf_add(scratch, segment->data, segment->len) != WEBHOOK_OK) {
        return scratch->failed;
    }

    for (i = 0; /* void */; i++) {

        if (webhook_segment_parts(scratch->data, scratch->len)) {
            return 1;
        }

        if (i == WEBHOOK_SEGMENT_ROUNDS) {
            return 0;
        }

        len = webhook_segment_decode(scratch->data, scratch->len);

        if (len == scratch->len) {
            return 0;
        }

        scratch->len = len;
    }
}


static int
webhook_segment_parts(const unsigned char *p, size_t len)
{
    size_t                i;
    unsigned char         c;
    const unsigned char  *part, *last, *end;

    last = p + len;

    for (part = p; part <= last; part = end + 1) {

        for (end = part; end < last; end++) {
            c = *end;

            if (c == '/' || c == '\\') {
                break;
            }
        }

        for (i = 0; part + i < end && part[i] == '.'; i++) { /* void */ }

        if ((i == 1 || i == 2) && (part + i == end || part[i] == ';')) {
            return 1;
        }
    }

    return 0;
}


/* Decodes each %XX in place, once; returns the new length. */

static size_t
webhook_segment_decode(unsigned char *p, size_t len)
{
    size_t          i;
    unsigned char  *dst;

    dst = p;

    for (i = 0; i < len; i++) {

        if (p[i] == '%' && len - i > 2
            && webhook_segment_hex(p[i + 1]) >= 0
            && webhook_segment_hex(p[i + 2]) >= 0)
        {
            *dst++ = (unsigned char) (webhook_segment_hex(p[i + 1]) << 4
                                      | webhook_segment_hex(p[i + 2]));
            i += 2;
            continue;
        }

        *dst++ = p[i];
    }

    return dst - p;
}


static int
webhook_segment_hex(unsigned char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    c |= 0x20;

    return (c >= 'a' && c <= 'f') ? c - 'a' + 10 : -1;
}


int
webhook_segment_literal(const webhook_str_t *text)
{
    size_t                i;
    unsigned char         c;
    const unsigned char  *p;

    p = text->data;

    for (i = 0; i < text->len; i++) {
        c = p[i];

        if (c <= ' ' || c == 0x7f || c == '#') {
            return 0;
        }

        if (c != '%') {
            continue;
        }

        if (text->len - i < 3
            || webhook_segment_hex(p[i + 1]) < 0
            || webhook_segment_hex(p[i + 2]) < 0)
        {
            return 0;
        }
    }

    return 1;
}
