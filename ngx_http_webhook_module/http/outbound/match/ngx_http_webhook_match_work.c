
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/match/ngx_http_webhook_match_work.h"
#include "http/outbound/context/ngx_http_webhook_capture_body.h"
#include "http/outbound/context/ngx_http_webhook_capture_company.h"
#include "http/outbound/context/ngx_http_webhook_capture_copy.h"
#include "http/outbound/match/ngx_http_webhook_match_event.h"
#include "http/outbound/match/ngx_http_webhook_match_view.h"
#include "http/outbound/delivery/ngx_http_webhook_dispatcher.h"
#include "http/outbound/fanout/ngx_http_webhook_fanout.h"

#include <malloc.h>


#define NGX_WEBHOOK_MATCH_WAITING  (128 * 1024 * 1024)
                                                /* bytes of those that wait to
                                                   know who is registered: of
                                                   bodies, and of what is kept
                                                   of their requests */


static ngx_uint_t ngx_webhook_match_work_large(ngx_webhook_capture_t *capture,
    size_t *size);
static ngx_uint_t ngx_webhook_match_work_judging(
    ngx_webhook_capture_t *capture, ngx_uint_t all, size_t size,
    ngx_str_t *company);
static ngx_int_t ngx_webhook_match_work_whose(ngx_webhook_settle_t *settle,
    ngx_str_t *company);
static void ngx_webhook_match_work_begin(ngx_webhook_settle_t *settle,
    ngx_webhook_capture_t *capture);
static void ngx_webhook_match_work_refuse(ngx_webhook_capture_t *capture,
    const char *reason);
static size_t ngx_webhook_match_work_cost(ngx_webhook_body_t *body);
static size_t ngx_webhook_match_work_memory(ngx_webhook_work_t *work);
static void ngx_webhook_match_work_await(ngx_webhook_settle_t *settle);
static void ngx_webhook_match_work_go(ngx_webhook_settle_t *settle);
static void ngx_webhook_match_work_known(ngx_webhook_registered_waiter_t *w);
static void ngx_webhook_match_work_run(ngx_webhook_work_t *work);
static void ngx_webhook_match_work_done(ngx_webhook_work_t *work);
static void ngx_webhook_match_work_end(ngx_webhook_settle_t *settle,
    ngx_webhook_match_t *match, ngx_webhook_match_t *origin);
static void ngx_webhook_match_work_lost(ngx_webhook_settle_t *settle,
    ngx_webhook_match_t *match, const char *reason);


static size_t  ngx_webhook_match_work_waiting;


ngx_int_t
ngx_webhook_match_work_post(ngx_webhook_capture_t *capture)
{
    size_t                 size;
    ngx_str_t              company;
    ngx_uint_t             large, judged, behind;
    ngx_webhook_work_t    *work;
    ngx_webhook_settle_t  *settle;

    large = ngx_webhook_match_work_large(capture, &size);
    behind = ngx_webhook_registered_behind(capture->wmcf);

    capture->unknown = NULL;

    if (behind
        && ngx_webhook_match_work_waiting + size > NGX_WEBHOOK_MATCH_WAITING)
    {
        capture->unknown = "too much waits to know who is registered";
        behind = 0;
    }

    judged = !large && !behind && capture->unknown == NULL
             && ngx_webhook_match_work_judging(capture, 0, size, &company);

    if (!large && !judged && !behind) {
        return NGX_DECLINED;
    }

    if (large && ngx_webhook_cpu_behind(size)
        && (capture->after || ngx_webhook_cpu_deserted(size)))
    {
        /* no client waits, or clients do not stay, so that nothing else bounds
           what gathers */

        ngx_webhook_match_work_refuse(capture, "too much waits for the threads "
                                               "of webhook_cpu");
        return NGX_OK;
    }

    work = ngx_webhook_work_create(size);

    if (work == NULL) {
        goto nomem;
    }

    settle = ngx_pcalloc(work->pool, sizeof(ngx_webhook_settle_t));

    if (settle == NULL) {
        ngx_webhook_work_free(work);
        goto nomem;
    }

    settle->work = work;
    settle->large = large || judged;
    settle->judged = judged;
    settle->digested = NGX_DECLINED;

    if (ngx_webhook_match_view(settle, capture) != NGX_OK
        || (judged
            && ngx_webhook_match_work_whose(settle, &company) != NGX_OK))
    {
        ngx_webhook_work_free(work);
        goto nomem;
    }

    if (judged) {

        /* it was read to find whose event it is, and is read again there */

        ngx_webhook_document_free(&capture->request.document);
        ngx_webhook_document_free(&capture->response.document);
    }

    ngx_webhook_match_work_begin(settle, capture);

    return NGX_OK;

nomem:

    if (behind) {
        capture->unknown = "there is no memory to wait until it is known who "
                           "is registered";
    }

    return NGX_DECLINED;
}


/* The work outlives the request. */

static ngx_int_t
ngx_webhook_match_work_whose(ngx_webhook_settle_t *settle, ngx_str_t *company)
{
    if (company->len == 0) {
        return NGX_OK;
    }

    settle->company.data = ngx_pstrdup(settle->work->pool, company);
    settle->company.len = company->len;

    return settle->company.data ? NGX_OK : NGX_ERROR;
}


static void
ngx_webhook_match_work_begin(ngx_webhook_settle_t *settle,
    ngx_webhook_capture_t *capture)
{
    ngx_uint_t  i;

    settle->capture = capture;
    settle->next = capture->works;
    capture->works = settle;

    settle->memory = capture->memory;
    settle->memory->refs++;

    for (i = 0; i < settle->n; i++) {
        settle->origins[i]->state = NGX_WEBHOOK_MATCH_AWAY;
        settle->origins[i]->chosen = 0;
    }

    capture->made = 1;

    if (!capture->after) {
        capture->pending++;
    }

    settle->work->run = ngx_webhook_match_work_run;
    settle->work->done = ngx_webhook_match_work_done;
    settle->work->data = settle;

    ngx_webhook_match_work_await(settle);
}


static void
ngx_webhook_match_work_refuse(ngx_webhook_capture_t *capture,
    const char *reason)
{
    ngx_webhook_match_t  *match;

    for (match = capture->matches; match; match = match->next) {
        if (match->chosen) {
            match->chosen = 0;
            ngx_webhook_match_fail(match, NGX_WEBHOOK_EVENTS_FAILED, reason);
        }
    }
}


/*
 * Until it is known who is registered by now.  What is small is then settled on
 * the event loop, though with what was copied for a thread, since the request
 * may be gone.
 */

static void
ngx_webhook_match_work_await(ngx_webhook_settle_t *settle)
{
    ngx_webhook_main_conf_t  *wmcf;

    wmcf = settle->view.wmcf;

    if (settle->view.unknown) {
        ngx_webhook_work_post(settle->work);
        return;
    }

    settle->waiter.handler = ngx_webhook_match_work_known;
    settle->waiter.data = settle;

    if (ngx_webhook_registered_await(wmcf, &settle->waiter) == NGX_AGAIN) {
        settle->waits = 1;
        settle->cost = ngx_webhook_match_work_memory(settle->work);
        ngx_webhook_match_work_waiting += settle->cost;
        return;
    }

    settle->view.registered = ngx_webhook_registered_hold(wmcf);

    ngx_webhook_match_work_go(settle);
}


static void
ngx_webhook_match_work_go(ngx_webhook_settle_t *settle)
{
    if (settle->judged) {
        ngx_webhook_work_post_fair(settle->work, &settle->company);

    } else {
        ngx_webhook_work_post(settle->work);
    }
}


/* Where the store cannot tell, nginx.conf's endpoints get theirs all the
   same. */

static void
ngx_webhook_match_work_known(ngx_webhook_registered_waiter_t *w)
{
    ngx_webhook_settle_t  *settle;

    settle = w->data;

    settle->waits = 0;
    ngx_webhook_match_work_waiting -= settle->cost;

    if (w->failed) {
        settle->view.unknown = "the store cannot tell who is registered";

    } else {
        settle->view.registered =
                             ngx_webhook_registered_hold(settle->view.wmcf);

        if (!settle->large
            && ngx_webhook_match_work_judging(&settle->view, 1,
                                              settle->work->size,
                                              &settle->company))
        {
            settle->large = 1;
            settle->judged = 1;
        }
    }

    settle->large = settle->large && !ngx_webhook_cpu_closing()
                    && ngx_webhook_cpu_wanted(NGX_WEBHOOK_CPU_MIN + 1);

    if (settle->large) {

        ngx_webhook_match_work_go(settle);

        if (settle->capture == NULL) {
            ngx_webhook_work_desert(settle->work);
        }

        return;
    }

    ngx_webhook_match_work_done(settle->work);
}


/* What a work keeps in memory: the bodies, and what was copied beside them. */

static size_t
ngx_webhook_match_work_memory(ngx_webhook_work_t *work)
{
    size_t             size;
    ngx_pool_t        *pool;
    ngx_pool_large_t  *large;

    size = sizeof(ngx_webhook_work_t) + work->size;

    for (pool = work->pool; pool; pool = pool->d.next) {
        size += malloc_usable_size(pool);
    }

    for (large = work->pool->large; large; large = large->next) {
        if (large->alloc) {
            size += malloc_usable_size(large->alloc);
        }
    }

    return size;
}


/*
 * Are there expressions that somebody registered whom one of the matches may go
 * to, of all or of those that are chosen?  Whose they are tells whom it delays:
 * the company of the first such event.  Where too much of that waits, these
 * events are settled on the event loop, with less of a limit, and never refused.
 */

static ngx_uint_t
ngx_webhook_match_work_judging(ngx_webhook_capture_t *capture, ngx_uint_t all,
    size_t size, ngx_str_t *company)
{
    ngx_webhook_type_t   *type;
    ngx_webhook_match_t  *match;

    if (capture->wmcf->registry == NULL
        || !ngx_webhook_cpu_wanted(NGX_WEBHOOK_CPU_MIN + 1))
    {
        return 0;
    }

    for (match = capture->matches; match; match = match->next) {

        type = match->rule->type;

        if ((all || match->chosen)
            && ngx_webhook_registered_expressions(capture->wmcf, type)
            && ngx_webhook_capture_company(match, company) == NGX_OK
            && ngx_webhook_registered_judges(capture->wmcf, type, company))
        {
            return !ngx_webhook_cpu_crowded(company, size);
        }
    }

    return 0;
}


/* Are the bodies that the chosen matches look at worth a thread? */

static ngx_uint_t
ngx_webhook_match_work_large(ngx_webhook_capture_t *capture, size_t *size)
{
    size_t                cost, len;
    ngx_uint_t            n;
    ngx_webhook_rule_t   *rule;
    ngx_webhook_match_t  *match;

    cost = 0;

    for (match = capture->matches; match; match = match->next) {

        if (!match->chosen) {
            continue;
        }

        rule = match->rule;
        len = 0;

        if (rule->want_response) {
            len += ngx_webhook_match_work_cost(&capture->response);
        }

        if (rule->want_request) {

            /* its coding, too */

            ngx_webhook_capture_fetch(capture);

            len += ngx_webhook_match_work_cost(&capture->request);
        }

        /* each endpoint may want it in another rendition */

        n = ngx_webhook_registered_asks(capture->wmcf, rule->type);
        n = rule->endpoints.nelts + ngx_min(n, NGX_WEBHOOK_FANOUT_RENDITIONS);

        cost += len * (1 + n / 4);
    }

    *size = capture->response.copy.len + capture->request.copy.len;

    return ngx_webhook_cpu_wanted(cost);
}


/* What is compressed is more than it looks. */

static size_t
ngx_webhook_match_work_cost(ngx_webhook_body_t *body)
{
    return ngx_webhook_copy_coded(&body->coding) ? body->copy.len * 64
                                                      : body->copy.len;
}


/* On a thread. */

static void
ngx_webhook_match_work_run(ngx_webhook_work_t *work)
{
    ngx_uint_t             i;
    ngx_webhook_settle_t  *settle;

    settle = work->data;

    for (i = 0; i < settle->n; i++) {
        ngx_webhook_match_event_settle(&settle->matches[i]);
    }

    ngx_webhook_document_free(&settle->view.request.document);
    ngx_webhook_document_free(&settle->view.response.document);
}


static void
ngx_webhook_match_work_done(ngx_webhook_work_t *work)
{
    ngx_uint_t               i;
    ngx_webhook_settle_t    *settle, **next;
    ngx_webhook_capture_t   *capture;

    settle = work->data;
    capture = settle->capture;

    if (!work->ran) {

        /* the process exits, and what is not put now is lost */

        ngx_webhook_match_work_run(work);
    }

    if (capture) {

        for (next = &capture->works; *next != settle; next = &(*next)->next) {
            /* void */
        }

        *next = settle->next;

        ngx_http_set_log_request(capture->r->connection->log, capture->r);
    }

    for (i = 0; i < settle->n; i++) {
        ngx_webhook_match_work_end(settle, &settle->matches[i],
                                   capture ? settle->origins[i] : NULL);
    }

    ngx_webhook_registered_release(settle->view.registered);
    ngx_webhook_memory_release(settle->memory);
    ngx_webhook_work_free(work);

    if (capture && !capture->after && --capture->pending == 0
        && capture->wake && !ngx_webhook_cpu_closing())
    {
        capture->wake(capture);
    }
}


/* What became of a match; its origin is NULL where nobody wants to know. */

static void
ngx_webhook_match_work_end(ngx_webhook_settle_t *settle,
    ngx_webhook_match_t *match, ngx_webhook_match_t *origin)
{
    ngx_webhook_event_t  *event;

    event = match->event;

    if (event == NULL) {

        if (match->state == NGX_WEBHOOK_MATCH_FAILED) {
            ngx_webhook_match_work_lost(settle, match, match->failure);
        }

    } else if (ngx_webhook_dispatcher_behind(event->size)) {
        ngx_webhook_event_free(event);

        match->state = NGX_WEBHOOK_MATCH_FAILED;
        match->counter = NGX_WEBHOOK_EVENTS_FAILED;

        ngx_webhook_match_work_lost(settle, match,
                                    "too much waits for the store");

    } else {
        ngx_webhook_match_put(origin, event);
        return;
    }

    if (origin) {
        origin->state = match->state;
    }
}


static void
ngx_webhook_match_work_lost(ngx_webhook_settle_t *settle,
    ngx_webhook_match_t *match, const char *reason)
{
    ngx_log_t  *log;

    log = settle->capture ? settle->capture->log : ngx_cycle->log;

    ngx_log_error(NGX_LOG_ERR, log, 0,
                  "webhook event lost: \"%V\" %V: %s",
                  &match->rule->type->name, &match->id_text, reason);

    ngx_webhook_count(match->counter, 1);
}
