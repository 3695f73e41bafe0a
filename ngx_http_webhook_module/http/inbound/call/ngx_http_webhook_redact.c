
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/call/ngx_http_webhook_redact.h"
#include "http/model/ngx_http_webhook_verifier.h"


#define NGX_WEBHOOK_REDACT_HEADERS  4096        /* bytes the store keeps */
#define NGX_WEBHOOK_REDACT_SPANS    64


static webhook_str_t ngx_webhook_redact_name(ngx_webhook_receiver_t *receiver,
    const webhook_path_t *path);
static ngx_uint_t ngx_webhook_redact_covers(const webhook_str_t *a,
    const webhook_str_t *b);
static ngx_uint_t ngx_webhook_redact_header(ngx_webhook_receiver_t *receiver,
    ngx_str_t *name);
static ngx_uint_t ngx_webhook_redact_query(ngx_webhook_call_t *call);
static ngx_uint_t ngx_webhook_redact_foreign(const webhook_path_t *path);
static u_char *ngx_webhook_redact_add(u_char *p, u_char *last, u_char *data,
    size_t len);
static int ngx_libc_cdecl ngx_webhook_redact_cmp(const void *one,
    const void *two);


static ngx_str_t  ngx_webhook_redact_mask = ngx_string("***");


/* True for a path in a template whose value may show a redacted one. */

ngx_uint_t
ngx_webhook_redact_applies(ngx_webhook_receiver_t *receiver,
    const webhook_path_t *path)
{
    ngx_uint_t        i;
    webhook_str_t     a, b;
    webhook_path_t  **redact;

    redact = receiver->redact.elts;
    b = ngx_webhook_redact_name(receiver, path);

    for (i = 0; i < receiver->redact.nelts; i++) {
        a = ngx_webhook_redact_name(receiver, redact[i]);

        if (ngx_webhook_redact_covers(&a, &b)
            || ngx_webhook_redact_covers(&b, &a))
        {
            return 1;
        }
    }

    return 0;
}


/* Where the query may be the payload, its fields have two names. */

static webhook_str_t
ngx_webhook_redact_name(ngx_webhook_receiver_t *receiver,
    const webhook_path_t *path)
{
    size_t         len;
    webhook_str_t  name;

    name = *webhook_path_text(path);
    len = sizeof("query.") - 1;

    if ((receiver->accept & NGX_WEBHOOK_ACCEPT_QUERY)
        && name.len > len
        && ngx_strncmp(name.data, "query.", len) == 0)
    {
        name.data += len;
        name.len -= len;
    }

    return name;
}


/* True if b is a or stands below it; names of headers have no case. */

static ngx_uint_t
ngx_webhook_redact_covers(const webhook_str_t *a, const webhook_str_t *b)
{
    if (b->len < a->len || (b->len > a->len && b->data[a->len] != '.')) {
        return 0;
    }

    if (a->len > sizeof("header.") - 1
        && ngx_strncmp(a->data, "header.", sizeof("header.") - 1) == 0)
    {
        return ngx_strncasecmp(a->data, b->data, a->len) == 0;
    }

    return ngx_memcmp(a->data, b->data, a->len) == 0;
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
    ngx_uint_t            i;
    webhook_path_t      **redact;
    const webhook_str_t  *path;
    ngx_webhook_call_t   *call;

    call = ngx_webhook_call_get(r);

    if (call == NULL || call->receiver == NULL || r->args.len == 0) {
        return r->args;
    }

    redact = call->receiver->redact.elts;

    for (i = 0; i < call->receiver->redact.nelts; i++) {
        path = webhook_path_text(redact[i]);

        if (path->len > sizeof("query.") - 1
            && ngx_strncmp(path->data, "query.", sizeof("query.") - 1) == 0)
        {
            return ngx_webhook_redact_mask;
        }
    }

    return r->args;
}


/* What is a credential by its name or by "verify", and what the receiver
   names. */

static ngx_uint_t
ngx_webhook_redact_header(ngx_webhook_receiver_t *receiver, ngx_str_t *name)
{
    ngx_uint_t               i;
    webhook_path_t         **redact;
    const webhook_str_t     *path;
    const webhook_preset_t  *preset;

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
        path = webhook_path_text(redact[i]);

        if (path->len == sizeof("header.") - 1 + name->len
            && ngx_strncmp(path->data, "header.", sizeof("header.") - 1) == 0
            && ngx_strncasecmp(path->data + sizeof("header.") - 1,
                               name->data, name->len)
               == 0)
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
    u_char                  *p, *last, *pos;
    ngx_uint_t               i, n;
    webhook_str_t            spans[NGX_WEBHOOK_REDACT_SPANS];
    webhook_path_t         **redact;
    webhook_json_value_t     found;
    ngx_webhook_receiver_t  *receiver;

    receiver = call->receiver;
    redact = receiver->redact.elts;

    if (ngx_webhook_redact_query(call)) {
        ngx_str_set(text, "(not kept: it has fields that are redacted)");
        return NGX_OK;
    }

    /* as much of it as stands in one piece */

    text->data = call->body;
    text->len = call->joined;

    n = 0;

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

        if (ngx_webhook_redact_twice(call->doc, redact[i], NULL)) {
            ngx_str_set(text, "(not kept: it has fields that are redacted)");
            return NGX_OK;
        }

        if (webhook_path_find(redact[i], 0, call->doc, NULL, &found)
            != WEBHOOK_OK)
        {
            continue;
        }

        if (found.span.data < text->data
            || found.span.data + found.span.len > text->data + text->len)
        {
            ngx_str_set(text, "(not kept: it has fields that are redacted)");
            return NGX_OK;
        }

        spans[n++] = found.span;
    }

    if (n == 0) {
        return NGX_OK;
    }

    ngx_qsort(spans, n, sizeof(webhook_str_t), ngx_webhook_redact_cmp);

    p = ngx_pnalloc(call->pool, NGX_WEBHOOK_LOG_BODY);
    if (p == NULL) {
        return NGX_ERROR;
    }

    text->data = p;
    last = p + NGX_WEBHOOK_LOG_BODY;
    pos = call->payload.data;

    for (i = 0; i < n; i++) {

        if (spans[i].data < pos) {
            /* within the one before */
            continue;
        }

        p = ngx_webhook_redact_add(p, last, pos, spans[i].data - pos);
        p = ngx_webhook_redact_add(p, last, (u_char *) "\"***\"",
                                   sizeof("\"***\"") - 1);
        pos = spans[i].data + spans[i].len;
    }

    p = ngx_webhook_redact_add(p, last, pos, call->payload.data
                                                  + call->payload.len - pos);

    text->len = p - text->data;

    return NGX_OK;
}


/* True for a query that is the payload, of which something is redacted by its
   name in the query. */

static ngx_uint_t
ngx_webhook_redact_query(ngx_webhook_call_t *call)
{
    ngx_uint_t            i;
    webhook_path_t      **redact;
    const webhook_str_t  *root;

    static const webhook_str_t  query = webhook_str("query");

    if (call->request->method != NGX_HTTP_GET) {
        return 0;
    }

    redact = call->receiver->redact.elts;

    for (i = 0; i < call->receiver->redact.nelts; i++) {
        root = webhook_path_step(redact[i], 0);

        if (webhook_path_steps(redact[i]) > 1 && webhook_str_eq(root, &query))
        {
            return 1;
        }
    }

    return 0;
}


/* As much of it as there is room for. */

static u_char *
ngx_webhook_redact_add(u_char *p, u_char *last, u_char *data, size_t len)
{
    return ngx_cpymem(p, data, ngx_min(len, (size_t) (last - p)));
}


/*
 * True where a key of the path stands twice: the last one counts, and the
 * values of the others would be shown.
 */

ngx_uint_t
ngx_webhook_redact_twice(const webhook_json_doc_t *doc,
    const webhook_path_t *path, const webhook_json_value_t *from)
{
    ngx_int_t              index;
    ngx_uint_t             i, n;
    const webhook_str_t   *step;
    webhook_json_value_t   in, found;

    if (from) {
        in = *from;

    } else {
        webhook_json_root(doc, &in);
    }

    for (i = 0; i < webhook_path_steps(path); i++) {
        step = webhook_path_step(path, i);

        if (in.type == WEBHOOK_JSON_ARRAY) {
            index = ngx_atoi(step->data, step->len);

            if (index == NGX_ERROR || index > NGX_MAX_INT32_VALUE
                || webhook_json_element(doc, &in, index, &found) != WEBHOOK_OK)
            {
                return 0;
            }

            in = found;
            continue;
        }

        n = webhook_json_times(doc, &in, step);

        if (n != 1) {
            return n > 1;
        }

        (void) webhook_json_member(doc, &in, step, &found);
        in = found;
    }

    return 0;
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
