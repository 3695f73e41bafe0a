
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: deliveries to what was registered and removed, and what is
 * left of it.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_object.h"
#include "store_task.h"


/* A delivery to an endpoint that is named so, which is delivered. */

static webhook_id_t
delivered(util_t *u, const char *name, const char *company)
{
    uint64_t      ep;
    webhook_id_t  id;

    ep = util_endpoint(u, name, 10);
    id = task_put(u, ep, company, "order.add");

    (void) task_end(u, ep, WEBHOOK_DONE);

    return id;
}


static void
asked(webhook_company_t *company, const char *name)
{
    memset(company, 0, sizeof(webhook_company_t));

    if (name) {
        company->which = WEBHOOK_COMPANY_ONE;
        util_str(&company->name, name);
    }
}


/* What a list and SHOW tell a company of the delivery of an event: -1 if it is
   not in the list, or they differ. */

static int
gone(util_t *u, webhook_id_t id, const char *company)
{
    int           listed, shown;
    uint32_t      i;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_LIST;
    op.u.list.filter.state = -1;
    op.u.list.filter.max = 100;
    asked(&op.u.list.filter.company, company);

    (void) util_apply(u, &op);

    for (listed = -1, i = 0; i < op.u.list.count; i++) {
        if (memcmp(&op.u.list.deliveries[i].event, &id, sizeof(id)) == 0) {
            listed = op.u.list.deliveries[i].gone;
        }
    }

    webhook_op_free(&op);
    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = id;
    asked(&op.u.show.asked, company);

    shown = util_apply(u, &op) == WEBHOOK_STORE_OK && op.u.show.count == 1
            ? op.u.show.deliveries[0].delivery.gone : -2;

    webhook_op_free(&op);

    return listed == shown ? listed : -1;
}


static webhook_store_result_e
object(util_t *u, const char *id, const char *company, unsigned with_gone)
{
    webhook_op_t            op;
    webhook_store_result_e  result;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_OBJECTS;
    op.u.objects.kind = WEBHOOK_OBJECT_ENDPOINT;
    op.u.objects.gone = with_gone & 1;
    op.u.objects.max = 1;
    util_str(&op.u.objects.id, id);
    asked(&op.u.objects.company, company);

    result = util_apply(u, &op);

    webhook_op_free(&op);

    return result;
}


int
main(void)
{
    util_t        u;
    webhook_op_t  op;
    webhook_id_t  own, nobodys, other, configured, receiver;

    util_init(&u);
    util_open(&u);

    (void) object_make(&u, "ep_own", "one", "a", "{}");
    (void) object_make(&u, "ep_none", "", "b", "{}");
    (void) object_make(&u, "ep_other", "two", "c", "{}");

    object_op(&op, "rc_own", "one", "d", "{}");
    op.u.object.object.kind = WEBHOOK_OBJECT_RECEIVER;
    (void) util_apply(&u, &op);

    own = delivered(&u, "ep_own", "one");
    nobodys = delivered(&u, "ep_none", "one");
    other = delivered(&u, "ep_other", "one");
    configured = delivered(&u, "erp", "one");
    receiver = delivered(&u, "receiver:rc_own", "one");

    tap_ok(gone(&u, own, "one") == 0 && gone(&u, receiver, "one") == 0,
           "they are there");

    tap_ok(object_remove(&u, &op, "ep_own", "one", 1) == WEBHOOK_STORE_OK
           && object_remove(&u, &op, "ep_none", "", 1) == WEBHOOK_STORE_OK
           && object_remove(&u, &op, "ep_other", "two", 1)
              == WEBHOOK_STORE_OK, "removed");

    object_op(&op, "rc_own", "one", "", "");
    op.u.object.object.kind = WEBHOOK_OBJECT_RECEIVER;
    op.u.object.expect = WEBHOOK_OBJECT_ANY;
    op.u.object.remove = 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "a receiver, too");

    tap_ok(gone(&u, own, "one") == 1, "what went to one of the company is told");
    tap_ok(gone(&u, receiver, "one") == 1, "also what a receiver had done");
    tap_ok(gone(&u, nobodys, "one") == 0, "not what went to one of nobody");
    tap_ok(gone(&u, other, "one") == 0, "or of another company");
    tap_ok(gone(&u, configured, "one") == 0, "or to one of nginx.conf");
    tap_ok(gone(&u, own, NULL) == 0, "who asks for all is told nothing of it");

    tap_ok(object(&u, "ep_own", "one", 0) == WEBHOOK_STORE_NOT_FOUND
           && object(&u, "ep_own", "one", 1) == WEBHOOK_STORE_OK,
           "what is left of one is told where that is asked for");
    tap_ok(object(&u, "ep_own", "two", 1) == WEBHOOK_STORE_NOT_FOUND
           && object(&u, "ep_none", "one", 1) == WEBHOOK_STORE_NOT_FOUND
           && object(&u, "ep_never", "one", 1) == WEBHOOK_STORE_NOT_FOUND,
           "and of the company's own alone");

    util_check(&u, "gone");
    util_free(&u);

    return tap_done();
}
