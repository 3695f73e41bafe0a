
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/call/ngx_http_webhook_kept.h"
#include "http/model/ngx_http_webhook_verifier.h"


static ngx_uint_t ngx_webhook_kept_secret(ngx_webhook_call_t *call);
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
    ngx_http_request_t  *r;

    r = call->request;

    if (r->args.len == 0 || !ngx_webhook_kept_secret(call)) {
        return NGX_OK;
    }

    if (call->receiver) {
        call->args.data = ngx_pnalloc(r->pool, r->args.len);
        if (call->args.data == NULL) {
            return NGX_ERROR;
        }

        call->args.len = r->args.len;
        ngx_memcpy(call->args.data, r->args.data, r->args.len);

        ngx_webhook_call_on_end(call, NGX_WEBHOOK_END_KEPT,
                                ngx_webhook_kept_end);
    }

    ngx_memset(r->args.data, '*', r->args.len);

    if (r->args.len > sizeof("***") - 1) {
        r->args.len = sizeof("***") - 1;
    }

    return NGX_OK;
}


/* True for arguments that may be a payload or have a key, whatever the method:
   a sender may use the wrong one. */

static ngx_uint_t
ngx_webhook_kept_secret(ngx_webhook_call_t *call)
{
    ngx_http_request_t       *r;
    ngx_webhook_receiver_t   *receiver;
    ngx_webhook_main_conf_t  *wmcf;

    static u_char  name[] = "verify_token";

    r = call->request;
    receiver = call->receiver;

    if (receiver) {

        if ((receiver->accept & NGX_WEBHOOK_ACCEPT_QUERY)
            || (receiver->handshake && receiver->handshake->meta.nkeys))
        {
            return 1;
        }

    } else if (call->masked_uri) {

        /* the token may have been rotated, and is of no ordinary location */

        wmcf = ngx_http_get_module_main_conf(r, ngx_http_webhook_module);

        if (wmcf->accept_query || wmcf->registry) {
            return 1;
        }

    } else if (r->method != NGX_HTTP_GET) {
        return 0;
    }

    /* else meant for another receiver */

    return ngx_strlcasestrn(r->args.data, r->args.data + r->args.len, name,
                            sizeof(name) - 2)
           != NULL;
}


void
ngx_webhook_kept_args_wipe(ngx_webhook_call_t *call)
{
    if (call->request->method != NGX_HTTP_GET
        || (call->receiver->accept & NGX_WEBHOOK_ACCEPT_QUERY))
    {
        /* templates and signatures may need it, and it goes at the end */
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
