
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Counters in shared memory, kept over reloads.  Any thread may count.
 */

#ifndef NGX_HTTP_WEBHOOK_METRICS_H
#define NGX_HTTP_WEBHOOK_METRICS_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


typedef enum {
    NGX_HTTP_WEBHOOK_EVENTS_COMMITTED = 0,  /* events made durable */
    NGX_HTTP_WEBHOOK_EVENTS_FAILED,         /* matched, but not kept */
    NGX_HTTP_WEBHOOK_EVENTS_WAITED,         /* for room in the store */
    NGX_HTTP_WEBHOOK_EVENTS_LATE,           /* the response did not wait */
    NGX_HTTP_WEBHOOK_EVENTS_SKIPPED,        /* matched, nobody asked for it */
    NGX_HTTP_WEBHOOK_EVENTS_TOO_LARGE,      /* over webhook_payload_max */
    NGX_HTTP_WEBHOOK_EVENTS_UNDECODABLE,    /* unknown content coding */
    NGX_HTTP_WEBHOOK_EVENTS_CUT_SHORT,      /* the response did not end */
    NGX_HTTP_WEBHOOK_EVENTS_PARTIAL,        /* 206, 416: a part of a whole */
    NGX_HTTP_WEBHOOK_EVENTS_REPEATED,       /* kept before: the same request */
    NGX_HTTP_WEBHOOK_EVENTS_UNJUDGED,       /* a condition that cannot be */
    NGX_HTTP_WEBHOOK_EVENTS_DIFFERING,      /* the same key, another body */
    NGX_HTTP_WEBHOOK_EVENTS_UNPROTECTED,    /* a repeat would not be known */
    NGX_HTTP_WEBHOOK_DELIVERIES_UNMADE,     /* could not be rendered */
    NGX_HTTP_WEBHOOK_SENDS,                 /* attempts begun */
    NGX_HTTP_WEBHOOK_SENDS_DELIVERED,
    NGX_HTTP_WEBHOOK_SENDS_FAILED,          /* to be sent again */
    NGX_HTTP_WEBHOOK_SENDS_DEAD,            /* not to be sent again */
    NGX_HTTP_WEBHOOK_SENDS_RELEASED,        /* local faults, not counted */
    NGX_HTTP_WEBHOOK_OUTCOMES_STALE,        /* another had taken over */
    NGX_HTTP_WEBHOOK_DELIVERIES_CANCELLED,  /* of endpoints nobody names */
    NGX_HTTP_WEBHOOK_TAKEN_OVER,            /* from owners that died */
    NGX_HTTP_WEBHOOK_CONNECTIONS_OPENED,
    NGX_HTTP_WEBHOOK_CONNECTIONS_REUSED,
    NGX_HTTP_WEBHOOK_ADDRESSES_REFUSED,     /* not connected to */
    NGX_HTTP_WEBHOOK_TOKENS_FETCHED,        /* of OAuth 2.0 */
    NGX_HTTP_WEBHOOK_TOKENS_FAILED,
    NGX_HTTP_WEBHOOK_CALLS_OK,
    NGX_HTTP_WEBHOOK_CALLS_REFUSED,
    NGX_HTTP_WEBHOOK_CALLS_FAILED,
    NGX_HTTP_WEBHOOK_CALLS_UNKNOWN,         /* dedupe_rows was reached */
    NGX_HTTP_WEBHOOK_CALLS_LATE,            /* did not wait for the store */
    NGX_HTTP_WEBHOOK_CALLS_BEHIND,          /* too much waits for it */
    NGX_HTTP_WEBHOOK_CALLS_CROWDED,         /* too much waits for threads */
    NGX_HTTP_WEBHOOK_CALLS_UNLOGGED,        /* history could not be kept */
    NGX_HTTP_WEBHOOK_SHADOWS_OK,            /* a copy answered 2xx */
    NGX_HTTP_WEBHOOK_SHADOWS_FAILED,        /* or not */
    NGX_HTTP_WEBHOOK_SHADOWS_DROPPED,       /* was not asked */
    NGX_HTTP_WEBHOOK_STORE_BATCHES,
    NGX_HTTP_WEBHOOK_STORE_OPERATIONS,
    NGX_HTTP_WEBHOOK_STORE_ERRORS,          /* FULL, UNAVAILABLE, UNKNOWN */
    NGX_HTTP_WEBHOOK_DEAD_DROPPED,          /* before their time */

    /* gauges */
    NGX_HTTP_WEBHOOK_STORE_PINNED,          /* bytes that readers keep */
    NGX_HTTP_WEBHOOK_STORE_QUARANTINE,      /* rows that were damaged */
    NGX_HTTP_WEBHOOK_STORE_PAUSED,          /* nothing is sent */
    NGX_HTTP_WEBHOOK_COUNTERS,
    NGX_HTTP_WEBHOOK_GAUGES = NGX_HTTP_WEBHOOK_STORE_PINNED
} ngx_http_webhook_counter_e;


/* Makes the shared memory zone and puts it into *zone. */
ngx_int_t ngx_http_webhook_metrics_zone(ngx_conf_t *cf,
    ngx_shm_zone_t **zone);

/* Takes the zone for counting, in a process that will count. */
void ngx_http_webhook_metrics_attach(ngx_shm_zone_t *zone);

/* Adds n to a counter; does nothing where the module is not configured. */
void ngx_http_webhook_count(ngx_http_webhook_counter_e counter, ngx_uint_t n);

/* Sets a gauge. */
void ngx_http_webhook_gauge(ngx_http_webhook_counter_e gauge, ngx_uint_t n);

/* The content handler of webhook_metrics: Prometheus text format. */
ngx_int_t ngx_http_webhook_metrics_handler(ngx_http_request_t *r);


#endif /* NGX_HTTP_WEBHOOK_METRICS_H */
