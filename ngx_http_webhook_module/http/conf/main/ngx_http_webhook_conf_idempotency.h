
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Directive webhook_idempotency.
 */

#ifndef NGX_WEBHOOK_CONF_IDEMPOTENCY_H
#define NGX_WEBHOOK_CONF_IDEMPOTENCY_H

#include "http/model/ngx_http_webhook.h"


char *ngx_webhook_idempotency(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);


#endif /* NGX_WEBHOOK_CONF_IDEMPOTENCY_H */
