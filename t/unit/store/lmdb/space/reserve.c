
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: what is brought from elsewhere leaves the reserve whole, and
 * records leave of it what outcomes need.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"


#define FILL  1000


static void test_room(void);
static void test_records(void);
static unsigned fill(util_t *u, uint64_t ep, webhook_id_t *first,
    uint64_t *token);
static webhook_store_result_e record(util_t *u, unsigned company, size_t len,
    uint64_t *number);


int
main(void)
{
    test_room();
    test_records();

    return tap_done();
}


/* An event's history counts when room is taken for it. */

static void
test_room(void)
{
    util_t               u;
    unsigned             i, n;
    webhook_op_t         op;
    webhook_id_t         id;
    webhook_put_t        put;
    webhook_past_t       past;
    webhook_attempt_t    attempts[200];
    webhook_op_stats_t  *s;

    static unsigned char  answer[1024];

    util_init(&u);

    u.size = 8 << 20;
    u.keep_history = 1;

    util_open(&u);
    (void) util_endpoint(&u, "erp", 10);

    memset(attempts, 0, sizeof(attempts));
    memset(&past, 0, sizeof(past));
    memset(answer, 'x', sizeof(answer));

    for (i = 0; i < 200; i++) {
        attempts[i].number = i + 1;
        attempts[i].answer.data = answer;
        attempts[i].answer.len = sizeof(answer);
    }

    past.state = WEBHOOK_DEAD;
    past.sends = 200;
    past.finished = UTIL_WALL;
    past.attempts = attempts;
    past.attempts_count = 200;

    for (n = 0; n < 200; n++) {
        memset(&put, 0, sizeof(put));

        id = util_id(&u);
        put.past = &past;

        util_put_op(&op, &put, id, util_name("erp"), "{}", 2);

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK) {
            break;
        }
    }

    tap_ok(n > 2 && n < 200 && op.result == WEBHOOK_STORE_FULL,
           "room: %u events with 200 attempts each, then it is full", n);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_STATS;
    s = &op.u.stats;

    (void) util_apply(&u, &op);

    tap_ok(s->used <= util_lmdb(&u)->mark, "room: and the reserve is whole");

    webhook_op_free(&op);
    util_free(&u);
}


static void
test_records(void)
{
    util_t                  u;
    uint64_t                ep, token, last;
    unsigned                i, n;
    webhook_op_t            op;
    webhook_id_t            first;
    webhook_recorded_t      recorded;
    webhook_store_result_e  result;

    util_init(&u);

    u.size = 8 << 20;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 1000);

    n = fill(&u, ep, &first, &token);

    tap_ok(n > 10 && n < FILL,
           "records: the store is full behind %u events", n);

    /* of a company of its own each, for the oldest of one would go */

    last = 0;
    result = WEBHOOK_STORE_OK;

    for (i = 0; i < 1000 && result == WEBHOOK_STORE_OK; i++) {
        result = record(&u, i, WEBHOOK_AUDIT_DATA_MAX, &last);
    }

    tap_ok(i > 10 && result == WEBHOOK_STORE_FULL,
           "records: %u more are written, and then refused", i - 1);
    tap_ok(record(&u, 5000, 1, NULL) == WEBHOOK_STORE_FULL,
           "records: one of a byte, too");

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_AUDIT;
    op.u.audit.max = 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.audit.count == 1
           && op.u.audit.records[0].number == last,
           "records: nothing of them is there");

    webhook_op_free(&op);

    /* nor is what would have been recorded done */

    memset(&op, 0, sizeof(op));
    memset(&recorded, 0, sizeof(recorded));

    op.type = WEBHOOK_OP_PAUSE;
    op.u.pause.endpoint = ep;
    op.recorded = &recorded;

    recorded.wall = UTIL_WALL;
    recorded.once.keep = 1000;
    recorded.once.caller = 1;
    util_str(&recorded.audit, "{}");
    util_str(&recorded.once.answer, "answer");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_FULL,
           "records: what has one, and an answer, is refused");

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_STATS;
    op.u.stats.endpoint = ep;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.stats.count == 1
           && !op.u.stats.endpoints[0].paused,
           "records: and not paused");

    webhook_op_free(&op);

    tap_ok(util_complete(&u, first, ep, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_OK,
           "records: an outcome is taken");

    util_check(&u, "records");
    util_free(&u);
}


/* Events of 50 kB until one is refused, the first of which is leased; how many
   there are. */

static unsigned
fill(util_t *u, uint64_t ep, webhook_id_t *first, uint64_t *token)
{
    unsigned       n;
    webhook_op_t   op;
    webhook_id_t   id;
    webhook_put_t  put;

    static unsigned char  body[50000];

    memset(body, 'x', sizeof(body));
    memset(first, 0, sizeof(webhook_id_t));
    *token = 0;

    for (n = 0; n < FILL; n++) {
        memset(&put, 0, sizeof(put));

        id = util_id(u);
        put.lease = (n == 0);

        util_put_op(&op, &put, id, ep, body, sizeof(body));

        if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
            break;
        }

        if (n == 0) {
            *first = id;
            *token = put.lease_token;
        }
    }

    return n;
}


static webhook_store_result_e
record(util_t *u, unsigned company, size_t len, uint64_t *number)
{
    char          name[16];
    webhook_op_t  op;

    static unsigned char  data[WEBHOOK_AUDIT_DATA_MAX];

    memset(data, 'r', sizeof(data));
    snprintf(name, sizeof(name), "c%u", company);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_RECORD;
    op.u.record.wall = UTIL_WALL;
    op.u.record.data.data = data;
    op.u.record.data.len = len;
    util_str(&op.u.record.company, name);

    if (util_apply(u, &op) == WEBHOOK_STORE_OK && number) {
        *number = op.u.record.number;
    }

    return op.result;
}
