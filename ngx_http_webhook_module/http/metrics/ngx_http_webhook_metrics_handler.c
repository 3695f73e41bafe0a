
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/metrics/ngx_http_webhook_metrics_handler.h"
#include "http/labels/ngx_http_webhook_labels.h"
#include "http/runtime/ngx_http_webhook_cpu.h"
#include "http/runtime/ngx_http_webhook_metrics.h"


/* Of a text that is written on a thread, in the pool of the work. */

typedef struct {
    ngx_http_request_t   *request;      /* NULL: it has gone */
    ngx_webhook_work_t   *work;
    ngx_webhook_out_t     out;
    unsigned              away:1;
} ngx_webhook_metrics_t;


static ngx_int_t ngx_webhook_metrics_work(ngx_http_request_t *r);
static void ngx_webhook_metrics_run(ngx_webhook_work_t *work);
static void ngx_webhook_metrics_done(ngx_webhook_work_t *work);
static void ngx_webhook_metrics_cleanup(void *data);
static void ngx_webhook_metrics_write(ngx_webhook_out_t *out);
static ngx_int_t ngx_webhook_metrics_send(ngx_http_request_t *r,
    ngx_webhook_out_t *out);


ngx_int_t
ngx_webhook_metrics_handler(ngx_http_request_t *r)
{
    ngx_int_t          rc;
    ngx_webhook_out_t  out;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_webhook_cpu_wanted(ngx_webhook_metrics_size()
                               + ngx_webhook_labels_size()))
    {
        return ngx_webhook_metrics_work(r);
    }

    ngx_webhook_out_init(&out, r->pool);
    ngx_webhook_metrics_write(&out);

    return ngx_webhook_metrics_send(r, &out);
}


static ngx_int_t
ngx_webhook_metrics_work(ngx_http_request_t *r)
{
    ngx_webhook_work_t     *work;
    ngx_http_cleanup_t     *cln;
    ngx_webhook_metrics_t  *m;

    cln = ngx_http_cleanup_add(r, 0);
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    work = ngx_webhook_work_create(0);
    if (work == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    m = ngx_pcalloc(work->pool, sizeof(ngx_webhook_metrics_t));

    if (m == NULL) {
        ngx_webhook_work_free(work);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    m->request = r;
    m->work = work;
    m->away = 1;

    ngx_webhook_out_init(&m->out, work->pool);

    work->run = ngx_webhook_metrics_run;
    work->done = ngx_webhook_metrics_done;
    work->data = m;

    cln->handler = ngx_webhook_metrics_cleanup;
    cln->data = m;

    r->main->count++;

    ngx_webhook_work_post(work);

    return NGX_DONE;
}


static void
ngx_webhook_metrics_run(ngx_webhook_work_t *work)
{
    ngx_webhook_metrics_t  *m;

    m = work->data;

    ngx_webhook_metrics_write(&m->out);
}


static void
ngx_webhook_metrics_done(ngx_webhook_work_t *work)
{
    ngx_int_t               rc;
    ngx_connection_t       *c;
    ngx_http_request_t     *r;
    ngx_webhook_metrics_t  *m;

    m = work->data;
    r = m->request;

    m->away = 0;

    if (r == NULL) {
        ngx_webhook_work_free(work);
        return;
    }

    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    rc = work->ran ? ngx_webhook_metrics_send(r, &m->out)
                   : NGX_HTTP_SERVICE_UNAVAILABLE;

    ngx_http_finalize_request(r, rc);
    ngx_http_run_posted_requests(c);
}


/* The request ends: what it was sent is not needed any more. */

static void
ngx_webhook_metrics_cleanup(void *data)
{
    ngx_webhook_metrics_t *m = data;

    if (m->away) {
        m->request = NULL;
        return;
    }

    ngx_webhook_work_free(m->work);
}


static void
ngx_webhook_metrics_write(ngx_webhook_out_t *out)
{
    ngx_webhook_metrics_text(out);
    ngx_webhook_labels_text(out);
}


static ngx_int_t
ngx_webhook_metrics_send(ngx_http_request_t *r, ngx_webhook_out_t *out)
{
    off_t      size;
    ngx_int_t  rc;

    size = ngx_webhook_out_size(out);

    if (size == NGX_ERROR) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_str_set(&r->headers_out.content_type, "text/plain; version=0.0.4");
    r->headers_out.content_type_len = sizeof("text/plain") - 1;
    r->headers_out.content_type_lowcase = NULL;

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = size;

    out->buf->last_buf = (r == r->main) ? 1 : 0;
    out->buf->last_in_chain = 1;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    return ngx_http_output_filter(r, out->first);
}
