
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A store without indexes: in the place of store/lmdb/lists, for a program that
 * tells what they cost an event.  Such a store is good for nothing else.
 */

#include "store/lmdb/lists/webhook_store_listed.h"
#include "store/lmdb/lists/webhook_store_listed_recount.h"
#include "store/lmdb/lists/webhook_store_ring.h"


#define BARE  __attribute__((unused))


int
webhook_listed_put(BARE webhook_txn_t *t, BARE webhook_endpoint_row_t *ep,
    BARE webhook_state_e state, BARE const webhook_id_t *id)
{
    return 0;
}


int
webhook_listed_del(BARE webhook_txn_t *t, BARE webhook_endpoint_row_t *ep,
    BARE webhook_state_e state, BARE const webhook_id_t *id)
{
    return 0;
}


int
webhook_listed_write(BARE webhook_txn_t *t, BARE webhook_endpoint_row_t *ep)
{
    return 0;
}


int
webhook_listed_row(BARE webhook_txn_t *t, BARE uint64_t endpoint,
    BARE webhook_state_e state, BARE const webhook_id_t *id)
{
    return 0;
}


webhook_listed_e
webhook_listed_find(BARE const unsigned char *unwritten, BARE size_t len,
    BARE webhook_state_e state, BARE const webhook_id_t *id)
{
    return WEBHOOK_LISTED_SAME;
}


int
webhook_listed_has(BARE const webhook_txn_t *t, BARE int state)
{
    return 0;
}


uint64_t
webhook_listed_due(BARE const webhook_txn_t *t,
    BARE webhook_endpoint_row_t *ep, BARE const webhook_id_t *id,
    uint64_t due)
{
    return due;
}


int
webhook_listed_ordered(BARE const webhook_txn_t *t,
    BARE const webhook_endpoint_row_t *ep, BARE const webhook_id_t *id,
    BARE uint64_t due)
{
    return 0;
}


int
webhook_listed_recount(BARE webhook_txn_t *t, BARE uint64_t endpoint)
{
    return 0;
}


int
webhook_ring_minute(BARE webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_minute_t **minute)
{
    *minute = &ep->minute;
    ep->dirty = 1;

    return 0;
}


int
webhook_ring_turn(BARE webhook_txn_t *t, webhook_endpoint_row_t *ep)
{
    ep->dirty = 1;

    return 0;
}


int
webhook_ring_flush(BARE webhook_txn_t *t, BARE webhook_endpoint_row_t *ep)
{
    return 0;
}


int64_t
webhook_ring_change(BARE const webhook_endpoint_row_t *ep)
{
    return 0;
}


void
webhook_ring_add(BARE webhook_minute_t *to, BARE const webhook_minute_t *from)
{
}


int
webhook_ring_expire(BARE webhook_txn_t *t, BARE uint64_t endpoint,
    BARE uint32_t hour, BARE uint32_t max, uint32_t *removed)
{
    *removed = 0;

    return 0;
}


int
webhook_ring_sweep_peek(BARE webhook_txn_t *t, int *todo)
{
    *todo = 0;

    return 0;
}


int
webhook_ring_sweep(BARE webhook_txn_t *t, int *more)
{
    *more = 0;

    return 0;
}
