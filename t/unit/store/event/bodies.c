
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: bodies, and the renditions in which they are sent.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"


static void test_bodies(void);
static void test_two_forms(void);
static void test_many_forms(void);


static char  text[20000];


int
main(void)
{
    unsigned  i;

    for (i = 0; i < sizeof(text); i++) {
        text[i] = (char) ('a' + i * 7 % 23);
    }

    test_bodies();
    test_two_forms();
    test_many_forms();

    return tap_done();
}


static void
test_bodies(void)
{
    util_t          u;
    size_t          len;
    unsigned        i, ok;
    uint64_t        ep;
    webhook_op_t    op, *ops[64], put_ops[64];
    webhook_put_t   puts[64];
    unsigned char  *body;

    static const size_t  sizes[] = {
        0, 1, 63, 64, 65, 500, 1023, 1024, 2012, 2013, 2014, 2022, 2023,
        2040, 2048, 4079, 4080, 4081, 8159, 8160, 8161, 12240, 20000, 100000,
        200000, 1000000
    };

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1000);

    body = malloc(1000000);

    for (i = 0; i < 1000000; i++) {
        body[i] = (unsigned char) (i * 31 + i / 251);
    }

    ok = 1;

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        len = sizes[i];

        memset(&puts[i], 0, sizeof(webhook_put_t));
        util_put_op(&put_ops[i], &puts[i], util_id(&u), ep, body, len);
        ops[i] = &put_ops[i];
    }

    util_batch(&u, ops, i);

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        len = sizes[i];

        if (put_ops[i].result != WEBHOOK_STORE_OK) {
            ok = 0;
        }

        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_SHOW;
        op.u.show.id = put_ops[i].u.put_event.id;

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK
            || op.u.show.renditions->body.len != len
            || memcmp(op.u.show.renditions->body.data, body, len) != 0)
        {
            ok = 0;
        }

        webhook_op_free(&op);
    }

    tap_ok(ok, "bodies of every length are kept as they are");

    util_check(&u, "bodies");

    memset(&op, 0, sizeof(op));

    tap_ok(util_claim(&u, &op, &ep, 1000) == i, "all are claimed");

    ok = 1;

    for (i = 0; i < op.u.claim.count; i++) {
        len = op.u.claim.leases[i].event.rendition.body.len;

        if (memcmp(op.u.claim.leases[i].event.rendition.body.data, body, len)
            != 0)
        {
            ok = 0;
        }

        util_complete(&u, op.u.claim.leases[i].event.id, ep,
                      op.u.claim.leases[i].lease_token, WEBHOOK_DONE, 0);
    }

    webhook_op_free(&op);

    tap_ok(ok, "with their bytes");

    u.clock += 100000;

    for (i = 0; i < 100 && util_expire(&u, 1000, NULL) > 0; i++) {
        /* void */
    }

    util_check(&u, "bodies are removed");

    tap_ok(util_stats(&u, 0, NULL).events == 0, "none is left");

    util_free(&u);
    free(body);
}


/* Delivers all that is due. */

static void
drain(util_t *u, uint64_t ep)
{
    uint32_t          i;
    webhook_op_t      op;
    webhook_lease_t  *lease;

    while (util_claim(u, &op, &ep, 100) > 0) {

        for (i = 0; i < op.u.claim.count; i++) {
            lease = &op.u.claim.leases[i];

            (void) util_complete(u, lease->event.id, ep, lease->lease_token,
                                 WEBHOOK_DONE, 0);
        }

        webhook_op_free(&op);
    }

    webhook_op_free(&op);
}


/* Whether an event is shown with n renditions, and with these. */

static unsigned
shows_forms(util_t *u, webhook_op_t *op, const webhook_id_t *id,
    const webhook_rendition_t *rendition, unsigned n)
{
    unsigned                    i;
    const webhook_rendition_t  *shown;

    memset(op, 0, sizeof(webhook_op_t));
    op->type = WEBHOOK_OP_SHOW;
    op->u.show.id = *id;

    if (util_apply(u, op) != WEBHOOK_STORE_OK
        || op->u.show.renditions_count != n)
    {
        return 0;
    }

    for (i = 0; i < n; i++) {
        shown = &op->u.show.renditions[i];

        if (!webhook_str_eq(&shown->request, &rendition[i].request)
            || !webhook_str_eq(&shown->headers, &rendition[i].headers)
            || !webhook_str_eq(&shown->content_type, &rendition[i].content_type)
            || !webhook_str_eq(&shown->body, &rendition[i].body))
        {
            return 0;
        }
    }

    return 1;
}


/* All of it goes with its events. */

static void
all_goes(util_t *u, uint64_t ep, uint64_t other)
{
    unsigned  i;

    u->clock += 100000;

    drain(u, ep);
    drain(u, other);

    u->clock += 100000;

    for (i = 0; i < 100 && util_expire(u, 1000, NULL) > 0; i++) {
        /* void */
    }

    tap_ok(util_stats(u, 0, NULL).events == 0, "they go with the event");

    util_check(u, "no forms");
}


static void
test_two_forms(void)
{
    util_t               u;
    unsigned             i, ok;
    uint64_t             ep, other;
    webhook_op_t         op, claim;
    webhook_id_t         id;
    webhook_put_t        put[2];
    webhook_lease_t     *lease;
    webhook_rendition_t  rendition[2];

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);
    other = util_endpoint(&u, "crm", 10);

    memset(rendition, 0, sizeof(rendition));
    memset(put, 0, sizeof(put));

    util_str(&rendition[0].content_type, "application/json");
    util_str(&rendition[0].body, "{\"id\": 7}");

    util_str(&rendition[1].request, "PUT /orders/7?a=b");
    util_str(&rendition[1].content_type, "application/xml; charset=utf-8");
    util_str(&rendition[1].headers, "X-A: 1\r\nX-B: 2\r\n");
    rendition[1].body.data = (unsigned char *) text;
    rendition[1].body.len = sizeof(text);

    id = util_id(&u);

    util_put_op(&op, put, id, ep, "", 0);

    op.u.put_event.renditions = rendition;
    op.u.put_event.renditions_count = 2;
    op.u.put_event.count = 2;

    put[0].rendition = 1;
    put[1].endpoint = other;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "an event of two");
    tap_ok(util_claim(&u, &claim, &ep, 1) == 1, "one is claimed");

    lease = claim.u.claim.leases;

    tap_ok(webhook_str_eq(&lease->event.rendition.request,
                          &rendition[1].request)
           && webhook_str_eq(&lease->event.rendition.content_type,
                             &rendition[1].content_type)
           && webhook_str_eq(&lease->event.rendition.headers,
                             &rendition[1].headers)
           && webhook_str_eq(&lease->event.rendition.body, &rendition[1].body)
           && lease->step == 0 && !lease->retry,
           "in the second form, with all of it");

    util_complete(&u, id, ep, lease->lease_token, WEBHOOK_RETRY, 0);
    webhook_op_free(&claim);

    tap_ok(util_claim(&u, &claim, &ep, 1) == 1
           && claim.u.claim.leases->retry
           && webhook_str_eq(&claim.u.claim.leases->event.rendition.body,
                             &rendition[1].body),
           "again when it is sent again");

    webhook_op_free(&claim);

    tap_ok(util_claim(&u, &claim, &other, 1) == 1, "the other is claimed");

    lease = claim.u.claim.leases;

    tap_ok(lease->event.rendition.request.len == 0
           && lease->event.rendition.headers.len == 0
           && webhook_str_eq(&lease->event.rendition.content_type,
                             &rendition[0].content_type)
           && webhook_str_eq(&lease->event.rendition.body, &rendition[0].body),
           "in the first form");

    webhook_op_free(&claim);

    ok = shows_forms(&u, &op, &id, rendition, 2) && op.u.show.count == 2;

    for (i = 0; ok && i < 2; i++) {
        if (op.u.show.deliveries[i].delivery.endpoint == ep) {
            ok &= op.u.show.deliveries[i].delivery.rendition == 1
                  && op.u.show.deliveries[i].delivery.body_len == sizeof(text);
        } else {
            ok &= op.u.show.deliveries[i].delivery.rendition == 0
                  && op.u.show.deliveries[i].delivery.body_len == 9;
        }
    }

    tap_ok(ok, "both are shown, and who gets which");

    webhook_op_free(&op);

    util_check(&u, "two forms");

    all_goes(&u, ep, other);

    util_free(&u);
}


/* Fields of every length, which cut their blobs anywhere. */

static void
test_many_forms(void)
{
    enum { N = 64 };

    util_t               u;
    unsigned             i;
    uint64_t             ep;
    webhook_op_t         op;
    webhook_id_t         id;
    webhook_put_t        put[1];
    webhook_rendition_t  rendition[N + 1];

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    memset(rendition, 0, sizeof(rendition));
    memset(put, 0, sizeof(put));

    for (i = 0; i < N; i++) {
        memset(&rendition[i], 0, sizeof(webhook_rendition_t));

        rendition[i].request.data = (unsigned char *) text;
        rendition[i].request.len = i * WEBHOOK_REQUEST_MAX / (N - 1);
        rendition[i].headers.data = (unsigned char *) text + i;
        rendition[i].headers.len = i * WEBHOOK_HEADERS_MAX / (N - 1);
        rendition[i].content_type.data = (unsigned char *) text + 2 * i;
        rendition[i].content_type.len = i * WEBHOOK_CONTENT_TYPE_MAX / (N - 1);
        rendition[i].body.data = (unsigned char *) text + 3 * i;
        rendition[i].body.len = (N - i) * 37;
    }

    util_put_op(&op, put, util_id(&u), ep, "", 0);

    op.u.put_event.renditions = rendition;
    op.u.put_event.renditions_count = N;

    put[0].rendition = N - 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "%u forms", (unsigned) N);

    id = op.u.put_event.id;

    tap_ok(shows_forms(&u, &op, &id, rendition, N), "are kept as they are");

    webhook_op_free(&op);

    util_check(&u, "many forms");

    /* what is no form */

    util_put_op(&op, put, util_id(&u), ep, "", 0);

    op.u.put_event.renditions = rendition;
    op.u.put_event.renditions_count = N + 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "65 forms are refused");

    op.u.put_event.renditions_count = 0;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE, "and none");

    op.u.put_event.renditions_count = N - 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "a form that is not there is refused");

    put[0].rendition = 0;

    rendition[1].request.len = WEBHOOK_REQUEST_MAX + 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "a request line that is too long is refused");

    rendition[1].request.len = 0;
    rendition[1].headers.len = WEBHOOK_HEADERS_MAX + 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "headers that are too long are refused");

    rendition[1].headers.len = 0;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "all else is not");

    all_goes(&u, ep, ep);

    util_free(&u);
}
