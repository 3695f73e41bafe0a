
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_receiver NAME { }: what a call from outside does.
 */

#include "ngx_http_webhook_conf_receiver.h"


#define NGX_HTTP_WEBHOOK_BODY         (1024 * 1024)
#define NGX_HTTP_WEBHOOK_BODY_MAX     (64 * 1024 * 1024)
#define NGX_HTTP_WEBHOOK_DEPTH_MAX    1024
#define NGX_HTTP_WEBHOOK_VALUES_MAX   (16 * 1024 * 1024)


static char *ngx_http_webhook_receiver_directive(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_webhook_receiver_foreign(ngx_conf_t *cf,
    ngx_str_t *name);
static ngx_uint_t ngx_http_webhook_receiver_args(ngx_conf_t *cf,
    ngx_command_t *cmd);
static ngx_int_t ngx_http_webhook_receiver_create(ngx_conf_t *cf,
    ngx_http_webhook_receiver_t *rcv);
static ngx_int_t ngx_http_webhook_receiver_finish(ngx_conf_t *cf,
    ngx_http_webhook_receiver_t *rcv);
static char *ngx_http_webhook_receiver_limit(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);


static ngx_command_t  ngx_http_webhook_receiver_commands[] = {

    { ngx_string("description"),
      NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      0,
      offsetof(ngx_http_webhook_receiver_t, description),
      NULL },

    { ngx_string("model"),
      NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      0,
      offsetof(ngx_http_webhook_receiver_t, model),
      NULL },

    { ngx_string("log_calls"),
      NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      0,
      offsetof(ngx_http_webhook_receiver_t, log_calls),
      NULL },

    { ngx_string("limit"),
      NGX_CONF_1MORE,
      ngx_http_webhook_receiver_limit,
      0,
      0,
      NULL },

    { ngx_string("include"),
      NGX_CONF_TAKE1,
      ngx_conf_include,
      0,
      0,
      NULL },

      ngx_null_command
};


static const ngx_http_webhook_receiver_part_t
    ngx_http_webhook_receiver_base_part =
{
    ngx_http_webhook_receiver_commands,
    ngx_http_webhook_receiver_create,
    ngx_http_webhook_receiver_finish,
    NULL
};


static const ngx_http_webhook_receiver_part_t
    *ngx_http_webhook_receiver_parts[] =
{
    &ngx_http_webhook_receiver_base_part,
    &ngx_http_webhook_receiver_token_part,
    &ngx_http_webhook_receiver_action_part,
    NULL
};


char *
ngx_http_webhook_receiver(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_webhook_main_conf_t *wmcf = conf;

    char                                     *rv;
    ngx_conf_t                                save;
    ngx_http_webhook_receiver_t              *rcv;
    const ngx_http_webhook_receiver_part_t  **part;

    rcv = ngx_pcalloc(cf->pool, sizeof(ngx_http_webhook_receiver_t));
    if (rcv == NULL) {
        return NGX_CONF_ERROR;
    }

    if (ngx_http_webhook_conf_named(cf, (ngx_http_webhook_named_t *) rcv)
        != NGX_OK
        || ngx_http_webhook_conf_insert(cf, &wmcf->receivers,
                                        (ngx_http_webhook_named_t *) rcv,
                                        &cmd->name)
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    for (part = ngx_http_webhook_receiver_parts; *part; part++) {
        if ((*part)->create && (*part)->create(cf, rcv) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    save = *cf;
    cf->handler = ngx_http_webhook_receiver_directive;
    cf->handler_conf = rcv;

    rv = ngx_conf_parse(cf, NULL);

    *cf = save;

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    for (part = ngx_http_webhook_receiver_parts; *part; part++) {
        if ((*part)->finish && (*part)->finish(cf, rcv) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


ngx_int_t
ngx_http_webhook_receiver_check(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf, ngx_http_webhook_receiver_t *rcv)
{
    const ngx_http_webhook_receiver_part_t  **part;

    for (part = ngx_http_webhook_receiver_parts; *part; part++) {
        if ((*part)->check && (*part)->check(cf, wmcf, rcv) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* Finds a directive of the block among those of the parts. */

static char *
ngx_http_webhook_receiver_directive(ngx_conf_t *cf, ngx_command_t *dummy,
    void *conf)
{
    char                                     *rv;
    ngx_str_t                                *value;
    ngx_command_t                            *cmd;
    const ngx_http_webhook_receiver_part_t  **part;

    value = cf->args->elts;

    for (part = ngx_http_webhook_receiver_parts; *part; part++) {

        for (cmd = (*part)->commands; cmd->name.len; cmd++) {

            if (cmd->name.len != value[0].len
                || ngx_memcmp(cmd->name.data, value[0].data, value[0].len)
                   != 0)
            {
                continue;
            }

            if (!ngx_http_webhook_receiver_args(cf, cmd)) {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "invalid number of arguments in \"%V\" "
                                   "directive", &value[0]);
                return NGX_CONF_ERROR;
            }

            rv = cmd->set(cf, cmd, conf);

            if (rv != NGX_CONF_OK && rv != NGX_CONF_ERROR) {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" directive %s",
                                   &cmd->name, rv);
                return NGX_CONF_ERROR;
            }

            return rv;
        }
    }

    return ngx_http_webhook_receiver_foreign(cf, &value[0]);
}


static ngx_uint_t
ngx_http_webhook_receiver_args(ngx_conf_t *cf, ngx_command_t *cmd)
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


/* As core says it. */

static char *
ngx_http_webhook_receiver_foreign(ngx_conf_t *cf, ngx_str_t *name)
{
    ngx_uint_t      i;
    ngx_command_t  *cmd;

    for (i = 0; cf->cycle->modules[i]; i++) {

        cmd = cf->cycle->modules[i]->commands;

        for ( /* void */ ; cmd && cmd->name.len; cmd++) {

            if (cmd->name.len == name->len
                && ngx_memcmp(cmd->name.data, name->data, name->len) == 0)
            {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "\"%V\" directive is not allowed here",
                                   name);
                return NGX_CONF_ERROR;
            }
        }
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "unknown directive \"%V\"",
                       name);

    return NGX_CONF_ERROR;
}


static ngx_int_t
ngx_http_webhook_receiver_create(ngx_conf_t *cf,
    ngx_http_webhook_receiver_t *rcv)
{
    rcv->body_max = NGX_CONF_UNSET_SIZE;
    rcv->log_calls = NGX_CONF_UNSET;

    return NGX_OK;
}


static ngx_int_t
ngx_http_webhook_receiver_finish(ngx_conf_t *cf,
    ngx_http_webhook_receiver_t *rcv)
{
    ngx_conf_init_size_value(rcv->body_max, NGX_HTTP_WEBHOOK_BODY);
    ngx_conf_init_value(rcv->log_calls, 0);

    return NGX_OK;
}


/* limit body=SIZE depth=N values=N */

static char *
ngx_http_webhook_receiver_limit(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_webhook_receiver_t *rcv = conf;

    ssize_t      n, max;
    uint32_t    *field;
    ngx_str_t   *value, s;
    ngx_uint_t   i;

    if (rcv->body_max != NGX_CONF_UNSET_SIZE) {
        return "is duplicate";
    }

    rcv->body_max = NGX_HTTP_WEBHOOK_BODY;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_http_webhook_conf_param(&value[i], "body=", &s)) {

            n = ngx_parse_size(&s);

            if (n < 1 || n > NGX_HTTP_WEBHOOK_BODY_MAX) {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "invalid size \"%V\", it must be from 1 to "
                                   "64m", &value[i]);
                return NGX_CONF_ERROR;
            }

            rcv->body_max = n;
            continue;
        }

        if (ngx_http_webhook_conf_param(&value[i], "depth=", &s)) {
            field = &rcv->limits.max_depth;
            max = NGX_HTTP_WEBHOOK_DEPTH_MAX;

        } else if (ngx_http_webhook_conf_param(&value[i], "values=", &s)) {
            field = &rcv->limits.max_values;
            max = NGX_HTTP_WEBHOOK_VALUES_MAX;

        } else {
            return ngx_http_webhook_conf_invalid(cf, &value[i]);
        }

        n = ngx_atoi(s.data, s.len);

        if (n < 1 || n > max) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid \"%V\", it must be from 1 to %z",
                               &value[i], max);
            return NGX_CONF_ERROR;
        }

        *field = n;
    }

    return NGX_CONF_OK;
}
