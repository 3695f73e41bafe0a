
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A small HTTP/1.1 client on nginx's events: one request, one answer, kept
 * connections.  It knows nothing of webhooks.  All functions run on the event
 * loop.
 *
 * An exchange goes through: resolve -> connect -> (proxy) -> tls -> send ->
 * read -> done; the function of the present state is its "process" pointer.
 *
 *   - Each step has its time-out and all together have "total".
 *   - Another address is tried only if not a byte of the request went out.
 *   - A kept connection that turns out closed before the request reached the
 *     peer is replaced by a new one, once, without counting.
 *   - Redirects are answers like any other.
 *   - Once the head of an answer is complete its status counts: the fault is
 *     NONE then, whatever becomes of the body ("error" may tell).
 *   - Of the answer's body, "answer_max" bytes are kept; the rest is read
 *     within bounds so that the connection can be kept, or it is closed.
 */

#ifndef NGX_WEBHOOK_CLIENT_H
#define NGX_WEBHOOK_CLIENT_H

#include "http/model/ngx_http_webhook.h"
#include "http/net/peer/ngx_http_webhook_peer.h"


typedef enum {
    NGX_WEBHOOK_FAULT_NONE = 0,             /* an answer came: see status */
    NGX_WEBHOOK_FAULT_LOCAL,                /* no connection slot, memory or
                                               port here: nothing was sent */
    NGX_WEBHOOK_FAULT_RESOLVE,
    NGX_WEBHOOK_FAULT_ADDRESS,              /* that it has is not allowed */
    NGX_WEBHOOK_FAULT_CONNECT,
    NGX_WEBHOOK_FAULT_PROXY,                /* it would not connect us */
    NGX_WEBHOOK_FAULT_AUTH,                 /* no token to be had: nothing was
                                               sent (see auth) */
    NGX_WEBHOOK_FAULT_TLS,
    NGX_WEBHOOK_FAULT_SEND,
    NGX_WEBHOOK_FAULT_READ,                 /* closed or reset */
    NGX_WEBHOOK_FAULT_ANSWER,               /* not HTTP, or over a bound */
    NGX_WEBHOOK_FAULT_TIMEOUT,
    NGX_WEBHOOK_FAULT_SHUTDOWN              /* worker_shutdown_timeout */
} ngx_webhook_fault_e;


typedef struct ngx_webhook_exchange_s  ngx_webhook_exchange_t;

typedef void (*ngx_webhook_exchange_pt)(ngx_webhook_exchange_t *x);

/*
 * One exchange.  The caller fills in the first part and keeps head and body
 * alive until the handler is called, which happens exactly once, never from
 * within ngx_webhook_client_send().  What the results point to is the
 * client's and lasts until the handler returns.  The handler may free the
 * exchange or send it again.
 */

struct ngx_webhook_exchange_s {
    ngx_webhook_peer_t      *peer;
    ngx_webhook_timeout_t    timeout;
    ngx_str_t                head;          /* request line and headers, each
                                               with CRLF, and the empty line */
    ngx_str_t                body;
    size_t                   answer_max;
    ngx_uint_t               secret;        /* 1: what was read of the answer
                                               is overwritten afterwards */
    ngx_webhook_exchange_pt  handler;
    void                    *data;
    ngx_log_t               *log;           /* lives as long as the caller
                                               keeps the exchange */

    /* what came of it */

    ngx_webhook_fault_e      fault;
    ngx_uint_t               status;        /* 0: none came */
    ngx_str_t                error;         /* a sentence; empty if none */
    ngx_str_t                address;       /* as text; empty: none */
    ngx_str_t                answer;        /* first bytes of the body */
    time_t                   retry_after;   /* seconds; -1: none; the
                                               date form is converted */
    uint32_t                 connect_usec;      /* see webhook_attempt_t */
    uint32_t                 tls_usec;
    uint32_t                 first_byte_usec;
    uint32_t                 total_usec;

    void                    *state;         /* the client's own */
};

/* Begins an exchange. */
void ngx_webhook_client_send(ngx_webhook_exchange_t *x);

/*
 * Ends an exchange that was not begun, for lack of memory: its handler is
 * called a moment later.
 */
void ngx_webhook_client_starve(ngx_webhook_exchange_t *x);

/* Ends it at once, if it is under way; its handler is not called, and its
   results point to nothing. */
void ngx_webhook_client_cancel(ngx_webhook_exchange_t *x);

/*
 * How many more exchanges this worker may begin: a share of
 * worker_connections, so that deliveries never starve the proxy.
 */
ngx_uint_t ngx_webhook_client_free_slots(void);

/* In a worker: before its event loop starts, and when it exits. */
ngx_int_t ngx_webhook_client_init(ngx_cycle_t *cycle,
    ngx_webhook_main_conf_t *wmcf);
void ngx_webhook_client_exit(ngx_cycle_t *cycle);


#endif /* NGX_WEBHOOK_CLIENT_H */
