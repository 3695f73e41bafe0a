
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: objects are listed, and their changes followed; how many
 * there may be.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_object.h"


static void test_list(void);
static void test_changes(void);
static void test_full(void);
static void test_left(void);
static void test_left_used(void);


int
main(void)
{
    test_list();
    test_changes();
    test_full();
    test_left();
    test_left_used();

    return tap_done();
}


/* Page by page, in the order in which they were made. */

static void
test_list(void)
{
    char           id[16], name[16];
    util_t         u;
    unsigned       i, n, pages, wrong;
    webhook_op_t   op;

    util_init(&u);
    util_open(&u);

    for (i = 0; i < 60; i++) {
        snprintf(id, sizeof(id), "ep_%u", i * 7919 % 1000);
        snprintf(name, sizeof(name), "n%u", i);

        (void) object_make(&u, id, i % 3 == 0 ? "a" : i % 3 == 1 ? "b" : "",
                           name, "0123456789");
    }

    for (i = 0; i < 4; i++) {

        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_OBJECTS;
        op.u.objects.max = 7;
        op.u.objects.company.which = i == 0 ? WEBHOOK_COMPANY_ANY
                                     : i == 3 ? WEBHOOK_COMPANY_NONE
                                     : WEBHOOK_COMPANY_ONE;
        util_str(&op.u.objects.company.name, i == 1 ? "a" : "b");

        n = 0;
        pages = 0;
        wrong = 0;

        do {
            if (util_apply(&u, &op) != WEBHOOK_STORE_OK || ++pages > 100) {
                break;
            }

            if (i == 1 && op.u.objects.count) {

                snprintf(name, sizeof(name), "n%u", n * 3);

                wrong += !object_is(&op.u.objects.objects[0].name, name);
                wrong += !object_is(&op.u.objects.objects[0].data,
                                    "0123456789");
            }

            n += op.u.objects.count;
            op.u.objects.from = 1;

            webhook_op_free(&op);

        } while (op.u.objects.more);

        tap_ok(n == (i ? 20 : 60) && pages == (i ? 3 : 9) && wrong == 0,
               "list %u: %u in %u pages", i, n, pages);
    }

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_OBJECTS;
    op.u.objects.max = 100;
    op.u.objects.max_bytes = 25;

    (void) util_apply(&u, &op);

    tap_ok(op.u.objects.count == 3 && op.u.objects.more,
           "a page of so many bytes");

    webhook_op_free(&op);

    op.u.objects.max_bytes = 1;

    (void) util_apply(&u, &op);

    tap_ok(op.u.objects.count == 1, "one at least");

    webhook_op_free(&op);

    op.u.objects.brief = 1;

    (void) util_apply(&u, &op);

    tap_ok(op.u.objects.count == 60 && op.u.objects.objects[5].data.len == 0
           && op.u.objects.objects[5].name.len, "without data");

    webhook_op_free(&op);

    /* a cursor that is made up is a place like any other */

    memset(op.u.objects.cursor, 0xff, WEBHOOK_OBJECT_CURSOR);
    op.u.objects.from = 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.objects.count == 0,
           "a cursor behind all");

    webhook_op_free(&op);

    util_free(&u);
}


static void
test_changes(void)
{
    util_t                   u;
    uint64_t                 since;
    unsigned                 n;
    webhook_op_t             op;
    const webhook_object_t  *o;

    util_init(&u);
    util_open(&u);

    object_changes(&u, &op, 0, 10);

    tap_ok(op.result == WEBHOOK_STORE_OK && op.u.changes.count == 0
           && op.u.changes.last == 0 && op.u.changes.next == 0
           && !op.u.changes.more, "nothing has changed");

    webhook_op_free(&op);

    (void) object_make(&u, "ep_1", "a", "1", "one");
    (void) object_make(&u, "ep_2", "a", "2", "two");
    (void) object_make(&u, "ep_3", "a", "3", "three");
    (void) object_change(&u, "ep_1", "a", "1", "one more", 1);
    (void) object_remove(&u, &op, "ep_2", "a", 0);

    object_changes(&u, &op, 0, 10);

    o = op.u.changes.objects;

    tap_ok(op.u.changes.count == 3 && !op.u.changes.more
           && op.u.changes.last == 5 && op.u.changes.next == 5,
           "each once, as it is now");
    tap_ok(object_is(&o[0].id, "ep_3") && o[0].change == 3
           && object_is(&o[1].id, "ep_1") && o[1].change == 4
           && object_is(&o[1].data, "one more") && o[1].version == 2,
           "by their last change");
    tap_ok(object_is(&o[2].id, "ep_2") && o[2].change == 5 && o[2].removed
           && object_is(&o[2].company, "a") && o[2].name.len == 0
           && o[2].data.len == 0, "what is left of one that was removed");

    webhook_op_free(&op);

    n = 0;
    since = 0;

    do {
        object_changes(&u, &op, since, 1);

        n += op.u.changes.count;
        since = op.u.changes.next;

        webhook_op_free(&op);

    } while (op.u.changes.more && n < 10);

    tap_ok(n == 3 && since == 5, "one by one");

    object_changes(&u, &op, 4, 10);

    tap_ok(op.u.changes.count == 1 && op.u.changes.objects[0].removed,
           "since a change");

    webhook_op_free(&op);

    object_changes(&u, &op, UINT64_MAX, 10);

    tap_ok(op.result == WEBHOOK_STORE_OK && op.u.changes.count == 0,
           "since the end of time");

    webhook_op_free(&op);

    util_free(&u);
}


/* Above the mark none is made; what is there can be changed and removed. */

static void
test_full(void)
{
    char                    id[32], *body;
    util_t                  u;
    unsigned                i;
    uint64_t                ep;
    webhook_op_t            op;
    webhook_put_t           put;
    webhook_store_result_e  result;

    util_init(&u);

    u.size = 16 << 20;
    u.keep_history = 1;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);

    (void) object_make(&u, "ep_1", "a", "erp", "1");
    (void) object_make(&u, "ep_2", "a", "crm", "2");

    body = calloc(1, 200000);

    if (body == NULL) {
        return;
    }

    for (i = 0; i < 200; i++) {
        memset(&put, 0, sizeof(put));
        util_put_op(&op, &put, util_id(&u), ep, body, 200000);

        if (util_apply(&u, &op) == WEBHOOK_STORE_FULL) {
            break;
        }
    }

    tap_ok(i < 200, "the store is full");

    for (i = 0; i < 1000; i++) {
        snprintf(id, sizeof(id), "ep_new%u", i);

        object_op(&op, id, "a", id, body);
        op.u.object.object.data.len = 100000;

        result = util_apply(&u, &op);

        if (result != WEBHOOK_STORE_OK) {
            break;
        }
    }

    tap_ok(result == WEBHOOK_STORE_FULL && op.u.object.bound == 0,
           "none is made");
    tap_ok(object_change(&u, "ep_1", "a", "erp", "changed", 1)
           == WEBHOOK_STORE_OK, "one can be changed");
    tap_ok(object_remove(&u, &op, "ep_2", "a", 0) == WEBHOOK_STORE_OK,
           "one can be removed");

    free(body);

    util_check(&u, "full");
    util_free(&u);
}


/* Who makes and removes them again and again does not fill the store. */

static void
test_left(void)
{
    char           id[32];
    util_t         u;
    unsigned       i, n;
    webhook_op_t   op;

    util_init(&u);

    u.size = WEBHOOK_STORE_SIZE_MIN;

    util_open(&u);

    (void) object_make(&u, "ep_stays", "a", "erp", "1");

    for (i = 0; i < 600; i++) {
        snprintf(id, sizeof(id), "ep_%u", i);

        if (object_make(&u, id, "a", "crm", "") != WEBHOOK_STORE_OK
            || object_remove(&u, &op, id, "a", 0) != WEBHOOK_STORE_OK)
        {
            break;
        }
    }

    tap_ok(i == 600, "made and removed");

    object_changes(&u, &op, 1, 10);

    tap_ok(op.result == WEBHOOK_STORE_OK && op.u.changes.lost
           && op.u.changes.count == 0 && op.u.changes.last == 1201,
           "who was away for long is told");

    webhook_op_free(&op);

    /* of the first page the last is older than what was forgotten */

    object_changes(&u, &op, 0, 1);

    n = op.u.changes.count;

    tap_ok(n == 1 && op.u.changes.next == 1 && op.u.changes.last == 1201,
           "and starts anew");

    webhook_op_free(&op);

    op.u.changes.whole = op.u.changes.last;
    op.u.changes.max = 100;

    do {
        op.u.changes.since = op.u.changes.next;

        (void) util_apply(&u, &op);

        n += op.u.changes.count;

        webhook_op_free(&op);

    } while (op.u.changes.more && !op.u.changes.lost);

    tap_ok(n == 513 && op.u.changes.next == 1201 && !op.u.changes.lost,
           "to get what is left: %u", n);

    op.u.changes.since = 1;
    op.u.changes.whole = 100;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.changes.lost,
           "unless so much was removed meanwhile");

    webhook_op_free(&op);

    object_changes(&u, &op, 1000, 10);

    tap_ok(op.u.changes.count == 10 && !op.u.changes.lost,
           "who was not, goes on");

    webhook_op_free(&op);

    util_check(&u, "left");
    util_free(&u);
}


/* One whose endpoint has a history yet is not forgotten among those: its row is
   that of one which was removed, and goes, also where orphans never do. */

static void
test_left_used(void)
{
    char                id[32];
    util_t              u;
    unsigned            i, more;
    uint64_t            ep, token;
    webhook_id_t        event;
    webhook_op_t        op;

    util_init(&u);

    u.size = WEBHOOK_STORE_SIZE_MIN;

    util_open(&u);

    (void) object_make(&u, "ep_used", "a", "erp", "1");

    ep = util_endpoint(&u, "ep_used", 10);

    token = util_lease(&u, ep, &event);
    (void) util_complete(&u, event, ep, token, WEBHOOK_DONE, 0);

    (void) object_remove(&u, &op, "ep_used", "a", 0);

    for (i = 0; i < 600; i++) {
        snprintf(id, sizeof(id), "ep_%u", i);

        (void) object_make(&u, id, "a", "crm", "");
        (void) object_remove(&u, &op, id, "a", 0);
    }

    u.clock += u.keep * 2;

    do {
        (void) util_expire(&u, 100, &more);
    } while (more);

    u.clock += 3600000;

    do {
        (void) util_expire(&u, 100, &more);
    } while (more);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_STATS;
    op.u.stats.endpoint = ep;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.stats.count == 0,
           "the row of an endpoint goes, however much was removed behind it");

    webhook_op_free(&op);

    util_check(&u, "left");
    util_free(&u);
}
