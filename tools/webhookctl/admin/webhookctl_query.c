
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is in the store: list, show, calls, stats.
 */

#include <stdlib.h>

#include "webhookctl/webhookctl.h"


#define CTL_PAGE  500


static int ctl_show_call(ctl_t *ctl, webhook_store_t *st,
    const webhook_id_t *id);


int
ctl_list(ctl_t *ctl, webhook_store_t *st)
{
    int                 rc, head;
    uint32_t            i;
    uint64_t            left;
    webhook_op_t        op, stats, *ops;
    webhook_op_list_t  *l;

    rc = ctl_read_known(ctl, st, &stats);
    if (rc != 0) {
        return rc;
    }

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_LIST;
    ops = &op;
    l = &op.u.list;

    ctl_filter(ctl, &l->filter);

    head = !ctl->json;
    left = ctl->limit;

    do {
        l->filter.max = ctl_page(left);

        webhook_store_apply(st, &ops, 1);

        if (op.result != WEBHOOK_STORE_OK) {
            webhook_op_free(&stats);
            return ctl_failed(&op, "the list");
        }

        if (head && l->count) {
            ctl_print_deliveries_head();
            head = 0;
        }

        for (i = 0; i < l->count; i++) {
            ctl_print_delivery(&l->deliveries[i], ctl->json);
        }

        left -= l->count;
        l->filter.from = 1;

        webhook_op_free(&op);

    } while (l->filter.more && left);

    webhook_op_free(&stats);

    return ctl_ended(l->filter.more);
}


int
ctl_calls(ctl_t *ctl, webhook_store_t *st)
{
    int                  head;
    uint32_t             i;
    uint64_t             left;
    webhook_op_t         op, *ops;
    webhook_str_t        name;
    webhook_op_calls_t  *l;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_CALLS;
    ops = &op;
    l = &op.u.calls;

    if (ctl->argc > 1) {
        name = ctl_str(ctl->argv[1]);
        l->receiver = webhook_id_name(&name);
    }

    l->company = ctl->company;
    l->since = ctl->since;
    l->until = ctl->until;
    l->least = ctl->status_least;
    l->most = ctl->status_most;

    head = 1;
    left = ctl->limit;

    do {
        l->max = ctl_page(left);

        webhook_store_apply(st, &ops, 1);

        if (op.result != WEBHOOK_STORE_OK) {
            return ctl_failed(&op, "the calls");
        }

        if (head && l->count) {

            if (!ctl->json) {
                ctl_print_calls_head();
            }

            head = 0;
        }

        for (i = 0; i < l->count; i++) {
            ctl_print_call(&l->calls[i], ctl->json);
        }

        left -= l->count;
        l->from = 1;

        webhook_op_free(&op);

    } while (l->more && left);

    if (head && ctl->argc > 1) {
        ctl_say("no such call of a receiver \"%s\" is kept; what is kept its "
                "\"log_calls\" says", ctl->argv[1]);
    }

    return ctl_ended(l->more);
}


uint32_t
ctl_page(uint64_t left)
{
    return (uint32_t) (left < CTL_PAGE ? left : CTL_PAGE);
}


int
ctl_ended(int more)
{
    if (more) {
        ctl_say("there are more; --limit=N shows them");
    }

    return 0;
}


/* An event and a call have ids of one kind: the one that there is. */

int
ctl_show(ctl_t *ctl, webhook_store_t *st)
{
    int            rc;
    webhook_op_t   op, stats, *ops;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHOW;
    ops = &op;

    rc = ctl_delivery(ctl->argv[1], &op.u.show.id, &op.u.show.endpoint);

    if (rc != 0) {
        return rc;
    }

    webhook_store_apply(st, &ops, 1);

    if (op.result == WEBHOOK_STORE_NOT_FOUND && op.u.show.endpoint == 0) {
        return ctl_show_call(ctl, st, &op.u.show.id);
    }

    if (op.result != WEBHOOK_STORE_OK) {
        return ctl_failed(&op, ctl->argv[1]);
    }

    rc = ctl_read_stats(st, &stats);

    if (rc == 0) {
        rc = ctl_print_show(&op.u.show, &stats.u.stats, ctl->json, ctl->body);
    }

    webhook_op_free(&stats);
    webhook_op_free(&op);

    return rc;
}


static int
ctl_show_call(ctl_t *ctl, webhook_store_t *st, const webhook_id_t *id)
{
    int           rc;
    webhook_op_t  op, *ops;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_CALLS;
    op.u.calls.id = id;
    op.u.calls.max = 1;

    ops = &op;

    webhook_store_apply(st, &ops, 1);

    if (op.result != WEBHOOK_STORE_OK || op.u.calls.count == 0) {
        return ctl_failed(&op, ctl->argv[1]);
    }

    rc = 0;

    if (ctl->body && !ctl->json) {
        rc = ctl_print_body(&op.u.calls.calls->body);

    } else {
        ctl_print_whole_call(op.u.calls.calls, ctl->json);
    }

    webhook_op_free(&op);

    return rc;
}


int
ctl_stats(ctl_t *ctl, webhook_store_t *st)
{
    int           rc;
    webhook_op_t  op;

    rc = ctl_read_stats(st, &op);
    if (rc != 0) {
        return rc;
    }

    ctl_print_stats(&op.u.stats, ctl->json);

    webhook_op_free(&op);

    return 0;
}


int
ctl_read_stats(webhook_store_t *st, webhook_op_t *op)
{
    webhook_op_t  *ops;

    memset(op, 0, sizeof(webhook_op_t));

    op->type = WEBHOOK_OP_STATS;
    op->u.stats.look = 1;
    ops = op;

    webhook_store_apply(st, &ops, 1);

    return op->result == WEBHOOK_STORE_OK ? 0
                                          : ctl_failed(op, "the statistics");
}


int
ctl_read_known(const ctl_t *ctl, webhook_store_t *st, webhook_op_t *op)
{
    int       rc;
    uint32_t  i;

    rc = ctl_read_stats(st, op);

    if (rc != 0 || ctl->endpoint == 0) {
        return rc;
    }

    for (i = 0; i < op->u.stats.count; i++) {
        if (op->u.stats.endpoints[i].id == ctl->endpoint) {
            return 0;
        }
    }

    ctl_say("there is no endpoint \"%s\" in the store; stats shows those that "
            "there are", ctl->endpoint_name);

    webhook_op_free(op);

    return 1;
}


void
ctl_filter(const ctl_t *ctl, webhook_filter_t *filter)
{
    memset(filter, 0, sizeof(webhook_filter_t));

    filter->endpoint = ctl->endpoint;
    filter->state = ctl->state;
    filter->type = ctl->type;
    filter->company = ctl->company;
    filter->since = ctl->since;
    filter->until = ctl->until;
}


int
ctl_delivery(const char *text, webhook_id_t *id, uint64_t *endpoint)
{
    int             rc;
    const char     *dot;
    webhook_str_t   event;

    *endpoint = 0;

    dot = strchr(text, '.');

    event = ctl_str(text);

    if (dot) {
        event.len = (size_t) (dot - text);

        rc = ctl_endpoint_id(dot + 1, endpoint);
        if (rc != 0) {
            return rc;
        }
    }

    if (webhook_id_parse(&event, id) != WEBHOOK_OK) {
        ctl_say("\"%s\" is not EVENT or EVENT.ENDPOINT: an event is a UUID, "
                "as in webhook-id", text);
        return 2;
    }

    return 0;
}


int
ctl_endpoint_id(const char *text, uint64_t *id)
{
    char           *end;
    webhook_str_t   name;

    name = ctl_str(text);
    *id = webhook_id_name(&name);

    if (text[0] == '#' && name.len == 17) {

        /* of an endpoint that was never named, the number */

        *id = strtoull(text + 1, &end, 16);

        if (*end || *id == 0) {
            ctl_say("\"%s\" is not the number of an endpoint", text);
            return 2;
        }
    }

    return 0;
}
