
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Directive webhook_cluster.
 */

#ifndef NGX_WEBHOOK_CONF_CLUSTER_H
#define NGX_WEBHOOK_CONF_CLUSTER_H

#include "http/model/ngx_http_webhook.h"


char *ngx_webhook_cluster_node(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Checks it once all is read, and makes its threads. */
ngx_int_t ngx_webhook_conf_cluster(ngx_conf_t *cf,
    ngx_webhook_main_conf_t *wmcf);


#endif /* NGX_WEBHOOK_CONF_CLUSTER_H */
