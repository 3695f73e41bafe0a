
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Large bodies: matches are settled on a thread.  It works on copies of the
 * matches and of what is known of the request, and on bodies in counted
 * memory, so that neither the thread nor what it makes depends on the request,
 * which may be gone before it is done.
 */

#include "http/outbound/capture/ngx_http_webhook_capture_int.h"
#include "http/outbound/payload/ngx_http_webhook_lookup.h"
#include "http/outbound/render/ngx_http_webhook_render.h"


struct ngx_http_webhook_settle_s {
    ngx_http_webhook_work_t      *work;
    ngx_http_webhook_settle_t    *next;         /* of the capture's */

    ngx_http_webhook_capture_t   *capture;      /* NULL: it is gone */
    ngx_http_webhook_match_t    **origins;      /* its matches, by the index of
                                                   ours */
    ngx_http_webhook_capture_t    view;         /* what the thread sees */
    ngx_http_webhook_match_t     *matches;      /* of it */
    ngx_uint_t                    n;
    ngx_http_webhook_memory_t    *memory;       /* of the bodies */
    u_char                        digest[WEBHOOK_HASH_LEN];
    ngx_int_t                     digested;     /* NGX_OK: that of the
                                                   request's body is there */
    ngx_array_t                   taken;        /* of ..._taken_t: variables */
};


typedef struct {
    ngx_http_webhook_settle_t    *settle;
    ngx_http_webhook_match_t     *match;
} ngx_http_webhook_taking_t;


static ngx_uint_t ngx_http_webhook_settle_large(
    ngx_http_webhook_capture_t *capture, size_t *size);
static size_t ngx_http_webhook_settle_cost(ngx_http_webhook_body_t *body);
static ngx_int_t ngx_http_webhook_settle_view(
    ngx_http_webhook_settle_t *settle, ngx_http_webhook_capture_t *capture);
static ngx_int_t ngx_http_webhook_settle_body(ngx_pool_t *pool,
    ngx_http_webhook_body_t *body);
static ngx_int_t ngx_http_webhook_settle_match(
    ngx_http_webhook_settle_t *settle, ngx_http_webhook_match_t *match);
static int ngx_http_webhook_settle_take(ngx_http_webhook_settle_t *settle,
    ngx_http_webhook_match_t *match);
static int ngx_http_webhook_settle_path(void *ctx,
    const webhook_path_t *path);
static ngx_int_t ngx_http_webhook_settle_copy(ngx_pool_t *pool,
    ngx_str_t *text);
static void ngx_http_webhook_settle_run(ngx_http_webhook_work_t *work);
static void ngx_http_webhook_settle_done(ngx_http_webhook_work_t *work);
static void ngx_http_webhook_settle_end(ngx_http_webhook_settle_t *settle,
    ngx_http_webhook_match_t *match, ngx_http_webhook_match_t *origin);
static void ngx_http_webhook_settle_lost(ngx_http_webhook_settle_t *settle,
    ngx_http_webhook_match_t *match, const char *reason);


ngx_int_t
ngx_http_webhook_settle_post(ngx_http_webhook_capture_t *capture)
{
    size_t                      size;
    ngx_uint_t                  i;
    ngx_http_webhook_work_t    *work;
    ngx_http_webhook_match_t   *match;
    ngx_http_webhook_settle_t  *settle;

    if (!ngx_http_webhook_settle_large(capture, &size)) {
        return NGX_DECLINED;
    }

    if (ngx_http_webhook_cpu_behind(size)
        && (capture->after || ngx_http_webhook_cpu_deserted(size)))
    {
        /* no client waits, or clients do not stay, so that nothing else bounds
           what gathers */

        for (match = capture->matches; match; match = match->next) {
            if (match->chosen) {
                match->chosen = 0;
                ngx_http_webhook_match_fail(match,
                                            NGX_HTTP_WEBHOOK_EVENTS_FAILED,
                                            "too much waits for the threads "
                                            "of webhook_cpu");
            }
        }

        return NGX_OK;
    }

    work = ngx_http_webhook_work_create(size);
    if (work == NULL) {
        return NGX_DECLINED;
    }

    settle = ngx_pcalloc(work->pool, sizeof(ngx_http_webhook_settle_t));

    if (settle == NULL) {
        ngx_http_webhook_work_free(work);
        return NGX_DECLINED;
    }

    settle->work = work;
    settle->digested = NGX_DECLINED;

    if (ngx_http_webhook_settle_view(settle, capture) != NGX_OK) {
        ngx_http_webhook_work_free(work);
        return NGX_DECLINED;
    }

    settle->capture = capture;
    settle->next = capture->works;
    capture->works = settle;

    settle->memory = capture->memory;
    settle->memory->refs++;

    for (i = 0; i < settle->n; i++) {
        settle->origins[i]->state = NGX_HTTP_WEBHOOK_MATCH_AWAY;
        settle->origins[i]->chosen = 0;
    }

    capture->made = 1;

    if (!capture->after) {
        capture->pending++;
    }

    work->run = ngx_http_webhook_settle_run;
    work->done = ngx_http_webhook_settle_done;
    work->data = settle;

    ngx_http_webhook_work_post(work);

    return NGX_OK;
}


/* Are the bodies that the chosen matches look at worth a thread? */

static ngx_uint_t
ngx_http_webhook_settle_large(ngx_http_webhook_capture_t *capture,
    size_t *size)
{
    size_t                     cost, len;
    ngx_http_webhook_rule_t   *rule;
    ngx_http_webhook_match_t  *match;

    cost = 0;

    for (match = capture->matches; match; match = match->next) {

        if (!match->chosen) {
            continue;
        }

        rule = match->rule;
        len = 0;

        if (rule->want_response) {
            len += ngx_http_webhook_settle_cost(&capture->response);
        }

        if (rule->want_request) {

            /* its coding, too */

            ngx_http_webhook_capture_fetch(capture);

            len += ngx_http_webhook_settle_cost(&capture->request);
        }

        /* each endpoint may want it in another form */

        cost += len * (1 + rule->endpoints.nelts / 4);
    }

    *size = capture->response.copy.len + capture->request.copy.len;

    return ngx_http_webhook_cpu_wanted(cost);
}


/* What is compressed is more than it looks. */

static size_t
ngx_http_webhook_settle_cost(ngx_http_webhook_body_t *body)
{
    return ngx_http_webhook_copy_coded(&body->coding) ? body->copy.len * 64
                                                      : body->copy.len;
}


static ngx_int_t
ngx_http_webhook_settle_view(ngx_http_webhook_settle_t *settle,
    ngx_http_webhook_capture_t *capture)
{
    ngx_uint_t                   n;
    ngx_pool_t                  *pool;
    ngx_http_webhook_match_t    *match;
    ngx_http_webhook_capture_t  *view;

    pool = settle->work->pool;
    view = &settle->view;

    *view = *capture;

    view->r = NULL;
    view->pool = pool;
    view->log = settle->work->log;
    view->memory = NULL;
    view->works = NULL;
    view->work = settle;

    if (ngx_http_webhook_settle_body(pool, &view->request) != NGX_OK
        || ngx_http_webhook_settle_body(pool, &view->response) != NGX_OK)
    {
        return NGX_ERROR;
    }

    n = 0;

    for (match = capture->matches; match; match = match->next) {
        n += match->chosen;
    }

    settle->matches = ngx_pcalloc(pool, n * sizeof(ngx_http_webhook_match_t));
    settle->origins = ngx_pcalloc(pool,
                                  n * sizeof(ngx_http_webhook_match_t *));

    if (settle->matches == NULL || settle->origins == NULL
        || ngx_array_init(&settle->taken, pool, 4,
                          sizeof(ngx_http_webhook_taken_t))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    view->matches = settle->matches;

    for (match = capture->matches; match; match = match->next) {

        if (match->chosen
            && ngx_http_webhook_settle_match(settle, match) != NGX_OK)
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
ngx_http_webhook_settle_body(ngx_pool_t *pool, ngx_http_webhook_body_t *body)
{
    ngx_buf_t       *b;
    ngx_chain_t     *cl, *ln, **next;
    webhook_hash_t  *hash;

    ngx_memzero(&body->document, sizeof(ngx_http_webhook_document_t));

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

    return ngx_http_webhook_settle_copy(pool, &body->type) == NGX_OK
           ? ngx_http_webhook_settle_copy(pool, &body->coding) : NGX_ERROR;
}


static ngx_int_t
ngx_http_webhook_settle_match(ngx_http_webhook_settle_t *settle,
    ngx_http_webhook_match_t *match)
{
    size_t                     size;
    int                       *captures;
    ngx_pool_t                *pool;
    ngx_http_webhook_match_t  *m;

    pool = settle->work->pool;

    if (ngx_http_webhook_settle_take(settle, match) != WEBHOOK_OK) {
        return NGX_ERROR;
    }

    if (match->keyed && settle->digested == NGX_DECLINED) {
        settle->digested = ngx_http_webhook_capture_request_digest(
                                             match->capture, settle->digest);
    }

    m = &settle->matches[settle->n];

    *m = *match;

    m->next = NULL;
    m->unread = NULL;
    m->capture = &settle->view;
    m->id_text.data = m->id_data;

    if (ngx_http_webhook_settle_copy(pool, &m->uri) != NGX_OK) {
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
ngx_http_webhook_settle_take(ngx_http_webhook_settle_t *settle,
    ngx_http_webhook_match_t *match)
{
    ngx_uint_t                   i;
    webhook_condition_t        **condition;
    ngx_http_webhook_rule_t     *rule;
    ngx_http_webhook_taking_t    taking;

    rule = match->rule;

    taking.settle = settle;
    taking.match = match;

    condition = rule->when.elts;

    for (i = 0; i < rule->when.nelts; i++) {
        if (webhook_condition_paths(condition[i], ngx_http_webhook_settle_path,
                                    &taking))
        {
            return WEBHOOK_NOMEM;
        }
    }

    if ((rule->body
         && webhook_template_paths(rule->body, ngx_http_webhook_settle_path,
                                   &taking))
        || (rule->model
            && webhook_template_paths(rule->model,
                                      ngx_http_webhook_settle_path, &taking))
        || (rule->record
            && webhook_template_paths(rule->record,
                                      ngx_http_webhook_settle_path, &taking)))
    {
        return WEBHOOK_NOMEM;
    }

    if (ngx_http_webhook_render_paths(match->capture->wmcf, &rule->endpoints,
                                      ngx_http_webhook_settle_path, &taking))
    {
        return WEBHOOK_NOMEM;
    }

    return WEBHOOK_OK;
}


/* Not 0 where there is no memory. */

static int
ngx_http_webhook_settle_path(void *ctx, const webhook_path_t *path)
{
    ngx_http_webhook_taking_t *taking = ctx;

    const webhook_str_t  *root;

    root = webhook_path_step(path, 0);

    if (webhook_path_steps(path) != 2) {
        return 0;
    }

    if (root->len == 3 && ngx_memcmp(root->data, "uri", 3) == 0) {
        return ngx_http_webhook_match_captures(taking->match) != WEBHOOK_OK;
    }

    return ngx_http_webhook_lookup_take(taking->match->capture->r,
                                        taking->settle->work->pool,
                                        &taking->settle->taken, path)
           != NGX_OK;
}


ngx_int_t
ngx_http_webhook_settle_variable(ngx_http_webhook_settle_t *settle,
    const webhook_str_t *name, webhook_value_t *v)
{
    return ngx_http_webhook_lookup_taken(&settle->taken, name, v);
}


ngx_int_t
ngx_http_webhook_settle_digest(ngx_http_webhook_settle_t *settle,
    u_char digest[WEBHOOK_HASH_LEN])
{
    ngx_memcpy(digest, settle->digest, WEBHOOK_HASH_LEN);

    return settle->digested;
}


static ngx_int_t
ngx_http_webhook_settle_copy(ngx_pool_t *pool, ngx_str_t *text)
{
    if (text->len == 0) {
        ngx_str_null(text);
        return NGX_OK;
    }

    text->data = ngx_pstrdup(pool, text);

    return text->data ? NGX_OK : NGX_ERROR;
}


/* On a thread. */

static void
ngx_http_webhook_settle_run(ngx_http_webhook_work_t *work)
{
    ngx_uint_t                  i;
    ngx_http_webhook_settle_t  *settle;

    settle = work->data;

    for (i = 0; i < settle->n; i++) {
        ngx_http_webhook_match_settle(&settle->matches[i]);
    }

    ngx_http_webhook_document_free(&settle->view.request.document);
    ngx_http_webhook_document_free(&settle->view.response.document);
}


static void
ngx_http_webhook_settle_done(ngx_http_webhook_work_t *work)
{
    ngx_uint_t                    i;
    ngx_http_webhook_settle_t    *settle, **next;
    ngx_http_webhook_capture_t   *capture;

    settle = work->data;
    capture = settle->capture;

    if (!work->ran) {

        /* the process exits, and what is not put now is lost */

        ngx_http_webhook_settle_run(work);
    }

    if (capture) {

        for (next = &capture->works; *next != settle; next = &(*next)->next) {
            /* void */
        }

        *next = settle->next;

        ngx_http_set_log_request(capture->r->connection->log, capture->r);
    }

    for (i = 0; i < settle->n; i++) {
        ngx_http_webhook_settle_end(settle, &settle->matches[i],
                                    capture ? settle->origins[i] : NULL);
    }

    ngx_http_webhook_memory_release(settle->memory);
    ngx_http_webhook_work_free(work);

    if (capture && !capture->after && --capture->pending == 0
        && !ngx_http_webhook_cpu_closing())
    {
        ngx_http_webhook_capture_wake(capture);
    }
}


/* What became of a match; its origin is NULL where nobody wants to know. */

static void
ngx_http_webhook_settle_end(ngx_http_webhook_settle_t *settle,
    ngx_http_webhook_match_t *match, ngx_http_webhook_match_t *origin)
{
    ngx_http_webhook_event_t  *event;

    event = match->event;

    if (event == NULL) {

        if (match->state == NGX_HTTP_WEBHOOK_MATCH_FAILED) {
            ngx_http_webhook_settle_lost(settle, match, match->failure);
        }

    } else if (ngx_http_webhook_courier_behind(event->size)) {
        ngx_http_webhook_event_free(event);

        match->state = NGX_HTTP_WEBHOOK_MATCH_FAILED;
        match->counter = NGX_HTTP_WEBHOOK_EVENTS_FAILED;

        ngx_http_webhook_settle_lost(settle, match,
                                     "too much waits for the store");

    } else {
        ngx_http_webhook_match_put(origin, event);
        return;
    }

    if (origin) {
        origin->state = match->state;
    }
}


static void
ngx_http_webhook_settle_lost(ngx_http_webhook_settle_t *settle,
    ngx_http_webhook_match_t *match, const char *reason)
{
    ngx_log_t  *log;

    log = settle->capture ? settle->capture->log : ngx_cycle->log;

    ngx_log_error(NGX_LOG_ERR, log, 0,
                  "webhook event lost: \"%V\" %V: %s",
                  &match->rule->type->name, &match->id_text, reason);

    ngx_http_webhook_count(match->counter, 1);
}


void
ngx_http_webhook_settle_forget(ngx_http_webhook_capture_t *capture)
{
    ngx_http_webhook_settle_t  *settle;

    for (settle = capture->works; settle; settle = settle->next) {
        settle->capture = NULL;
        ngx_http_webhook_work_desert(settle->work);
    }

    capture->works = NULL;
}
