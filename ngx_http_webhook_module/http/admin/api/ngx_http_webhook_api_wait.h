
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A route that waits: for the store, for a thread, for somebody else.  Event
 * loop.  One thing is waited for at a time.  What calls back returns what a
 * handler does (ngx_http_webhook_api.h).
 */

#ifndef NGX_WEBHOOK_API_WAIT_H
#define NGX_WEBHOOK_API_WAIT_H

#include "http/admin/api/ngx_http_webhook_api.h"


/*
 * Has the store apply an operation: returns NGX_AGAIN, to be returned by the
 * handler, or NGX_ERROR on lack of memory.  op is copied, and what it points to
 * has to live until then, in api->pool.  done gets it back with its outputs,
 * which are freed when done has returned.  Where it is UNAVAILABLE or UNKNOWN,
 * done is not called: the answer is a 503 then, that says which.  At the exit
 * of the process it is not called either.
 */
ngx_int_t ngx_webhook_api_store(ngx_webhook_api_t *api, webhook_op_t *op,
    ngx_int_t (*done)(ngx_webhook_api_t *api, webhook_op_t *op));

/*
 * The same of an operation that reads, whose answer takes long to be made: where
 * it is OK, seen() may be called first, on the thread that has read, or may not,
 * and then done() does the same.  It reads api and the operation, and writes to
 * memory of the route's own; it takes nothing from a request's pool.
 */
ngx_int_t ngx_webhook_api_store_see(ngx_webhook_api_t *api, webhook_op_t *op,
    void (*seen)(ngx_webhook_api_t *api, webhook_op_t *op),
    ngx_int_t (*done)(ngx_webhook_api_t *api, webhook_op_t *op));

/*
 * Has run() called on a thread, for what takes long: it may read api and use
 * the memory of data, and nothing of the request or its pool; then done() on
 * the event loop.  It waits in a queue that is fair between companies.
 * NGX_AGAIN; NGX_OK with a 503 where too much waits; or NGX_ERROR.
 */
ngx_int_t ngx_webhook_api_work(ngx_webhook_api_t *api, size_t bytes,
    void *data, void (*run)(void *data, ngx_pool_t *pool, ngx_log_t *log),
    ngx_int_t (*done)(ngx_webhook_api_t *api, void *data));

/*
 * For others who call back: ngx_webhook_api_hold() keeps api alive and returns
 * NGX_AGAIN; ngx_webhook_api_resume(), once, goes on with what a callback of
 * the route returned, NGX_AGAIN if it holds it again.  api is not to be touched
 * after that.
 */
ngx_int_t ngx_webhook_api_hold(ngx_webhook_api_t *api);
void ngx_webhook_api_resume(ngx_webhook_api_t *api, ngx_int_t rc);


#endif /* NGX_WEBHOOK_API_WAIT_H */
