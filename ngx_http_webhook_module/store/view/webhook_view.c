
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Deliveries and calls.
 */

#include "store/view/webhook_view_int.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>


static json_t *webhook_view_delivery_name(const webhook_id_t *event,
    const char *prefix, const webhook_str_t *name, uint64_t number);
static json_t *webhook_view_action(const webhook_call_action_t *action);


json_t *
webhook_view_delivery(const webhook_delivery_t *d)
{
    webhook_view_t  v;

    webhook_view_begin(&v);

    webhook_view_add(&v, "id", webhook_view_delivery_name(&d->event, "",
                                                          &d->endpoint_name,
                                                          d->endpoint));
    webhook_view_add(&v, "event", webhook_view_id(&d->event));
    webhook_view_add_text(&v, "endpoint", &d->endpoint_name);
    webhook_view_add_text(&v, "type", &d->type);
    webhook_view_add_some(&v, "company", &d->company);
    webhook_view_add_word(&v, "state", webhook_state_name(d->state));
    webhook_view_add_number(&v, "sends", d->attempts);
    webhook_view_add(&v, "status", d->status ? json_integer(d->status)
                                             : json_null());
    webhook_view_add(&v, "time", webhook_view_time(d->wall));
    webhook_view_add_word(&v, "waits", webhook_view_waits(d));
    webhook_view_add(&v, "due_ms",
                     d->state == WEBHOOK_PENDING && !d->parked
                     ? json_integer((json_int_t) d->due) : json_null());
    webhook_view_add(&v, "blocks", json_boolean(d->blocks));
    webhook_view_add(&v, "last_send", webhook_view_time(d->sent));
    webhook_view_add_some(&v, "error", &d->error);
    webhook_view_add(&v, "order_key", d->order ? webhook_view_name(d->order)
                                               : json_null());
    webhook_view_add(&v, "order_place",
                     d->order ? json_integer((json_int_t) d->place)
                              : json_null());
    webhook_view_add_number(&v, "step", (uint64_t) d->step + 1);
    webhook_view_add_number(&v, "steps", d->steps);
    webhook_view_add(&v, "finished", webhook_view_time(d->finished));
    webhook_view_add_number(&v, "form", d->rendition);
    webhook_view_add_number(&v, "body_length", d->body_len);

    return webhook_view_end(&v);
}


/* An endpoint that was never named is told by its number. */

static json_t *
webhook_view_delivery_name(const webhook_id_t *event, const char *prefix,
    const webhook_str_t *name, uint64_t number)
{
    json_t         *shown, *json;
    unsigned char   id[WEBHOOK_ID_TEXT_LEN];

    webhook_id_text(event, id);

    if (name->len == 0) {
        return json_sprintf("%.*s.#%016" PRIx64, (int) sizeof(id), id, number);
    }

    shown = webhook_view_text(name);
    if (shown == NULL) {
        return NULL;
    }

    json = json_sprintf("%.*s.%s%s", (int) sizeof(id), id, prefix,
                        json_string_value(shown));

    json_decref(shown);

    return json;
}


/* Retries keep their time: an endpoint that is held holds back first sends. */

const char *
webhook_view_waits(const webhook_delivery_t *d)
{
    if (d->state != WEBHOOK_PENDING) {
        return NULL;
    }

    if (d->paused) {
        return "paused";
    }

    if (d->held) {
        return "held";
    }

    return d->parked ? "turn" : d->due > 0 ? "time" : "due";
}


json_t *
webhook_view_attempt(const webhook_attempt_t *a)
{
    webhook_view_t  v;

    webhook_view_begin(&v);

    webhook_view_add_number(&v, "number", a->number);
    webhook_view_add_number(&v, "time_ms", a->wall);
    webhook_view_add(&v, "time", webhook_view_time(a->wall));
    webhook_view_add(&v, "status", a->status ? json_integer(a->status)
                                             : json_null());
    webhook_view_add_number(&v, "connect_usec", a->connect);
    webhook_view_add_number(&v, "tls_usec", a->tls);
    webhook_view_add_number(&v, "first_byte_usec", a->first_byte);
    webhook_view_add_number(&v, "total_usec", a->total);
    webhook_view_add_text(&v, "address", &a->address);
    webhook_view_add_text(&v, "error", &a->error);
    webhook_view_add_text(&v, "answer", &a->answer);

    return webhook_view_end(&v);
}


json_t *
webhook_view_rendition(const webhook_rendition_t *rendition, int body)
{
    webhook_view_t  v;

    webhook_view_begin(&v);

    webhook_view_add_some(&v, "request", &rendition->request);
    webhook_view_add_text(&v, "content_type", &rendition->content_type);
    webhook_view_add_text(&v, "headers", &rendition->headers);
    webhook_view_add_number(&v, "body_length", rendition->body.len);

    if (body && webhook_view_set_body(v.json, &rendition->body) != 0) {
        v.failed = 1;
    }

    return webhook_view_end(&v);
}


json_t *
webhook_view_call(const webhook_call_t *call)
{
    json_t          *actions;
    uint32_t         i;
    webhook_view_t   v;

    webhook_view_begin(&v);

    webhook_view_add(&v, "id", webhook_view_id(&call->id));
    webhook_view_add_text(&v, "receiver", &call->name);
    webhook_view_add(&v, "receiver_id", webhook_view_name(call->receiver));
    webhook_view_add_some(&v, "company", &call->company);
    webhook_view_add_number(&v, "time_ms", call->wall);
    webhook_view_add(&v, "time", webhook_view_time(call->wall));
    webhook_view_add_text(&v, "remote", &call->remote);
    webhook_view_add_word(&v, "outcome",
                          webhook_call_outcome_name(call->outcome));
    webhook_view_add_number(&v, "status", call->status);
    webhook_view_add_number(&v, "total_usec", call->total);
    webhook_view_add_text(&v, "content_type", &call->content_type);
    webhook_view_add_text(&v, "headers", &call->headers);
    webhook_view_add_text(&v, "body", &call->body);
    webhook_view_add_text(&v, "verified", &call->verified);
    webhook_view_add_text(&v, "answer", &call->answer);
    webhook_view_add_text(&v, "error", &call->error);
    webhook_view_add(&v, "delivery",
                     call->durable
                     ? webhook_view_delivery_name(&call->event, "receiver:",
                                                  &call->name, call->receiver)
                     : json_null());

    actions = json_array();

    for (i = 0; i < call->actions_count; i++) {
        webhook_view_push(&v, actions,
                          webhook_view_action(&call->actions[i]));
    }

    webhook_view_add(&v, "actions", actions);

    return webhook_view_end(&v);
}


static json_t *
webhook_view_action(const webhook_call_action_t *action)
{
    webhook_view_t  v;

    webhook_view_begin(&v);

    webhook_view_add_text(&v, "method", &action->method);
    webhook_view_add_text(&v, "uri", &action->uri);
    webhook_view_add_text(&v, "body", &action->body);
    webhook_view_add(&v, "status", action->status
                                   ? json_integer(action->status)
                                   : json_null());
    webhook_view_add_number(&v, "total_usec", action->total);

    return webhook_view_end(&v);
}
