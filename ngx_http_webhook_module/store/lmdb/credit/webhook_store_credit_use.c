
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Sends that begin by a credit.
 */

#include "store/lmdb/credit/webhook_store_credit_int.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_glance.h"
#include "store/lmdb/rows/webhook_store_txn.h"


#define WEBHOOK_CREDIT_LOW  4           /* a fourth of what is held */


static void webhook_credit_use_event(webhook_txn_t *t,
    webhook_op_put_event_t *p);
static unsigned webhook_credit_fit(webhook_txn_t *t, uint64_t endpoint);


void
webhook_credit_use(webhook_lmdb_t *st, webhook_op_t **ops, uint32_t count)
{
    MDB_val            val;
    uint32_t           i;
    webhook_txn_t      t;
    webhook_credit_t  *c;

    c = st->credit;

    if (c == NULL || !webhook_glance_enter(st, &t)) {
        return;
    }

    if (webhook_txn_get(&t, WEBHOOK_DB_META, WEBHOOK_META_PAUSED,
                        WEBHOOK_META_PAUSED_LEN, &val)
        == MDB_NOTFOUND)
    {
        (void) pthread_mutex_lock(&c->mutex);

        if (!c->doubt && !c->closed) {

            c->batch++;
            t.now = webhook_clock_now(st);

            for (i = 0; i < count; i++) {
                if (ops[i]->u.put_event.kept) {
                    webhook_credit_use_event(&t, &ops[i]->u.put_event);
                }
            }
        }

        (void) pthread_mutex_unlock(&c->mutex);
    }

    webhook_glance_exit(&t);
}


static void
webhook_credit_use_event(webhook_txn_t *t, webhook_op_put_event_t *p)
{
    uint32_t                 i;
    webhook_put_t           *put;
    webhook_credit_t        *c;
    webhook_credit_one_t    *one;
    webhook_credit_place_t  *place;

    c = t->st->credit;

    for (i = 0; i < p->count; i++) {
        put = &p->deliveries[i];

        if (!put->lease || put->delay) {
            continue;
        }

        place = webhook_credit_find(c, put->endpoint);
        one = place ? place->idle : NULL;

        /* none for an endpoint that an event names twice */

        if (one == NULL
            || webhook_credit_used(c, put->endpoint, &p->id, 0))
        {
            continue;
        }

        if (place->batch != c->batch) {
            place->batch = c->batch;
            place->fit = webhook_credit_fit(t, put->endpoint);
        }

        if (!place->fit) {
            continue;
        }

        one->event = p->id;
        one->sequence = p->kept;
        one->lease = p->lease;

        webhook_credit_begun(c, one);

        put->early = one->token;
        put->low = (place->idles * WEBHOOK_CREDIT_LOW < place->held);
    }
}


/* Whether a send may begin by a credit, as things are now.  What is waiting has
   slots of its own, or goes first. */

static unsigned
webhook_credit_fit(webhook_txn_t *t, uint64_t endpoint)
{
    MDB_val                 val;
    unsigned char           key[WEBHOOK_KEY_ENDPOINT];
    webhook_endpoint_row_t  ep;

    webhook_set_u64(key, endpoint);

    if (webhook_txn_get(t, WEBHOOK_DB_ENDPOINTS, key, sizeof(key), &val) != 0
        || webhook_row_read_endpoint(&val, &ep) != 0)
    {
        return 0;
    }

    return webhook_credit_open(t, &ep)
           && ep.inflight + ep.states[WEBHOOK_PENDING] <= ep.limit;
}
