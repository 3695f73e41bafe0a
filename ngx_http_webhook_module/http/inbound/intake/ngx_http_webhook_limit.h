
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How many calls of a receiver are under way, over all workers.  Event loop
 * only.
 */

#ifndef NGX_WEBHOOK_LIMIT_H
#define NGX_WEBHOOK_LIMIT_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/* Counts a call: NGX_OK, or NGX_BUSY if there are too many.  It is let go when
   the request ends. */
ngx_int_t ngx_webhook_limit_take(ngx_webhook_call_t *call);

/* Makes the zone of the counters, if a receiver has such a limit
   (postconfiguration). */
ngx_int_t ngx_webhook_limit_zone(ngx_conf_t *cf,
    ngx_webhook_main_conf_t *wmcf);

/*
 * Gives a receiver that was registered its counters: the same in all workers,
 * and those that it had before it was changed.  Those of a receiver that is
 * there no more, which live() says of its id, are given to another once no call
 * is counted in them.  NGX_OK; NGX_DECLINED where none are left, and then it
 * has no limit.  Event loop.
 */
ngx_int_t ngx_webhook_limit_row(ngx_webhook_receiver_t *receiver,
    ngx_uint_t (*live)(void *data, uint64_t id), void *data);

/* Takes the counters, in a worker that will take calls, before its event loop
   starts. */
void ngx_webhook_limit_attach(ngx_webhook_main_conf_t *wmcf);


#endif /* NGX_WEBHOOK_LIMIT_H */
