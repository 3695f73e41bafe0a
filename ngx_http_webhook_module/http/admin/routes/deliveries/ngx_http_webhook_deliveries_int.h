
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the routes of deliveries.  Event loop.
 */

#ifndef NGX_WEBHOOK_DELIVERIES_INT_H
#define NGX_WEBHOOK_DELIVERIES_INT_H

#include "http/admin/api/ngx_http_webhook_api_query.h"
#include "http/admin/routes/common/ngx_http_webhook_asked.h"


/* The delivery that a request's path names. */

typedef struct {
    webhook_id_t              event;
    uint64_t                  endpoint;
    ngx_str_t                 name;     /* of the endpoint */
    webhook_str_t             company;  /* of the event, once it was read */
    webhook_state_e           state;    /* as it was read */
    ngx_uint_t                gone;     /* its endpoint was deleted, and the
                                           caller is of its company */
    webhook_op_t              fleet;    /* SHOW, as the cluster answered */
    webhook_str_t             node;     /* that has it, if it is not here */
    unsigned                  shared:1; /* it is not */
    unsigned                  asked:1;  /* the cluster was asked */
    ngx_webhook_api_texts_t  *texts;    /* of ..._deliveries_answer() */
    ngx_int_t               (*shown)(ngx_webhook_api_t *api,
                                  webhook_op_t *op);
} ngx_webhook_delivery_route_t;

#define ngx_webhook_delivery_route(api)                                       \
    ((ngx_webhook_delivery_route_t *) ngx_webhook_scope(api)->data)


/* Handlers. */

ngx_int_t ngx_webhook_deliveries_list(ngx_webhook_api_t *api);
ngx_int_t ngx_webhook_deliveries_show(ngx_webhook_api_t *api);
ngx_int_t ngx_webhook_deliveries_payload(ngx_webhook_api_t *api);
ngx_int_t ngx_webhook_deliveries_curl(ngx_webhook_api_t *api);
ngx_int_t ngx_webhook_deliveries_retry(ngx_webhook_api_t *api);
ngx_int_t ngx_webhook_deliveries_cancel(ngx_webhook_api_t *api);
ngx_int_t ngx_webhook_deliveries_replay(ngx_webhook_api_t *api);


/*
 * Reads the delivery that the path names, once the worker knows what is
 * registered, and goes on with shown: its SHOW, of one delivery that the caller
 * sees.  Else a 404 is answered.  On a node of a cluster one that is not here is
 * looked for there, and "shared" is set.
 */
ngx_int_t ngx_webhook_deliveries_read(ngx_webhook_api_t *api,
    ngx_int_t (*shown)(ngx_webhook_api_t *api, webhook_op_t *op));

/* The same for one that was read before, as it is now. */
ngx_int_t ngx_webhook_deliveries_again(ngx_webhook_api_t *api,
    ngx_int_t (*shown)(ngx_webhook_api_t *api, webhook_op_t *op));

/* Answers a delivery with its attempts: what SHOW brought; and the JSON of it
   alone, or NULL. */
ngx_int_t ngx_webhook_deliveries_answer(ngx_webhook_api_t *api,
    webhook_op_t *op);
json_t *ngx_webhook_deliveries_json(ngx_webhook_api_t *api,
    webhook_op_t *op);

/* The rendition that a delivery that was shown sends, or sent; NULL: it cannot
   be read. */
webhook_rendition_t *ngx_webhook_deliveries_rendition(webhook_op_t *op);


#endif /* NGX_WEBHOOK_DELIVERIES_INT_H */
