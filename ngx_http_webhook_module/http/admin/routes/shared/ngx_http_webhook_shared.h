
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What a route of a node of a cluster asks that, or changes there.  Event loop.
 */

#ifndef NGX_WEBHOOK_SHARED_H
#define NGX_WEBHOOK_SHARED_H

#include "http/admin/api/ngx_http_webhook_api.h"
#include "http/cluster/ngx_http_webhook_link.h"


/*
 * Asks the cluster: returns NGX_AGAIN, to be returned by the handler, or
 * NGX_ERROR.  op is copied, and what it points to has to live until then, in
 * api->pool.  seen() may be called first, on the thread that has asked, where it is
 * OK (NULL: there is none), as that of ngx_webhook_api_store_see(); then done()
 * gets it back with its outputs, which are freed when the request is.  Where the cluster is away, or it is not known whether what it was asked was
 * done, done is not called: the answer is a 503 then, that says which.
 */
ngx_int_t ngx_webhook_shared_ask(ngx_webhook_api_t *api,
    const webhook_cluster_op_t *op, ngx_webhook_link_lane_e lane,
    void (*seen)(ngx_webhook_api_t *api, webhook_cluster_op_t *op),
    ngx_int_t (*done)(ngx_webhook_api_t *api, webhook_cluster_op_t *op));

/*
 * Puts an object into the cluster, and goes on with next once the store of this
 * node has it.  The time and the token of the change are set here.
 */
ngx_int_t ngx_webhook_shared(ngx_webhook_api_t *api,
    const webhook_cluster_object_t *object, ngx_webhook_api_pt next);


/* The name in queries by which the history of all nodes, or of one, is asked
   for. */
#define NGX_WEBHOOK_SHARED_QUERY  "node"

#define NGX_WEBHOOK_SHARED_ALL    "all"

/*
 * What the query says of it: NGX_OK, and *shared is 1 where the cluster is to be
 * asked, for the node of that name, or for all where it is empty; else what is
 * asked for is this node's store.  NGX_DECLINED after setting a 400; or
 * NGX_ERROR.
 */
ngx_int_t ngx_webhook_shared_query(ngx_webhook_api_t *api, ngx_uint_t *shared,
    webhook_str_t *node);

/* Sets "node" of something that a node has, or this one where that is NULL; on a
   node of no cluster nothing is set.  Takes the reference, and returns it; NULL:
   there was no memory.  Any thread. */
json_t *ngx_webhook_shared_node(ngx_webhook_api_t *api, json_t *json,
    const webhook_str_t *node);


#endif /* NGX_WEBHOOK_SHARED_H */
