
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Settings that somebody tries, with an event that did not happen: as often as
 * a company may (test_limit.h), and what takes long on a thread.  Event loop.
 */

#ifndef NGX_WEBHOOK_ENDPOINTS_TRIAL_H
#define NGX_WEBHOOK_ENDPOINTS_TRIAL_H

#include "http/admin/routes/endpoints/ngx_http_webhook_endpoints_like.h"


typedef struct ngx_webhook_endpoints_trial_s  ngx_webhook_endpoints_trial_t;

struct ngx_webhook_endpoints_trial_s {
    ngx_webhook_api_t               *api;
    ngx_webhook_endpoint_t          *endpoint;
    ngx_webhook_endpoints_like_t     like;

    /* Any thread: what is tried, into like.fanout.pool, which lasts until
       "done" has returned. */
    ngx_int_t                      (*run)(
                                         ngx_webhook_endpoints_trial_t *trial);
    /* Makes the answer of what run() returned, as a handler does. */
    ngx_int_t                      (*done)(
                                         ngx_webhook_endpoints_trial_t *trial,
                                         ngx_int_t rc);
    void                            *data;          /* of the caller */

    /* of this unit */
    uint64_t                         key;
    ngx_uint_t                       turn;
    ngx_int_t                        rc;
    unsigned                         taken:1;
    unsigned                         kept:1;
};


/*
 * Takes a turn for the caller's company (test_limit.h, also for "total"), makes
 * the event of the request, and has it tried.  Returns what a handler does.
 */
ngx_int_t ngx_webhook_endpoints_trial(ngx_webhook_endpoints_trial_t *trial,
    ngx_msec_t total);

/* For done(), which goes on with the same turn: it is kept until give(). */
void ngx_webhook_endpoints_trial_keep(ngx_webhook_endpoints_trial_t *trial);
void ngx_webhook_endpoints_trial_give(ngx_webhook_endpoints_trial_t *trial);


#endif /* NGX_WEBHOOK_ENDPOINTS_TRIAL_H */
