
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * From what happened to what is sent: which of the endpoints that ask for an
 * event get it, and in which renditions.  Endpoints that want the same share
 * one rendition, made once.  It stands between those that see events happen
 * (capture) and the dispatcher, and knows no request: what it needs to know of
 * one comes through a lookup.  Any thread.
 *
 * The way of a payload to an endpoint:
 *
 *   payload --> [body template] --> [envelope] --> [JSON or XML] --> rendition
 *
 * Where nothing of that is asked for, the payload's own bytes are the
 * rendition and nothing is read.
 */

#ifndef NGX_WEBHOOK_FANOUT_H
#define NGX_WEBHOOK_FANOUT_H

#include "http/outbound/delivery/ngx_http_webhook_event.h"
#include "http/outbound/payload/ngx_http_webhook_document.h"
#include "core/base/webhook_trace.h"
#include "http/runtime/registered/ngx_http_webhook_registered.h"


#define NGX_WEBHOOK_FANOUT_RENDITIONS  64   /* of one event at most: what the
                                               store takes */

/* What all filters of registered endpoints may take of one event, in units of
   about half a nanosecond (webhook_condition_eval()): 5 ms, or 1 ms where there
   are regular expressions in them, which belong on a thread: there it is 20 ms. */
#define NGX_WEBHOOK_FANOUT_WORK_MS       2000000
#define NGX_WEBHOOK_FANOUT_WORK          (5 * NGX_WEBHOOK_FANOUT_WORK_MS)
#define NGX_WEBHOOK_FANOUT_WORK_THREAD   (20 * NGX_WEBHOOK_FANOUT_WORK_MS)
#define NGX_WEBHOOK_FANOUT_WORK_LESS     NGX_WEBHOOK_FANOUT_WORK_MS


typedef struct {
    ngx_pool_t               *pool;
    ngx_log_t                *log;
    ngx_webhook_main_conf_t  *wmcf;

    webhook_id_t             *id;
    ngx_str_t                *id_text;
    uint64_t                  wall;
    ngx_str_t                *type;

    ngx_webhook_document_t   *payload;      /* root "data" */
    size_t                    max;          /* bytes of a rendered body; of
                                               XML, and in an envelope, more
                                               (docs/outbound.md) */

    /* The record that it is about: each a template, a text, or neither. */
    webhook_template_t       *model;
    webhook_template_t       *record;
    ngx_str_t                 model_text;
    ngx_str_t                 record_text;

    ngx_uint_t                threaded;     /* it is made on a thread */

    ngx_uint_t                hops;         /* webhooks that led to it */
    webhook_trace_t          *trace;        /* that it continues, or NULL */

    ngx_array_t              *endpoints;    /* uint64_t: who asks for the
                                               type */
    uint64_t                  except;       /* an endpoint that gets nothing of
                                               it; 0: none */

    /* Whose event it is, and who of those that were registered asks for it: see
       ngx_webhook_fanout_listen(). */
    ngx_str_t                 company;      /* empty: nobody's */
    ngx_webhook_listeners_t   listeners[2];

    webhook_lookup_pt         lookup;       /* values of all roots but data */
    void                     *ctx;
    const char              **reason;       /* set by lookup where it fails for
                                               another reason than memory */
    ngx_webhook_document_t  **unread;       /* set by lookup to a body that has
                                               no values since it cannot be
                                               read; or NULL */
} ngx_webhook_fanout_t;


/*
 * Makes the event, which the caller gives to ngx_webhook_dispatcher_put().
 * What cannot be made for one endpoint is an error line and a count, and the
 * others get theirs.  Returns NGX_OK; NGX_DECLINED where no endpoint is left
 * by their filters; NGX_ERROR with *why set where none could be made.
 */
ngx_int_t ngx_webhook_fanout(ngx_webhook_fanout_t *fanout,
    ngx_webhook_event_t **event, const char **reason);

/*
 * Fills in whose event it is (of a company, or empty), and who of a set listens
 * to it.  The set, which the caller has, may be NULL; both last as long as
 * fanout.  NGX_OK, or NGX_ERROR on lack of memory.
 */
ngx_int_t ngx_webhook_fanout_listen(ngx_webhook_fanout_t *fanout,
    ngx_webhook_registered_t *set, ngx_webhook_type_t *type,
    ngx_str_t *company);

/* The most renditions that an event of these endpoints (uint64_t) can have. */
ngx_uint_t ngx_webhook_fanout_renditions(ngx_webhook_main_conf_t *wmcf,
    ngx_array_t *endpoints);

/* Calls visit for every path that these endpoints name, until one returns
   non-zero, which is then returned. */
int ngx_webhook_fanout_paths(ngx_webhook_main_conf_t *wmcf,
    ngx_array_t *endpoints,
    int (*visit)(void *ctx, const webhook_path_t *path), void *ctx);

/* True if an endpoint is told of which record an event is. */
ngx_uint_t ngx_webhook_fanout_record(ngx_webhook_endpoint_t *ep);


#endif /* NGX_WEBHOOK_FANOUT_H */
