
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the states share.
 */

#include "cluster/shipper/webhook_shipper_int.h"

#include <stdarg.h>
#include <stdio.h>


int
webhook_shipper_store(webhook_shipper_t *sh, uint32_t count)
{
    sh->task.need = WEBHOOK_SHIPPER_STORE;
    sh->task.ops = sh->ops;
    sh->task.count = count;

    return WEBHOOK_SHIPPER_TASK;
}


int
webhook_shipper_cluster(webhook_shipper_t *sh, webhook_cluster_op_e type)
{
    sh->call.type = type;
    sh->call.timeout = 0;

    sh->task.need = WEBHOOK_SHIPPER_CLUSTER;
    sh->task.op = &sh->call;

    return WEBHOOK_SHIPPER_TASK;
}


int
webhook_shipper_go(webhook_shipper_t *sh, webhook_shipper_state_e state)
{
    sh->state = state;

    return WEBHOOK_SHIPPER_AGAIN;
}


webhook_shipper_state_e
webhook_shipper_rest(webhook_shipper_t *sh, uint64_t ms,
    webhook_shipper_state_e then)
{
    sh->rest = ms;
    sh->then = then;

    return WEBHOOK_SHIPPER_REST;
}


webhook_shipper_state_e
webhook_shipper_failed(webhook_shipper_t *sh, webhook_cluster_result_e result,
    webhook_shipper_state_e then)
{
    sh->news.failures++;

    switch (result) {

    case WEBHOOK_CLUSTER_FENCED:
    case WEBHOOK_CLUSTER_EPOCH:

        /* others may have what it had */

        if (sh->news.settled) {
            webhook_shipper_log(sh, WEBHOOK_STORE_LOG_WARN,
                                "the cluster has given this node up, or begun"
                                " an epoch: it joins anew");
        }

        sh->news.joined = 0;
        sh->news.settled = 0;

        return webhook_shipper_rest(sh, 100, WEBHOOK_SHIPPER_START);

    case WEBHOOK_CLUSTER_LOST:
        webhook_shipper_log(sh, WEBHOOK_STORE_LOG_ERROR,
                            "%s; if it was restored from a backup, say so by"
                            " \"webhookctl cluster restored\"", sh->error);

        return webhook_shipper_rest(sh, WEBHOOK_SHIPPER_STUCK,
                                    WEBHOOK_SHIPPER_START);

    case WEBHOOK_CLUSTER_DOUBLED:
    case WEBHOOK_CLUSTER_SCHEMA:
    case WEBHOOK_CLUSTER_REFUSED:
        sh->news.doubled = (result == WEBHOOK_CLUSTER_DOUBLED);

        webhook_shipper_log(sh, WEBHOOK_STORE_LOG_ERROR,
                            "this node cannot join the cluster: %s",
                            sh->error);

        return webhook_shipper_rest(sh, WEBHOOK_SHIPPER_STUCK,
                                    WEBHOOK_SHIPPER_START);

    default:

        if (!sh->news.away) {
            sh->news.away = 1;

            webhook_shipper_log(sh, WEBHOOK_STORE_LOG_ERROR,
                                "the cluster is away: %s; what it has not been"
                                " told of is sent meanwhile", sh->error);
        }

        if (result == WEBHOOK_CLUSTER_UNKNOWN) {
            sh->news.unknown++;
        }

        sh->backoff = sh->backoff ? 2 * sh->backoff : 100;

        if (sh->backoff > WEBHOOK_SHIPPER_BACKOFF) {
            sh->backoff = WEBHOOK_SHIPPER_BACKOFF;
        }

        return webhook_shipper_rest(sh, sh->backoff, then);
    }
}


webhook_shipper_state_e
webhook_shipper_broken(webhook_shipper_t *sh)
{
    uint32_t  i;

    for (i = 0; i < sh->task.count; i++) {
        if (sh->ops[i]->result != WEBHOOK_STORE_OK) {
            webhook_shipper_log(sh, WEBHOOK_STORE_LOG_ERROR,
                                "the store does not do what the cluster needs"
                                " (operation %u): %s",
                                (unsigned) sh->ops[i]->type,
                                webhook_store_result_text(
                                    sh->ops[i]->result));
            break;
        }
    }

    for (i = 0; i < sh->task.count; i++) {
        webhook_op_free(sh->ops[i]);
    }

    return webhook_shipper_rest(sh, 1000, WEBHOOK_SHIPPER_START);
}


void
webhook_shipper_hear(webhook_shipper_t *sh, uint64_t change)
{
    if (change > sh->registry) {
        sh->registry = change;
    }
}


uint64_t
webhook_shipper_name(uint32_t kind, const webhook_str_t *id)
{
    return webhook_id_name(id) + kind;
}


/* How far it has come, once all up to that is there. */

int
webhook_shipper_keep(webhook_shipper_t *sh)
{
    webhook_op_t  *op;

    op = webhook_shipper_op(sh, 0, WEBHOOK_OP_SHIP_STATE);
    op->u.ship_state.set = WEBHOOK_SHIP_SET_CHANGE;
    op->u.ship_state.change = sh->newer ? sh->newer - 1 : sh->known.change;

    return webhook_shipper_store(sh, 1);
}


webhook_op_t *
webhook_shipper_op(webhook_shipper_t *sh, uint32_t n, webhook_op_e type)
{
    webhook_op_t  *op;

    op = &sh->op[n];

    memset(op, 0, sizeof(webhook_op_t));
    op->type = type;

    sh->ops[n] = op;

    return op;
}


void
webhook_shipper_log(webhook_shipper_t *sh, webhook_store_log_e level,
    const char *format, ...)
{
    char     text[512];
    va_list  args;

    va_start(args, format);
    (void) vsnprintf(text, sizeof(text), format, args);
    va_end(args);

    sh->o.log(sh->o.ctx, level, text);
}
