
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The registry of the cluster, into the store; and the tasks of the node that is
 * elected.
 *
 * Who knows nothing of the registry reads the whole of it.  Then what is here
 * and did not come is looked at: objects that are this node's own, from before
 * it was one, are offered to the cluster (webhook_shipper_own.c); or, if the node
 * was away for so long that removals were forgotten, those that had come from
 * there are removed.  Only after that the store keeps how far it has come.
 */

#include "cluster/shipper/webhook_shipper_int.h"

#include <errno.h>
#include <stdlib.h>


static int webhook_shipper_seen(webhook_shipper_t *sh);
static webhook_shipper_state_e webhook_shipper_page_over(
    webhook_shipper_t *sh);


int
webhook_shipper_changes(webhook_shipper_t *sh)
{
    if (sh->anew && !sh->whole) {
        sh->whole = 1;
        sh->known.change = 0;
        sh->newer = 0;
        sh->seen_count = 0;
    }

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

    if (sh->call.u.changes.lost && !sh->whole) {
        webhook_cluster_op_free(&sh->call);

        webhook_shipper_log(sh, WEBHOOK_STORE_LOG_WARN,
                            "this node was away for so long that the cluster"
                            " has forgotten what was removed meanwhile: the"
                            " registry is read from the start");

        sh->anew = 1;
        sh->lost = 1;

        return WEBHOOK_SHIPPER_CHANGES;
    }

    if (sh->whole) {

        if (webhook_shipper_seen(sh) != 0) {
            webhook_cluster_op_free(&sh->call);
            return webhook_shipper_rest(sh, 1000, WEBHOOK_SHIPPER_START);
        }

        if (sh->call.u.changes.count == 0) {
            return webhook_shipper_page_over(sh);
        }
    }

    return WEBHOOK_SHIPPER_OBJECTS;
}


/* Which objects have come, for who looks for the others.  0 or ENOMEM. */

static int
webhook_shipper_seen(webhook_shipper_t *sh)
{
    void                       *p;
    size_t                      size;
    uint32_t                    i;
    webhook_cluster_changes_t  *c;

    c = &sh->call.u.changes;

    if (sh->seen_count + c->count > sh->seen_size) {
        size = 2 * (sh->seen_count + c->count);

        p = realloc(sh->seen, size * sizeof(uint64_t));
        if (p == NULL) {
            return ENOMEM;
        }

        sh->seen = p;
        sh->seen_size = size;
    }

    for (i = 0; i < c->count; i++) {
        sh->seen[sh->seen_count++] = webhook_shipper_name(c->kinds[i],
                                                          &c->objects[i].id);
    }

    return 0;
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
            op->u.object.apart = 1;

        } else if (c->kinds[i] == WEBHOOK_CLUSTER_PAUSE) {
            op = webhook_shipper_op(sh, n++, WEBHOOK_OP_PAUSE);
            op->u.pause.endpoint = webhook_id_name(&o->id);
            op->u.pause.resume = o->removed;
            op->u.pause.make = !o->removed;
            op->u.pause.reason = o->data;

        } else if (c->kinds[i] != WEBHOOK_CLUSTER_LIMIT && !sh->newer) {

            /* the node is told of it again when it is of a newer version: it
               does not keep that it has come further */

            sh->newer = o->change;
        }
    }

    if (n == 0) {

        /* of kinds that are not the store's */

        (void) webhook_shipper_op(sh, n++, WEBHOOK_OP_SHIP_STATE);
    }

    return webhook_shipper_store(sh, n);
}


webhook_shipper_state_e
webhook_shipper_objects_were(webhook_shipper_t *sh)
{
    uint32_t  i;

    for (i = 0; i < sh->task.count; i++) {

        switch (sh->ops[i]->result) {

        case WEBHOOK_STORE_OK:
        case WEBHOOK_STORE_DUPLICATE:
        case WEBHOOK_STORE_NOT_FOUND:
            break;

        default:

            /* those behind it may have been put, and are put once more */

            webhook_cluster_op_free(&sh->call);
            return webhook_shipper_broken(sh);
        }
    }

    return webhook_shipper_page_over(sh);
}


static webhook_shipper_state_e
webhook_shipper_page_over(webhook_shipper_t *sh)
{
    sh->changes_more = sh->call.u.changes.more;
    sh->known.change = sh->call.u.changes.next;

    webhook_cluster_op_free(&sh->call);

    if (!sh->whole) {
        return WEBHOOK_SHIPPER_KEEP;
    }

    return sh->changes_more ? WEBHOOK_SHIPPER_CHANGES
                            : webhook_shipper_own_begin(sh);
}


webhook_shipper_state_e
webhook_shipper_kept(webhook_shipper_t *sh)
{
    if (sh->ops[0]->result != WEBHOOK_STORE_OK) {
        return webhook_shipper_broken(sh);
    }

    return sh->changes_more ? WEBHOOK_SHIPPER_CHANGES : WEBHOOK_SHIPPER_NUMBER;
}


int
webhook_shipper_upkeep_due(const webhook_shipper_t *sh, uint64_t now)
{
    return sh->elected
           && (sh->tidied == 0 || now - sh->tidied >= WEBHOOK_SHIPPER_UPKEEP);
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
        sh->news.unread = 0;
        return WEBHOOK_SHIPPER_NUMBER;
    }

    if (sh->call.result != WEBHOOK_CLUSTER_OK) {
        return webhook_shipper_failed(sh, sh->call.result,
                                      WEBHOOK_SHIPPER_NUMBER);
    }

    if (sh->call.u.upkeep.unread && !sh->news.unread) {
        webhook_shipper_log(sh, WEBHOOK_STORE_LOG_WARN,
                            "%llu deliveries of the cluster were written by a"
                            " newer version than this node's, and wait for a"
                            " node of that version",
                            (unsigned long long) sh->call.u.upkeep.unread);
    }

    sh->news.unread = sh->call.u.upkeep.unread;

    return WEBHOOK_SHIPPER_NUMBER;
}
