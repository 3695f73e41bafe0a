
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Runs the actions of a call one after the other, each when the one before it
 * succeeded.
 */


#include "ngx_http_webhook_receive_int.h"


static ngx_int_t ngx_http_webhook_run_next(ngx_http_webhook_call_t *call);
static void ngx_http_webhook_run_woken(ngx_http_webhook_call_t *call);
static ngx_int_t ngx_http_webhook_run_failed(ngx_http_webhook_call_t *call,
    ngx_http_webhook_act_t *act);


ngx_int_t
ngx_http_webhook_receive_run(ngx_http_webhook_call_t *call)
{
    if (call->receiver->mode == NGX_HTTP_WEBHOOK_MODE_TEST) {
        return ngx_http_webhook_call_set(call, NGX_HTTP_OK, NULL);
    }

    return ngx_http_webhook_run_next(call);
}


static ngx_int_t
ngx_http_webhook_run_next(ngx_http_webhook_call_t *call)
{
    ngx_str_t                error;
    ngx_uint_t               status;
    ngx_http_webhook_act_t  *act;

    if (call->current == call->nacts) {
        return ngx_http_webhook_call_set(call, NGX_HTTP_OK, NULL);
    }

    act = &call->acts[call->current];

    if (ngx_http_webhook_receive_act(act) == NGX_OK) {
        ngx_http_webhook_call_wait(call, ngx_http_webhook_run_woken);
        return NGX_AGAIN;
    }

    status = call->current ? NGX_HTTP_BAD_GATEWAY
                           : NGX_HTTP_SERVICE_UNAVAILABLE;

    ngx_http_webhook_receive_say(call->request, &error,
                                 "Action %ui of %ui could not be called%s",
                                 act->number, call->nacts,
                                 call->current ? "" : "; nothing was done");

    return ngx_http_webhook_call_set(call, status, &error);
}


/* The running action ended. */

static void
ngx_http_webhook_run_woken(ngx_http_webhook_call_t *call)
{
    ngx_int_t                rc;
    ngx_http_webhook_act_t  *act;

    act = &call->acts[call->current];

    if (act->status < 200 || act->status > 299 || act->broken) {
        rc = ngx_http_webhook_run_failed(call, act);

    } else {
        call->current++;
        rc = ngx_http_webhook_run_next(call);
    }

    if (rc != NGX_AGAIN) {
        ngx_http_webhook_call_resume(call, rc);
    }
}


static ngx_int_t
ngx_http_webhook_run_failed(ngx_http_webhook_call_t *call,
    ngx_http_webhook_act_t *act)
{
    size_t               len;
    ngx_str_t            error, start;
    const char          *dots;
    ngx_http_request_t  *r;

    r = call->request;

    /* no arguments: they may hold what the caller is not to see */

    len = 0;

    while (len < act->uri.len && act->uri.data[len] != '?') {
        len++;
    }

    dots = "";

    if (len > 128) {
        len = 128;
        dots = "...";
    }

    if (act->broken) {
        ngx_http_webhook_receive_say(r, &error,
                "The API's answer to action %ui of %ui (%V %*s%s) broke off",
                act->number, call->nacts, &act->method_name,
                len, act->uri.data, dots);

    } else if (act->answered && act->status) {
        ngx_http_webhook_receive_say(r, &error,
                "The API answered %ui to action %ui of %ui (%V %*s%s)",
                act->status, act->number, call->nacts, &act->method_name,
                len, act->uri.data, dots);

    } else if (act->status) {
        ngx_http_webhook_receive_say(r, &error,
                "Action %ui of %ui (%V %*s%s) failed with %ui",
                act->number, call->nacts, &act->method_name,
                len, act->uri.data, dots, act->status);

    } else {
        ngx_http_webhook_receive_say(r, &error,
                "Action %ui of %ui (%V %*s%s) got no answer",
                act->number, call->nacts, &act->method_name,
                len, act->uri.data, dots);
    }

    if (act->start_len) {
        start.data = act->start;
        start.len = act->start_len;

        ngx_http_webhook_receive_say(r, &call->detail, "%V: %V", &error,
                                     &start);
    }

    return ngx_http_webhook_call_set(call, NGX_HTTP_BAD_GATEWAY, &error);
}
