
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: rows of objects, of the audit and of answers are damaged.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"
#include "store_object.h"
#include "store/lmdb/layout/webhook_store_row_object.h"
#include "store/lmdb/layout/webhook_store_table.h"


static void test_object(void);
static void test_counter(void);
static void test_audit(void);
static void test_answer(void);
static void test_found(void);


int
main(void)
{
    test_object();
    test_counter();
    test_audit();
    test_answer();
    test_found();

    return tap_done();
}


static void
key_of(unsigned char *key, const char *id)
{
    webhook_str_t  text;

    util_str(&text, id);

    webhook_key_object(key, WEBHOOK_OBJECT_ENDPOINT, &text);
}


/* One that cannot be read takes none with it, and is in nobody's way. */

static void
test_object(void)
{
    util_t         u;
    uint64_t       ep;
    webhook_op_t   op;
    unsigned char  key[WEBHOOK_KEY_OBJECT];

    util_init(&u);
    u.orphans = 1000;
    util_open(&u);

    (void) object_make(&u, "ep_1", "a", "erp", "");
    (void) object_make(&u, "ep_2", "a", "crm", "");

    ep = util_endpoint(&u, "ep_1", 10);
    (void) util_put(&u, ep, 0);

    key_of(key, "ep_1");
    tamper(&u, WEBHOOK_DB_OBJECTS, key, sizeof(key), "N", 1);

    object_changes(&u, &op, 0, 10);

    tap_ok(op.result == WEBHOOK_STORE_OK && op.u.changes.count == 1
           && op.u.changes.damaged == 1 && op.u.changes.next == 2,
           "the changes pass over it");

    webhook_op_free(&op);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_OBJECTS;
    op.u.objects.max = 10;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.objects.count == 1
           && op.u.objects.damaged == 1, "the list, too");

    webhook_op_free(&op);

    u.clock += 3600000;

    object_expire(&u);

    webhook_endpoint_stats_t  s;

    (void) util_stats(&u, ep, &s);

    tap_ok(s.states[WEBHOOK_PENDING] == 1, "what waits for it is not given up");

    tap_ok(object_change(&u, "ep_1", "a", "erp", "2", 1)
           == WEBHOOK_STORE_NOT_FOUND, "it cannot be changed");
    tap_ok(util_stats(&u, 0, NULL).quarantine == 1, "it is put aside");
    tap_ok(object_make(&u, "ep_3", "a", "erp", "") == WEBHOOK_STORE_OK,
           "its name is free");

    object_op(&op, "ep_4", "a", "bi", "");
    op.u.object.max_all = 3;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "its place, too");

    util_check(&u, "an object");
    util_free(&u);
}


/* The last change and the counts are made anew. */

static void
test_counter(void)
{
    util_t        u;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    (void) object_make(&u, "ep_1", "a", "erp", "1");
    (void) object_make(&u, "ep_2", "a", "crm", "2");

    tamper(&u, WEBHOOK_DB_META, "state", 5, "S", 1);
    util_abandon(&u);
    util_open(&u);

    object_op(&op, "ep_3", "a", "bi", "3");
    op.u.object.max_all = 2;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_FULL && op.u.object.bound == 1,
           "objects are counted anew");

    op.u.object.max_all = 3;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.object.change > 2, "no change is given twice");

    util_check(&u, "counters");
    util_free(&u);
}


static void
test_audit(void)
{
    util_t         u;
    webhook_op_t   op;
    unsigned char  key[WEBHOOK_KEY_AUDIT];

    util_init(&u);
    u.keep_audit = 1000;
    util_open(&u);

    object_record_op(&op, "a", "one");
    (void) util_apply(&u, &op);
    object_record_op(&op, "a", "two");
    (void) util_apply(&u, &op);
    object_record_op(&op, "a", "three");
    (void) util_apply(&u, &op);

    webhook_set_u64(key, 2);
    tamper(&u, WEBHOOK_DB_AUDIT, key, sizeof(key), "U", 1);

    object_audit(&u, &op, NULL, 10);

    tap_ok(op.u.audit.count == 2 && op.u.audit.damaged == 1,
           "the others are listed");

    webhook_op_free(&op);

    object_audit(&u, &op, "a", 10);

    tap_ok(op.u.audit.count == 2 && op.u.audit.damaged == 1,
           "of the company, too");

    webhook_op_free(&op);

    u.clock += 2000;

    object_expire(&u);
    object_audit(&u, &op, NULL, 10);

    tap_ok(op.u.audit.count == 0 && op.u.audit.damaged == 0
           && util_stats(&u, 0, NULL).quarantine == 1, "all go");

    webhook_op_free(&op);

    object_record_op(&op, "a", "four");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "and it goes on");

    util_free(&u);
}


static void
test_answer(void)
{
    util_t        u;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    object_record_op(&op, "a", "");
    object_once(&op.u.record.once, 1, 1, 1, "answer");
    (void) util_apply(&u, &op);

    tamper(&u, WEBHOOK_DB_ANSWERS, op.u.record.once.key, WEBHOOK_ONCE_LEN, "W",
           1);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "not known any more");
    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE
           && object_is(&op.u.record.once.first, "answer"),
           "and known from then on");

    webhook_op_free(&op);

    u.clock += 3600000;

    object_expire(&u);

    tap_ok(util_stats(&u, 0, NULL).quarantine == 1, "all of it goes");

    util_free(&u);
}


/* The check finds what leads to nothing, and what nothing leads to. */

static void
test_found(void)
{
    util_t         u;
    unsigned       i;
    uint64_t       rows, faults;
    webhook_op_t   op;
    webhook_str_t  id, company, name;
    unsigned char  key[64];
    size_t         len;
    webhook_db_e   db;

    util_str(&id, "ep_1");
    util_str(&company, "a");
    util_str(&name, "erp");

    for (i = 0; i < 8; i++) {

        util_init(&u);
        util_open(&u);

        object_op(&op, "ep_1", "a", "erp", "data");
        util_str(&op.u.object.audit, "made");
        object_once(&op.u.object.once, 1, 1, 1, "answer");
        (void) util_apply(&u, &op);

        switch (i) {

        case 0:
            db = WEBHOOK_DB_OBJECTS;
            len = WEBHOOK_KEY_OBJECT;
            webhook_key_object(key, 0, &id);
            break;

        case 1:
            db = WEBHOOK_DB_OBJECT_NAMES;
            len = WEBHOOK_KEY_OBJECT_NAME;
            webhook_key_object_name(key, 0, &company, &name);
            break;

        case 2:
            db = WEBHOOK_DB_OBJECT_LISTS;
            len = WEBHOOK_KEY_OBJECT_LIST;
            webhook_key_object_list(key, 0, webhook_key_company(&company), 1);
            break;

        case 3:
            db = WEBHOOK_DB_CHANGES;
            len = WEBHOOK_KEY_CHANGE;
            webhook_set_u64(key, 1);
            break;

        case 4:
            db = WEBHOOK_DB_AUDIT;
            len = WEBHOOK_KEY_AUDIT;
            webhook_set_u64(key, 1);
            break;

        case 5:
            db = WEBHOOK_DB_AUDIT_COMPANIES;
            len = WEBHOOK_KEY_AUDIT_COMPANY;
            webhook_key_numbered(key, webhook_key_company(&company), 1);
            break;

        case 6:
            db = WEBHOOK_DB_ANSWERS;
            len = WEBHOOK_KEY_ANSWER;
            memcpy(key, op.u.object.once.key, WEBHOOK_ONCE_LEN);
            break;

        default:
            db = WEBHOOK_DB_ANSWER_CALLERS;
            len = WEBHOOK_KEY_ANSWER_CALLER;
            webhook_key_numbered(key, 1, 0);
            break;
        }

        (void) util_check_op(&u, &rows, &faults);

        tap_ok(faults == 0, "sound");

        tamper(&u, db, key, len, NULL, 0);

        tap_ok(util_check_op(&u, &rows, &faults) == WEBHOOK_STORE_OK
               && faults > 0, "without its row of table %s it is not: %u",
               webhook_table_name(db), (unsigned) faults);

        util_free(&u);
    }
}
