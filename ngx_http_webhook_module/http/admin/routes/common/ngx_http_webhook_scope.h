
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Whose a thing is, for routes: what a caller sees of what was registered and
 * of what stands in nginx.conf, as of the newest change.  Event loop.
 *
 * Each route that asks for this begins with ngx_webhook_scope_begin(), which has
 * api->data from then on; what was there before is in scope->data, the route's
 * own.
 */

#ifndef NGX_WEBHOOK_SCOPE_H
#define NGX_WEBHOOK_SCOPE_H

#include "http/admin/api/ngx_http_webhook_api.h"
#include "http/runtime/registered/ngx_http_webhook_registered.h"


typedef struct {
    ngx_webhook_registered_t         *set;      /* NULL: nothing can be
                                                   registered */
    void                             *data;     /* the route's own */

    /* of this room */
    void                             *rings;
    ngx_str_t                         past;
    const char                       *what;
    ngx_webhook_api_pt                next;
    ngx_webhook_registered_waiter_t   waiter;
    ngx_webhook_api_t                *api;
} ngx_webhook_scope_t;

#define ngx_webhook_scope(api)  ((ngx_webhook_scope_t *) (api)->data)


/* An endpoint or receiver, as it is found by its id.  Lasts as long as the
   request. */

typedef struct {
    uint64_t                          key;      /* by which the store knows
                                                   where its deliveries go: of
                                                   a receiver those of its
                                                   durable actions */
    ngx_str_t                         id;       /* of one of nginx.conf: its
                                                   name */
    ngx_str_t                         name;
    ngx_str_t                         company;  /* empty: none */
    ngx_webhook_object_t             *object;   /* NULL: of nginx.conf */
    ngx_webhook_endpoint_t           *endpoint; /* as it is built; NULL: it is
                                                   held, or a receiver */
    ngx_webhook_receiver_t           *receiver; /* the same */
} ngx_webhook_scope_thing_t;


/*
 * Goes on with next once the worker has the newest of what was registered:
 * returns what next does, or what a handler does that waits.  The set is kept
 * to the end of the request.
 */
ngx_int_t ngx_webhook_scope_begin(ngx_webhook_api_t *api,
    ngx_webhook_api_pt next);

/* The same of a route whose body has these members and no others, if it has one
   ("event data"): else it is answered with a 422. */
ngx_int_t ngx_webhook_scope_body(ngx_webhook_api_t *api, const char *members,
    ngx_webhook_api_pt next);

/* 1 and what it is, if there is an endpoint or receiver of that id that the
   caller sees; else 0. */
ngx_uint_t ngx_webhook_scope_endpoint(ngx_webhook_api_t *api, ngx_str_t *id,
    ngx_webhook_scope_thing_t *thing);
ngx_uint_t ngx_webhook_scope_receiver(ngx_webhook_api_t *api, ngx_str_t *id,
    ngx_webhook_scope_thing_t *thing);

/* The same of the one that the path names first. */
ngx_uint_t ngx_webhook_scope_thing(ngx_webhook_api_t *api,
    webhook_object_e kind, ngx_webhook_scope_thing_t *thing);

/* "endpoint", "receiver". */
const char *ngx_webhook_scope_kind(webhook_object_e kind);

/* The key of such a thing, by its id.  Any thread. */
uint64_t ngx_webhook_scope_key(webhook_object_e kind, const webhook_str_t *id);

/*
 * 1 if the caller sees deliveries to an endpoint that the store knows by this
 * key and this name: who asks for a company sees those to endpoints and durable
 * receivers of the company that are registered now.
 */
ngx_uint_t ngx_webhook_scope_sees(ngx_webhook_api_t *api, uint64_t key,
    const webhook_str_t *name);

/*
 * The id by which callers know an endpoint that the store knows by this key:
 * empty where the caller does not see it, or nobody knows it any more.
 */
ngx_str_t ngx_webhook_scope_endpoint_id(ngx_webhook_api_t *api, uint64_t key);

/*
 * Goes on with next if an endpoint or receiver of that id, which is not there
 * now, was the caller's before it was deleted, which the store knows of the last
 * ones; else a 404 for "what" is answered.  Returns what a handler does.
 */
ngx_int_t ngx_webhook_scope_past(ngx_webhook_api_t *api,
    webhook_object_e kind, ngx_str_t *id, const char *what,
    ngx_webhook_api_pt next);

/* Keeps what an operation brought, which done() was called with, to the end of
   the request: NGX_OK or NGX_ERROR. */
ngx_int_t ngx_webhook_scope_keep(ngx_webhook_api_t *api, webhook_op_t *op);


#endif /* NGX_WEBHOOK_SCOPE_H */
