
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/conf/field/ngx_http_webhook_conf_check_paths.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_dollar.h"


static ngx_uint_t ngx_webhook_check_root(const webhook_str_t *root,
    const char *name);
static int ngx_webhook_check_variable(void *data, const webhook_path_t *path);


ngx_int_t
ngx_webhook_check_templates(ngx_webhook_check_t *check,
    webhook_template_t **tpl, ngx_uint_t n)
{
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {
        if (tpl[i]
            && webhook_template_paths(tpl[i], ngx_webhook_check_variable,
                                      check)
               != 0)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_webhook_check_conditions(ngx_webhook_check_t *check,
    webhook_condition_t **cond, ngx_uint_t n)
{
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {
        if (cond[i]
            && webhook_condition_paths(cond[i], ngx_webhook_check_variable,
                                       check) != 0)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_webhook_check_paths(ngx_webhook_check_t *check, webhook_path_t **path,
    ngx_uint_t n)
{
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {
        if (path[i] && ngx_webhook_check_variable(check, path[i]) != 0) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_webhook_check_root(const webhook_str_t *root, const char *name)
{
    return root->len == ngx_strlen(name)
           && ngx_memcmp(root->data, name, root->len) == 0;
}


/* var.NAME has to be a variable that exists; the rest is none of ours. */

static int
ngx_webhook_check_variable(void *data, const webhook_path_t *path)
{
    ngx_webhook_check_t *check = data;

    const webhook_str_t  *root, *name;

    root = webhook_path_root(path);

    if (check->b->registered && webhook_path_steps(path) > 1
        && (ngx_webhook_check_root(root, "var")
            || ngx_webhook_check_root(root, "header")
            || ngx_webhook_check_root(root, "query")))
    {
        ngx_webhook_build_at(NGX_LOG_EMERG, check->b, check->source_pos,
                             "\"%V\" can be used only in nginx.conf",
                             ngx_webhook_nstr(webhook_path_text(path)));
        return 1;
    }

    if (!ngx_webhook_check_root(root, "var") || webhook_path_steps(path) != 2)
    {
        return 0;
    }

    name = webhook_path_step(path, 1);

    if (ngx_webhook_conf_variable(check->b, name)) {
        return 0;
    }

    ngx_webhook_build_at(NGX_LOG_EMERG, check->b, check->source_pos,
                         "unknown variable in \"%V\"", ngx_webhook_nstr(
                                                   webhook_path_text(path)));
    return 1;
}
