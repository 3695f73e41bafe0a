
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows of a node of a cluster: its place in that, and what that is to be told of.
 * The writers return a size, the readers 0 or an error, as those of
 * webhook_store_row.h.
 */

#ifndef WEBHOOK_STORE_ROW_SHIP_H
#define WEBHOOK_STORE_ROW_SHIP_H

#include "store/lmdb/layout/webhook_store_row.h"


/* The node's place in a cluster. */

#define WEBHOOK_HISTORY_CURSOR  24      /* bytes: time, id */

typedef struct {
    webhook_id_t   incarnation;         /* of the store */
    webhook_id_t   session;             /* that the cluster has confirmed, and
                                           ... */
    webhook_id_t   next;                /* ... that it is asked for; zero:
                                           none */
    uint64_t       epoch;               /* of the cluster; 0: never joined */
    uint64_t       assigned;            /* the last number that was given */
    uint64_t       confirmed;           /* the cluster has all up to it */
    uint64_t       base;                /* up to it they are of an older epoch,
                                           as if never given */
    uint64_t       change;              /* of the registry, up to which objects
                                           were put */
    uint64_t       fence;               /* engine time by which sends of what
                                           has a number must end, ... */
    uint64_t       boot;                /* ... in this boot of the machine */
    uint64_t       entries;             /* in the outbox */
    uint64_t       gone;                /* finished things that were removed
                                           before they were shipped */
    unsigned char  history[WEBHOOK_CLASSES][WEBHOOK_HISTORY_CURSOR];
                                        /* up to where what is over has got
                                           numbers */
    uint64_t       audit;               /* the same, of records of the audit */
    unsigned       again:1;             /* some may have numbers up to base */
} webhook_cluster_row_t;


/* An entry of the outbox. */

typedef struct {
    webhook_ship_e  kind;
    uint32_t        part;
    webhook_id_t    id;
    uint64_t        endpoint;
    uint64_t        first;              /* number with which, or before which,
                                           the cluster was told of it first */
    unsigned        unsure:1;           /* or was it? */
} webhook_outbox_row_t;


size_t webhook_row_write_cluster(unsigned char *buf,
    const webhook_cluster_row_t *r);
size_t webhook_row_write_outbox(unsigned char *buf,
    const webhook_outbox_row_t *r);
int webhook_row_read_cluster(const MDB_val *v, webhook_cluster_row_t *r);
int webhook_row_read_outbox(const MDB_val *v, webhook_outbox_row_t *r);


#endif /* WEBHOOK_STORE_ROW_SHIP_H */
