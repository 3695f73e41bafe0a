
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * From a field's name to what builds it.
 */

#include "http/conf/field/ngx_http_webhook_conf_field.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"
#include "core/base/webhook_near.h"


static ngx_uint_t ngx_webhook_field_args(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec);
static char *ngx_webhook_field_foreign(ngx_webhook_build_t *b,
    const ngx_webhook_field_t **tables, ngx_str_t *name);
static ngx_uint_t ngx_webhook_field_core(ngx_webhook_build_t *b,
    ngx_str_t *name);


char *
ngx_webhook_field_build(ngx_webhook_build_t *b,
    const ngx_webhook_field_t **tables, void *conf)
{
    char                       *rv;
    ngx_str_t                  *value;
    const ngx_webhook_field_t  *spec;

    value = b->args->elts;

    spec = ngx_webhook_field_find(tables, &value[0]);
    if (spec == NULL) {
        return ngx_webhook_field_foreign(b, tables, &value[0]);
    }

    if ((spec->type & NGX_WEBHOOK_FIELD_LOCAL)
        && ngx_webhook_conf_local(b, &value[0]) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (!ngx_webhook_field_args(b, spec)) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "invalid number of arguments in \"%V\" "
                              "directive", &value[0]);
        return NGX_CONF_ERROR;
    }

    rv = spec->build(b, spec, conf);

    if (rv != NGX_CONF_OK && rv != NGX_CONF_ERROR) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0, "\"%V\" directive %s",
                              &spec->name, rv);
        return NGX_CONF_ERROR;
    }

    return rv;
}


const ngx_webhook_field_t *
ngx_webhook_field_find(const ngx_webhook_field_t **tables, ngx_str_t *name)
{
    const ngx_webhook_field_t  *spec;

    for ( /* void */ ; *tables; tables++) {
        for (spec = *tables; spec->name.len; spec++) {
            if (spec->name.len == name->len
                && ngx_memcmp(spec->name.data, name->data, name->len) == 0)
            {
                return spec;
            }
        }
    }

    return NULL;
}


static ngx_uint_t
ngx_webhook_field_args(ngx_webhook_build_t *b, const ngx_webhook_field_t *spec)
{
    ngx_uint_t  n;

    n = b->args->nelts;

    if (spec->type & NGX_CONF_1MORE) {
        return n >= 2;
    }

    if (spec->type & NGX_CONF_2MORE) {
        return n >= 3;
    }

    /* NGX_CONF_NOARGS is 1, NGX_CONF_TAKE1 is 2, NGX_CONF_TAKE2 is 4 ... */
    return n <= NGX_CONF_MAX_ARGS && (spec->type & (1 << (n - 1)));
}


/* As core says it, and what may have been meant. */

static char *
ngx_webhook_field_foreign(ngx_webhook_build_t *b,
    const ngx_webhook_field_t **tables, ngx_str_t *name)
{
    size_t                      n, least;
    const ngx_webhook_field_t  *spec, *near;

    if (ngx_webhook_field_core(b, name)) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "\"%V\" directive is not allowed here", name);
        return NGX_CONF_ERROR;
    }

    least = SIZE_MAX;
    near = NULL;

    for ( /* void */ ; *tables; tables++) {
        for (spec = *tables; spec->name.len; spec++) {
            n = webhook_near(ngx_webhook_str(name),
                             ngx_webhook_str(&spec->name));
            if (n < least) {
                least = n;
                near = spec;
            }
        }
    }

    if (near) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "unknown directive \"%V\", did you mean "
                              "\"%V\"?", name, &near->name);
        return NGX_CONF_ERROR;
    }

    ngx_webhook_build_log(NGX_LOG_EMERG, b, 0, "unknown directive \"%V\"",
                          name);

    return NGX_CONF_ERROR;
}


/* 1 if some module has a directive of that name. */

static ngx_uint_t
ngx_webhook_field_core(ngx_webhook_build_t *b, ngx_str_t *name)
{
    ngx_uint_t      i;
    ngx_command_t  *cmd;

    for (i = 0; b->cycle->modules[i]; i++) {

        cmd = b->cycle->modules[i]->commands;
        if (cmd == NULL) {
            continue;
        }

        for ( /* void */ ; cmd->name.len; cmd++) {
            if (cmd->name.len == name->len
                && ngx_memcmp(cmd->name.data, name->data, name->len) == 0)
            {
                return 1;
            }
        }
    }

    return 0;
}


char *
ngx_webhook_field_str(ngx_webhook_build_t *b, const ngx_webhook_field_t *spec,
    void *conf)
{
    char  *p = conf;

    ngx_str_t  *value, *field;

    field = (ngx_str_t *) (p + spec->offset);

    if (field->data) {
        return "is duplicate";
    }

    value = b->args->elts;

    *field = value[1];

    return NGX_CONF_OK;
}


char *
ngx_webhook_field_enum(ngx_webhook_build_t *b, const ngx_webhook_field_t *spec,
    void *conf)
{
    char  *p = conf;

    ngx_int_t    n;
    ngx_str_t   *value;
    ngx_uint_t  *field;

    field = (ngx_uint_t *) (p + spec->offset);

    if (*field != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = b->args->elts;

    n = ngx_webhook_conf_choice(b, &value[1], &value[1], spec->post);
    if (n == NGX_ERROR) {
        return NGX_CONF_ERROR;
    }

    *field = n;

    return NGX_CONF_OK;
}
