
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/module/ngx_http_webhook_variables.h"
#include "http/module/ngx_http_webhook_capture_var.h"
#include "http/inbound/receive/ngx_http_webhook_receive_variable.h"


static ngx_int_t ngx_webhook_status_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);


static ngx_str_t  ngx_webhook_status_name =
    ngx_string("webhook_status");


ngx_int_t
ngx_webhook_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var;

    /* its value changes while a request lives */
    var = ngx_http_add_variable(cf, &ngx_webhook_status_name,
                                NGX_HTTP_VAR_NOCACHEABLE);
    if (var == NULL) {
        return NGX_ERROR;
    }

    var->get_handler = ngx_webhook_status_variable;

    if (ngx_webhook_capture_variables(cf) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webhook_receive_variable_add(cf);
}


/* A request that a receiver takes is a call, even where a rule matches the
   answer. */

static ngx_int_t
ngx_webhook_status_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t  word;

    if (ngx_webhook_receive_variable_status(r, &word) == NGX_DECLINED
        && ngx_webhook_capture_var_status(r, &word) == NGX_DECLINED)
    {
        v->not_found = 1;
        return NGX_OK;
    }

    v->data = word.data;
    v->len = word.len;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}
