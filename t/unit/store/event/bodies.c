
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: bodies, and the forms in which they are sent.
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
    webhook_op_t    op, *ops[64];
    webhook_op_t    put_ops[64];
    webhook_id_t    id;
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

    webhook_store_apply(u.st, ops, i);

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        len = sizes[i];
        id = put_ops[i].u.put_event.id;

        if (put_ops[i].result != WEBHOOK_STORE_OK) {
            ok = 0;
        }

        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_SHOW;
        op.u.show.id = id;

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK
            || op.u.show.forms->body.len != len
            || memcmp(op.u.show.forms->body.data, body, len) != 0)
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
        len = op.u.claim.leases[i].event.form.body.len;

        if (memcmp(op.u.claim.leases[i].event.form.body.data, body, len) != 0) {
            ok = 0;
        }

        util_complete(&u, op.u.claim.leases[i].event.id, ep,
                      op.u.claim.leases[i].token, WEBHOOK_DONE, 0);
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

            (void) util_complete(u, lease->event.id, ep, lease->token,
                                 WEBHOOK_DONE, 0);
        }

        webhook_op_free(&op);
    }

    webhook_op_free(&op);
}


/* Whether an event is shown with n forms, and with these. */

static unsigned
shows_forms(util_t *u, webhook_op_t *op, const webhook_id_t *id,
    const webhook_rendition_t *form, unsigned n)
{
    unsigned                    i;
    const webhook_rendition_t  *shown;

    memset(op, 0, sizeof(webhook_op_t));
    op->type = WEBHOOK_OP_SHOW;
    op->u.show.id = *id;

    if (util_apply(u, op) != WEBHOOK_STORE_OK || op->u.show.forms_count != n) {
        return 0;
    }

    for (i = 0; i < n; i++) {
        shown = &op->u.show.forms[i];

        if (!webhook_str_eq(&shown->request, &form[i].request)
            || !webhook_str_eq(&shown->headers, &form[i].headers)
            || !webhook_str_eq(&shown->content_type, &form[i].content_type)
            || !webhook_str_eq(&shown->body, &form[i].body))
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
    webhook_rendition_t  form[2];

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);
    other = util_endpoint(&u, "crm", 10);

    memset(form, 0, sizeof(form));
    memset(put, 0, sizeof(put));

    util_str(&form[0].content_type, "application/json");
    util_str(&form[0].body, "{\"id\": 7}");

    util_str(&form[1].request, "PUT /orders/7?a=b");
    util_str(&form[1].content_type, "application/xml; charset=utf-8");
    util_str(&form[1].headers, "X-A: 1\r\nX-B: 2\r\n");
    form[1].body.data = (unsigned char *) text;
    form[1].body.len = sizeof(text);

    id = util_id(&u);

    util_put_op(&op, put, id, ep, "", 0);

    op.u.put_event.forms = form;
    op.u.put_event.forms_count = 2;
    op.u.put_event.count = 2;

    put[0].form = 1;
    put[1].endpoint = other;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "an event of two forms");
    tap_ok(util_claim(&u, &claim, &ep, 1) == 1, "one is claimed");

    lease = claim.u.claim.leases;

    tap_ok(webhook_str_eq(&lease->event.form.request, &form[1].request)
           && webhook_str_eq(&lease->event.form.content_type,
                             &form[1].content_type)
           && webhook_str_eq(&lease->event.form.headers, &form[1].headers)
           && webhook_str_eq(&lease->event.form.body, &form[1].body)
           && lease->step == 0 && !lease->retry,
           "in the second form, with all of it");

    util_complete(&u, id, ep, lease->token, WEBHOOK_RETRY, 0);
    webhook_op_free(&claim);

    tap_ok(util_claim(&u, &claim, &ep, 1) == 1
           && claim.u.claim.leases->retry
           && webhook_str_eq(&claim.u.claim.leases->event.form.body,
                             &form[1].body), "again when it is sent again");

    webhook_op_free(&claim);

    tap_ok(util_claim(&u, &claim, &other, 1) == 1, "the other is claimed");

    lease = claim.u.claim.leases;

    tap_ok(lease->event.form.request.len == 0
           && lease->event.form.headers.len == 0
           && webhook_str_eq(&lease->event.form.content_type,
                             &form[0].content_type)
           && webhook_str_eq(&lease->event.form.body, &form[0].body),
           "in the first form");

    webhook_op_free(&claim);

    ok = shows_forms(&u, &op, &id, form, 2) && op.u.show.count == 2;

    for (i = 0; ok && i < 2; i++) {
        if (op.u.show.deliveries[i].delivery.endpoint == ep) {
            ok &= op.u.show.deliveries[i].delivery.form == 1
                  && op.u.show.deliveries[i].delivery.body_len
                     == sizeof(text);

        } else {
            ok &= op.u.show.deliveries[i].delivery.form == 0
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
    webhook_rendition_t  form[N + 1];

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    memset(form, 0, sizeof(form));
    memset(put, 0, sizeof(put));

    for (i = 0; i < N; i++) {
        memset(&form[i], 0, sizeof(webhook_rendition_t));

        form[i].request.data = (unsigned char *) text;
        form[i].request.len = i * WEBHOOK_REQUEST_MAX / (N - 1);
        form[i].headers.data = (unsigned char *) text + i;
        form[i].headers.len = i * WEBHOOK_HEADERS_MAX / (N - 1);
        form[i].content_type.data = (unsigned char *) text + 2 * i;
        form[i].content_type.len = i * WEBHOOK_CONTENT_TYPE_MAX / (N - 1);
        form[i].body.data = (unsigned char *) text + 3 * i;
        form[i].body.len = (N - i) * 37;
    }

    util_put_op(&op, put, util_id(&u), ep, "", 0);

    op.u.put_event.forms = form;
    op.u.put_event.forms_count = N;

    put[0].form = N - 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "%u forms", (unsigned) N);

    id = op.u.put_event.id;

    tap_ok(shows_forms(&u, &op, &id, form, N), "are kept as they are");

    webhook_op_free(&op);

    util_check(&u, "many forms");

    /* what is no form */

    util_put_op(&op, put, util_id(&u), ep, "", 0);

    op.u.put_event.forms = form;
    op.u.put_event.forms_count = N + 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "65 forms are refused");

    op.u.put_event.forms_count = 0;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE, "and none");

    op.u.put_event.forms_count = N - 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "a form that is not there is refused");

    put[0].form = 0;

    form[1].request.len = WEBHOOK_REQUEST_MAX + 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "a request line that is too long is refused");

    form[1].request.len = 0;
    form[1].headers.len = WEBHOOK_HEADERS_MAX + 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "headers that are too long are refused");

    form[1].headers.len = 0;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "all else is not");

    all_goes(&u, ep, ep);

    util_free(&u);
}
