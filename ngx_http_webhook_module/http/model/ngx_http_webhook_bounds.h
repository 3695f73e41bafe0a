
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
#include "core/rules/webhook_pattern.h"
#include "core/rules/webhook_reach.h"


/* Where actions may lead: one "actions" directive. */

typedef struct {
    ngx_str_t                    prefix;    /* webhook_reach_prefix_valid() */
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
    ngx_webhook_peer_t          *durable_peer;  /* or NULL */
    ngx_str_t                    receive;   /* base of receivers' URLs, ends in
                                               a slash; empty: not set */
    ngx_webhook_source_pos_t     receive_pos;
    ngx_uint_t                   backlog;   /* deliveries of a company that may
                                               wait */
} ngx_webhook_bounds_t;


/*
 * The directive that lets a request with this method go to a path, which nginx
 * has decoded and which has no arguments; NULL: there is none.  Any thread.
 */
static ngx_inline const ngx_webhook_actions_t *
ngx_webhook_bounds_actions(const ngx_webhook_bounds_t *bounds,
    ngx_uint_t method, const ngx_str_t *path)
{
    ngx_uint_t              i;
    ngx_webhook_actions_t  *actions;

    actions = bounds->actions.elts;

    for (i = 0; i < bounds->actions.nelts; i++) {
        if ((actions[i].methods & method)
            && webhook_reach_below((const webhook_str_t *) path,
                                   (webhook_str_t *) &actions[i].prefix))
        {
            return &actions[i];
        }
    }

    return NULL;
}


/* 1 if an event type may be emitted.  Any thread. */
static ngx_inline ngx_uint_t
ngx_webhook_bounds_emits(const ngx_webhook_bounds_t *bounds,
    const ngx_str_t *type)
{
    ngx_str_t   *pattern;
    ngx_uint_t   i;

    pattern = bounds->emits.elts;

    for (i = 0; i < bounds->emits.nelts; i++) {
        if (webhook_pattern_match((webhook_str_t *) &pattern[i],
                                  (const webhook_str_t *) type))
        {
            return 1;
        }
    }

    return 0;
}



#endif /* NGX_WEBHOOK_BOUNDS_H */
