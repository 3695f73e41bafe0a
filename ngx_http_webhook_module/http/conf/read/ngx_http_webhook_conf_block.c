
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A block whose directives stand in tables of its own.
 */

#include "http/conf/read/ngx_http_webhook_conf_block.h"
#include "http/conf/read/ngx_http_webhook_conf_build.h"


typedef struct {
    const ngx_webhook_field_t  **tables;
    void                        *conf;
} ngx_webhook_block_t;


static char *ngx_webhook_block_directive(ngx_conf_t *cf, ngx_command_t *dummy,
    void *conf);
static char *ngx_webhook_block_include(ngx_conf_t *cf, void *conf);


char *
ngx_webhook_conf_block(ngx_conf_t *cf, const ngx_webhook_field_t **tables,
    void *conf)
{
    char                 *rv;
    ngx_conf_t            save;
    ngx_webhook_block_t   block;

    block.tables = tables;
    block.conf = conf;

    save = *cf;
    cf->handler = ngx_webhook_block_directive;
    cf->handler_conf = (char *) &block;

    rv = ngx_conf_parse(cf, NULL);

    *cf = save;

    return rv;
}


static char *
ngx_webhook_block_directive(ngx_conf_t *cf, ngx_command_t *dummy, void *conf)
{
    ngx_webhook_block_t *block = conf;

    ngx_str_t            *value;
    ngx_webhook_build_t   b;

    value = cf->args->elts;

    if (ngx_strcmp(value[0].data, "include") == 0) {
        return ngx_webhook_block_include(cf, conf);
    }

    return ngx_webhook_field_build(ngx_webhook_conf_build(cf, &b),
                                   block->tables, block->conf);
}


/* Core's own is not for blocks such as these. */

static char *
ngx_webhook_block_include(ngx_conf_t *cf, void *conf)
{
    ngx_str_t      *value;
    ngx_command_t   cmd = { ngx_string("include"),
                            NGX_CONF_TAKE1,
                            ngx_conf_include,
                            0,
                            0,
                            NULL };

    if (cf->args->nelts == 2) {
        return ngx_conf_include(cf, &cmd, conf);
    }

    value = cf->args->elts;

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid number of arguments in \"%V\" directive",
                       &value[0]);

    return NGX_CONF_ERROR;
}
