
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Fuzzes webhook_http: what an answer comes to may not depend on the pieces it
 * comes in, and whatever comes stays within the bounds.
 *
 * The first byte of the input chooses the settings and the second the size of
 * the pieces; the rest is the answer, behind which the peer closes.
 */

#include "core/http1/webhook_http.h"
#include "lib/check.h"

#include <stdio.h>
#include <stdlib.h>


typedef struct {
    webhook_http_t         http;
    webhook_http_result_e  rc;
    size_t                 used;        /* all in all */
    unsigned char         *body;
} outcome_t;


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* Each piece is copied, so that a read behind its end is seen. */

static void
read_answer(outcome_t *o, const uint8_t *data, size_t size, size_t piece,
    size_t body_max, int no_body)
{
    size_t   n, used;
    uint8_t  *copy;

    memset(o, 0, sizeof(outcome_t));

    o->body = malloc(body_max ? body_max : 1);
    check(o->body != NULL);

    webhook_http_init(&o->http, o->body, body_max, no_body);

    o->rc = WEBHOOK_HTTP_MORE;

    while (o->used < size && o->rc == WEBHOOK_HTTP_MORE) {
        n = size - o->used < piece ? size - o->used : piece;

        copy = malloc(n);
        check(copy != NULL);

        memcpy(copy, data + o->used, n);

        o->rc = webhook_http_feed(&o->http, copy, n, &used);

        free(copy);

        check(used <= n);
        check(used == n || o->rc != WEBHOOK_HTTP_MORE);

        o->used += used;
    }

    if (o->rc == WEBHOOK_HTTP_MORE) {
        o->rc = webhook_http_eof(&o->http);

        check(o->rc != WEBHOOK_HTTP_MORE);
        check(!o->http.keep);
    }

    check(o->http.body_len <= body_max);
    check(o->http.retry_after.len <= WEBHOOK_HTTP_VALUE_LEN);
    check(o->http.head <= WEBHOOK_HTTP_HEAD_MAX + 1);

    if (o->rc == WEBHOOK_HTTP_BAD) {
        check(o->http.error != NULL);
        check(!o->http.keep);

    } else {
        check(o->http.error == NULL);
        check(o->http.status == 101
              || (o->http.status >= 200 && o->http.status <= 999));
    }

    if (o->http.keep) {
        check(o->http.minor);
        check(!o->http.coded || !o->http.sized);
        check(o->http.seen <= WEBHOOK_HTTP_BODY_MAX
              || o->http.body_len < body_max);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int           no_body;
    size_t        body_max, piece;
    outcome_t     whole, pieces;

    static const size_t  maxima[] = { 0, 1, 16, 1024 };

    if (size < 2) {
        return 0;
    }

    no_body = (data[0] & 0x80) != 0;
    body_max = maxima[data[0] & 3];
    piece = data[1] % 64 + 1;

    data += 2;
    size -= 2;

    read_answer(&whole, data, size, size ? size : 1, body_max, no_body);
    read_answer(&pieces, data, size, piece, body_max, no_body);

    check(whole.rc == pieces.rc);
    check(whole.http.status == pieces.http.status);
    check(whole.http.error == pieces.http.error);
    check(whole.http.keep == pieces.http.keep);
    check(whole.http.keep_alive == pieces.http.keep_alive);
    check(webhook_str_eq(&whole.http.retry_after, &pieces.http.retry_after));
    check(whole.http.body_len == pieces.http.body_len);
    check(whole.http.body_len == 0
          || memcmp(whole.body, pieces.body, whole.http.body_len) == 0);

    /* of a body that is not wanted whole, each piece is taken to its end */

    if (whole.http.keep || whole.rc == WEBHOOK_HTTP_BAD) {
        check(whole.used == pieces.used);
    }

    free(whole.body);
    free(pieces.body);

    return 0;
}
