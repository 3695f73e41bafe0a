
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Which deliveries are meant: by the query of a list, or by the "filter" of a
 * body.  Event loop.
 */

#ifndef NGX_WEBHOOK_ASKED_H
#define NGX_WEBHOOK_ASKED_H

#include "http/admin/routes/common/ngx_http_webhook_scope.h"
#include "store/webhook_op_history.h"


/* The names of a filter, for a route's query. */
#define NGX_WEBHOOK_ASKED_QUERY  "endpoint event state status since until company"


/*
 * Fill in the filter, with texts that last as long as the request, but for its
 * cursor and max; company is the caller's.  NGX_OK; NGX_DECLINED where an
 * answer was set (400, 404, 422), which the handler leaves by returning NGX_OK;
 * NGX_ERROR.  *past is the name of an endpoint that is not there now, and may
 * have been the caller's, which is to be looked for, or empty; with NULL such a
 * one is a 404, too.
 */
ngx_int_t ngx_webhook_asked_query(ngx_webhook_api_t *api,
    webhook_filter_t *filter, ngx_str_t *past);

/*
 * The same of member "filter" of the body, which has to be an object that asks
 * for something.  A caller of a company has to name one of its endpoints, for
 * events of the company go to endpoints that it does not see, too.
 */
ngx_int_t ngx_webhook_asked_body(ngx_webhook_api_t *api,
    webhook_filter_t *filter);

/* A filter as JSON, as it was asked for, for tasks and the audit.  NULL: there
   is no memory. */
json_t *ngx_webhook_asked_json(ngx_webhook_api_t *api,
    const webhook_filter_t *filter);

/*
 * The id of a delivery, EVENT.ENDPOINT, as it is in paths and answers: NGX_OK or
 * NGX_DECLINED.  name is the endpoint's as the store has it.
 */
ngx_int_t ngx_webhook_asked_delivery(ngx_str_t *text, webhook_id_t *event,
    uint64_t *endpoint, ngx_str_t *name);


#endif /* NGX_WEBHOOK_ASKED_H */
