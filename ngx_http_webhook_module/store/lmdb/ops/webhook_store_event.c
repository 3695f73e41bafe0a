
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Putting an event: its head, its renditions, its deliveries.
 */

#include "store/lmdb/ops/webhook_store_event.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_blob.h"
#include "store/lmdb/rows/webhook_store_finished.h"
#include "store/lmdb/rows/webhook_store_rendition.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/outbox/webhook_store_outbox.h"
#include "store/lmdb/lists/webhook_store_listed.h"
#include "store/lmdb/queue/webhook_store_admission.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/queue/webhook_store_order.h"
#include "store/lmdb/queue/webhook_store_queue.h"
#include "store/lmdb/credit/webhook_store_credit.h"
#include "store/lmdb/expire/webhook_store_expire.h"
#include "store/lmdb/repeats/webhook_store_idempotency.h"
#include "store/lmdb/objects/webhook_store_object_drain.h"
#include "store/lmdb/ops/webhook_store_aside.h"
#include "store/lmdb/ops/webhook_store_backlog.h"
#include "store/lmdb/ops/webhook_store_claim.h"

#include <errno.h>


#define WEBHOOK_EVENT_ATTEMPT  64       /* bytes of an attempt beside its
                                           texts */


static int webhook_event_head(webhook_txn_t *t,
    const webhook_op_put_event_t *p, webhook_head_row_t *head);
static int webhook_event_valid(webhook_txn_t *t, webhook_op_put_event_t *p);
static int webhook_event_past_valid(const webhook_put_t *put);
static size_t webhook_event_size(webhook_lmdb_t *st,
    const webhook_op_put_event_t *p);
static size_t webhook_event_past_size(webhook_lmdb_t *st,
    const webhook_past_t *past);
static int webhook_event_wait(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d);
static int webhook_event_past(webhook_txn_t *t, webhook_op_put_event_t *p,
    const webhook_put_t *put, webhook_endpoint_row_t *ep,
    webhook_delivery_row_t *d, uint32_t *open);
static int webhook_event_block(webhook_txn_t *t, webhook_op_put_event_t *p,
    webhook_endpoint_row_t *ep, webhook_delivery_row_t *d, uint32_t *open);


int
webhook_event_put(webhook_txn_t *t, webhook_op_t *op)
{
    int                      rc, taken, seen;
    MDB_val                  val;
    uint32_t                 i, added, open;
    unsigned char            key[WEBHOOK_KEY_DELIVERY];
    webhook_head_row_t       head;
    webhook_op_put_event_t  *p;

    p = &op->u.put_event;

    if (t->st->replaced || !webhook_event_valid(t, p)) {
        op->result = WEBHOOK_STORE_UNAVAILABLE;
        return 0;
    }

    webhook_key_delivery(key, &p->id, 0);

    rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &val);

    if (rc == 0) {
        op->result = WEBHOOK_STORE_DUPLICATE;
        return 0;
    }

    if (rc != MDB_NOTFOUND) {
        return rc;
    }

    rc = webhook_idempotency_seen(t, p, &seen);
    if (rc) {
        return rc;
    }

    if (seen) {
        op->result = WEBHOOK_STORE_DUPLICATE;
        return 0;
    }

    rc = webhook_backlog_take(t, p);
    if (rc) {
        return rc;
    }

    if (p->over && p->refuse) {
        op->result = WEBHOOK_STORE_FULL;
        return 0;
    }

    rc = webhook_expire_take(t, webhook_event_size(t->st, p), &taken);
    if (rc) {
        return rc;
    }

    if (!taken) {

        /* FULL with "over" is the quota's, and no room would help then */

        webhook_backlog_untake(t, p);
        op->result = WEBHOOK_STORE_FULL;
        return 0;
    }

    for (i = 0; i < p->renditions_count; i++) {
        rc = webhook_rendition_put(t, &p->renditions[i], &head.renditions[i]);
        if (rc) {
            return rc;
        }
    }

    added = 0;
    open = 0;

    for (i = 0; i < p->count; i++) {
        rc = webhook_event_delivery(t, p, &p->deliveries[i], &added, &open);
        if (rc) {
            return rc;
        }
    }

    head.total = added;
    head.open = open;

    rc = webhook_event_head(t, p, &head);

    if (rc == 0 && p->over) {
        rc = webhook_backlog_end(t, p);
    }

    if (rc == 0) {
        t->state.events++;

        rc = webhook_idempotency_keep(t, p);
    }

    if (rc == 0) {
        op->result = WEBHOOK_STORE_OK;
    }

    return rc;
}


/* Writes the head, of which renditions and counts are set. */

static int
webhook_event_head(webhook_txn_t *t, const webhook_op_put_event_t *p,
    webhook_head_row_t *head)
{
    int            rc;
    size_t         len;
    unsigned char  key[WEBHOOK_KEY_DELIVERY], buf[WEBHOOK_ROW_MAX];

    head->wall = p->wall;
    head->finished = 0;
    head->type = p->type;
    head->company = p->company;
    head->renditions_count = p->renditions_count;
    head->wired = 0;

    if (p->wire && memcmp(p->wire, &p->id, sizeof(webhook_id_t)) != 0) {
        head->wire = *p->wire;
        head->wired = 1;
    }

    if (head->open == 0) {

        /* nobody wants it any more: it is history at once */

        head->finished = t->age;

        rc = webhook_finished_event(t, &p->id, t->age, head);
        if (rc) {
            return rc;
        }
    }

    webhook_key_delivery(key, &p->id, 0);

    len = webhook_row_write_head(buf, head);

    return webhook_txn_put(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), buf,
                           len, 0);
}


static int
webhook_event_valid(webhook_txn_t *t, webhook_op_put_event_t *p)
{
    const char  *fault;

    fault = webhook_event_fault(p);

    if (fault) {
        webhook_store_log_error(t->st, EINVAL, fault);
    }

    return fault == NULL;
}


const char *
webhook_event_fault(const webhook_op_put_event_t *p)
{
    uint32_t                    i;
    const webhook_put_t        *put;
    const webhook_rendition_t  *rendition;

    static const char  exceeds[] = "an event exceeds a bound";

    if (p->type.len > WEBHOOK_STORE_TYPE_MAX
        || p->company.len > WEBHOOK_COMPANY_MAX
        || p->renditions_count == 0
        || p->renditions_count > WEBHOOK_RENDITIONS_MAX)
    {
        return exceeds;
    }

    for (i = 0; i < p->renditions_count; i++) {
        rendition = &p->renditions[i];

        if (rendition->request.len > WEBHOOK_REQUEST_MAX
            || rendition->content_type.len > WEBHOOK_CONTENT_TYPE_MAX
            || rendition->headers.len > WEBHOOK_HEADERS_MAX
            || rendition->body.len > WEBHOOK_STORE_BODY_MAX)
        {
            return exceeds;
        }
    }

    for (i = 0; i < p->count; i++) {
        put = &p->deliveries[i];

        if (put->endpoint == 0) {
            return "an endpoint has no id";
        }

        if (put->order.len > WEBHOOK_ORDER_MAX
            || (put->past && !webhook_event_past_valid(put)))
        {
            return exceeds;
        }

        if (put->rendition >= p->renditions_count
            || put->steps > p->renditions_count - put->rendition)
        {
            return "an event has no such form";
        }
    }

    return NULL;
}


static int
webhook_event_past_valid(const webhook_put_t *put)
{
    uint32_t               i, steps;
    const webhook_past_t  *past;

    past = put->past;
    steps = put->steps ? put->steps : 1;

    if (past->step >= steps || past->place > WEBHOOK_PLACE_MAX) {
        return 0;
    }

    for (i = 0; i < past->attempts_count; i++) {
        if (past->attempts[i].number == 0) {
            return 0;
        }
    }

    return 1;
}


/* About the bytes it takes on disk. */

static size_t
webhook_event_size(webhook_lmdb_t *st, const webhook_op_put_event_t *p)
{
    size_t                      size;
    uint32_t                    i;
    const webhook_rendition_t  *rendition;

    size = 512 + (size_t) p->count * 384;

    if (p->idempotency.keep) {
        size += 512;
    }

    for (i = 0; i < p->renditions_count; i++) {
        rendition = &p->renditions[i];

        size += webhook_blob_size(rendition->request.len
                                  + rendition->content_type.len
                                  + rendition->headers.len
                                  + rendition->body.len);
    }

    for (i = 0; i < p->count; i++) {
        if (p->deliveries[i].past) {
            size += webhook_event_past_size(st, p->deliveries[i].past);
        }
    }

    return size;
}


static size_t
webhook_event_past_size(webhook_lmdb_t *st, const webhook_past_t *past)
{
    size_t                    size, len;
    uint32_t                  i;
    const webhook_attempt_t  *a;

    size = 0;

    for (i = 0; i < past->attempts_count; i++) {
        a = &past->attempts[i];

        len = WEBHOOK_EVENT_ATTEMPT + a->error.len + a->address.len
              + a->answer.len;

        size += (size_t) webhook_finished_size(st, WEBHOOK_KEY_ATTEMPT,
                             len < WEBHOOK_ROW_MAX ? len : WEBHOOK_ROW_MAX);
    }

    return size;
}


int
webhook_event_delivery(webhook_txn_t *t, webhook_op_put_event_t *p,
    webhook_put_t *put, uint32_t *added, uint32_t *open)
{
    int                      rc, ahead, leased;
    MDB_val                  val;
    uint64_t                 time;
    unsigned char            key[WEBHOOK_KEY_DELIVERY];
    webhook_endpoint_row_t  *ep;
    webhook_delivery_row_t   d;

    if (p->count > 1) {

        /* an endpoint that is named twice gets one delivery */

        webhook_key_delivery(key, &p->id, put->endpoint);

        rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key),
                             &val);

        if (rc != MDB_NOTFOUND) {
            return rc;
        }
    }

    rc = webhook_endpoint_row_get(t, put->endpoint, &ep);

    if (rc == 0) {
        rc = webhook_object_drain_late(t, ep);
    }

    if (rc) {
        return rc;
    }

    webhook_aside_back(t, ep);

    memset(&d, 0, sizeof(d));

    d.rendition = put->rendition;
    d.steps = put->steps ? put->steps : 1;
    d.due = webhook_later(t->now, put->delay);

    (*added)++;

    if (put->past) {
        return webhook_event_past(t, p, put, ep, &d, open);
    }

    (*open)++;

    if (put->order.len) {
        webhook_order_begin(t, put, &d);

        rc = webhook_queue_enter(t, ep, &p->id, &d);
        if (rc) {
            return rc;
        }
    }

    rc = webhook_credit_put(t, ep, p, put, &d, &leased);

    if (rc || leased) {
        return rc;
    }

    if (!put->lease || put->over || put->delay || d.parked || d.ordered
        || t->paused)
    {
        return webhook_event_wait(t, ep, &p->id, &d);
    }

    time = webhook_admission_time(t, ep, WEBHOOK_LANE_FIRST);

    if (time > t->now) {

        if (time != WEBHOOK_NEVER && time - t->now < p->wait) {
            p->wait = time - t->now;
        }

        return webhook_event_wait(t, ep, &p->id, &d);
    }

    rc = webhook_claim_ahead(t, ep, &ahead);
    if (rc) {
        return rc;
    }

    if (!ahead) {

        /* who came before it goes first */

        p->wait = 0;

        return webhook_event_wait(t, ep, &p->id, &d);
    }

    rc = webhook_delivery_lease(t, ep, &p->id, &d, p->lease);

    put->lease_token = d.lease_token;

    return rc;
}


/* It waits for its first send, in the order of ids if it can. */

static int
webhook_event_wait(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d)
{
    d->due = webhook_listed_due(t, ep, id, d->due);

    return webhook_queue_wait(t, ep, id, d);
}


/* A delivery that another store had. */

static int
webhook_event_past(webhook_txn_t *t, webhook_op_put_event_t *p,
    const webhook_put_t *put, webhook_endpoint_row_t *ep,
    webhook_delivery_row_t *d, uint32_t *open)
{
    int                       rc;
    size_t                    len;
    uint64_t                  wall, age;
    uint32_t                  i;
    unsigned char             key[WEBHOOK_KEY_ATTEMPT], buf[WEBHOOK_ROW_MAX];
    const webhook_past_t     *past;
    const webhook_attempt_t  *a;

    past = put->past;

    d->attempts = past->sends;
    d->status = past->status;
    d->step = past->step;
    d->order = past->order;
    d->place = past->place;
    d->ordered = past->ordered && d->order;

    if (past->shared) {
        d->tries = past->tries;

        rc = webhook_outbox_shared(t, &p->id, put->endpoint, past->part, d);
        if (rc) {
            return rc;
        }
    }

    for (i = 0; i < past->attempts_count; i++) {
        a = &past->attempts[i];

        webhook_key_attempt(key, &p->id, put->endpoint, a->number);

        len = webhook_row_write_attempt(buf, a, 0);

        rc = webhook_txn_put(t, WEBHOOK_DB_ATTEMPTS, key, sizeof(key), buf,
                             len, 0);
        if (rc) {
            return rc;
        }
    }

    if (past->state == WEBHOOK_PENDING || past->state == WEBHOOK_SENDING) {
        (*open)++;

        /* whatever order they come in, the oldest event goes first, of those
           that are due */

        if (!past->shared || put->delay == 0) {
            wall = webhook_clock_wall();
            age = wall > p->wall ? wall - p->wall : 0;

            d->due = t->now > age ? t->now - age : 0;
        }

        if (d->order) {
            rc = webhook_queue_insert(t, ep, &p->id, d);
            if (rc) {
                return rc;
            }
        }

        return webhook_event_wait(t, ep, &p->id, d);
    }

    d->finished = past->finished;

    if (d->order && past->state == WEBHOOK_DEAD && past->blocks) {
        rc = webhook_event_block(t, p, ep, d, open);
        if (rc) {
            return rc;
        }
    }

    if (d->order && d->place == 0) {
        d->place = webhook_order_place(t);
    }

    d->state = past->state;

    ep->states[d->state]++;
    ep->dirty = 1;

    rc = webhook_listed_put(t, ep, d->state, &p->id);
    if (rc) {
        return rc;
    }

    webhook_key_delivery(key, &p->id, put->endpoint);

    len = webhook_row_write_delivery(buf, d);

    return webhook_txn_put(t, WEBHOOK_DB_DELIVERIES, key,
                           WEBHOOK_KEY_DELIVERY, buf, len, 0);
}


/* It is dead, and those behind it wait for what becomes of it, if it is the
   head of its key here. */

static int
webhook_event_block(webhook_txn_t *t, webhook_op_put_event_t *p,
    webhook_endpoint_row_t *ep, webhook_delivery_row_t *d, uint32_t *open)
{
    int  rc;

    rc = webhook_queue_insert(t, ep, &p->id, d);
    if (rc) {
        return rc;
    }

    if (d->parked) {
        d->parked = 0;
        return 0;
    }

    (*open)++;

    d->blocks = 1;
    d->due = t->now;

    return webhook_queue_block(t, ep, &p->id, d, 1);
}
