
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How the library of a cluster's engine is found: it is a module of nginx with
 * nothing but this as its context, known by its name.  Neither it nor
 * ngx_http_webhook_module refers to a symbol of the other, so that the order of
 * load_module is of no matter.
 */

#ifndef NGX_HTTP_WEBHOOK_CLUSTER_MODULE_H
#define NGX_HTTP_WEBHOOK_CLUSTER_MODULE_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "cluster/webhook_cluster_engine.h"


#define NGX_WEBHOOK_PGSQL_MODULE  "ngx_http_webhook_pgsql_module"
#define NGX_WEBHOOK_PGSQL_ENGINE  "webhook_cluster_pgsql"


typedef struct {
    ngx_core_module_t                core;
    uint32_t                         abi;       /* WEBHOOK_CLUSTER_ABI */
    const webhook_cluster_engine_t  *engine;
} ngx_webhook_cluster_module_t;


#endif /* NGX_HTTP_WEBHOOK_CLUSTER_MODULE_H */
