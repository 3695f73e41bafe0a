
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What receivers that were registered may do: "actions", "emit", "durable_api"
 * and "receive" of webhook_registry { }.  Subrequests enter locations that are
 * internal and pass by the access phase, so that these bounds alone stand
 * between a registrant and what the host has: they are checked when a receiver
 * is made, and each URI once more when it was rendered.
 */

#ifndef NGX_WEBHOOK_BOUNDS_H
#define NGX_WEBHOOK_BOUNDS_H

#include "http/model/ngx_http_webhook_endpoint.h"
#include "http/model/ngx_http_webhook_source_pos.h"


/* Where actions may lead: one "actions" directive. */

typedef struct {
    ngx_str_t                    prefix;    /* as nginx has paths: decoded, no
                                               "." or "..", no "//", from slash
                                               to slash */
    ngx_uint_t                   methods;   /* NGX_HTTP_POST|...; a look-up's
                                               GET or HEAD has to be among
                                               them, too */
    ngx_str_t                    methods_text;  /* for messages */
    ngx_str_t                    company;   /* header that tells the API whose
                                               call it is; empty: none */
    ngx_webhook_source_pos_t     source_pos;
} ngx_webhook_actions_t;


typedef struct {
    ngx_array_t                  actions;   /* of ..._actions_t; none: no
                                               receiver can be registered */
    ngx_array_t                  emits;     /* of ngx_str_t, patterns of event
                                               types; none: nothing is emitted
                                               */
    ngx_str_t                    durable_api;   /* URL, or empty: none can be
                                               durable */
    ngx_webhook_source_pos_t     durable_pos;
    ngx_str_t                    receive;   /* base of receivers' URLs, ends in
                                               a slash; empty: not set */
    ngx_webhook_source_pos_t     receive_pos;
    ngx_uint_t                   receivers; /* at most, for "limit inflight=";
                                               set by "limit receivers=" */
    const webhook_address_rules_t  *address;    /* webhook_address: of the API
                                               */
} ngx_webhook_bounds_t;


/*
 * The directive that lets requests with one of these methods (of which there
 * is one) go to a path, as nginx has paths: unescaped, without arguments.  The
 * path is normalized as nginx would a request's, with slashes merged or not;
 * each reading has to be below the prefix.  NULL: there is none.  Any thread.
 */
const ngx_webhook_actions_t *ngx_webhook_bounds_actions(
    const ngx_webhook_bounds_t *bounds, ngx_uint_t method,
    const ngx_str_t *path);

/* 1 if an event type may be emitted.  Any thread. */
ngx_uint_t ngx_webhook_bounds_emits(const ngx_webhook_bounds_t *bounds,
    const ngx_str_t *type);


#endif /* NGX_WEBHOOK_BOUNDS_H */
