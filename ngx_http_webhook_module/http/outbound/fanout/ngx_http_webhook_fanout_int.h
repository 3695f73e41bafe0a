
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the files of fanout: fanout.c chooses endpoints of nginx.conf and
 * fanout_registered.c those that were registered, fanout_delivery.c puts the
 * renditions of one together, fanout_content.c makes what is in them, and
 * fanout_ctx.c knows the values for all.
 */

#ifndef NGX_WEBHOOK_FANOUT_INT_H
#define NGX_WEBHOOK_FANOUT_INT_H

#include "http/outbound/fanout/ngx_http_webhook_fanout.h"


#define NGX_WEBHOOK_FANOUT_HEADERS  16384       /* bytes: what the store takes
                                                   beside a body */


/* A body with its type and the headers that come of its envelope. */

typedef struct {
    ngx_webhook_endpoint_t  *ep;            /* it was first made for */

    ngx_chain_t             *body;
    size_t                   len;
    ngx_str_t                type;
    webhook_buf_t            headers;

    webhook_buf_t            made;          /* what body refers to, unless */
    ngx_chain_t              link;          /*   that is a document */
    ngx_buf_t                buf;

    webhook_buf_t            rendered;      /* an endpoint's own body, and */
    ngx_webhook_document_t  *own;           /*   that as a document */
    ngx_chain_t              rendered_link;
    ngx_buf_t                rendered_buf;

    const char              *reason;        /* it cannot be made */
    unsigned                 failed:1;
} ngx_webhook_content_t;


typedef struct {
    ngx_webhook_fanout_t     *fanout;

    ngx_webhook_delivery_t   *deliveries;
    ngx_uint_t                ndeliveries;
    ngx_webhook_rendition_t  *renditions;
    ngx_uint_t                nrenditions;
    ngx_webhook_content_t   **contents;
    ngx_uint_t                ncontents;

    webhook_buf_t             model;        /* rendered, once asked for */
    webhook_buf_t             record;
    unsigned                  record_made:1;    /* they are */

    unsigned                  warned:1;     /* of what goes as it is */
    unsigned                  unmade:1;     /* it could not be made for some */

    webhook_error_t           err;          /* of a template */
    webhook_error_t           unread;       /* of a document */
    const char               *reason;       /* what failed did so; NULL: no
                                               memory */
    ngx_webhook_document_t   *unreadable;   /* a body that a filter asks and
                                               that cannot be read, or NULL */
} ngx_webhook_fanout_ctx_t;


/* fanout.c: frees what the context has beside its pool. */
void ngx_webhook_fanout_free(ngx_webhook_fanout_ctx_t *ctx);


/* fanout_registered.c */

/* For those who registered, up to so many of them. */
void ngx_webhook_fanout_registered(ngx_webhook_fanout_ctx_t *ctx,
    ngx_uint_t max);


/* fanout_delivery.c */

/* NGX_OK with a delivery more; NGX_DECLINED by a filter; NGX_ERROR with
   ctx->reason. */
ngx_int_t ngx_webhook_fanout_delivery(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep);

/*
 * The same in two steps: the filters alone, which may take so much work as
 * *work is (webhook_condition_eval()), NGX_BUSY with nothing said where they
 * cannot be judged by that; and the delivery.
 */
ngx_int_t ngx_webhook_fanout_filter(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep, size_t *work);
ngx_int_t ngx_webhook_fanout_deliver(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep);

/* Says, after NGX_ERROR, that the endpoint does not get it, and counts it. */
void ngx_webhook_fanout_unmade(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep);


/* fanout_ctx.c */

/* webhook_lookup_pt; data is a context. */
int ngx_webhook_fanout_lookup(void *data, const webhook_path_t *path,
    webhook_value_t *v);

/* Array with room for one more than n elements of size bytes, or NULL. */
void *ngx_webhook_fanout_room(ngx_pool_t *pool, void *array, ngx_uint_t n,
    size_t size);

/* Why a document of this event cannot be read, as a sentence. */
const char *ngx_webhook_fanout_unread_text(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_document_t *d);

/* NGX_OK for WEBHOOK_OK, else NGX_ERROR with the reason in ctx->why. */
ngx_int_t ngx_webhook_fanout_failed(ngx_webhook_fanout_ctx_t *ctx, int rc);

/* Renders model and record, once; NGX_ERROR with ctx->why. */
ngx_int_t ngx_webhook_fanout_record_make(ngx_webhook_fanout_ctx_t *ctx);

/* True if two endpoints without templates of their own are sent the same. */
ngx_uint_t ngx_webhook_fanout_alike(ngx_webhook_endpoint_t *a,
    ngx_webhook_endpoint_t *b);


/* fanout_content.c */

/* The content for an endpoint, shared with those that want the same; NULL
   with ctx->why where it cannot be made. */
ngx_webhook_content_t *ngx_webhook_fanout_content(
    ngx_webhook_fanout_ctx_t *ctx, ngx_webhook_endpoint_t *ep);


#endif /* NGX_WEBHOOK_FANOUT_INT_H */
