
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/match/ngx_http_webhook_match_event.h"
#include "http/outbound/context/ngx_http_webhook_capture_body.h"
#include "http/outbound/context/ngx_http_webhook_capture_lookup.h"
#include "http/outbound/context/ngx_http_webhook_capture_idempotency.h"
#include "http/outbound/match/ngx_http_webhook_match_condition.h"
#include "http/outbound/context/ngx_http_webhook_capture_company.h"
#include "http/outbound/context/ngx_http_webhook_capture_taken.h"
#include "http/outbound/delivery/ngx_http_webhook_dispatcher.h"
#include "http/outbound/fanout/ngx_http_webhook_fanout.h"


/* A payload that is not one of the two bodies: its document is made here. */

typedef struct {
    ngx_webhook_document_t  *document;

    ngx_webhook_document_t   own;
    ngx_chain_t              link;
    ngx_buf_t                buf;
    webhook_buf_t            rendered;
} ngx_webhook_payload_t;


static ngx_int_t ngx_webhook_match_payload(ngx_webhook_match_t *match,
    ngx_webhook_payload_t *payload);
static ngx_int_t ngx_webhook_match_render(ngx_webhook_match_t *match,
    ngx_webhook_payload_t *payload);
static ngx_int_t ngx_webhook_match_part(ngx_webhook_match_t *match,
    ngx_webhook_document_t *d, ngx_webhook_payload_t *payload);
static void ngx_webhook_payload_piece(ngx_webhook_match_t *match,
    ngx_webhook_payload_t *payload, u_char *data, size_t len);
static ngx_uint_t ngx_webhook_match_heard(ngx_webhook_match_t *match);
static void ngx_webhook_match_make(ngx_webhook_match_t *match,
    ngx_webhook_payload_t *payload);
static void ngx_webhook_match_kept(ngx_webhook_event_t *event,
    webhook_store_result_e result);
static void ngx_webhook_match_first(ngx_webhook_match_t *match,
    webhook_op_put_event_t *put, ngx_log_t *log, ngx_str_t *id);


void
ngx_webhook_match_event_settle(ngx_webhook_match_t *match)
{
    ngx_webhook_rule_t     *rule;
    ngx_webhook_capture_t  *capture;
    ngx_webhook_payload_t   payload;

    rule = match->rule;
    capture = match->capture;

    if (rule->need_request
        && ngx_webhook_capture_body(capture, NGX_WEBHOOK_PAYLOAD_REQUEST)
           == NULL)
    {
        ngx_webhook_match_fail(match, capture->request.counter,
                               capture->request.reason);
        return;
    }

    if (rule->need_response
        && ngx_webhook_capture_body(capture, NGX_WEBHOOK_PAYLOAD_RESPONSE)
           == NULL)
    {
        ngx_webhook_match_fail(match, capture->response.counter,
                               capture->response.reason);
        return;
    }

    switch (ngx_webhook_match_when(match)) {

    case NGX_OK:
        break;

    case NGX_DECLINED:
        match->state = NGX_WEBHOOK_MATCH_DROPPED;
        return;

    default:
        ngx_webhook_match_fail(match, NGX_WEBHOOK_EVENTS_FAILED,
                             match->reason ? match->reason : "no memory");
        return;
    }

    if (!ngx_webhook_match_heard(match)) {

        if (capture->unknown) {
            ngx_webhook_match_fail(match, NGX_WEBHOOK_EVENTS_FAILED,
                                   capture->unknown);
            return;
        }

        match->state = NGX_WEBHOOK_MATCH_SKIPPED;
        ngx_webhook_count(NGX_WEBHOOK_EVENTS_SKIPPED, 1);
        return;
    }

    payload.document = NULL;
    webhook_buf_init(&payload.rendered, capture->max);

    if (ngx_webhook_match_payload(match, &payload) == NGX_OK) {
        ngx_webhook_match_make(match, &payload);
    }

    if (payload.document == &payload.own) {
        ngx_webhook_document_free(&payload.own);
    }

    webhook_buf_free(&payload.rendered);
}


/* NGX_OK, or NGX_ERROR where the match has failed. */

static ngx_int_t
ngx_webhook_match_payload(ngx_webhook_match_t *match,
    ngx_webhook_payload_t *payload)
{
    ngx_webhook_body_t      *body;
    ngx_webhook_capture_t   *capture;
    ngx_webhook_document_t  *d;

    if (match->rule->body) {
        return ngx_webhook_match_render(match, payload);
    }

    capture = match->capture;

    d = ngx_webhook_capture_body(capture, match->rule->payload);

    if (d == NULL) {
        body = (match->rule->payload == NGX_WEBHOOK_PAYLOAD_REQUEST)
               ? &capture->request : &capture->response;

        ngx_webhook_match_fail(match, body->counter, body->reason);
        return NGX_ERROR;
    }

    if (match->rule->payload_path) {
        return ngx_webhook_match_part(match, d, payload);
    }

    if (d->len == 0) {
        ngx_webhook_payload_piece(match, payload, (u_char *) "{}", 2);

    } else {
        payload->document = d;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_match_render(ngx_webhook_match_t *match,
    ngx_webhook_payload_t *payload)
{
    webhook_error_t         err;
    ngx_webhook_counter_e   counter;

    err.text[0] = '\0';
    counter = NGX_WEBHOOK_EVENTS_FAILED;

    switch (webhook_template_render(match->rule->body,
                                    ngx_webhook_capture_lookup, match,
                                    &payload->rendered, &err))
    {
    case WEBHOOK_OK:
        ngx_webhook_payload_piece(match, payload, payload->rendered.data,
                                  payload->rendered.len);
        return NGX_OK;

    case WEBHOOK_LIMIT:
        match->reason = "the rendered body is over webhook_payload_max";
        counter = NGX_WEBHOOK_EVENTS_TOO_LARGE;
        break;

    case WEBHOOK_ERROR:
        match->reason = err.text;
        break;

    default:
        if (match->reason == NULL) {
            match->reason = "no memory";
        }
    }

    ngx_webhook_match_fail(match, counter, match->reason);

    match->reason = NULL;

    return NGX_ERROR;
}


static ngx_int_t
ngx_webhook_match_part(ngx_webhook_match_t *match, ngx_webhook_document_t *d,
    ngx_webhook_payload_t *payload)
{
    const char            *reason;
    webhook_json_value_t   value;

    switch (ngx_webhook_document_json(d)) {

    case WEBHOOK_OK:
        if (webhook_path_find(match->rule->payload_path, 0, d->doc, NULL,
                              &value)
            == WEBHOOK_OK)
        {
            ngx_webhook_payload_piece(match, payload, value.span.data,
                                      value.span.len);
            return NGX_OK;
        }

        reason = "the body has nothing at the path of payload=";
        break;

    case WEBHOOK_ERROR:
        reason = "the body is not JSON, XML or a form, which payload= with a "
                 "path needs";
        break;

    case WEBHOOK_LIMIT:
        reason = ngx_webhook_capture_unread(d);
        break;

    default:
        reason = "no memory";
    }

    ngx_webhook_match_fail(match, NGX_WEBHOOK_EVENTS_FAILED, reason);

    return NGX_ERROR;
}


/* JSON that is not a body of its own. */

static void
ngx_webhook_payload_piece(ngx_webhook_match_t *match,
    ngx_webhook_payload_t *payload, u_char *data, size_t len)
{
    static ngx_str_t  json = ngx_string("application/json");

    ngx_memzero(&payload->buf, sizeof(ngx_buf_t));

    payload->buf.pos = data;
    payload->buf.last = data + len;
    payload->buf.memory = 1;

    payload->link.buf = &payload->buf;
    payload->link.next = NULL;

    ngx_webhook_document_init(&payload->own, match->capture->pool,
                              &payload->link, len, &json);

    payload->document = &payload->own;
}


/* True if somebody asks for its type. */

static ngx_uint_t
ngx_webhook_match_heard(ngx_webhook_match_t *match)
{
    ngx_webhook_type_t        *types;
    ngx_webhook_registered_t  *set;

    if (match->rule->endpoints.nelts) {
        return 1;
    }

    set = match->capture->registered;
    types = match->capture->wmcf->types.elts;

    return set && set->asked[match->rule->type - types];
}


static void
ngx_webhook_match_make(ngx_webhook_match_t *match,
    ngx_webhook_payload_t *payload)
{
    ngx_int_t               rc;
    ngx_str_t               company;
    const char             *reason;
    ngx_webhook_rule_t     *rule;
    ngx_webhook_event_t    *event;
    ngx_webhook_fanout_t    fanout;
    ngx_webhook_capture_t  *capture;

    rule = match->rule;
    capture = match->capture;

    ngx_memzero(&fanout, sizeof(ngx_webhook_fanout_t));

    fanout.pool = capture->pool;
    fanout.log = capture->log;
    fanout.wmcf = capture->wmcf;
    fanout.id = &match->id;
    fanout.id_text = &match->id_text;
    fanout.wall = match->wall;
    fanout.type = &rule->type->name;
    fanout.payload = payload->document;
    fanout.max = capture->max;
    fanout.threaded = capture->work && capture->work->large;
    fanout.hops = capture->hops;
    fanout.trace = match->traced ? &match->trace : NULL;
    fanout.model = rule->model;
    fanout.record = rule->record;
    fanout.endpoints = &rule->endpoints;
    fanout.lookup = ngx_webhook_capture_lookup;
    fanout.ctx = match;
    fanout.reason = &match->reason;
    fanout.unread = &match->unread;

    if ((capture->wmcf->registry || rule->company)
        && (ngx_webhook_capture_company(match, &company) != NGX_OK
            || ngx_webhook_fanout_listen(&fanout, capture->registered,
                                         rule->type, &company)
               != NGX_OK))
    {
        ngx_webhook_match_fail(match, NGX_WEBHOOK_EVENTS_FAILED, "no memory");
        return;
    }

    rc = ngx_webhook_fanout(&fanout, &event, &reason);

    if (rc == NGX_DECLINED && capture->unknown) {
        reason = capture->unknown;
        rc = NGX_ERROR;
    }

    if (rc == NGX_DECLINED) {
        match->state = NGX_WEBHOOK_MATCH_SKIPPED;
        ngx_webhook_count(NGX_WEBHOOK_EVENTS_SKIPPED, 1);
        return;
    }

    if (rc != NGX_OK) {
        ngx_webhook_match_fail(match, NGX_WEBHOOK_EVENTS_FAILED, reason);
        return;
    }

    if (capture->unknown) {

        /* nobody can say for how many of them it would have been */

        ngx_log_error(NGX_LOG_ERR, capture->log, 0,
                      "webhook event \"%V\" %V is sent only to endpoints of "
                      "nginx.conf: %s", &rule->type->name,
                      &match->id_text, capture->unknown);

        ngx_webhook_count(NGX_WEBHOOK_DELIVERIES_UNMADE, 1);
    }

    ngx_webhook_match_idempotency(match,
                              &event->shared.job.op.u.put_event.idempotency);

    if (capture->work) {
        match->state = NGX_WEBHOOK_MATCH_MADE;
        match->event = event;
        return;
    }

    if (ngx_webhook_dispatcher_behind(event->size)) {
        ngx_webhook_event_free(event);
        ngx_webhook_match_fail(match, NGX_WEBHOOK_EVENTS_FAILED,
                               "too much waits for the store");
        return;
    }

    ngx_webhook_match_put(match, event);
}


void
ngx_webhook_match_put(ngx_webhook_match_t *match, ngx_webhook_event_t *event)
{
    event->handler = ngx_webhook_match_kept;

    if (match) {
        match->state = NGX_WEBHOOK_MATCH_PENDING;

        if (!match->capture->after) {
            event->data = match;
            match->event = event;
            match->capture->pending++;
        }
    }

    ngx_webhook_dispatcher_put(event);
}


/* The dispatcher has counted it; the request may be gone. */

static void
ngx_webhook_match_kept(ngx_webhook_event_t *event,
    webhook_store_result_e result)
{
    u_char                   text[WEBHOOK_ID_TEXT_LEN];
    ngx_log_t               *log;
    ngx_str_t                id;
    ngx_uint_t               kept;
    webhook_op_put_event_t  *put;
    ngx_webhook_match_t     *match;
    ngx_webhook_capture_t   *capture;

    match = event->data;

    kept = (result == WEBHOOK_STORE_OK || result == WEBHOOK_STORE_DUPLICATE);

    put = &event->shared.job.op.u.put_event;

    webhook_id_text(&put->id, text);
    id.data = text;
    id.len = WEBHOOK_ID_TEXT_LEN;

    log = ngx_cycle->log;

    if (match) {
        log = match->capture->r->connection->log;
        ngx_http_set_log_request(log, match->capture->r);
    }

    if (kept) {
        ngx_webhook_match_first(match, put, log, &id);

    } else {
        ngx_log_error(NGX_LOG_ERR, log, 0, "webhook event lost: \"%V\" %V: %s",
                      ngx_webhook_nstr(&put->type), &id,
                      webhook_store_result_text(result));
    }

    if (match == NULL) {
        return;
    }

    capture = match->capture;

    match->event = NULL;
    match->state = kept ? NGX_WEBHOOK_MATCH_COMMITTED
                        : NGX_WEBHOOK_MATCH_FAILED;

    if (--capture->pending == 0 && capture->wake) {
        capture->wake(capture);
    }
}


/* Whose event it is that was kept, and what came of its key. */

static void
ngx_webhook_match_first(ngx_webhook_match_t *match,
    webhook_op_put_event_t *put, ngx_log_t *log, ngx_str_t *id)
{
    ngx_str_t  first;
    u_char     text[WEBHOOK_ID_TEXT_LEN];

    if (put->differs) {
        ngx_log_error(NGX_LOG_WARN, log, 0,
                      "webhook event \"%V\" %V: its request has the "
                      "idempotency key of another one with another body, and "
                      "is an event of its own", ngx_webhook_nstr(&put->type),
                      id);

        ngx_webhook_count(NGX_WEBHOOK_EVENTS_DIFFERING, 1);
    }

    if (put->unprotected) {

        /* the store has said so */

        ngx_webhook_count(NGX_WEBHOOK_EVENTS_UNPROTECTED, 1);
    }

    if (ngx_memcmp(&put->first, &put->id, sizeof(webhook_id_t)) == 0) {
        return;
    }

    webhook_id_text(&put->first, text);
    first.data = text;
    first.len = WEBHOOK_ID_TEXT_LEN;

    ngx_log_error(NGX_LOG_INFO, log, 0,
                  "webhook event \"%V\" %V is a repeat of %V",
                  ngx_webhook_nstr(&put->type), id, &first);

    ngx_webhook_count(NGX_WEBHOOK_EVENTS_REPEATED, 1);

    if (match) {
        match->id = put->first;
        ngx_memcpy(match->id_data, text, WEBHOOK_ID_TEXT_LEN);
    }
}
