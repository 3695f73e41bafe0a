
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_map { }: the tables of templates.
 */

#ifndef NGX_WEBHOOK_CONF_MAP_BLOCK_H
#define NGX_WEBHOOK_CONF_MAP_BLOCK_H

#include "http/model/ngx_http_webhook.h"


/* Directive webhook_map. */
char *ngx_webhook_map(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);


#endif /* NGX_WEBHOOK_CONF_MAP_BLOCK_H */
