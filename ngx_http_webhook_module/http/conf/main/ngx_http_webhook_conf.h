
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Reads the directives that stand in no block of ours into the compiled
 * configuration (ngx_http_webhook.h).  Every message names file and line and
 * says what to change.
 */

#ifndef NGX_WEBHOOK_CONF_H
#define NGX_WEBHOOK_CONF_H

#include "http/model/ngx_http_webhook.h"


void *ngx_webhook_create_main_conf(ngx_conf_t *cf);
char *ngx_webhook_init_main_conf(ngx_conf_t *cf, void *conf);
void *ngx_webhook_create_loc_conf(ngx_conf_t *cf);
char *ngx_webhook_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child);

/* Directive handlers. */

char *ngx_webhook_event_type(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_webhook_event_header(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_webhook_commit(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_webhook_payload_max(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_webhook_receive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* NGX_ERROR, logged, where a location's requests are answered by somebody else
   already.  One that comes later is found when all is read. */
ngx_int_t ngx_webhook_conf_handler(ngx_conf_t *cf,
    ngx_http_core_loc_conf_t *clcf, ngx_command_t *cmd);


#endif /* NGX_WEBHOOK_CONF_H */
