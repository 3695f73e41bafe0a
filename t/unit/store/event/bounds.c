
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: bounds, batches, read-only stores, names.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"


static void test_bounds(void);
static void test_endpoints(void);
static void test_long_texts(void);
static void test_batch(void);
static void test_readonly(void);
static void test_names(void);


int
main(void)
{
    test_bounds();
    test_endpoints();
    test_long_texts();
    test_batch();
    test_readonly();
    test_names();

    return tap_done();
}


static void
test_bounds(void)
{
    util_t         u;
    uint64_t       ep;
    webhook_op_t   op;
    webhook_id_t   id;
    webhook_put_t  puts[1];

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
    op.u.put_event.renditions->content_type.data = (unsigned char *) text;
    op.u.put_event.renditions->content_type.len = 256;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "a content type of 256 bytes is refused");

    op.u.put_event.renditions->content_type.len = 255;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "shorter ones are not");

    util_put_op(&op, puts, util_id(&u), 0, "{}", 2);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "an endpoint of id 0 is refused");

    util_put_op(&op, puts, util_id(&u), ep, text,
                WEBHOOK_STORE_BODY_MAX + 1);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "a body that is too long is refused");

    util_check(&u, "bounds");
    util_free(&u);
}


static void
test_endpoints(void)
{
    util_t         u;
    uint64_t       ep;
    webhook_op_t   op;
    webhook_put_t  puts[3];

    static char     text[2000];

    util_init(&u);
    util_open(&u);

    memset(text, 'x', sizeof(text));
    memset(puts, 0, sizeof(puts));

    ep = util_endpoint(&u, "erp", 10);

    util_put_op(&op, puts, util_id(&u), ep, "{}", 2);

    puts[0].endpoint = ep;
    puts[0].lease = 1;
    puts[1].endpoint = ep + 1;
    puts[2].endpoint = ep;
    puts[2].lease = 1;

    op.u.put_event.count = 3;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && puts[0].lease_token
           && puts[1].lease_token == 0 && puts[2].lease_token == 0,
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

    util_check(&u, "endpoints");
    util_free(&u);
}


/* Long texts of an attempt are kept in part. */

static void
test_long_texts(void)
{
    util_t        u;
    uint64_t      ep, token;
    webhook_op_t  op;
    webhook_id_t  id;

    static char     text[2000];

    util_init(&u);
    util_open(&u);

    memset(text, 'x', sizeof(text));

    ep = util_endpoint(&u, "erp", 10);
    id = util_put(&u, ep, 0);

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

    util_check(&u, "long texts");
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

    util_batch(&u, ops, 6);

    tap_ok(op[1].result == WEBHOOK_STORE_OK && put[0].lease_token != 0,
           "a put is leased of an endpoint that the batch made known");
    tap_ok(op[4].result == WEBHOOK_STORE_OK && op[4].u.claim.count == 1
           && memcmp(op[4].u.claim.leases[0].event.rendition.body.data, "two",
                     3)
           == 0,
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
