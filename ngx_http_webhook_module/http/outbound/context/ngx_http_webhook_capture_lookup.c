
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/context/ngx_http_webhook_capture_lookup.h"
#include "http/outbound/context/ngx_http_webhook_capture_body.h"
#include "http/outbound/context/ngx_http_webhook_capture_taken.h"
#include "http/outbound/payload/ngx_http_webhook_lookup.h"


typedef int (*ngx_webhook_root_pt)(ngx_webhook_match_t *match,
    const webhook_path_t *path, webhook_value_t *v);


typedef struct {
    ngx_str_t              name;
    ngx_webhook_root_pt    handler;
} ngx_webhook_root_t;


static int ngx_webhook_root_data(ngx_webhook_match_t *match,
    const webhook_path_t *path, webhook_value_t *v);
static int ngx_webhook_root_request(ngx_webhook_match_t *match,
    const webhook_path_t *path, webhook_value_t *v);
static int ngx_webhook_root_response(ngx_webhook_match_t *match,
    const webhook_path_t *path, webhook_value_t *v);
static int ngx_webhook_root_uri(ngx_webhook_match_t *match,
    const webhook_path_t *path, webhook_value_t *v);
static int ngx_webhook_root_event(ngx_webhook_match_t *match,
    const webhook_path_t *path, webhook_value_t *v);
static int ngx_webhook_root_var(ngx_webhook_match_t *match,
    const webhook_path_t *path, webhook_value_t *v);
static int ngx_webhook_root_body(ngx_webhook_match_t *match,
    ngx_webhook_payload_e which, const webhook_path_t *part,
    const webhook_path_t *path, webhook_value_t *v);
static void ngx_webhook_value_text(webhook_value_t *v, u_char *data,
    size_t len);


static ngx_webhook_root_t  ngx_webhook_roots[] = {
    { ngx_string("data"),     ngx_webhook_root_data },
    { ngx_string("request"),  ngx_webhook_root_request },
    { ngx_string("response"), ngx_webhook_root_response },
    { ngx_string("uri"),      ngx_webhook_root_uri },
    { ngx_string("event"),    ngx_webhook_root_event },
    { ngx_string("now"),      ngx_webhook_root_event },
    { ngx_string("var"),      ngx_webhook_root_var },
    { ngx_null_string, NULL }
};


int
ngx_webhook_capture_lookup(void *ctx, const webhook_path_t *path,
    webhook_value_t *v)
{
    const webhook_str_t  *root;
    ngx_webhook_root_t   *known;

    ngx_memzero(v, sizeof(webhook_value_t));
    v->missing = 1;

    root = webhook_path_root(path);

    for (known = ngx_webhook_roots; known->handler; known++) {
        if (root->len == known->name.len
            && ngx_strncmp(root->data, known->name.data, root->len) == 0)
        {
            return known->handler(ctx, path, v);
        }
    }

    return WEBHOOK_OK;
}


static int
ngx_webhook_root_data(ngx_webhook_match_t *match, const webhook_path_t *path,
    webhook_value_t *v)
{
    ngx_webhook_rule_t  *rule;

    rule = match->rule;

    return ngx_webhook_root_body(match, rule->payload, rule->payload_path,
                                 path, v);
}


static int
ngx_webhook_root_request(ngx_webhook_match_t *match,
    const webhook_path_t *path, webhook_value_t *v)
{
    return ngx_webhook_root_body(match, NGX_WEBHOOK_PAYLOAD_REQUEST, NULL,
                                 path, v);
}


static int
ngx_webhook_root_response(ngx_webhook_match_t *match,
    const webhook_path_t *path, webhook_value_t *v)
{
    return ngx_webhook_root_body(match, NGX_WEBHOOK_PAYLOAD_RESPONSE,
                                 NULL, path, v);
}


/* The steps of path behind its root, in a body or the part of it. */

static int
ngx_webhook_root_body(ngx_webhook_match_t *match, ngx_webhook_payload_e which,
    const webhook_path_t *part, const webhook_path_t *path, webhook_value_t *v)
{
    int                      rc;
    ngx_webhook_capture_t   *capture;
    ngx_webhook_document_t  *d;

    capture = match->capture;

    d = ngx_webhook_capture_body(capture, which);

    if (d == NULL) {
        match->reason = (which == NGX_WEBHOOK_PAYLOAD_REQUEST)
                        ? capture->request.reason : capture->response.reason;
        return WEBHOOK_NOMEM;
    }

    rc = ngx_webhook_document_find(d, path, 1, part, v);

    if (rc == WEBHOOK_OK && d->len && d->read == WEBHOOK_ERROR) {
        match->unread = d;
        v->unread = 1;
    }

    if (rc == WEBHOOK_LIMIT) {
        match->reason = ngx_webhook_capture_unread(d);
        return WEBHOOK_NOMEM;
    }

    return rc;
}


static int
ngx_webhook_root_uri(ngx_webhook_match_t *match, const webhook_path_t *path,
    webhook_value_t *v)
{
    int                          start, end;
    ngx_int_t                    n;
    ngx_uint_t                   i;
    const webhook_str_t         *step;
    ngx_webhook_rule_t          *rule;
    ngx_webhook_capture_name_t  *name;

    if (webhook_path_steps(path) != 2) {
        return WEBHOOK_OK;
    }

    rule = match->rule;
    step = webhook_path_step(path, 1);

    n = ngx_atoi(step->data, step->len);

    if (n == NGX_ERROR) {

        name = rule->names.elts;

        for (i = 0; i < rule->names.nelts; i++) {
            if (step->len == name[i].name.len
                && ngx_strncmp(step->data, name[i].name.data, step->len) == 0)
            {
                n = (ngx_int_t) name[i].index;
                break;
            }
        }
    }

    if (n < 0 || n > (ngx_int_t) rule->captures) {
        return WEBHOOK_OK;
    }

    if (ngx_webhook_match_captures(match) != WEBHOOK_OK) {
        return WEBHOOK_NOMEM;
    }

    start = match->captures[2 * n];
    end = match->captures[2 * n + 1];

    if (start >= 0 && end >= start && (size_t) end <= match->uri.len) {
        ngx_webhook_value_text(v, match->uri.data + start, end - start);
    }

    return WEBHOOK_OK;
}


/* Most rules never ask for them, so they are not kept when a rule matches. */

int
ngx_webhook_match_captures(ngx_webhook_match_t *match)
{
    int         *captures;
    ngx_int_t    rc;
    ngx_uint_t   i, n;

    if (match->captures) {
        return WEBHOOK_OK;
    }

    n = (match->rule->captures + 1) * 3;

    captures = ngx_palloc(match->capture->pool, n * sizeof(int));
    if (captures == NULL) {
        return WEBHOOK_NOMEM;
    }

    for (i = 0; i < n; i++) {
        captures[i] = -1;
    }

    rc = ngx_regex_exec(match->rule->regex, &match->uri, captures, n);

    /* those behind the last one that took part are not set */

    for (i = (rc > 0) ? 2 * rc : 0; i < n; i++) {
        captures[i] = -1;
    }

    match->captures = captures;

    return WEBHOOK_OK;
}


/* "now" too. */

static int
ngx_webhook_root_event(ngx_webhook_match_t *match, const webhook_path_t *path,
    webhook_value_t *v)
{
    return ngx_webhook_lookup_event(match->capture->pool, &match->id,
                                    match->wall, &match->rule->type->name,
                                    path, v);
}


static int
ngx_webhook_root_var(ngx_webhook_match_t *match, const webhook_path_t *path,
    webhook_value_t *v)
{
    const webhook_str_t  *name;

    if (webhook_path_steps(path) != 2) {
        return WEBHOOK_OK;
    }

    name = webhook_path_step(path, 1);

    if (match->capture->work) {
        return (ngx_webhook_capture_taken_variable(match->capture->work, name,
                                                   v)
                == NGX_OK)
               ? WEBHOOK_OK : WEBHOOK_NOMEM;
    }

    return (ngx_webhook_lookup_variable(match->capture->r, name, v) == NGX_OK)
           ? WEBHOOK_OK : WEBHOOK_NOMEM;
}


static void
ngx_webhook_value_text(webhook_value_t *v, u_char *data, size_t len)
{
    v->missing = 0;
    v->is_text = 1;
    v->type = WEBHOOK_JSON_STRING;
    v->span.data = data;
    v->span.len = len;
}
