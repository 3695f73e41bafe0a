
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/match/ngx_http_webhook_match.h"
#include "http/outbound/context/ngx_http_webhook_capture_body.h"
#include "http/outbound/context/ngx_http_webhook_capture_copy.h"
#include "http/outbound/context/ngx_http_webhook_capture_idempotency.h"
#include "http/outbound/match/ngx_http_webhook_match_condition.h"
#include "http/outbound/match/ngx_http_webhook_match_rule.h"
#include "http/runtime/ngx_http_webhook_clock.h"
#include "http/runtime/ngx_http_webhook_hops.h"


static void ngx_webhook_match_rule_unjudged(ngx_http_request_t *r,
    ngx_webhook_rule_t *rule, ngx_str_t *path);
static void ngx_webhook_match_response(ngx_webhook_capture_t *capture,
    size_t max, ngx_uint_t bodyless);
static void ngx_webhook_match_lost(ngx_http_request_t *r,
    ngx_webhook_rule_t *rule, const char *reason);
static void ngx_webhook_match_check(ngx_webhook_match_t *match);


ngx_webhook_capture_t *
ngx_webhook_match(ngx_http_request_t *r, ngx_webhook_loc_conf_t *wlcf,
    ngx_webhook_capture_t *capture, ngx_uint_t bodyless)
{
    ngx_str_t                path;
    ngx_uint_t               i;
    ngx_webhook_rule_t     **rule;
    ngx_webhook_match_t     *match;

    if (capture) {
        ngx_webhook_capture_reset(capture);
        ngx_webhook_match_response(capture, wlcf->payload_max, bodyless);
        capture->hops = ngx_webhook_hops(r);
    }

    rule = wlcf->rules->elts;

    for (i = 0; i < wlcf->rules->nelts; i++) {

        if (!webhook_status_set_has(&rule[i]->status, r->headers_out.status)) {
            continue;
        }

        switch (ngx_webhook_match_rule(r, rule[i], &path)) {

        case NGX_OK:
            break;

        case NGX_ERROR:
            ngx_webhook_match_rule_unjudged(r, rule[i], &path);
            continue;

        case NGX_ABORT:
            ngx_webhook_match_lost(r, rule[i], "no memory");
            continue;

        default:
            continue;
        }

        if (capture == NULL) {
            capture = ngx_webhook_capture_get(r);

            if (capture == NULL) {
                ngx_webhook_match_lost(r, rule[i], "no memory");
                continue;
            }

            ngx_webhook_match_response(capture, wlcf->payload_max, bodyless);
            capture->hops = ngx_webhook_hops(r);
        }

        if (!ngx_webhook_hops_allow(capture->hops, &rule[i]->type->name,
                                    r->connection->log))
        {
            continue;
        }

        match = ngx_pcalloc(r->pool, sizeof(ngx_webhook_match_t));

        if (match == NULL) {
            ngx_webhook_match_lost(r, rule[i], "no memory");
            continue;
        }

        match->capture = capture;
        match->rule = rule[i];
        match->uri = path;

        if (rule[i]->when.nelts && !ngx_webhook_match_early(match)) {
            continue;
        }

        if (ngx_webhook_event_id(&match->id) != NGX_OK) {
            ngx_webhook_match_lost(r, rule[i], "no randomness for an id");
            continue;
        }

        webhook_id_text(&match->id, match->id_data);
        match->id_text.data = match->id_data;
        match->id_text.len = WEBHOOK_ID_TEXT_LEN;

        if (ngx_webhook_capture_key(match, wlcf) != NGX_OK) {
            ngx_webhook_match_lost(r, rule[i], "no memory for its key");
            continue;
        }

        match->wall = ngx_webhook_clock_wall();
        match->traced = (ngx_webhook_traceparent(r, &match->trace) != NULL);

        *capture->last = match;
        capture->last = &match->next;

        ngx_webhook_match_check(match);
    }

    return (capture && capture->matches) ? capture : NULL;
}


/* An expression at the library's limit: nobody can tell whether it matches. */

static void
ngx_webhook_match_rule_unjudged(ngx_http_request_t *r, ngx_webhook_rule_t *rule,
    ngx_str_t *path)
{
    ngx_webhook_redacted_t  redacted;

    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "the regular expression of webhook event \"%V\" in %s:%ui "
                  "ran into its match limit on \"%V\": there is no event",
                  &rule->type->name, rule->source_pos.file,
                  rule->source_pos.line,
                  ngx_webhook_redacted(&redacted, path->data, path->len));

    ngx_webhook_count(NGX_WEBHOOK_EVENTS_UNJUDGED, 1);
}


/*
 * Keeps of the response's header what filters behind us may change, and looks
 * whether that tells already that its body cannot be had.
 */

static void
ngx_webhook_match_response(ngx_webhook_capture_t *capture, size_t max,
    ngx_uint_t bodyless)
{
    ngx_http_request_t  *r;
    ngx_webhook_body_t  *body;

    r = capture->r;
    body = &capture->response;

    capture->max = max;

    if (capture->early && capture->request.copy.len > max) {
        capture->request.copy.over = 1;
    }

    body->type = r->headers_out.content_type;

    if (ngx_webhook_capture_encoding(r->pool, &r->headers_out.headers,
                                     &body->coding)
        != NGX_OK)
    {
        ngx_webhook_capture_bodyless(body, NGX_WEBHOOK_EVENTS_FAILED,
                                     "no memory");
        return;
    }

    if (r->headers_out.content_length_n > 0) {
        body->copy.expected = (size_t)
                        ngx_min(r->headers_out.content_length_n, (off_t) max);
    }

    if (bodyless) {
        return;
    }

    if (!ngx_webhook_copy_coding(&body->coding)) {
        ngx_webhook_capture_bodyless(body, NGX_WEBHOOK_EVENTS_UNDECODABLE,
                            "the response has an unknown content coding");

    } else if (r->headers_out.status == NGX_HTTP_PARTIAL_CONTENT) {
        ngx_webhook_capture_bodyless(body, NGX_WEBHOOK_EVENTS_PARTIAL,
                            "the response is a part of a whole");

    } else if (r->headers_out.content_length_n > (off_t) max) {
        ngx_webhook_capture_bodyless(body, NGX_WEBHOOK_EVENTS_TOO_LARGE,
                            "the response's body is over webhook_payload_max");
    }
}


/* An event that could not even be given a match. */

static void
ngx_webhook_match_lost(ngx_http_request_t *r, ngx_webhook_rule_t *rule,
    const char *reason)
{
    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "webhook event lost: \"%V\": %s",
                  &rule->type->name, reason);

    ngx_webhook_count(NGX_WEBHOOK_EVENTS_FAILED, 1);
}


/* Decides at once what the response's header alone decides. */

static void
ngx_webhook_match_check(ngx_webhook_match_t *match)
{
    ngx_webhook_rule_t     *rule;
    ngx_webhook_capture_t  *capture;

    rule = match->rule;
    capture = match->capture;

    if (rule->when.nelts == 0 && !ngx_webhook_match_asked(match)) {
        match->state = NGX_WEBHOOK_MATCH_SKIPPED;
        ngx_webhook_count(NGX_WEBHOOK_EVENTS_SKIPPED, 1);
        return;
    }

    if (rule->need_request && capture->request.copy.over) {
        ngx_webhook_match_fail(match, NGX_WEBHOOK_EVENTS_TOO_LARGE,
                            "the request's body is over webhook_payload_max");
        return;
    }

    if (rule->need_response && capture->response.reason) {
        ngx_webhook_match_fail(match, capture->response.counter,
                               capture->response.reason);
    }
}
