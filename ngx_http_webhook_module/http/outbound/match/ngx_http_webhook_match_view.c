
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/match/ngx_http_webhook_match_view.h"
#include "http/outbound/context/ngx_http_webhook_capture_body.h"
#include "http/outbound/context/ngx_http_webhook_capture_lookup.h"
#include "http/outbound/payload/ngx_http_webhook_lookup.h"
#include "http/outbound/fanout/ngx_http_webhook_fanout.h"


typedef struct {
    ngx_webhook_settle_t    *settle;
    ngx_webhook_match_t     *match;
} ngx_webhook_taking_t;


static ngx_int_t ngx_webhook_match_view_body(ngx_pool_t *pool,
    ngx_webhook_body_t *body);
static ngx_int_t ngx_webhook_match_view_match(ngx_webhook_settle_t *settle,
    ngx_webhook_match_t *match);
static int ngx_webhook_match_view_take(ngx_webhook_settle_t *settle,
    ngx_webhook_match_t *match);
static int ngx_webhook_match_view_path(void *ctx, const webhook_path_t *path);
static ngx_int_t ngx_webhook_match_view_copy(ngx_pool_t *pool, ngx_str_t *text);


ngx_int_t
ngx_webhook_match_view(ngx_webhook_settle_t *settle,
    ngx_webhook_capture_t *capture)
{
    ngx_uint_t              n;
    ngx_pool_t             *pool;
    ngx_webhook_match_t    *match;
    ngx_webhook_capture_t  *view;

    pool = settle->work->pool;
    view = &settle->view;

    *view = *capture;

    view->r = NULL;
    view->pool = pool;
    view->log = settle->work->log;
    view->memory = NULL;
    view->works = NULL;
    view->work = settle;

    if (ngx_webhook_match_view_body(pool, &view->request) != NGX_OK
        || ngx_webhook_match_view_body(pool, &view->response) != NGX_OK)
    {
        return NGX_ERROR;
    }

    n = 0;

    for (match = capture->matches; match; match = match->next) {
        n += match->chosen;
    }

    settle->matches = ngx_pcalloc(pool, n * sizeof(ngx_webhook_match_t));
    settle->origins = ngx_pcalloc(pool, n * sizeof(ngx_webhook_match_t *));

    if (settle->matches == NULL || settle->origins == NULL
        || ngx_array_init(&settle->taken, pool, 4, sizeof(ngx_webhook_taken_t))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    view->matches = n ? settle->matches : NULL;

    for (match = capture->matches; match; match = match->next) {

        if (match->chosen
            && ngx_webhook_match_view_match(settle, match) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/*
 * Buffers of our own over the bytes that are shared: those of the copy are
 * sent, and their positions move.  Filters behind us may not change the bytes
 * from now on.
 */

static ngx_int_t
ngx_webhook_match_view_body(ngx_pool_t *pool, ngx_webhook_body_t *body)
{
    ngx_buf_t       *b;
    ngx_chain_t     *cl, *ln, **next;
    webhook_hash_t  *hash;

    ngx_memzero(&body->document, sizeof(ngx_webhook_document_t));

    body->known = (body->reason != NULL);

    cl = body->copy.first;

    body->copy.first = NULL;
    body->copy.tail = NULL;
    next = &body->copy.first;

    for ( /* void */ ; cl; cl = cl->next) {

        cl->buf->temporary = 0;
        cl->buf->memory = 1;

        ln = ngx_alloc_chain_link(pool);
        b = ngx_calloc_buf(pool);

        if (ln == NULL || b == NULL) {
            return NGX_ERROR;
        }

        b->pos = cl->buf->pos;
        b->last = cl->buf->last;
        b->memory = 1;

        ln->buf = b;
        ln->next = NULL;

        *next = ln;
        next = &ln->next;
    }

    body->copy.next = NULL;

    if (body->copy.hash) {
        hash = ngx_palloc(pool, sizeof(webhook_hash_t));
        if (hash == NULL) {
            return NGX_ERROR;
        }

        *hash = *body->copy.hash;
        body->copy.hash = hash;
    }

    return ngx_webhook_match_view_copy(pool, &body->type) == NGX_OK
           ? ngx_webhook_match_view_copy(pool, &body->coding) : NGX_ERROR;
}


static ngx_int_t
ngx_webhook_match_view_match(ngx_webhook_settle_t *settle,
    ngx_webhook_match_t *match)
{
    size_t                size;
    int                  *captures;
    ngx_pool_t           *pool;
    ngx_webhook_match_t  *m;

    pool = settle->work->pool;

    if (ngx_webhook_match_view_take(settle, match) != WEBHOOK_OK) {
        return NGX_ERROR;
    }

    if (match->keyed && settle->digested == NGX_DECLINED) {
        settle->digested = ngx_webhook_capture_request_digest(
                                             match->capture, settle->digest);
    }

    m = &settle->matches[settle->n];

    *m = *match;

    m->next = NULL;
    m->unread = NULL;
    m->capture = &settle->view;
    m->id_text.data = m->id_data;

    if (ngx_webhook_match_view_copy(pool, &m->uri) != NGX_OK
        || ngx_webhook_match_view_copy(pool, &m->company) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (match->captures) {
        size = (match->rule->captures + 1) * 3 * sizeof(int);

        captures = ngx_palloc(pool, size);
        if (captures == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(captures, match->captures, size);
        m->captures = captures;
    }

    if (settle->n) {
        m[-1].next = m;
    }

    settle->origins[settle->n++] = match;

    return NGX_OK;
}


/* What conditions and templates of a match ask nginx for. */

static int
ngx_webhook_match_view_take(ngx_webhook_settle_t *settle,
    ngx_webhook_match_t *match)
{
    ngx_uint_t               i;
    webhook_condition_t    **condition;
    ngx_webhook_rule_t      *rule;
    ngx_webhook_taking_t     taking;

    rule = match->rule;

    taking.settle = settle;
    taking.match = match;

    condition = rule->when.elts;

    for (i = 0; i < rule->when.nelts; i++) {
        if (webhook_condition_paths(condition[i], ngx_webhook_match_view_path,
                                    &taking))
        {
            return WEBHOOK_NOMEM;
        }
    }

    if ((rule->body
         && webhook_template_paths(rule->body, ngx_webhook_match_view_path,
                                   &taking))
        || (rule->model
            && webhook_template_paths(rule->model, ngx_webhook_match_view_path,
                                      &taking))
        || (rule->record
            && webhook_template_paths(rule->record, ngx_webhook_match_view_path,
                                      &taking))
        || (rule->company
            && webhook_template_paths(rule->company,
                                      ngx_webhook_match_view_path, &taking)))
    {
        return WEBHOOK_NOMEM;
    }

    if (ngx_webhook_fanout_paths(match->capture->wmcf, &rule->endpoints,
                                 ngx_webhook_match_view_path, &taking))
    {
        return WEBHOOK_NOMEM;
    }

    return WEBHOOK_OK;
}


/* Not 0 where there is no memory. */

static int
ngx_webhook_match_view_path(void *ctx, const webhook_path_t *path)
{
    ngx_webhook_taking_t *taking = ctx;

    const webhook_str_t  *root;

    root = webhook_path_root(path);

    if (webhook_path_steps(path) != 2) {
        return 0;
    }

    if (root->len == 3 && ngx_memcmp(root->data, "uri", 3) == 0) {
        return ngx_webhook_match_captures(taking->match) != WEBHOOK_OK;
    }

    return ngx_webhook_lookup_take(taking->match->capture->r,
                                   taking->settle->work->pool,
                                   &taking->settle->taken, path)
           != NGX_OK;
}


static ngx_int_t
ngx_webhook_match_view_copy(ngx_pool_t *pool, ngx_str_t *text)
{
    if (text->len == 0) {
        ngx_str_null(text);
        return NGX_OK;
    }

    text->data = ngx_pstrdup(pool, text);

    return text->data ? NGX_OK : NGX_ERROR;
}
