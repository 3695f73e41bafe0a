
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the files of a walk share.
 */

#ifndef WEBHOOK_STORE_WALK_INT_H
#define WEBHOOK_STORE_WALK_INT_H

#include "store/lmdb/walk/webhook_store_walk.h"


/* The next one by the index of what waits and is dead. */
int webhook_walk_listed(webhook_txn_t *t, webhook_walk_t *w,
    webhook_walk_hit_t *hit, int *got);

/* What the endpoint's row tells of those that wait or are dead: of the head's
   endpoint; and the first endpoint that is not before this one and may have
   some, or MDB_NOTFOUND. */
int webhook_walk_head(webhook_txn_t *t, webhook_walk_t *w,
    webhook_walk_head_t *h);
int webhook_walk_endpoint(webhook_txn_t *t, const webhook_walk_t *w,
    uint64_t *endpoint);

/* The next one behind an event, or, if "same" is set, this event: of those that
   are in the index, and of those that are in the lane alone.  MDB_NOTFOUND. */
int webhook_walk_index_next(webhook_txn_t *t, const webhook_walk_t *w,
    const webhook_walk_head_t *h, const webhook_id_t *bound, int same,
    webhook_id_t *id);
int webhook_walk_lane_next(webhook_txn_t *t, const webhook_walk_t *w,
    webhook_walk_head_t *h, const webhook_id_t *bound, int same,
    webhook_id_t *id);

/* A delivery whose row was read into hit->d, or could not be: *got is set if
   it is meant. */
int webhook_walk_judge(webhook_txn_t *t, webhook_walk_t *w, int damaged,
    webhook_walk_hit_t *hit, int *got);

/* 1 if nothing is meant that is not before this event. */
int webhook_walk_over(const webhook_txn_t *t, const webhook_walk_t *w,
    const webhook_id_t *id);


#endif /* WEBHOOK_STORE_WALK_INT_H */
