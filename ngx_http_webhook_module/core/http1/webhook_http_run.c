
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Runs of bytes in a head of which the grammar says nothing but where they end:
 * most of a head, taken as webhook_http_head() would take them one by one.
 */

#include "core/http1/webhook_http_int.h"


static size_t webhook_http_run_name(webhook_http_t *h,
    const unsigned char *data, size_t len);
static size_t webhook_http_run_value(webhook_http_t *h,
    const unsigned char *data, size_t len);
static size_t webhook_http_run_text(const unsigned char *data, size_t len,
    unsigned char zero);


size_t
webhook_http_run(webhook_http_t *h, const unsigned char *data, size_t len)
{
    size_t  n;

    /* the byte that is too much is looked at by itself */

    if (len > WEBHOOK_HTTP_HEAD_MAX - h->head) {
        len = WEBHOOK_HTTP_HEAD_MAX - h->head;
    }

    switch (h->state) {

    case WEBHOOK_HTTP_REASON:
        n = webhook_http_run_text(data, len, '\0');
        break;

    case WEBHOOK_HTTP_SKIP:
        n = webhook_http_run_text(data, len, '\n');
        break;

    case WEBHOOK_HTTP_NAME:
        n = webhook_http_run_name(h, data, len);
        break;

    case WEBHOOK_HTTP_VALUE:
        n = webhook_http_run_value(h, data, len);
        break;

    default:
        return 0;
    }

    h->head += n;

    return n;
}


/* Of what a name may have, the bytes that most have. */

static size_t
webhook_http_run_name(webhook_http_t *h, const unsigned char *data, size_t len)
{
    size_t         n;
    unsigned char  c;

    for (n = 0; n < len; n++) {
        c = data[n];

        if (c >= 'A' && c <= 'Z') {
            c |= 0x20;

        } else if ((c < 'a' || c > 'z') && c != '-') {
            break;
        }

        if (h->name_len < WEBHOOK_HTTP_NAME_LEN) {
            h->name[h->name_len++] = c;

        } else {
            h->name_len = WEBHOOK_HTTP_NAME_LEN + 1;
        }
    }

    return n;
}


static size_t
webhook_http_run_value(webhook_http_t *h, const unsigned char *data,
    size_t len)
{
    size_t  n, room;

    n = webhook_http_run_text(data, len, '\0');

    room = WEBHOOK_HTTP_VALUE_LEN - h->value_len;

    if (n > room) {
        h->cut = 1;

    } else {
        room = n;
    }

    memcpy(h->value + h->value_len, data, room);
    h->value_len += (unsigned) room;

    return n;
}


/* Up to the end of a line, or a byte of this kind. */

static size_t
webhook_http_run_text(const unsigned char *data, size_t len,
    unsigned char zero)
{
    size_t  n;

    for (n = 0; n < len; n++) {
        if (data[n] == '\r' || data[n] == '\n' || data[n] == zero) {
            break;
        }
    }

    return n;
}
