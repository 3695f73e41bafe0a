
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The compiled configuration: what all of http/ knows about event types,
 * endpoints, rules and receivers.  Filled in by http/conf/ while the
 * configuration is read, and never changed afterwards.
 *
 * An endpoint or receiver has an id made from its name.  Nothing keeps a
 * pointer to one across a delivery: it is looked up again by its id.
 */

#ifndef NGX_WEBHOOK_H
#define NGX_WEBHOOK_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/model/ngx_http_webhook_text.h"
#include "http/model/ngx_http_webhook_source_pos.h"
#include "http/model/ngx_http_webhook_endpoint.h"
#include "http/model/ngx_http_webhook_rule.h"
#include "http/model/ngx_http_webhook_receiver.h"
#include "core/base/webhook_version.h"
#include "core/rules/webhook_pattern.h"
#include "store/webhook_store.h"


#define NGX_WEBHOOK_VERSION  WEBHOOK_VERSION


typedef enum {
    NGX_WEBHOOK_BEFORE_RESPONSE = 0,
    NGX_WEBHOOK_AFTER_RESPONSE
} ngx_webhook_commit_e;


/* What becomes of events above the high-water mark. */

typedef enum {
    NGX_WEBHOOK_FULL_DROP = 0,          /* finished ones make room */
    NGX_WEBHOOK_FULL_REFUSE,            /* they stay, new ones are refused */
    NGX_WEBHOOK_FULL_BLOCK              /* as drop; responses wait for room */
} ngx_webhook_full_e;


/*
 * Where webhook_receive stands.  Secrets are masked below this prefix, in this
 * server alone: others may have ordinary locations of that name.
 */

typedef struct {
    ngx_str_t                         prefix;   /* name of the location */
    ngx_http_core_srv_conf_t         *server;   /* cf->ctx's srv_conf[] of
                                                   ngx_http_core_module */

    /* Set by http/inbound/mask, once all locations are known. */
    ngx_array_t                       others;   /* of ngx_str_t: ordinary
                                                   locations below */
    unsigned                          regex:1;  /* or some that match by a
                                                   regular expression */
} ngx_webhook_receive_location_t;


typedef struct {
    ngx_path_t                      *store;     /* NULL: not configured */
    uint64_t                         size;      /* bytes */
    uint64_t                         keep;      /* ms */
    uint64_t                         keep_bytes;    /* 0: no bound */
    uint64_t                         dedupe_rows;   /* 0: by the size */
    uint64_t                         orphans;   /* ms, 0: never */
    uint64_t                         idempotency_rows;  /* 0: by the size */
    uint64_t                         journal;   /* bytes; 0: none */
    ngx_uint_t                       high_water;    /* percent */
    ngx_uint_t                       warn_water;    /* percent */
    ngx_uint_t                       full;      /* what then: ..._FULL_... */
    uint64_t                         full_wait;     /* ms */

    ngx_array_t                      types;     /* of ..._type_t, as they
                                                   were declared */
    ngx_uint_t                       own_types;     /* the first of them that
                                                       is the module's own */
    ngx_array_t                      endpoints;     /* of ..._endpoint_t *,
                                                       by ascending id */
    ngx_array_t                      receivers;     /* of ..._receiver_t *,
                                                       by ascending id */
    ngx_array_t                      url_tokens;    /* of ..._url_token_t: all,
    by
                                                       ascending digest */
    ngx_array_t                      rules;     /* of ..._rule_t *: all */
    ngx_array_t                      locations;     /* of void **: loc_conf of
                                                       those to be checked */
    ngx_array_t                      error_pages;   /* of ngx_array_t *: all
                                                       locations' */
    ngx_array_t                      receive_locations;  /* of
    ..._receive_location_t: locations
                                                            with
                                                            webhook_receive */
    ngx_str_t                        event_header;  /* Tc-Webhook-Event */
    webhook_address_rules_t          address;   /* webhook_address */
    struct ngx_webhook_registry_conf_s  *registry;  /* webhook_registry, or
                                                       NULL */
    struct ngx_webhook_tokens_s     *tokens;    /* webhook_tokens, or NULL */
    struct ngx_webhook_cluster_conf_s  *cluster;    /* webhook_cluster, or
                                                       NULL */
    ngx_msec_t                       cluster_send;  /* ms within which a send has
                                                       to end in a cluster */
    struct ngx_webhook_secret_s     *secrets;   /* runtime/secret's */
    ngx_array_t                     *maps;      /* conf_map.c's, or NULL */
    ngx_array_t                     *map_users;     /* the same */
    ngx_array_t                     *peers;     /* of ..._peer_t *: the
                                                   client's */
    ngx_array_t                     *contexts;  /* of ..._tls_context_t *: the
                                                   same */

    /* Indexes of variables, where some location receives. */
    ngx_int_t                        request_id;    /* $request_id */
    ngx_int_t                        request_line;  /* $request */
    ngx_int_t                        request_uri;   /* $request_uri */

    /* The first filters, once it is read. */
    ngx_http_output_header_filter_pt header_filter;
    ngx_http_output_body_filter_pt   body_filter;
    ngx_http_request_body_filter_pt  request_filter;

    ngx_thread_pool_t               *cpu;       /* webhook_cpu, or NULL */
    ngx_uint_t                       cpu_threads;
    size_t                           cpu_memory;
    ngx_shm_zone_t                  *counters;
    struct ngx_webhook_log_s        *log;       /* webhook_log, or NULL */
    ngx_webhook_source_pos_t         log_pos;
    ngx_shm_zone_t                  *labels;    /* with webhook_metrics, or
                                                   NULL */
    ngx_uint_t                       labels_rows;   /* of each kind */
    ngx_webhook_source_pos_t         labels_pos;
    ngx_shm_zone_t                  *inflight;  /* receivers' calls, or NULL */
    ngx_shm_zone_t                  *requests;  /* of the API, or NULL */
    ngx_shm_zone_t                  *once;      /* the same */
    ngx_shm_zone_t                  *tests;     /* of endpoints, or NULL */

    unsigned                         cpu_set:1;     /* it was written */
    unsigned                         client:1;      /* some receiver sends
                                                       requests of its own */
    unsigned                         receive:1;     /* some location receives */
    unsigned                         accept_query:1;    /* some receiver has
                                                           "accept query" */
    unsigned                         metrics:1;     /* some shows metrics */
    unsigned                         api:1;         /* some has webhook_api */
} ngx_webhook_main_conf_t;


typedef struct {

    /* What each request is looked at by stands in one line of the cache. */

    ngx_array_t                      *rules;    /* of ..._rule_t * or NULL */
    ngx_flag_t                        receive;  /* webhook_receive here */
    ngx_uint_t                        commit;
    size_t                            payload_max;
    ngx_str_t                         idempotency;  /* a header's name; empty:
                                                       off */

    ngx_msec_t                        commit_timeout;
    ngx_webhook_source_pos_t          idempotency_pos;
    ngx_http_complex_value_t         *idempotency_by;   /* who the client is;
                                                       NULL: by its credentials
                                                       */

    ngx_flag_t                        trace;    /* webhook_trace */
    ngx_str_t                         prefix;   /* of the location that
                                                   receives */
    ngx_webhook_source_pos_t          source_pos;   /* of webhook_receive */
    ngx_webhook_source_pos_t          metrics_pos;

    struct ngx_webhook_api_conf_s    *api;      /* webhook_api here, or NULL */
    struct ngx_webhook_permission_s  *permission;   /* webhook_permission */

    unsigned                          own:1;    /* rules stand here */
    unsigned                          off:1;    /* "webhook_event off" */
    unsigned                          metrics:1;    /* webhook_metrics */
} ngx_webhook_loc_conf_t;


extern ngx_module_t  ngx_http_webhook_module;


#include "http/model/ngx_http_webhook_find.h"


#endif /* NGX_WEBHOOK_H */
