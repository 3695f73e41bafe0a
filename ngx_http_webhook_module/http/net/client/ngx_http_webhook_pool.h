
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The client's connections: made, kept while idle, closed.  All functions run
 * on the event loop.
 *
 * The connection that was used last is used first, so that those that are not
 * needed grow old.  An idle one is closed when the peer closes it or sends
 * what nobody asked for, when it was idle for long enough, when there are too
 * many, and when the worker is to exit.
 *
 * Idle connections are not marked as reusable for nginx's core: that would
 * count them as waiting clients in its status.  The bounds below keep the core
 * from running short instead.
 */

#ifndef NGX_WEBHOOK_POOL_H
#define NGX_WEBHOOK_POOL_H

#include "http/net/peer/ngx_http_webhook_peer.h"


#define NGX_WEBHOOK_POOL_PEER   128             /* idle ones of a peer */
#define NGX_WEBHOOK_POOL_IDLE   55000           /* ms: less than the 60 s and
                                                   more of common servers */
#define NGX_WEBHOOK_POOL_LIFE   600000          /* ms: of any */
#define NGX_WEBHOOK_POOL_VALID  10              /* seconds that a name's answer
                                                   counts at least */
#define NGX_WEBHOOK_POOL_SWEEP  5000            /* ms between looks at ages */


typedef struct {
    ngx_webhook_peer_t   *peer;                 /* these two first, as in */
    time_t                until;                /*   ..._tls_conn_t */
    ngx_connection_t     *connection;
    void                 *exchange;             /* the client's; NULL: idle */
    ngx_queue_t           queue;                /* peer's idle ones */
    ngx_queue_t           all;                  /* all idle ones */
    ngx_int_t             server;               /* index, or NGX_ERROR */
    ngx_msec_t            opened;
    ngx_msec_t            expires;
    time_t                valid;                /* the end of what the name
                                                   was looked up as; 0: none */
    ngx_str_t             address;              /* of the peer, as text */
    u_char                text[NGX_SOCKADDR_STRLEN];
} ngx_webhook_conn_t;


/*
 * Takes an idle connection of the peer (to that of its servers, if this is
 * not NGX_ERROR), or returns NULL.  The caller sets exchange, handlers, logs.
 */
ngx_webhook_conn_t *ngx_webhook_pool_take(ngx_webhook_peer_t *peer,
    ngx_int_t server);

/*
 * Makes room for one connection more, by closing an idle one if need be.
 * NGX_DECLINED where neither our share nor nginx has one left.
 */
ngx_int_t ngx_webhook_pool_room(void);

/*
 * Gives a new connection, connected or not, its memory (c->pool, c->data).
 * Returns NULL on lack of it; c is closed then.  It is not used anew once what
 * its name was looked up as is valid no more (0: there was no look-up).
 */
ngx_webhook_conn_t *ngx_webhook_pool_add(ngx_webhook_peer_t *peer,
    ngx_int_t server, ngx_connection_t *c, ngx_str_t *address, time_t valid,
    ngx_log_t *log);

/* Keeps a connection after an exchange, for "seconds" at most if not 0, or
   closes it. */
void ngx_webhook_pool_keep(ngx_webhook_conn_t *conn, ngx_uint_t seconds);

/* Closes one that is not idle. */
void ngx_webhook_pool_close(ngx_webhook_conn_t *conn);

/* Closes the idle ones of a peer that goes, once no exchange uses it. */
void ngx_webhook_pool_forget(ngx_webhook_peer_t *peer);

/* How many connections there may be, and how many are idle. */
ngx_uint_t ngx_webhook_pool_share(void);
ngx_uint_t ngx_webhook_pool_idle(void);

void ngx_webhook_pool_init(ngx_cycle_t *cycle);
void ngx_webhook_pool_exit(void);


#endif /* NGX_WEBHOOK_POOL_H */
