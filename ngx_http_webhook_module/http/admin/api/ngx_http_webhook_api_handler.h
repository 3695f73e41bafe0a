
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The content handler of webhook_api: of the API, and of the page for a browser.
 */

#ifndef NGX_WEBHOOK_API_HANDLER_H
#define NGX_WEBHOOK_API_HANDLER_H

#include "http/admin/api/ngx_http_webhook_api.h"


/* webhook_api: of a location. */

typedef struct ngx_webhook_api_conf_s {
    ngx_str_t                     prefix;       /* of the location, with the
                                                   slash at its end */
    const ngx_webhook_route_t   **routes;       /* tables, up to NULL */
    ngx_webhook_source_pos_t      source_pos;
    ngx_str_t                     frame;        /* of frame-ancestors */
    unsigned                      health:1;     /* health=public */
} ngx_webhook_api_conf_t;


ngx_int_t ngx_webhook_api_handler(ngx_http_request_t *r);

/*
 * In postconfiguration, where a location has webhook_api: the header filter
 * that gives every answer of such a location its headers, also nginx's own
 * ones; and the variable that answers are told apart by.
 */
ngx_int_t ngx_webhook_api_init(ngx_conf_t *cf, ngx_webhook_main_conf_t *wmcf);


#endif /* NGX_WEBHOOK_API_HANDLER_H */
