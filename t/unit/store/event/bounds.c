
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: bodies and forms, bounds, batches, read-only stores,
 * names.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"


static void test_bodies(void);
static void test_forms(void);
static void test_bounds(void);
static void test_batch(void);
static void test_readonly(void);
static void test_names(void);


int
main(void)
{
    test_bodies();
    test_forms();
    test_bounds();
    test_batch();
    test_readonly();
    test_names();

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


/* Each endpoint gets the form that was made for it. */

static void
test_forms(void)
{
    enum { N = 64 };

    util_t               u;
    size_t               len;
    unsigned             i, ok;
    uint64_t             ep, other;
    webhook_op_t         op, claim;
    webhook_id_t         id;
    webhook_put_t        put[2];
    webhook_lease_t     *lease;
    webhook_rendition_t  form[N + 1];

    static char          text[20000];

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);
    other = util_endpoint(&u, "crm", 10);

    for (len = 0; len < sizeof(text); len++) {
        text[len] = (char) ('a' + len * 7 % 23);
    }

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

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = id;

    ok = util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.show.forms_count == 2
         && op.u.show.count == 2;

    for (i = 0; ok && i < 2; i++) {
        if (!webhook_str_eq(&op.u.show.forms[i].request, &form[i].request)
            || !webhook_str_eq(&op.u.show.forms[i].headers, &form[i].headers)
            || !webhook_str_eq(&op.u.show.forms[i].content_type,
                               &form[i].content_type)
            || !webhook_str_eq(&op.u.show.forms[i].body, &form[i].body))
        {
            ok = 0;
        }

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

    /* fields of every length, which cut their blobs anywhere */

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

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = id;

    ok = util_apply(&u, &op) == WEBHOOK_STORE_OK
         && op.u.show.forms_count == N;

    for (i = 0; ok && i < N; i++) {
        if (!webhook_str_eq(&op.u.show.forms[i].request, &form[i].request)
            || !webhook_str_eq(&op.u.show.forms[i].headers, &form[i].headers)
            || !webhook_str_eq(&op.u.show.forms[i].content_type,
                               &form[i].content_type)
            || !webhook_str_eq(&op.u.show.forms[i].body, &form[i].body))
        {
            ok = 0;
        }
    }

    tap_ok(ok, "are kept as they are");

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

    /* all of it goes */

    u.clock += 100000;

    drain(&u, ep);
    drain(&u, other);

    u.clock += 100000;

    for (i = 0; i < 100 && util_expire(&u, 1000, NULL) > 0; i++) {
        /* void */
    }

    tap_ok(util_stats(&u, 0, NULL).events == 0, "they go with the event");

    util_check(&u, "no forms");
    util_free(&u);
}


static void
test_bounds(void)
{
    util_t          u;
    uint64_t        ep;
    webhook_op_t    op;
    webhook_id_t    id;
    webhook_put_t   puts[3];

    static char     text[2000];

    util_init(&u);

    u.size = WEBHOOK_STORE_SIZE_MIN - 1;

    tap_ok(util_open(&u) == WEBHOOK_STORE_UNAVAILABLE && u.st == NULL
           && u.logs[WEBHOOK_STORE_LOG_EMERG] == 1,
           "a store that is too small is refused: %s", u.text);

    u.size = 64 << 20;

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK, "a larger one is not");

    memset(text, 'x', sizeof(text));
    memset(puts, 0, sizeof(puts));

    ep = util_endpoint(&u, "erp", 10);
    id = util_id(&u);

    util_put_op(&op, puts, id, ep, "{}", 2);
    op.u.put_event.type.data = (unsigned char *) text;
    op.u.put_event.type.len = 129;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "an event type of 129 bytes is refused");

    op.u.put_event.type.len = 128;
    op.u.put_event.forms->content_type.data = (unsigned char *) text;
    op.u.put_event.forms->content_type.len = 256;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "a content type of 256 bytes is refused");

    op.u.put_event.forms->content_type.len = 255;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "shorter ones are not");

    util_put_op(&op, puts, util_id(&u), 0, "{}", 2);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "an endpoint of id 0 is refused");

    util_put_op(&op, puts, util_id(&u), ep, text,
                WEBHOOK_STORE_BODY_MAX + 1);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "a body that is too long is refused");

    /* the same endpoint twice */

    util_put_op(&op, puts, util_id(&u), ep, "{}", 2);

    puts[0].endpoint = ep;
    puts[0].lease = 1;
    puts[1].endpoint = ep + 1;
    puts[2].endpoint = ep;
    puts[2].lease = 1;

    op.u.put_event.count = 3;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && puts[0].token
           && puts[1].token == 0 && puts[2].token == 0,
           "an endpoint that is named twice gets one delivery");

    util_put_op(&op, puts, util_id(&u), ep, "{}", 2);

    op.u.put_event.count = 0;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK,
           "an event that nobody wants is kept");

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_ENDPOINT;
    op.u.endpoint.id = 5;
    op.u.endpoint.name.data = (unsigned char *) text;
    op.u.endpoint.name.len = 256;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "a name of 256 bytes is refused");

    op.u.endpoint.name.len = 255;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "one of 255 is not");

    op.u.endpoint.id = 0;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "nor has an endpoint the id 0");

    memset(&op, 0, sizeof(op));
    op.type = 77;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "an operation that there is not");

    /* long texts of an attempt are kept in part */

    id = util_put(&u, ep, 0);

    (void) util_claim(&u, &op, &ep, 100);
    webhook_op_free(&op);

    util_complete(&u, id, ep, 0, WEBHOOK_DONE, 0);

    {
        uint64_t  token;

        token = util_lease(&u, ep, &id);

        util_complete_op(&op, id, ep, token, WEBHOOK_FAILED, 0);

        op.u.complete.attempt.error.data = (unsigned char *) text;
        op.u.complete.attempt.error.len = sizeof(text);
        op.u.complete.attempt.address.data = (unsigned char *) text;
        op.u.complete.attempt.address.len = sizeof(text);
        op.u.complete.attempt.answer.data = (unsigned char *) text;
        op.u.complete.attempt.answer.len = sizeof(text);

        tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK,
               "long texts are no reason to refuse an outcome");

        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_SHOW;
        op.u.show.id = id;

        tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
               && op.u.show.count == 1
               && op.u.show.deliveries[0].attempts_count == 1
               && op.u.show.deliveries[0].attempts[0].error.len == 255
               && op.u.show.deliveries[0].attempts[0].address.len == 64
               && op.u.show.deliveries[0].attempts[0].answer.len == 1024,
               "they are kept in part");

        webhook_op_free(&op);
    }

    util_check(&u, "bounds");
    util_free(&u);
}


/* Operations of one batch see each other; reads see all writes. */

static void
test_batch(void)
{
    util_t         u;
    uint64_t       ep;
    unsigned       i;
    webhook_op_t   op[6], *ops[6];
    webhook_put_t  put[2];

    util_init(&u);
    util_open(&u);

    memset(op, 0, sizeof(op));
    memset(put, 0, sizeof(put));

    for (i = 0; i < 6; i++) {
        ops[i] = &op[i];
    }

    ep = util_name("erp");

    op[0].type = WEBHOOK_OP_STATS;

    op[1].type = WEBHOOK_OP_ENDPOINT;
    op[1].u.endpoint.id = ep;
    op[1].u.endpoint.inflight = 2;

    put[0].lease = 1;
    util_put_op(&op[2], &put[0], util_id(&u), ep, "one", 3);
    util_put_op(&op[3], &put[1], util_id(&u), ep, "two", 3);

    op[4].type = WEBHOOK_OP_CLAIM;
    op[4].u.claim.endpoints = &ep;
    op[4].u.claim.endpoints_count = 1;
    op[4].u.claim.max = 10;
    op[4].u.claim.max_bytes = 1000;
    op[4].u.claim.lease = 7000;

    op[5].type = WEBHOOK_OP_LIST;
    op[5].u.list.filter.state = WEBHOOK_SENDING;
    op[5].u.list.filter.max = 10;

    webhook_store_apply(u.st, ops, 6);

    tap_ok(op[1].result == WEBHOOK_STORE_OK && put[0].token != 0,
           "a put is leased of an endpoint that the batch made known");
    tap_ok(op[4].result == WEBHOOK_STORE_OK && op[4].u.claim.count == 1
           && memcmp(op[4].u.claim.leases[0].event.form.body.data, "two", 3) == 0,
           "a claim gets what the batch put");
    tap_ok(op[4].u.claim.next == 7000, "and knows when the next lease ends");
    tap_ok(op[0].result == WEBHOOK_STORE_OK && op[0].u.stats.events == 2,
           "a read sees the whole batch");
    tap_ok(op[5].result == WEBHOOK_STORE_OK && op[5].u.list.count == 2,
           "wherever it stands");

    for (i = 0; i < 6; i++) {
        webhook_op_free(&op[i]);
        webhook_op_free(&op[i]);
    }

    tap_ok(op[4].u.claim.leases == NULL && op[4].u.claim.count == 0,
           "an operation that was freed holds nothing");

    util_check(&u, "batch");
    util_free(&u);
}


static void
test_readonly(void)
{
    util_t                   u;
    uint64_t                 ep;
    pid_t                    pid;
    int                      status;
    webhook_op_t             op;
    webhook_put_t            put;
    webhook_id_t             id;
    webhook_store_result_e   result;

    util_init(&u);

    u.readonly = 1;

    tap_ok(util_open(&u) == WEBHOOK_STORE_UNAVAILABLE
           && util_files(&u, "") == 0, "reading alone makes no store");

    u.readonly = 0;
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);
    (void) util_lease(&u, ep, &id);

    /* an environment is opened once in a process */

    fflush(stdout);
    pid = fork();

    if (pid == 0) {
        util_t  r;

        r = u;
        r.readonly = 1;
        r.st = NULL;

        status = 0;

        if (util_open(&r) != WEBHOOK_STORE_OK) {
            _exit(1);
        }

        if (util_stats(&r, 0, NULL).owners != 1) {
            status |= 2;
        }

        if (util_stats(&r, 0, NULL).events != 1) {
            status |= 4;
        }

        memset(&put, 0, sizeof(put));
        id = util_id(&r);
        util_put_op(&op, &put, id, ep, "{}", 2);

        result = util_apply(&r, &op);

        if (result != WEBHOOK_STORE_UNAVAILABLE) {
            status |= 8;
        }

        if (util_takeover(&r) != UINT32_MAX) {
            status |= 16;
        }

        util_close(&r);

        _exit(status);
    }

    waitpid(pid, &status, 0);

    tap_ok(WIFEXITED(status) && WEXITSTATUS(status) == 0,
           "who only reads sees all and changes nothing (%d)", status);

    util_check(&u, "read by another");
    util_close(&u);

    u.readonly = 1;

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_stats(&u, 0, NULL).events == 1
           && util_stats(&u, 0, NULL).owners == 0,
           "a store that nobody has open can be read");

    util_free(&u);
}


static void
test_names(void)
{
    int            i, ok;
    webhook_str_t  str;

    ok = 1;

    for (i = 0; i < WEBHOOK_STATES; i++) {
        util_str(&str, webhook_state_name(i));

        if (webhook_state_parse(&str) != i) {
            ok = 0;
        }
    }

    tap_ok(ok, "states by name and back");

    util_str(&str, "sendin");
    tap_ok(webhook_state_parse(&str) == -1, "no state");

    util_str(&str, "");
    tap_ok(webhook_state_parse(&str) == -1, "no state either");

    for (i = WEBHOOK_STORE_OK; i <= WEBHOOK_STORE_UNKNOWN; i++) {
        if (strcmp(webhook_store_result_text(i), "unknown") == 0) {
            ok = 0;
        }
    }

    tap_ok(ok, "each result has its words");
}
