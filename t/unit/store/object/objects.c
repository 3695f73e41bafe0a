
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: objects are made, changed and removed.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_object.h"


static void test_versions(void);
static void test_names(void);
static void test_companies(void);
static void test_bounds(void);
static void test_refused(void);
static void test_most(void);
static void test_same(void);
static void test_past(void);


int
main(void)
{
    test_versions();
    test_names();
    test_companies();
    test_bounds();
    test_refused();
    test_most();
    test_same();
    test_past();

    return tap_done();
}


static void
test_versions(void)
{
    util_t                   u;
    webhook_op_t             op;
    const webhook_object_t  *o;

    util_init(&u);
    util_open(&u);

    object_op(&op, "ep_1", "1260", "erp", "{\"url\":1}");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.object.version == 1 && op.u.object.change == 1,
           "made: version 1");
    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE
           && !op.u.object.taken && !op.u.object.once.known,
           "made again: it is there");

    tap_ok(object_change(&u, "ep_1", "1260", "erp", "two", 2)
           == WEBHOOK_STORE_STALE, "another version than it has");
    tap_ok(object_change(&u, "ep_1", "1260", "crm", "two", 1)
           == WEBHOOK_STORE_OK, "changed");

    object_op(&op, "ep_1", "1260", "erp", "three");
    op.u.object.expect = 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_STALE
           && op.u.object.version == 2 && op.u.object.change == 2,
           "the version is told");

    op.u.object.expect = 2;
    op.u.object.expect_change = 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_STALE
           && op.u.object.change == 2, "the change counts too");

    op.u.object.expect_change = 2;
    op.u.object.wall = UTIL_WALL + 5;
    util_str(&op.u.object.object.by, "boss");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.object.version == 3, "changed once more");

    util_close(&u);
    util_open(&u);

    o = object_get(&u, &op, "ep_1");

    tap_ok(o && o->version == 3 && o->change == 3 && !o->removed
           && o->created == UTIL_WALL && o->updated == UTIL_WALL + 5
           && object_is(&o->id, "ep_1") && object_is(&o->company, "1260")
           && object_is(&o->name, "erp") && object_is(&o->by, "boss")
           && object_is(&o->data, "three"),
           "all of it is there after a restart");

    webhook_op_free(&op);

    tap_ok(object_remove(&u, &op, "ep_1", "1260", 0) == WEBHOOK_STORE_OK
           && op.u.object.version == 4, "removed");
    tap_ok(object_get(&u, &op, "ep_1") == NULL
           && op.result == WEBHOOK_STORE_NOT_FOUND, "it is not there any more");
    tap_ok(object_remove(&u, &op, "ep_1", "1260", 0)
           == WEBHOOK_STORE_NOT_FOUND
           && object_change(&u, "ep_1", "1260", "erp", "", 4)
              == WEBHOOK_STORE_NOT_FOUND, "it cannot be changed any more");
    tap_ok(object_make(&u, "ep_1", "1260", "erp", "") ==
           WEBHOOK_STORE_DUPLICATE, "and its id is not used again");
    tap_ok(object_make(&u, "ep_2", "1260", "erp", "") == WEBHOOK_STORE_OK,
           "its name may be");

    util_check(&u, "versions");
    util_free(&u);
}


static void
test_names(void)
{
    util_t        u;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    (void) object_make(&u, "ep_1", "a", "erp", "1");

    object_op(&op, "ep_2", "a", "erp", "2");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE && op.u.object.taken,
           "a name is taken");
    tap_ok(object_make(&u, "ep_3", "b", "erp", "3") == WEBHOOK_STORE_OK
           && object_make(&u, "ep_4", "", "erp", "4") == WEBHOOK_STORE_OK,
           "not in another company");

    object_op(&op, "rc_1", "a", "erp", "5");
    op.u.object.object.kind = WEBHOOK_OBJECT_RECEIVER;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "nor of another kind");

    (void) object_make(&u, "ep_2", "a", "crm", "2");

    object_op(&op, "ep_2", "a", "erp", "2");
    op.u.object.expect = 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE && op.u.object.taken,
           "it cannot be changed to one that is taken");
    tap_ok(object_change(&u, "ep_1", "a", "bi", "1", 1) == WEBHOOK_STORE_OK
           && object_change(&u, "ep_2", "a", "erp", "2", 1)
              == WEBHOOK_STORE_OK, "it can be once it is free");

    util_check(&u, "names");
    util_free(&u);
}


/* The things of another company are not there. */

static void
test_companies(void)
{
    util_t        u;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    (void) object_make(&u, "ep_1", "a", "erp", "1");

    tap_ok(object_change(&u, "ep_1", "b", "erp", "2", 1)
           == WEBHOOK_STORE_NOT_FOUND
           && object_change(&u, "ep_1", "", "erp", "2", 1)
              == WEBHOOK_STORE_NOT_FOUND,
           "another company does not change it");
    tap_ok(object_remove(&u, &op, "ep_1", "b", 1) == WEBHOOK_STORE_NOT_FOUND,
           "nor remove it");

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_OBJECTS;
    util_str(&op.u.objects.id, "ep_1");

    op.u.objects.company.which = WEBHOOK_COMPANY_ONE;
    util_str(&op.u.objects.company.name, "b");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_NOT_FOUND, "nor see it");

    op.u.objects.company.which = WEBHOOK_COMPANY_NONE;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_NOT_FOUND,
           "nor who has none");

    op.u.objects.company.which = WEBHOOK_COMPANY_ONE;
    util_str(&op.u.objects.company.name, "a");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "its own does");

    webhook_op_free(&op);

    op.u.objects.kind = WEBHOOK_OBJECT_RECEIVER;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_NOT_FOUND,
           "it is of one kind");

    webhook_op_free(&op);

    util_check(&u, "companies");
    util_free(&u);
}


static void
test_bounds(void)
{
    util_t        u;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    (void) object_make(&u, "ep_1", "a", "1", "");
    (void) object_make(&u, "ep_2", "a", "2", "");
    (void) object_make(&u, "ep_3", "b", "3", "");

    object_op(&op, "ep_4", "a", "4", "");
    op.u.object.max_all = 3;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_FULL && op.u.object.bound == 1,
           "as many as there may be");

    op.u.object.max_all = 4;
    op.u.object.max_company = 2;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_FULL && op.u.object.bound == 2,
           "as many as the company may have");

    util_str(&op.u.object.object.company, "b");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.object.bound == 0,
           "another has room");

    object_op(&op, "ep_1", "a", "1", "x");
    op.u.object.expect = 1;
    op.u.object.max_all = 1;
    op.u.object.max_company = 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK,
           "one that is there can be changed");

    object_op(&op, "rc_1", "a", "1", "");
    op.u.object.object.kind = WEBHOOK_OBJECT_RECEIVER;
    op.u.object.max_all = 1;
    op.u.object.max_company = 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK,
           "each kind is counted by itself");

    (void) object_remove(&u, &op, "ep_2", "a", 0);

    object_op(&op, "ep_5", "a", "5", "");
    op.u.object.max_all = 4;
    op.u.object.max_company = 2;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK,
           "what was removed makes room");

    util_check(&u, "bounds");
    util_free(&u);
}


static void
test_refused(void)
{
    util_t         u;
    unsigned       i;
    webhook_op_t   op;

    static char  text[256 * 1024];

    memset(text, 'x', sizeof(text));

    util_init(&u);
    util_open(&u);

    for (i = 0; i < 12; i++) {
        object_op(&op, "ep_1", "a", "erp", "1");

        switch (i) {

        case 0:
            op.u.object.object.id.len = 0;
            break;

        case 1:
            op.u.object.object.id.data = (unsigned char *) text;
            op.u.object.object.id.len = WEBHOOK_OBJECT_ID_MAX + 1;
            break;

        case 2:
            op.u.object.object.company.data = (unsigned char *) text;
            op.u.object.object.company.len = WEBHOOK_COMPANY_MAX + 1;
            break;

        case 3:
            op.u.object.object.name.len = 0;
            break;

        case 4:
            op.u.object.object.name.data = (unsigned char *) text;
            op.u.object.object.name.len = WEBHOOK_OBJECT_NAME_MAX + 1;
            break;

        case 5:
            op.u.object.object.by.data = (unsigned char *) text;
            op.u.object.object.by.len = WEBHOOK_OBJECT_BY_MAX + 1;
            break;

        case 6:
            op.u.object.object.data.data = (unsigned char *) text;
            op.u.object.object.data.len = WEBHOOK_OBJECT_DATA_MAX + 1;
            break;

        case 7:
            op.u.object.audit.data = (unsigned char *) text;
            op.u.object.audit.len = WEBHOOK_AUDIT_DATA_MAX + 1;
            break;

        case 8:
            object_once(&op.u.object.once, 1, 1, 1, "");
            op.u.object.once.answer.data = (unsigned char *) text;
            op.u.object.once.answer.len = WEBHOOK_ONCE_ANSWER_MAX + 1;
            break;

        case 9:
            op.u.object.object.kind = WEBHOOK_OBJECT_KINDS;
            break;

        case 10:
            op.u.object.remove = 1;
            break;

        case 11:
            op.u.object.same = 1;
            break;
        }

        tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
               "over a bound, or no sense: %u", i);
    }

    object_changes(&u, &op, 0, 10);

    tap_ok(op.u.changes.count == 0 && op.u.changes.last == 0,
           "nothing is made");

    webhook_op_free(&op);

    util_free(&u);
}


/* As long as all of it may be. */

static void
test_most(void)
{
    util_t        u;
    webhook_op_t  op;

    static char  text[256 * 1024];

    memset(text, 'x', sizeof(text));

    util_init(&u);
    util_open(&u);

    object_op(&op, "ep_1", "a", "erp", "1");

    op.u.object.object.id.data = (unsigned char *) text;
    op.u.object.object.id.len = WEBHOOK_OBJECT_ID_MAX;
    op.u.object.object.company.data = (unsigned char *) text;
    op.u.object.object.company.len = WEBHOOK_COMPANY_MAX;
    op.u.object.object.name.data = (unsigned char *) text;
    op.u.object.object.name.len = WEBHOOK_OBJECT_NAME_MAX;
    op.u.object.object.by.data = (unsigned char *) text;
    op.u.object.object.by.len = WEBHOOK_OBJECT_BY_MAX;
    op.u.object.object.data.data = (unsigned char *) text;
    op.u.object.object.data.len = WEBHOOK_OBJECT_DATA_MAX;
    op.u.object.audit.data = (unsigned char *) text;
    op.u.object.audit.len = WEBHOOK_AUDIT_DATA_MAX;
    object_once(&op.u.object.once, 1, 1, 1, "");
    op.u.object.once.answer.data = (unsigned char *) text;
    op.u.object.once.answer.len = WEBHOOK_ONCE_ANSWER_MAX;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "all at their bounds");
    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE
           && op.u.object.once.first.len == WEBHOOK_ONCE_ANSWER_MAX
           && memcmp(op.u.object.once.first.data, text,
                     WEBHOOK_ONCE_ANSWER_MAX) == 0, "and told again");

    webhook_op_free(&op);

    object_changes(&u, &op, 0, 10);

    tap_ok(op.u.changes.count == 1
           && op.u.changes.objects[0].data.len == WEBHOOK_OBJECT_DATA_MAX
           && memcmp(op.u.changes.objects[0].data.data, text,
                     WEBHOOK_OBJECT_DATA_MAX) == 0, "whole");

    webhook_op_free(&op);

    util_check(&u, "at the bounds");
    util_free(&u);
}


/* Sealed anew: who looks at versions sees nothing. */

static void
test_same(void)
{
    util_t                   u;
    webhook_op_t             op;
    const webhook_object_t  *o;

    util_init(&u);
    util_open(&u);

    (void) object_make(&u, "ep_1", "a", "erp", "sealed");

    object_op(&op, "ep_1", "a", "ignored", "sealed anew");
    op.u.object.expect = 1;
    op.u.object.same = 1;
    op.u.object.wall = UTIL_WALL + 9;
    util_str(&op.u.object.object.by, "nobody");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.object.version == 1 && op.u.object.change == 2,
           "the change rises, the version stays");

    o = object_get(&u, &op, "ep_1");

    tap_ok(o && o->updated == UTIL_WALL && object_is(&o->by, "manager")
           && object_is(&o->name, "erp")
           && object_is(&o->data, "sealed anew"), "and so do all but the data");

    webhook_op_free(&op);

    util_check(&u, "sealed anew");
    util_free(&u);
}


/* From another store. */

static void
test_past(void)
{
    util_t                   u;
    webhook_op_t             op;
    const webhook_object_t  *o;

    util_init(&u);
    util_open(&u);

    object_op(&op, "ep_1", "a", "erp", "data");

    op.u.object.past = 1;
    op.u.object.object.version = 7;
    op.u.object.object.created = 5;
    op.u.object.object.updated = 6;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.object.version == 7 && op.u.object.change == 1,
           "it keeps its version, and not its change");
    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE, "it is there then");

    o = object_get(&u, &op, "ep_1");

    tap_ok(o && o->version == 7 && o->created == 5 && o->updated == 6,
           "it keeps its times");

    webhook_op_free(&op);

    object_op(&op, "ep_2", "a", "", "");

    op.u.object.past = 1;
    op.u.object.object.version = 3;
    op.u.object.object.updated = 6;
    op.u.object.object.removed = 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "one that was removed");
    tap_ok(object_make(&u, "ep_2", "a", "crm", "")
           == WEBHOOK_STORE_DUPLICATE, "its id is known");

    object_changes(&u, &op, 1, 10);

    tap_ok(op.u.changes.count == 1 && op.u.changes.objects[0].removed
           && op.u.changes.objects[0].version == 3, "and told");

    webhook_op_free(&op);

    util_check(&u, "from another store");
    util_free(&u);
}
