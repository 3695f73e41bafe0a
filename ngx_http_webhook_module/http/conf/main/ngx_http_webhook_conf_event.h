
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Directive webhook_event.
 */

#ifndef NGX_WEBHOOK_CONF_EVENT_H
#define NGX_WEBHOOK_CONF_EVENT_H

#include "http/model/ngx_http_webhook.h"


char *ngx_webhook_event(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);


#endif /* NGX_WEBHOOK_CONF_EVENT_H */
