
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The registry of the cluster, into the store; and the tasks of the node that is
 * elected.
 */

#include "cluster/shipper/webhook_shipper_int.h"


int
webhook_shipper_changes(webhook_shipper_t *sh)
{
    memset(&sh->call, 0, sizeof(sh->call));

    sh->call.u.changes.since = sh->known.change;
    sh->call.u.changes.max = WEBHOOK_SHIPPER_PAGE;
    sh->call.u.changes.max_bytes = WEBHOOK_SHIPPER_BYTES;

    return webhook_shipper_cluster(sh, WEBHOOK_CLUSTER_CHANGES);
}


webhook_shipper_state_e
webhook_shipper_changed(webhook_shipper_t *sh)
{
    webhook_cluster_result_e  rc;

    rc = sh->call.result;

    if (rc != WEBHOOK_CLUSTER_OK) {
        webhook_cluster_op_free(&sh->call);
        return webhook_shipper_failed(sh, rc, WEBHOOK_SHIPPER_NUMBER);
    }

    if (sh->call.u.changes.lost) {
        webhook_cluster_op_free(&sh->call);

        webhook_shipper_log(sh, WEBHOOK_STORE_LOG_WARN,
                            "this node was away for so long that the cluster"
                            " has forgotten what was removed meanwhile: the"
                            " registry is read from the start");

        sh->known.change = 0;
        return WEBHOOK_SHIPPER_CHANGES;
    }

    return WEBHOOK_SHIPPER_OBJECTS;
}


int
webhook_shipper_objects(webhook_shipper_t *sh)
{
    uint32_t                    i, n;
    webhook_op_t               *op;
    webhook_object_t           *o;
    webhook_cluster_changes_t  *c;

    c = &sh->call.u.changes;

    for (n = 0, i = 0; i < c->count; i++) {
        o = &c->objects[i];

        if (c->kinds[i] < WEBHOOK_OBJECT_KINDS) {
            op = webhook_shipper_op(sh, n++, WEBHOOK_OP_OBJECT);
            op->u.object.object = *o;
            op->u.object.wall = sh->o.wall(sh->o.ctx);
            op->u.object.shared = o->change;
            op->u.object.remove = o->removed;

        } else if (c->kinds[i] == WEBHOOK_CLUSTER_PAUSE) {
            op = webhook_shipper_op(sh, n++, WEBHOOK_OP_PAUSE);
            op->u.pause.endpoint = webhook_id_name(&o->id);
            op->u.pause.resume = o->removed;
            op->u.pause.make = 1;
            op->u.pause.reason = o->data;
        }
    }

    /* the last of all, so that what comes before is there when it is kept */

    op = webhook_shipper_op(sh, n++, WEBHOOK_OP_SHIP_STATE);
    op->u.ship_state.set = WEBHOOK_SHIP_SET_CHANGE;
    op->u.ship_state.change = c->next;

    return webhook_shipper_store(sh, n);
}


webhook_shipper_state_e
webhook_shipper_objects_were(webhook_shipper_t *sh)
{
    int       more;
    uint32_t  i;
    uint64_t  next;

    more = sh->call.u.changes.more;
    next = sh->call.u.changes.next;

    webhook_cluster_op_free(&sh->call);

    for (i = 0; i < sh->task.count; i++) {

        switch (sh->ops[i]->result) {

        case WEBHOOK_STORE_OK:
        case WEBHOOK_STORE_DUPLICATE:
        case WEBHOOK_STORE_NOT_FOUND:
            break;

        default:

            /* those behind it may have been put, and are put once more */

            return webhook_shipper_broken(sh);
        }
    }

    sh->known.change = next;

    return more ? WEBHOOK_SHIPPER_CHANGES : WEBHOOK_SHIPPER_NUMBER;
}


int
webhook_shipper_upkeep(webhook_shipper_t *sh)
{
    memset(&sh->call, 0, sizeof(sh->call));

    sh->tidied = sh->o.clock(sh->o.ctx);

    return webhook_shipper_cluster(sh, WEBHOOK_CLUSTER_UPKEEP);
}


webhook_shipper_state_e
webhook_shipper_tidied(webhook_shipper_t *sh)
{
    /* another one may be elected by now */

    if (sh->call.result == WEBHOOK_CLUSTER_FENCED) {
        sh->elected = 0;
        return WEBHOOK_SHIPPER_NUMBER;
    }

    if (sh->call.result != WEBHOOK_CLUSTER_OK) {
        return webhook_shipper_failed(sh, sh->call.result,
                                      WEBHOOK_SHIPPER_NUMBER);
    }

    return WEBHOOK_SHIPPER_NUMBER;
}
