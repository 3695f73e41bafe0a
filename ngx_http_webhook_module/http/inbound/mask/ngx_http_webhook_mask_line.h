
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Another request line and unparsed URI for a request, and what else shows its
 * path.  Event loop only.
 */

#ifndef NGX_WEBHOOK_MASK_LINE_H
#define NGX_WEBHOOK_MASK_LINE_H

#include "http/model/ngx_http_webhook.h"


/* Gives the request another path in its request line and unparsed URI: NGX_OK
   or NGX_ERROR. */
ngx_int_t ngx_webhook_mask_line(ngx_http_request_t *r, ngx_str_t *path);

/* Sets them, and has the variables of them evaluated anew; finds the indexes of
   these (postconfiguration). */
void ngx_webhook_mask_line_set(ngx_http_request_t *r, ngx_str_t *line,
    ngx_str_t *uri);
ngx_int_t ngx_webhook_mask_line_init(ngx_conf_t *cf,
    ngx_webhook_main_conf_t *wmcf);

/* Without memory for a mask, nothing is shown at all; returns 500.  True if that
   was done and the request still has no other URI. */
ngx_int_t ngx_webhook_mask_line_blank(ngx_http_request_t *r);
ngx_uint_t ngx_webhook_mask_line_blanked(ngx_http_request_t *r);

/* The masked path below a prefix: NGX_OK or NGX_ERROR. */
ngx_int_t ngx_webhook_mask_line_path(ngx_http_request_t *r, ngx_str_t *prefix,
    ngx_str_t *path);

/* Overwrites the path where it was read, but for the first "/". */
void ngx_webhook_mask_line_wipe(ngx_http_request_t *r);


#endif /* NGX_WEBHOOK_MASK_LINE_H */
