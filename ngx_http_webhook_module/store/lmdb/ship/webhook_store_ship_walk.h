
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A walk over all deliveries that are not over: the due index, and then those
 * that are parked.
 */

#ifndef WEBHOOK_STORE_SHIP_WALK_H
#define WEBHOOK_STORE_SHIP_WALK_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* What a row of the walk is of. */

typedef struct {
    uint64_t        endpoint;
    webhook_id_t    id;
    webhook_lane_e  lane;               /* if it is not parked */
    uint64_t        time;
    unsigned        parked:1;
} webhook_ship_hit_t;

/* The first row at or behind a place (all zero: the first of all), which moves
   to it; MDB_NOTFOUND behind the last one. */
int webhook_ship_walk(webhook_txn_t *t,
    unsigned char pos[WEBHOOK_SHIP_CURSOR], webhook_ship_hit_t *hit);

/* Moves the place behind the row it is at; or to a time of a lane. */
void webhook_ship_walk_pass(unsigned char pos[WEBHOOK_SHIP_CURSOR]);
void webhook_ship_walk_to(unsigned char pos[WEBHOOK_SHIP_CURSOR],
    uint64_t endpoint, webhook_lane_e lane, uint64_t time);


#endif /* WEBHOOK_STORE_SHIP_WALK_H */
