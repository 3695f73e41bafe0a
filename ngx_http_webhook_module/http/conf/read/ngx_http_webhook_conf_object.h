
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The directives for endpoints and receivers.
 */

#ifndef NGX_WEBHOOK_CONF_OBJECT_H
#define NGX_WEBHOOK_CONF_OBJECT_H

#include "http/model/ngx_http_webhook.h"


/* Directive webhook_endpoint. */
char *ngx_webhook_endpoint(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Directive webhook_receiver. */
char *ngx_webhook_receiver(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Directive webhook_address. */
char *ngx_webhook_address(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);


#endif /* NGX_WEBHOOK_CONF_OBJECT_H */
