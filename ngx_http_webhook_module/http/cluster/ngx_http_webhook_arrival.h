
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Events of keys that are in order for all nodes: their place is known once the
 * cluster was told of them.  Event loop.
 */

#ifndef NGX_WEBHOOK_ARRIVAL_H
#define NGX_WEBHOOK_ARRIVAL_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "store/webhook_store.h"


typedef struct ngx_webhook_arrival_s  ngx_webhook_arrival_t;

struct ngx_webhook_arrival_s {
    const webhook_op_put_event_t   *put;        /* that is stored */
    void                          (*handler)(ngx_webhook_arrival_t *arrival);
    void                           *data;
    unsigned                        waits:1;    /* somebody does */
    unsigned                        late:1;     /* out */

    ngx_queue_t                     queue;      /* the rest is its own */
    ngx_msec_t                      since;
    unsigned                        asked:1;
};


/*
 * Has the cluster told of an event at once.  Where somebody waits for that, NGX_AGAIN
 * is returned, and the handler called once the cluster has it: after 5 seconds at
 * most, or once it is away, with "late" set.  The arrival, and what it refers to,
 * live until then.  NGX_OK: nobody waits; NGX_DECLINED: the cluster is away, or the
 * node has not joined.
 */
ngx_int_t ngx_webhook_arrival(ngx_webhook_arrival_t *arrival);

/* At the exit of a worker, before the cluster's: all that wait are late. */
void ngx_webhook_arrival_exit(void);


#endif /* NGX_WEBHOOK_ARRIVAL_H */
