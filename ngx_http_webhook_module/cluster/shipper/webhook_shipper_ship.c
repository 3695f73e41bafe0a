
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Shipping: what is to be told gets numbers, is read, told, and confirmed.
 */

#include "cluster/shipper/webhook_shipper_int.h"
#include "store/webhook_store_memory.h"

#include <stdlib.h>


static void webhook_shipper_asks(webhook_op_t *op,
    const webhook_ship_entry_t *e);


int
webhook_shipper_number(webhook_shipper_t *sh)
{
    webhook_op_ship_number_t  *n;

    webhook_shipper_batch_free(sh);

    /* what would get a number now could not be sent, nor told of */

    if (sh->news.away) {
        return webhook_shipper_go(sh, webhook_shipper_rest(sh, sh->o.pause,
                                                    WEBHOOK_SHIPPER_NUMBER));
    }

    memset(&sh->number, 0, sizeof(sh->number));

    sh->number.type = WEBHOOK_OP_SHIP_NUMBER;
    sh->ops[0] = &sh->number;

    n = &sh->number.u.ship_number;
    n->max = sh->limit;
    n->older = sh->o.older;
    n->history = sh->o.history;
    n->part_now = sh->part_now;
    n->part_min = sh->part_min;
    n->part_max = sh->part_max - 1;

    return webhook_shipper_store(sh, 1);
}


webhook_shipper_state_e
webhook_shipper_numbered(webhook_shipper_t *sh)
{
    webhook_op_ship_number_t  *n;

    if (sh->number.result != WEBHOOK_STORE_OK) {
        return webhook_shipper_broken(sh);
    }

    n = &sh->number.u.ship_number;
    sh->more = n->more;

    if (n->limits) {
        sh->limits.some = 1;
    }

    if (n->turns && !sh->turns.some) {
        webhook_shipper_turns_hurry(sh);
    }

    /* numbers whose entries have later ones by now are told all the same */

    if (n->count == 0 && n->to == n->from) {
        return n->more ? WEBHOOK_SHIPPER_NUMBER : WEBHOOK_SHIPPER_IDLE;
    }

    sh->reads = calloc(n->count + 1, sizeof(webhook_op_t));
    if (sh->reads == NULL) {
        return webhook_shipper_rest(sh, 1000, WEBHOOK_SHIPPER_NUMBER);
    }

    sh->read = 0;
    sh->things = 0;
    sh->bytes = 0;

    return WEBHOOK_SHIPPER_READ;
}


/* Some of the batch, until all was read, or it is large enough. */

int
webhook_shipper_read(webhook_shipper_t *sh)
{
    uint32_t                   i;
    webhook_op_ship_number_t  *n;

    n = &sh->number.u.ship_number;

    if (sh->read == n->count || sh->bytes >= WEBHOOK_SHIPPER_BYTES
        || sh->things >= WEBHOOK_CLUSTER_BATCH)
    {
        return webhook_shipper_go(sh, WEBHOOK_SHIPPER_SHIP);
    }

    for (i = 0; i < WEBHOOK_SHIPPER_READS && sh->read + i < n->count; i++) {
        sh->ops[i] = &sh->reads[sh->read + i];
        webhook_shipper_asks(sh->ops[i], &n->entries[sh->read + i]);
    }

    return webhook_shipper_store(sh, i);
}


static void
webhook_shipper_asks(webhook_op_t *op, const webhook_ship_entry_t *e)
{
    switch (e->kind) {

    case WEBHOOK_SHIP_DELIVERY:
    case WEBHOOK_SHIP_EVENT:
        op->type = WEBHOOK_OP_SHOW;
        op->u.show.id = e->id;
        op->u.show.endpoint = e->kind == WEBHOOK_SHIP_DELIVERY ? e->endpoint
                                                               : 0;
        break;

    case WEBHOOK_SHIP_CALL:
        op->type = WEBHOOK_OP_CALLS;
        op->u.calls.id = &e->id;
        op->u.calls.max = 1;
        break;

    case WEBHOOK_SHIP_AUDIT:
        op->type = WEBHOOK_OP_AUDIT;
        op->u.audit.before = e->endpoint + 1;
        op->u.audit.max = 1;
        break;

    default:
        op->type = WEBHOOK_OP_SHIP_STATE;   /* nothing is to be read */
    }
}


webhook_shipper_state_e
webhook_shipper_was_read(webhook_shipper_t *sh)
{
    uint32_t  i;

    for (i = 0; i < sh->task.count; i++) {

        switch (sh->ops[i]->result) {

        case WEBHOOK_STORE_OK:
        case WEBHOOK_STORE_NOT_FOUND:       /* it was removed since */
            sh->bytes += webhook_op_size(sh->ops[i]);
            sh->things += sh->ops[i]->type == WEBHOOK_OP_SHOW
                          ? sh->ops[i]->u.show.count : 1;
            break;

        default:
            webhook_shipper_batch_free(sh);

            return webhook_shipper_rest(sh, 1000, WEBHOOK_SHIPPER_NUMBER);
        }
    }

    sh->read += sh->task.count;

    return WEBHOOK_SHIPPER_READ;
}


int
webhook_shipper_ship(webhook_shipper_t *sh)
{
    if (webhook_shipper_batch(sh) != WEBHOOK_OK) {
        webhook_shipper_batch_free(sh);

        return webhook_shipper_go(sh, webhook_shipper_rest(sh, 1000,
                                                    WEBHOOK_SHIPPER_NUMBER));
    }

    memset(&sh->call, 0, sizeof(sh->call));
    sh->call.u.ship = sh->ship;

    (void) webhook_shipper_cluster(sh, WEBHOOK_CLUSTER_SHIP);

    /* and a second for each megabyte, and for a thousand deliveries */

    sh->call.timeout = 10000 + (uint32_t) (sh->bytes / 1024)
                       + sh->ship.deliveries_count;

    return WEBHOOK_SHIPPER_TASK;
}


webhook_shipper_state_e
webhook_shipper_shipped(webhook_shipper_t *sh)
{
    uint32_t                  count;
    webhook_cluster_result_e  rc;

    rc = sh->call.result;
    count = sh->read;

    switch (rc) {

    case WEBHOOK_CLUSTER_OK:
    case WEBHOOK_CLUSTER_DUPLICATE:
        sh->to = sh->call.u.ship.shipped;
        sh->unsure = 0;
        sh->backoff = 0;
        sh->news.batches++;
        sh->news.shipped += count;
        sh->join.shipped = sh->to;

        /* perhaps not all of it, where it is a repeat */

        if (rc == WEBHOOK_CLUSTER_OK) {
            webhook_shipper_tell(sh);
        }

        /* others have some of it by now, of which this node does not know */

        if (sh->call.u.ship.stale) {
            sh->strayed = 1;
        }


        sh->limit = 2 * sh->limit < sh->o.batch ? 2 * sh->limit : sh->o.batch;

        return WEBHOOK_SHIPPER_DONE;

    case WEBHOOK_CLUSTER_REFUSED:

        if (count != 1) {
            sh->limit = count > 1 ? count / 2 : 1;
            return webhook_shipper_rest(sh, count ? 0 : 1000,
                                        WEBHOOK_SHIPPER_NUMBER);
        }

        webhook_shipper_log(sh, WEBHOOK_STORE_LOG_ERROR,
                            "the cluster does not take something, which goes"
                            " into quarantine: %s", sh->error);

        return WEBHOOK_SHIPPER_REFUSED;

    case WEBHOOK_CLUSTER_UNKNOWN:
        sh->unsure = 1;

        (void) webhook_shipper_failed(sh, rc, WEBHOOK_SHIPPER_SHIP);

        /* The heartbeat may find the cluster there, or this. */

        return webhook_shipper_rest(sh, sh->backoff, WEBHOOK_SHIPPER_SHIP);

    case WEBHOOK_CLUSTER_UNAVAILABLE:
        (void) webhook_shipper_failed(sh, rc, WEBHOOK_SHIPPER_NUMBER);

        return sh->unsure ? webhook_shipper_rest(sh, sh->backoff,
                                                 WEBHOOK_SHIPPER_SHIP)
                          : WEBHOOK_SHIPPER_BACK;

    default:
        webhook_shipper_batch_free(sh);

        return webhook_shipper_failed(sh, rc, WEBHOOK_SHIPPER_NUMBER);
    }
}


int
webhook_shipper_done(webhook_shipper_t *sh)
{
    webhook_op_t  *op;

    op = webhook_shipper_op(sh, 0, WEBHOOK_OP_SHIP_DONE);
    op->u.ship_done.to = sh->to;

    return webhook_shipper_store(sh, 1);
}


webhook_shipper_state_e
webhook_shipper_was_done(webhook_shipper_t *sh)
{
    if (sh->ops[0]->result != WEBHOOK_STORE_OK) {
        return webhook_shipper_broken(sh);
    }

    if (sh->ops[0]->u.ship_done.more) {
        return WEBHOOK_SHIPPER_DONE;
    }

    sh->news.away = 0;
    sh->news.told++;

    if (sh->turns.some) {
        webhook_shipper_turns_hurry(sh);
    }

    /* something else may be to be done, which does not wait until nothing happens
       any more */

    sh->busy = 1;

    return WEBHOOK_SHIPPER_IDLE;
}


int
webhook_shipper_refused(webhook_shipper_t *sh)
{
    webhook_op_t  *op;

    op = webhook_shipper_op(sh, 0, WEBHOOK_OP_SHIP_REFUSED);
    op->u.ship_refused.number = sh->number.u.ship_number.entries[0].number;

    sh->news.refused++;

    return webhook_shipper_store(sh, 1);
}


webhook_shipper_state_e
webhook_shipper_was_refused(webhook_shipper_t *sh)
{
    if (sh->ops[0]->result != WEBHOOK_STORE_OK
        && sh->ops[0]->result != WEBHOOK_STORE_NOT_FOUND)
    {
        return webhook_shipper_broken(sh);
    }

    return WEBHOOK_SHIPPER_NUMBER;
}


int
webhook_shipper_back(webhook_shipper_t *sh)
{
    webhook_shipper_batch_free(sh);

    (void) webhook_shipper_op(sh, 0, WEBHOOK_OP_SHIP_BACK);

    return webhook_shipper_store(sh, 1);
}


webhook_shipper_state_e
webhook_shipper_was_back(webhook_shipper_t *sh)
{
    if (sh->ops[0]->result != WEBHOOK_STORE_OK) {
        return webhook_shipper_broken(sh);
    }

    if (sh->ops[0]->u.ship_back.more) {
        return WEBHOOK_SHIPPER_BACK;
    }

    /* what is tidied up may be what is missing */

    return webhook_shipper_rest(sh, sh->backoff,
                                webhook_shipper_upkeep_due(sh,
                                                  sh->o.clock(sh->o.ctx))
                                ? WEBHOOK_SHIPPER_UPKEEPING
                                : WEBHOOK_SHIPPER_NUMBER);
}


void
webhook_shipper_batch_free(webhook_shipper_t *sh)
{
    uint32_t  i;

    if (sh->reads) {
        for (i = 0; i < sh->number.u.ship_number.count; i++) {
            webhook_op_free(&sh->reads[i]);
        }

        free(sh->reads);
        sh->reads = NULL;
    }

    webhook_memory_free(&sh->memory);
    webhook_op_free(&sh->number);
}
