
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A call is verified before anything else is done with it.  One that is refused
 * learns what is the matter with it, and nothing of what would have been right.
 */


#include "http/inbound/verify/ngx_http_webhook_verify.h"
#include "http/model/ngx_http_webhook_verifier.h"
#include "http/inbound/call/ngx_http_webhook_kept.h"
#include "http/inbound/call/ngx_http_webhook_message.h"


static webhook_payload_e ngx_webhook_verify_kind(ngx_uint_t kind);
static ngx_int_t ngx_webhook_verify_url(ngx_webhook_call_t *call,
    webhook_str_t *url);
static ngx_int_t ngx_webhook_verify_refuse(ngx_webhook_call_t *call,
    webhook_verify_e result);
static void ngx_webhook_verify_note(ngx_webhook_call_t *call,
    const char *result);


ngx_int_t
ngx_webhook_verify(ngx_webhook_call_t *call)
{
    ngx_int_t              rc;
    webhook_str_t          body;
    webhook_verify_e       result;
    webhook_verified_t     verified;
    ngx_http_request_t    *r;
    webhook_verify_call_t  vc;
    ngx_webhook_verify_t  *verify;

    verify = call->receiver->verify;

    if (verify == NULL) {
        call->trusted = 1;
        ngx_str_set(&call->verified, "off");
        return NGX_OK;
    }

    r = call->request;

    body.data = call->body;
    body.len = call->body_len;

    ngx_memzero(&vc, sizeof(webhook_verify_call_t));

    vc.header = ngx_webhook_verify_header;
    vc.data = r;
    vc.method = *ngx_webhook_str(&r->method_name);
    vc.query = *ngx_webhook_str(ngx_webhook_kept_query(call));
    vc.body = &body;
    vc.pieces = 1;
    vc.kind = ngx_webhook_verify_kind(call->kind);
    vc.max_depth = call->receiver->limits.max_depth;
    vc.max_values = call->receiver->limits.max_values;
    vc.now = ngx_time();

    if (verify->need_url) {
        rc = ngx_webhook_verify_url(call, &vc.url);

    } else {
        rc = NGX_OK;
    }

    result = WEBHOOK_VERIFY_FAULT;

    if (rc == NGX_OK) {
        result = webhook_verify(&verify->verifier, &vc, &verified);
    }

    if (vc.url.data) {
        ngx_explicit_memzero(vc.url.data, vc.url.len);
    }

    if (result != WEBHOOK_VERIFY_OK) {
        return ngx_webhook_verify_refuse(call, result);
    }

    call->trusted = 1;
    call->key = verified.key;
    call->repeat_id = *ngx_webhook_nstr(&verified.id);

    if (verified.id.data == verified.room && verified.id.len) {

        call->repeat_id.data = ngx_pnalloc(call->pool, verified.id.len);
        if (call->repeat_id.data == NULL) {
            ngx_str_null(&call->repeat_id);
            return ngx_webhook_verify_refuse(call, WEBHOOK_VERIFY_FAULT);
        }

        ngx_memcpy(call->repeat_id.data, verified.room, verified.id.len);
    }

    ngx_webhook_verify_note(call, "ok");

    return NGX_OK;
}


static webhook_payload_e
ngx_webhook_verify_kind(ngx_uint_t kind)
{
    switch (kind) {

    case NGX_WEBHOOK_ACCEPT_JSON:
    case NGX_WEBHOOK_ACCEPT_TEXT:
        return WEBHOOK_PAYLOAD_JSON;

    case NGX_WEBHOOK_ACCEPT_FORM:
    case NGX_WEBHOOK_ACCEPT_QUERY:
        return WEBHOOK_PAYLOAD_FORM;

    default:
        return WEBHOOK_PAYLOAD_OTHER;
    }
}


int
ngx_webhook_verify_header(void *data, const webhook_str_t *name,
    webhook_str_t *value)
{
    ngx_http_request_t *r = data;

    int               found;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    found = 0;

    part = &r->headers_in.headers.part;
    h = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                break;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        if (h[i].key.len != name->len
            || ngx_strncasecmp(h[i].key.data, name->data, name->len) != 0)
        {
            continue;
        }

        if (found++) {
            return found;
        }

        value->data = h[i].value.data;
        value->len = h[i].value.len;
    }

    return found;
}


static ngx_int_t
ngx_webhook_verify_url(ngx_webhook_call_t *call, webhook_str_t *url)
{
    u_char                *p;
    size_t                 len;
    ngx_str_t             *args;
    ngx_webhook_verify_t  *verify;

    args = ngx_webhook_kept_query(call);
    verify = call->receiver->verify;

    len = verify->url.len + call->token.len + 1 + args->len;

    p = ngx_pnalloc(call->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    url->data = p;

    p = ngx_cpymem(p, verify->url.data, verify->url.len);
    p = ngx_cpymem(p, call->token.data, call->token.len);

    if (args->len) {
        *p++ = '?';
        p = ngx_cpymem(p, args->data, args->len);
    }

    url->len = p - url->data;

    ngx_webhook_kept_token_wipe(call);

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_verify_refuse(ngx_webhook_call_t *call, webhook_verify_e result)
{
    ngx_str_t                error;
    const webhook_str_t     *preset;
    const char              *text;
    ngx_webhook_receiver_t  *receiver;

    static const webhook_str_t  basic = webhook_str("basic");
    static const webhook_str_t  bearer = webhook_str("bearer");

    receiver = call->receiver;
    text = webhook_verify_text(result);

    ngx_webhook_verify_note(call, text);

    if (result == WEBHOOK_VERIFY_FAULT || result == WEBHOOK_VERIFY_NO_URL) {
        ngx_str_set(&error, "The call could not be verified; "
                            "nothing was done");
        return ngx_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE,
                                    &error);
    }

    preset = &receiver->verify->verifier.preset->name;

    if (receiver->profile == NGX_WEBHOOK_PROFILE_STRICT
        && (webhook_str_eq(preset, &basic) || webhook_str_eq(preset, &bearer)))
    {
        if (webhook_str_eq(preset, &basic)) {
            ngx_str_set(&call->challenge,
                        "Basic realm=\"hook\", charset=\"UTF-8\"");

        } else {
            ngx_str_set(&call->challenge, "Bearer");
        }
    }

    ngx_webhook_message(call, &error, "The call is not accepted: %s; "
                        "nothing was done", text);

    return ngx_webhook_call_set(call, NGX_HTTP_UNAUTHORIZED, &error);
}


/* For the history: "standard: ok". */

static void
ngx_webhook_verify_note(ngx_webhook_call_t *call, const char *result)
{
    size_t                len;
    u_char               *p;
    const webhook_str_t  *preset;

    if (call->receiver->log_calls == NGX_WEBHOOK_LOG_OFF) {
        return;
    }

    preset = &call->receiver->verify->verifier.preset->name;

    len = preset->len + sizeof(": ") - 1 + ngx_strlen(result);

    p = ngx_pnalloc(call->pool, len);
    if (p == NULL) {
        return;
    }

    call->verified.data = p;

    p = ngx_cpymem(p, preset->data, preset->len);
    p = ngx_cpymem(p, ": ", sizeof(": ") - 1);
    p = ngx_cpymem(p, result, ngx_strlen(result));

    call->verified.len = p - call->verified.data;
}
