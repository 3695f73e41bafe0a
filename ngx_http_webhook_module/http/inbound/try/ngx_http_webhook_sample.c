
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/try/ngx_http_webhook_sample.h"
#include "http/inbound/try/ngx_http_webhook_sample_int.h"

#include "core/curl/webhook_curl.h"


typedef struct {
    ngx_str_t   type;
    ngx_uint_t  kind;           /* ..._ACCEPT_ */
} ngx_webhook_sample_kind_t;


static ngx_uint_t ngx_webhook_sample_kind(ngx_webhook_receiver_t *receiver,
    ngx_str_t *type);
static ngx_int_t ngx_webhook_sample_url(ngx_webhook_receiver_t *receiver,
    ngx_pool_t *pool, ngx_str_t *token, ngx_str_t *query, ngx_str_t *url);


/* In the order in which they are preferred. */

static const ngx_webhook_sample_kind_t  ngx_webhook_sample_kinds[] = {
    { ngx_string("application/json"), NGX_WEBHOOK_ACCEPT_JSON },
    { ngx_string("text/plain"), NGX_WEBHOOK_ACCEPT_TEXT },
    { ngx_string("application/x-www-form-urlencoded"),
      NGX_WEBHOOK_ACCEPT_FORM },
    { ngx_string("application/xml"), NGX_WEBHOOK_ACCEPT_XML },
    { ngx_null_string, NGX_WEBHOOK_ACCEPT_QUERY },
    { ngx_null_string, 0 }
};


ngx_int_t
ngx_webhook_sample(ngx_webhook_receiver_t *receiver, ngx_pool_t *pool,
    ngx_str_t *token, ngx_str_t *body, ngx_str_t *line, ngx_str_t *error)
{
    int                     rc;
    ngx_int_t               made;
    ngx_str_t               type, query;
    webhook_buf_t           out;
    webhook_curl_t          curl;
    ngx_webhook_sample_t    s;

    if (receiver->bounds == NULL || receiver->bounds->receive.len == 0) {
        ngx_str_set(error, "there is no \"receive\" in webhook_registry {}, "
                           "which would say what the URLs of receivers are");
        return NGX_DECLINED;
    }

    ngx_memzero(&s, sizeof(ngx_webhook_sample_t));

    s.receiver = receiver;
    s.pool = pool;
    s.token = *token;
    s.body = *body;
    s.error = error;
    s.kind = ngx_webhook_sample_kind(receiver, &type);

    if (s.body.data == NULL) {
        made = ngx_webhook_sample_body(&s);

        if (made != NGX_OK) {
            return made;
        }
    }

    ngx_str_null(&query);

    if (s.kind == NGX_WEBHOOK_ACCEPT_QUERY) {
        query = s.body;
        ngx_str_null(&s.body);
    }

    s.query = query;

    if (ngx_webhook_sample_url(receiver, pool, token, &query, &s.url)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (type.len) {
        s.headers[0].name = (webhook_str_t) webhook_str("Content-Type");
        s.headers[0].value = *ngx_webhook_str(&type);
        s.n = 1;
    }

    if (receiver->verify) {
        made = ngx_webhook_sample_sign(&s);

        if (made != NGX_OK) {
            return made;
        }
    }

    ngx_memzero(&curl, sizeof(webhook_curl_t));

    curl.method = s.kind == NGX_WEBHOOK_ACCEPT_QUERY
                  ? (webhook_str_t) webhook_str("GET")
                  : (webhook_str_t) webhook_str("POST");
    curl.url = *ngx_webhook_str(&s.url);
    curl.headers = s.headers;
    curl.headers_count = s.n;
    curl.body = *ngx_webhook_str(&s.body);
    curl.has_body = (s.kind != NGX_WEBHOOK_ACCEPT_QUERY);

    webhook_buf_init(&out, 0);

    rc = webhook_curl_line(&curl, &out);

    if (rc == WEBHOOK_OK && curl.in_file) {
        ngx_str_set(error, "what the receiver reads is longer than a command "
                           "should be: give a \"body\" for the sample");
        webhook_buf_free(&out);
        return NGX_DECLINED;
    }

    if (rc == WEBHOOK_ERROR) {
        ngx_str_set(error, "the URL has bytes that cannot stand in a line");
        webhook_buf_free(&out);
        return NGX_DECLINED;
    }

    line->len = out.len;
    line->data = rc == WEBHOOK_OK ? ngx_pnalloc(pool, out.len) : NULL;

    if (line->data) {
        ngx_memcpy(line->data, out.data, out.len);
    }

    webhook_buf_free(&out);

    return line->data ? NGX_OK : NGX_ERROR;
}


static ngx_uint_t
ngx_webhook_sample_kind(ngx_webhook_receiver_t *receiver, ngx_str_t *type)
{
    const ngx_webhook_sample_kind_t  *kind;

    for (kind = ngx_webhook_sample_kinds; kind->kind; kind++) {
        if (receiver->accept & kind->kind) {
            break;
        }
    }

    *type = kind->type;

    return kind->kind;
}


static ngx_int_t
ngx_webhook_sample_url(ngx_webhook_receiver_t *receiver, ngx_pool_t *pool,
    ngx_str_t *token, ngx_str_t *query, ngx_str_t *url)
{
    u_char           *p;
    const ngx_str_t  *base;

    base = &receiver->bounds->receive;

    p = ngx_pnalloc(pool, base->len + token->len + 1 + query->len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    url->data = p;

    p = ngx_cpymem(p, base->data, base->len);
    p = ngx_cpymem(p, token->data, token->len);

    if (query->len) {
        *p++ = '?';
        p = ngx_cpymem(p, query->data, query->len);
    }

    url->len = p - url->data;

    return NGX_OK;
}
