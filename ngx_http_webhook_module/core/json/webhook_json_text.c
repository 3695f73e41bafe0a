
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/json/webhook_json_text.h"


static int32_t webhook_json_unit(const unsigned char *p,
    const unsigned char *last);
static size_t webhook_json_encode(uint32_t c, unsigned char *out);


int
webhook_json_decode(const webhook_str_t *span, webhook_buf_t *out)
{
    size_t                n;
    unsigned char         c[4];
    const unsigned char  *p, *q, *last;

    if (span->len < 2 || span->data[0] != '"'
        || span->data[span->len - 1] != '"')
    {
        return WEBHOOK_ERROR;
    }

    p = span->data + 1;
    last = span->data + span->len - 1;

    while (p < last) {
        q = memchr(p, '\\', last - p);

        if (q == NULL) {
            return webhook_buf_add(out, p, last - p);
        }

        if (webhook_buf_add(out, p, q - p) != WEBHOOK_OK) {
            return out->failed;
        }

        p = q;

        n = webhook_json_unescape(&p, last, c);
        if (n == 0) {
            return WEBHOOK_ERROR;
        }

        if (webhook_buf_add(out, c, n) != WEBHOOK_OK) {
            return out->failed;
        }
    }

    return out->failed;
}


size_t
webhook_json_unescape(const unsigned char **pp, const unsigned char *last,
    unsigned char out[4])
{
    int32_t               c, low;
    const unsigned char  *p;

    p = *pp;

    if (last - p < 2) {
        return 0;
    }

    *pp = p + 2;

    switch (p[1]) {

    case '"':
    case '\\':
    case '/':
        *out = p[1];
        return 1;

    case 'b':
        *out = '\b';
        return 1;

    case 'f':
        *out = '\f';
        return 1;

    case 'n':
        *out = '\n';
        return 1;

    case 'r':
        *out = '\r';
        return 1;

    case 't':
        *out = '\t';
        return 1;

    case 'u':
        break;

    default:
        return 0;
    }

    c = webhook_json_unit(p + 2, last);
    if (c < 0) {
        return 0;
    }

    *pp = p + 6;

    if (c < 0xd800 || c > 0xdfff) {
        return webhook_json_encode((uint32_t) c, out);
    }

    if (c < 0xdc00 && last - p >= 12 && p[6] == '\\' && p[7] == 'u') {
        low = webhook_json_unit(p + 8, last);

        if (low >= 0xdc00 && low <= 0xdfff) {
            *pp = p + 12;
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            return webhook_json_encode((uint32_t) c, out);
        }
    }

    /* half of a pair: valid JSON, but no character */

    return webhook_json_encode(0xfffd, out);
}


/* The number that four hexadecimal digits at p make, -1 if they are none. */

static int32_t
webhook_json_unit(const unsigned char *p, const unsigned char *last)
{
    int            i;
    int32_t        n;
    unsigned char  c;

    if (last - p < 4) {
        return -1;
    }

    n = 0;

    for (i = 0; i < 4; i++) {
        c = p[i];

        if (c >= '0' && c <= '9') {
            n = n * 16 + (c - '0');
            continue;
        }

        c |= 0x20;

        if (c < 'a' || c > 'f') {
            return -1;
        }

        n = n * 16 + (c - 'a' + 10);
    }

    return n;
}


static size_t
webhook_json_encode(uint32_t c, unsigned char *out)
{
    if (c < 0x80) {
        out[0] = (unsigned char) c;
        return 1;
    }

    if (c < 0x800) {
        out[0] = (unsigned char) (0xc0 | (c >> 6));
        out[1] = (unsigned char) (0x80 | (c & 0x3f));
        return 2;
    }

    if (c < 0x10000) {
        out[0] = (unsigned char) (0xe0 | (c >> 12));
        out[1] = (unsigned char) (0x80 | ((c >> 6) & 0x3f));
        out[2] = (unsigned char) (0x80 | (c & 0x3f));
        return 3;
    }

    out[0] = (unsigned char) (0xf0 | (c >> 18));
    out[1] = (unsigned char) (0x80 | ((c >> 12) & 0x3f));
    out[2] = (unsigned char) (0x80 | ((c >> 6) & 0x3f));
    out[3] = (unsigned char) (0x80 | (c & 0x3f));

    return 4;
}


int
webhook_json_utf8(const unsigned char *p, const unsigned char *last)
{
    int            i, n;
    unsigned char  least, most;

    least = 0x80;
    most = 0xbf;

    if (*p < 0xc2) {
        return -1;

    } else if (*p < 0xe0) {
        n = 2;

    } else if (*p < 0xf0) {
        n = 3;

        if (*p == 0xe0) {
            least = 0xa0;       /* less would fit in two bytes */

        } else if (*p == 0xed) {
            most = 0x9f;        /* more would be a surrogate */
        }

    } else if (*p < 0xf5) {
        n = 4;

        if (*p == 0xf0) {
            least = 0x90;       /* less would fit in three bytes */

        } else if (*p == 0xf4) {
            most = 0x8f;        /* more would exceed U+10FFFF */
        }

    } else {
        return -1;
    }

    if (last - p < 2 || p[1] < least || p[1] > most) {
        return -1;
    }

    for (i = 2; i < n; i++) {
        if (last - p <= i || (p[i] & 0xc0) != 0x80) {
            return -i;
        }
    }

    return n;
}


int
webhook_json_valid(const webhook_str_t *text)
{
    int                   n;
    const unsigned char  *p, *last;

    p = text->data;
    last = p + text->len;

    while (p < last) {

        if (*p < 0x80) {
            p++;
            continue;
        }

        n = webhook_json_utf8(p, last);

        if (n <= 0) {
            return 0;
        }

        p += n;
    }

    return 1;
}


int
webhook_json_whole(const webhook_str_t *span)
{
    int32_t               c, low;
    const unsigned char  *p, *last;

    if (span->len == 0) {
        return 1;
    }

    p = span->data;
    last = p + span->len;

    for ( ;; ) {
        p = memchr(p, '\\', last - p);

        if (p == NULL || last - p < 2) {
            return 1;
        }

        p += 2;

        if (p[-1] != 'u') {
            continue;
        }

        c = webhook_json_unit(p, last);

        if (c < 0xd800 || c > 0xdfff) {
            continue;
        }

        low = (last - p >= 10 && p[4] == '\\' && p[5] == 'u')
              ? webhook_json_unit(p + 6, last) : -1;

        if (c > 0xdbff || low < 0xdc00 || low > 0xdfff) {
            return 0;
        }

        p += 10;
    }
}


int
webhook_json_says(const unsigned char *p, const unsigned char *last,
    const webhook_str_t *text)
{
    size_t                n, rest;
    unsigned char         c[4];
    const unsigned char  *t;

    t = text->data;
    rest = text->len;

    if ((size_t) (last - p) < rest) {
        return 0;               /* no escape is shorter than what it says */
    }

    while (p < last) {

        if (rest == 0) {
            return 0;
        }

        if (*p != '\\') {

            if (*p != *t) {
                return 0;
            }

            p++;
            t++;
            rest--;
            continue;
        }

        n = webhook_json_unescape(&p, last, c);

        if (n == 0 || n > rest || memcmp(c, t, n) != 0) {
            return 0;
        }

        t += n;
        rest -= n;
    }

    return rest == 0;
}


int
webhook_json_escape(const webhook_str_t *text, webhook_buf_t *out)
{
    int                   n;
    size_t                len;
    unsigned char         c[6];
    const unsigned char  *p, *q, *last;

    static const unsigned char  hex[] = "0123456789abcdef";

    if (text->len == 0) {
        return out->failed;
    }

    p = text->data;             /* what was not copied yet */
    q = p;
    last = p + text->len;

    for ( ;; ) {
        q = webhook_json_plain(q, last);

        if (q == last) {
            return webhook_buf_add(out, p, q - p);
        }

        n = 1;
        c[0] = '\\';
        len = 2;

        switch (*q) {

        case '"':
        case '\\':
            c[1] = *q;
            break;

        case '\b':
            c[1] = 'b';
            break;

        case '\f':
            c[1] = 'f';
            break;

        case '\n':
            c[1] = 'n';
            break;

        case '\r':
            c[1] = 'r';
            break;

        case '\t':
            c[1] = 't';
            break;

        default:

            if (*q >= 0x80) {
                n = webhook_json_utf8(q, last);

                if (n > 0) {
                    q += n;
                    continue;
                }

                n = -n;
                len = webhook_json_encode(0xfffd, c);
                break;
            }

            c[1] = 'u';
            c[2] = '0';
            c[3] = '0';
            c[4] = hex[*q >> 4];
            c[5] = hex[*q & 0xf];
            len = 6;
        }

        if (webhook_buf_add(out, p, q - p) != WEBHOOK_OK
            || webhook_buf_add(out, c, len) != WEBHOOK_OK)
        {
            return out->failed;
        }

        q += n;
        p = q;
    }
}
