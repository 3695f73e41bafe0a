
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Bytes of a head that are as those of most heads are, taken as
 * webhook_http_head() would take them one by one: the status line up to its
 * reason, and lines of a name, a colon, a value, CR and LF.  Whatever differs,
 * and what a line says, is left to it.
 */

#include "core/http1/webhook_http_int.h"


static size_t webhook_http_run_start(webhook_http_t *h,
    const unsigned char *data, size_t len);
static size_t webhook_http_run_line(webhook_http_t *h,
    const unsigned char *data, size_t len);
static size_t webhook_http_run_name(webhook_http_t *h,
    const unsigned char *data, size_t len);
static size_t webhook_http_run_value(webhook_http_t *h,
    const unsigned char *data, size_t len);
static size_t webhook_http_run_text(const unsigned char *data, size_t len,
    unsigned char zero);
static size_t webhook_http_run_end(webhook_http_t *h,
    const unsigned char *data, size_t len);


size_t
webhook_http_run(webhook_http_t *h, const unsigned char *data, size_t len)
{
    size_t  n;

    /* the byte that is too much is looked at by itself */

    if (len > WEBHOOK_HTTP_HEAD_MAX - h->head) {
        len = WEBHOOK_HTTP_HEAD_MAX - h->head;
    }

    switch (h->state) {

    case WEBHOOK_HTTP_START:
        n = webhook_http_run_start(h, data, len);
        break;

    case WEBHOOK_HTTP_REASON:
        n = webhook_http_run_text(data, len, '\0');
        n += webhook_http_run_end(h, data + n, len - n);
        break;

    case WEBHOOK_HTTP_SKIP:
        n = webhook_http_run_text(data, len, '\n');
        break;

    case WEBHOOK_HTTP_NAME:
    case WEBHOOK_HTTP_SPACE:
    case WEBHOOK_HTTP_VALUE:
        n = webhook_http_run_line(h, data, len);
        break;

    default:
        return 0;
    }

    h->head += n;

    return n;
}


/* "HTTP/1.1 200 ", where it is here whole. */

static size_t
webhook_http_run_start(webhook_http_t *h, const unsigned char *data,
    size_t len)
{
    unsigned  i, code;

    static const char  line[] = "HTTP/1.";

    if (h->count || len < 13 || memcmp(data, line, 7) != 0
        || data[7] < '0' || data[7] > '9' || data[8] != ' ' || data[12] != ' ')
    {
        return 0;
    }

    code = 0;

    for (i = 9; i < 12; i++) {

        if (data[i] < '0' || data[i] > '9') {
            return 0;
        }

        code = code * 10 + (data[i] - '0');
    }

    if (code < 100) {
        return 0;
    }

    h->minor = (data[7] != '0');
    h->code = code;
    h->count = 3;
    h->state = WEBHOOK_HTTP_REASON;

    return 13;
}


/* A line, from anywhere in its name or value on: its end too, if that is
   here. */

static size_t
webhook_http_run_line(webhook_http_t *h, const unsigned char *data, size_t len)
{
    size_t  n;

    n = 0;

    if (h->state == WEBHOOK_HTTP_NAME) {
        n = webhook_http_run_name(h, data, len);

        if (n == len || data[n] != ':' || h->name_len == 0) {
            return n;
        }

        h->state = WEBHOOK_HTTP_SPACE;
        n++;
    }

    if (h->state == WEBHOOK_HTTP_SPACE) {

        while (n < len && (data[n] == ' ' || data[n] == '\t')) {
            n++;
        }

        if (n == len || data[n] == '\r' || data[n] == '\n' || data[n] == '\0')
        {
            return n;
        }

        h->state = WEBHOOK_HTTP_VALUE;
    }

    n += webhook_http_run_value(h, data + n, len - n);

    return n + webhook_http_run_end(h, data + n, len - n);
}


/* Of what a name may have, the bytes that most have. */

static size_t
webhook_http_run_name(webhook_http_t *h, const unsigned char *data, size_t len)
{
    size_t         n;
    unsigned       name_len;
    unsigned char  c;

    name_len = h->name_len;

    for (n = 0; n < len; n++) {
        c = data[n] | 0x20;

        if ((c < 'a' || c > 'z') && data[n] != '-') {
            break;
        }

        if (name_len < WEBHOOK_HTTP_NAME_LEN) {
            h->name[name_len++] = c;

        } else {
            name_len = WEBHOOK_HTTP_NAME_LEN + 1;
        }
    }

    h->name_len = name_len;

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


/* CR and LF behind a reason or a value, if they are here. */

static size_t
webhook_http_run_end(webhook_http_t *h, const unsigned char *data, size_t len)
{
    if (len < 2 || data[0] != '\r' || data[1] != '\n') {
        return 0;
    }

    if (h->state == WEBHOOK_HTTP_REASON) {
        h->name_len = 0;
    }

    h->state = WEBHOOK_HTTP_LINE;

    return 2;
}
