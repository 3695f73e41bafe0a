
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What other nodes ask this one to do with deliveries that it has open: they are
 * retried or cancelled, and the cluster is told that this was dealt with.  Should
 * that be lost it is done once more, which makes no difference.
 */

#include "cluster/shipper/webhook_shipper_int.h"


int
webhook_shipper_inbox(webhook_shipper_t *sh)
{
    memset(&sh->call, 0, sizeof(sh->call));

    sh->inboxed = sh->o.clock(sh->o.ctx);

    memcpy(sh->call.u.inbox.done, sh->dealt, sizeof(sh->dealt));
    sh->call.u.inbox.done_count = sh->dealt_count;

    return webhook_shipper_cluster(sh, WEBHOOK_CLUSTER_INBOX);
}


webhook_shipper_state_e
webhook_shipper_inbox_was(webhook_shipper_t *sh)
{
    if (sh->call.result != WEBHOOK_CLUSTER_OK) {
        return webhook_shipper_failed(sh, sh->call.result,
                                      WEBHOOK_SHIPPER_NUMBER);
    }

    sh->dealt_count = 0;

    if (sh->call.u.inbox.count) {
        return WEBHOOK_SHIPPER_STEER;
    }

    webhook_cluster_op_free(&sh->call);

    return WEBHOOK_SHIPPER_NUMBER;
}


int
webhook_shipper_steer(webhook_shipper_t *sh)
{
    uint32_t                  i;
    webhook_op_t             *op;
    webhook_cluster_asked_t  *asked;

    for (i = 0; i < sh->call.u.inbox.count; i++) {
        asked = &sh->call.u.inbox.asked[i];

        op = webhook_shipper_op(sh, i, asked->cancel ? WEBHOOK_OP_CANCEL
                                                     : WEBHOOK_OP_RETRY);
        op->u.delivery.event = asked->event;
        op->u.delivery.endpoint = asked->endpoint;
    }

    return webhook_shipper_store(sh, i);
}


webhook_shipper_state_e
webhook_shipper_steered(webhook_shipper_t *sh)
{
    uint32_t  i;

    for (i = 0; i < sh->task.count; i++) {

        switch (sh->ops[i]->result) {

        case WEBHOOK_STORE_STALE:

            /* it is being sent: whether there is something to cancel is known
               after that */

            if (sh->ops[i]->type == WEBHOOK_OP_RETRY) {
                sh->dealt[sh->dealt_count++] =
                                           sh->call.u.inbox.asked[i].number;
            }

            break;

        case WEBHOOK_STORE_UNAVAILABLE:
        case WEBHOOK_STORE_UNKNOWN:
            webhook_cluster_op_free(&sh->call);
            return webhook_shipper_broken(sh);

        default:
            sh->dealt[sh->dealt_count++] = sh->call.u.inbox.asked[i].number;
        }
    }

    webhook_cluster_op_free(&sh->call);

    return sh->dealt_count ? WEBHOOK_SHIPPER_INBOX : WEBHOOK_SHIPPER_NUMBER;
}
