
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Putting an event: its head, its bytes, its deliveries.
 */

#include "webhook_store_internal.h"


static int webhook_event_valid(webhook_txn_t *t, webhook_op_put_event_t *p);
static int webhook_event_delivery(webhook_txn_t *t, webhook_op_put_event_t *p,
    webhook_put_t *put, uint32_t *added);


int
webhook_event_put(webhook_txn_t *t, webhook_op_t *op)
{
    int                      rc;
    size_t                   len;
    MDB_val                  val;
    uint32_t                 i, added;
    unsigned char            key[WEBHOOK_KEY_DELIVERY];
    unsigned char            fkey[WEBHOOK_KEY_FINISHED], buf[WEBHOOK_ROW_MAX];
    webhook_event_t         *e;
    webhook_head_row_t       head;
    webhook_op_put_event_t  *p;

    p = &op->u.put_event;
    e = &p->event;

    if (!webhook_event_valid(t, p)) {
        op->result = WEBHOOK_STORE_UNAVAILABLE;
        return 0;
    }

    webhook_key_delivery(key, &e->id, 0);

    rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &val);

    if (rc == 0) {
        op->result = WEBHOOK_STORE_DUPLICATE;
        return 0;
    }

    if (rc != MDB_NOTFOUND) {
        return rc;
    }

    if (!webhook_space_take(t, webhook_blob_size(e->body.len) + 512
                               + (size_t) p->count * 256))
    {
        op->result = WEBHOOK_STORE_FULL;
        return 0;
    }

    memset(&head, 0, sizeof(head));

    rc = webhook_blob_put(t, e->body.data, e->body.len, &head.body);
    if (rc) {
        return rc;
    }

    added = 0;

    for (i = 0; i < p->count; i++) {
        rc = webhook_event_delivery(t, p, &p->deliveries[i], &added);
        if (rc) {
            return rc;
        }
    }

    head.wall = e->wall;
    head.body_len = e->body.len;
    head.total = added;
    head.open = added;
    head.type = e->type;
    head.content_type = e->content_type;

    if (added == 0) {

        /* nobody wants it: it is history at once */

        head.finished = t->now;

        webhook_key_finished(fkey, t->now, WEBHOOK_FINISHED_EVENT, &e->id);

        rc = webhook_txn_put(t, WEBHOOK_DB_FINISHED, fkey, sizeof(fkey),
                             "", 0, 0);
        if (rc) {
            return rc;
        }
    }

    len = webhook_row_write_head(buf, &head);

    rc = webhook_txn_put(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), buf,
                         len, 0);
    if (rc) {
        return rc;
    }

    t->state.events++;

    op->result = WEBHOOK_STORE_OK;

    return 0;
}


static int
webhook_event_valid(webhook_txn_t *t, webhook_op_put_event_t *p)
{
    uint32_t  i;

    if (p->event.type.len > WEBHOOK_STORE_TYPE_MAX
        || p->event.content_type.len > WEBHOOK_CONTENT_TYPE_MAX
        || p->event.body.len > WEBHOOK_STORE_BODY_MAX)
    {
        webhook_store_log_error(t->st, EINVAL, "an event exceeds a bound");
        return 0;
    }

    for (i = 0; i < p->count; i++) {
        if (p->deliveries[i].endpoint == 0) {
            webhook_store_log_error(t->st, EINVAL, "an endpoint has no id");
            return 0;
        }
    }

    return 1;
}


static int
webhook_event_delivery(webhook_txn_t *t, webhook_op_put_event_t *p,
    webhook_put_t *put, uint32_t *added)
{
    int                      rc;
    MDB_val                  val;
    unsigned char            key[WEBHOOK_KEY_DELIVERY];
    webhook_endpoint_row_t  *ep;
    webhook_delivery_row_t   d;

    if (p->count > 1) {

        /* an endpoint that is named twice gets one delivery */

        webhook_key_delivery(key, &p->event.id, put->endpoint);

        rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key),
                             &val);
        if (rc == 0) {
            return 0;
        }

        if (rc != MDB_NOTFOUND) {
            return rc;
        }
    }

    rc = webhook_endpoint_get(t, put->endpoint, &ep);
    if (rc) {
        return rc;
    }

    memset(&d, 0, sizeof(d));

    d.due = webhook_later(t->now, put->delay);

    if (put->lease && put->delay == 0 && webhook_queue_free(ep)) {
        rc = webhook_queue_lease(t, ep, &p->event.id, &d, p->lease);
        put->token = d.token;

    } else {
        rc = webhook_queue_wait(t, ep, &p->event.id, &d);
    }

    if (rc) {
        return rc;
    }

    (*added)++;

    return 0;
}
