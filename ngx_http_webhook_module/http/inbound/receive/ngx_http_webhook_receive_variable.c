
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/receive/ngx_http_webhook_receive_variable.h"
#include "http/inbound/call/ngx_http_webhook_call.h"


static ngx_int_t ngx_webhook_receive_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);


static ngx_str_t  ngx_webhook_receiver_name =
    ngx_string("webhook_receiver");


ngx_int_t
ngx_webhook_receive_variable_add(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var;

    var = ngx_http_add_variable(cf, &ngx_webhook_receiver_name,
                                NGX_HTTP_VAR_NOCACHEABLE);
    if (var == NULL) {
        return NGX_ERROR;
    }

    var->get_handler = ngx_webhook_receive_variable;

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_receive_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_webhook_call_t  *call;

    call = ngx_webhook_call_get(r->main);

    if (call == NULL || call->receiver == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    v->data = call->receiver->name.data;
    v->len = call->receiver->name.len;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


ngx_int_t
ngx_webhook_receive_variable_status(ngx_http_request_t *r, ngx_str_t *value)
{
    ngx_webhook_call_t      *call;
    ngx_webhook_loc_conf_t  *wlcf;

    r = r->main;

    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webhook_module);
    call = ngx_webhook_call_get(r);

    if (!wlcf->receive && (call == NULL || call->status == 0)) {
        return NGX_DECLINED;
    }

    if (call && call->handshake) {
        ngx_str_set(value, "handshake");

    } else if (call && call->skipped) {
        ngx_str_set(value, "skipped");

    } else if (call && call->repeated) {
        ngx_str_set(value, "repeat");

    } else if (call && call->status == NGX_HTTP_ACCEPTED) {
        ngx_str_set(value, "accepted");

    } else if (call && call->status
               && call->status < NGX_HTTP_SPECIAL_RESPONSE)
    {
        ngx_str_set(value, "ok");

    } else if (call && call->status >= NGX_HTTP_INTERNAL_SERVER_ERROR) {
        ngx_str_set(value, "failed");

    } else if (call && call->running) {
        ngx_str_null(value);

    } else {
        ngx_str_set(value, "refused");
    }

    return NGX_OK;
}
