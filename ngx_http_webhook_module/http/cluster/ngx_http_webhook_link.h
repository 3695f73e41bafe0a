
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The cluster, for what somebody waits for in an answer of the API: the registry,
 * and the history of all nodes.  Any worker may ask; it has connections of its
 * own for that, which are made when they are needed first, and closed when they
 * were not for a minute.  It uses the session of the worker that ships, which is
 * in shared memory, as is how far the store has the registry.  Event loop.
 */

#ifndef NGX_WEBHOOK_LINK_H
#define NGX_WEBHOOK_LINK_H

#include "cluster/webhook_cluster_engine.h"
#include "http/model/ngx_http_webhook.h"


typedef struct ngx_webhook_link_call_s  ngx_webhook_link_call_t;
typedef struct ngx_webhook_link_wait_s  ngx_webhook_link_wait_t;


/* Calls that change something do not wait behind those that read. */

typedef enum {
    NGX_WEBHOOK_LINK_CHANGE = 0,
    NGX_WEBHOOK_LINK_READ,
    NGX_WEBHOOK_LINK_LANES
} ngx_webhook_link_lane_e;


/*
 * A call.  It lives until its handler was called, which is never from within
 * post(), and so does what op points to; outputs are freed by the handler
 * (webhook_cluster_op_free()).  What may have been done is asked for again for
 * up to 10 seconds, until it is known; UNKNOWN tells that it never was.  Where
 * the node has not joined, or the cluster is away, it is UNAVAILABLE at once.
 * At the exit of the process the handler is not called.
 */

struct ngx_webhook_link_call_s {
    webhook_cluster_op_t       op;
    ngx_webhook_link_lane_e    lane;
    void                     (*handler)(ngx_webhook_link_call_t *call);
    void                     (*seen)(ngx_webhook_link_call_t *call);
                                                /* on the thread, where it is
                                                   OK; or NULL */
    void                      *data;

    u_char                     error[256];      /* out: why it was not done */
    size_t                     error_len;
    unsigned                   apart:1;         /* out: and it was not asked,
                                                   which others have told */

    ngx_queue_t                queue;           /* the link's, with the rest */
    ngx_msec_t                 begun;
    unsigned                   unsure:1;        /* an earlier try may be done */
};

void ngx_webhook_link_post(ngx_webhook_link_call_t *call);


/*
 * Waits until the store of this node has the registry up to a change: for 10
 * seconds, then "late" is set.  The handler is never called from within
 * await(), and not at the exit of the process.
 */

struct ngx_webhook_link_wait_s {
    uint64_t                   change;
    void                     (*handler)(ngx_webhook_link_wait_t *wait);
    void                      *data;
    unsigned                   late:1;          /* out */

    ngx_event_t                event;           /* the link's */
    ngx_msec_t                 begun;
};

void ngx_webhook_link_await(ngx_webhook_link_wait_t *wait);


#endif /* NGX_WEBHOOK_LINK_H */
