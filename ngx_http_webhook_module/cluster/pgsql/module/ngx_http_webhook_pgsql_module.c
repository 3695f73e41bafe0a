
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The library as a module of nginx.  It calls no function of nginx, so that
 * webhookctl can load it, too.
 */

#include "cluster/module/ngx_http_webhook_cluster_module.h"
#include "cluster/pgsql/webhook_pgsql.h"


#define ngx_webhook_exported  __attribute__((visibility("default")))


static ngx_webhook_cluster_module_t  ngx_http_webhook_pgsql_module_ctx = {
    {
        ngx_string(NGX_WEBHOOK_PGSQL_MODULE),
        NULL,                              /* create configuration */
        NULL                               /* init configuration */
    },
    WEBHOOK_CLUSTER_ABI,
    &webhook_cluster_pgsql
};


ngx_webhook_exported
ngx_module_t  ngx_http_webhook_pgsql_module = {
    NGX_MODULE_V1,
    &ngx_http_webhook_pgsql_module_ctx,    /* module context */
    NULL,                                  /* module directives */
    NGX_CORE_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


/* What nginx looks for in a file that it loads. */

ngx_webhook_exported
ngx_module_t  *ngx_modules[] = {
    &ngx_http_webhook_pgsql_module,
    NULL
};

ngx_webhook_exported
char  *ngx_module_names[] = {
    NGX_WEBHOOK_PGSQL_MODULE,
    NULL
};

ngx_webhook_exported
char  *ngx_module_order[] = {
    NULL
};
