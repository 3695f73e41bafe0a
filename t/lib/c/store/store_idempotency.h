
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the tests of repeated requests share.
 */

#ifndef STORE_IDEMPOTENCY_H
#define STORE_IDEMPOTENCY_H

#include "store_suite.h"


#define KEEP  60000


/* Sets up a put of an event with a key and a body: numbers that stand for
   their digests. */
__attribute__((unused))
static void
put_op(util_t *u, webhook_op_t *op, webhook_put_t *put, unsigned key,
    unsigned body)
{
    memset(put, 0, sizeof(webhook_put_t));

    util_put_op(op, put, util_id(u), util_name("erp"), "{}", 2);

    memcpy(op->u.put_event.idempotency.key, &key, sizeof(key));
    memcpy(op->u.put_event.idempotency.body, &body, sizeof(body));
    op->u.put_event.idempotency.keep = KEEP;
}


__attribute__((unused))
static int
same(const webhook_id_t *a, const webhook_id_t *b)
{
    return memcmp(a, b, sizeof(webhook_id_t)) == 0;
}


/* Puts one: 1 if it is there under its own id, 0 if it is a repeat of *first,
   -1 else.  The operation can be looked at. */
__attribute__((unused))
static int
put(util_t *u, webhook_op_t *op, unsigned key, unsigned body,
    webhook_id_t *first)
{
    webhook_put_t  d;

    put_op(u, op, &d, key, body);

    switch (util_apply(u, op)) {

    case WEBHOOK_STORE_OK:

        if (!same(&op->u.put_event.first, &op->u.put_event.id)) {
            return -1;
        }

        *first = op->u.put_event.id;
        return 1;

    case WEBHOOK_STORE_DUPLICATE:
        return same(&op->u.put_event.first, first) ? 0 : -1;

    default:
        return -1;
    }
}


#endif /* STORE_IDEMPOTENCY_H */
