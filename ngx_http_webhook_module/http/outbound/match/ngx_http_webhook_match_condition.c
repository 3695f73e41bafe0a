
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/match/ngx_http_webhook_match_condition.h"
#include "http/outbound/context/ngx_http_webhook_capture_body.h"
#include "http/outbound/context/ngx_http_webhook_capture_lookup.h"


static void ngx_webhook_match_unjudged(
    ngx_webhook_match_t *match);
static size_t ngx_webhook_match_spend(ngx_webhook_match_t *match);
static int ngx_webhook_match_early_path(void *ctx, const webhook_path_t *path);


/* NGX_OK if all hold, NGX_DECLINED if one does not, NGX_ERROR. */

ngx_int_t
ngx_webhook_match_when(ngx_webhook_match_t *match)
{
    size_t                 work;
    ngx_uint_t             i;
    webhook_condition_t  **when;

    when = match->rule->when.elts;
    work = ngx_webhook_match_spend(match);

    for (i = 0; i < match->rule->when.nelts; i++) {

        match->unread = NULL;

        switch (webhook_condition_eval(when[i], ngx_webhook_capture_lookup,
                                       match, &work))
        {
        case 1:
            break;

        case WEBHOOK_LIMIT:
            ngx_log_error(NGX_LOG_WARN, match->capture->log, 0,
                          "a condition of webhook event \"%V\" ran into its "
                          "match limit and does not hold",
                          &match->rule->type->name);

            ngx_webhook_count(NGX_WEBHOOK_EVENTS_UNJUDGED, 1);

            return NGX_DECLINED;

        case 0:
            ngx_webhook_match_unjudged(match);

            return NGX_DECLINED;

        default:
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* What the conditions of a rule may take. */

static size_t
ngx_webhook_match_spend(ngx_webhook_match_t *match)
{
    ngx_webhook_capture_t  *capture;

    capture = match->capture;

    return WEBHOOK_CONDITION_WORK
           + (capture->request.copy.len + capture->response.copy.len)
             * WEBHOOK_CONDITION_WORK_BYTE;
}


/* A condition does not hold: because what it is about could not be read? */

static void
ngx_webhook_match_unjudged(ngx_webhook_match_t *match)
{
    if (match->unread == NULL) {
        return;
    }

    ngx_log_error(NGX_LOG_WARN, match->capture->log, 0,
                  "a condition of webhook event \"%V\" cannot be evaluated, "
                  "and there is no event: the %s's body %s",
                  &match->rule->type->name,
                  match->unread == &match->capture->request.document
                  ? "request" : "response",
                  ngx_webhook_document_reason(match->unread));

    ngx_webhook_count(NGX_WEBHOOK_EVENTS_UNJUDGED, 1);
}


ngx_uint_t
ngx_webhook_match_early(ngx_webhook_match_t *match)
{
    size_t                 work;
    ngx_uint_t             i;
    webhook_condition_t  **when;

    when = match->rule->when.elts;
    work = ngx_webhook_match_spend(match);

    for (i = 0; i < match->rule->when.nelts; i++) {

        if (webhook_condition_paths(when[i], ngx_webhook_match_early_path,
                                    match->capture)
            != 0)
        {
            continue;
        }

        match->unread = NULL;

        if (webhook_condition_eval(when[i], ngx_webhook_capture_lookup, match,
                                   &work)
            == 0)
        {
            ngx_webhook_match_unjudged(match);
            return 0;
        }
    }

    return 1;
}


/* 1 if the value may not be known before the response has ended. */

static int
ngx_webhook_match_early_path(void *ctx, const webhook_path_t *path)
{
    const webhook_str_t    *root;
    ngx_webhook_capture_t  *capture = ctx;

    root = webhook_path_root(path);

    if (root->len == 3 && ngx_strncmp(root->data, "uri", 3) == 0) {
        return 0;
    }

    if (root->len == 7 && ngx_strncmp(root->data, "request", 7) == 0) {
        return !ngx_webhook_capture_request_whole(capture)
               || ngx_webhook_cpu_wanted(capture->request.copy.len);
    }

    return 1;
}
