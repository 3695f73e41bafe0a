
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The way of a call: its headers are checked and its body is read; it takes
 * the steps below, some of which may have to wait; at last the outcome is
 * counted, kept in the history and answered.
 */


#include "http/inbound/receive/ngx_http_webhook_receive.h"
#include "http/inbound/receive/ngx_http_webhook_answer.h"
#include "http/inbound/receive/ngx_http_webhook_call_log.h"
#include "http/inbound/call/ngx_http_webhook_call.h"
#include "http/inbound/call/ngx_http_webhook_call_work.h"
#include "http/inbound/mask/ngx_http_webhook_mask.h"
#include "http/inbound/verify/ngx_http_webhook_handshake.h"
#include "http/inbound/verify/ngx_http_webhook_verify.h"
#include "http/inbound/answer/ngx_http_webhook_answer_own.h"
#include "http/inbound/intake/ngx_http_webhook_body.h"
#include "http/inbound/intake/ngx_http_webhook_check.h"
#include "http/inbound/content/ngx_http_webhook_content.h"
#include "http/inbound/intake/ngx_http_webhook_dedupe.h"
#include "http/inbound/intake/ngx_http_webhook_dedupe_key.h"
#include "http/inbound/intake/ngx_http_webhook_limit.h"
#include "http/inbound/action/ngx_http_webhook_action_render.h"
#include "http/inbound/action/ngx_http_webhook_action_run.h"
#include "http/inbound/handover/ngx_http_webhook_confirm.h"
#include "http/inbound/handover/ngx_http_webhook_handover.h"
#include "http/inbound/handover/ngx_http_webhook_shadow.h"
#include "http/model/ngx_http_webhook_verifier.h"
#include "http/runtime/ngx_http_webhook_held.h"
#include "http/runtime/ngx_http_webhook_hops.h"
#include "http/runtime/wipe/ngx_http_webhook_wipe.h"

#include <openssl/crypto.h>


static ngx_int_t ngx_webhook_receive_wipe(ngx_webhook_call_t *call);
static ngx_uint_t ngx_webhook_receive_ready(ngx_webhook_call_t *call,
    ngx_str_t *error);
static ngx_int_t ngx_webhook_receive_current(ngx_webhook_call_t *call);
static void ngx_webhook_receive_woken(ngx_webhook_registered_waiter_t *waiter);
static ngx_int_t ngx_webhook_receive_renew(ngx_webhook_call_t *call,
    ngx_webhook_object_t *object);
static ngx_uint_t ngx_webhook_receive_direct(ngx_http_request_t *r,
    ngx_webhook_call_t *call);
static ngx_uint_t ngx_webhook_receive_asked(ngx_webhook_call_t *call,
    ngx_uint_t status);
static ngx_int_t ngx_webhook_receive_unreachable(ngx_http_request_t *r);
static ngx_int_t ngx_webhook_receive_refuse(ngx_webhook_call_t *call,
    ngx_uint_t status, ngx_str_t *error);
static void ngx_webhook_receive_way(ngx_webhook_call_t *call);


/*
 * What is done with a call once its body is there.  Nothing of a body is looked
 * at before it is verified; nothing is called before all is known to be well.
 */

static const ngx_webhook_way_t  ngx_webhook_receive_steps[] = {
    { ngx_webhook_receive_current, NULL },
    { ngx_webhook_body_join, ngx_webhook_call_work_heavy },
    { ngx_webhook_handshake_unsigned, ngx_webhook_call_work_heavy },
    { ngx_webhook_content_signed, ngx_webhook_call_work_heavy },
    { ngx_webhook_verify, ngx_webhook_call_work_heavy },
    { ngx_webhook_content, ngx_webhook_call_work_heavy },
    { ngx_webhook_handshake_signed, ngx_webhook_call_work_heavy },
    { ngx_webhook_check_type, ngx_webhook_call_work_heavy },
    { ngx_webhook_check_payload, ngx_webhook_call_work_heavy },
    { ngx_webhook_check_skip, ngx_webhook_call_work_judging },
    { ngx_webhook_check_lists, ngx_webhook_call_work_heavy },
    { ngx_webhook_check_fields, ngx_webhook_call_work_heavy },
    { ngx_webhook_check_filters, ngx_webhook_call_work_judging },
    { ngx_webhook_check_targets, ngx_webhook_call_work_heavy },
    { ngx_webhook_action_render, ngx_webhook_call_work_judging },
    { ngx_webhook_answer_dry_run, ngx_webhook_call_work_heavy },
    { ngx_webhook_dedupe_key, ngx_webhook_call_work_heavy },
    { ngx_webhook_handover_room, NULL },
    { ngx_webhook_dedupe_reserve, NULL },
    { ngx_webhook_action_run, NULL },
    { ngx_webhook_handover_begin, NULL },
    { ngx_webhook_handover_known, NULL },
    { ngx_webhook_handover_make, ngx_webhook_call_work_emitting },
    { ngx_webhook_handover_put, NULL },
    { NULL, NULL }
};

/* And once the answer is known, whatever it is. */

static const ngx_webhook_way_t  ngx_webhook_receive_endings[] = {
    { ngx_webhook_answer_own, ngx_webhook_answer_own_heavy },
    { ngx_webhook_answer_compose, NULL },
    { ngx_webhook_dedupe_settle, NULL },
    { ngx_webhook_shadow_send, NULL },
    { ngx_webhook_confirm_send, NULL },
    { ngx_webhook_call_log_prepare,
      ngx_webhook_call_log_heavy },
    { ngx_webhook_call_log, NULL },
    { ngx_webhook_answer, NULL },
    { NULL, NULL }
};


ngx_int_t
ngx_webhook_receive_handler(ngx_http_request_t *r)
{
    ngx_str_t            error;
    ngx_uint_t           status;
    ngx_webhook_call_t  *call;

    if (r != r->main) {

        /* an action, or a page, that leads back to a receiver */

        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "webhook: a subrequest cannot call a receiver");
        return NGX_HTTP_NOT_FOUND;
    }

    call = ngx_webhook_call_get(r);

    if (call == NULL || !ngx_webhook_receive_direct(r, call)) {
        return ngx_webhook_receive_unreachable(r);
    }

    ngx_webhook_receive_way(call);

    if (ngx_webhook_mask_all(call) != NGX_OK
        || ngx_webhook_receive_wipe(call) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    call->hops = ngx_webhook_hops(r);

    status = ngx_webhook_receive_ready(call, &error);

    if (status == 0) {
        status = ngx_webhook_check_headers(call, &error);

        if (ngx_webhook_receive_asked(call, status)) {
            status = call->status;
            error = call->error;
        }
    }

    if (status == 0) {
        status = ngx_webhook_call_work_crowded(call,
                                      r->headers_in.content_length_n, &error);
    }

    if (status == 0 && ngx_webhook_limit_take(call) != NGX_OK) {
        status = NGX_HTTP_TOO_MANY_REQUESTS;
        ngx_str_set(&error, "Too many calls at a time; nothing was done");
    }

    if (status == 0) {
        return ngx_webhook_body_read(call);
    }

    return ngx_webhook_receive_refuse(call, status, &error);
}


/* Where a header of the call is a secret itself, and not signed by one. */

static ngx_int_t
ngx_webhook_receive_wipe(ngx_webhook_call_t *call)
{
    ngx_webhook_receiver_t  *receiver;

    receiver = call->receiver;

    if (call->request->headers_in.authorization
        || (receiver && receiver->verify
            && receiver->verify->verifier.preset->kind == WEBHOOK_VERIFY_TOKEN))
    {
        return ngx_webhook_wipe(call->request);
    }

    return NGX_OK;
}


/* 0, or 503 for a receiver that was registered and must not act now: why is for
   the log alone. */

static ngx_uint_t
ngx_webhook_receive_ready(ngx_webhook_call_t *call, ngx_str_t *error)
{
    ngx_str_t  name;

    if (call->unready == NULL) {
        return 0;
    }

    ngx_str_set(&name, "?");

    ngx_log_error(NGX_LOG_ERR, call->request->connection->log, 0,
                  "webhook receiver \"%V\" cannot accept a call: %s",
                  call->receiver ? &call->receiver->name : &name,
                  call->unready);

    ngx_str_set(error, "This hook cannot be used now; nothing was done: call "
                       "again later");

    return NGX_HTTP_SERVICE_UNAVAILABLE;
}


/*
 * A call whose body took a while: by what is registered now, not when its
 * headers came.
 */

static ngx_int_t
ngx_webhook_receive_current(ngx_webhook_call_t *call)
{
    ngx_int_t                 rc;
    ngx_str_t                 error;
    ngx_webhook_object_t     *object;
    ngx_webhook_main_conf_t  *wmcf;
    ngx_webhook_registered_t *set;

    if (call->held == NULL) {
        return NGX_OK;
    }

    wmcf = ngx_http_get_module_main_conf(call->request,
                                         ngx_http_webhook_module);

    if (call->waiter.failed) {
        call->unready = "what is registered is not known";
        (void) ngx_webhook_receive_ready(call, &error);
        return ngx_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE,
                                    &error);
    }

    call->waiter.handler = ngx_webhook_receive_woken;
    call->waiter.data = call;

    if (ngx_webhook_registered_await(wmcf, &call->waiter) == NGX_AGAIN) {

        /* it is the turn of this step again then */

        call->step--;
        return NGX_AGAIN;
    }

    set = ngx_webhook_registered_hold(wmcf);

    object = ngx_webhook_registered_receiver(set, call->receiver->id);

    rc = ngx_webhook_receive_renew(call, object);

    ngx_webhook_registered_release(set);

    return rc;
}


static void
ngx_webhook_receive_woken(ngx_webhook_registered_waiter_t *waiter)
{
    ngx_webhook_call_wake(waiter->data, NGX_OK);
}


static ngx_int_t
ngx_webhook_receive_renew(ngx_webhook_call_t *call,
    ngx_webhook_object_t *object)
{
    ngx_str_t                 error;
    ngx_uint_t                i, status;
    ngx_webhook_url_token_t  *url_token;

    if (object == NULL || object->receiver == NULL) {
        goto gone;
    }

    url_token = object->receiver->url_tokens.elts;

    for (i = 0; i < object->receiver->url_tokens.nelts; i++) {
        if (CRYPTO_memcmp(url_token[i].digest, call->digest,
                          NGX_WEBHOOK_DIGEST_LEN)
            == 0
            && (url_token[i].expires == 0
                || ngx_time() < url_token[i].expires))
        {
            break;
        }
    }

    if (i == object->receiver->url_tokens.nelts) {
        goto gone;
    }

    call->unready = object->reason;

    status = ngx_webhook_receive_ready(call, &error);

    if (status) {
        return ngx_webhook_call_set(call, status, &error);
    }

    if (object->version == call->version) {
        return NGX_OK;
    }

    /* what is kept of its URL is what the older one asked for */

    if (object->receiver->verify && object->receiver->verify->need_token
        && call->token.len == 0)
    {
        ngx_str_set(&error, "This hook was changed while the call was "
                            "received; nothing was done: call again");
        return ngx_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE,
                                    &error);
    }

    ngx_webhook_held_hold(object->held);
    ngx_webhook_held_release(call->held);

    call->held = object->held;
    call->version = object->version;
    call->receiver = object->receiver;

    status = ngx_webhook_check_headers(call, &error);

    return status ? ngx_webhook_call_set(call, status, &error) : NGX_OK;

gone:

    ngx_str_set(&error, "There is no such hook");

    return ngx_webhook_call_set(call, NGX_HTTP_NOT_FOUND, &error);
}


static void
ngx_webhook_receive_way(ngx_webhook_call_t *call)
{
    call->steps = ngx_webhook_receive_steps;
    call->endings = ngx_webhook_receive_endings;

    ngx_webhook_call_on_end(call, NGX_WEBHOOK_END_LOG,
                            ngx_webhook_call_log_end);
}


/*
 * True for what the caller asked for; a rewrite may have looked at it, but it
 * is no error page or redirect to here.
 */

static ngx_uint_t
ngx_webhook_receive_direct(ngx_http_request_t *r, ngx_webhook_call_t *call)
{
    if (!r->internal) {
        return 1;
    }

    return r->err_status == 0
           && call->path.len
           && r->uri.len == call->path.len
           && ngx_memcmp(r->uri.data, call->path.data, r->uri.len) == 0;
}


/*
 * True where a call is a sender's question, or a probe, that is answered by its
 * head alone.  Some ask with a method or a type that no other call may have.
 */

static ngx_uint_t
ngx_webhook_receive_asked(ngx_webhook_call_t *call, ngx_uint_t status)
{
    switch (status) {

    case 0:
    case NGX_HTTP_UNSUPPORTED_MEDIA_TYPE:
        return ngx_webhook_handshake_head(call) == NGX_DONE;

    case NGX_HTTP_NOT_ALLOWED:
        return ngx_webhook_handshake_head(call) == NGX_DONE
               || ngx_webhook_handshake_probe(call) == NGX_DONE;

    default:
        return 0;
    }
}


/*
 * Under no prefix when its headers were read: what is too short for a token,
 * or a rewrite of an URL that nobody masked.
 */

static ngx_int_t
ngx_webhook_receive_unreachable(ngx_http_request_t *r)
{
    ngx_str_t            error;
    ngx_webhook_call_t  *call;

    call = ngx_webhook_call_make(r);
    if (call == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_webhook_receive_way(call);

    call->receiver = NULL;
    call->masked = 0;
    call->masked_uri = 0;

    if (ngx_webhook_mask_all(call) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (r->internal) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "webhook: a receiver cannot be called through a rewrite "
                      "or a redirect, which would not keep its URL secret");
    }

    ngx_str_set(&error, "There is no such hook");

    return ngx_webhook_receive_refuse(call, NGX_HTTP_NOT_FOUND, &error);
}


/* Ends a call whose body was not read. */

static ngx_int_t
ngx_webhook_receive_refuse(ngx_webhook_call_t *call, ngx_uint_t status,
    ngx_str_t *error)
{
    ngx_http_request_t  *r;

    r = call->request;

    if (r->http_version >= NGX_HTTP_VERSION_20
        && status != NGX_HTTP_REQUEST_ENTITY_TOO_LARGE
        && r->headers_in.content_length_n <= NGX_WEBHOOK_DRAIN_MAX)
    {
        /*
         * the answer would be followed by a reset of the stream, for which
         * clients throw the answer away too
         */

        call->refused = status;
        call->error = *error;

        return ngx_webhook_body_read(call);
    }

    /* no "100 Continue": no body is asked for */

    r->expect_tested = 1;

    if (r->headers_in.expect) {
        r->keepalive = 0;
    }

    if (ngx_http_discard_request_body(r) != NGX_OK) {
        r->keepalive = 0;
    }

    return ngx_webhook_call_end(call, status, error);
}
