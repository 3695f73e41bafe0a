
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Records of the audit, for what a route changes by itself: who did what, and
 * to which thing.  Event loop.
 */

#ifndef NGX_WEBHOOK_RECORD_H
#define NGX_WEBHOOK_RECORD_H

#include "http/admin/api/ngx_http_webhook_api.h"


/*
 * The data of a record, in the request's pool: action is "endpoint.pause" and
 * the like, kind and action; id is that of the thing (NULL: none).  more is an object whose members
 * are added, or NULL; the reference is taken over, also on failure.  Where it
 * would be too long these are left out.  NGX_OK or NGX_ERROR.
 */
ngx_int_t ngx_webhook_record_data(ngx_webhook_api_t *api, const char *action,
    ngx_str_t *id, json_t *more, webhook_str_t *data);

/*
 * Has an operation that writes keep such a record in its own transaction, so
 * that what it does is recorded, or is not done: to be called before it is
 * posted.  NGX_OK or NGX_ERROR.
 */
ngx_int_t ngx_webhook_record_with(ngx_webhook_api_t *api, webhook_op_t *op,
    const char *action, ngx_str_t *id, const webhook_str_t *company,
    json_t *more);

/*
 * Keeps such a record and goes on with next: to be called before what it tells
 * of, which is not done where it cannot be kept.  company is the thing's.  With
 * begun that is kept, too, for ngx_webhook_api_begun(); else it is NULL.
 * Returns what a handler does.
 */
ngx_int_t ngx_webhook_record(ngx_webhook_api_t *api, const char *action,
    ngx_str_t *id, const webhook_str_t *company, json_t *more,
    ngx_str_t *begun, ngx_webhook_api_pt next);


#endif /* NGX_WEBHOOK_RECORD_H */
