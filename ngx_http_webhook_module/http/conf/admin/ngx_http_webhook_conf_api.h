
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The directives of the API: webhook_api, webhook_tokens, webhook_permission.
 */

#ifndef NGX_WEBHOOK_CONF_API_H
#define NGX_WEBHOOK_CONF_API_H

#include "http/model/ngx_http_webhook_build.h"


/* Handlers of the directives. */
char *ngx_webhook_api(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_webhook_tokens(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_webhook_permission(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* What a location has of the one around it, or of its server. */
void ngx_webhook_api_merge(ngx_http_core_loc_conf_t *clcf,
    ngx_webhook_loc_conf_t *prev, ngx_webhook_loc_conf_t *conf);

/* What is to be looked at when all is read: NGX_OK, or NGX_ERROR, logged. */
ngx_int_t ngx_webhook_api_check(ngx_webhook_build_t *b,
    ngx_webhook_main_conf_t *wmcf);


#endif /* NGX_WEBHOOK_CONF_API_H */
