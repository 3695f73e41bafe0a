
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Once the whole registry was read: objects that are here, and not in it.
 *
 * Those of this store, which the cluster never had, are offered to it, with the
 * versions that they have; they are its own once they come by CHANGES.  One whose
 * name another has there stays this node's alone, and is told.  Those that came
 * from the cluster, and are not there any more, are removed where that has
 * forgotten what was removed; after a restore they are offered, too, for they are
 * younger than the backup.
 */

#include "cluster/shipper/webhook_shipper_int.h"

#include <stdlib.h>


#define WEBHOOK_SHIPPER_OWN  20         /* objects in a page */


static int webhook_shipper_by_name(const void *one, const void *two);
static webhook_shipper_state_e webhook_shipper_own_look(
    webhook_shipper_t *sh);
static const webhook_object_t *webhook_shipper_own_object(
    webhook_shipper_t *sh);


webhook_shipper_state_e
webhook_shipper_own_begin(webhook_shipper_t *sh)
{
    if (sh->seen_count) {
        qsort(sh->seen, sh->seen_count, sizeof(uint64_t),
              webhook_shipper_by_name);
    }

    sh->own_kind = 0;
    sh->own_from = 0;

    return WEBHOOK_SHIPPER_OWN_PAGE;
}


static int
webhook_shipper_by_name(const void *one, const void *two)
{
    uint64_t  a, b;

    a = *(const uint64_t *) one;
    b = *(const uint64_t *) two;

    return a < b ? -1 : a > b;
}


int
webhook_shipper_own(webhook_shipper_t *sh)
{
    webhook_op_objects_t  *o;

    webhook_op_free(&sh->own);
    memset(&sh->own, 0, sizeof(webhook_op_t));

    sh->own.type = WEBHOOK_OP_OBJECTS;
    sh->ops[0] = &sh->own;

    o = &sh->own.u.objects;

    o->kind = (webhook_object_e) sh->own_kind;
    o->max = WEBHOOK_SHIPPER_OWN;
    o->max_bytes = WEBHOOK_SHIPPER_BYTES / 4;
    o->from = sh->own_from;
    memcpy(o->cursor, sh->own_cursor, WEBHOOK_OBJECT_CURSOR);

    return webhook_shipper_store(sh, 1);
}


webhook_shipper_state_e
webhook_shipper_own_was(webhook_shipper_t *sh)
{
    if (sh->own.result != WEBHOOK_STORE_OK) {
        return webhook_shipper_broken(sh);
    }

    sh->own_next = 0;

    return webhook_shipper_own_look(sh);
}


/* The next one that did not come. */

static webhook_shipper_state_e
webhook_shipper_own_look(webhook_shipper_t *sh)
{
    uint64_t                 name;
    webhook_op_objects_t    *page;
    const webhook_object_t  *o;

    page = &sh->own.u.objects;

    for ( /* void */ ; sh->own_next < page->count; sh->own_next++) {
        o = webhook_shipper_own_object(sh);
        name = webhook_shipper_name(o->kind, &o->id);

        if (sh->seen_count
            && bsearch(&name, sh->seen, sh->seen_count, sizeof(uint64_t),
                       webhook_shipper_by_name))
        {
            continue;
        }

        if (sh->lost && o->shared) {
            return WEBHOOK_SHIPPER_OWN_GONE;
        }

        if (!sh->o.random(sh->o.ctx, sh->token.bytes, WEBHOOK_ID_LEN)) {
            return webhook_shipper_rest(sh, 1000, WEBHOOK_SHIPPER_START);
        }

        return WEBHOOK_SHIPPER_OWN_OFFER;
    }

    if (page->more) {
        sh->own_from = 1;
        memcpy(sh->own_cursor, page->cursor, WEBHOOK_OBJECT_CURSOR);
        return WEBHOOK_SHIPPER_OWN_PAGE;
    }

    sh->own_from = 0;

    return ++sh->own_kind < WEBHOOK_OBJECT_KINDS ? WEBHOOK_SHIPPER_OWN_PAGE
                                                 : WEBHOOK_SHIPPER_OWN_END;
}


static const webhook_object_t *
webhook_shipper_own_object(webhook_shipper_t *sh)
{
    return &sh->own.u.objects.objects[sh->own_next];
}


int
webhook_shipper_offer(webhook_shipper_t *sh)
{
    webhook_cluster_object_t  *o;

    memset(&sh->call, 0, sizeof(sh->call));

    o = &sh->call.u.object;

    o->object = *webhook_shipper_own_object(sh);
    o->kind = o->object.kind;
    o->wall = o->object.updated;
    o->expect = WEBHOOK_OBJECT_MAKE;
    o->past = 1;
    o->token = sh->token;

    return webhook_shipper_cluster(sh, WEBHOOK_CLUSTER_OBJECT);
}


webhook_shipper_state_e
webhook_shipper_offered(webhook_shipper_t *sh)
{
    const webhook_object_t    *o;
    webhook_cluster_object_t  *told;

    told = &sh->call.u.object;

    switch (sh->call.result) {

    case WEBHOOK_CLUSTER_OK:
        webhook_shipper_hear(sh, told->change);
        break;

    case WEBHOOK_CLUSTER_CONFLICT:
        o = webhook_shipper_own_object(sh);

        webhook_shipper_log(sh, WEBHOOK_STORE_LOG_WARN,
                            "\"%.*s\" was registered before this node joined"
                            " and stays its own: %s", (int) o->id.len,
                            (const char *) o->id.data,
                            told->taken ? "the cluster has another one of its"
                                          " name; give it another name, or"
                                          " remove it"
                                        : "the cluster has removed it");
        break;

    case WEBHOOK_CLUSTER_REFUSED:
        o = webhook_shipper_own_object(sh);

        webhook_shipper_log(sh, WEBHOOK_STORE_LOG_ERROR,
                            "\"%.*s\" is not taken by the cluster: %s",
                            (int) o->id.len, (const char *) o->id.data,
                            sh->error);
        break;

    default:
        return webhook_shipper_failed(sh, sh->call.result,
                                      WEBHOOK_SHIPPER_OWN_OFFER);
    }

    sh->own_next++;

    return webhook_shipper_own_look(sh);
}


int
webhook_shipper_gone(webhook_shipper_t *sh)
{
    webhook_op_t            *op;
    const webhook_object_t  *o;

    o = webhook_shipper_own_object(sh);

    op = webhook_shipper_op(sh, 0, WEBHOOK_OP_OBJECT);
    op->u.object.object.kind = o->kind;
    op->u.object.object.id = o->id;
    op->u.object.object.company = o->company;
    op->u.object.object.version = o->version + 1;
    op->u.object.object.created = o->created;
    op->u.object.object.updated = sh->o.wall(sh->o.ctx);
    op->u.object.object.removed = 1;
    op->u.object.wall = op->u.object.object.updated;
    op->u.object.shared = sh->known.change;
    op->u.object.apart = 1;

    return webhook_shipper_store(sh, 1);
}


webhook_shipper_state_e
webhook_shipper_was_gone(webhook_shipper_t *sh)
{
    if (sh->ops[0]->result != WEBHOOK_STORE_OK
        && sh->ops[0]->result != WEBHOOK_STORE_DUPLICATE)
    {
        return webhook_shipper_broken(sh);
    }

    sh->own_next++;

    return webhook_shipper_own_look(sh);
}


int
webhook_shipper_own_end(webhook_shipper_t *sh)
{
    webhook_op_free(&sh->own);
    memset(&sh->own, 0, sizeof(webhook_op_t));

    return webhook_shipper_keep(sh);
}


webhook_shipper_state_e
webhook_shipper_own_ended(webhook_shipper_t *sh)
{
    if (sh->ops[0]->result != WEBHOOK_STORE_OK) {
        return webhook_shipper_broken(sh);
    }

    free(sh->seen);

    sh->seen = NULL;
    sh->seen_count = 0;
    sh->seen_size = 0;
    sh->whole = 0;
    sh->anew = 0;
    sh->lost = 0;

    return WEBHOOK_SHIPPER_NUMBER;
}
