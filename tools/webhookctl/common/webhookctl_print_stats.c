
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How webhookctl shows the store as a whole, and its endpoints.
 */

#include <inttypes.h>

#include "webhookctl/webhookctl.h"


static void ctl_stats_store(const webhook_op_stats_t *stats);
static void ctl_stats_endpoints(const webhook_op_stats_t *stats);


void
ctl_print_stats(const webhook_op_stats_t *stats, int json)
{
    if (json) {
        ctl_json_line(ctl_stats_json(stats));
        return;
    }

    ctl_stats_store(stats);

    if (stats->count) {
        ctl_stats_endpoints(stats);
    }
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
        printf("quarantine %" PRIu64 " damaged %s\n", stats->quarantine,
               ctl_many(stats->quarantine, "row", "rows"));
    }

    printf("kept       %" PRIu64 " %s, %" PRIu64 " %s, %" PRIu64
           " idempotency %s\n",
           stats->events, ctl_many(stats->events, "event", "events"),
           stats->calls, ctl_many(stats->calls, "call", "calls"),
           stats->idempotency, ctl_many(stats->idempotency, "key", "keys"));
    printf("open in    %" PRIu32 " %s\n", stats->owners,
           ctl_many(stats->owners, "process", "processes"));

    if (stats->journals) {
        printf("journals   %" PRIu32 " of %s, %s in use", stats->journals,
               ctl_bytes(stats->journal_bytes, b1, sizeof(b1)),
               ctl_bytes(stats->journal_used, b2, sizeof(b2)));

        if (stats->journals_left) {
            printf(", %" PRIu32 " of them of processes that are gone",
                   stats->journals_left);
        }

        printf("\n");
    }
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

        } else if (ep->waits) {
            printf(", waits for the cluster");
        }

        printf("\n");
    }
}
