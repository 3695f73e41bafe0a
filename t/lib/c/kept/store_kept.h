
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the tests of journals in a store share.
 */

#ifndef STORE_KEPT_H
#define STORE_KEPT_H

#include "store_suite.h"


#define KEPT_BODY  6000


static unsigned char  kept_body[KEPT_BODY];


/* A store with a journal. */
__attribute__((unused))
static void
kept_init(util_t *u)
{
    size_t  i;

    util_init(u);

    u->journal = 1024 * 1024;

    for (i = 0; i < sizeof(kept_body); i++) {
        kept_body[i] = (unsigned char) ('a' + i % 23);
    }
}


/* Opens it, with a journal that takes something. */
__attribute__((unused))
static webhook_store_result_e
kept_open(util_t *u)
{
    webhook_store_result_e  result;

    result = util_open(u);

    if (result == WEBHOOK_STORE_OK && kept_replay(u) == UINT32_MAX) {
        result = WEBHOOK_STORE_UNAVAILABLE;
    }

    return result;
}


/* Sets up an event of len bytes, and keeps it; returns 1 if it is kept. */
__attribute__((unused))
static int
kept_one(util_t *u, webhook_op_t *op, webhook_put_t *put, uint64_t ep,
    size_t len)
{
    webhook_op_t  *p;

    memset(put, 0, sizeof(webhook_put_t));

    put->lease = 1;
    p = op;

    util_put_op(op, put, util_id(u), ep, kept_body, len);

    webhook_store_keep(u->st, &p, 1);

    return op->u.put_event.kept != 0;
}


/* 1 if the event is there, whole. */
__attribute__((unused))
static int
kept_there(util_t *u, const webhook_id_t *id, size_t len)
{
    int                   ok;
    webhook_op_t          op;
    const webhook_str_t  *got;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = *id;

    ok = util_apply(u, &op) == WEBHOOK_STORE_OK && op.u.show.count == 1
         && op.u.show.renditions_count == 1;

    if (ok) {
        got = &op.u.show.renditions[0].body;
        ok = got->len == len && memcmp(got->data, kept_body, len) == 0;
    }

    webhook_op_free(&op);

    return ok;
}


#endif /* STORE_KEPT_H */
