
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: the audit.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_object.h"


static void test_audit(void);
static void test_pages(void);
static void test_audit_age(void);
static void test_audit_bound(void);
static void test_audit_past(void);


int
main(void)
{
    test_audit();
    test_pages();
    test_audit_age();
    test_audit_bound();
    test_audit_past();

    return tap_done();
}


/* Thirty, in turns of two companies and of none. */

static void
records(util_t *u)
{
    char           text[32];
    unsigned       i;
    webhook_op_t   op;

    for (i = 0; i < 30; i++) {
        snprintf(text, sizeof(text), "%u", i);
        object_record_op(&op, i % 3 == 0 ? "a" : i % 3 == 1 ? "b" : "", text);
        op.u.record.wall = UTIL_WALL + i;
        (void) util_apply(u, &op);
    }
}


static void
test_audit(void)
{
    util_t        u;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    records(&u);

    object_audit(&u, &op, NULL, 100);

    tap_ok(op.u.audit.count == 30 && !op.u.audit.more
           && object_is(&op.u.audit.records[0].data, "29")
           && op.u.audit.records[0].company.len == 0
           && op.u.audit.records[1].wall == UTIL_WALL + 28
           && object_is(&op.u.audit.records[1].company, "b"),
           "the newest first");

    webhook_op_free(&op);

    object_audit(&u, &op, "b", 100);

    tap_ok(op.u.audit.count == 10
           && object_is(&op.u.audit.records[0].data, "28")
           && object_is(&op.u.audit.records[9].data, "1"),
           "those of a company");

    webhook_op_free(&op);

    object_audit(&u, &op, "", 100);

    tap_ok(op.u.audit.count == 10
           && object_is(&op.u.audit.records[0].data, "29"), "those of none");

    webhook_op_free(&op);

    object_audit(&u, &op, "a", 1);

    webhook_op_free(&op);

    op.u.audit.oldest = 1;
    op.u.audit.after = 4;
    op.u.audit.max = 2;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.audit.count == 2
           && op.u.audit.records[0].number == 7
           && op.u.audit.records[1].number == 10 && op.u.audit.more
           && op.u.audit.after == 10, "the oldest first");

    webhook_op_free(&op);

    op.u.audit.company.which = WEBHOOK_COMPANY_ANY;
    op.u.audit.after = 29;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.audit.count == 1
           && op.u.audit.records[0].number == 30 && !op.u.audit.more,
           "up to the newest");

    webhook_op_free(&op);

    object_audit(&u, &op, "c", 100);

    tap_ok(op.u.audit.count == 0, "of one that has none");

    webhook_op_free(&op);

    util_check(&u, "audit");
    util_free(&u);
}


static void
test_pages(void)
{
    util_t         u;
    unsigned       i, n, pages, wrong;
    uint64_t       last;
    webhook_op_t   op;

    util_init(&u);
    util_open(&u);

    records(&u);

    for (i = 0; i < 2; i++) {

        n = 0;
        pages = 0;
        wrong = 0;
        last = UINT64_MAX;

        object_audit(&u, &op, i ? "a" : NULL, 3);

        for ( ;; ) {
            n += op.u.audit.count;
            pages++;

            wrong += op.u.audit.count == 0
                     || op.u.audit.records[0].number >= last;

            if (op.u.audit.count) {
                last = op.u.audit.records[op.u.audit.count - 1].number;
            }

            webhook_op_free(&op);

            if (!op.u.audit.more || pages > 50) {
                break;
            }

            (void) util_apply(&u, &op);
        }

        tap_ok(n == (i ? 10 : 30) && pages == (i ? 4 : 10) && wrong == 0,
               "page by page: %u in %u", n, pages);
    }

    util_check(&u, "pages");
    util_free(&u);
}


static void
test_audit_age(void)
{
    util_t        u;
    webhook_op_t  op;

    util_init(&u);

    u.keep_audit = 1000;

    util_open(&u);

    object_record_op(&op, "a", "old");
    (void) util_apply(&u, &op);

    u.clock += 600;

    object_record_op(&op, "a", "new");
    (void) util_apply(&u, &op);

    u.clock += 399;

    tap_ok(util_expire(&u, 10, NULL) == 0, "none is over");

    u.clock += 1;

    tap_ok(util_expire(&u, 10, NULL) == 1, "one is");

    object_audit(&u, &op, "a", 10);

    tap_ok(op.u.audit.count == 1
           && object_is(&op.u.audit.records[0].data, "new"), "the other stays");

    webhook_op_free(&op);

    util_check(&u, "age");

    u.clock += 1000;

    object_expire(&u);
    object_audit(&u, &op, NULL, 10);

    tap_ok(op.u.audit.count == 0, "until it is over, too");

    webhook_op_free(&op);

    util_close(&u);

    u.keep_audit = 0;

    util_open(&u);

    object_record_op(&op, "a", "a year");
    (void) util_apply(&u, &op);

    u.clock += (uint64_t) 364 * 24 * 3600 * 1000;

    object_expire(&u);
    object_audit(&u, &op, NULL, 10);

    tap_ok(op.u.audit.count == 1, "a year, unless it is set");

    webhook_op_free(&op);

    u.clock += (uint64_t) 24 * 3600 * 1000;

    object_expire(&u);
    object_audit(&u, &op, NULL, 10);

    tap_ok(op.u.audit.count == 0, "and no longer");

    webhook_op_free(&op);

    util_check(&u, "a year");
    util_free(&u);
}


/* No company drives out what others did. */

static void
test_audit_bound(void)
{
    util_t        u;
    unsigned      i;
    webhook_op_t  op;

    static char  text[16001];

    memset(text, 'x', sizeof(text) - 1);

    util_init(&u);
    util_open(&u);

    object_record_op(&op, "b", "of another");
    (void) util_apply(&u, &op);

    object_record_op(&op, "a", "the first");
    (void) util_apply(&u, &op);

    for (i = 0; i < 200; i++) {
        object_record_op(&op, "a", text);

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK) {
            break;
        }
    }

    tap_ok(i == 200, "all are taken");

    object_audit(&u, &op, "a", 1000);

    tap_ok(op.u.audit.count >= 55 && op.u.audit.count <= 66
           && op.u.audit.records[op.u.audit.count - 1].data.len == 16000,
           "the last of them are kept: %u", op.u.audit.count);

    webhook_op_free(&op);

    object_audit(&u, &op, "b", 1000);

    tap_ok(op.u.audit.count == 1
           && object_is(&op.u.audit.records[0].data, "of another"),
           "and what another did");

    webhook_op_free(&op);

    util_check(&u, "bound");
    util_free(&u);
}


/* From another store. */

static void
test_audit_past(void)
{
    util_t        u;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    object_record_op(&op, "a", "seven");
    op.u.record.past = 7;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.record.number == 7,
           "it keeps its number");
    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE
           && op.u.record.number == 7, "it is there then");

    object_record_op(&op, "a", "another seven");
    op.u.record.past = 7;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.record.number == 8,
           "what has the number of another gets a new one");

    object_record_op(&op, "a", "three");
    op.u.record.past = 3;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.record.number == 9,
           "and so does what is not behind all");

    object_record_op(&op, "a", "new");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.record.number == 10,
           "new ones go on from there");

    util_check(&u, "from another store");
    util_free(&u);
}
