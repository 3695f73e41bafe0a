
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_map { }: the tables of templates.
 */

#ifndef NGX_HTTP_WEBHOOK_CONF_MAP_H
#define NGX_HTTP_WEBHOOK_CONF_MAP_H

#include "http/model/ngx_http_webhook.h"


/* Directive webhook_map. */
char *ngx_http_webhook_map(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Remembers a template that asks for tables, which it is given by the check
   when all is known. */
ngx_int_t ngx_http_webhook_map_add_user(ngx_conf_t *cf,
    webhook_template_t *tpl);

/* Gives the templates their tables, or says which there is not. */
ngx_int_t ngx_http_webhook_map_check(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf);


#endif /* NGX_HTTP_WEBHOOK_CONF_MAP_H */
