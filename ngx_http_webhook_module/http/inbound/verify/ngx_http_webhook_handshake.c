
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Some ask in a call that is signed as all of theirs are, others with another
 * method than POST: Meta's GET with a hub.challenge, and CloudEvents' OPTIONS.
 */


#include "http/inbound/verify/ngx_http_webhook_handshake.h"
#include "http/model/ngx_http_webhook_verifier.h"
#include "http/outbound/payload/ngx_http_webhook_lookup.h"
#include "http/inbound/call/ngx_http_webhook_kept.h"
#include "http/inbound/call/ngx_http_webhook_reply.h"


static ngx_int_t ngx_webhook_handshake_meta(ngx_webhook_call_t *call);
static ngx_int_t ngx_webhook_handshake_cloudevents(ngx_webhook_call_t *call);
static ngx_int_t ngx_webhook_handshake_done(ngx_webhook_call_t *call,
    webhook_handshake_e result, webhook_buf_t *out);


/* What the sender of the preset asks in a call that it signed. */

ngx_int_t
ngx_webhook_handshake_signed(ngx_webhook_call_t *call)
{
    webhook_buf_t          out;
    webhook_str_t          body;
    webhook_handshake_e    result;
    ngx_webhook_verify_t  *verify;

    verify = call->receiver->verify;

    if (verify == NULL || (!verify->slack && !verify->zoom)) {
        return NGX_OK;
    }

    body.data = call->body;
    body.len = call->body_len;

    webhook_buf_init(&out, 0);

    if (verify->slack) {
        result = webhook_handshake_slack(&body, &out);

    } else {
        result = webhook_handshake_zoom(&body,
                                    &verify->verifier.keys[call->key], &out);
    }

    return ngx_webhook_handshake_done(call, result, &out);
}


ngx_int_t
ngx_webhook_handshake_get(ngx_webhook_call_t *call)
{
    ngx_webhook_handshake_t  *handshake;

    handshake = call->receiver->handshake;

    if (handshake == NULL) {
        return NGX_DECLINED;
    }

    switch (call->request->method) {

    case NGX_HTTP_GET:
        return handshake->meta.nkeys ? ngx_webhook_handshake_meta(call)
                                     : NGX_DECLINED;

    case NGX_HTTP_OPTIONS:
        return handshake->cloudevents
               ? ngx_webhook_handshake_cloudevents(call)
               : NGX_DECLINED;

    default:
        return NGX_DECLINED;
    }
}


static ngx_int_t
ngx_webhook_handshake_meta(ngx_webhook_call_t *call)
{
    ngx_int_t                 rc;
    webhook_buf_t             out;
    webhook_handshake_e       result;
    ngx_webhook_handshake_t  *handshake;

    handshake = call->receiver->handshake;

    webhook_buf_init(&out, 0);

    result = webhook_handshake_meta(ngx_webhook_str(&call->args),
                                    handshake->meta.keys,
                                    handshake->meta.nkeys, ngx_time(), &out);

    ngx_webhook_kept_args_wipe(call);

    rc = ngx_webhook_handshake_done(call, result, &out);

    if (rc == NGX_OK) {
        return NGX_DECLINED;
    }

    ngx_str_set(&call->verified, "handshake: meta");

    if (call->handshake) {
        ngx_str_set(&call->answer_type, "text/plain");
    }

    return rc;
}


static ngx_int_t
ngx_webhook_handshake_cloudevents(ngx_webhook_call_t *call)
{
    u_char                   *p;
    ngx_int_t                 rc;
    ngx_str_t                 value;
    webhook_buf_t             rate;
    webhook_str_t             allowed;
    webhook_value_t           origin, asked;
    ngx_http_request_t       *r;
    webhook_handshake_e       result;
    ngx_webhook_handshake_t  *handshake;

    static const webhook_str_t  name = webhook_str("WebHook-Request-Origin");
    static const webhook_str_t  speed = webhook_str("WebHook-Request-Rate");

    r = call->request;
    handshake = call->receiver->handshake;

    webhook_buf_init(&rate, 0);

    result = WEBHOOK_HANDSHAKE_FAULT;

    if (ngx_webhook_lookup_header(r, &name, &origin) == NGX_OK
        && ngx_webhook_lookup_header(r, &speed, &asked) == NGX_OK)
    {
        if (origin.missing) {
            origin.span.len = 0;
        }

        if (asked.missing) {
            asked.span.len = 0;
        }

        result = webhook_handshake_cloudevents(&origin.span, &asked.span,
                                               handshake->origins.elts,
                                               handshake->origins.nelts,
                                               handshake->rate, &allowed,
                                               &rate);
    }

    if (result == WEBHOOK_HANDSHAKE_ANSWER) {

        value = *ngx_webhook_nstr(&allowed);

        if (rate.failed
            || ngx_webhook_reply_header(r, "WebHook-Allowed-Origin", &value)
               != NGX_OK)
        {
            result = WEBHOOK_HANDSHAKE_FAULT;
        }

        ngx_str_set(&value, "POST, OPTIONS");

        if (ngx_webhook_reply_header(r, "Allow", &value) != NGX_OK) {
            result = WEBHOOK_HANDSHAKE_FAULT;
        }
    }

    if (result == WEBHOOK_HANDSHAKE_ANSWER && rate.len) {

        p = ngx_pnalloc(r->pool, rate.len);

        if (p) {
            value.data = p;
            value.len = rate.len;
            ngx_memcpy(p, rate.data, rate.len);
        }

        if (p == NULL || ngx_webhook_reply_header(r, "WebHook-Allowed-Rate",
                                        &value)
               != NGX_OK)
        {
            result = WEBHOOK_HANDSHAKE_FAULT;
        }
    }

    /* an answer without a body */

    webhook_buf_free(&rate);

    rc = ngx_webhook_handshake_done(call, result, &rate);

    if (rc == NGX_OK) {
        return NGX_DECLINED;
    }

    ngx_str_set(&call->verified, "handshake: cloudevents");

    return rc;
}


/* Takes the outcome of a handshake, and frees out: NGX_OK for an ordinary
   call, else NGX_DONE with the answer set. */

static ngx_int_t
ngx_webhook_handshake_done(ngx_webhook_call_t *call,
    webhook_handshake_e result, webhook_buf_t *out)
{
    ngx_int_t   rc;
    ngx_str_t   error;
    ngx_uint_t  status;

    status = NGX_HTTP_OK;
    rc = NGX_DONE;

    switch (result) {

    case WEBHOOK_HANDSHAKE_NONE:
        rc = NGX_OK;
        break;

    case WEBHOOK_HANDSHAKE_ANSWER:
        call->answer.len = out->len;
        call->answer.data = ngx_pnalloc(call->pool, out->len + 1);

        if (call->answer.data && !out->failed) {
            if (out->len) {
                ngx_memcpy(call->answer.data, out->data, out->len);
            }

            call->handshake = 1;
            (void) ngx_webhook_call_set(call, NGX_HTTP_OK, NULL);
            break;
        }

        ngx_str_null(&call->answer);

        /* fall through */

    case WEBHOOK_HANDSHAKE_FAULT:
        ngx_str_set(&error, "Out of memory; nothing was done");
        status = NGX_HTTP_SERVICE_UNAVAILABLE;
        break;

    case WEBHOOK_HANDSHAKE_REFUSED:
        ngx_str_set(&error, "The handshake is not granted");
        status = NGX_HTTP_FORBIDDEN;
        break;
    }

    if (status != NGX_HTTP_OK) {
        (void) ngx_webhook_call_set(call, status, &error);
    }

    webhook_buf_free(out);

    return rc;
}
