
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/call/ngx_http_webhook_kept.h"
#include "http/model/ngx_http_webhook_verifier.h"


static void ngx_webhook_kept_args_end(ngx_webhook_call_t *call);
static void ngx_webhook_kept_end(ngx_webhook_call_t *call);


ngx_int_t
ngx_webhook_kept_token(ngx_webhook_call_t *call, ngx_str_t *token)
{
    ngx_webhook_verify_t  *verify;

    verify = call->receiver->verify;

    if (verify == NULL || !verify->need_token) {
        return NGX_OK;
    }

    call->token.data = ngx_pnalloc(call->pool, token->len);
    if (call->token.data == NULL) {
        return NGX_ERROR;
    }

    call->token.len = token->len;
    ngx_memcpy(call->token.data, token->data, token->len);

    ngx_webhook_call_on_end(call, NGX_WEBHOOK_END_KEPT, ngx_webhook_kept_end);

    return NGX_OK;
}


void
ngx_webhook_kept_token_wipe(ngx_webhook_call_t *call)
{
    if (call->token.len) {
        ngx_explicit_memzero(call->token.data, call->token.len);
        ngx_str_null(&call->token);
    }
}


ngx_str_t *
ngx_webhook_kept_query(ngx_webhook_call_t *call)
{
    return call->args.len ? &call->args : &call->request->args;
}


ngx_int_t
ngx_webhook_kept_args(ngx_webhook_call_t *call)
{
    ngx_http_request_t       *r;
    ngx_webhook_handshake_t  *handshake;

    static u_char  name[] = "verify_token";

    r = call->request;

    if (r->method != NGX_HTTP_GET || r->args.len == 0) {
        return NGX_OK;
    }

    handshake = call->receiver ? call->receiver->handshake : NULL;

    if ((handshake && handshake->meta.nkeys)
        || (call->receiver
            && (call->receiver->accept & NGX_WEBHOOK_ACCEPT_QUERY)))
    {

        call->args.data = ngx_pnalloc(r->pool, r->args.len);
        if (call->args.data == NULL) {
            return NGX_ERROR;
        }

        call->args.len = r->args.len;
        ngx_memcpy(call->args.data, r->args.data, r->args.len);

        ngx_webhook_call_on_end(call, NGX_WEBHOOK_END_KEPT,
                                ngx_webhook_kept_end);

    } else if (ngx_strlcasestrn(r->args.data, r->args.data + r->args.len,
                                name, sizeof(name) - 2)
               == NULL)
    {
        /* else meant for another receiver, or for a token that was rotated */

        return NGX_OK;
    }

    ngx_memset(r->args.data, '*', r->args.len);

    if (r->args.len > sizeof("***") - 1) {
        r->args.len = sizeof("***") - 1;
    }

    return NGX_OK;
}


void
ngx_webhook_kept_args_wipe(ngx_webhook_call_t *call)
{
    if (call->receiver->accept & NGX_WEBHOOK_ACCEPT_QUERY) {
        /* it may be the payload, and goes at the end */
        return;
    }

    ngx_webhook_kept_args_end(call);
}


static void
ngx_webhook_kept_args_end(ngx_webhook_call_t *call)
{
    if (call->args.len) {
        ngx_explicit_memzero(call->args.data, call->args.len);
        ngx_str_null(&call->args);
    }
}


static void
ngx_webhook_kept_end(ngx_webhook_call_t *call)
{
    ngx_webhook_kept_token_wipe(call);
    ngx_webhook_kept_args_end(call);
}
