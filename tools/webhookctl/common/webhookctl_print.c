
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How webhookctl shows what it found.
 */

#include <inttypes.h>
#include <unistd.h>

#include "webhookctl/webhookctl.h"


static const char *ctl_next(const webhook_delivery_t *d,
    const webhook_op_stats_t *stats, char *buf, size_t len);
static void ctl_print_waits(const webhook_delivery_t *d,
    const webhook_op_stats_t *stats);
static void ctl_print_action(const webhook_call_t *call,
    const webhook_call_action_t *action, size_t max);


void
ctl_print_deliveries_head(void)
{
    printf("%-9s %5s %6s  %-29s %-12s %-20s %s\n", "STATE", "SENDS",
           "STATUS", "HAPPENED", "NEXT", "EVENT", "DELIVERY  ERROR");
}


void
ctl_print_delivery(const webhook_delivery_t *d,
    const webhook_op_stats_t *stats, int json)
{
    char  id[WEBHOOK_ID_TEXT_LEN + 1], when[40], next[40];

    if (json) {
        ctl_json_line(ctl_delivery_json(d, stats));
        return;
    }

    ctl_id(&d->event, id);

    printf("%-9s %5" PRIu32 " %6" PRIu32 "  %-29s %-12s ",
           webhook_state_name(d->state), d->attempts, d->status,
           ctl_time(d->wall, when, sizeof(when)),
           ctl_next(d, stats, next, sizeof(next)));

    ctl_column(&d->type, 20);
    printf(" %s.", id);
    ctl_endpoint(&d->endpoint_name, d->endpoint);

    if (d->error.len) {
        printf("  ");
        ctl_text(&d->error, 255);
    }

    printf("\n");
}


const char *
ctl_waits(const webhook_delivery_t *d, const webhook_op_stats_t *stats)
{
    uint32_t                         i;
    const webhook_endpoint_stats_t  *ep;

    if (d->state != WEBHOOK_PENDING) {
        return NULL;
    }

    if (stats && stats->paused) {
        return "paused";
    }

    for (i = 0; stats && i < stats->count; i++) {
        ep = &stats->endpoints[i];

        if (ep->id != d->endpoint) {
            continue;
        }

        if (ep->paused) {
            return "paused";
        }

        /* retries keep their time */

        if (!d->parked && d->attempts == 0 && (ep->held || ep->open)) {
            return "held";
        }

        break;
    }

    return d->parked ? "turn" : d->due > 0 ? "time" : "due";
}


/* What comes next, in a column. */

static const char *
ctl_next(const webhook_delivery_t *d, const webhook_op_stats_t *stats,
    char *buf, size_t len)
{
    const char  *waits;

    waits = ctl_waits(d, stats);

    if (waits == NULL) {
        return d->blocks ? "blocks" : "-";
    }

    return strcmp(waits, "turn") == 0 ? "in its turn"
           : strcmp(waits, "time") == 0 ? ctl_span(d->due, buf, len)
           : strcmp(waits, "due") == 0 ? "now" : waits;
}


/* What a delivery waits for, in words. */

static void
ctl_print_waits(const webhook_delivery_t *d, const webhook_op_stats_t *stats)
{
    char         span[40];
    const char  *waits;

    waits = ctl_waits(d, stats);

    if (waits == NULL) {
        return;
    }

    if (strcmp(waits, "paused") == 0) {
        printf(stats->paused ? ", the whole store is paused"
                             : ", its endpoint is paused");

    } else if (strcmp(waits, "held") == 0) {
        printf(", its endpoint is held back");
    }

    if (d->parked) {
        printf(", waits for an earlier one of its order key");

    } else {
        printf(", next send %s", ctl_span(d->due, span, sizeof(span)));
    }
}


/* The bytes as they are, but to a terminal. */

int
ctl_print_body(const webhook_str_t *body)
{
    if (isatty(STDOUT_FILENO)) {
        ctl_body(body, 0);
        return 0;
    }

    return fwrite(body->data, 1, body->len, stdout) == body->len ? 0 : 1;
}


int
ctl_print_show(const webhook_op_show_t *show, const webhook_op_stats_t *stats,
    int json, int body)
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

        return ctl_print_body(&show->forms[i].body);
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
            item = json_object();

            ctl_form_json(item, &show->forms[i], body);
            json_array_append_new(list, item);
        }

        json_object_set_new(root, "forms", list);

        list = json_array();

        for (i = 0; i < show->count; i++) {
            d = &show->deliveries[i];

            item = ctl_delivery_json(&d->delivery, stats);
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

        ctl_print_waits(&d->delivery, stats);

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
ctl_print_calls_head(void)
{
    printf("%-29s %6s %9s  %-15s %-36s %s\n", "WHEN", "STATUS", "TOOK", "FROM",
           "CALL", "RECEIVER");
}


void
ctl_print_call(const webhook_call_t *call, int json)
{
    char      id[WEBHOOK_ID_TEXT_LEN + 1], when[40], took[40];
    uint32_t  k;

    if (json) {
        ctl_json_line(ctl_call_json(call));
        return;
    }

    ctl_id(&call->id, id);

    printf("%-29s %6" PRIu32 " %9s  ",
           ctl_time(call->wall, when, sizeof(when)), call->status,
           ctl_usec(call->total, took, sizeof(took)));

    ctl_column(&call->remote, 15);
    printf(" %s ", id);
    ctl_text(&call->name, 128);
    printf("\n    in: ");
    ctl_text(&call->body, 200);
    printf("\n");

    if (call->verified.len) {
        printf("    verified: ");
        ctl_text(&call->verified, 255);
        printf("\n");
    }

    for (k = 0; k < call->actions_count; k++) {
        ctl_print_action(call, &call->actions[k], 200);
    }

    if (call->error.len) {
        printf("    error: ");
        ctl_text(&call->error, 1024);
        printf("\n");
    }
}


static void
ctl_print_action(const webhook_call_t *call,
    const webhook_call_action_t *action, size_t max)
{
    char  took[40];

    printf("    -> ");
    ctl_text(&action->method, 31);
    printf(" ");
    ctl_text(&action->uri, max);
    printf(" ");
    ctl_text(&action->body, max);

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


/* All that is kept of a call. */

void
ctl_print_whole_call(const webhook_call_t *call, int json)
{
    char      id[WEBHOOK_ID_TEXT_LEN + 1], when[40], took[40];
    uint32_t  k;

    if (json) {
        ctl_json_line(ctl_call_json(call));
        return;
    }

    ctl_id(&call->id, id);

    printf("call       %s\nreceiver   ", id);
    ctl_text(&call->name, 128);
    printf("\nhappened   %s\nfrom       ",
           ctl_time(call->wall, when, sizeof(when)));
    ctl_text(&call->remote, 255);
    printf("\nstatus     %" PRIu32 ", in %s\n", call->status,
           ctl_usec(call->total, took, sizeof(took)));

    if (call->verified.len) {
        printf("verified   ");
        ctl_text(&call->verified, 255);
        printf("\n");
    }

    if (call->error.len) {
        printf("error      ");
        ctl_text(&call->error, 1024);
        printf("\n");
    }

    for (k = 0; k < call->actions_count; k++) {
        ctl_print_action(call, &call->actions[k], 1024);
    }

    printf("\nheaders:\n");
    ctl_body(&call->headers, 4);

    printf("\nbody, of type ");
    ctl_text(&call->content_type, 255);
    printf(":\n");
    ctl_body(&call->body, 4);

    printf("\nanswer:\n");
    ctl_body(&call->answer, 4);
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
        json_object_set_new(root, "paused", stats->paused
                            ? ctl_json_text(&stats->reason) : json_null());
        json_object_set_new(root, "paused_since", stats->paused_at
                            ? json_string(ctl_time(stats->paused_at, b1,
                                                   sizeof(b1)))
                            : json_null());

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

    if (stats->paused) {
        printf("paused     nothing is sent until \"webhookctl resume --all\"");

        if (stats->paused_at) {
            printf("; since %s: ", ctl_time(stats->paused_at, b1, sizeof(b1)));
            ctl_text(&stats->reason, 255);
        }

        printf("\n");
    }

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
