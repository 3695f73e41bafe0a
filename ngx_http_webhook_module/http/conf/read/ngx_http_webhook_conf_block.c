
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A block whose directives stand in tables of its own.
 */

#include "http/conf/read/ngx_http_webhook_conf_block.h"

#include "core/base/webhook_near.h"


typedef struct {
    ngx_command_t  **tables;
    void            *conf;
} ngx_http_webhook_block_t;


static char *ngx_http_webhook_block_directive(ngx_conf_t *cf,
    ngx_command_t *dummy, void *conf);
static ngx_command_t *ngx_http_webhook_block_find(ngx_command_t *cmd,
    ngx_str_t *name);
static ngx_uint_t ngx_http_webhook_block_args(ngx_conf_t *cf,
    ngx_command_t *cmd);
static char *ngx_http_webhook_block_foreign(ngx_conf_t *cf,
    ngx_command_t **tables, ngx_str_t *name);


char *
ngx_http_webhook_conf_block(ngx_conf_t *cf, ngx_command_t **tables,
    void *conf)
{
    char                      *rv;
    ngx_conf_t                 save;
    ngx_http_webhook_block_t   block;

    block.tables = tables;
    block.conf = conf;

    save = *cf;
    cf->handler = ngx_http_webhook_block_directive;
    cf->handler_conf = (char *) &block;

    rv = ngx_conf_parse(cf, NULL);

    *cf = save;

    return rv;
}


static char *
ngx_http_webhook_block_directive(ngx_conf_t *cf, ngx_command_t *dummy,
    void *conf)
{
    ngx_http_webhook_block_t *block = conf;

    char            *rv;
    ngx_str_t       *value;
    ngx_command_t   *cmd, **table;

    /* core's own is not for blocks such as these */

    static ngx_command_t  include[] = {

        { ngx_string("include"),
          NGX_CONF_TAKE1,
          ngx_conf_include,
          0,
          0,
          NULL },

          ngx_null_command
    };

    value = cf->args->elts;

    cmd = ngx_http_webhook_block_find(include, &value[0]);

    for (table = block->tables; cmd == NULL && *table; table++) {
        cmd = ngx_http_webhook_block_find(*table, &value[0]);
    }

    if (cmd == NULL) {
        return ngx_http_webhook_block_foreign(cf, block->tables, &value[0]);
    }

    if (!ngx_http_webhook_block_args(cf, cmd)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid number of arguments in \"%V\" directive",
                           &value[0]);
        return NGX_CONF_ERROR;
    }

    rv = cmd->set(cf, cmd, block->conf);

    if (rv != NGX_CONF_OK && rv != NGX_CONF_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" directive %s",
                           &cmd->name, rv);
        return NGX_CONF_ERROR;
    }

    return rv;
}


static ngx_command_t *
ngx_http_webhook_block_find(ngx_command_t *cmd, ngx_str_t *name)
{
    for ( /* void */ ; cmd->name.len; cmd++) {

        if (cmd->name.len == name->len
            && ngx_memcmp(cmd->name.data, name->data, name->len) == 0)
        {
            return cmd;
        }
    }

    return NULL;
}


static ngx_uint_t
ngx_http_webhook_block_args(ngx_conf_t *cf, ngx_command_t *cmd)
{
    ngx_uint_t  n;

    n = cf->args->nelts;

    if (cmd->type & NGX_CONF_FLAG) {
        return n == 2;
    }

    if (cmd->type & NGX_CONF_1MORE) {
        return n >= 2;
    }

    if (cmd->type & NGX_CONF_2MORE) {
        return n >= 3;
    }

    /* NGX_CONF_NOARGS is 1, NGX_CONF_TAKE1 is 2, NGX_CONF_TAKE2 is 4 ... */

    return n <= NGX_CONF_MAX_ARGS && (cmd->type & (1 << (n - 1)));
}


/* As core says it, and what may have been meant. */

static char *
ngx_http_webhook_block_foreign(ngx_conf_t *cf, ngx_command_t **tables,
    ngx_str_t *name)
{
    size_t          n, least;
    ngx_uint_t      i;
    ngx_command_t  *commands, *near;

    for (i = 0; cf->cycle->modules[i]; i++) {

        commands = cf->cycle->modules[i]->commands;

        if (commands && ngx_http_webhook_block_find(commands, name)) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\" directive is not allowed here", name);
            return NGX_CONF_ERROR;
        }
    }

    least = SIZE_MAX;
    near = NULL;

    for ( /* void */ ; *tables; tables++) {

        for (commands = *tables; commands->name.len; commands++) {

            n = webhook_near(ngx_http_webhook_str(name),
                             ngx_http_webhook_str(&commands->name));

            if (n < least) {
                least = n;
                near = commands;
            }
        }
    }

    if (near) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown directive \"%V\", did you mean \"%V\"?",
                           name, &near->name);
        return NGX_CONF_ERROR;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "unknown directive \"%V\"",
                       name);

    return NGX_CONF_ERROR;
}
