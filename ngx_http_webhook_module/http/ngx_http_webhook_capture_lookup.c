
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "ngx_http_webhook_capture_int.h"
#include "ngx_http_webhook_lookup.h"


typedef int (*ngx_http_webhook_root_pt)(ngx_http_webhook_match_t *match,
    const webhook_path_t *path, webhook_value_t *v);


typedef struct {
    ngx_str_t                   name;
    ngx_http_webhook_root_pt    handler;
} ngx_http_webhook_root_t;


static int ngx_http_webhook_root_data(ngx_http_webhook_match_t *match,
    const webhook_path_t *path, webhook_value_t *v);
static int ngx_http_webhook_root_request(ngx_http_webhook_match_t *match,
    const webhook_path_t *path, webhook_value_t *v);
static int ngx_http_webhook_root_response(ngx_http_webhook_match_t *match,
    const webhook_path_t *path, webhook_value_t *v);
static int ngx_http_webhook_root_uri(ngx_http_webhook_match_t *match,
    const webhook_path_t *path, webhook_value_t *v);
static int ngx_http_webhook_root_event(ngx_http_webhook_match_t *match,
    const webhook_path_t *path, webhook_value_t *v);
static int ngx_http_webhook_root_now(ngx_http_webhook_match_t *match,
    const webhook_path_t *path, webhook_value_t *v);
static int ngx_http_webhook_root_var(ngx_http_webhook_match_t *match,
    const webhook_path_t *path, webhook_value_t *v);
static int ngx_http_webhook_root_body(ngx_http_webhook_match_t *match,
    ngx_http_webhook_payload_e which, const webhook_path_t *part,
    const webhook_path_t *path, webhook_value_t *v);
static int ngx_http_webhook_match_captures(ngx_http_webhook_match_t *match);
static int ngx_http_webhook_match_time(ngx_http_webhook_match_t *match);
static void ngx_http_webhook_value_text(webhook_value_t *v, u_char *data,
    size_t len);


static ngx_http_webhook_root_t  ngx_http_webhook_roots[] = {
    { ngx_string("data"),     ngx_http_webhook_root_data },
    { ngx_string("request"),  ngx_http_webhook_root_request },
    { ngx_string("response"), ngx_http_webhook_root_response },
    { ngx_string("uri"),      ngx_http_webhook_root_uri },
    { ngx_string("event"),    ngx_http_webhook_root_event },
    { ngx_string("now"),      ngx_http_webhook_root_now },
    { ngx_string("var"),      ngx_http_webhook_root_var },
    { ngx_null_string, NULL }
};


int
ngx_http_webhook_capture_lookup(void *ctx, const webhook_path_t *path,
    webhook_value_t *v)
{
    const webhook_str_t      *root;
    ngx_http_webhook_root_t  *known;

    ngx_memzero(v, sizeof(webhook_value_t));
    v->missing = 1;

    root = webhook_path_step(path, 0);

    for (known = ngx_http_webhook_roots; known->handler; known++) {
        if (root->len == known->name.len
            && ngx_strncmp(root->data, known->name.data, root->len) == 0)
        {
            return known->handler(ctx, path, v);
        }
    }

    return WEBHOOK_OK;
}


static int
ngx_http_webhook_root_data(ngx_http_webhook_match_t *match,
    const webhook_path_t *path, webhook_value_t *v)
{
    ngx_http_webhook_rule_t  *rule;

    rule = match->rule;

    return ngx_http_webhook_root_body(match, rule->payload,
                                      rule->payload_path, path, v);
}


static int
ngx_http_webhook_root_request(ngx_http_webhook_match_t *match,
    const webhook_path_t *path, webhook_value_t *v)
{
    return ngx_http_webhook_root_body(match, NGX_HTTP_WEBHOOK_PAYLOAD_REQUEST,
                                      NULL, path, v);
}


static int
ngx_http_webhook_root_response(ngx_http_webhook_match_t *match,
    const webhook_path_t *path, webhook_value_t *v)
{
    return ngx_http_webhook_root_body(match,
                                      NGX_HTTP_WEBHOOK_PAYLOAD_RESPONSE,
                                      NULL, path, v);
}


/* The steps of path behind its root, in a body or the part of it. */

static int
ngx_http_webhook_root_body(ngx_http_webhook_match_t *match,
    ngx_http_webhook_payload_e which, const webhook_path_t *part,
    const webhook_path_t *path, webhook_value_t *v)
{
    webhook_json_value_t         value, from;
    ngx_http_webhook_copy_t     *copy;
    ngx_http_webhook_capture_t  *capture;

    capture = match->capture;

    copy = ngx_http_webhook_capture_body(capture, which);

    if (copy == NULL) {
        match->reason = (which == NGX_HTTP_WEBHOOK_PAYLOAD_REQUEST)
                        ? capture->request.reason : capture->response.reason;
        return WEBHOOK_NOMEM;
    }

    switch (ngx_http_webhook_copy_json(capture->r->pool, copy)) {

    case WEBHOOK_OK:
        break;

    case WEBHOOK_ERROR:
        return WEBHOOK_OK;

    case WEBHOOK_LIMIT:
        match->reason = "the body's JSON is nested too deeply";
        return WEBHOOK_NOMEM;

    default:
        return WEBHOOK_NOMEM;
    }

    webhook_json_root(copy->doc, &from);

    if (part) {
        if (webhook_path_find(part, 0, copy->doc, NULL, &from) != WEBHOOK_OK) {
            return WEBHOOK_OK;
        }
    }

    if (webhook_path_find(path, 1, copy->doc, &from, &value) == WEBHOOK_OK) {
        webhook_value_from_json(v, &value);
    }

    return WEBHOOK_OK;
}


static int
ngx_http_webhook_root_uri(ngx_http_webhook_match_t *match,
    const webhook_path_t *path, webhook_value_t *v)
{
    int                               start, end;
    ngx_int_t                         n;
    ngx_uint_t                        i;
    const webhook_str_t              *step;
    ngx_http_webhook_rule_t          *rule;
    ngx_http_webhook_capture_name_t  *name;

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

    if (ngx_http_webhook_match_captures(match) != WEBHOOK_OK) {
        return WEBHOOK_NOMEM;
    }

    start = match->captures[2 * n];
    end = match->captures[2 * n + 1];

    if (start >= 0 && end >= start && (size_t) end <= match->uri.len) {
        ngx_http_webhook_value_text(v, match->uri.data + start, end - start);
    }

    return WEBHOOK_OK;
}


/* Most rules never ask for them, so they are not kept when a rule matches. */

static int
ngx_http_webhook_match_captures(ngx_http_webhook_match_t *match)
{
    int         *captures;
    ngx_int_t    rc;
    ngx_uint_t   i, n;

    if (match->captures) {
        return WEBHOOK_OK;
    }

    n = (match->rule->captures + 1) * 3;

    captures = ngx_palloc(match->capture->r->pool, n * sizeof(int));
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


static int
ngx_http_webhook_root_event(ngx_http_webhook_match_t *match,
    const webhook_path_t *path, webhook_value_t *v)
{
    ngx_str_t            *name;
    const webhook_str_t  *step;

    if (webhook_path_steps(path) != 2) {
        return WEBHOOK_OK;
    }

    step = webhook_path_step(path, 1);

    if (step->len == 2 && ngx_strncmp(step->data, "id", 2) == 0) {
        ngx_http_webhook_value_text(v, match->id_text.data,
                                    match->id_text.len);
        return WEBHOOK_OK;
    }

    if (step->len == 4 && ngx_strncmp(step->data, "type", 4) == 0) {
        name = &match->rule->type->name;
        ngx_http_webhook_value_text(v, name->data, name->len);
        return WEBHOOK_OK;
    }

    if (step->len == 4 && ngx_strncmp(step->data, "time", 4) == 0) {

        if (ngx_http_webhook_match_time(match) != WEBHOOK_OK) {
            return WEBHOOK_NOMEM;
        }

        ngx_http_webhook_value_text(v, match->time.data, match->time.len);
    }

    return WEBHOOK_OK;
}


/* "2026-11-22T00:38:52.123Z" */

static int
ngx_http_webhook_match_time(ngx_http_webhook_match_t *match)
{
    ngx_tm_t  tm;

    if (match->time.data) {
        return WEBHOOK_OK;
    }

    match->time.data = ngx_pnalloc(match->capture->r->pool,
                                   sizeof("1970-01-01T00:00:00.000Z"));
    if (match->time.data == NULL) {
        return WEBHOOK_NOMEM;
    }

    ngx_gmtime((time_t) (match->wall / 1000), &tm);

    match->time.len = ngx_sprintf(match->time.data,
                                  "%4d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                                  tm.ngx_tm_year, tm.ngx_tm_mon,
                                  tm.ngx_tm_mday, tm.ngx_tm_hour,
                                  tm.ngx_tm_min, tm.ngx_tm_sec,
                                  (int) (match->wall % 1000))
                      - match->time.data;

    return WEBHOOK_OK;
}


/* When the event happened, in seconds since 1970. */

static int
ngx_http_webhook_root_now(ngx_http_webhook_match_t *match,
    const webhook_path_t *path, webhook_value_t *v)
{
    u_char  *p;

    if (webhook_path_steps(path) != 1) {
        return WEBHOOK_OK;
    }

    p = ngx_pnalloc(match->capture->r->pool, NGX_TIME_T_LEN);
    if (p == NULL) {
        return WEBHOOK_NOMEM;
    }

    v->missing = 0;
    v->type = WEBHOOK_JSON_NUMBER;
    v->span.data = p;
    v->span.len = ngx_sprintf(p, "%T", (time_t) (match->wall / 1000)) - p;

    return WEBHOOK_OK;
}


static int
ngx_http_webhook_root_var(ngx_http_webhook_match_t *match,
    const webhook_path_t *path, webhook_value_t *v)
{
    if (webhook_path_steps(path) != 2) {
        return WEBHOOK_OK;
    }

    return (ngx_http_webhook_lookup_variable(match->capture->r,
                                             webhook_path_step(path, 1), v)
            == NGX_OK)
           ? WEBHOOK_OK : WEBHOOK_NOMEM;
}


static void
ngx_http_webhook_value_text(webhook_value_t *v, u_char *data, size_t len)
{
    v->missing = 0;
    v->is_text = 1;
    v->type = WEBHOOK_JSON_STRING;
    v->span.data = data;
    v->span.len = len;
}
