
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the files of render: fanout.c chooses endpoints and puts forms
 * together, fanout_content.c makes what is in them, and fanout_ctx.c knows the
 * values for both.
 */

#ifndef NGX_HTTP_WEBHOOK_RENDER_INT_H
#define NGX_HTTP_WEBHOOK_RENDER_INT_H

#include "http/outbound/fanout/ngx_http_webhook_fanout.h"


#define NGX_HTTP_WEBHOOK_RENDER_HEADERS  16384  /* bytes: what the store takes
                                                   beside a body */


/* A body with its type and the headers that come of its envelope. */

typedef struct {
    ngx_http_webhook_endpoint_t  *ep;       /* it was first made for */

    ngx_chain_t                  *body;
    size_t                        len;
    ngx_str_t                     type;
    webhook_buf_t                 headers;

    webhook_buf_t                 made;     /* what body refers to, unless */
    ngx_chain_t                   link;     /*   that is a document */
    ngx_buf_t                     buf;

    webhook_buf_t                 rendered; /* an endpoint's own body, and */
    ngx_http_webhook_document_t  *own;      /*   that as a document */
    ngx_chain_t                   rendered_link;
    ngx_buf_t                     rendered_buf;

    const char                   *why;      /* it cannot be made */
    unsigned                      failed:1;
} ngx_http_webhook_content_t;


typedef struct {
    ngx_http_webhook_render_t    *render;

    ngx_http_webhook_delivery_t  *deliveries;
    ngx_uint_t                    ndeliveries;
    ngx_http_webhook_form_t      *forms;
    ngx_uint_t                    nforms;
    ngx_http_webhook_content_t  **contents;
    ngx_uint_t                    ncontents;

    webhook_buf_t                 model;    /* rendered, once asked for */
    webhook_buf_t                 record;
    unsigned                      told:1;   /* they are */

    unsigned                      warned:1; /* of what goes as it is */

    webhook_error_t               err;      /* of a template */
    webhook_error_t               unread;   /* of a document */
    const char                   *why;      /* what failed did so; NULL: no
                                               memory */
    ngx_http_webhook_document_t  *blind;    /* a body that a filter asks and
                                               that cannot be read, or NULL */
} ngx_http_webhook_render_ctx_t;


/* fanout_ctx.c */

/* webhook_lookup_pt; data is a context. */
int ngx_http_webhook_render_lookup(void *data, const webhook_path_t *path,
    webhook_value_t *v);

/* Array with room for one more than n elements of size bytes, or NULL. */
void *ngx_http_webhook_render_room(ngx_pool_t *pool, void *array,
    ngx_uint_t n, size_t size);

/* Why a document of this event cannot be read, as a sentence. */
const char *ngx_http_webhook_render_why(ngx_http_webhook_render_ctx_t *ctx,
    ngx_http_webhook_document_t *d);

/* NGX_OK for WEBHOOK_OK, else NGX_ERROR with the reason in ctx->why. */
ngx_int_t ngx_http_webhook_render_failed(ngx_http_webhook_render_ctx_t *ctx,
    int rc);

/* Renders model and record, once; NGX_ERROR with ctx->why. */
ngx_int_t ngx_http_webhook_render_record_make(
    ngx_http_webhook_render_ctx_t *ctx);

/* True if two endpoints without templates of their own are sent the same. */
ngx_uint_t ngx_http_webhook_render_alike(ngx_http_webhook_endpoint_t *a,
    ngx_http_webhook_endpoint_t *b);


/* fanout_content.c */

/* The content for an endpoint, shared with those that want the same; NULL
   with ctx->why where it cannot be made. */
ngx_http_webhook_content_t *ngx_http_webhook_render_content(
    ngx_http_webhook_render_ctx_t *ctx, ngx_http_webhook_endpoint_t *ep);


#endif /* NGX_HTTP_WEBHOOK_RENDER_INT_H */
