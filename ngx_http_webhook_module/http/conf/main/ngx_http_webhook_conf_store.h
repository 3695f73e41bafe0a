
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Directive webhook_store.
 */

#ifndef NGX_WEBHOOK_CONF_STORE_H
#define NGX_WEBHOOK_CONF_STORE_H

#include "http/model/ngx_http_webhook.h"


char *ngx_webhook_store(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);


#endif /* NGX_WEBHOOK_CONF_STORE_H */
