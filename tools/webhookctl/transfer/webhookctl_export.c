
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * export: what a store holds, a JSON object a line, for other programs and for
 * import.  docs/export.md describes the lines.
 *
 * What was registered goes first, for the rest is about it.  What is known of
 * repeats goes before what it keeps from being done twice, and pauses before
 * what they hold up: who imports while nginx runs has them in time.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "webhookctl/webhookctl.h"
#include "webhookctl/transfer/webhookctl_export.h"


static uint64_t ctl_export_now(void);
static int ctl_export_endpoints(ctl_export_t *x);
static int ctl_export_known(ctl_export_t *x, webhook_known_e kind);
static json_t *ctl_export_known_json(const webhook_known_t *known);
static int ctl_export_newest(ctl_export_t *x, const ctl_t *ctl,
    webhook_id_t *newest);
static int ctl_export_deliveries(ctl_export_t *x, ctl_t *ctl);
static int ctl_export_one(ctl_export_t *x, const webhook_delivery_t *d);
static json_t *ctl_export_json(const webhook_op_show_t *show);
static json_t *ctl_export_forms(const webhook_op_show_t *show, uint32_t from,
    uint32_t to);
static int ctl_export_calls(ctl_export_t *x);


int
ctl_export(ctl_t *ctl, webhook_store_t *st)
{
    int            rc, all;
    json_t        *json;
    webhook_op_t   op;
    ctl_export_t   x;

    rc = ctl_read_known(ctl, st, &op);
    if (rc != 0) {
        return rc;
    }

    webhook_op_free(&op);

    memset(&x, 0, sizeof(x));

    x.st = st;

    /* a part is deliveries alone */

    all = ctl->endpoint == 0 && ctl->state == -1 && ctl->type.len == 0
          && ctl->company.which == WEBHOOK_COMPANY_ANY
          && ctl->since == 0 && ctl->until == 0 && !ctl->limited;

    json = json_object();

    json_object_set_new(json, "kind", json_string(CTL_KIND_EXPORT));
    json_object_set_new(json, "version", json_integer(CTL_EXPORT_VERSION));
    ctl_json_set_number(json, "time_ms", ctl_export_now());
    json_object_set_new(json, "part", json_boolean(!all));

    ctl_json_line(json);

    rc = 0;

    if (all) {
        rc = ctl_export_objects(&x);

        if (rc == 0) {
            rc = ctl_export_audit(&x);
        }

        if (rc == 0) {
            rc = ctl_export_endpoints(&x);
        }

        if (rc == 0) {
            rc = ctl_export_known(&x, WEBHOOK_KNOWN_CALL);
        }

        if (rc == 0) {
            rc = ctl_export_known(&x, WEBHOOK_KNOWN_EVENT);
        }
    }

    if (rc == 0) {
        rc = ctl_export_deliveries(&x, ctl);
    }

    if (rc == 0 && all) {
        rc = ctl_export_calls(&x);
    }

    if (rc) {
        return rc;
    }

    json = json_object();

    json_object_set_new(json, "kind", json_string(CTL_KIND_END));
    ctl_json_set_number(json, "lines", x.lines);
    ctl_json_set_number(json, "damaged", x.damaged);

    ctl_json_line(json);

    if (x.damaged) {
        ctl_say("%" PRIu64 " damaged rows are left out", x.damaged);
        return 1;
    }

    return 0;
}


static uint64_t
ctl_export_now(void)
{
    struct timespec  now;

    clock_gettime(CLOCK_REALTIME, &now);

    return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}


void
ctl_export_line(ctl_export_t *x, json_t *json, const char *kind)
{
    json_object_set_new(json, "kind", json_string(kind));

    ctl_json_line(json);

    x->lines++;
}


/* Those that are paused, or all of them: the rest of what is known of an
   endpoint comes from the configuration. */

static int
ctl_export_endpoints(ctl_export_t *x)
{
    json_t                          *json;
    uint32_t                         i;
    webhook_op_t                     op, *ops;
    const webhook_endpoint_stats_t  *ep;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_STATS;
    ops = &op;

    webhook_store_apply(x->st, &ops, 1);

    if (op.result != WEBHOOK_STORE_OK) {
        return ctl_failed(&op, "the endpoints");
    }

    if (op.u.stats.paused) {
        json = json_object();

        json_object_set_new(json, "endpoint", json_null());
        json_object_set_new(json, "all", json_true());
        ctl_json_set(json, "paused", &op.u.stats.reason);

        ctl_export_line(x, json, CTL_KIND_ENDPOINT);
    }

    for (i = 0; i < op.u.stats.count; i++) {
        ep = &op.u.stats.endpoints[i];

        if (!ep->paused) {
            continue;
        }

        json = json_object();

        ctl_json_set(json, "endpoint", &ep->name);
        ctl_json_set_name(json, "endpoint_id", ep->id);
        ctl_json_set(json, "paused", &ep->reason);

        ctl_export_line(x, json, CTL_KIND_ENDPOINT);
    }

    webhook_op_free(&op);

    return 0;
}


static int
ctl_export_known(ctl_export_t *x, webhook_known_e kind)
{
    uint32_t             i;
    webhook_op_t         op, *ops;
    webhook_op_known_t  *l;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_KNOWN;
    ops = &op;
    l = &op.u.known;

    l->kind = kind;
    l->max = CTL_EXPORT_PAGE;

    do {
        webhook_store_apply(x->st, &ops, 1);

        if (op.result != WEBHOOK_STORE_OK) {
            return ctl_failed(&op, "what is known of repeats");
        }

        for (i = 0; i < l->count; i++) {
            ctl_export_line(x, ctl_export_known_json(&l->known[i]),
                            kind == WEBHOOK_KNOWN_CALL ? CTL_KIND_DEDUPE
                                                       : CTL_KIND_IDEMPOTENCY);
        }

        x->damaged += l->damaged;

        webhook_op_free(&op);

        l->from = 1;

    } while (l->more);

    return 0;
}


static json_t *
ctl_export_known_json(const webhook_known_t *known)
{
    json_t  *json;

    json = json_object();

    if (known->kind == WEBHOOK_KNOWN_CALL) {
        ctl_json_set_name(json, "receiver_id", known->scope);
        ctl_json_set_hex(json, "key", known->key, sizeof(known->key));
        json_object_set_new(json, "status",
                            json_integer(known->answer.status));
        ctl_json_set(json, "answer", &known->answer.text);
        json_object_set_new(json, "sent",
                            known->answer.sent
                            ? json_integer(known->answer.sent) : json_null());
        ctl_json_set(json, "type", &known->answer.type);

        if (known->answer.durable) {
            ctl_json_set_id(json, "event", &known->answer.event);

        } else {
            json_object_set_new(json, "event", json_null());
        }

    } else {
        ctl_json_set_hex(json, "key", known->key, sizeof(known->key));
        ctl_json_set_hex(json, "body", known->body, sizeof(known->body));
        ctl_json_set_id(json, "event", &known->event);
    }

    ctl_json_set_number(json, "ends_ms",
                        known->left < CTL_EXPORT_LONG
                        ? ctl_export_now() + known->left : CTL_EXPORT_LONG);

    return json;
}


/* The last event that there is now: what comes meanwhile is not waited for. */

static int
ctl_export_newest(ctl_export_t *x, const ctl_t *ctl, webhook_id_t *newest)
{
    webhook_op_t        op, *ops;
    webhook_op_list_t  *list;

    memset(&op, 0, sizeof(op));
    memset(newest, 0, sizeof(webhook_id_t));

    op.type = WEBHOOK_OP_LIST;
    ops = &op;
    list = &op.u.list;

    ctl_filter(ctl, &list->filter);

    list->filter.max = 1;

    do {
        webhook_store_apply(x->st, &ops, 1);

        if (op.result != WEBHOOK_STORE_OK) {
            return ctl_failed(&op, "the list");
        }

        if (list->count) {
            *newest = list->deliveries[0].event;
            webhook_op_free(&op);
            return 0;
        }

        webhook_op_free(&op);

        list->filter.from = 1;

    } while (list->filter.more);

    return 0;
}


/* The oldest first, so that those with an order key are imported in order. */

static int
ctl_export_deliveries(ctl_export_t *x, ctl_t *ctl)
{
    int                 rc;
    uint32_t            i;
    uint64_t            left;
    webhook_op_t        op, *ops;
    webhook_id_t        newest;
    webhook_op_list_t  *list;

    rc = ctl_export_newest(x, ctl, &newest);
    if (rc) {
        return rc;
    }

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_LIST;
    ops = &op;
    list = &op.u.list;

    ctl_filter(ctl, &list->filter);

    list->filter.oldest = 1;
    left = ctl->limited ? ctl->limit : UINT64_MAX;

    do {
        list->filter.max = (uint32_t) (left < CTL_EXPORT_PAGE
                                       ? left : CTL_EXPORT_PAGE);

        webhook_store_apply(x->st, &ops, 1);

        if (op.result != WEBHOOK_STORE_OK) {
            return ctl_failed(&op, "the list");
        }

        x->damaged += list->damaged;

        for (i = 0; i < list->count; i++) {

            if (memcmp(&list->deliveries[i].event, &newest,
                       sizeof(webhook_id_t))
                > 0)
            {
                webhook_op_free(&op);
                return 0;
            }

            rc = ctl_export_one(x, &list->deliveries[i]);

            if (rc != 0) {
                webhook_op_free(&op);
                return rc;
            }
        }

        left -= list->count;

        webhook_op_free(&op);

        list->filter.from = 1;

    } while (list->filter.more && left);

    return 0;
}


static int
ctl_export_one(ctl_export_t *x, const webhook_delivery_t *d)
{
    json_t        *json;
    webhook_op_t   op, *ops;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = d->event;
    op.u.show.endpoint = d->endpoint;

    ops = &op;

    webhook_store_apply(x->st, &ops, 1);

    if (op.result == WEBHOOK_STORE_NOT_FOUND) {

        /* it expired since it was listed */

        webhook_op_free(&op);
        return 0;
    }

    if (op.result != WEBHOOK_STORE_OK) {
        return ctl_failed(&op, "a delivery");
    }

    /* attempts that cannot be read, or the delivery itself */

    x->damaged += op.u.show.damaged;

    json = op.u.show.count ? ctl_export_json(&op.u.show) : NULL;

    if (json) {
        ctl_export_line(x, json, CTL_KIND_DELIVERY);

    } else if (op.u.show.damaged == 0) {
        x->damaged++;
    }

    webhook_op_free(&op);

    return 0;
}


/* NULL if what is to be sent cannot be read. */

static json_t *
ctl_export_json(const webhook_op_show_t *show)
{
    json_t                         *json, *list;
    uint32_t                        i, form, first, last;
    const webhook_delivery_t       *d;
    const webhook_delivery_full_t  *full;

    full = &show->deliveries[0];
    d = &full->delivery;

    if (d->steps == 0 || d->step >= d->steps || d->rendition < d->step
        || d->rendition - d->step + d->steps > show->renditions_count)
    {
        return NULL;
    }

    form = d->rendition;
    first = form - d->step;
    last = first + d->steps;

    for (i = form; i < last; i++) {
        if (show->broken >> i & 1) {
            return NULL;
        }
    }

    json = ctl_delivery_json(d);

    ctl_json_set_name(json, "endpoint_id", d->endpoint);
    ctl_json_set_id(json, "webhook_id", &show->wire);
    ctl_json_set_number(json, "time_ms", show->wall);

    if (d->finished) {
        ctl_json_set_number(json, "finished_ms", d->finished);
    }

    json_object_update_new(json, ctl_form_json(&show->renditions[form], 1));

    /* the steps before it and behind it */

    for (i = first; i < form; i++) {
        if (show->broken >> i & 1) {
            break;
        }
    }

    if (form > first && i == form) {
        json_object_set_new(json, "done",
                            ctl_export_forms(show, first, form));
    }

    if (last > form + 1) {
        json_object_set_new(json, "next",
                            ctl_export_forms(show, form + 1, last));
    }

    list = json_array();

    for (i = 0; i < full->attempts_count; i++) {
        json_array_append_new(list, ctl_attempt_json(&full->attempts[i]));
    }

    json_object_set_new(json, "attempts", list);

    return json;
}


static json_t *
ctl_export_forms(const webhook_op_show_t *show, uint32_t from, uint32_t to)
{
    json_t  *list;

    list = json_array();

    for ( /* void */ ; from < to; from++) {
        json_array_append_new(list, ctl_form_json(&show->renditions[from],
                                                  1));
    }

    return list;
}


static int
ctl_export_calls(ctl_export_t *x)
{
    uint32_t             i;
    webhook_op_t         op, *ops;
    webhook_op_calls_t  *l;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_CALLS;
    ops = &op;
    l = &op.u.calls;

    l->max = CTL_EXPORT_PAGE;

    do {
        webhook_store_apply(x->st, &ops, 1);

        if (op.result != WEBHOOK_STORE_OK) {
            return ctl_failed(&op, "the calls");
        }

        for (i = 0; i < l->count; i++) {
            ctl_export_line(x, ctl_call_json(&l->calls[i]), CTL_KIND_CALL);
        }

        x->damaged += l->damaged;

        webhook_op_free(&op);

        l->from = 1;

    } while (l->more);

    return 0;
}
