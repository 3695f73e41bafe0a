
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Counters in shared memory, and their text for Prometheus.
 */

#include "http/runtime/ngx_http_webhook_metrics.h"
#include "http/shm/ngx_http_webhook_shm_table.h"


#define NGX_WEBHOOK_METRICS_LINES  512          /* bytes of a metric's three */
#define NGX_WEBHOOK_METRICS_NUMBER  (2 * NGX_INT64_LEN)


typedef struct {
    ngx_str_t                 name;
    ngx_str_t                 help;
} ngx_webhook_metric_t;


static ngx_str_t  ngx_webhook_metrics_zone_name =
    ngx_string("ngx_http_webhook_metrics");

/* NULL in a process that does not count. */
static ngx_atomic_t  *ngx_webhook_counters;


static ngx_webhook_metric_t  ngx_webhook_metric[] = {

    [NGX_WEBHOOK_EVENTS_COMMITTED] = {
        ngx_string("ngx_webhook_events_committed_total"),
        ngx_string("Events written to the store.") },

    [NGX_WEBHOOK_EVENTS_FAILED] = {
        ngx_string("ngx_webhook_events_failed_total"),
        ngx_string("Events that could not be written to the store and are "
                   "lost: each is a broken promise and a line of the error "
                   "log.") },

    [NGX_WEBHOOK_EVENTS_WAITED] = {
        ngx_string("ngx_webhook_events_waited_total"),
        ngx_string("Events whose response waited for room in the store.") },

    [NGX_WEBHOOK_EVENTS_LATE] = {
        ngx_string("ngx_webhook_events_late_total"),
        ngx_string("Events whose response was sent before they were stored, "
                   "because the store took longer than the timeout of "
                   "webhook_commit, or before the cluster knew their place "
                   "in the order of their key.") },

    [NGX_WEBHOOK_EVENTS_SKIPPED] = {
        ngx_string("ngx_webhook_events_skipped_total"),
        ngx_string("Events that no endpoint asks for.") },

    [NGX_WEBHOOK_EVENTS_TOO_LARGE] = {
        ngx_string("ngx_webhook_events_too_large_total"),
        ngx_string("Events lost because a body was over "
                   "webhook_payload_max: each is a broken promise and a line "
                   "of the error log.") },

    [NGX_WEBHOOK_EVENTS_UNDECODABLE] = {
        ngx_string("ngx_webhook_events_undecodable_total"),
        ngx_string("Events lost because a body's content coding or charset is "
                   "unknown or broken: each is a broken promise and a line of "
                   "the error log.") },

    [NGX_WEBHOOK_EVENTS_CUT_SHORT] = {
        ngx_string("ngx_webhook_events_cut_short_total"),
        ngx_string("Matching responses that were cut short and created no "
                   "event.") },

    [NGX_WEBHOOK_EVENTS_PARTIAL] = {
        ngx_string("ngx_webhook_events_partial_total"),
        ngx_string("Events lost because their response was asked for, or "
                   "sent, in part (206 or 416): each is a line of the error "
                   "log.") },

    [NGX_WEBHOOK_EVENTS_REPEATED] = {
        ngx_string("ngx_webhook_events_repeated_total"),
        ngx_string("Events of repeated requests (webhook_idempotency) that "
                   "were in the store before and are not sent again.") },

    [NGX_WEBHOOK_EVENTS_UNJUDGED] = {
        ngx_string("ngx_webhook_events_unjudged_total"),
        ngx_string("Events that were not created, or not sent to an endpoint, "
                   "because a rule or a filter could not be evaluated: a body "
                   "that is not JSON, or a regular expression at its "
                   "limit.") },

    [NGX_WEBHOOK_EVENTS_DIFFERING] = {
        ngx_string("ngx_webhook_events_differing_total"),
        ngx_string("Events whose request had the idempotency key of another "
                   "one but another body: each is an event of its own.") },

    [NGX_WEBHOOK_EVENTS_UNPROTECTED] = {
        ngx_string("ngx_webhook_events_unprotected_total"),
        ngx_string("Events with an idempotency key whose repeat would be an "
                   "event again: a body could not be hashed, or the store "
                   "knows as many keys as it may.") },

    [NGX_WEBHOOK_EVENTS_LOOPED] = {
        ngx_string("ngx_webhook_events_looped_total"),
        ngx_string("Events that were not created because their request had "
                   "webhook-hops of 3 or more: webhooks trigger each other. "
                   "Each is a line of the error log.") },

    [NGX_WEBHOOK_DELIVERIES_UNMADE] = {
        ngx_string("ngx_webhook_deliveries_unmade_total"),
        ngx_string("Deliveries that could not be made of their event, for a "
                   "template or a body: each is a broken promise and a line "
                   "of the error log.") },

    [NGX_WEBHOOK_DELIVERIES_HEADLESS] = {
        ngx_string("ngx_webhook_deliveries_headless_total"),
        ngx_string("Deliveries made for registered endpoints while no key "
                   "decrypted their headers: if one of these has a "
                   "placeholder, they are not sent and become dead "
                   "letters.") },

    [NGX_WEBHOOK_DELIVERIES_BACKLOGGED] = {
        ngx_string("ngx_webhook_deliveries_backlogged_total"),
        ngx_string("Deliveries that were dead letters at once, and calls that "
                   "were refused, because as many waited for their company as "
                   "\"backlog=\" of webhook_registry allows.") },

    [NGX_WEBHOOK_SENDS] = {
        ngx_string("ngx_webhook_sends_total"),
        ngx_string("Sends to endpoints begun.") },

    [NGX_WEBHOOK_SENDS_DELIVERED] = {
        ngx_string("ngx_webhook_sends_delivered_total"),
        ngx_string("Sends that an endpoint accepted.") },

    [NGX_WEBHOOK_SENDS_FAILED] = {
        ngx_string("ngx_webhook_sends_failed_total"),
        ngx_string("Sends that failed, with another to follow.") },

    [NGX_WEBHOOK_SENDS_DEAD] = {
        ngx_string("ngx_webhook_sends_dead_total"),
        ngx_string("Deliveries given up after their last send failed: dead "
                   "letters.") },

    [NGX_WEBHOOK_SENDS_RELEASED] = {
        ngx_string("ngx_webhook_sends_released_total"),
        ngx_string("Sends put back because of a fault of this host (no "
                   "connection, memory or port), not counted as sends of the "
                   "delivery.") },

    [NGX_WEBHOOK_OUTCOMES_STALE] = {
        ngx_string("ngx_webhook_outcomes_stale_total"),
        ngx_string("Outcomes that came after another process had taken over "
                   "the delivery: it may have been sent twice.") },

    [NGX_WEBHOOK_DELIVERIES_CANCELLED] = {
        ngx_string("ngx_webhook_deliveries_cancelled_total"),
        ngx_string("Deliveries cancelled because their endpoint was removed, "
                   "or no configuration had named it for as long as orphans= "
                   "says.") },

    [NGX_WEBHOOK_TAKEN_OVER] = {
        ngx_string("ngx_webhook_deliveries_taken_over_total"),
        ngx_string("Deliveries taken over from processes that died.") },

    [NGX_WEBHOOK_CONNECTIONS_OPENED] = {
        ngx_string("ngx_webhook_connections_opened_total"),
        ngx_string("Connections opened to endpoints.") },

    [NGX_WEBHOOK_CONNECTIONS_REUSED] = {
        ngx_string("ngx_webhook_connections_reused_total"),
        ngx_string("Sends on a connection that was kept.") },

    [NGX_WEBHOOK_ADDRESSES_REFUSED] = {
        ngx_string("ngx_webhook_addresses_refused_total"),
        ngx_string("Addresses of endpoints that were not connected to because "
                   "address, allow or deny forbids it.") },

    [NGX_WEBHOOK_TOKENS_FETCHED] = {
        ngx_string("ngx_webhook_tokens_fetched_total"),
        ngx_string("Access tokens issued by endpoints' authorization "
                   "servers.") },

    [NGX_WEBHOOK_TOKENS_FAILED] = {
        ngx_string("ngx_webhook_tokens_failed_total"),
        ngx_string("Requests for an access token that yielded none.") },

    [NGX_WEBHOOK_CALLS_OK] = {
        ngx_string("ngx_webhook_calls_ok_total"),
        ngx_string("Calls of receivers whose actions all succeeded.") },

    [NGX_WEBHOOK_CALLS_SKIPPED] = {
        ngx_string("ngx_webhook_calls_skipped_total"),
        ngx_string("Calls that the skip of their receiver ignored.") },

    [NGX_WEBHOOK_CALLS_REFUSED] = {
        ngx_string("ngx_webhook_calls_refused_total"),
        ngx_string("Calls refused before any action.") },

    [NGX_WEBHOOK_CALLS_FAILED] = {
        ngx_string("ngx_webhook_calls_failed_total"),
        ngx_string("Calls of which an action failed.") },

    [NGX_WEBHOOK_CALLS_UNKNOWN] = {
        ngx_string("ngx_webhook_calls_dedupe_full_total"),
        ngx_string("Calls refused with 503 because as many are known by "
                   "dedupe as may be (dedupe_rows).") },

    [NGX_WEBHOOK_CALLS_LATE] = {
        ngx_string("ngx_webhook_calls_late_total"),
        ngx_string("Calls that were answered before they were stored, because "
                   "the store took longer than the timeout of "
                   "webhook_commit.") },

    [NGX_WEBHOOK_CALLS_BEHIND] = {
        ngx_string("ngx_webhook_calls_behind_total"),
        ngx_string("Calls that got a 503 because too much waits for the "
                   "store.") },

    [NGX_WEBHOOK_CALLS_CROWDED] = {
        ngx_string("ngx_webhook_calls_crowded_total"),
        ngx_string("Calls that got a 503 because too many large ones wait for "
                   "the threads of webhook_cpu.") },

    [NGX_WEBHOOK_CALLS_UNJUDGED] = {
        ngx_string("ngx_webhook_calls_unjudged_total"),
        ngx_string("Conditions of receivers that could not be evaluated, "
                   "because a regular expression reached its limit, or all "
                   "those of a call reached theirs: each is a line of the "
                   "error log.") },

    [NGX_WEBHOOK_CALLS_UNLOGGED] = {
        ngx_string("ngx_webhook_calls_unlogged_total"),
        ngx_string("Calls that log_calls asked to keep and that could not be "
                   "kept: each is a broken promise.") },

    [NGX_WEBHOOK_SHADOWS_OK] = {
        ngx_string("ngx_webhook_shadows_ok_total"),
        ngx_string("Actions that a receiver's shadow answered with 2xx.") },

    [NGX_WEBHOOK_SHADOWS_FAILED] = {
        ngx_string("ngx_webhook_shadows_failed_total"),
        ngx_string("Actions that a receiver's shadow answered otherwise or "
                   "not at all.") },

    [NGX_WEBHOOK_SHADOWS_DROPPED] = {
        ngx_string("ngx_webhook_shadows_dropped_total"),
        ngx_string("Actions that were not repeated to a receiver's shadow, "
                   "because too many were in progress.") },

    [NGX_WEBHOOK_STORE_BATCHES] = {
        ngx_string("ngx_webhook_store_batches_total"),
        ngx_string("Batches of operations handed to the store.") },

    [NGX_WEBHOOK_STORE_OPERATIONS] = {
        ngx_string("ngx_webhook_store_operations_total"),
        ngx_string("Operations handed to the store.") },

    [NGX_WEBHOOK_STORE_ERRORS] = {
        ngx_string("ngx_webhook_store_errors_total"),
        ngx_string("Operations that the store could not apply: full, "
                   "unavailable or with an unknown outcome.") },

    [NGX_WEBHOOK_JOURNAL_EVENTS] = {
        ngx_string("ngx_webhook_journal_events_total"),
        ngx_string("Events that were stored in the journal before the "
                   "store had them.") },

    [NGX_WEBHOOK_JOURNAL_APPENDS] = {
        ngx_string("ngx_webhook_journal_appends_total"),
        ngx_string("Synchronized writes to the journal.") },

    [NGX_WEBHOOK_JOURNAL_PASSED] = {
        ngx_string("ngx_webhook_journal_passed_total"),
        ngx_string("Events that the journal could not take, and whose "
                   "responses waited for the store.") },

    [NGX_WEBHOOK_JOURNAL_UNFIT] = {
        ngx_string("ngx_webhook_journal_unfit_total"),
        ngx_string("Those of them that are never in a journal, for instance "
                   "with an order key.") },

    [NGX_WEBHOOK_JOURNAL_CROWDED] = {
        ngx_string("ngx_webhook_journal_crowded_total"),
        ngx_string("Those of them for which the journal had no room.") },

    [NGX_WEBHOOK_SENDS_EARLY] = {
        ngx_string("ngx_webhook_sends_early_total"),
        ngx_string("First sends that began as soon as their event was in the "
                   "journal, before the store had it.") },

    [NGX_WEBHOOK_JOURNAL_REPLAYED] = {
        ngx_string("ngx_webhook_journal_replayed_total"),
        ngx_string("Events that were read from the journal of a process that "
                   "ended before the store had them.") },

    [NGX_WEBHOOK_DEAD_DROPPED] = {
        ngx_string("ngx_webhook_dead_letters_dropped_total"),
        ngx_string("Dead letters removed before their time (keep=), because "
                   "keep_bytes or the store had no room for them.") },

    [NGX_WEBHOOK_LOG_LOST] = {
        ngx_string("ngx_webhook_log_lines_lost_total"),
        ngx_string("Lines of webhook_log that could not be written, or had to "
                   "wait for too many others.") },

    [NGX_WEBHOOK_CLUSTER_SHIPPED] = {
        ngx_string("ngx_webhook_cluster_shipped_total"),
        ngx_string("Changes of deliveries, events and calls that the cluster "
                   "was told of.") },

    [NGX_WEBHOOK_CLUSTER_TAKEN] = {
        ngx_string("ngx_webhook_cluster_taken_total"),
        ngx_string("Deliveries of other nodes that this one has taken "
                   "over.") },

    [NGX_WEBHOOK_CLUSTER_MOVED] = {
        ngx_string("ngx_webhook_cluster_moved_total"),
        ngx_string("Deliveries of this node that others have taken over.") },

    [NGX_WEBHOOK_CLUSTER_REFUSED] = {
        ngx_string("ngx_webhook_cluster_refused_total"),
        ngx_string("Changes that the cluster does not take, and that are in "
                   "quarantine.") },

    [NGX_WEBHOOK_CLUSTER_FAILED] = {
        ngx_string("ngx_webhook_cluster_failures_total"),
        ngx_string("Calls of the cluster that failed.") },

    [NGX_WEBHOOK_STORE_PINNED] = {
        ngx_string("ngx_webhook_store_pinned_bytes"),
        ngx_string("Bytes of the store that were freed but cannot be used, "
                   "because a process has been reading it for long.") },

    [NGX_WEBHOOK_STORE_QUARANTINE] = {
        ngx_string("ngx_webhook_store_quarantined_rows"),
        ngx_string("Damaged rows of the store that are kept in quarantine.") },

    [NGX_WEBHOOK_STORE_PAUSED] = {
        ngx_string("ngx_webhook_store_paused"),
        ngx_string("1 if the store is paused as a whole: events are kept, "
                   "and nothing is sent.") },

    [NGX_WEBHOOK_STORE_USED] = {
        ngx_string("ngx_webhook_store_used_bytes"),
        ngx_string("Bytes of the store that are in use.") },

    [NGX_WEBHOOK_STORE_SIZE] = {
        ngx_string("ngx_webhook_store_size_bytes"),
        ngx_string("Bytes that the store may take.") },

    [NGX_WEBHOOK_STORE_HIGH] = {
        ngx_string("ngx_webhook_store_high_water_bytes"),
        ngx_string("Bytes in use above which no event is taken.") },

    [NGX_WEBHOOK_STORE_IS_FULL] = {
        ngx_string("ngx_webhook_store_full"),
        ngx_string("1 if no events are accepted because there is no room.") },

    [NGX_WEBHOOK_STORE_IS_HIGH] = {
        ngx_string("ngx_webhook_store_filling"),
        ngx_string("1 if the store is fuller than warn= says, until it is well "
                   "below that again.") },

    [NGX_WEBHOOK_STORE_EVENTS] = {
        ngx_string("ngx_webhook_store_events"),
        ngx_string("Events in the store, with those of the history.") },

    [NGX_WEBHOOK_STORE_CALLS] = {
        ngx_string("ngx_webhook_store_calls"),
        ngx_string("Calls of receivers in the history.") },

    [NGX_WEBHOOK_WORKERS] = {
        ngx_string("ngx_webhook_workers"),
        ngx_string("Processes that have the store open, of all instances of "
                   "nginx that share it.") },

    [NGX_WEBHOOK_JOURNAL_SIZE] = {
        ngx_string("ngx_webhook_journal_size_bytes"),
        ngx_string("The size of the files of all journals of the store.") },

    [NGX_WEBHOOK_JOURNAL_USED] = {
        ngx_string("ngx_webhook_journal_used_bytes"),
        ngx_string("How much of the journals is in use by events that are not "
                   "in the store yet.") },

    [NGX_WEBHOOK_JOURNALS_LEFT] = {
        ngx_string("ngx_webhook_journals_left"),
        ngx_string("Journals of processes that have ended, whose events are "
                   "still to be written to the store.") },

    [NGX_WEBHOOK_ORPHANED] = {
        ngx_string("ngx_webhook_orphaned_deliveries"),
        ngx_string("Pending deliveries of endpoints that no configuration "
                   "names any more.") },

    [NGX_WEBHOOK_CLUSTER_JOINED] = {
        ngx_string("ngx_webhook_cluster_joined"),
        ngx_string("1 if this is a node of a cluster that it has joined.") },

    [NGX_WEBHOOK_CLUSTER_AWAY] = {
        ngx_string("ngx_webhook_cluster_away"),
        ngx_string("1 if the cluster cannot be reached.") },

    [NGX_WEBHOOK_CLUSTER_DOUBLED] = {
        ngx_string("ngx_webhook_cluster_doubled"),
        ngx_string("1 if the cluster refuses the node, because another store "
                   "has its name, or a copy of this one.") },

    [NGX_WEBHOOK_CLUSTER_WAITING] = {
        ngx_string("ngx_webhook_cluster_waiting"),
        ngx_string("Changes that the cluster is still to be told of.") },

    [NGX_WEBHOOK_CLUSTER_LAG] = {
        ngx_string("ngx_webhook_cluster_lag_seconds"),
        ngx_string("How long the oldest of them has been waiting.") },

    [NGX_WEBHOOK_CLUSTER_LEASE] = {
        ngx_string("ngx_webhook_cluster_lease_seconds"),
        ngx_string("How long this node may still send what the cluster knows "
                   "of; 0: it may not.") },

    [NGX_WEBHOOK_CLUSTER_CLOCK] = {
        ngx_string("ngx_webhook_cluster_clock_offset_seconds"),
        ngx_string("How far the clocks of this machine and of the cluster are "
                   "apart.") },

    [NGX_WEBHOOK_CLUSTER_UNREAD] = {
        ngx_string("ngx_webhook_cluster_unread_deliveries"),
        ngx_string("Deliveries of dead nodes that were written by a newer "
                   "version than this node's.") },

    [NGX_WEBHOOK_CLUSTER_LIMITED] = {
        ngx_string("ngx_webhook_cluster_limited_endpoints"),
        ngx_string("Endpoints with scope=cluster whose deliveries wait for "
                   "this node's share of the limits.") },

    [NGX_WEBHOOK_CLUSTER_ORDERED] = {
        ngx_string("ngx_webhook_cluster_ordered_keys"),
        ngx_string("Keys of order_by with scope=cluster that wait at this "
                   "node: for another node's deliveries, or for the "
                   "cluster.") }
};

_Static_assert(sizeof(ngx_webhook_metric)
               == NGX_WEBHOOK_COUNTERS * sizeof(ngx_webhook_metric_t),
               "each counter has a name and a help text");


ngx_int_t
ngx_webhook_metrics_zone(ngx_conf_t *cf, ngx_shm_zone_t **zone)
{
    *zone = ngx_webhook_shm_table(cf, &ngx_webhook_metrics_zone_name,
                                  NGX_WEBHOOK_COUNTERS * sizeof(ngx_atomic_t));

    return *zone ? NGX_OK : NGX_ERROR;
}


void
ngx_webhook_metrics_attach(ngx_shm_zone_t *zone)
{
    ngx_webhook_counters = zone->data;
}


void
ngx_webhook_count(ngx_webhook_counter_e counter, ngx_uint_t n)
{
    if (ngx_webhook_counters) {
        (void) ngx_atomic_fetch_add(&ngx_webhook_counters[counter], n);
    }
}


void
ngx_webhook_gauge(ngx_webhook_counter_e gauge, ngx_uint_t n)
{
    if (ngx_webhook_counters) {
        ngx_webhook_counters[gauge] = n;
    }
}


ngx_uint_t
ngx_webhook_gauge_value(ngx_webhook_counter_e gauge)
{
    return ngx_webhook_counters ? ngx_webhook_counters[gauge] : 0;
}


size_t
ngx_webhook_metrics_size(void)
{
    return NGX_WEBHOOK_COUNTERS * NGX_WEBHOOK_METRICS_LINES;
}


void
ngx_webhook_metrics_text(ngx_webhook_out_t *out)
{
    ngx_uint_t             i;
    ngx_atomic_uint_t      n;
    ngx_webhook_metric_t  *m;

    m = ngx_webhook_metric;

    for (i = 0; i < NGX_WEBHOOK_COUNTERS; i++) {

        n = ngx_webhook_counters ? ngx_webhook_counters[i] : 0;

        ngx_webhook_out(out, NGX_WEBHOOK_METRICS_LINES,
                        "# HELP %V %V\n# TYPE %V %s\n%V ",
                        &m[i].name, &m[i].help, &m[i].name,
                        i < NGX_WEBHOOK_GAUGES ? "counter" : "gauge",
                        &m[i].name);

        if (i == NGX_WEBHOOK_CLUSTER_LAG || i == NGX_WEBHOOK_CLUSTER_LEASE
            || i == NGX_WEBHOOK_CLUSTER_CLOCK)
        {
            /* ms, told in seconds */

            ngx_webhook_out(out, NGX_WEBHOOK_METRICS_NUMBER, "%uA.%03uA\n",
                            n / 1000, n % 1000);

        } else {
            ngx_webhook_out(out, NGX_WEBHOOK_METRICS_NUMBER, "%uA\n", n);
        }
    }
}
