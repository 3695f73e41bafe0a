
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Which requests with an Idempotency-Key are under way, over all workers: in
 * shared memory.  Event loop.
 */

#ifndef NGX_WEBHOOK_ACCESS_ONCE_H
#define NGX_WEBHOOK_ACCESS_ONCE_H

#include "http/admin/access/ngx_http_webhook_access.h"
#include "store/webhook_op_object.h"


/* Makes the shared memory, in postconfiguration, where there is an API. */
ngx_int_t ngx_webhook_access_once_init(ngx_conf_t *cf,
    ngx_webhook_main_conf_t *wmcf);

/*
 * Takes a key, which is a digest: NGX_OK and *row, to be given back; NGX_BUSY
 * where another request has it; NGX_DECLINED where too many are under way.  It
 * is free again when the worker is gone, or after two hours, which is longer than
 * any request takes: a test of an endpoint may take one.
 */
ngx_int_t ngx_webhook_access_once_take(ngx_webhook_main_conf_t *wmcf,
    const u_char key[WEBHOOK_ONCE_LEN], ngx_uint_t *row);

void ngx_webhook_access_once_give(ngx_webhook_main_conf_t *wmcf,
    const u_char key[WEBHOOK_ONCE_LEN], ngx_uint_t row);


#endif /* NGX_WEBHOOK_ACCESS_ONCE_H */
