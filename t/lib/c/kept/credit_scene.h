
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the tests of credits share: events that a journal keeps, and what the
 * rows have.
 */

#ifndef CREDIT_SCENE_H
#define CREDIT_SCENE_H

#include "store_util.h"
#include "kept_scene.h"
#include "store/lmdb/credit/row/webhook_store_credit_row.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"


typedef struct {
    webhook_op_t   op;
    webhook_put_t  put;
} credit_event_t;


/* Keeps an event: the token of the send that begins, or 0. */
__attribute__((unused))
static uint64_t
early(scene_t *s, credit_event_t *e)
{
    if (!kept_one(&s->u, &e->op, &e->put, s->ep, 100)) {
        printf("# it is not kept\n");
        return 0;
    }

    return e->put.early;
}


__attribute__((unused))
static int
applied(scene_t *s, credit_event_t *e)
{
    return util_apply(&s->u, &e->op) == WEBHOOK_STORE_OK;
}


__attribute__((unused))
static webhook_store_result_e
completed(scene_t *s, credit_event_t *e, uint64_t token, webhook_outcome_e outcome)
{
    return util_complete(&s->u, e->op.u.put_event.id, s->ep, token, outcome,
                         1000);
}


/* Looks for the dead, and for what is not needed; and puts what is in journals:
   returns how many events that were. */
__attribute__((unused))
static uint32_t
looks(scene_t *s)
{
    return util_takeover(&s->u) == UINT32_MAX ? UINT32_MAX
                                              : kept_replay(&s->u);
}


/* The first event goes the longer way, and with it credits are taken. */
__attribute__((unused))
static void
begun(scene_t *s, uint32_t limit)
{
    credit_event_t  e;

    /* the journal of the scene, and not the one of TEST_NGINX_JOURNAL */

    s->u.alone = 1;

    if (kept_open(&s->u) != WEBHOOK_STORE_OK || looks(s) == UINT32_MAX) {
        printf("Bail out! no store\n");
        exit(1);
    }

    (void) util_endpoint(&s->u, "erp", limit);

    if (early(s, &e) || !applied(s, &e)
        || completed(s, &e, e.put.lease_token, WEBHOOK_DONE) != WEBHOOK_STORE_OK)
    {
        printf("# the first event was not sent\n");
    }
}


/* What is held, by all; and what is in flight. */
__attribute__((unused))
static uint32_t
credits(scene_t *s, uint32_t *inflight)
{
    uint32_t                 n;
    webhook_txn_t            t;
    webhook_credit_row_t     row;
    webhook_endpoint_row_t  *ep;

    n = 0;
    *inflight = UINT32_MAX;

    if (webhook_session_begin(util_lmdb(&s->u), &t, 0) != 0) {
        return UINT32_MAX;
    }

    if (webhook_credit_row_seek(&t, 0, 0, &row) == 0) {
        do {
            n += row.count;
        } while (webhook_credit_row_next(&t, &row) == 0);
    }

    if (webhook_endpoint_row_get(&t, s->ep, &ep) == 0) {
        *inflight = ep->inflight;
    }

    webhook_session_abort(&t);

    return n;
}


#endif /* CREDIT_SCENE_H */
