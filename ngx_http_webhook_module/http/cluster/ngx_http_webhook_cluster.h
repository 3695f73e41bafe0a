
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The node in its cluster.  One worker of all runs the shipper
 * (cluster/shipper): who has the lock of a file beside the store.  Its work on
 * the store goes through the store queue, that on the cluster is done by two
 * threads of its own, and what others ask of the cluster by those of a pool, so
 * that neither the event loop nor the store waits for the cluster.  Should the
 * worker die another one goes on within a second.
 */

#ifndef NGX_WEBHOOK_CLUSTER_H
#define NGX_WEBHOOK_CLUSTER_H

#include "cluster/webhook_cluster_engine.h"
#include "cluster/shipper/webhook_shipper.h"
#include "http/model/ngx_http_webhook.h"


/* webhook_cluster. */

typedef struct ngx_webhook_cluster_conf_s {
    const webhook_cluster_engine_t  *engine;
    ngx_str_t                        place;     /* NUL-terminated */
    ngx_str_t                        password;  /* the same; empty: none */
    ngx_str_t                        node;
    ngx_msec_t                       lease;
    ngx_msec_t                       beat;
    ngx_thread_pool_t               *pool;      /* of ngx_http_webhook_link.h */
    ngx_shm_zone_t                  *zone;      /* of what workers know of it */
} ngx_webhook_cluster_conf_t;


/* While a configuration is read: the zone of what workers know of it. */
ngx_int_t ngx_webhook_cluster_zone(ngx_conf_t *cf,
    ngx_webhook_main_conf_t *wmcf);


/* In a worker, behind the store queue's: NGX_ERROR on lack of memory or threads.  "wake"
   has something sent within so many ms, of endpoints that got a share of limits
   for all nodes. */
ngx_int_t ngx_webhook_cluster_init(ngx_cycle_t *cycle,
    ngx_webhook_main_conf_t *wmcf, void (*wake)(ngx_msec_t ms));

/* At its exit: first of all; right before the store queue's, and behind it. */
void ngx_webhook_cluster_exit(void);
void ngx_webhook_cluster_last(void);
void ngx_webhook_cluster_free(void);


#endif /* NGX_WEBHOOK_CLUSTER_H */
