
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Values that templates and conditions can name and that come from nginx
 * rather than from a payload.  Variables are asked
 * for on the event loop only; the rest may be on a thread, while the request
 * cannot change.
 */

#ifndef NGX_WEBHOOK_LOOKUP_H
#define NGX_WEBHOOK_LOOKUP_H

#include "http/model/ngx_http_webhook.h"


/*
 * Fill in v, as missing where there is none.  Values live as long as the
 * request.  name is not NUL-terminated; headers are found without regard to
 * case, and lines of one name are joined with ", ".  NGX_OK or NGX_ERROR (no
 * memory).
 */

/* var.NAME: any nginx variable. */
ngx_int_t ngx_webhook_lookup_variable(ngx_http_request_t *r,
    const webhook_str_t *name, webhook_value_t *v);

/*
 * event.id, event.type, event.time and now, of an event; those values live as
 * long as the pool.  WEBHOOK_OK or WEBHOOK_NOMEM.
 */
int ngx_webhook_lookup_event(ngx_pool_t *pool, const webhook_id_t *id,
    uint64_t wall, ngx_str_t *type, const webhook_path_t *path,
    webhook_value_t *v);

/* header.NAME: a header of the request. */
ngx_int_t ngx_webhook_lookup_header(ngx_http_request_t *r,
    const webhook_str_t *name, webhook_value_t *v);

/* The same of any list of headers; a line that was taken back is none. */
ngx_int_t ngx_webhook_lookup_lines(ngx_pool_t *pool, ngx_list_t *headers,
    const webhook_str_t *name, webhook_value_t *v);

/* query.NAME: the first argument of a request with exactly that name, decoded
   as forms are ("+" is a blank); in the pool. */
ngx_int_t ngx_webhook_lookup_query(const webhook_str_t *args,
    ngx_pool_t *pool, const webhook_str_t *name, webhook_value_t *v);


/*
 * Variables for a thread, which cannot ask nginx: those that paths name are
 * taken before, into the pool and an array of these.
 */

typedef struct {
    webhook_str_t    name;
    webhook_value_t  value;
} ngx_webhook_taken_t;

/* Takes what the path names, if that is a variable: NGX_OK or NGX_ERROR. */
ngx_int_t ngx_webhook_lookup_take(ngx_http_request_t *r, ngx_pool_t *pool,
    ngx_array_t *taken, const webhook_path_t *path);

/* Any thread; NGX_ERROR for one that was not taken. */
ngx_int_t ngx_webhook_lookup_taken(ngx_array_t *taken,
    const webhook_str_t *name, webhook_value_t *v);


#endif /* NGX_WEBHOOK_LOOKUP_H */
