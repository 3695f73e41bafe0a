
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/rules/webhook_reach.h"

#include <string.h>


/* A reader of a path: its bytes as they are after so many decodings, one by
   one. */

typedef struct {
    const unsigned char  *p;
    const unsigned char  *last;
} webhook_reach_t;


static int webhook_reach_plain(const webhook_str_t *path, unsigned times);
static int webhook_reach_segment(const unsigned char *p, size_t len,
    int last);
static int webhook_reach_byte(webhook_reach_t *r, unsigned times);
static int webhook_reach_hex(int c);


int
webhook_reach_prefix_valid(const webhook_str_t *prefix)
{
    return prefix->len
           && prefix->data[prefix->len - 1] == '/'
           && memchr(prefix->data, '%', prefix->len) == NULL
           && memchr(prefix->data, ';', prefix->len) == NULL
           && memchr(prefix->data, '?', prefix->len) == NULL
           && webhook_reach_plain(prefix, 0);
}


int
webhook_reach_below(const webhook_str_t *path, const webhook_str_t *prefix)
{
    unsigned  times;

    /* the prefix has no byte that decoding would change */

    if (path->len < prefix->len
        || memcmp(path->data, prefix->data, prefix->len) != 0)
    {
        return 0;
    }

    if (memchr(path->data, '%', path->len) == NULL) {
        return webhook_reach_plain(path, 0);
    }

    for (times = 0; times <= WEBHOOK_REACH_DECODED; times++) {
        if (!webhook_reach_plain(path, times)) {
            return 0;
        }
    }

    return 1;
}


/* 1 if there is nothing in a path, decoded so many times, that leads elsewhere
   or is read in two ways. */

static int
webhook_reach_plain(const webhook_str_t *path, unsigned times)
{
    int              c;
    size_t           len;
    unsigned char    segment[3];
    webhook_reach_t  r;

    r.p = path->data;
    r.last = r.p + path->len;

    if (webhook_reach_byte(&r, times) != '/') {
        return 0;
    }

    /* of a segment its first bytes will do, up to its parameters */

    len = 0;

    for ( ;; ) {
        c = webhook_reach_byte(&r, times);

        if (c == -1 || c == '/') {

            if (!webhook_reach_segment(segment, len, c == -1)) {
                return 0;
            }

            if (c == -1) {
                return 1;
            }

            len = 0;
            continue;
        }

        if (c < 0x20 || c == 0x7f || c == '\\') {
            return 0;
        }

        if (c == ';') {

            /* what is behind it may be taken off, and nothing be left */

            if (!webhook_reach_segment(segment, len, 0)) {
                return 0;
            }

            len = sizeof(segment);
        }

        if (len < sizeof(segment)) {
            segment[len++] = (unsigned char) c;
        }
    }
}


static int
webhook_reach_segment(const unsigned char *p, size_t len, int last)
{
    switch (len) {

    case 0:
        return last;

    case 1:
        return p[0] != '.';

    case 2:
        return p[0] != '.' || p[1] != '.';

    default:
        return 1;
    }
}


/* The next byte, or -1 at the end.  "%" that begins no escape is one. */

static int
webhook_reach_byte(webhook_reach_t *r, unsigned times)
{
    int              c, high, low;
    webhook_reach_t  ahead;

    if (times == 0) {
        return r->p < r->last ? *r->p++ : -1;
    }

    c = webhook_reach_byte(r, times - 1);

    if (c != '%') {
        return c;
    }

    ahead = *r;

    high = webhook_reach_hex(webhook_reach_byte(&ahead, times - 1));

    if (high == -1) {
        return c;
    }

    low = webhook_reach_hex(webhook_reach_byte(&ahead, times - 1));

    if (low == -1) {
        return c;
    }

    *r = ahead;

    return high * 16 + low;
}


static int
webhook_reach_hex(int c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    c |= 0x20;

    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
