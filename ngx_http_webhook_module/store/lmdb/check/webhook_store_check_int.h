
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the files of the check share: how far it has come, and what it counted.
 */

#ifndef WEBHOOK_STORE_CHECK_INT_H
#define WEBHOOK_STORE_CHECK_INT_H

#include "store/lmdb/check/webhook_store_check.h"


/* What is counted of an endpoint. */

typedef struct {
    uint64_t                 id;
    uint64_t                 states[WEBHOOK_STATES];
    uint64_t                 slots;     /* in use by leases, those that are not
                                           stocked */
    uint64_t                 credits;   /* slots held in advance */
    uint64_t                 blocked;
    uint64_t                 marked;    /* first sends that are not listed */
    uint64_t                 fenced;
    webhook_endpoint_row_t   row;
} webhook_check_endpoint_t;


typedef struct {
    webhook_txn_t             *t;
    webhook_check_t           *check;
    void                     (*tell)(void *ctx, const char *text);
    void                      *ctx;

    webhook_check_endpoint_t  *endpoints;
    size_t                     endpoints_count;

    uint64_t                   pieces;
    uint64_t                   finished;
    uint64_t                   history;
    uint32_t                   tasks;       /* that are under way */
    uint64_t                   entries;     /* of the outbox */
    unsigned                   old:1;       /* of format 1, or on its way: its
                                               index of what is finished is
                                               not looked at */

    uint64_t                   objects[WEBHOOK_OBJECT_KINDS];
    uint64_t                   removed;     /* objects */
    uint64_t                   company;     /* of the last row of the audit's
                                               companies, ... */
    uint64_t                   sum;         /* ... and what there is up to it */
    unsigned                   summed:1;    /* there was one */

    unsigned char              listed[WEBHOOK_KEY_LISTED];  /* of the last row
                                               of the index: its key, with its
                                               last event */

    uint64_t                   begun;       /* ms, of what is read now */
    unsigned                   looks;       /* rows since the last look at
                                               the time */

    /* the event that is being looked at */
    unsigned                   head:1;      /* it has one */
    webhook_id_t               id;
    webhook_head_row_t         row;
    uint32_t                   total;
    uint32_t                   open;
} webhook_check_ctx_t;


#endif /* WEBHOOK_STORE_CHECK_INT_H */
