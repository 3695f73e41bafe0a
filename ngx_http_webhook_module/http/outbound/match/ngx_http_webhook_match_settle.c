
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/match/ngx_http_webhook_match_settle.h"
#include "http/outbound/context/ngx_http_webhook_capture_body.h"
#include "http/outbound/match/ngx_http_webhook_match_event.h"
#include "http/outbound/match/ngx_http_webhook_match_work.h"


void
ngx_webhook_match_settle(ngx_webhook_capture_t *capture, ngx_uint_t all)
{
    ngx_webhook_match_t  *match;

    capture->late = 0;

    for (match = capture->matches; match; match = match->next) {

        if (match->state != NGX_WEBHOOK_MATCH_OPEN) {
            continue;
        }

        if (!all) {

            if (ngx_webhook_match_reads(match)) {
                continue;
            }

            if ((match->rule->want_request || match->keyed)
                && ngx_webhook_capture_request_comes(capture))
            {
                capture->late = 1;
                continue;
            }
        }

        match->chosen = 1;
    }

    if (ngx_webhook_match_work_post(capture) == NGX_OK) {
        return;
    }

    capture->registered = capture->unknown
                          ? NULL : ngx_webhook_registered_hold(capture->wmcf);

    for (match = capture->matches; match; match = match->next) {

        if (!match->chosen) {
            continue;
        }

        match->chosen = 0;

        ngx_webhook_match_event_settle(match);

        if (match->state == NGX_WEBHOOK_MATCH_PENDING) {
            capture->made = 1;
        }
    }

    ngx_webhook_registered_release(capture->registered);
    capture->registered = NULL;

    /* What reading made is not in the pool, and can be large. */

    ngx_webhook_document_free(&capture->request.document);
    ngx_webhook_document_free(&capture->response.document);
}


void
ngx_webhook_match_settle_cut(ngx_webhook_capture_t *capture)
{
    ngx_webhook_match_t  *match;

    for (match = capture->matches; match; match = match->next) {

        if (ngx_webhook_match_reads(match)) {
            ngx_webhook_match_fail(match, NGX_WEBHOOK_EVENTS_CUT_SHORT,
                                   "the response was cut short");
        }
    }

    ngx_webhook_match_settle(capture, 1);
}


void
ngx_webhook_match_settle_spoil(ngx_webhook_capture_t *capture,
    ngx_webhook_counter_e counter, const char *reason)
{
    ngx_webhook_match_t  *match;

    if (capture->response.reason == NULL) {
        ngx_webhook_capture_bodyless(&capture->response, counter, reason);
    }

    for (match = capture->matches; match; match = match->next) {

        if (match->state == NGX_WEBHOOK_MATCH_OPEN
            && match->rule->need_response)
        {
            ngx_webhook_match_fail(match, capture->response.counter,
                                   capture->response.reason);
        }
    }

    capture->copying = 0;
    capture->late = 1;
}
