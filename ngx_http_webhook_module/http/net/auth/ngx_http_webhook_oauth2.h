
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

#ifndef NGX_WEBHOOK_OAUTH2_H
#define NGX_WEBHOOK_OAUTH2_H

#include "http/net/client/ngx_http_webhook_client.h"


#define NGX_WEBHOOK_OAUTH2_TOKEN  8192          /* bytes of a token at most */
#define NGX_WEBHOOK_OAUTH2_ERROR  200           /* bytes of an error text */


typedef struct ngx_webhook_oauth2_s       ngx_webhook_oauth2_t;
typedef struct ngx_webhook_oauth2_wait_s  ngx_webhook_oauth2_wait_t;

/* rc: NGX_OK, or NGX_ERROR with oauth2->fault and oauth2->error.  It may free
   the structure, or wait again. */
typedef void (*ngx_webhook_oauth2_pt)(ngx_webhook_oauth2_wait_t *wait,
    ngx_int_t rc);


/* One who waits; in memory of its own. */

struct ngx_webhook_oauth2_wait_s {
    ngx_queue_t               queue;
    ngx_webhook_oauth2_pt     handler;
};


struct ngx_webhook_oauth2_s {
    ngx_webhook_peer_t      *peer;
    ngx_str_t                head;          /* of the request, secret */
    ngx_str_t                body;

    /* the worker's */

    ngx_str_t                access_token;  /* len 0: none */
    ngx_uint_t               generation;    /* of the token */
    ngx_msec_t               expires;
    ngx_msec_t               begun;         /* of the request under way */
    ngx_queue_t              waiting;       /* of ..._oauth2_wait_t */
    ngx_webhook_exchange_t   exchange;

    ngx_webhook_fault_e      fault;         /* how the last request failed */
    ngx_str_t                error;
    ngx_msec_t               failed;        /* when */
    ngx_msec_t               dropped;       /* when a token was refused */
    u_char                   text[NGX_WEBHOOK_OAUTH2_ERROR];

    unsigned                 ready:1;       /* the queue is made */
    unsigned                 fetching:1;
    unsigned                 failing:1;     /* since "failed" */
    unsigned                 suspected:1;   /* since "dropped", and the
                                               next was not taken yet */
};


/*
 * Makes what it takes to ask for tokens of an endpoint, whose address rules
 * and proxy hold for its authorization server too.  NULL, logged, on errors.
 * While the configuration is read, after all of it was.
 */
ngx_webhook_oauth2_t *ngx_webhook_oauth2_create(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_t *ep);

/*
 * NGX_OK: oauth2->access_token may be used at once.  NGX_AGAIN: one was asked
 * for, wait for it.  NGX_DECLINED: it failed a moment ago, see oauth2->fault
 * and error. The time-outs are those of the request, if one has to be made.
 */
ngx_int_t ngx_webhook_oauth2_token(ngx_webhook_oauth2_t *oauth2,
    ngx_webhook_timeout_t *timeout, ngx_log_t *log);

/* Waits for a token; ngx_queue_remove() of its queue ends that. */
void ngx_webhook_oauth2_wait(ngx_webhook_oauth2_t *oauth2,
    ngx_webhook_oauth2_wait_t *wait);

/* The token of this generation was taken. */
void ngx_webhook_oauth2_taken(ngx_webhook_oauth2_t *oauth2,
    ngx_uint_t generation);

/*
 * It was refused.  NGX_OK: another one may do, which is there or can be asked
 * for; NGX_DECLINED: it would be of no use.
 */
ngx_int_t ngx_webhook_oauth2_refused(ngx_webhook_oauth2_t *oauth2,
    ngx_uint_t generation);

/* Before it goes, and nobody waits: ends the request under way, if there is
   one, and wipes the token. */
void ngx_webhook_oauth2_forget(ngx_webhook_oauth2_t *oauth2);


#endif /* NGX_WEBHOOK_OAUTH2_H */
