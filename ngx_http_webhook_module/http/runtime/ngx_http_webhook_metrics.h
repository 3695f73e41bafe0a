
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Counters in shared memory, kept over reloads.  Any thread may count.
 */

#ifndef NGX_WEBHOOK_METRICS_H
#define NGX_WEBHOOK_METRICS_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/labels/ngx_http_webhook_out.h"


typedef enum {
    NGX_WEBHOOK_EVENTS_COMMITTED = 0,       /* events made durable */
    NGX_WEBHOOK_EVENTS_FAILED,              /* matched, but not kept */
    NGX_WEBHOOK_EVENTS_WAITED,              /* for room in the store */
    NGX_WEBHOOK_EVENTS_LATE,                /* the response did not wait */
    NGX_WEBHOOK_EVENTS_SKIPPED,             /* matched, nobody asked for it */
    NGX_WEBHOOK_EVENTS_TOO_LARGE,           /* over webhook_payload_max */
    NGX_WEBHOOK_EVENTS_UNDECODABLE,         /* unknown content coding */
    NGX_WEBHOOK_EVENTS_CUT_SHORT,           /* the response did not end */
    NGX_WEBHOOK_EVENTS_PARTIAL,             /* 206, 416: a part of a whole */
    NGX_WEBHOOK_EVENTS_REPEATED,            /* kept before: the same request */
    NGX_WEBHOOK_EVENTS_UNJUDGED,            /* a condition that cannot be */
    NGX_WEBHOOK_EVENTS_DIFFERING,           /* the same key, another body */
    NGX_WEBHOOK_EVENTS_UNPROTECTED,         /* a repeat would not be known */
    NGX_WEBHOOK_EVENTS_LOOPED,              /* by too many webhooks */
    NGX_WEBHOOK_DELIVERIES_UNMADE,          /* could not be rendered */
    NGX_WEBHOOK_DELIVERIES_HEADLESS,        /* while no key opened headers */
    NGX_WEBHOOK_DELIVERIES_BACKLOGGED,      /* too many of a company waited */
    NGX_WEBHOOK_SENDS,                      /* attempts begun */
    NGX_WEBHOOK_SENDS_DELIVERED,
    NGX_WEBHOOK_SENDS_FAILED,               /* to be sent again */
    NGX_WEBHOOK_SENDS_DEAD,                 /* not to be sent again */
    NGX_WEBHOOK_SENDS_RELEASED,             /* local faults, not counted */
    NGX_WEBHOOK_OUTCOMES_STALE,             /* another had taken over */
    NGX_WEBHOOK_DELIVERIES_CANCELLED,       /* of endpoints that were removed, or
                                               that nobody names */
    NGX_WEBHOOK_TAKEN_OVER,                 /* from owners that died */
    NGX_WEBHOOK_CONNECTIONS_OPENED,
    NGX_WEBHOOK_CONNECTIONS_REUSED,
    NGX_WEBHOOK_ADDRESSES_REFUSED,          /* not connected to */
    NGX_WEBHOOK_TOKENS_FETCHED,             /* of OAuth 2.0 */
    NGX_WEBHOOK_TOKENS_FAILED,
    NGX_WEBHOOK_CALLS_OK,
    NGX_WEBHOOK_CALLS_SKIPPED,
    NGX_WEBHOOK_CALLS_REFUSED,
    NGX_WEBHOOK_CALLS_FAILED,
    NGX_WEBHOOK_CALLS_UNKNOWN,              /* dedupe_rows was reached */
    NGX_WEBHOOK_CALLS_LATE,                 /* did not wait for the store */
    NGX_WEBHOOK_CALLS_BEHIND,               /* too much waits for it */
    NGX_WEBHOOK_CALLS_CROWDED,              /* too much waits for threads */
    NGX_WEBHOOK_CALLS_UNJUDGED,             /* conditions that cannot be */
    NGX_WEBHOOK_CALLS_UNLOGGED,             /* history could not be kept */
    NGX_WEBHOOK_SHADOWS_OK,                 /* a copy answered 2xx */
    NGX_WEBHOOK_SHADOWS_FAILED,             /* or not */
    NGX_WEBHOOK_SHADOWS_DROPPED,            /* was not asked */
    NGX_WEBHOOK_STORE_BATCHES,
    NGX_WEBHOOK_STORE_OPERATIONS,
    NGX_WEBHOOK_STORE_ERRORS,               /* FULL, UNAVAILABLE, UNKNOWN */
    NGX_WEBHOOK_JOURNAL_EVENTS,             /* that were kept in it */
    NGX_WEBHOOK_JOURNAL_APPENDS,
    NGX_WEBHOOK_JOURNAL_PASSED,             /* kept by the store alone: */
    NGX_WEBHOOK_JOURNAL_UNFIT,              /*   such as always are */
    NGX_WEBHOOK_JOURNAL_CROWDED,            /*   there was no room */
    NGX_WEBHOOK_SENDS_EARLY,                /* before the store had them */
    NGX_WEBHOOK_JOURNAL_REPLAYED,           /* put out of it */
    NGX_WEBHOOK_DEAD_DROPPED,               /* before their time */
    NGX_WEBHOOK_LOG_LOST,                   /* lines of webhook_log */
    NGX_WEBHOOK_CLUSTER_SHIPPED,            /* entries of the outbox */
    NGX_WEBHOOK_CLUSTER_TAKEN,              /* deliveries, of other nodes */
    NGX_WEBHOOK_CLUSTER_MOVED,              /* that others have taken */
    NGX_WEBHOOK_CLUSTER_REFUSED,            /* entries */
    NGX_WEBHOOK_CLUSTER_FAILED,             /* calls that were not done */

    /* gauges */
    NGX_WEBHOOK_STORE_PINNED,               /* bytes that readers keep */
    NGX_WEBHOOK_STORE_QUARANTINE,           /* rows that were damaged */
    NGX_WEBHOOK_STORE_PAUSED,               /* nothing is sent */
    NGX_WEBHOOK_STORE_USED,                 /* bytes; these are set every few */
    NGX_WEBHOOK_STORE_SIZE,                 /*   seconds, with webhook_metrics */
    NGX_WEBHOOK_STORE_HIGH,
    NGX_WEBHOOK_STORE_IS_FULL,
    NGX_WEBHOOK_STORE_IS_HIGH,              /* fuller than warn= says */
    NGX_WEBHOOK_STORE_EVENTS,
    NGX_WEBHOOK_STORE_CALLS,
    NGX_WEBHOOK_WORKERS,                    /* that have the store open */
    NGX_WEBHOOK_JOURNALS_LEFT,              /* of those that are gone */
    NGX_WEBHOOK_JOURNAL_SIZE,               /* bytes of all */
    NGX_WEBHOOK_JOURNAL_USED,
    NGX_WEBHOOK_ORPHANED,                   /* deliveries that nobody sends */
    NGX_WEBHOOK_CLUSTER_JOINED,             /* these are set by who ships */
    NGX_WEBHOOK_CLUSTER_AWAY,
    NGX_WEBHOOK_CLUSTER_DOUBLED,
    NGX_WEBHOOK_CLUSTER_WAITING,            /* things to be shipped */
    NGX_WEBHOOK_CLUSTER_LAG,                /* ms, of the oldest */
    NGX_WEBHOOK_CLUSTER_LEASE,              /* ms that are left */
    NGX_WEBHOOK_CLUSTER_CLOCK,              /* ms, before or behind */
    NGX_WEBHOOK_CLUSTER_UNREAD,             /* deliveries, of newer versions */
    NGX_WEBHOOK_CLUSTER_LIMITED,            /* endpoints */
    NGX_WEBHOOK_CLUSTER_ORDERED,            /* keys */
    NGX_WEBHOOK_COUNTERS,
    NGX_WEBHOOK_GAUGES = NGX_WEBHOOK_STORE_PINNED
} ngx_webhook_counter_e;


/* Makes the shared memory zone and puts it into *zone. */
ngx_int_t ngx_webhook_metrics_zone(ngx_conf_t *cf, ngx_shm_zone_t **zone);

/* Takes the zone for counting, in a process that will count. */
void ngx_webhook_metrics_attach(ngx_shm_zone_t *zone);

/* Adds n to a counter; does nothing where the module is not configured. */
void ngx_webhook_count(ngx_webhook_counter_e counter, ngx_uint_t n);

/* Sets a gauge; and what it is, as of now or of before a reload. */
void ngx_webhook_gauge(ngx_webhook_counter_e gauge, ngx_uint_t n);
ngx_uint_t ngx_webhook_gauge_value(ngx_webhook_counter_e gauge);

/* The most bytes of the text; and writes it, for Prometheus.  Any thread. */
size_t ngx_webhook_metrics_size(void);
void ngx_webhook_metrics_text(ngx_webhook_out_t *out);


#endif /* NGX_WEBHOOK_METRICS_H */
