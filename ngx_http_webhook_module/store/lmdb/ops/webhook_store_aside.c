
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Endpoints that a claim meets in the wake index and does not name.  What
 * waits for one may be wanted again one day, but it must not be in the way of
 * all others until then: so it is set aside, which means that it has no wake
 * time for what waits.  It comes back when ENDPOINT or an event names it, or
 * when a claim does: claims look for that each time an endpoint was set aside
 * since they last looked (state.asides).  Processes of two configurations may
 * so disagree; an endpoint that came back is not set aside again for a while,
 * so that this costs them little.
 */

#include "store/lmdb/ops/webhook_store_aside.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"


#define WEBHOOK_ASIDE_BACK  (10 * 60 * 1000)    /* ms before it is aside
                                                   again */


static int webhook_aside_strange(webhook_txn_t *t,
    const webhook_endpoint_row_t *ep);
static uint64_t webhook_aside_list(const webhook_op_claim_t *c);


int
webhook_aside_set(webhook_txn_t *t, const uint64_t *ids, uint32_t count,
    int *any)
{
    int                      rc;
    uint32_t                 i;
    webhook_endpoint_row_t  *ep;

    *any = 0;

    for (i = 0; i < count; i++) {
        rc = webhook_endpoint_row_get(t, ids[i], &ep);
        if (rc) {
            return rc;
        }

        if (!webhook_aside_strange(t, ep)) {
            continue;
        }

        *any = 1;

        if (!t->write) {
            return 0;
        }

        ep->aside = 1;
        ep->dirty = 1;
        t->state.asides++;
    }

    return 0;
}


/* Whether an endpoint that a claim does not name is to be set aside.  Its
   leases, if it has some, end at a time that has to be seen. */

static int
webhook_aside_strange(webhook_txn_t *t, const webhook_endpoint_row_t *ep)
{
    return ep->exists && !ep->aside && ep->states[WEBHOOK_SENDING] == 0
           && (ep->back == 0
               || webhook_later(ep->back, WEBHOOK_ASIDE_BACK) <= t->age);
}


void
webhook_aside_back(webhook_txn_t *t, webhook_endpoint_row_t *ep)
{
    if (ep->aside) {
        ep->aside = 0;
        ep->back = t->age;
        ep->dirty = 1;
        t->state.asides++;
    }
}


int
webhook_aside_claimed(webhook_txn_t *t, const webhook_op_claim_t *c,
    int *any)
{
    int                      rc;
    MDB_val                  val;
    uint32_t                 i;
    uint64_t                 list;
    unsigned char            key[WEBHOOK_KEY_ENDPOINT];
    webhook_lmdb_t          *st;
    webhook_endpoint_row_t  *ep, row;

    st = t->st;
    *any = 0;

    list = webhook_aside_list(c);

    if (st->asides == t->state.asides && st->asides_list == list) {
        return 0;
    }

    for (i = 0; i < c->endpoints_count; i++) {
        webhook_set_u64(key, c->endpoints[i]);

        rc = webhook_txn_get(t, WEBHOOK_DB_ENDPOINTS, key, sizeof(key), &val);

        if (rc == MDB_NOTFOUND) {
            continue;
        }

        if (rc) {
            return rc;
        }

        /* one that is damaged is made anew when it is got */

        if (webhook_row_read_endpoint(&val, &row) == 0 && !row.aside) {
            continue;
        }

        *any = 1;

        if (!t->write) {
            return 0;
        }

        rc = webhook_endpoint_row_get(t, c->endpoints[i], &ep);
        if (rc) {
            return rc;
        }

        webhook_aside_back(t, ep);
    }

    if (!*any) {

        /* where some come back it is looked at once more, lest the commit
           fails */

        st->asides = t->state.asides;
        st->asides_list = list;
    }

    return 0;
}


/* Which endpoints a claim names, in a number that is not 0. */

static uint64_t
webhook_aside_list(const webhook_op_claim_t *c)
{
    uint32_t  i;
    uint64_t  h;

    h = c->endpoints_count;

    for (i = 0; i < c->endpoints_count; i++) {
        h = (h ^ c->endpoints[i]) * 0x9e3779b97f4a7c15ULL;
        h ^= h >> 32;
    }

    return h | 1;
}
