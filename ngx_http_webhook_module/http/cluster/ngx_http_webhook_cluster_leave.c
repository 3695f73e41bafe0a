
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Leaving the cluster, where nginx stops.
 *
 * Whether it does, no worker is told: it may be replaced by one of another
 * configuration, or of another binary.  But then somebody else has the store open.
 * So the worker that ships, or that finds nobody who does, waits a moment for the
 * others; if it is the last one it shuts the fence, closes the store, and has the
 * node's lease end soon.  The fence comes first: whoever opens the store next sends
 * nothing that others may take, before it has joined anew.
 *
 * What the node is in the cluster is in the file that is locked, for who leaves may
 * be another one than who joined.
 */

#include "http/cluster/ngx_http_webhook_cluster_int.h"


#define NGX_WEBHOOK_LEAVE_LOOKS    50       /* for others, each ... */
#define NGX_WEBHOOK_LEAVE_PAUSE    20       /* ... ms */
#define NGX_WEBHOOK_LEAVE_COME     500      /* ms for workers of a new
                                               configuration to open the store */
#define NGX_WEBHOOK_LEAVE_STAY     5000     /* ms for which the lease runs then: who
                                               starts nginx again within that keeps
                                               what the node had */
#define NGX_WEBHOOK_LEAVE_TIMEOUT  2000     /* ms of each: the connection, and the
                                               call */


typedef struct {
    u_char                     version[8];
    webhook_cluster_session_t  session;
} ngx_webhook_leave_t;


static ngx_int_t ngx_webhook_leave_kept(ngx_webhook_cluster_t *c,
    webhook_cluster_session_t *session);


/* without a NUL: it fills the field */
static const u_char  ngx_webhook_leave_version[8] = {
    's', 'e', 's', 's', 'i', 'o', 'n', '1'
};


void
ngx_webhook_leave_keep(ngx_webhook_cluster_t *c,
    const webhook_cluster_session_t *session)
{
    ngx_webhook_leave_t  l;

    ngx_memzero(&l, sizeof(ngx_webhook_leave_t));

    ngx_memcpy(l.version, ngx_webhook_leave_version, sizeof(l.version));
    l.session = *session;

    if (pwrite(c->fd, &l, sizeof(l), 0) != (ssize_t) sizeof(l)) {
        ngx_log_error(NGX_LOG_WARN, c->log, ngx_errno,
                      "webhook cluster: writing to \"%V\" failed: when nginx "
                      "stops its lease will run to its end", &c->path);
    }
}


static ngx_int_t
ngx_webhook_leave_kept(ngx_webhook_cluster_t *c,
    webhook_cluster_session_t *session)
{
    ngx_webhook_leave_t  l;

    if (pread(c->fd, &l, sizeof(l), 0) != (ssize_t) sizeof(l)
        || ngx_memcmp(l.version, ngx_webhook_leave_version, sizeof(l.version))
           != 0)
    {
        return NGX_DECLINED;
    }

    *session = l.session;

    return NGX_OK;
}


ngx_uint_t
ngx_webhook_leave_last(ngx_webhook_cluster_t *c)
{
    ngx_uint_t        i;
    webhook_op_t      op, *ops[1];
    webhook_store_t  *store;

    store = ngx_webhook_store_queue_store();

    if (store == NULL || ngx_webhook_leave_kept(c, &c->session) != NGX_OK) {
        return 0;
    }

    if (!ngx_terminate) {
        ngx_msleep(NGX_WEBHOOK_LEAVE_COME);
    }

    for (i = 0; i < NGX_WEBHOOK_LEAVE_LOOKS; i++) {

        ngx_memzero(&op, sizeof(webhook_op_t));

        op.type = WEBHOOK_OP_SHIP_FENCE;
        op.u.ship_fence.last = 1;

        ops[0] = &op;

        webhook_store_apply(store, ops, 1);

        if (op.result != WEBHOOK_STORE_STALE) {
            return op.result == WEBHOOK_STORE_OK;
        }

        ngx_msleep(NGX_WEBHOOK_LEAVE_PAUSE);
    }

    return 0;
}


void
ngx_webhook_leave(ngx_webhook_cluster_t *c, webhook_cluster_options_t *o)
{
    webhook_cluster_t     *handle;
    webhook_cluster_op_t   op;

    ngx_memzero(&op, sizeof(webhook_cluster_op_t));

    o->connect = NGX_WEBHOOK_LEAVE_TIMEOUT;

    handle = webhook_cluster_open(o);

    if (handle == NULL) {
        return;
    }

    webhook_cluster_use(handle, &c->session);

    op.type = WEBHOOK_CLUSTER_LEAVE;
    op.timeout = NGX_WEBHOOK_LEAVE_TIMEOUT;
    op.u.leave.stay = NGX_WEBHOOK_LEAVE_STAY;

    webhook_cluster_run(handle, &op);

    if (op.result == WEBHOOK_CLUSTER_OK) {
        ngx_log_error(NGX_LOG_NOTICE, c->log, 0,
                      "webhook cluster: node \"%V\" has left: others take what "
                      "it has", &c->conf->node);

    } else {
        ngx_log_error(NGX_LOG_WARN, c->log, 0,
                      "webhook cluster: node \"%V\" could not leave: its lease "
                      "runs to its end: %s", &c->conf->node,
                      webhook_cluster_error(handle));
    }

    webhook_cluster_op_free(&op);
    webhook_cluster_close(handle);
}
