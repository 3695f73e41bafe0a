
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How webhookctl shows what it found.
 */

#include <inttypes.h>
#include <unistd.h>

#include "webhookctl.h"


void
ctl_print_deliveries(const webhook_op_list_t *list, int json, int head)
{
    char                       id[WEBHOOK_ID_TEXT_LEN + 1], when[40], next[40];
    uint32_t                   i;
    const webhook_delivery_t  *d;

    if (!json && head && list->count) {
        printf("%-9s %5s %6s  %-23s %-12s %-20s %s\n", "STATE", "SENDS",
               "STATUS", "HAPPENED", "NEXT", "EVENT", "DELIVERY");
    }

    for (i = 0; i < list->count; i++) {
        d = &list->deliveries[i];

        if (json) {
            ctl_json_line(ctl_delivery_json(d));
            continue;
        }

        ctl_id(&d->event, id);

        if (d->parked) {
            snprintf(next, sizeof(next), "in its turn");

        } else if (d->state == WEBHOOK_PENDING) {
            ctl_span(d->due, next, sizeof(next));

        } else {
            snprintf(next, sizeof(next), d->blocks ? "blocks" : "-");
        }

        printf("%-9s %5" PRIu32 " %6" PRIu32 "  %-23.23s %-12s ",
               webhook_state_name(d->state), d->attempts, d->status,
               ctl_time(d->wall, when, sizeof(when)), next);

        ctl_column(&d->type, 20);
        printf(" %s.", id);
        ctl_endpoint(&d->endpoint_name, d->endpoint);
        printf("\n");
    }
}


int
ctl_print_show(const webhook_op_show_t *show, int json, int body)
{
    char                            id[WEBHOOK_ID_TEXT_LEN + 1];
    char                            a1[40], a2[40], a3[40], a4[40];
    json_t                         *root, *list, *item, *attempts;
    uint32_t                        i, k;
    const webhook_attempt_t        *a;
    const webhook_rendition_t      *form;
    const webhook_delivery_full_t  *d;

    if (body && !json) {

        /* of one delivery, the form that it sends */

        i = show->endpoint && show->count ? show->deliveries[0].delivery.form
                                          : 0;

        if (i >= show->forms_count) {
            return 1;
        }

        form = &show->forms[i];

        if (isatty(STDOUT_FILENO)) {
            ctl_body(&form->body);
            return 0;
        }

        return fwrite(form->body.data, 1, form->body.len, stdout)
               == form->body.len ? 0 : 1;
    }

    ctl_id(&show->id, id);

    if (json) {
        root = json_object();
        list = json_array();

        json_object_set_new(root, "id", json_string(id));

        ctl_id(&show->wire, id);

        json_object_set_new(root, "webhook_id", json_string(id));
        json_object_set_new(root, "type", ctl_json_text(&show->type));
        json_object_set_new(root, "time",
                            json_string(ctl_time(show->wall, a1,
                                                 sizeof(a1))));

        for (i = 0; i < show->forms_count; i++) {
            json_array_append_new(list, ctl_form_json(&show->forms[i], body));
        }

        json_object_set_new(root, "forms", list);

        list = json_array();

        for (i = 0; i < show->count; i++) {
            d = &show->deliveries[i];

            item = ctl_delivery_json(&d->delivery);
            attempts = json_array();

            for (k = 0; k < d->attempts_count; k++) {
                json_array_append_new(attempts,
                                      ctl_attempt_json(&d->attempts[k]));
            }

            json_object_set_new(item, "attempts", attempts);
            json_array_append_new(list, item);
        }

        json_object_set_new(root, "deliveries", list);
        ctl_json_line(root);

        return 0;
    }

    printf("event      %s\n", id);

    if (memcmp(&show->wire, &show->id, sizeof(webhook_id_t)) != 0) {
        ctl_id(&show->wire, id);
        printf("webhook-id %s\n", id);
    }

    printf("type       ");
    ctl_text(&show->type, 128);
    printf("\nhappened   %s\n", ctl_time(show->wall, a1, sizeof(a1)));

    for (i = 0; i < show->forms_count; i++) {
        form = &show->forms[i];

        if (show->forms_count == 1) {
            printf("body       ");

        } else {
            printf("form %-5" PRIu32 " ", i);
        }

        if (form->request.len) {
            ctl_text(&form->request, 200);
            printf(", ");
        }

        printf("%zu bytes of ", form->body.len);
        ctl_text(&form->content_type, 255);
        printf("\n");
    }

    for (i = 0; i < show->count; i++) {
        d = &show->deliveries[i];

        printf("\ndelivery   %s.", id);
        ctl_endpoint(&d->delivery.endpoint_name, d->delivery.endpoint);
        printf("\nstate      %s", webhook_state_name(d->delivery.state));

        if (show->forms_count > 1) {
            printf(", form %" PRIu32, d->delivery.form);
        }

        if (d->delivery.steps > 1) {
            printf(", step %" PRIu32 " of %" PRIu32, d->delivery.step + 1,
                   d->delivery.steps);
        }

        if (d->delivery.parked) {
            printf(", waits for an earlier one of its order key");

        } else if (d->delivery.state == WEBHOOK_PENDING) {
            printf(", next send %s",
                   ctl_span(d->delivery.due, a1, sizeof(a1)));
        }

        if (d->delivery.blocks) {
            printf(", later ones of its order key wait for it");
        }

        if (d->delivery.finished) {
            printf(", finished %s",
                   ctl_time(d->delivery.finished, a1, sizeof(a1)));
        }

        printf("\n");

        for (k = 0; k < d->attempts_count; k++) {
            a = &d->attempts[k];

            printf("  send %-4" PRIu32 " %s  status %-3" PRIu32
                   "  %s (connect %s, tls %s, first byte %s)  ",
                   a->number, ctl_time(a->wall, a1, sizeof(a1)), a->status,
                   ctl_usec(a->total, a2, sizeof(a2)),
                   ctl_usec(a->connect, a3, sizeof(a3)),
                   a->tls ? ctl_usec(a->tls, a4, sizeof(a4)) : "-",
                   ctl_usec(a->first_byte, id, sizeof(id)));

            ctl_text(&a->address, 64);
            printf("\n");

            if (a->error.len) {
                printf("            ");
                ctl_text(&a->error, 255);
                printf("\n");
            }

            if (a->answer.len) {
                printf("            answer: ");
                ctl_text(&a->answer, 200);
                printf("\n");
            }
        }

        ctl_id(&show->id, id);
    }

    return 0;
}


void
ctl_print_calls(const webhook_op_calls_t *calls, int json, int head)
{
    char                          id[WEBHOOK_ID_TEXT_LEN + 1];
    char                          when[40], took[40];
    uint32_t                      i, k;
    const webhook_call_t         *call;
    const webhook_call_action_t  *action;

    if (!json && head && calls->count) {
        printf("%-29s %6s %9s  %-15s %s\n", "WHEN", "STATUS", "TOOK", "FROM",
               "CALL");
    }

    for (i = 0; i < calls->count; i++) {
        call = &calls->calls[i];

        if (json) {
            ctl_json_line(ctl_call_json(call));
            continue;
        }

        ctl_id(&call->id, id);

        printf("%-29s %6" PRIu32 " %9s  ",
               ctl_time(call->wall, when, sizeof(when)), call->status,
               ctl_usec(call->total, took, sizeof(took)));

        ctl_column(&call->remote, 15);
        printf(" %s\n    in: ", id);
        ctl_text(&call->body, 200);
        printf("\n");

        if (call->verified.len) {
            printf("    verified: ");
            ctl_text(&call->verified, 255);
            printf("\n");
        }

        for (k = 0; k < call->actions_count; k++) {
            action = &call->actions[k];

            printf("    -> ");
            ctl_text(&action->method, 31);
            printf(" ");
            ctl_text(&action->uri, 200);
            printf(" ");
            ctl_text(&action->body, 200);

            if (action->status) {
                printf(" = %" PRIu32 " in %s\n", action->status,
                       ctl_usec(action->total, took, sizeof(took)));

            } else if (call->status == 202) {

                /* what became of it, its delivery tells */

                printf(" (by a delivery)\n");

            } else {
                printf(" (not called)\n");
            }
        }

        if (call->error.len) {
            printf("    error: ");
            ctl_text(&call->error, 1024);
            printf("\n");
        }
    }
}


void
ctl_print_stats(const webhook_op_stats_t *stats, int json)
{
    char                             b1[40], b2[40];
    json_t                          *root, *list, *item;
    uint32_t                         i, k;
    const webhook_endpoint_stats_t  *ep;

    if (json) {
        root = json_object();
        list = json_array();

        json_object_set_new(root, "size",
                            json_integer((json_int_t) stats->size));
        json_object_set_new(root, "used",
                            json_integer((json_int_t) stats->used));
        json_object_set_new(root, "events",
                            json_integer((json_int_t) stats->events));
        json_object_set_new(root, "calls",
                            json_integer((json_int_t) stats->calls));
        json_object_set_new(root, "idempotency",
                            json_integer((json_int_t) stats->idempotency));
        json_object_set_new(root, "full", json_boolean(stats->full));
        json_object_set_new(root, "quarantine",
                            json_integer((json_int_t) stats->quarantine));
        json_object_set_new(root, "pinned",
                            json_integer((json_int_t) stats->pinned));
        json_object_set_new(root, "reader", stats->reader
                            ? json_integer(stats->reader) : json_null());
        json_object_set_new(root, "processes",
                            json_integer(stats->owners));

        for (i = 0; i < stats->count; i++) {
            ep = &stats->endpoints[i];
            item = json_object();

            json_object_set_new(item, "name", ctl_json_text(&ep->name));

            for (k = 0; k < WEBHOOK_STATES; k++) {
                json_object_set_new(item, webhook_state_name(k),
                                    json_integer((json_int_t)
                                                 ep->states[k]));
            }

            json_object_set_new(item, "inflight_limit",
                                json_integer(ep->inflight));
            json_object_set_new(item, "attempts_total",
                                json_integer((json_int_t) ep->attempts));
            json_object_set_new(item, "delivered_total",
                                json_integer((json_int_t) ep->delivered));
            json_object_set_new(item, "dead_total",
                                json_integer((json_int_t) ep->dead));
            json_object_set_new(item, "cancelled_total",
                                json_integer((json_int_t) ep->cancelled));
            json_object_set_new(item, "paused", ep->paused
                                ? ctl_json_text(&ep->reason) : json_null());
            json_object_set_new(item, "breaker",
                                json_string(ep->open ? "open" : "closed"));
            json_object_set_new(item, "held_ms",
                                json_integer((json_int_t) ep->held));

            json_array_append_new(list, item);
        }

        json_object_set_new(root, "endpoints", list);
        ctl_json_line(root);

        return;
    }

    printf("store      %s of %s used (%.1f %%)%s\n",
           ctl_bytes(stats->used, b1, sizeof(b1)),
           ctl_bytes(stats->size, b2, sizeof(b2)),
           stats->size ? 100.0 * (double) stats->used / (double) stats->size
                       : 0.0,
           stats->full ? ", full: new events are refused" : "");

    if (stats->reader) {
        printf("pinned     %s, by process %" PRIu32 ", which is reading an "
               "old version\n", ctl_bytes(stats->pinned, b1, sizeof(b1)),
               stats->reader);
    }

    if (stats->quarantine) {
        printf("quarantine %" PRIu64 " damaged rows\n", stats->quarantine);
    }

    printf("kept       %" PRIu64 " events, %" PRIu64 " calls, %" PRIu64
           " idempotency keys\n",
           stats->events, stats->calls, stats->idempotency);
    printf("open in    %" PRIu32 " processes\n", stats->owners);

    if (stats->count == 0) {
        return;
    }

    printf("\n%10s %8s %10s %8s %9s %12s %12s  %s\n", "PENDING", "SENDING",
           "DELIVERED", "DEAD", "CANCELLED", "SENDS EVER", "OK EVER",
           "ENDPOINT");

    for (i = 0; i < stats->count; i++) {
        ep = &stats->endpoints[i];

        printf("%10" PRIu64 " %8" PRIu64 " %10" PRIu64 " %8" PRIu64
               " %9" PRIu64 " %12" PRIu64 " %12" PRIu64 "  ",
               ep->states[WEBHOOK_PENDING], ep->states[WEBHOOK_SENDING],
               ep->states[WEBHOOK_DELIVERED], ep->states[WEBHOOK_DEAD],
               ep->states[WEBHOOK_CANCELLED], ep->attempts, ep->delivered);

        ctl_endpoint(&ep->name, ep->id);

        if (ep->paused) {
            printf(", paused: ");
            (void) ctl_text(&ep->reason, 255);

        } else if (ep->open) {
            printf(", its breaker is open");

        } else if (ep->held) {
            printf(", held back");
        }

        printf("\n");
    }
}
