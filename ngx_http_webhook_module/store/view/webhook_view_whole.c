
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The store as a whole, its endpoints; objects, tasks and the audit.
 */

#include "store/view/webhook_view_int.h"



json_t *
webhook_view_stats(const webhook_op_stats_t *stats)
{
    json_t          *endpoints;
    uint32_t         i;
    webhook_view_t   v;

    webhook_view_begin(&v);

    webhook_view_add_number(&v, "size", stats->size);
    webhook_view_add_number(&v, "used", stats->used);
    webhook_view_add_number(&v, "events", stats->events);
    webhook_view_add_number(&v, "calls", stats->calls);
    webhook_view_add_number(&v, "idempotency", stats->idempotency);
    webhook_view_add(&v, "full", json_boolean(stats->full));
    webhook_view_add_number(&v, "quarantine", stats->quarantine);
    webhook_view_add_number(&v, "pinned", stats->pinned);
    webhook_view_add(&v, "reader", stats->reader ? json_integer(stats->reader)
                                                 : json_null());
    webhook_view_add_number(&v, "processes", stats->owners);
    webhook_view_add_number(&v, "journals", stats->journals);
    webhook_view_add_number(&v, "journal_bytes", stats->journal_bytes);
    webhook_view_add_number(&v, "journal_used", stats->journal_used);
    webhook_view_add_number(&v, "journals_left", stats->journals_left);
    webhook_view_add(&v, "paused", stats->paused
                                   ? webhook_view_text(&stats->reason)
                                   : json_null());
    webhook_view_add(&v, "paused_since", webhook_view_time(stats->paused_at));

    endpoints = json_array();

    for (i = 0; i < stats->count; i++) {
        webhook_view_push(&v, endpoints,
                          webhook_view_endpoint(&stats->endpoints[i]));
    }

    webhook_view_add(&v, "endpoints", endpoints);

    return webhook_view_end(&v);
}


json_t *
webhook_view_endpoint(const webhook_endpoint_stats_t *ep)
{
    uint32_t        k;
    webhook_view_t  v;

    webhook_view_begin(&v);

    webhook_view_add(&v, "name", webhook_view_text(&ep->name));

    for (k = 0; k < WEBHOOK_STATES; k++) {
        webhook_view_add_number(&v, webhook_state_name(k), ep->states[k]);
    }

    webhook_view_add_number(&v, "inflight_limit", ep->inflight);
    webhook_view_add_number(&v, "attempts_total", ep->attempts);
    webhook_view_add_number(&v, "delivered_total", ep->delivered);
    webhook_view_add_number(&v, "dead_total", ep->dead);
    webhook_view_add_number(&v, "cancelled_total", ep->cancelled);
    webhook_view_add(&v, "paused", ep->paused ? webhook_view_text(&ep->reason)
                                              : json_null());
    webhook_view_add_word(&v, "breaker", ep->open ? "open" : "closed");
    webhook_view_add_number(&v, "held_ms", ep->held);
    webhook_view_add_number(&v, "overdue_ms", ep->due);
    webhook_view_add_word(&v, "limit_scope", ep->shared ? "cluster" : "node");
    webhook_view_add(&v, "waits_for_cluster", json_boolean(ep->waits));

    return webhook_view_end(&v);
}


json_t *
webhook_view_object(const webhook_object_t *object)
{
    webhook_view_t  v;

    static const char  *kinds[] = { "endpoint", "receiver" };

    webhook_view_begin(&v);

    webhook_view_add_text(&v, "id", &object->id);
    webhook_view_add_word(&v, "kind", object->kind < WEBHOOK_OBJECT_KINDS
                                      ? kinds[object->kind] : NULL);
    webhook_view_add_some(&v, "company", &object->company);
    webhook_view_add_some(&v, "name", &object->name);
    webhook_view_add_number(&v, "version", object->version);
    webhook_view_add_number(&v, "change", object->change);
    webhook_view_add(&v, "created", webhook_view_time(object->created));
    webhook_view_add(&v, "updated", webhook_view_time(object->updated));
    webhook_view_add_some(&v, "by", &object->by);

    return webhook_view_end(&v);
}


json_t *
webhook_view_task(const webhook_task_t *task)
{
    webhook_view_t  v;

    webhook_view_begin(&v);

    webhook_view_add(&v, "id", webhook_view_id(&task->id));
    webhook_view_add_word(&v, "kind", webhook_task_kind_name(task->kind));
    webhook_view_add_word(&v, "state", webhook_task_state_name(task->state));
    webhook_view_add(&v, "filter", webhook_view_filter(&task->filter));
    webhook_view_add(&v, "calls", json_boolean(task->calls));
    webhook_view_add_some(&v, "path", &task->path);
    webhook_view_add_some(&v, "company", &task->company);
    webhook_view_add_some(&v, "by", &task->by);
    webhook_view_add(&v, "created", webhook_view_time(task->created));
    webhook_view_add(&v, "ended", webhook_view_time(task->ended));
    webhook_view_add_number(&v, "expected", task->expected);
    webhook_view_add_number(&v, "done", task->done);
    webhook_view_add_number(&v, "failed", task->failed);
    webhook_view_add(&v, "reached", webhook_view_time(task->reached));
    webhook_view_add(&v, "full", json_boolean(task->full));

    return webhook_view_end(&v);
}


json_t *
webhook_view_filter(const webhook_filter_t *filter)
{
    webhook_view_t  v;

    webhook_view_begin(&v);

    if (filter->endpoint) {
        webhook_view_add(&v, "endpoint_id",
                         webhook_view_name(filter->endpoint));
    }

    if (filter->state >= 0) {
        webhook_view_add_word(&v, "state", webhook_state_name(filter->state));
    }

    if (filter->type.len) {
        webhook_view_add_text(&v, "event", &filter->type);
    }

    if (filter->company.which == WEBHOOK_COMPANY_NONE) {
        webhook_view_add(&v, "company", json_null());

    } else if (filter->company.which == WEBHOOK_COMPANY_ONE) {
        webhook_view_add_text(&v, "company", &filter->company.name);
    }

    if (filter->most) {
        webhook_view_add(&v, "status", json_sprintf("%u-%u", filter->least,
                                                    filter->most));
    }

    if (filter->since) {
        webhook_view_add(&v, "since", webhook_view_time(filter->since));
    }

    if (filter->until) {
        webhook_view_add(&v, "until", webhook_view_time(filter->until));
    }

    return webhook_view_end(&v);
}


json_t *
webhook_view_audit(const webhook_audit_t *record)
{
    json_t          *data;
    webhook_view_t   v;

    webhook_view_begin(&v);

    webhook_view_add_number(&v, "number", record->number);
    webhook_view_add(&v, "time", webhook_view_time(record->wall));
    webhook_view_add_some(&v, "company", &record->company);

    data = json_loadb((const char *) record->data.data, record->data.len, 0,
                      NULL);

    if (json_is_object(data)) {

        /* what the store itself tells of it comes first */

        if (json_object_update_missing(v.json, data) != 0) {
            v.failed = 1;
        }

    } else {
        webhook_view_add(&v, "data", webhook_view_text(&record->data));
    }

    json_decref(data);

    return webhook_view_end(&v);
}
