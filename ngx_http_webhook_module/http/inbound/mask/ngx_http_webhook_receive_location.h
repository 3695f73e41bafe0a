
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Locations that receive, and where ordinary ones stand below them.  Event loop
 * only.
 */

#ifndef NGX_WEBHOOK_RECEIVE_LOCATION_H
#define NGX_WEBHOOK_RECEIVE_LOCATION_H

#include "http/model/ngx_http_webhook.h"


/* Finds out where ordinary locations stand below receiving ones
   (postconfiguration). */
ngx_int_t ngx_webhook_receive_location_init(ngx_conf_t *cf,
    ngx_webhook_main_conf_t *wmcf);

/* The receiving location of r's server with the longest prefix of uri, or
   NULL. */
ngx_webhook_receive_location_t *ngx_webhook_receive_location_find(
    ngx_http_request_t *r,
    ngx_str_t *uri);

/* True if the URI may be that of an ordinary location below. */
ngx_uint_t ngx_webhook_receive_location_other(
    ngx_webhook_receive_location_t *loc,
    ngx_str_t *uri);


#endif /* NGX_WEBHOOK_RECEIVE_LOCATION_H */
