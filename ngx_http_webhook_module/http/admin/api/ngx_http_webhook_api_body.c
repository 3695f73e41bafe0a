
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The body of a request: it is read unbuffered, so that core neither writes it
 * to a file, which could block, nor bounds it by other settings than ours; and
 * becomes JSON, on a thread where it is large.  A tree takes many times as long
 * to be made, and to be freed, as its text to be read.
 */

#include "http/admin/api/ngx_http_webhook_api_int.h"
#include "http/runtime/ngx_http_webhook_cpu.h"
#include "core/definition/webhook_definition_exact.h"
#include "core/json/webhook_json.h"


#define NGX_WEBHOOK_API_BODY_STEP   4096        /* first piece of memory */
#define NGX_WEBHOOK_API_BODY_DEPTH  32
#define NGX_WEBHOOK_API_BODY_VALUES 65536
#define NGX_WEBHOOK_API_BODY_MANY   1048576     /* of a large one */


/* A body on its way to JSON: read by a thread, and by nobody else meanwhile. */

typedef struct {
    ngx_webhook_api_t     *api;
    webhook_str_t          text;
    webhook_json_limits_t  limits;
    json_t                *json;                /* out */
    const char            *what;                /* what is wrong, or NULL */
    size_t                 offset;              /* where */
    ngx_int_t            (*then)(ngx_webhook_api_t *api, ngx_int_t rc);
} ngx_webhook_api_text_t;


static void ngx_webhook_api_body_more(ngx_http_request_t *r);
static ngx_int_t ngx_webhook_api_body_take(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_api_body_room(ngx_webhook_api_t *api, size_t len);
static ngx_int_t ngx_webhook_api_body_file(ngx_buf_t *b, u_char *p,
    size_t len);
static void ngx_webhook_api_body_failed(ngx_webhook_api_t *api, ngx_int_t rc);
static void ngx_webhook_api_parse_run(void *data, ngx_pool_t *pool,
    ngx_log_t *log);
static ngx_int_t ngx_webhook_api_parse_done(ngx_webhook_api_t *api,
    void *data);
static const char *ngx_webhook_api_parse_error(json_error_t *err);


void
ngx_webhook_api_body(ngx_webhook_api_t *api,
    void (*then)(ngx_webhook_api_t *api, ngx_int_t rc))
{
    ngx_int_t            rc;
    ngx_http_request_t  *r;

    r = api->request;

    api->frame->then = then;
    api->frame->body_ours = (r->request_body == NULL);

    r->request_body_no_buffering = 1;

    /* core counts the request once more where it begins to read */

    r->main->count--;

    rc = ngx_http_read_client_request_body(r, ngx_webhook_api_body_more);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        r->main->count++;
        ngx_webhook_api_body_failed(api, rc);
    }
}


/* Called when core has read what was there, and when more has come. */

static void
ngx_webhook_api_body_more(ngx_http_request_t *r)
{
    ngx_int_t           rc;
    ngx_connection_t   *c;
    ngx_webhook_api_t  *api;

    c = r->connection;
    api = ngx_webhook_api_of(r);

    for ( ;; ) {

        rc = ngx_webhook_api_body_take(api);

        if (rc != NGX_OK) {
            ngx_webhook_api_body_failed(api, rc);
            return;
        }

        if (!r->reading_body) {
            break;
        }

        rc = ngx_http_read_unbuffered_request_body(r);

        if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
            ngx_webhook_api_body_failed(api, rc);
            return;
        }

        if (rc == NGX_AGAIN && r->request_body->bufs == NULL) {
            r->read_event_handler = ngx_webhook_api_body_more;
            r->write_event_handler = ngx_http_request_empty_handler;
            return;
        }
    }

    if (c->read->timer_set) {
        ngx_del_timer(c->read);
    }

    r->read_event_handler = ngx_http_block_reading;

    api->frame->then(api, NGX_OK);
}


/* Copies what is there: NGX_OK, or a status.  If another module read the body
   before, it is whole, perhaps in a file, and not ours to change. */

static ngx_int_t
ngx_webhook_api_body_take(ngx_webhook_api_t *api)
{
    off_t                            len;
    u_char                          *p;
    ngx_buf_t                       *b;
    ngx_chain_t                     *cl, *ln;
    ngx_http_request_t              *r;
    struct ngx_webhook_api_frame_s  *frame;

    r = api->request;
    frame = api->frame;

    for (cl = r->request_body ? r->request_body->bufs : NULL; cl; cl = ln) {
        b = cl->buf;
        ln = cl->next;
        len = ngx_buf_size(b);

        if (len > (off_t) (frame->body_max - frame->body_len)) {
            return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
        }

        if (ngx_webhook_api_body_room(api, (size_t) len) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        p = frame->body + frame->body_len;

        if (len && ngx_buf_in_memory(b)) {
            ngx_memcpy(p, b->pos, (size_t) len);

            if (frame->body_ours && b->temporary) {

                /* the buffer may be the connection's, and outlive us */

                ngx_explicit_memzero(b->pos, (size_t) len);
            }

        } else if (ngx_webhook_api_body_file(b, p, (size_t) len) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        frame->body_len += (size_t) len;

        if (r->reading_body) {

            /* core reads on once its buffers are taken */

            b->pos = b->last;
            ngx_free_chain(r->pool, cl);
        }
    }

    if (r->reading_body) {
        r->request_body->bufs = NULL;
    }

    return NGX_OK;
}


void
ngx_webhook_api_body_wipe(ngx_webhook_api_t *api)
{
    if (api->frame->body) {
        ngx_explicit_memzero(api->frame->body, api->frame->body_len);
    }
}


/* No more at once than about what was sent: a length is easily claimed. */

static ngx_int_t
ngx_webhook_api_body_room(ngx_webhook_api_t *api, size_t len)
{
    u_char                          *p;
    size_t                           size;
    struct ngx_webhook_api_frame_s  *frame;

    frame = api->frame;

    if (frame->body && len <= frame->body_size - frame->body_len) {
        return NGX_OK;
    }

    size = ngx_max(frame->body_size * 2, NGX_WEBHOOK_API_BODY_STEP);
    size = ngx_max(size, frame->body_len + len);

    p = ngx_palloc(api->pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    if (frame->body) {

        /* it may have secrets in it */

        ngx_memcpy(p, frame->body, frame->body_len);
        ngx_explicit_memzero(frame->body, frame->body_len);
        (void) ngx_pfree(api->pool, frame->body);
    }

    frame->body = p;
    frame->body_size = size;

    return NGX_OK;
}


/* One that another module wrote a moment ago, so that the kernel has it in
   memory. */

static ngx_int_t
ngx_webhook_api_body_file(ngx_buf_t *b, u_char *p, size_t len)
{
    off_t    offset;
    ssize_t  n;

    for (offset = b->file_pos; len; offset += n) {

        n = pread(b->file->fd, p, len, offset);

        if (n <= 0) {
            return NGX_ERROR;
        }

        p += n;
        len -= n;
    }

    return NGX_OK;
}


static void
ngx_webhook_api_body_failed(ngx_webhook_api_t *api, ngx_int_t rc)
{
    ngx_http_request_t  *r;

    r = api->request;

    if (!r->connection->error) {

        /* what is still to come is read and thrown away for a while */

        r->keepalive = 0;
        r->lingering_close = 1;

#if (NGX_HTTP_V2)
        if (r->stream) {
            r->stream->skip_data = 1;
        }
#endif
    }

    if (r->connection->read->timer_set) {
        ngx_del_timer(r->connection->read);
    }

    r->read_event_handler = ngx_http_block_reading;

    api->frame->then(api, rc);
}


ngx_int_t
ngx_webhook_api_parse(ngx_webhook_api_t *api,
    ngx_int_t (*then)(ngx_webhook_api_t *api, ngx_int_t rc))
{
    ngx_webhook_api_text_t  *t;

    t = ngx_pcalloc(api->pool, sizeof(ngx_webhook_api_text_t));
    if (t == NULL) {
        return NGX_ERROR;
    }

    t->api = api;
    t->then = then;
    t->text.data = api->frame->body;
    t->text.len = api->frame->body_len;
    t->limits.max_depth = NGX_WEBHOOK_API_BODY_DEPTH;
    t->limits.max_values = api->route->needs & NGX_WEBHOOK_API_LARGE
                           ? NGX_WEBHOOK_API_BODY_MANY
                           : NGX_WEBHOOK_API_BODY_VALUES;

    if (ngx_webhook_cpu_wanted(t->text.len * NGX_WEBHOOK_API_BODY_TREE)) {
        return ngx_webhook_api_work(api, t->text.len, t,
                                    ngx_webhook_api_parse_run,
                                    ngx_webhook_api_parse_done);
    }

    ngx_webhook_api_parse_run(t, api->pool, api->request->connection->log);

    return ngx_webhook_api_parse_done(api, t);
}


/* Any thread.  Ours has the bounds, and says what is wrong and where. */

static void
ngx_webhook_api_parse_run(void *data, ngx_pool_t *pool, ngx_log_t *log)
{
    int                      rc;
    json_error_t             err;
    webhook_buf_t            exact;
    webhook_str_t            text;
    webhook_json_doc_t      *doc;
    webhook_json_error_t     error;
    ngx_webhook_api_text_t  *t = data;

    webhook_buf_init(&exact, 0);

    rc = webhook_json_read(&t->text, &t->limits, &doc, &error);

    if (rc == WEBHOOK_OK) {
        rc = webhook_definition_exact(doc, &t->text, &exact);
        error.what = "there is no memory for it";
        error.offset = 0;
    }

    webhook_json_free(doc);

    if (rc == WEBHOOK_OK) {

        text.data = exact.len ? exact.data : t->text.data;
        text.len = exact.len ? exact.len : t->text.len;

        t->json = json_loadb((char *) text.data, text.len,
                             JSON_REJECT_DUPLICATES|JSON_DECODE_ANY, &err);

        if (t->json == NULL) {
            t->what = ngx_webhook_api_parse_error(&err);
            t->offset = err.position > 0 ? (size_t) err.position : 0;
        }

    } else {
        t->what = error.what;
        t->offset = error.offset;
    }

    /* it may have secrets in it, and is of no use any more */

    ngx_explicit_memzero(t->text.data, t->text.len);

    if (exact.size) {
        ngx_explicit_memzero(exact.data, exact.size);
    }

    webhook_buf_free(&exact);
}


static ngx_int_t
ngx_webhook_api_parse_done(ngx_webhook_api_t *api, void *data)
{
    ngx_int_t                rc;
    ngx_webhook_api_text_t  *t = data;

    if (t->json && json_is_object(t->json)) {
        api->body = t->json;
        return t->then(api, NGX_OK);
    }

    if (t->json) {
        json_decref(t->json);
        rc = ngx_webhook_api_problem(api, NGX_HTTP_BAD_REQUEST,
                                     "The body has to be a JSON object");
    } else {
        rc = ngx_webhook_api_problem(api, NGX_HTTP_BAD_REQUEST,
                                     "The body cannot be read as JSON: %s, at "
                                     "byte %uz", t->what, t->offset);
    }

    return t->then(api, rc == NGX_OK ? NGX_DECLINED : rc);
}


/* jansson's own texts quote the body. */

static const char *
ngx_webhook_api_parse_error(json_error_t *err)
{
    switch (json_error_code(err)) {

    case json_error_duplicate_key:
        return "a member is given twice";

    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "a text has a zero byte (\\u0000) in it";

    case json_error_numeric_overflow:
        return "a number is too large";

    case json_error_out_of_memory:
        return "there is no memory for it";

    default:
        return "it is not well-formed";
    }
}
