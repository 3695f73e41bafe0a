
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/call/ngx_http_webhook_reply.h"

#include "core/base/webhook_id.h"
#include "core/base/webhook_trace.h"


#define NGX_WEBHOOK_REPLY_HALF  (WEBHOOK_ID_LEN / 2)    /* bytes */


static void ngx_webhook_reply_id_make(ngx_http_request_t *r,
    ngx_http_variable_value_t *v);


static webhook_id_source_t  ngx_webhook_reply_source;


ngx_int_t
ngx_webhook_reply_header(ngx_http_request_t *r, char *name, ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    h->hash = 1;
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);
    h->value = *value;

    return NGX_OK;
}


ngx_int_t
ngx_webhook_reply_error(ngx_http_request_t *r, ngx_str_t *error,
    ngx_str_t *json)
{
    ngx_str_t      id;
    webhook_buf_t  b;

    ngx_webhook_reply_id(r, &id);

    webhook_buf_init(&b, 0);

    webhook_buf_add(&b, "{\"status\": \"error\", \"error\": ",
                    sizeof("{\"status\": \"error\", \"error\": ") - 1);
    ngx_webhook_reply_quoted(&b, error);

    webhook_buf_add(&b, ", \"request_id\": ",
                    sizeof(", \"request_id\": ") - 1);
    ngx_webhook_reply_quoted(&b, &id);

    webhook_buf_byte(&b, '}');

    return ngx_webhook_reply_text(r->pool, &b, json);
}


void
ngx_webhook_reply_quoted(webhook_buf_t *b, ngx_str_t *text)
{
    webhook_buf_byte(b, '"');
    webhook_json_escape(ngx_webhook_str(text), b);
    webhook_buf_byte(b, '"');
}


/* Moves a finished text into the pool. */

ngx_int_t
ngx_webhook_reply_text(ngx_pool_t *pool, webhook_buf_t *b, ngx_str_t *json)
{
    ngx_int_t  rc;

    rc = NGX_ERROR;

    if (!b->failed) {
        json->len = b->len;
        json->data = ngx_pnalloc(pool, b->len);

        if (json->data) {
            ngx_memcpy(json->data, b->data, b->len);
            rc = NGX_OK;
        }
    }

    webhook_buf_free(b);

    return rc;
}


/*
 * $request_id is made anew at each evaluation unless it has an index, which
 * keeps its value for the request and for what logs and passes it on.
 */

ngx_int_t
ngx_webhook_reply_id_init(ngx_conf_t *cf, ngx_webhook_main_conf_t *wmcf)
{
    ngx_str_t  name = ngx_string("request_id");

    wmcf->request_id = ngx_http_get_variable_index(cf, &name);

    return wmcf->request_id == NGX_ERROR ? NGX_ERROR : NGX_OK;
}


void
ngx_webhook_reply_id(ngx_http_request_t *r, ngx_str_t *value)
{
    ngx_http_variable_value_t  *v;
    ngx_webhook_main_conf_t    *wmcf;

    wmcf = ngx_http_get_module_main_conf(r, ngx_http_webhook_module);

    v = &r->variables[wmcf->request_id];

    if (!v->valid && !v->not_found) {
        ngx_webhook_reply_id_make(r, v);
    }

    v = ngx_http_get_indexed_variable(r, wmcf->request_id);

    if (v == NULL || v->not_found) {
        ngx_str_null(value);
        return;
    }

    value->data = v->data;
    value->len = v->len;
}


/*
 * As core does it, 32 digits, but of randomness that is drawn ahead, the halves
 * of two ids that tell no time: to ask OpenSSL anew each time takes as long as
 * verifying the call.  Nobody else can define the variable, since core's does
 * not allow it.  Where there is no randomness core tries itself.
 */

static void
ngx_webhook_reply_id_make(ngx_http_request_t *r, ngx_http_variable_value_t *v)
{
    u_char        *p;
    webhook_id_t   one, two;

    p = ngx_pnalloc(r->pool, 4 * NGX_WEBHOOK_REPLY_HALF);

    if (p == NULL
        || webhook_id_make(&ngx_webhook_reply_source, 0, &one) != WEBHOOK_OK
        || webhook_id_make(&ngx_webhook_reply_source, 0, &two) != WEBHOOK_OK)
    {
        return;
    }

    v->data = p;
    v->len = 4 * NGX_WEBHOOK_REPLY_HALF;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    p = webhook_trace_hex(p, one.bytes + NGX_WEBHOOK_REPLY_HALF,
                          NGX_WEBHOOK_REPLY_HALF);
    (void) webhook_trace_hex(p, two.bytes + NGX_WEBHOOK_REPLY_HALF,
                             NGX_WEBHOOK_REPLY_HALF);
}
