
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: what is done once.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_object.h"


static void test_once(void);
static void test_done(void);
static void test_record(void);
static void test_ends(void);
static void test_callers(void);
static void test_answers(void);
static void test_replace(void);


int
main(void)
{
    test_once();
    test_done();
    test_record();
    test_ends();
    test_callers();
    test_answers();
    test_replace();

    return tap_done();
}


static void
test_once(void)
{
    util_t        u;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    object_op(&op, "ep_1", "a", "erp", "1");
    object_once(&op.u.object.once, 1, 1, 1, "the first answer");
    util_str(&op.u.object.audit, "made");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && !op.u.object.once.known, "the first");

    /* whoever repeats it has another id, and another answer */

    object_op(&op, "ep_2", "a", "erp", "1");
    object_once(&op.u.object.once, 1, 1, 1, "the second answer");
    util_str(&op.u.object.audit, "made again");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE
           && op.u.object.once.known && !op.u.object.once.differs
           && !op.u.object.taken
           && object_is(&op.u.object.once.first, "the first answer"),
           "a repeat gets the first answer");

    webhook_op_free(&op);

    tap_ok(op.u.object.once.first.len == 0, "until it is freed");
    tap_ok(object_get(&u, &op, "ep_2") == NULL, "and nothing is done");

    object_op(&op, "ep_2", "a", "crm", "1");
    object_once(&op.u.object.once, 1, 1, 2, "x");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE
           && op.u.object.once.known && op.u.object.once.differs
           && op.u.object.once.first.len == 0,
           "with another body it differs, and gets none");

    object_once(&op.u.object.once, 2, 1, 2, "");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK,
           "of another caller it is another");

    object_op(&op, "ep_3", "a", "crm", "1");
    object_once(&op.u.object.once, 2, 1, 2, "");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE
           && op.u.object.once.known && op.u.object.once.first.len == 0,
           "an empty answer is one, too");

    util_check(&u, "once");
    util_free(&u);
}


static void
test_done(void)
{
    util_t         u;
    webhook_op_t   op, *ops[2], again;

    util_init(&u);
    util_open(&u);

    object_op(&op, "ep_1", "a", "crm", "1");
    object_once(&op.u.object.once, 1, 1, 1, "the first answer");
    util_str(&op.u.object.audit, "made");
    (void) util_apply(&u, &op);

    /* one that was refused was not done */

    object_op(&op, "ep_3", "a", "crm", "1");
    object_once(&op.u.object.once, 1, 9, 1, "nine");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE && op.u.object.taken
           && !op.u.object.once.known, "refused");

    util_str(&op.u.object.object.name, "bi");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK,
           "may be asked for again with the same key");

    /* two of one moment */

    object_op(&op, "ep_4", "a", "four", "1");
    object_once(&op.u.object.once, 1, 4, 1, "four");
    again = op;
    util_str(&again.u.object.object.id, "ep_5");

    ops[0] = &op;
    ops[1] = &again;

    util_batch(&u, ops, 2);

    tap_ok(op.result == WEBHOOK_STORE_OK
           && again.result == WEBHOOK_STORE_DUPLICATE
           && again.u.object.once.known
           && object_is(&again.u.object.once.first, "four"),
           "two of one moment");

    webhook_op_free(&again);

    util_close(&u);
    util_open(&u);

    object_op(&op, "ep_9", "a", "nine", "1");
    object_once(&op.u.object.once, 1, 1, 1, "");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE
           && object_is(&op.u.object.once.first, "the first answer"),
           "known after a restart");

    webhook_op_free(&op);

    object_audit(&u, &op, NULL, 10);

    tap_ok(op.u.audit.count == 1
           && object_is(&op.u.audit.records[0].data, "made"),
           "a repeat leaves no record");

    webhook_op_free(&op);

    util_check(&u, "done");
    util_free(&u);
}


static void
test_record(void)
{
    util_t        u;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    object_record_op(&op, "a", "tested");
    object_once(&op.u.record.once, 1, 1, 1, "answer");
    op.u.record.ask = 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_NOT_FOUND
           && !op.u.record.once.known, "not known");

    op.u.record.ask = 0;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.record.number == 1, "written");

    op.u.record.ask = 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE
           && object_is(&op.u.record.once.first, "answer"), "known");

    webhook_op_free(&op);

    op.u.record.ask = 0;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE, "and not again");

    webhook_op_free(&op);

    object_record_op(&op, "", "");
    object_once(&op.u.record.once, 1, 2, 1, "only this");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.record.number == 0, "an answer alone");

    object_audit(&u, &op, NULL, 10);

    tap_ok(op.u.audit.count == 1, "leaves no record");

    webhook_op_free(&op);

    util_check(&u, "records");
    util_free(&u);
}


static void
test_ends(void)
{
    util_t        u;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    object_record_op(&op, "a", "");
    object_once(&op.u.record.once, 1, 1, 1, "answer");
    (void) util_apply(&u, &op);

    u.clock += 3599000;

    object_expire(&u);

    op.u.record.ask = 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE, "known until then");

    webhook_op_free(&op);

    u.clock += 1000;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_NOT_FOUND,
           "not known from then on");

    op.u.record.ask = 0;
    util_str(&op.u.record.once.answer, "another");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "it may come anew");

    op.u.record.ask = 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE
           && object_is(&op.u.record.once.first, "another"), "and is known");

    webhook_op_free(&op);

    util_check(&u, "before they go");

    u.clock += 3600000;

    tap_ok(util_expire(&u, 10, NULL) == 1, "what is over goes");

    util_check(&u, "ends");
    util_free(&u);
}


/* A caller has so many; those of others are not touched. */

static void
test_callers(void)
{
    util_t                   u;
    unsigned                 i, known[2];
    webhook_op_t             op;
    webhook_store_result_e   result;

    util_init(&u);
    util_open(&u);

    object_record_op(&op, "a", "");
    object_once(&op.u.record.once, 2, 1, 1, "other");
    (void) util_apply(&u, &op);

    result = WEBHOOK_STORE_OK;

    for (i = 0; i < WEBHOOK_ONCE_CALLER_MAX + 5; i++) {
        object_record_op(&op, "a", "");
        object_once(&op.u.record.once, 1, i, 1, "answer");

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK) {
            result = op.result;
        }
    }

    tap_ok(result == WEBHOOK_STORE_OK, "each is taken");

    memset(known, 0, sizeof(known));

    for (i = 0; i < WEBHOOK_ONCE_CALLER_MAX + 5; i++) {
        object_record_op(&op, "a", "");
        object_once(&op.u.record.once, 1, i, 1, "answer");
        op.u.record.ask = 1;

        known[i < 5] += util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE;

        webhook_op_free(&op);
    }

    tap_ok(known[0] == WEBHOOK_ONCE_CALLER_MAX && known[1] == 0,
           "the oldest are forgotten");

    object_once(&op.u.record.once, 2, 1, 1, "");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE,
           "that of another is not");

    webhook_op_free(&op);

    util_check(&u, "callers");
    util_free(&u);
}


/* And so much. */

static void
test_answers(void)
{
    util_t         u;
    unsigned       i, known, last;
    webhook_op_t   op;

    static char  text[100001];

    memset(text, 'x', sizeof(text) - 1);

    util_init(&u);
    util_open(&u);

    for (i = 0; i < 40; i++) {
        object_record_op(&op, "a", "");
        object_once(&op.u.record.once, 1, i, 1, text);
        (void) util_apply(&u, &op);
    }

    known = 0;
    last = 0;

    for (i = 0; i < 40; i++) {
        object_record_op(&op, "a", "");
        object_once(&op.u.record.once, 1, i, 1, "");
        op.u.record.ask = 1;

        last = util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE;
        known += last;

        webhook_op_free(&op);
    }

    tap_ok(known >= 8 && known <= 10 && last,
           "a megabyte of a small store: %u of them", known);

    util_check(&u, "answers");
    util_free(&u);
}


/* What was begun is told until something else takes its place. */

static void
test_replace(void)
{
    unsigned      i;
    util_t        u;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    object_record_op(&op, "a", "begun");
    object_once(&op.u.record.once, 1, 1, 1, "so far");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "something is begun");

    object_record_op(&op, "a", "");
    object_once(&op.u.record.once, 1, 1, 1, "the answer");
    op.u.record.once.replace = 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && !op.u.record.once.known,
           "its answer takes the place of that");

    object_record_op(&op, "a", "");
    object_once(&op.u.record.once, 1, 1, 1, "another");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE
           && object_is(&op.u.record.once.first, "the answer"),
           "and is told from then on");

    webhook_op_free(&op);

    /* it takes no more of what a caller may have, however often */

    for (i = 0; i < 2 * WEBHOOK_ONCE_CALLER_MAX; i++) {
        object_record_op(&op, "a", "");
        object_once(&op.u.record.once, 1, 2, 1, "again");
        op.u.record.once.replace = 1;

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK) {
            break;
        }
    }

    tap_ok(i == 2 * WEBHOOK_ONCE_CALLER_MAX, "another one is replaced often");

    object_record_op(&op, "a", "");
    object_once(&op.u.record.once, 1, 1, 1, "");
    op.u.record.ask = 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE,
           "the first one is known yet");

    webhook_op_free(&op);

    util_close(&u);
    util_free(&u);
}
