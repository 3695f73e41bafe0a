
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How webhookctl shows the store as a whole, and its endpoints.
 */

#include <inttypes.h>

#include "webhookctl/webhookctl.h"


static void ctl_stats_json(const webhook_op_stats_t *stats);
static json_t *ctl_stats_endpoint_json(const webhook_endpoint_stats_t *ep);
static void ctl_stats_store(const webhook_op_stats_t *stats);
static void ctl_stats_endpoints(const webhook_op_stats_t *stats);


void
ctl_print_stats(const webhook_op_stats_t *stats, int json)
{
    if (json) {
        ctl_stats_json(stats);
        return;
    }

    ctl_stats_store(stats);

    if (stats->count) {
        ctl_stats_endpoints(stats);
    }
}


static void
ctl_stats_json(const webhook_op_stats_t *stats)
{
    char      time[40];
    json_t   *root, *list;
    uint32_t  i;

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
                        ? json_string(ctl_time(stats->paused_at, time,
                                               sizeof(time)))
                        : json_null());

    for (i = 0; i < stats->count; i++) {
        json_array_append_new(list,
                              ctl_stats_endpoint_json(&stats->endpoints[i]));
    }

    json_object_set_new(root, "endpoints", list);
    ctl_json_line(root);
}


static json_t *
ctl_stats_endpoint_json(const webhook_endpoint_stats_t *ep)
{
    json_t    *item;
    uint32_t   k;

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

    return item;
}


static void
ctl_stats_store(const webhook_op_stats_t *stats)
{
    char  b1[40], b2[40];

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
}


static void
ctl_stats_endpoints(const webhook_op_stats_t *stats)
{
    uint32_t                         i;
    const webhook_endpoint_stats_t  *ep;

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
