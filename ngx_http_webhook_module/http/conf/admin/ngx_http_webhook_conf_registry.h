
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_registry { }: that endpoints and receivers can be registered while
 * nginx runs, and what they may be.
 */

#ifndef NGX_WEBHOOK_CONF_REGISTRY_H
#define NGX_WEBHOOK_CONF_REGISTRY_H

#include "http/model/ngx_http_webhook.h"


/* The handler of webhook_registry. */
char *ngx_webhook_registry(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* What is to be looked at when all is read: NGX_OK or NGX_ERROR. */
ngx_int_t ngx_webhook_registry_check(ngx_conf_t *cf);


#endif /* NGX_WEBHOOK_CONF_REGISTRY_H */
