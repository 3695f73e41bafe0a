
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A cluster: what nodes keep together, beside the store that each has of its
 * own.  It never stands between an event and its answer: a node ships what it
 * keeps to the cluster later, and goes on without it.
 *
 * Home.  A delivery is sent by the node that keeps it, its home, as long as the
 * lease of that node runs, which it renews (BEAT).  After that others take what
 * it had shipped (CLAIM).  A node that may have been given up begins no send of
 * what it has shipped: not after "good" ms from the time when it began to ask for
 * the lease.
 *
 * Outbox.  All that a node tells is numbered by it, and told in order (SHIP).
 * The cluster keeps the last number in the transaction of what came with it, so
 * that any batch can be told again, whatever became of the first time.
 *
 * Handles.  A handle is one connection, belongs to the process that opened it,
 * after any fork, and takes one call at a time, from any thread.  Every call may
 * block, until its time-out and a little longer: none belongs on an event loop.
 * A connection that failed is made anew by the next call.  A node may have
 * several handles: the first JOINs, the others are given its session.
 *
 * Results.  UNAVAILABLE and REFUSED are only told of what was surely not
 * applied; where the connection ended between a commit and its answer it is
 * UNKNOWN, and the same call again tells.
 */

#ifndef WEBHOOK_CLUSTER_H
#define WEBHOOK_CLUSTER_H

#include "cluster/webhook_cluster_op.h"


typedef struct webhook_cluster_s         webhook_cluster_t;
typedef struct webhook_cluster_engine_s  webhook_cluster_engine_t;


typedef struct {
    const webhook_cluster_engine_t  *engine;

    const char  *place;         /* as the engine names places */
    const char  *password;      /* NUL-terminated; or NULL */
    uint32_t     connect;       /* ms that a connection may take; 0: 5000 */

    /* Tells the operator, on the thread of the call: a whole sentence without
       a line end, and without secrets. */
    void       (*log)(void *ctx, webhook_store_log_e level, const char *text);
    void        *ctx;
} webhook_cluster_options_t;


/* What a node is in the cluster since its JOIN. */

typedef struct {
    uint64_t       epoch;
    uint32_t       node;
    unsigned char  session[WEBHOOK_CLUSTER_NONCE];
} webhook_cluster_session_t;


/* Makes a handle; nothing is connected yet.  NULL: no memory, or the place
   cannot be read, which has been logged. */
webhook_cluster_t *webhook_cluster_open(
    const webhook_cluster_options_t *options);
void webhook_cluster_close(webhook_cluster_t *c);

/* The session of a handle that has joined; and has another one use it. */
void webhook_cluster_session(webhook_cluster_t *c,
    webhook_cluster_session_t *s);
void webhook_cluster_use(webhook_cluster_t *c,
    const webhook_cluster_session_t *s);

/* Does one operation; its result tells.  Outputs of an earlier use are not
   freed. */
void webhook_cluster_run(webhook_cluster_t *c, webhook_cluster_op_t *op);

/* Why the last one was not OK; NUL-terminated, lives until the next. */
const char *webhook_cluster_error(webhook_cluster_t *c);

/* Frees what outputs point to, and clears the pointers. */
void webhook_cluster_op_free(webhook_cluster_op_t *op);

/* In words, for a log line. */
const char *webhook_cluster_result_text(webhook_cluster_result_e result);


#endif /* WEBHOOK_CLUSTER_H */
