
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Idempotency-Key: answers as bytes, and how they are kept.  What is kept is
 * one byte that tells whether the rest is sealed, and that: it is in clear only
 * where there is no key.  An answer that has a secret is not kept then: nothing
 * is kept but that it was given.  Of what has been begun and came to no answer
 * the route's own words are kept, in clear.
 */

#include "http/admin/api/ngx_http_webhook_api_int.h"
#include "core/seal/webhook_seal.h"
#include "http/admin/access/ngx_http_webhook_access_once.h"
#include "http/runtime/ngx_http_webhook_clock.h"


#define NGX_WEBHOOK_API_CLEAR   'c'
#define NGX_WEBHOOK_API_SEALED  's'
#define NGX_WEBHOOK_API_BEGUN   'b'

#define NGX_WEBHOOK_API_UNDONE  1           /* ms that a key is kept of which
                                               nothing came */


static void ngx_webhook_api_once_gone(void *data);
static ngx_int_t ngx_webhook_api_once_asked(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_api_once_again(ngx_webhook_api_t *api,
    webhook_str_t *first);
static ngx_int_t ngx_webhook_api_once_kept(ngx_webhook_api_t *api,
    webhook_op_t *op);
static json_t *ngx_webhook_api_pack_headers(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_api_unpack_headers(ngx_webhook_api_t *api,
    json_t *headers);
static ngx_int_t ngx_webhook_api_lost(ngx_webhook_api_t *api);
static void ngx_webhook_api_once_bound(ngx_webhook_api_t *api,
    webhook_str_t *bound, u_char *hex);
static const webhook_seal_ring_t *ngx_webhook_api_ring(
    ngx_webhook_api_t *api);


/* All who wait for one key would do the same twice: what is known is known once
   the first of them was answered. */

ngx_int_t
ngx_webhook_api_once_hold(ngx_webhook_api_t *api)
{
    ngx_int_t            rc;
    ngx_pool_cleanup_t  *cln;

    static ngx_str_t  second = ngx_string("1");

    cln = ngx_pool_cleanup_add(api->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    switch (ngx_webhook_access_once_take(api->wmcf, api->once.key,
                                         &api->frame->once_row))
    {
    case NGX_OK:
        api->frame->holds = 1;

        cln->handler = ngx_webhook_api_once_gone;
        cln->data = api;

        return NGX_OK;

    case NGX_BUSY:
        rc = ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                     "Another request with this "
                                     "Idempotency-Key is in progress: try "
                                     "again when it is over");
        if (rc == NGX_OK) {
            rc = ngx_webhook_api_header(api, "Retry-After", &second);
        }
        break;

    default:
        rc = ngx_webhook_api_problem(api, NGX_HTTP_SERVICE_UNAVAILABLE,
                                     "Too many requests with an "
                                     "Idempotency-Key are in progress; "
                                     "nothing was changed");
        break;
    }

    return ngx_webhook_api_refused(rc);
}


void
ngx_webhook_api_once_release(ngx_webhook_api_t *api)
{
    if (api->frame->holds) {
        api->frame->holds = 0;

        ngx_webhook_access_once_give(api->wmcf, api->once.key,
                                     api->frame->once_row);
    }
}


static void
ngx_webhook_api_once_gone(void *data)
{
    ngx_webhook_api_once_release(data);
}


ngx_int_t
ngx_webhook_api_once_ask(ngx_webhook_api_t *api)
{
    webhook_op_t  op;

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_RECORD;
    op.u.record.wall = ngx_webhook_clock_wall();
    op.u.record.once = api->once;
    op.u.record.ask = 1;

    return ngx_webhook_api_store(api, &op, ngx_webhook_api_once_asked);
}


static ngx_int_t
ngx_webhook_api_once_asked(ngx_webhook_api_t *api, webhook_op_t *op)
{
    webhook_once_t  *once;

    once = &op->u.record.once;

    if (!once->known) {
        return api->frame->run(api);
    }

    if (!once->differs && once->first.len
        && once->first.data[0] == NGX_WEBHOOK_API_BEGUN)
    {
        return ngx_webhook_api_once_again(api, &once->first);
    }

    return ngx_webhook_api_known(api, once);
}


static ngx_int_t
ngx_webhook_api_once_again(ngx_webhook_api_t *api, webhook_str_t *first)
{
    api->begun.len = first->len - 1;
    api->begun.data = ngx_pnalloc(api->pool, first->len);

    if (api->begun.data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(api->begun.data, first->data + 1, first->len - 1);

    api->once.replace = 1;

    return api->frame->run(api);
}


ngx_int_t
ngx_webhook_api_begun(ngx_webhook_api_t *api, ngx_pool_t *pool,
    ngx_str_t *what, webhook_once_t *once)
{
    u_char  *p;

    *once = api->once;

    if (once->keep == 0) {
        return NGX_OK;
    }

    p = ngx_pnalloc(pool, what->len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    once->answer.data = p;
    once->answer.len = what->len + 1;

    *p++ = NGX_WEBHOOK_API_BEGUN;
    ngx_memcpy(p, what->data, what->len);

    /* what comes behind it takes its place */

    api->once.replace = 1;

    return NGX_OK;
}


ngx_int_t
ngx_webhook_api_undone(ngx_webhook_api_t *api)
{
    webhook_op_t  op;

    if (api->once.keep == 0) {
        return NGX_OK;
    }

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_RECORD;
    op.u.record.wall = ngx_webhook_clock_wall();
    op.u.record.once = api->once;
    op.u.record.once.keep = NGX_WEBHOOK_API_UNDONE;
    op.u.record.once.replace = 1;

    return ngx_webhook_api_store_any(api, &op, ngx_webhook_api_once_kept);
}


ngx_int_t
ngx_webhook_api_once_keep(ngx_webhook_api_t *api)
{
    webhook_op_t  op;

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_RECORD;
    op.u.record.wall = ngx_webhook_clock_wall();
    op.u.record.once = api->once;

    if (ngx_webhook_api_keep(api, &op.u.record.once) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webhook_api_store_any(api, &op, ngx_webhook_api_once_kept);
}


/* What was done is done: it is answered, also where that could not be kept. */

static ngx_int_t
ngx_webhook_api_once_kept(ngx_webhook_api_t *api, webhook_op_t *op)
{
    if (op->result != WEBHOOK_STORE_OK
        && op->result != WEBHOOK_STORE_DUPLICATE)
    {
        ngx_log_error(NGX_LOG_WARN, api->request->connection->log, 0,
                      "webhook api: an answer could not be kept for its "
                      "Idempotency-Key: %s",
                      webhook_store_result_text(op->result));
    }

    return NGX_OK;
}


ngx_int_t
ngx_webhook_api_pack(ngx_webhook_api_t *api, ngx_pool_t *pool,
    ngx_str_t *bytes)
{
    size_t                            size;
    json_t                           *json, *body;
    ngx_int_t                         rc;
    struct ngx_webhook_api_answer_s  *answer;

    answer = api->answer;

    body = answer->made ? json_loadb((char *) answer->bytes.data,
                                     answer->bytes.len, 0, NULL)
                        : json_incref(answer->json);

    if (body == NULL && answer->made) {
        return NGX_ERROR;
    }

    json = json_pack("{s:i, s:o, s:o*}", "status", (int) answer->status,
                     "headers", ngx_webhook_api_pack_headers(api),
                     "body", body);

    if (json == NULL) {
        return NGX_ERROR;
    }

    rc = NGX_ERROR;
    size = json_dumpb(json, NULL, 0, JSON_COMPACT);

    bytes->data = ngx_pnalloc(pool, size + 1);

    if (bytes->data && size) {
        bytes->len = json_dumpb(json, (char *) bytes->data, size,
                                JSON_COMPACT);
        rc = bytes->len == size ? NGX_OK : NGX_ERROR;
    }

    json_decref(json);

    return rc;
}


static json_t *
ngx_webhook_api_pack_headers(ngx_webhook_api_t *api)
{
    json_t                    *headers;
    ngx_uint_t                 i;
    ngx_webhook_api_header_t  *h;

    headers = json_array();

    if (api->answer->headers == NULL) {
        return headers;
    }

    h = api->answer->headers->elts;

    for (i = 0; i < api->answer->headers->nelts; i++) {
        (void) json_array_append_new(headers,
                   json_pack("[o, o]",
                             ngx_webhook_api_string(
                                 ngx_webhook_str(&h[i].name)),
                             ngx_webhook_api_string(
                                 ngx_webhook_str(&h[i].value))));
    }

    return headers;
}


ngx_int_t
ngx_webhook_api_unpack(ngx_webhook_api_t *api, ngx_str_t *bytes)
{
    json_t      *json, *body;
    ngx_int_t    rc;

    static ngx_str_t  yes = ngx_string("true");

    json = json_loadb((char *) bytes->data, bytes->len, 0, NULL);

    if (json == NULL) {
        return NGX_ERROR;
    }

    ngx_webhook_api_answer_clear(api);

    body = json_object_get(json, "body");

    rc = body ? ngx_webhook_api_json(api, NGX_HTTP_OK, json_incref(body))
              : ngx_webhook_api_empty(api);

    api->answer->status =
                      json_integer_value(json_object_get(json, "status"));

    if (rc == NGX_OK) {
        rc = ngx_webhook_api_unpack_headers(api,
                                            json_object_get(json, "headers"));
    }

    json_decref(json);

    if (rc != NGX_OK) {
        return rc;
    }

    api->frame->kept = 1;

    return ngx_webhook_api_header(api, "Idempotency-Replayed", &yes);
}


static ngx_int_t
ngx_webhook_api_unpack_headers(ngx_webhook_api_t *api, json_t *headers)
{
    u_char      *name;
    size_t       i;
    json_t      *header;
    ngx_str_t    text, value;

    json_array_foreach(headers, i, header) {

        text.data = (u_char *) json_string_value(json_array_get(header, 0));
        text.len = json_string_length(json_array_get(header, 0));

        value.data = (u_char *) json_string_value(json_array_get(header, 1));
        value.len = json_string_length(json_array_get(header, 1));

        if (text.data == NULL || value.data == NULL) {
            return NGX_ERROR;
        }

        name = ngx_pnalloc(api->pool, text.len + 1);
        if (name == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(name, text.data, text.len + 1);

        text.data = value.data;
        value.data = ngx_pnalloc(api->pool, value.len + 1);
        if (value.data == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(value.data, text.data, value.len);

        if (ngx_webhook_api_header(api, (char *) name, &value) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_webhook_api_keep(ngx_webhook_api_t *api, webhook_once_t *once)
{
    u_char         *p;
    ngx_int_t       rc;
    ngx_str_t       clear;
    webhook_buf_t   b;
    webhook_str_t   bound[2];
    u_char          hex[2 * WEBHOOK_ONCE_LEN];

    *once = api->once;

    if (once->keep == 0) {
        return NGX_OK;
    }

    if (ngx_webhook_api_pack(api, api->pool, &clear) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_webhook_api_once_bound(api, bound, hex);

    webhook_buf_init(&b, 0);
    webhook_buf_byte(&b, NGX_WEBHOOK_API_SEALED);

    rc = webhook_seal(ngx_webhook_api_ring(api), bound, 2,
                      ngx_webhook_str(&clear), &b);

    if (rc == WEBHOOK_SEAL_NO_KEY) {
        webhook_buf_free(&b);
        webhook_buf_byte(&b, NGX_WEBHOOK_API_CLEAR);
        rc = webhook_buf_add(&b, clear.data, clear.len);
    }

    ngx_explicit_memzero(clear.data, clear.len);

    p = (rc == WEBHOOK_OK) ? ngx_pnalloc(api->pool, b.len) : NULL;

    if (p) {
        ngx_memcpy(p, b.data, b.len);

        once->answer.data = p;
        once->answer.len = b.len;
    }

    webhook_buf_free(&b);

    return p ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_webhook_api_known(ngx_webhook_api_t *api, webhook_once_t *once)
{
    u_char          how;
    ngx_int_t       rc;
    ngx_str_t       kept;
    webhook_buf_t   b;
    webhook_str_t   bound[2];
    u_char          hex[2 * WEBHOOK_ONCE_LEN];

    if (once->differs) {
        return ngx_webhook_api_differs(api);
    }

    kept = *ngx_webhook_nstr(&once->first);

    if (kept.len == 0) {
        return ngx_webhook_api_lost(api);
    }

    how = *kept.data++;
    kept.len--;

    if (how == NGX_WEBHOOK_API_CLEAR) {
        return ngx_webhook_api_unpack(api, &kept);
    }

    ngx_webhook_api_once_bound(api, bound, hex);

    webhook_buf_init(&b, 0);

    rc = webhook_seal_open(ngx_webhook_api_ring(api), bound, 2,
                           ngx_webhook_str(&kept), &b);

    if (rc == WEBHOOK_OK) {
        kept.data = b.data;
        kept.len = b.len;

        rc = ngx_webhook_api_unpack(api, &kept);

    } else if (rc == WEBHOOK_NOMEM) {
        rc = NGX_ERROR;

    } else {
        rc = ngx_webhook_api_lost(api);
    }

    webhook_seal_free(&b);

    return rc;
}


static ngx_int_t
ngx_webhook_api_lost(ngx_webhook_api_t *api)
{
    api->frame->kept = 1;

    return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
               "This was done before with this Idempotency-Key, but the "
               "answer cannot be read: the key it was encrypted with is gone, "
               "or there was none");
}


ngx_int_t
ngx_webhook_api_differs(ngx_webhook_api_t *api)
{
    api->frame->kept = 1;

    return ngx_webhook_api_problem(api, 422,
               "This Idempotency-Key was used with another body or query; a "
               "new request needs a new one");
}


/* What a sealed answer is bound to: that it is one, and its key. */

static void
ngx_webhook_api_once_bound(ngx_webhook_api_t *api, webhook_str_t *bound,
    u_char *hex)
{
    static ngx_str_t  what = ngx_string("answer");

    bound[0] = *ngx_webhook_str(&what);

    bound[1].data = hex;
    bound[1].len = 2 * WEBHOOK_ONCE_LEN;

    (void) ngx_hex_dump(hex, api->once.key, WEBHOOK_ONCE_LEN);
}


static const webhook_seal_ring_t *
ngx_webhook_api_ring(ngx_webhook_api_t *api)
{
    return api->wmcf->registry ? api->wmcf->registry->keys : NULL;
}
