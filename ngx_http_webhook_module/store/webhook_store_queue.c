
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The queue: due deliveries and leases.  A delivery that is not finished
 * stands in the due index exactly once: in the lane of first sends or of
 * retries under the time it is due, or in the lane of leases under the time
 * its lease ends.  An endpoint's row counts its leases in the same
 * transaction, so that its limit holds over all processes.
 */

#include "webhook_store_internal.h"


static int webhook_queue_write(webhook_txn_t *t, uint64_t endpoint,
    const webhook_id_t *id, const webhook_delivery_row_t *d);
static int webhook_queue_unlease(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, const webhook_delivery_row_t *d);
static int webhook_queue_attempt(webhook_txn_t *t, webhook_op_complete_t *c,
    webhook_delivery_row_t *d);


int
webhook_queue_wait(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_DUE];

    d->state = WEBHOOK_PENDING;
    d->token = 0;
    d->end = 0;

    webhook_key_due(key, ep->id, d->attempts ? WEBHOOK_LANE_RETRY
                                             : WEBHOOK_LANE_FIRST,
                    d->due, id);

    rc = webhook_txn_put(t, WEBHOOK_DB_DUE, key, sizeof(key), "", 0, 0);
    if (rc) {
        return rc;
    }

    ep->states[WEBHOOK_PENDING]++;
    ep->dirty = 1;

    return webhook_queue_write(t, ep->id, id, d);
}


int
webhook_queue_lease(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, uint64_t lease)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_DUE], owner[8];

    d->state = WEBHOOK_SENDING;
    d->token = ++t->state.lease;
    d->end = webhook_later(t->now, lease);

    webhook_key_due(key, ep->id, WEBHOOK_LANE_LEASE, d->end, id);
    webhook_set_u64(owner, t->st->incarnation);

    rc = webhook_txn_put(t, WEBHOOK_DB_DUE, key, sizeof(key), owner, 8, 0);
    if (rc) {
        return rc;
    }

    ep->inflight++;
    ep->states[WEBHOOK_SENDING]++;
    ep->dirty = 1;

    return webhook_queue_write(t, ep->id, id, d);
}


static int
webhook_queue_write(webhook_txn_t *t, uint64_t endpoint,
    const webhook_id_t *id, const webhook_delivery_row_t *d)
{
    size_t         len;
    unsigned char  key[WEBHOOK_KEY_DELIVERY], buf[WEBHOOK_ROW_MAX];

    webhook_key_delivery(key, id, endpoint);

    len = webhook_row_write_delivery(buf, d);

    return webhook_txn_put(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), buf,
                           len, 0);
}


/* Takes the lease off; the delivery is in no state then. */

static int
webhook_queue_unlease(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, const webhook_delivery_row_t *d)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_DUE];

    webhook_key_due(key, ep->id, WEBHOOK_LANE_LEASE, d->end, id);

    rc = webhook_txn_del(t, WEBHOOK_DB_DUE, key, sizeof(key));
    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    if (ep->inflight) {
        ep->inflight--;
    }

    if (ep->states[WEBHOOK_SENDING]) {
        ep->states[WEBHOOK_SENDING]--;
    }

    ep->dirty = 1;

    return 0;
}


int
webhook_queue_first(webhook_txn_t *t, uint64_t endpoint, webhook_lane_e lane,
    uint64_t *time, webhook_id_t *id, uint64_t *owner)
{
    int             rc;
    MDB_val         found, val;
    unsigned char   key[WEBHOOK_KEY_DUE], *p;
    webhook_id_t    none;

    memset(&none, 0, sizeof(none));

    webhook_key_due(key, endpoint, lane, 0, &none);

    rc = webhook_txn_seek(t, WEBHOOK_DB_DUE, key, sizeof(key), &found, &val);

    if (rc == MDB_NOTFOUND) {
        *time = WEBHOOK_NEVER;
        return 0;
    }

    if (rc) {
        return rc;
    }

    p = found.mv_data;

    if (found.mv_size != WEBHOOK_KEY_DUE) {
        return MDB_CORRUPTED;
    }

    if (memcmp(p, key, 9) != 0) {
        *time = WEBHOOK_NEVER;
        return 0;
    }

    *time = webhook_get_u64(p + 9);

    if (id) {
        memcpy(id->bytes, p + 17, 16);
    }

    if (owner) {
        *owner = val.mv_size == 8 ? webhook_get_u64(val.mv_data) : 0;
    }

    return 0;
}


int
webhook_queue_complete(webhook_txn_t *t, webhook_op_t *op)
{
    int                      rc;
    MDB_val                  val;
    unsigned char            key[WEBHOOK_KEY_DELIVERY];
    webhook_op_complete_t   *c;
    webhook_delivery_row_t   d;
    webhook_endpoint_row_t  *ep;

    c = &op->u.complete;

    webhook_key_delivery(key, &c->event, c->endpoint);

    rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &val);

    if (rc == MDB_NOTFOUND || c->endpoint == 0) {
        op->result = WEBHOOK_STORE_NOT_FOUND;
        return 0;
    }

    if (rc) {
        return rc;
    }

    rc = webhook_row_read_delivery(&val, &d);
    if (rc) {
        return rc;
    }

    if (d.state != WEBHOOK_SENDING || d.token != c->token) {
        op->result = WEBHOOK_STORE_STALE;
        return 0;
    }

    rc = webhook_endpoint_get(t, c->endpoint, &ep);
    if (rc) {
        return rc;
    }

    rc = webhook_queue_unlease(t, ep, &c->event, &d);
    if (rc) {
        return rc;
    }

    if (c->outcome != WEBHOOK_RELEASE) {
        ep->attempts++;

        rc = webhook_queue_attempt(t, c, &d);
        if (rc) {
            return rc;
        }
    }

    switch (c->outcome) {

    case WEBHOOK_DONE:
    case WEBHOOK_FAILED:

        if (c->outcome == WEBHOOK_DONE) {
            d.state = WEBHOOK_DELIVERED;
            ep->delivered++;

        } else {
            d.state = WEBHOOK_DEAD;
            ep->dead++;
        }

        d.token = 0;
        d.end = 0;
        d.finished = c->attempt.wall + c->attempt.total / 1000;

        ep->states[d.state]++;

        rc = webhook_queue_write(t, ep->id, &c->event, &d);
        if (rc) {
            return rc;
        }

        rc = webhook_queue_finish(t, &c->event);
        break;

    default: /* RETRY, RELEASE */

        /* who is released at once keeps his place in the queue */

        if (c->outcome == WEBHOOK_RETRY || c->delay) {
            d.due = webhook_later(t->now, c->delay);
        }

        rc = webhook_queue_wait(t, ep, &c->event, &d);
        break;
    }

    if (rc) {
        return rc;
    }

    op->result = WEBHOOK_STORE_OK;

    if (c->lease) {
        return webhook_queue_next(t, ep, op);
    }

    return 0;
}


static int
webhook_queue_attempt(webhook_txn_t *t, webhook_op_complete_t *c,
    webhook_delivery_row_t *d)
{
    int                room;
    size_t             len;
    unsigned char      key[WEBHOOK_KEY_ATTEMPT], buf[WEBHOOK_ROW_MAX];
    webhook_attempt_t  a;

    if (d->attempts < UINT32_MAX) {
        d->attempts++;
    }

    d->status = c->attempt.status;

    room = webhook_space_attempt(t);

    if (room == 0) {
        return 0;
    }

    a = c->attempt;
    a.number = d->attempts;

    webhook_key_attempt(key, &c->event, c->endpoint, d->attempts);

    len = webhook_row_write_attempt(buf, &a, room == 1);

    return webhook_txn_put(t, WEBHOOK_DB_ATTEMPTS, key, sizeof(key), buf,
                           len, 0);
}


int
webhook_queue_finish(webhook_txn_t *t, const webhook_id_t *id)
{
    int                 rc;
    size_t              len;
    MDB_val             val;
    unsigned char       key[WEBHOOK_KEY_DELIVERY], buf[WEBHOOK_ROW_MAX];
    unsigned char       fkey[WEBHOOK_KEY_FINISHED];
    webhook_head_row_t  head;

    len = 0;

    webhook_key_delivery(key, id, 0);

    rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &val);

    if (rc == 0) {
        rc = webhook_row_read_head(&val, &head);
    }

    if (rc == 0) {

        if (head.open == 0) {
            return 0;
        }

        head.open--;

        if (head.open == 0) {
            head.finished = t->now;
            webhook_space_keep(t, webhook_space_event(&head));
        }

        /* the texts of the head are good until the next write only */

        len = webhook_row_write_head(buf, &head);

    } else if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) {

        /* an outcome is kept though the event is damaged; nothing of that
           can be sent, so it goes the way of all that is finished */

        webhook_store_log_error(t->st, MDB_CORRUPTED,
                                "an event cannot be read");

        head.open = 0;

    } else {
        return rc;
    }

    if (head.open == 0) {
        webhook_key_finished(fkey, t->now, WEBHOOK_FINISHED_EVENT, id);

        rc = webhook_txn_put(t, WEBHOOK_DB_FINISHED, fkey, sizeof(fkey),
                             "", 0, 0);
        if (rc) {
            return rc;
        }
    }

    if (len == 0) {
        return 0;
    }

    return webhook_txn_put(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), buf,
                           len, 0);
}


int
webhook_queue_bury(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const unsigned char *due)
{
    int                     rc;
    size_t                  len;
    MDB_val                 val;
    webhook_id_t            id;
    unsigned char           key[WEBHOOK_KEY_ATTEMPT], buf[WEBHOOK_ROW_MAX];
    webhook_state_e         was;
    webhook_attempt_t       a;
    webhook_delivery_row_t  d;

    static unsigned char    error[] = "the stored event is damaged";

    memcpy(id.bytes, due + 17, 16);

    rc = webhook_txn_del(t, WEBHOOK_DB_DUE, due, WEBHOOK_KEY_DUE);
    if (rc) {
        return rc;
    }

    was = due[8] == WEBHOOK_LANE_LEASE ? WEBHOOK_SENDING : WEBHOOK_PENDING;

    if (was == WEBHOOK_SENDING && ep->inflight) {
        ep->inflight--;
    }

    if (ep->states[was]) {
        ep->states[was]--;
    }

    ep->dirty = 1;

    webhook_store_log_error(t->st, MDB_CORRUPTED,
                            "a delivery cannot be read and is given up");

    webhook_key_delivery(key, &id, ep->id);

    rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, WEBHOOK_KEY_DELIVERY,
                         &val);

    if (rc == MDB_NOTFOUND) {
        return 0;
    }

    if (rc == 0) {
        rc = webhook_row_read_delivery(&val, &d);
    }

    if (rc == MDB_CORRUPTED) {
        memset(&d, 0, sizeof(d));
        rc = 0;
    }

    if (rc) {
        return rc;
    }

    d.state = WEBHOOK_DEAD;
    d.token = 0;
    d.end = 0;
    d.finished = webhook_clock_wall();

    ep->states[WEBHOOK_DEAD]++;
    ep->dead++;

    rc = webhook_queue_write(t, ep->id, &id, &d);
    if (rc) {
        return rc;
    }

    memset(&a, 0, sizeof(a));

    a.wall = d.finished;
    a.number = d.attempts + 1;
    a.error.data = error;
    a.error.len = sizeof(error) - 1;

    webhook_key_attempt(key, &id, ep->id, a.number);

    len = webhook_row_write_attempt(buf, &a, 0);

    rc = webhook_txn_put(t, WEBHOOK_DB_ATTEMPTS, key, WEBHOOK_KEY_ATTEMPT,
                         buf, len, 0);
    if (rc) {
        return rc;
    }

    return webhook_queue_finish(t, &id);
}


int
webhook_queue_reclaim(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const uint64_t *owners, uint32_t owners_count, uint32_t *count)
{
    int                     rc;
    MDB_val                 found, val;
    uint32_t                i;
    uint64_t                time, owner;
    webhook_id_t            id;
    unsigned char           key[WEBHOOK_KEY_DUE], dkey[WEBHOOK_KEY_DELIVERY];
    unsigned char          *p;
    webhook_delivery_row_t  d;

    memset(&id, 0, sizeof(id));

    webhook_key_due(key, ep->id, WEBHOOK_LANE_LEASE, 0, &id);

    for ( ;; ) {
        rc = webhook_txn_seek(t, WEBHOOK_DB_DUE, key, sizeof(key), &found,
                              &val);

        if (rc == MDB_NOTFOUND) {
            return 0;
        }

        if (rc) {
            return rc;
        }

        p = found.mv_data;

        if (found.mv_size != WEBHOOK_KEY_DUE) {
            return MDB_CORRUPTED;
        }

        if (memcmp(p, key, 9) != 0) {
            return 0;
        }

        memcpy(key, p, WEBHOOK_KEY_DUE);

        time = webhook_get_u64(key + 9);
        memcpy(id.bytes, key + 17, 16);

        owner = val.mv_size == 8 ? webhook_get_u64(val.mv_data) : 0;

        if (time > t->now) {

            if (owners_count == 0) {
                return 0;
            }

            for (i = 0; i < owners_count; i++) {
                if (owners[i] == owner) {
                    break;
                }
            }

            if (i == owners_count) {
                goto next;
            }
        }

        webhook_key_delivery(dkey, &id, ep->id);

        rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, dkey, sizeof(dkey),
                             &val);
        if (rc == 0) {
            rc = webhook_row_read_delivery(&val, &d);
        }

        if (rc == 0 && (d.state != WEBHOOK_SENDING || d.end != time)) {
            rc = MDB_CORRUPTED;
        }

        if (rc == 0) {
            rc = webhook_queue_unlease(t, ep, &id, &d);

            if (rc == 0) {
                rc = webhook_queue_wait(t, ep, &id, &d);
            }

        } else if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) {
            rc = webhook_queue_bury(t, ep, key);
        }

        if (rc) {
            return rc;
        }

        (*count)++;

    next:

        /* go on behind it */

        for (i = WEBHOOK_KEY_DUE - 1; ++key[i] == 0; i--) {
            if (i == 9) {
                return 0;
            }
        }
    }
}
