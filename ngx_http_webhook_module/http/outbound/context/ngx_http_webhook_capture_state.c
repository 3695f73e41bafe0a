
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/context/ngx_http_webhook_capture_state.h"
#include "http/outbound/context/ngx_http_webhook_capture_copy.h"
#include "http/outbound/context/ngx_http_webhook_capture_taken.h"


static void ngx_webhook_capture_cleanup(void *data);


ngx_webhook_capture_t *
ngx_webhook_capture_find(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;

    for (cln = r->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_webhook_capture_cleanup) {
            return cln->data;
        }
    }

    return NULL;
}


ngx_webhook_capture_t *
ngx_webhook_capture_get(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t     *cln;
    ngx_webhook_memory_t   *memory;
    ngx_webhook_capture_t  *capture;

    capture = ngx_webhook_capture_find(r);

    if (capture) {
        return capture;
    }

    memory = ngx_webhook_memory_create(ngx_cycle->log);
    if (memory == NULL) {
        return NULL;
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_webhook_capture_t));
    if (cln == NULL) {
        ngx_webhook_memory_release(memory);
        return NULL;
    }

    capture = cln->data;
    ngx_memzero(capture, sizeof(ngx_webhook_capture_t));

    capture->r = r;
    capture->pool = r->pool;
    capture->log = r->connection->log;
    capture->wmcf = ngx_http_get_module_main_conf(r, ngx_http_webhook_module);
    capture->memory = memory;
    capture->last = &capture->matches;
    ngx_webhook_copy_init(&capture->request.copy);
    ngx_webhook_copy_init(&capture->response.copy);

    cln->handler = ngx_webhook_capture_cleanup;

    return capture;
}


static void
ngx_webhook_capture_cleanup(void *data)
{
    ngx_webhook_capture_t  *capture = data;

    /* What is on its way into the store goes there without us. */

    ngx_webhook_capture_reset(capture);
    ngx_webhook_document_free(&capture->request.document);
    ngx_webhook_memory_release(capture->memory);
}


/* Forgets a response, before another takes its place. */

void
ngx_webhook_capture_reset(ngx_webhook_capture_t *capture)
{
    ngx_webhook_match_t  *match;

    ngx_webhook_capture_limit_end(capture);

    for (match = capture->matches; match; match = match->next) {
        if (match->event) {
            match->event->data = NULL;
            match->event = NULL;
        }
    }

    ngx_webhook_capture_taken_forget(capture);

    capture->state = NGX_WEBHOOK_CAPTURE_IDLE;
    capture->matches = NULL;
    capture->last = &capture->matches;
    capture->pending = 0;

    ngx_webhook_document_free(&capture->response.document);
    ngx_memzero(&capture->response, sizeof(ngx_webhook_body_t));
    ngx_webhook_copy_init(&capture->response.copy);
}


void
ngx_webhook_capture_limit_end(ngx_webhook_capture_t *capture)
{
    ngx_http_request_t  *r;

    r = capture->r;

    if (capture->limit.timer_set) {
        ngx_del_timer(&capture->limit);
    }

    if (capture->waiter && r->write_event_handler == capture->waiter) {
        r->write_event_handler = capture->writer;
    }

    capture->wake = NULL;
}


ngx_uint_t
ngx_webhook_match_asked(ngx_webhook_match_t *match)
{
    return match->rule->endpoints.nelts
           || ngx_webhook_registered_asks(match->capture->wmcf,
                                          match->rule->type);
}


ngx_uint_t
ngx_webhook_match_reads(ngx_webhook_match_t *match)
{
    return match->state == NGX_WEBHOOK_MATCH_OPEN
           && match->rule->want_response
           && match->capture->response.reason == NULL;
}


void
ngx_webhook_match_fail(ngx_webhook_match_t *match,
    ngx_webhook_counter_e counter, const char *reason)
{
    size_t                  len;
    char                   *text;
    ngx_webhook_redacted_t  redacted;
    ngx_webhook_capture_t  *capture;

    capture = match->capture;
    match->state = NGX_WEBHOOK_MATCH_FAILED;

    if (capture->work) {

        /* it is said on the event loop, where the request is known */

        len = ngx_strlen(reason) + 1;
        text = ngx_pnalloc(capture->pool, len);

        match->counter = counter;
        match->failure = "no memory";

        if (text) {
            ngx_memcpy(text, reason, len);
            match->failure = text;
        }

        return;
    }

    /* a reason may quote a value */

    ngx_log_error(NGX_LOG_ERR, capture->log, 0,
                  "webhook event lost: \"%V\" %V: %V",
                  &match->rule->type->name, &match->id_text,
                  ngx_webhook_redacted(&redacted, (u_char *) reason,
                                       ngx_strlen(reason)));

    ngx_webhook_count(counter, 1);
}


void
ngx_webhook_capture_bodyless(ngx_webhook_body_t *body,
    ngx_webhook_counter_e counter, const char *reason)
{
    body->known = 1;
    body->counter = counter;
    body->reason = reason;
}
