
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is in the store: list, show, calls, stats.
 */

#include <stdlib.h>

#include "webhookctl.h"


#define CTL_PAGE  500


static int ctl_pages(ctl_t *ctl, webhook_store_t *st, webhook_op_t *op);


int
ctl_list(ctl_t *ctl, webhook_store_t *st)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_LIST;

    ctl_filter(ctl, &op.u.list.filter);

    return ctl_pages(ctl, st, &op);
}


int
ctl_show(ctl_t *ctl, webhook_store_t *st)
{
    int            rc;
    webhook_op_t   op, *ops;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHOW;
    ops = &op;

    rc = ctl_delivery(ctl->argv[1], &op.u.show.id, &op.u.show.endpoint);

    if (rc != 0) {
        return rc;
    }

    webhook_store_apply(st, &ops, 1);

    if (op.result != WEBHOOK_STORE_OK) {
        return ctl_failed(&op, ctl->argv[1]);
    }

    rc = ctl_print_show(&op.u.show, ctl->json, ctl->body);

    webhook_op_free(&op);

    return rc;
}


int
ctl_calls(ctl_t *ctl, webhook_store_t *st)
{
    webhook_op_t   op;
    webhook_str_t  name;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_CALLS;

    name = ctl_str(ctl->argv[1]);
    op.u.calls.receiver = webhook_id_name(&name);

    return ctl_pages(ctl, st, &op);
}


/* Prints what a LIST or a CALLS finds, page by page, up to the limit. */

static int
ctl_pages(ctl_t *ctl, webhook_store_t *st, webhook_op_t *op)
{
    int       list, head, more;
    uint32_t  max, count;
    uint64_t  left;

    list = (op->type == WEBHOOK_OP_LIST);

    head = 1;
    left = ctl->limit;

    do {
        max = (uint32_t) (left < CTL_PAGE ? left : CTL_PAGE);

        if (list) {
            op->u.list.filter.max = max;

        } else {
            op->u.calls.max = max;
        }

        webhook_store_apply(st, &op, 1);

        if (op->result != WEBHOOK_STORE_OK) {
            return ctl_failed(op, list ? "the list" : "the calls");
        }

        if (list) {
            ctl_print_deliveries(&op->u.list, ctl->json, head);

            count = op->u.list.count;
            more = op->u.list.filter.more;

            op->u.list.filter.from = 1;

        } else {
            ctl_print_calls(&op->u.calls, ctl->json, head);

            count = op->u.calls.count;
            more = op->u.calls.more;

            op->u.calls.from = 1;
        }

        if (count) {
            head = 0;
        }

        left -= count;

        webhook_op_free(op);

    } while (more && left);

    if (more) {
        ctl_say("there are more: --limit=N shows them");
    }

    return 0;
}


int
ctl_stats(ctl_t *ctl, webhook_store_t *st)
{
    webhook_op_t  op, *ops;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_STATS;
    ops = &op;

    webhook_store_apply(st, &ops, 1);

    if (op.result != WEBHOOK_STORE_OK) {
        return ctl_failed(&op, "the statistics");
    }

    ctl_print_stats(&op.u.stats, ctl->json);

    webhook_op_free(&op);

    return 0;
}


void
ctl_filter(const ctl_t *ctl, webhook_filter_t *filter)
{
    memset(filter, 0, sizeof(webhook_filter_t));

    filter->endpoint = ctl->endpoint;
    filter->state = ctl->state;
    filter->type = ctl->type;
    filter->since = ctl->since;
    filter->until = ctl->until;
}


int
ctl_delivery(const char *text, webhook_id_t *id, uint64_t *endpoint)
{
    char           *end;
    const char     *dot;
    webhook_str_t   event, name;

    *endpoint = 0;

    dot = strchr(text, '.');

    event = ctl_str(text);

    if (dot) {
        event.len = (size_t) (dot - text);
        name = ctl_str(dot + 1);
        *endpoint = webhook_id_name(&name);

        if (*name.data == '#' && name.len == 17) {

            /* of an endpoint that was never named, the number */

            *endpoint = strtoull(dot + 2, &end, 16);

            if (*end || *endpoint == 0) {
                ctl_say("\"%s\" is no endpoint's number", dot + 1);
                return 2;
            }
        }
    }

    if (webhook_id_parse(&event, id) != WEBHOOK_OK) {
        ctl_say("\"%s\" is no EVENT or EVENT.ENDPOINT: an event is a UUID, "
                "as in webhook-id", text);
        return 2;
    }

    return 0;
}
