
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The call has a request that looks as one to its receiver would, in the server
 * where that is called.  It is a copy of the one on whose behalf it is made: its
 * memory, connection and events are that one's, its headers are not.
 */

#include "http/inbound/try/ngx_http_webhook_try.h"
#include "http/inbound/call/ngx_http_webhook_call.h"
#include "http/inbound/call/ngx_http_webhook_call_work.h"
#include "http/inbound/answer/ngx_http_webhook_answer_own.h"
#include "http/inbound/intake/ngx_http_webhook_check.h"
#include "http/inbound/intake/ngx_http_webhook_input.h"
#include "http/inbound/intake/ngx_http_webhook_limit.h"
#include "http/inbound/action/ngx_http_webhook_action_render.h"
#include "http/inbound/action/ngx_http_webhook_action_run.h"
#include "http/inbound/handover/ngx_http_webhook_handover.h"
#include "http/inbound/receive/ngx_http_webhook_answer.h"
#include "http/inbound/receive/ngx_http_webhook_call_log.h"
#include "http/inbound/try/ngx_http_webhook_try_int.h"
#include "http/runtime/ngx_http_webhook_held.h"


static ngx_webhook_receive_location_t *ngx_webhook_try_location(
    ngx_http_request_t *r);
static ngx_http_request_t *ngx_webhook_try_request(ngx_webhook_try_t *t,
    ngx_http_core_srv_conf_t *server);
static ngx_int_t ngx_webhook_try_type(ngx_http_request_t *r, ngx_str_t *type);
static void ngx_webhook_try_host(ngx_webhook_receiver_t *receiver,
    ngx_http_core_srv_conf_t *server, ngx_str_t *host);
static ngx_uint_t ngx_webhook_try_refuse(ngx_webhook_call_t *call,
    ngx_str_t *error);
static ngx_int_t ngx_webhook_try_logged(ngx_webhook_call_t *call);
static ngx_uint_t ngx_webhook_try_log_heavy(ngx_webhook_call_t *call);
static ngx_int_t ngx_webhook_try_log(ngx_webhook_call_t *call);
static void ngx_webhook_try_finish(ngx_webhook_call_t *call);


/* Those of a call that came in, from its payload on and but for repeats. */

static const ngx_webhook_way_t  ngx_webhook_try_steps[] = {
    { ngx_webhook_check_payload, ngx_webhook_call_work_heavy },
    { ngx_webhook_check_skip, ngx_webhook_call_work_judging },
    { ngx_webhook_check_lists, ngx_webhook_call_work_heavy },
    { ngx_webhook_check_fields, ngx_webhook_call_work_heavy },
    { ngx_webhook_check_filters, ngx_webhook_call_work_judging },
    { ngx_webhook_check_targets, ngx_webhook_call_work_heavy },
    { ngx_webhook_action_render, ngx_webhook_call_work_judging },
    { ngx_webhook_answer_dry_run, ngx_webhook_call_work_heavy },
    { ngx_webhook_handover_room, NULL },
    { ngx_webhook_action_run, NULL },
    { ngx_webhook_handover_begin, NULL },
    { ngx_webhook_handover_known, NULL },
    { ngx_webhook_handover_make, ngx_webhook_call_work_emitting },
    { ngx_webhook_handover_put, NULL },
    { NULL, NULL }
};

static const ngx_webhook_way_t  ngx_webhook_try_endings[] = {
    { ngx_webhook_answer_own, ngx_webhook_answer_own_heavy },
    { ngx_webhook_answer_compose, NULL },
    { ngx_webhook_try_logged, ngx_webhook_try_log_heavy },
    { ngx_webhook_try_log, NULL },
    { NULL, NULL }
};

/* Of one that is refused before its payload is looked at. */

static const ngx_webhook_way_t  ngx_webhook_try_none[] = {
    { NULL, NULL }
};


ngx_int_t
ngx_webhook_try(ngx_webhook_try_t *t)
{
    ngx_str_t                        error;
    ngx_uint_t                       status;
    ngx_webhook_call_t              *call;
    ngx_webhook_receive_location_t  *loc;

    ngx_str_null(&t->answer);
    ngx_str_null(&t->answer_type);
    ngx_str_null(&t->error);
    t->status = 0;

    if (ngx_webhook_try_able(t) != NGX_OK) {
        return NGX_DECLINED;
    }

    loc = ngx_webhook_try_location(t->request);

    call = ngx_webhook_call_lend(t->request);
    if (call == NULL) {
        return NGX_ERROR;
    }

    call->request = ngx_webhook_try_request(t, loc->server);
    if (call->request == NULL) {
        return NGX_ERROR;
    }

    call->receiver = t->receiver;
    call->held = t->receiver->held;
    ngx_webhook_held_hold(call->held);

    call->body = t->body.data;
    call->body_len = t->body.len;
    call->joined = t->body.len;
    call->cost = ngx_webhook_input_cost(call);

    call->trusted = 1;
    call->dry_run = (t->replayed.len == 0);
    call->replayed = t->replayed;
    ngx_str_set(&call->verified, "replay");

    call->owner = t;
    call->steps = ngx_webhook_try_steps;
    call->endings = ngx_webhook_try_endings;

    status = ngx_webhook_try_refuse(call, &error);

    if (status) {
        (void) ngx_webhook_call_set(call, status, &error);
        call->steps = ngx_webhook_try_none;
    }

    ngx_webhook_call_begin(call, ngx_webhook_try_finish);

    return NGX_OK;
}


ngx_int_t
ngx_webhook_try_able(ngx_webhook_try_t *t)
{
    if (ngx_webhook_try_asks(t->receiver)) {
        ngx_str_set(&t->error, "the receiver looks at headers, the query or "
                               "variables of a call, which this one has not");
        return NGX_DECLINED;
    }

    if (ngx_webhook_try_location(t->request) == NULL) {
        ngx_str_set(&t->error, "no receiver can be called: there is no "
                               "location with \"webhook_receive\"");
        return NGX_DECLINED;
    }

    return NGX_OK;
}


/* Where it would be called: in the request's own server, or the first. */

static ngx_webhook_receive_location_t *
ngx_webhook_try_location(ngx_http_request_t *r)
{
    ngx_uint_t                       i;
    ngx_webhook_main_conf_t         *wmcf;
    ngx_http_core_srv_conf_t        *cscf;
    ngx_webhook_receive_location_t  *loc;

    wmcf = ngx_http_get_module_main_conf(r, ngx_http_webhook_module);
    cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);

    loc = wmcf->receive_locations.elts;

    for (i = 0; i < wmcf->receive_locations.nelts; i++) {
        if (loc[i].server == cscf) {
            return &loc[i];
        }
    }

    return i ? loc : NULL;
}


static ngx_http_request_t *
ngx_webhook_try_request(ngx_webhook_try_t *t,
    ngx_http_core_srv_conf_t *server)
{
    ngx_http_request_t  *r;

    r = ngx_palloc(t->request->pool, sizeof(ngx_http_request_t));
    if (r == NULL) {
        return NULL;
    }

    *r = *t->request;

    r->main = t->request;
    r->parent = NULL;
    r->main_conf = server->ctx->main_conf;
    r->srv_conf = server->ctx->srv_conf;
    r->loc_conf = server->ctx->loc_conf;

    r->ctx = ngx_pcalloc(r->pool, sizeof(void *) * ngx_http_max_module);
    if (r->ctx == NULL) {
        return NULL;
    }

    r->method = NGX_HTTP_POST;
    ngx_str_set(&r->method_name, "POST");
    ngx_str_set(&r->uri, "/");
    ngx_str_set(&r->unparsed_uri, "/");
    ngx_str_null(&r->args);
    ngx_str_null(&r->exten);

    r->upstream = NULL;
    r->request_body = NULL;
    r->postponed = NULL;
    r->post_subrequest = NULL;
    r->cleanup = NULL;

    ngx_memzero(&r->headers_in, sizeof(ngx_http_headers_in_t));
    ngx_memzero(&r->headers_out, sizeof(ngx_http_headers_out_t));

    if (ngx_list_init(&r->headers_in.headers, r->pool, 2,
                      sizeof(ngx_table_elt_t))
        != NGX_OK
        || ngx_list_init(&r->headers_out.headers, r->pool, 2,
                         sizeof(ngx_table_elt_t))
           != NGX_OK)
    {
        return NULL;
    }

    r->headers_in.content_length_n = t->body.len;
    r->headers_in.keep_alive_n = -1;
    r->headers_out.content_length_n = -1;

    ngx_webhook_try_host(t->receiver, server, &r->headers_in.server);

    return ngx_webhook_try_type(r, &t->type) == NGX_OK ? r : NULL;
}


static ngx_int_t
ngx_webhook_try_type(ngx_http_request_t *r, ngx_str_t *type)
{
    ngx_table_elt_t  *h;

    static u_char  lowcase[] = "content-type";

    h = ngx_list_push(&r->headers_in.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    h->hash = ngx_hash_key(lowcase, sizeof(lowcase) - 1);
    h->lowcase_key = lowcase;
    ngx_str_set(&h->key, "Content-Type");
    h->value = *type;

    if (type->len == 0) {
        ngx_str_set(&h->value, "application/json");
    }

    r->headers_in.content_type = h;

    return NGX_OK;
}


/* The host of receivers' URLs, as outsiders see it. */

static void
ngx_webhook_try_host(ngx_webhook_receiver_t *receiver,
    ngx_http_core_srv_conf_t *server, ngx_str_t *host)
{
    u_char     *p, *last;
    ngx_str_t  *base;

    *host = server->server_name;

    base = receiver->bounds ? (ngx_str_t *) &receiver->bounds->receive : NULL;

    if (base == NULL || base->len == 0) {
        return;
    }

    last = base->data + base->len;

    p = ngx_strlchr(base->data, last, '/');

    if (p == NULL || last - p < 3) {
        return;
    }

    host->data = p + 2;

    p = ngx_strlchr(host->data, last, '/');

    host->len = (p ? p : last) - host->data;
}


/* 0, or the status of what is not even looked at. */

static ngx_uint_t
ngx_webhook_try_refuse(ngx_webhook_call_t *call, ngx_str_t *error)
{
    if (!call->dry_run && call->receiver->mode == NGX_WEBHOOK_MODE_DISABLED) {
        ngx_str_set(error, "This hook is disabled; nothing was done");
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    if (call->body_len > call->receiver->body_max) {
        ngx_str_set(error, "The body is larger than the receiver accepts");
        return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
    }

    if (!call->dry_run && ngx_webhook_limit_take(call) != NGX_OK) {
        ngx_str_set(error, "Too many calls at a time; nothing was done");
        return NGX_HTTP_TOO_MANY_REQUESTS;
    }

    return ngx_webhook_input_kind(call, error);
}


/* A dry run is in no history; who asked for it has seen what came of it. */

static ngx_uint_t
ngx_webhook_try_log_heavy(ngx_webhook_call_t *call)
{
    return !call->dry_run && ngx_webhook_call_log_heavy(call);
}


static ngx_int_t
ngx_webhook_try_logged(ngx_webhook_call_t *call)
{
    return call->dry_run ? NGX_OK : ngx_webhook_call_log_prepare(call);
}


static ngx_int_t
ngx_webhook_try_log(ngx_webhook_call_t *call)
{
    return call->dry_run ? NGX_OK : ngx_webhook_call_log(call);
}


static void
ngx_webhook_try_finish(ngx_webhook_call_t *call)
{
    ngx_webhook_try_t  *t;

    t = call->owner;

    t->status = call->answered ? call->answered : call->status;
    t->answer = call->answer;
    t->answer_type = call->answer_type;

    if (call->status >= NGX_HTTP_SPECIAL_RESPONSE) {
        t->error = call->detail.len ? call->detail : call->error;
    }

    t->handler(t);
}
