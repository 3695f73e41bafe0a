
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A batch, out of what was read of its entries.
 */

#include "cluster/shipper/webhook_shipper_int.h"
#include "store/webhook_store_memory.h"


static void webhook_shipper_deliveries(webhook_shipper_t *sh,
    const webhook_ship_entry_t *e, webhook_op_show_t *show);
static int webhook_shipper_has(const webhook_cluster_ship_t *s, uint32_t count,
    const webhook_id_t *event, const uint64_t *endpoint);
static void webhook_shipper_whole(webhook_cluster_ship_t *s,
    const webhook_ship_entry_t *e, webhook_op_show_t *show);


/* WEBHOOK_OK or WEBHOOK_NOMEM. */

int
webhook_shipper_batch(webhook_shipper_t *sh)
{
    uint32_t                   i, deliveries;
    webhook_op_t              *op;
    webhook_ship_entry_t      *e;
    webhook_cluster_ship_t    *s;
    webhook_op_ship_number_t  *n;

    n = &sh->number.u.ship_number;
    s = &sh->ship;

    memset(s, 0, sizeof(webhook_cluster_ship_t));
    webhook_memory_free(&sh->memory);

    deliveries = 0;

    for (i = 0; i < sh->read; i++) {
        if (sh->reads[i].type == WEBHOOK_OP_SHOW) {
            deliveries += sh->reads[i].u.show.count;
        }
    }

    s->events = webhook_memory_alloc(&sh->memory, (sh->read + 1)
                                          * sizeof(webhook_cluster_event_t));
    s->deliveries = webhook_memory_alloc(&sh->memory, (deliveries + 1)
                                       * sizeof(webhook_cluster_delivery_t));
    s->calls = webhook_memory_alloc(&sh->memory, (sh->read + 1)
                                          * sizeof(webhook_cluster_call_t));
    s->audits = webhook_memory_alloc(&sh->memory, (sh->read + 1)
                                          * sizeof(webhook_cluster_audit_t));
    s->purged = webhook_memory_alloc(&sh->memory, (sh->read + 1)
                                                  * sizeof(webhook_id_t));

    if (s->events == NULL || s->deliveries == NULL || s->calls == NULL
        || s->audits == NULL || s->purged == NULL)
    {
        return WEBHOOK_NOMEM;
    }

    s->from = n->from;
    s->to = sh->read == n->count ? n->to : n->entries[sh->read - 1].number;

    for (i = 0; i < sh->read; i++) {
        op = &sh->reads[i];
        e = &n->entries[i];

        if (e->kind == WEBHOOK_SHIP_PURGED) {
            s->purged[s->purged_count++] = e->id;
            continue;
        }

        if (op->result != WEBHOOK_STORE_OK) {
            continue;
        }

        switch (e->kind) {

        case WEBHOOK_SHIP_DELIVERY:
        case WEBHOOK_SHIP_EVENT:
            webhook_shipper_deliveries(sh, e, &op->u.show);
            break;

        case WEBHOOK_SHIP_CALL:

            if (op->u.calls.count) {
                s->calls[s->calls_count].part = e->part;
                s->calls[s->calls_count++].call = op->u.calls.calls[0];
            }

            break;

        default:

            if (op->u.audit.count
                && op->u.audit.records[0].number == e->endpoint)
            {
                s->audits[s->audits_count].part = e->part;
                s->audits[s->audits_count++].audit = op->u.audit.records[0];
            }
        }
    }

    return WEBHOOK_OK;
}


static void
webhook_shipper_deliveries(webhook_shipper_t *sh,
    const webhook_ship_entry_t *e, webhook_op_show_t *show)
{
    int                          again;
    uint32_t                     i, before;
    webhook_delivery_t          *v;
    webhook_cluster_ship_t      *s;
    webhook_cluster_delivery_t  *d;

    s = &sh->ship;

    for (i = 0; e->kind == WEBHOOK_SHIP_EVENT && i < show->count; i++) {
        v = &show->deliveries[i].delivery;

        if (v->state == WEBHOOK_PENDING || v->state == WEBHOOK_SENDING
            || v->blocks)
        {
            /* It was over when it got its number, and will be again: what waits
               without a number is the node's alone. */

            return;
        }
    }

    before = s->deliveries_count;
    again = webhook_shipper_has(s, before, &show->id, NULL);

    for (i = 0; i < show->count; i++) {
        v = &show->deliveries[i].delivery;

        /* What another node has is told of by that; and what changed meanwhile
           may have two entries, but it is told once. */

        if (v->moved || (again && webhook_shipper_has(s, before, &show->id,
                                                      &v->endpoint)))
        {
            continue;
        }

        /* One that was retried since the event was over has an entry of its own,
           or gets one; until then it is sent without the cluster. */

        if (e->kind == WEBHOOK_SHIP_EVENT
            && (v->state == WEBHOOK_PENDING || v->state == WEBHOOK_SENDING))
        {
            continue;
        }

        d = &s->deliveries[s->deliveries_count++];
        d->full = show->deliveries[i];
        d->part = e->part;
        d->fresh = e->fresh;
        d->tries = v->tries;
        d->ordered = v->ordered;

        v = &d->full.delivery;
        v->event = show->id;
        v->wall = show->wall;
        v->type = show->type;
        v->company = show->company;

        if (v->rendition < show->renditions_count) {
            v->body_len = show->renditions[v->rendition].body.len;
        }

        webhook_shipper_untold(sh, d);
    }

    if (e->whole || e->kind == WEBHOOK_SHIP_EVENT) {
        webhook_shipper_whole(s, e, show);
    }
}


/* Whether one of the first deliveries is of the event, and of the endpoint; NULL: of
   any. */

static int
webhook_shipper_has(const webhook_cluster_ship_t *s, uint32_t count,
    const webhook_id_t *event, const uint64_t *endpoint)
{
    uint32_t                   i;
    const webhook_delivery_t  *v;

    for (i = 0; i < count; i++) {
        v = &s->deliveries[i].full.delivery;

        if ((endpoint == NULL || v->endpoint == *endpoint)
            && memcmp(&v->event, event, sizeof(webhook_id_t)) == 0)
        {
            return 1;
        }
    }

    return 0;
}


/* The event itself, once in a batch. */

static void
webhook_shipper_whole(webhook_cluster_ship_t *s,
    const webhook_ship_entry_t *e, webhook_op_show_t *show)
{
    webhook_cluster_event_t  *event;

    if (show->broken || show->renditions_count == 0
        || (s->events_count
            && memcmp(&s->events[s->events_count - 1].id, &show->id,
                      sizeof(webhook_id_t)) == 0))
    {
        return;
    }

    event = &s->events[s->events_count++];

    event->id = show->id;
    event->part = e->part;
    event->wire = show->wire;
    event->wall = show->wall;
    event->type = show->type;
    event->company = show->company;
    event->renditions = show->renditions;
    event->renditions_count = show->renditions_count;
}
