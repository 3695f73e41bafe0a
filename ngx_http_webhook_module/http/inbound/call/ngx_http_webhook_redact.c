
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/call/ngx_http_webhook_redact.h"
#include "http/model/ngx_http_webhook_verifier.h"

#include "core/path/webhook_way.h"


#define NGX_WEBHOOK_REDACT_HEADERS  4096        /* bytes the store keeps */
#define NGX_WEBHOOK_REDACT_SPANS    4096        /* values in a payload */


typedef struct {
    ngx_webhook_call_t    *call;
    ngx_array_t           *spans;
    unsigned               foreign:1;           /* one is not of the text */
} ngx_webhook_redact_spans_t;


typedef struct {
    int                  (*visit)(void *ctx, const webhook_json_value_t *v);
    void                  *ctx;
} ngx_webhook_redact_visit_t;


static ngx_uint_t ngx_webhook_redact_outside(const webhook_path_t *path);
static ngx_uint_t ngx_webhook_redact_way(ngx_webhook_receiver_t *receiver,
    const webhook_path_t *path, const webhook_way_t *way);
static ngx_uint_t ngx_webhook_redact_whole(ngx_webhook_receiver_t *receiver,
    const webhook_path_t *path);
static int ngx_webhook_redact_span(void *data, const webhook_json_value_t *v);
static ngx_int_t ngx_webhook_redact_masked(ngx_webhook_call_t *call,
    ngx_array_t *spans, ngx_str_t *text);
static int ngx_webhook_redact_visit(webhook_path_walk_t *w,
    const webhook_json_value_t *v);
static ngx_uint_t ngx_webhook_redact_query(ngx_webhook_receiver_t *receiver);
static ngx_uint_t ngx_webhook_redact_foreign(const webhook_path_t *path);
static u_char *ngx_webhook_redact_add(u_char *p, u_char *last, u_char *data,
    size_t len);
static int ngx_libc_cdecl ngx_webhook_redact_cmp(const void *one,
    const void *two);


static ngx_str_t  ngx_webhook_redact_mask = ngx_string("***");


/*
 * True for a path in a template whose value may show a redacted one: where one
 * of both leads to what the other does, or into it, whichever of its meanings
 * it has.
 */

ngx_uint_t
ngx_webhook_redact_applies(ngx_webhook_receiver_t *receiver,
    const webhook_path_t *path)
{
    ngx_uint_t        i, n, w, foreign;
    webhook_way_t     ways[4];
    webhook_path_t  **redact;

    redact = receiver->redact.elts;
    foreign = ngx_webhook_redact_foreign(path);

    n = 0;
    webhook_way_init(&ways[n++], path, 0);

    if (!foreign && receiver->for_each
        && !ngx_webhook_redact_outside(path))
    {
        /* "payload" may be a field and may not */

        if (receiver->for_each_root != NGX_WEBHOOK_FOR_EACH_ROOT) {
            webhook_way_element(&ways[n++], receiver->for_each, 0,
                                receiver->for_each_levels, path);
        }

        if (receiver->for_each_root != NGX_WEBHOOK_FOR_EACH_FIELD) {
            webhook_way_element(&ways[n++], receiver->for_each, 1,
                                receiver->for_each_levels, path);
        }
    }

    if (ngx_webhook_redact_whole(receiver, path)) {
        webhook_way_init(&ways[n++], path, 1);
    }

    for (i = 0; i < receiver->redact.nelts; i++) {

        if (foreign && ngx_webhook_redact_foreign(redact[i])) {

            if (webhook_way_same_root(redact[i], path)) {
                return 1;
            }

            continue;
        }

        for (w = 0; w < n; w++) {
            if (ngx_webhook_redact_way(receiver, redact[i], &ways[w])) {
                return 1;
            }
        }
    }

    return 0;
}


/* True for what is not of the element, with for_each. */

static ngx_uint_t
ngx_webhook_redact_outside(const webhook_path_t *path)
{
    const webhook_str_t  *first;

    static const webhook_str_t  root = webhook_str("root");
    static const webhook_str_t  index = webhook_str("index");

    first = webhook_path_root(path);

    return webhook_str_eq(first, &root)
           || (webhook_path_steps(path) == 1
               && webhook_str_eq(first, &index));
}


/* A redacted path, in both of its meanings, and a way through the payload. */

static ngx_uint_t
ngx_webhook_redact_way(ngx_webhook_receiver_t *receiver,
    const webhook_path_t *path, const webhook_way_t *way)
{
    webhook_way_t  redact;

    webhook_way_init(&redact, path, 0);

    if (webhook_way_alike(&redact, way)) {
        return 1;
    }

    if (webhook_path_steps(path) == 1
        || !ngx_webhook_redact_whole(receiver, path))
    {
        return 0;
    }

    webhook_way_init(&redact, path, 1);

    return webhook_way_alike(&redact, way);
}


/* True where the first step may stand for all of the payload. */

static ngx_uint_t
ngx_webhook_redact_whole(ngx_webhook_receiver_t *receiver,
    const webhook_path_t *path)
{
    webhook_str_t  name;

    static const webhook_str_t  root = webhook_str("root");
    static const webhook_str_t  query = webhook_str("query");
    static const webhook_str_t  payload = webhook_str("payload");

    if (webhook_path_is_key(path, 0)) {
        return 0;
    }

    (void) webhook_path_each(path, 0, &name);

    return webhook_str_eq(&name, &payload)
           || (receiver->for_each && webhook_str_eq(&name, &root))
           || ((receiver->accept & NGX_WEBHOOK_ACCEPT_QUERY)
               && webhook_path_steps(path) > 1
               && webhook_str_eq(&name, &query));
}


ngx_int_t
ngx_webhook_redact_headers(ngx_webhook_call_t *call, ngx_str_t *text)
{
    u_char              *p, *last;
    ngx_str_t           *value;
    ngx_uint_t           i;
    ngx_list_part_t     *part;
    ngx_table_elt_t     *h;
    ngx_http_request_t  *r;

    r = call->request;

    p = ngx_pnalloc(call->pool, NGX_WEBHOOK_REDACT_HEADERS);
    if (p == NULL) {
        return NGX_ERROR;
    }

    text->data = p;
    last = p + NGX_WEBHOOK_REDACT_HEADERS;

    part = &r->headers_in.headers.part;
    h = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                break;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        value = ngx_webhook_redact_header(call->receiver, &h[i].key)
                ? &ngx_webhook_redact_mask : &h[i].value;

        p = ngx_slprintf(p, last, "%V: %V\n", &h[i].key, value);
    }

    text->len = p - text->data;

    return NGX_OK;
}


ngx_str_t
ngx_webhook_redact_args(ngx_http_request_t *r)
{
    ngx_webhook_call_t  *call;

    call = ngx_webhook_call_get(r);

    return call && call->receiver && r->args.len
           && ngx_webhook_redact_query(call->receiver)
           ? ngx_webhook_redact_mask : r->args;
}


/* True where something is redacted by its name in the query. */

static ngx_uint_t
ngx_webhook_redact_query(ngx_webhook_receiver_t *receiver)
{
    ngx_uint_t        i;
    webhook_path_t  **redact;

    static const webhook_str_t  query = webhook_str("query");

    redact = receiver->redact.elts;

    for (i = 0; i < receiver->redact.nelts; i++) {
        if (ngx_webhook_redact_foreign(redact[i])
            && webhook_str_eq(webhook_path_root(redact[i]), &query))
        {
            return 1;
        }
    }

    return 0;
}


/* What is a credential by its name or by "verify", and what the receiver
   names. */

ngx_uint_t
ngx_webhook_redact_header(ngx_webhook_receiver_t *receiver, ngx_str_t *name)
{
    ngx_uint_t               i;
    webhook_str_t            rest;
    webhook_path_t         **redact;
    const webhook_preset_t  *preset;

    static const webhook_str_t  header = webhook_str("header");

    static ngx_str_t  names[] = {
        ngx_string("Authorization"),
        ngx_string("Proxy-Authorization"),
        ngx_string("Cookie"),
        ngx_string("X-Gitlab-Token"),
        ngx_string("X-Hook-Secret"),
        ngx_string("X-Api-Key"),
        ngx_string("Referer"),
        ngx_null_string
    };

    for (i = 0; names[i].len; i++) {
        if (names[i].len == name->len
            && ngx_strncasecmp(names[i].data, name->data, name->len) == 0)
        {
            return 1;
        }
    }

    if (receiver->verify) {
        preset = receiver->verify->verifier.preset;

        if (preset->kind == WEBHOOK_VERIFY_TOKEN
            && preset->signature.in == WEBHOOK_PLACE_HEADER
            && preset->signature.name.len == name->len
            && ngx_strncasecmp(preset->signature.name.data, name->data,
                               name->len)
               == 0)
        {
            return 1;
        }
    }

    redact = receiver->redact.elts;

    for (i = 0; i < receiver->redact.nelts; i++) {
        if (!ngx_webhook_redact_foreign(redact[i])
            || !webhook_str_eq(webhook_path_root(redact[i]), &header))
        {
            continue;
        }

        webhook_path_rest(redact[i], 1, &rest);

        if (rest.len == name->len
            && ngx_strncasecmp(rest.data, name->data, name->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


/*
 * The body with the named values masked.  One that was not read as JSON, or
 * was not what the JSON was read from, is not shown: where they stand in it is
 * not known.
 */

ngx_int_t
ngx_webhook_redact_body(ngx_webhook_call_t *call,
    ngx_str_t *text)
{
    ngx_uint_t                    i;
    webhook_path_t              **redact;
    ngx_webhook_receiver_t       *receiver;
    ngx_webhook_redact_spans_t    found;

    receiver = call->receiver;
    redact = receiver->redact.elts;

    /* of a query that is the payload */

    if (call->request->method == NGX_HTTP_GET
        && ngx_webhook_redact_query(receiver))
    {
        ngx_str_set(text, "(not kept: it has fields that are redacted)");
        return NGX_OK;
    }

    /* as much of it as stands in one piece */

    text->data = call->body;
    text->len = call->joined;

    found.call = call;
    found.spans = NULL;
    found.foreign = 0;

    for (i = 0; i < receiver->redact.nelts; i++) {

        if (ngx_webhook_redact_foreign(redact[i])) {
            continue;
        }

        if (call->body_len == 0) {
            return NGX_OK;
        }

        if (call->doc == NULL) {
            ngx_str_set(text, "(not kept: it has fields that are redacted, "
                              "and was not read)");
            return NGX_OK;
        }

        /* a form or XML is shown as the JSON that was made of it */

        *text = call->payload;

        switch (ngx_webhook_redact_values(call, redact[i], NULL,
                                          ngx_webhook_redact_span, &found))
        {
        case NGX_OK:
            continue;

        case NGX_ERROR:

            if (!found.foreign) {
                return NGX_ERROR;
            }

            /* fall through */

        default:
            ngx_str_set(text, "(not kept: it has fields that are redacted)");
            return NGX_OK;
        }
    }

    return found.spans ? ngx_webhook_redact_masked(call, found.spans, text)
                       : NGX_OK;
}


/* NGX_ERROR for lack of memory, or where it is not to be shown. */

static int
ngx_webhook_redact_span(void *data, const webhook_json_value_t *v)
{
    ngx_webhook_redact_spans_t *found = data;

    ngx_str_t      *text;
    webhook_str_t  *span;

    text = &found->call->payload;

    if (v->span.data < text->data
        || v->span.data + v->span.len > text->data + text->len
        || (found->spans && found->spans->nelts == NGX_WEBHOOK_REDACT_SPANS))
    {
        found->foreign = 1;
        return NGX_ERROR;
    }

    if (found->spans == NULL) {
        found->spans = ngx_array_create(found->call->pool, 4,
                                        sizeof(webhook_str_t));
        if (found->spans == NULL) {
            return NGX_ERROR;
        }
    }

    span = ngx_array_push(found->spans);
    if (span == NULL) {
        return NGX_ERROR;
    }

    *span = v->span;

    return 0;
}


static ngx_int_t
ngx_webhook_redact_masked(ngx_webhook_call_t *call, ngx_array_t *spans,
    ngx_str_t *text)
{
    u_char         *p, *last, *pos;
    ngx_uint_t      i;
    webhook_str_t  *span;

    span = spans->elts;

    ngx_qsort(span, spans->nelts, sizeof(webhook_str_t),
              ngx_webhook_redact_cmp);

    p = ngx_pnalloc(call->pool, call->receiver->log_body);
    if (p == NULL) {
        return NGX_ERROR;
    }

    text->data = p;
    last = p + call->receiver->log_body;
    pos = call->payload.data;

    for (i = 0; i < spans->nelts; i++) {

        if (span[i].data < pos) {
            /* within the one before */
            continue;
        }

        p = ngx_webhook_redact_add(p, last, pos, span[i].data - pos);
        p = ngx_webhook_redact_add(p, last, (u_char *) "\"***\"",
                                   sizeof("\"***\"") - 1);
        pos = span[i].data + span[i].len;
    }

    p = ngx_webhook_redact_add(p, last, pos, call->payload.data
                                                  + call->payload.len - pos);

    text->len = p - text->data;

    return NGX_OK;
}


/* As much of it as there is room for. */

static u_char *
ngx_webhook_redact_add(u_char *p, u_char *last, u_char *data, size_t len)
{
    return ngx_cpymem(p, data, ngx_min(len, (size_t) (last - p)));
}


/*
 * Of a key that stands twice the last one counts, and the values of the others
 * would be shown.
 */

ngx_int_t
ngx_webhook_redact_values(ngx_webhook_call_t *call,
    const webhook_path_t *path, const webhook_json_value_t *from,
    int (*visit)(void *ctx, const webhook_json_value_t *v), void *ctx)
{
    int                         rc;
    webhook_path_walk_t         w;
    ngx_webhook_redact_visit_t  visitor;

    visitor.visit = visit;
    visitor.ctx = ctx;

    w.doc = call->doc;
    w.visit = ngx_webhook_redact_visit;
    w.ctx = &visitor;
    w.strict = 1;
    w.twice = 0;

    rc = webhook_path_walk(path, 0, from, &w);

    if (rc == 0 && from == NULL
        && webhook_path_steps(path) > 1
        && ngx_webhook_redact_whole(call->receiver, path))
    {
        rc = webhook_path_walk(path, 1, NULL, &w);
    }

    return rc ? rc : w.twice ? NGX_DECLINED : NGX_OK;
}


static int
ngx_webhook_redact_visit(webhook_path_walk_t *w,
    const webhook_json_value_t *v)
{
    ngx_webhook_redact_visit_t *visitor = w->ctx;

    return visitor->visit(visitor->ctx, v);
}


/* header., query. and var. are not of the body. */

static ngx_uint_t
ngx_webhook_redact_foreign(const webhook_path_t *path)
{
    ngx_uint_t            i;
    const webhook_str_t  *root;

    static const webhook_str_t  roots[] = {
        webhook_str("header"),
        webhook_str("query"),
        webhook_str("var")
    };

    if (webhook_path_steps(path) < 2) {
        return 0;
    }

    root = webhook_path_root(path);

    for (i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
        if (webhook_str_eq(root, &roots[i])) {
            return 1;
        }
    }

    return 0;
}


/* By where they begin, the longer one first. */

static int ngx_libc_cdecl
ngx_webhook_redact_cmp(const void *one, const void *two)
{
    const webhook_str_t *a = one;
    const webhook_str_t *b = two;

    if (a->data != b->data) {
        return a->data < b->data ? -1 : 1;
    }

    return (a->len < b->len) - (a->len > b->len);
}
