
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_metrics, webhook_log.
 */

#ifndef NGX_WEBHOOK_CONF_OBSERVE_H
#define NGX_WEBHOOK_CONF_OBSERVE_H

#include "http/model/ngx_http_webhook_build.h"


/* Handlers of directives. */
char *ngx_webhook_metrics(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_webhook_conf_log(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Once all is read. */
ngx_int_t ngx_webhook_conf_log_check(ngx_webhook_build_t *b);


#endif /* NGX_WEBHOOK_CONF_OBSERVE_H */
