
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the client's own files share:
 *
 *   client_log.c      the texts of an exchange
 *   client_steps.c    begin and end of a step, end of the whole
 *   client_connect.c  resolve -> connect
 *   client_proxy.c    what a proxy is asked for, between connect and tls
 *   client_tls.c      tls
 *   client_answer.c   send -> read
 *   client.c          begin and deadline of an exchange, its states
 *
 * Where a step ends another one's file is not named: client_next() takes the
 * state that follows, and client.c knows whose that is.
 *
 * Any function that may end an exchange may free its state: whoever calls one
 * touches the state no more.
 */

#ifndef NGX_WEBHOOK_CLIENT_INT_H
#define NGX_WEBHOOK_CLIENT_INT_H

#include "http/net/client/ngx_http_webhook_client.h"
#include "http/net/client/ngx_http_webhook_pool.h"
#include "http/runtime/ngx_http_webhook_clock.h"
#include "core/http1/webhook_http.h"


#define NGX_WEBHOOK_CLIENT_ERROR   250          /* bytes of an error text */
#define NGX_WEBHOOK_CLIENT_ANSWER  65536        /* bytes kept of an answer at
                                                   most, whoever asks */
#define NGX_WEBHOOK_CLIENT_SPARE   128          /* states kept for reuse, */
#define NGX_WEBHOOK_CLIENT_BUFFER  4096         /* with up to this answer */

/* Longest wait that a Retry-After is believed, in seconds. */
#define NGX_WEBHOOK_CLIENT_RETRY   (7 * 24 * 3600)


typedef struct ngx_webhook_client_s  ngx_webhook_client_t;

/* The present state's function: something happened on the connection. */
typedef void (*ngx_webhook_client_pt)(ngx_webhook_client_t *x,
    ngx_event_t *ev);


/* A state of an exchange begins. */
typedef void (*ngx_webhook_client_state_pt)(ngx_webhook_client_t *x);

typedef enum {
    NGX_WEBHOOK_CLIENT_CONNECT = 0,         /* a new connection is wanted */
    NGX_WEBHOOK_CLIENT_BEYOND,              /* the addresses of a peer behind
                                               a proxy are known */
    NGX_WEBHOOK_CLIENT_DIAL,                /* x->hop is to be connected to */
    NGX_WEBHOOK_CLIENT_TUNNEL,              /* connected to the proxy */
    NGX_WEBHOOK_CLIENT_REACHED,             /* connected to the peer */
    NGX_WEBHOOK_CLIENT_REQUEST              /* the connection is ready */
} ngx_webhook_client_state_e;


typedef struct {
    ngx_sockaddr_t                sockaddr;
    socklen_t                     socklen;
} ngx_webhook_address_t;


struct ngx_webhook_client_s {
    ngx_webhook_exchange_t  *exchange;
    ngx_webhook_conn_t      *conn;
    ngx_webhook_client_pt    process;
    ngx_int_t                ident;         /* event ident is behind 3
                                               pointers */
    ngx_queue_t              queue;         /* of exchanges, or of spares */

    const ngx_webhook_client_state_pt  *states;     /* by their number */
    ngx_event_handler_pt     handler;       /* of the connection's events */

    ngx_event_t              event;         /* the timer; posted at an end
                                               within client_send() */
    ngx_msec_t               deadline;      /* of the whole */
    ngx_msec_t               step;          /* time-out of the present step */

    ngx_log_t                log;           /* of the connection */

    /* resolve, connect */

    ngx_webhook_peer_t      *hop;           /* whom to connect to: the
                                               exchange's peer or its proxy */
    ngx_resolver_ctx_t      *ctx;
    ngx_webhook_address_t   *addresses;     /* that it gave */
    ngx_uint_t               count;         /* of them; 0: servers */
    time_t                   valid;         /* until when; 0: no look-up */
    ngx_uint_t               tried[NGX_WEBHOOK_PEER_TRIES];
    ngx_uint_t               tries;
    ngx_int_t                server;        /* to begin with, or NGX_ERROR */

    /* what the proxy is asked for */

    ngx_webhook_address_t    beyond;        /* socklen 0: the peer's name */
    ngx_int_t                beyond_server;     /* index, or NGX_ERROR */

    /* send, read */

    ngx_buf_t                bufs[2];
    ngx_chain_t              chain[2];
    ngx_chain_t             *out;
    webhook_http_t           http;
    u_char                  *answer;
    size_t                   answer_size;

    /* of ngx_webhook_clock_usec() */

    uint64_t                 begun;
    uint64_t                 opening;
    uint64_t                 ready;

    /* the last line that nginx wrote about the connection */

    u_char                   logged[NGX_WEBHOOK_CLIENT_ERROR];
    size_t                   logged_len;

    u_char                   error[NGX_WEBHOOK_CLIENT_ERROR];
    u_char                   address[NGX_SOCKADDR_STRLEN];

    unsigned                 within:1;      /* client_send() */
    unsigned                 ended:1;       /* the handler is due */
    unsigned                 reused:1;      /* a kept connection */
    unsigned                 tunnel:1;      /* the proxy connected us */
    unsigned                 sent:1;        /* the whole request */
    unsigned                 send_failed:1;
    unsigned                 wipe:1;        /* the answer is a secret */
};


typedef struct {
    ngx_queue_t    active;
    ngx_uint_t     active_n;
    ngx_queue_t    spare;
    ngx_uint_t     spare_n;

    /* exchanges for whose state there was no memory, linked by "state" */

    ngx_webhook_exchange_t  *starved;
    ngx_event_t              starving;
} ngx_webhook_clients_t;


/* client_steps.c */

extern ngx_webhook_clients_t  ngx_webhook_clients;

/* Begins the state that follows. */
void ngx_webhook_client_next(ngx_webhook_client_t *x,
    ngx_webhook_client_state_e state);

/*
 * Ends an exchange: the connection is closed if it still is there, and the
 * handler called, now or, within client_send(), soon.
 */
void ngx_webhook_client_end(ngx_webhook_client_t *x,
    ngx_webhook_fault_e fault);

/* Begins a step: sets its function, action for logs and time-out, which the
   deadline bounds. */
void ngx_webhook_client_step(ngx_webhook_client_t *x,
    ngx_webhook_client_pt process, char *action, ngx_msec_t timeout);

/* Connects the exchange and conn. */
void ngx_webhook_client_attach(ngx_webhook_client_t *x,
    ngx_webhook_conn_t *conn);

/* Calls the handler of an exchange that has ended. */
void ngx_webhook_client_done(ngx_webhook_client_t *x);

/* Takes everything from a state that is not its own memory. */
void ngx_webhook_client_release(ngx_webhook_client_t *x);

/* Keeps its memory for another exchange, or frees it. */
void ngx_webhook_client_put(ngx_webhook_client_t *x);
void ngx_webhook_client_free(ngx_webhook_client_t *x);

/* The time since then, as the exchange tells times. */
uint32_t ngx_webhook_client_usec(uint64_t since);


/* client_log.c */

/* Makes the log of the exchange's connections. */
void ngx_webhook_client_log(ngx_webhook_client_t *x);

/* Sets the error text. */
void ngx_cdecl ngx_webhook_client_error(ngx_webhook_client_t *x,
    const char *fmt, ...);

/* Sets it to "what: " and what nginx logged last, or to what alone. */
void ngx_webhook_client_logged(ngx_webhook_client_t *x, const char *what);

/* Sets the address text. */
void ngx_webhook_client_address(ngx_webhook_client_t *x, ngx_str_t *address);


/* client_connect.c */

/* Gets a new connection. */
void ngx_webhook_client_connect(ngx_webhook_client_t *x);

/* The present address did not work out in time: the next, or the end. */
void ngx_webhook_client_connect_late(ngx_webhook_client_t *x);

/* Looks up x->hop, if need be, and connects to it. */
void ngx_webhook_client_dial(ngx_webhook_client_t *x);

/*
 * The next address of a peer, not more than TARGET_TRIES in all, that was
 * not tried yet and is allowed; its index is the last in x->tried then.  text
 * has NGX_SOCKADDR_STRLEN bytes, which name may view.  NGX_OK, or NGX_DECLINED
 * with the fault changed and an error text if one was not allowed.
 */
ngx_int_t ngx_webhook_client_address_next(ngx_webhook_client_t *x,
    ngx_webhook_peer_t *peer, struct sockaddr **sockaddr, socklen_t *socklen,
    ngx_str_t *name, u_char *text, ngx_webhook_fault_e *fault);

/* The present address would not do; nothing of the request went out. */
void ngx_webhook_client_failed(ngx_webhook_client_t *x,
    ngx_webhook_fault_e fault);


/* client_proxy.c */

/* The addresses of a peer behind a proxy are known: chooses one. */
void ngx_webhook_client_beyond(ngx_webhook_client_t *x);

/* Connected to the proxy: asks it for a tunnel. */
void ngx_webhook_client_tunnel(ngx_webhook_client_t *x);


/* client_tls.c */

/* The connection reaches the peer: TLS, if need be, and the request. */
void ngx_webhook_client_reached(ngx_webhook_client_t *x);


/* client_answer.c */

/* The connection is ready: sends the request, reads the answer. */
void ngx_webhook_client_request(ngx_webhook_client_t *x);

/* The answer is over: complete, or its head is there and more will not come.
   Fills in the exchange and ends it. */
void ngx_webhook_client_answered(ngx_webhook_client_t *x, ngx_uint_t keep);


#endif /* NGX_WEBHOOK_CLIENT_INT_H */
