
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * From what happened to what is sent: which of the endpoints that ask for an
 * event get it, and in which forms.  Endpoints that want the same share one
 * form, made once.  It stands between those that see events happen (capture)
 * and the courier, and knows no request: what it needs to know of one comes
 * through a lookup.  Any thread.
 *
 * The way of a payload to an endpoint:
 *
 *   payload --> [body template] --> [envelope] --> [JSON or XML] --> form
 *
 * Where nothing of that is asked for, the payload's own bytes are the form and
 * nothing is read.
 */

#ifndef NGX_HTTP_WEBHOOK_RENDER_H
#define NGX_HTTP_WEBHOOK_RENDER_H

#include "http/outbound/delivery/ngx_http_webhook_event.h"
#include "http/outbound/payload/ngx_http_webhook_document.h"


#define NGX_HTTP_WEBHOOK_RENDER_FORMS  64   /* of one event at most: what the
                                               store takes */


typedef struct {
    ngx_pool_t                    *pool;
    ngx_log_t                     *log;
    ngx_http_webhook_main_conf_t  *wmcf;

    webhook_id_t                  *id;
    ngx_str_t                     *id_text;
    uint64_t                       wall;
    ngx_str_t                     *type;

    ngx_http_webhook_document_t   *payload; /* root "data" */
    size_t                         max;     /* bytes of a rendered body; of
                                               XML, and in an envelope, more
                                               (docs/outbound.md) */

    /* The record that it is about: each a template, a text, or neither. */
    webhook_template_t            *model;
    webhook_template_t            *record;
    ngx_str_t                      model_text;
    ngx_str_t                      record_text;

    ngx_array_t                   *endpoints;   /* uint64_t: who asks for the
                                                   type */

    webhook_lookup_pt              lookup;  /* values of all roots but data */
    void                          *ctx;
    const char                   **why;     /* set by lookup where it fails for
                                               another reason than memory */
    ngx_http_webhook_document_t  **unread;  /* set by lookup to a body that has
                                               no values since it cannot be
                                               read; or NULL */
} ngx_http_webhook_render_t;


/*
 * Makes the event, which the caller gives to ngx_http_webhook_courier_put().
 * What cannot be made for one endpoint is an error line and a count, and the
 * others get theirs.  Returns NGX_OK; NGX_DECLINED where no endpoint is left
 * by their filters; NGX_ERROR with *why set where none could be made.
 */
ngx_int_t ngx_http_webhook_render(ngx_http_webhook_render_t *render,
    ngx_http_webhook_event_t **event, const char **why);

/* The most forms that an event of these endpoints (uint64_t) can have. */
ngx_uint_t ngx_http_webhook_render_forms(ngx_http_webhook_main_conf_t *wmcf,
    ngx_array_t *endpoints);

/* Calls visit for every path that these endpoints name, until one returns
   non-zero, which is then returned. */
int ngx_http_webhook_render_paths(ngx_http_webhook_main_conf_t *wmcf,
    ngx_array_t *endpoints,
    int (*visit)(void *ctx, const webhook_path_t *path), void *ctx);

/* True if an endpoint is told of which record an event is. */
ngx_uint_t ngx_http_webhook_render_record(ngx_http_webhook_endpoint_t *ep);


#endif /* NGX_HTTP_WEBHOOK_RENDER_H */
