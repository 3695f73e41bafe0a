
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Nobody knows how large a compressed body is before it was decoded.  On the
 * event loop that is done up to a bound; what is larger begins anew on a
 * thread, up to the receiver's limit.
 */


#include "http/inbound/content/ngx_http_webhook_content.h"
#include "http/inbound/call/ngx_http_webhook_message.h"
#include "http/model/ngx_http_webhook_verifier.h"
#include "http/outbound/payload/ngx_http_webhook_lookup.h"

#include "core/media/webhook_inflate.h"


#define NGX_WEBHOOK_CONTENT_STEP  16384         /* first piece of memory */
#define NGX_WEBHOOK_CONTENT_TURN  65536         /* bytes that the event loop
                                                   makes at most */


typedef struct {
    webhook_str_t   body;                       /* what is not taken yet */
    webhook_buf_t   out;
} ngx_webhook_content_io_t;


static unsigned ngx_webhook_content_codings(ngx_webhook_call_t *call,
    webhook_coding_e list[WEBHOOK_CODINGS]);
static ngx_int_t ngx_webhook_content_decode(ngx_webhook_call_t *call,
    size_t max);
static ngx_int_t ngx_webhook_content_keep(ngx_webhook_call_t *call,
    webhook_buf_t *out);
static void ngx_webhook_content_next(void *data, webhook_str_t *bytes);
static int ngx_webhook_content_room(void *data, u_char **p, size_t *len);
static void ngx_webhook_content_made(void *data, size_t len);


ngx_uint_t
ngx_webhook_content_check(ngx_webhook_call_t *call, ngx_str_t *error)
{
    unsigned          n;
    webhook_coding_e  list[WEBHOOK_CODINGS];

    n = ngx_webhook_content_codings(call, list);

    if (n == 0) {
        return 0;
    }

    if (!(call->receiver->accept & NGX_WEBHOOK_ACCEPT_GZIP)) {
        ngx_str_set(error, "The body has to be sent without the header "
                           "'Content-Encoding', uncompressed");
        return NGX_HTTP_UNSUPPORTED_MEDIA_TYPE;
    }

    if (list[0] == WEBHOOK_CODING_UNKNOWN) {
        ngx_str_set(error, "The 'Content-Encoding' of the body has to be "
                           "'gzip' or 'deflate'");
        return NGX_HTTP_UNSUPPORTED_MEDIA_TYPE;
    }

    return 0;
}


/* As the header names them; unknown where there is no memory to look. */

static unsigned
ngx_webhook_content_codings(ngx_webhook_call_t *call,
    webhook_coding_e list[WEBHOOK_CODINGS])
{
    webhook_value_t  v;

    static const webhook_str_t  name = webhook_str("Content-Encoding");

    if (call->request->method == NGX_HTTP_GET) {
        /* a query is never compressed */
        return 0;
    }

    if (ngx_webhook_lookup_lines(call->pool,
                                 &call->request->headers_in.headers, &name, &v)
        != NGX_OK)
    {
        list[0] = WEBHOOK_CODING_UNKNOWN;
        return 1;
    }

    return v.missing ? 0 : webhook_codings(&v.span, list);
}


ngx_int_t
ngx_webhook_content_signed(ngx_webhook_call_t *call)
{
    if (call->receiver->verify == NULL || !call->receiver->verify->content) {
        return NGX_OK;
    }

    return ngx_webhook_content(call);
}


ngx_int_t
ngx_webhook_content(ngx_webhook_call_t *call)
{
    size_t            max, per_byte;
    ngx_int_t         rc;
    ngx_str_t         error;
    ngx_uint_t        status;
    webhook_coding_e  list[WEBHOOK_CODINGS];

    if (!(call->receiver->accept & NGX_WEBHOOK_ACCEPT_GZIP)
        || call->unfolded
        || call->body_len == 0)
    {
        return NGX_OK;
    }

    status = ngx_webhook_content_check(call, &error);

    if (status) {
        return ngx_webhook_call_set(call, status, &error);
    }

    if (ngx_webhook_content_codings(call, list) == 0) {
        return NGX_OK;
    }

    per_byte = call->cost / call->body_len + 1;
    max = call->receiver->body_max;

    if (!call->away && !call->unfolding) {
        max = ngx_min(max, NGX_WEBHOOK_CONTENT_TURN);
    }

    rc = ngx_webhook_content_decode(call, max);

    if (rc == NGX_DECLINED && max < call->receiver->body_max) {

        /* the same step again, by what it may cost */

        call->unfolding = 1;
        call->cost = per_byte * call->receiver->body_max;
        call->step--;

        return NGX_OK;
    }

    if (rc == NGX_DECLINED) {
        ngx_webhook_message(call, &error, "The body is larger than %uz bytes "
                            "once it was decoded", call->receiver->body_max);
        return ngx_webhook_call_set(call, NGX_HTTP_REQUEST_ENTITY_TOO_LARGE,
                                    &error);
    }

    if (rc != NGX_OK) {
        return rc;
    }

    call->unfolded = 1;
    call->cost = per_byte * call->body_len;

    return NGX_OK;
}


/* NGX_OK; NGX_DECLINED where it is more than max bytes; or NGX_DONE. */

static ngx_int_t
ngx_webhook_content_decode(ngx_webhook_call_t *call, size_t max)
{
    int                        rc;
    unsigned                   n;
    ngx_str_t                  error;
    const char                *what;
    webhook_buf_t              out;
    webhook_coding_e           list[WEBHOOK_CODINGS];
    webhook_inflate_t          io;
    ngx_webhook_content_io_t   c;

    io.data = &c;
    io.next = ngx_webhook_content_next;
    io.room = ngx_webhook_content_room;
    io.made = ngx_webhook_content_made;
    io.exact = 1;

    n = ngx_webhook_content_codings(call, list);

    webhook_buf_init(&out, max);

    c.body.data = call->body;
    c.body.len = call->body_len;

    rc = WEBHOOK_OK;

    while (n) {
        webhook_buf_init(&c.out, max);

        rc = webhook_inflate(list[--n], &io, &what);

        webhook_buf_free(&out);
        out = c.out;

        if (rc != WEBHOOK_OK) {
            webhook_buf_free(&out);
            break;
        }

        c.body.data = out.data;
        c.body.len = out.len;
    }

    switch (rc) {

    case WEBHOOK_OK:
        return ngx_webhook_content_keep(call, &out);

    case WEBHOOK_LIMIT:
        return NGX_DECLINED;

    case WEBHOOK_ERROR:
        ngx_webhook_message(call, &error, "The body is not what its "
                            "'Content-Encoding' says: %s", what);
        return ngx_webhook_call_set(call, NGX_HTTP_BAD_REQUEST, &error);

    default:
        ngx_str_set(&error, "Out of memory; nothing was done");
        return ngx_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE,
                                    &error);
    }
}


/* Makes it the body.  What ends a call, and keeps its history, is itself a
   cleanup of a pool: so it lies in the pool's memory, which is freed after all
   cleanups, and not behind one of its own, which would come before that. */

static ngx_int_t
ngx_webhook_content_keep(ngx_webhook_call_t *call, webhook_buf_t *out)
{
    u_char     *p;
    ngx_str_t   error;

    p = ngx_pnalloc(call->pool, out->len + 1);

    if (p == NULL) {
        webhook_buf_free(out);
        ngx_str_set(&error, "Out of memory; nothing was done");
        return ngx_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE,
                                    &error);
    }

    if (out->len) {
        ngx_memcpy(p, out->data, out->len);
    }

    call->body = p;
    call->body_len = out->len;
    call->body_size = out->len + 1;
    call->joined = out->len;

    webhook_buf_free(out);

    return NGX_OK;
}


static void
ngx_webhook_content_next(void *data, webhook_str_t *bytes)
{
    ngx_webhook_content_io_t *c = data;

    *bytes = c->body;
    c->body.len = 0;
}


static int
ngx_webhook_content_room(void *data, u_char **p, size_t *len)
{
    ngx_webhook_content_io_t *c = data;

    int             rc;
    size_t          n;
    webhook_buf_t  *out;

    out = &c->out;
    *len = 0;

    if (out->len == out->size) {

        n = ngx_max(out->len, NGX_WEBHOOK_CONTENT_STEP);
        n = ngx_min(n, out->max - out->len);

        if (n == 0) {
            return WEBHOOK_OK;
        }

        rc = webhook_buf_reserve(out, n);

        if (rc != WEBHOOK_OK) {
            return rc;
        }
    }

    *p = out->data + out->len;
    *len = out->size - out->len;

    return WEBHOOK_OK;
}


static void
ngx_webhook_content_made(void *data, size_t len)
{
    ngx_webhook_content_io_t *c = data;

    c->out.len += len;
}
