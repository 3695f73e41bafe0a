
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A walk over the deliveries that a filter means, by their events.
 */

#ifndef WEBHOOK_STORE_WALK_H
#define WEBHOOK_STORE_WALK_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* A delivery that the walk came to, or an event: then its endpoint is 0. */

typedef struct {
    webhook_id_t             id;
    uint64_t                 endpoint;
    webhook_delivery_row_t   d;
    webhook_head_row_t       head;      /* its texts are views, which are good
                                           until the next write */
} webhook_walk_hit_t;


/* Whether the next one of the lane is known, of those that have a mark there and
   no row in the index. */

typedef enum {
    WEBHOOK_WALK_NONE = 0,              /* there is none */
    WEBHOOK_WALK_UNKNOWN,               /* it is to be looked for */
    WEBHOOK_WALK_KNOWN
} webhook_walk_lane_e;


/* Of one endpoint the next one. */

typedef struct {
    uint64_t                 endpoint;
    webhook_id_t             id;

    webhook_walk_lane_e      lane;
    webhook_id_t             waits;     /* the next one of the lane */
    uint64_t                 skew;      /* as the endpoint's row has it, ... */
    uint32_t                 grown;     /* ... at this time */

    const webhook_endpoint_row_t  *row; /* who only reads has none, but a copy
                                           of what is not written to the index
                                           yet: */
    size_t                   unwritten; /* in that of the walk, from there on */
    size_t                   unwritten_len;
} webhook_walk_head_t;


typedef struct {
    const webhook_filter_t  *f;
    unsigned                 oldest:1;  /* the oldest event first */
    unsigned                 narrow:1;  /* not by the index of all endpoints:
                                           a walk of a few rows */
    unsigned                 events:1;  /* events are meant, by the filter's
                                           type, company and time */
    int                    (*meant)(const webhook_delivery_row_t *d);
                                        /* those alone; NULL: any */
    uint32_t                 rows;      /* that may be looked at yet */

    unsigned char            cursor[WEBHOOK_CURSOR_LEN];    /* where it is */
    unsigned                 from:1;    /* the cursor is set */
    uint32_t                 damaged;   /* rows that could not be read */

    /* its own */
    unsigned                 begun:1;
    webhook_walk_head_t     *heads;     /* a heap, the next one first */
    uint32_t                 heads_count;
    uint32_t                 heads_size;
    unsigned char           *unwritten; /* of all heads */
    size_t                   unwritten_len;
    size_t                   unwritten_size;
} webhook_walk_t;


/* Begins a walk where the filter's cursor is, over so many rows at most.  What
   goes in beside the filter may be set then. */
void webhook_walk_init(webhook_walk_t *w, const webhook_filter_t *f,
    uint32_t rows);

/* The next one that is meant; the walk stands before it until it is passed.
   MDB_NOTFOUND at the end; *got is 0 where enough was looked at for once. */
int webhook_walk_next(webhook_txn_t *t, webhook_walk_t *w,
    webhook_walk_hit_t *hit, int *got);

/* The walk is behind it; or behind all of its event. */
void webhook_walk_pass(webhook_walk_t *w, const webhook_walk_hit_t *hit);
void webhook_walk_pass_event(webhook_walk_t *w, const webhook_walk_hit_t *hit);

/* Where it has come to, for the filter's cursor. */
void webhook_walk_end(webhook_walk_t *w, webhook_filter_t *f);

/* Gives its memory back. */
void webhook_walk_free(webhook_walk_t *w);


#endif /* WEBHOOK_STORE_WALK_H */
