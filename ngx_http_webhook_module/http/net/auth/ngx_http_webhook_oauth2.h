
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Access tokens of OAuth 2.0 by the grant of client credentials (RFC 6749,
 * 4.4): asked for when one is needed, kept by each worker until shortly before
 * it ends, and dropped when an endpoint does not take it any more.
 *
 * One request is under way at a time, however many wait for its token.  Where
 * it fails, all of them fail, and so does who asks within the next second; a
 * server that issues tokens which no endpoint takes is asked once in ten
 * seconds.
 *
 * Token and credentials are kept in memory for secrets, and stand in no log
 * line or error text.
 */

#ifndef NGX_HTTP_WEBHOOK_GRANT_H
#define NGX_HTTP_WEBHOOK_GRANT_H

#include "http/net/client/ngx_http_webhook_client.h"


#define NGX_HTTP_WEBHOOK_GRANT_TOKEN  8192      /* bytes of a token at most */
#define NGX_HTTP_WEBHOOK_GRANT_ERROR  200       /* bytes of an error text */


typedef struct ngx_http_webhook_grant_s       ngx_http_webhook_grant_t;
typedef struct ngx_http_webhook_grant_wait_s  ngx_http_webhook_grant_wait_t;

/* rc: NGX_OK, or NGX_ERROR with grant->fault and grant->error.  It may free
   the structure, or wait again. */
typedef void (*ngx_http_webhook_grant_pt)(ngx_http_webhook_grant_wait_t *wait,
    ngx_int_t rc);


/* One who waits; in memory of its own. */

struct ngx_http_webhook_grant_wait_s {
    ngx_queue_t                   queue;
    ngx_http_webhook_grant_pt     handler;
};


struct ngx_http_webhook_grant_s {
    ngx_http_webhook_target_t    *target;
    ngx_str_t                     head;     /* of the request, secret */
    ngx_str_t                     body;

    /* the worker's */

    ngx_str_t                     token;    /* len 0: none */
    ngx_uint_t                    generation;   /* of the token */
    ngx_msec_t                    expires;
    ngx_msec_t                    begun;    /* of the request under way */
    ngx_queue_t                   waiting;  /* of ..._grant_wait_t */
    ngx_http_webhook_exchange_t   exchange;

    ngx_http_webhook_fault_e      fault;    /* how the last request failed */
    ngx_str_t                     error;
    ngx_msec_t                    failed;   /* when */
    ngx_msec_t                    dropped;  /* when a token was refused */
    u_char                        text[NGX_HTTP_WEBHOOK_GRANT_ERROR];

    unsigned                      ready:1;      /* the queue is made */
    unsigned                      fetching:1;
    unsigned                      failing:1;    /* since "failed" */
    unsigned                      doubted:1;    /* since "dropped", and the
                                                   next was not taken yet */
};


/*
 * Makes what it takes to ask for tokens of an endpoint, whose address rules
 * and proxy hold for its authorization server too.  NULL, logged, on errors.
 * While the configuration is read, after all of it was.
 */
ngx_http_webhook_grant_t *ngx_http_webhook_grant_create(
    ngx_http_webhook_build_t *b, ngx_http_webhook_endpoint_t *ep);

/*
 * NGX_OK: grant->token may be used at once.  NGX_AGAIN: one was asked for, wait
 * for it.  NGX_DECLINED: it failed a moment ago, see grant->fault and error.
 * The time-outs are those of the request, if one has to be made.
 */
ngx_int_t ngx_http_webhook_grant_token(ngx_http_webhook_grant_t *grant,
    ngx_http_webhook_timeout_t *timeout, ngx_log_t *log);

/* Waits for a token; ngx_queue_remove() of its queue ends that. */
void ngx_http_webhook_grant_wait(ngx_http_webhook_grant_t *grant,
    ngx_http_webhook_grant_wait_t *wait);

/* The token of this generation was taken. */
void ngx_http_webhook_grant_taken(ngx_http_webhook_grant_t *grant,
    ngx_uint_t generation);

/*
 * It was refused.  NGX_OK: another one may do, which is there or can be asked
 * for; NGX_DECLINED: it would be of no use.
 */
ngx_int_t ngx_http_webhook_grant_refused(ngx_http_webhook_grant_t *grant,
    ngx_uint_t generation);


#endif /* NGX_HTTP_WEBHOOK_GRANT_H */
