
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Answers as a whole, and their bodies.  Grammar: RFC 9112.
 */

#include "core/http1/webhook_http_int.h"


static webhook_http_result_e webhook_http_chunk(webhook_http_t *h,
    unsigned char c);
static size_t webhook_http_data(webhook_http_t *h, const unsigned char *data,
    size_t len);


void
webhook_http_init(webhook_http_t *h, unsigned char *body, size_t body_max,
    int no_body)
{
    memset(h, 0, sizeof(webhook_http_t));

    h->body = body;
    h->body_max = body_max;
    h->no_body = no_body ? 1 : 0;
    h->keep = 1;
}


webhook_http_result_e
webhook_http_feed(webhook_http_t *h, const unsigned char *data, size_t len,
    size_t *used)
{
    size_t                 i, n;
    webhook_http_result_e  rc;

    rc = WEBHOOK_HTTP_MORE;
    i = 0;

    if (len) {
        h->begun = 1;
    }

    while (i < len && rc == WEBHOOK_HTTP_MORE) {

        switch (h->state) {

        case WEBHOOK_HTTP_BODY:
        case WEBHOOK_HTTP_UNTIL_CLOSE:
        case WEBHOOK_HTTP_CHUNK_DATA:

            i += webhook_http_data(h, data + i, len - i);

            if (h->rest == 0) {

                if (h->state == WEBHOOK_HTTP_CHUNK_DATA) {
                    h->state = WEBHOOK_HTTP_CHUNK_CR;

                } else if (h->state == WEBHOOK_HTTP_BODY) {
                    rc = WEBHOOK_HTTP_DONE;
                    break;
                }
            }

            if (webhook_http_enough(h)) {
                h->keep = 0;
                rc = WEBHOOK_HTTP_DONE;
            }

            break;

        case WEBHOOK_HTTP_COMPLETE:
            *used = i;
            return WEBHOOK_HTTP_DONE;

        default:

            if (h->state < WEBHOOK_HTTP_BODY) {
                n = webhook_http_run(h, data + i, len - i);

                if (n) {
                    i += n;
                    break;
                }

                rc = webhook_http_head(h, data[i]);

            } else {
                rc = webhook_http_chunk(h, data[i]);
            }

            i++;

            if (h->head > WEBHOOK_HTTP_HEAD_MAX
                && rc == WEBHOOK_HTTP_MORE)
            {
                rc = webhook_http_bad(h, "the answer's head is too large");
            }
        }
    }

    *used = i;

    if (rc == WEBHOOK_HTTP_DONE) {
        h->state = WEBHOOK_HTTP_COMPLETE;
    }

    return rc;
}


webhook_http_result_e
webhook_http_eof(webhook_http_t *h)
{
    h->keep = 0;

    if (h->state == WEBHOOK_HTTP_UNTIL_CLOSE
        || h->state == WEBHOOK_HTTP_COMPLETE)
    {
        return WEBHOOK_HTTP_DONE;
    }

    if (!h->begun) {
        return webhook_http_bad(h, "the connection was closed without an "
                                   "answer");
    }

    return webhook_http_bad(h, h->status
                               ? "the answer's body was cut short"
                               : "the answer's head was cut short");
}


/* Takes bytes of the body; returns how many. */

static size_t
webhook_http_data(webhook_http_t *h, const unsigned char *data, size_t len)
{
    size_t  n;

    if (h->state != WEBHOOK_HTTP_UNTIL_CLOSE) {

        if (len > h->rest) {
            len = (size_t) h->rest;
        }

        h->rest -= len;
    }

    h->seen += len;

    n = h->body_max - h->body_len;

    if (n > len) {
        n = len;
    }

    if (n) {
        memcpy(h->body + h->body_len, data, n);
        h->body_len += n;
    }

    return len;
}


/*
 * All of a chunked body but the data, byte by byte.  It is longer than 100 lines
 * because each state is a case.
 */

static webhook_http_result_e
webhook_http_chunk(webhook_http_t *h, unsigned char c)
{
    unsigned  digit;

    switch (h->state) {

    case WEBHOOK_HTTP_CHUNK:
        h->rest = 0;
        h->count = 0;
        h->state = WEBHOOK_HTTP_CHUNK_SIZE;

        /* fall through */

    case WEBHOOK_HTTP_CHUNK_SIZE:

        if (c >= '0' && c <= '9') {
            digit = c - '0';

        } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
            digit = (c | 0x20) - 'a' + 10;

        } else {

            if (h->count == 0) {
                return webhook_http_bad(h, "the answer has a bad chunk size");
            }

            if (c == '\r') {
                h->state = WEBHOOK_HTTP_CHUNK_LF;
                break;
            }

            if (c == ';' || c == ' ' || c == '\t') {
                h->state = WEBHOOK_HTTP_CHUNK_EXT;
                break;
            }

            if (c == '\n') {
                h->state = h->rest ? WEBHOOK_HTTP_CHUNK_DATA
                                   : WEBHOOK_HTTP_TRAILER;
                break;
            }

            return webhook_http_bad(h, "the answer has a bad chunk size");
        }

        if (++h->count > 15) {
            return webhook_http_bad(h, "the answer has a bad chunk size");
        }

        h->rest = h->rest * 16 + digit;
        break;

    case WEBHOOK_HTTP_CHUNK_EXT:
        h->head++;

        if (c == '\r') {
            h->state = WEBHOOK_HTTP_CHUNK_LF;
            break;
        }

        if (c != '\n') {
            break;
        }

        /* fall through */

    case WEBHOOK_HTTP_CHUNK_LF:

        if (c != '\n') {
            return webhook_http_bad(h, "the answer has a bad chunk size");
        }

        h->state = h->rest ? WEBHOOK_HTTP_CHUNK_DATA : WEBHOOK_HTTP_TRAILER;
        break;

    case WEBHOOK_HTTP_CHUNK_CR:

        if (c == '\r') {
            h->state = WEBHOOK_HTTP_CHUNK_END;
            break;
        }

        /* fall through */

    case WEBHOOK_HTTP_CHUNK_END:

        if (c != '\n') {
            return webhook_http_bad(h, "the answer has a bad chunk");
        }

        h->state = WEBHOOK_HTTP_CHUNK;
        break;

    case WEBHOOK_HTTP_TRAILER:
        h->head++;

        if (c == '\r') {
            h->state = WEBHOOK_HTTP_TRAILER_END;
            break;
        }

        if (c == '\n') {
            return WEBHOOK_HTTP_DONE;
        }

        h->state = WEBHOOK_HTTP_TRAILER_TEXT;
        break;

    case WEBHOOK_HTTP_TRAILER_TEXT:
        h->head++;

        if (c == '\r') {
            h->state = WEBHOOK_HTTP_TRAILER_LF;

        } else if (c == '\n') {
            h->state = WEBHOOK_HTTP_TRAILER;
        }

        break;

    case WEBHOOK_HTTP_TRAILER_LF:
    case WEBHOOK_HTTP_TRAILER_END:

        if (c != '\n') {
            return webhook_http_bad(h, "the answer has a bad line end");
        }

        if (h->state == WEBHOOK_HTTP_TRAILER_END) {
            return WEBHOOK_HTTP_DONE;
        }

        h->state = WEBHOOK_HTTP_TRAILER;
        break;
    }

    return WEBHOOK_HTTP_MORE;
}
