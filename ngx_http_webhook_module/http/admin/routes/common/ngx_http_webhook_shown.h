
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Endpoints and receivers as callers see them, as JSON: what they may see of
 * the settings, and how things stand.  All return NULL on lack of memory.  Any
 * thread.
 */

#ifndef NGX_WEBHOOK_SHOWN_H
#define NGX_WEBHOOK_SHOWN_H

#include "http/admin/routes/common/ngx_http_webhook_scope.h"


/*
 * One that was registered: its definition, masked for those who may only look,
 * and what the server knows of it, but for its state.
 */
json_t *ngx_webhook_shown_object(ngx_webhook_api_t *api,
    const webhook_object_t *object, const json_t *definition);

/* The same of one as the store has it, with its data, and as the scope's set
   has it; and with its state, out of stats. */
json_t *ngx_webhook_shown_kept(ngx_webhook_api_t *api,
    const webhook_object_t *object, const webhook_op_stats_t *stats);

/* Why one that was compiled (or NULL) does not act. */
void ngx_webhook_shown_held(ngx_webhook_object_t *object,
    ngx_webhook_why_t *why);

/* Those of nginx.conf, the same. */
json_t *ngx_webhook_shown_endpoint(ngx_webhook_api_t *api,
    ngx_webhook_endpoint_t *ep);
json_t *ngx_webhook_shown_receiver(ngx_webhook_api_t *api,
    ngx_webhook_receiver_t *receiver);

/*
 * Adds "state", out of STATS: one that is not there has had no delivery.  why: it
 * does not act; or NULL.  Takes over the reference, also on failure; returns it,
 * or NULL.
 */
json_t *ngx_webhook_shown_state(ngx_webhook_api_t *api, webhook_object_e kind,
    json_t *json, const webhook_op_stats_t *stats, const webhook_str_t *id,
    const ngx_webhook_why_t *why);

/* The URL of a receiver with this token, or with a mask in its place; JSON's
   null where it is not known to where receivers are called. */
json_t *ngx_webhook_shown_receive(ngx_webhook_api_t *api, const char *token);


#endif /* NGX_WEBHOOK_SHOWN_H */
