
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The front of a cluster: a handle, and the engine behind it that does the work.
 */

#include "cluster/webhook_cluster_engine.h"
#include "store/webhook_store_memory.h"

#include <stdlib.h>
#include <string.h>


struct webhook_cluster_s {
    const webhook_cluster_engine_t  *engine;
    void                            *data;          /* the engine's */
    webhook_cluster_session_t        session;
};


webhook_cluster_t *
webhook_cluster_open(const webhook_cluster_options_t *options)
{
    webhook_cluster_t  *c;

    c = calloc(1, sizeof(webhook_cluster_t));
    if (c == NULL) {
        options->log(options->ctx, WEBHOOK_STORE_LOG_EMERG,
                     "no memory for a connection to the cluster");
        return NULL;
    }

    c->engine = options->engine;

    c->data = c->engine->open(options);
    if (c->data == NULL) {
        free(c);
        return NULL;
    }

    return c;
}


void
webhook_cluster_close(webhook_cluster_t *c)
{
    c->engine->close(c->data);
    free(c);
}


void
webhook_cluster_session(webhook_cluster_t *c, webhook_cluster_session_t *s)
{
    *s = c->session;
}


void
webhook_cluster_use(webhook_cluster_t *c, const webhook_cluster_session_t *s)
{
    c->session = *s;
}


void
webhook_cluster_run(webhook_cluster_t *c, webhook_cluster_op_t *op)
{
    op->memory = NULL;
    op->result = WEBHOOK_CLUSTER_UNAVAILABLE;

    c->engine->run(c->data, &c->session, op);
}


const char *
webhook_cluster_error(webhook_cluster_t *c)
{
    return c->engine->error(c->data);
}


void
webhook_cluster_op_free(webhook_cluster_op_t *op)
{
    webhook_memory_free(&op->memory);

    switch (op->type) {

    case WEBHOOK_CLUSTER_MINE:
    case WEBHOOK_CLUSTER_RELEASE:
        op->u.ask.known = NULL;
        op->u.ask.count = 0;
        break;

    case WEBHOOK_CLUSTER_FETCH:
    case WEBHOOK_CLUSTER_CLAIM:
        op->u.claim.events = NULL;
        op->u.claim.events_count = 0;
        op->u.claim.deliveries = NULL;
        op->u.claim.deliveries_count = 0;
        break;

    case WEBHOOK_CLUSTER_OBJECT:
        memset(&op->u.object.once.first, 0, sizeof(webhook_str_t));
        break;

    case WEBHOOK_CLUSTER_CHANGES:
        op->u.changes.objects = NULL;
        op->u.changes.kinds = NULL;
        op->u.changes.count = 0;
        break;

    case WEBHOOK_CLUSTER_SUMS:
        op->u.sums.endpoints = NULL;
        op->u.sums.count = 0;
        break;

    case WEBHOOK_CLUSTER_STEER:
        memset(&op->u.steer.node, 0, sizeof(webhook_str_t));
        break;

    case WEBHOOK_CLUSTER_INBOX:
        op->u.inbox.asked = NULL;
        op->u.inbox.count = 0;
        break;

    case WEBHOOK_CLUSTER_LIST:
        op->u.list.deliveries = NULL;
        op->u.list.count = 0;
        break;

    case WEBHOOK_CLUSTER_SHOW:
        op->u.show.deliveries = NULL;
        op->u.show.count = 0;
        op->u.show.event.renditions = NULL;
        op->u.show.event.renditions_count = 0;
        break;

    case WEBHOOK_CLUSTER_CALLS:
        op->u.calls.calls = NULL;
        op->u.calls.count = 0;
        break;

    case WEBHOOK_CLUSTER_STATUS:
        op->u.status.nodes = NULL;
        op->u.status.count = 0;
        break;

    default:
        break;
    }
}


const char *
webhook_cluster_result_text(webhook_cluster_result_e result)
{
    static const char *const  text[] = {
        "done", "done before", "another version is there", "not found",
        "the node has to join anew", "the cluster has a new epoch",
        "the cluster has lost what it had", "the node may live yet",
        "another store has joined under this name", "wrong schema",
        "refused", "unavailable", "not known whether it was done"
    };

    return (size_t) result < sizeof(text) / sizeof(text[0])
           ? text[result] : "?";
}
