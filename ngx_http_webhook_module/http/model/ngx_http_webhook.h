
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

#ifndef NGX_HTTP_WEBHOOK_H
#define NGX_HTTP_WEBHOOK_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/model/ngx_http_webhook_place.h"
#include "core/rules/webhook_address.h"
#include "core/template/webhook_condition.h"
#include "core/base/webhook_hash.h"
#include "core/rules/webhook_pattern.h"
#include "core/rules/webhook_schedule.h"
#include "core/json/webhook_show.h"
#include "core/signature/webhook_sign.h"
#include "core/rules/webhook_status_set.h"
#include "core/template/webhook_template.h"
#include "core/base/webhook_version.h"
#include "store/webhook_store.h"


#define NGX_HTTP_WEBHOOK_VERSION  WEBHOOK_VERSION


/* The two string types have one layout, so that views pass without a copy. */

static ngx_inline webhook_str_t *
ngx_http_webhook_str(const ngx_str_t *s)
{
    return (webhook_str_t *) s;
}


static ngx_inline ngx_str_t *
ngx_http_webhook_nstr(const webhook_str_t *s)
{
    return (ngx_str_t *) s;
}


_Static_assert(sizeof(ngx_str_t) == sizeof(webhook_str_t)
               && offsetof(ngx_str_t, data) == offsetof(webhook_str_t, data),
               "ngx_str_t and webhook_str_t differ");


/*
 * Text from outside as it may stand in a log line, in memory of the caller's;
 * a long one is cut.
 */

typedef struct {
    ngx_str_t                         text;
    u_char                            data[1024];
} ngx_http_webhook_shown_t;

static ngx_inline ngx_str_t *
ngx_http_webhook_shown(ngx_http_webhook_shown_t *shown, const u_char *data,
    size_t len)
{
    shown->text.data = shown->data;
    shown->text.len = webhook_show(shown->data, sizeof(shown->data), data,
                                   len);
    return &shown->text;
}


typedef struct {
    ngx_str_t                         name;     /* order.add */
    ngx_str_t                         group;
    ngx_str_t                         description;
    ngx_http_webhook_place_t          place;
    ngx_array_t                       endpoints;  /* uint64_t, ascending: ids
                                                     of those that ask for it */
} ngx_http_webhook_type_t;


typedef struct {
    ngx_msec_t                        connect;
    ngx_msec_t                        send;
    ngx_msec_t                        read;
    ngx_msec_t                        total;
} ngx_http_webhook_timeout_t;


/* Defined in ngx_http_webhook_target.h. */

typedef struct ngx_http_webhook_target_s    ngx_http_webhook_target_t;

typedef struct ngx_http_webhook_receiver_s  ngx_http_webhook_receiver_t;


typedef struct {
    ngx_str_t                         name;
    ngx_str_t                         value;    /* as written */
    webhook_template_t               *tpl;      /* NULL: constant; else of
                                                   kind HEADER, rendered when
                                                   the event happens */
} ngx_http_webhook_header_t;


typedef struct {
    ngx_str_t                         pattern;  /* order.* */
    ngx_http_webhook_place_t          place;
} ngx_http_webhook_wanted_t;


/* What an endpoint is sent. */

typedef enum {
    NGX_HTTP_WEBHOOK_FORMAT_JSON = 0,
    NGX_HTTP_WEBHOOK_FORMAT_XML
} ngx_http_webhook_format_e;

typedef enum {
    NGX_HTTP_WEBHOOK_ENVELOPE_NONE = 0,
    NGX_HTTP_WEBHOOK_ENVELOPE_STANDARD,         /* type, timestamp, data */
    NGX_HTTP_WEBHOOK_ENVELOPE_CLOUDEVENTS,      /* structured */
    NGX_HTTP_WEBHOOK_ENVELOPE_CLOUDEVENTS_BINARY,   /* in ce- headers */
    NGX_HTTP_WEBHOOK_ENVELOPE_NIGHTPOS          /* _model, _id, _action */
} ngx_http_webhook_envelope_e;


/*
 * Keys, in memory that no core dump shows.  Those that have ended are passed
 * over when a signature is made.
 */

typedef struct {
    webhook_key_t                    *keys;     /* NULL: none */
    ngx_uint_t                        nkeys;
} ngx_http_webhook_keys_t;


/* A signature in a header of its own: sign hmac. */

typedef struct {
    ngx_str_t                         header;
    webhook_scheme_t                  scheme;
    ngx_http_webhook_keys_t           keys;
} ngx_http_webhook_hmac_t;


/* An HTTP proxy that is asked to CONNECT. */

typedef struct {
    ngx_str_t                         url;      /* http://host:port; empty:
                                                   none */
    ngx_str_t                         auth;     /* value of Proxy-Authorization
                                                   in secret memory, or empty */
    ngx_http_webhook_place_t          place;
} ngx_http_webhook_proxy_t;


typedef enum {
    NGX_HTTP_WEBHOOK_AUTH_NONE = 0,
    NGX_HTTP_WEBHOOK_AUTH_BEARER,
    NGX_HTTP_WEBHOOK_AUTH_BASIC,
    NGX_HTTP_WEBHOOK_AUTH_OAUTH2
} ngx_http_webhook_auth_e;

typedef struct {
    ngx_http_webhook_auth_e           kind;
    ngx_str_t                         value;    /* bearer, basic: the value of
                                                   Authorization, in secret
                                                   memory */
    ngx_str_t                         token_url;    /* oauth2, http(s)://... */
    ngx_str_t                         client_id;
    ngx_str_t                         client_secret;    /* secret memory */
    ngx_str_t                         scope;    /* or empty */
    ngx_str_t                         audience; /* or empty */
    ngx_str_t                         ca;       /* of token_url's server;
                                                   empty: the system's */
    struct ngx_http_webhook_grant_s  *grant;    /* oauth2: the room of
                                                   grant's */
    ngx_http_webhook_place_t          place;
} ngx_http_webhook_auth_t;


typedef struct {
    uint64_t                          id;       /* webhook_id_name(name) */
    ngx_str_t                         name;
    ngx_http_webhook_place_t          place;

    unsigned                          internal:1;   /* a receiver's API */
    unsigned                          redacts:1;    /* and its answers are not
                                                       kept */
    ngx_str_t                         url;      /* as written */
    ngx_http_webhook_target_t        *target;   /* whom to connect to */

    ngx_array_t                       events;   /* of ngx_http_webhook_
                                                   wanted_t */
    ngx_array_t                       headers;  /* of ngx_http_webhook_
                                                   header_t */

    /* What it is sent, and of which events: used when one happens. */
    ngx_http_webhook_format_e         format;
    ngx_http_webhook_envelope_e       envelope;
    ngx_str_t                         source;   /* of a CloudEvent */
    webhook_template_t               *body;     /* of kind JSON; NULL: the
                                                   payload */
    ngx_array_t                       filters;  /* webhook_condition_t *: all
                                                   must hold */
    webhook_path_t                   *order_by; /* with its root, or NULL */
    unsigned                          order_block:1;    /* a dead head does */
    unsigned                          format_set:1;     /* it was written */
    unsigned                          need_request:1;   /* filters, body or */
    unsigned                          need_response:1;  /*   headers use it */

    /* Signatures: used at each send. */
    ngx_http_webhook_keys_t           keys;     /* webhook-signature */
    ngx_array_t                       hmacs;    /* of ..._hmac_t */
    ngx_http_webhook_auth_t           auth;

    /* Where it may be; "outer" is webhook_address. */
    webhook_address_rules_t           address;
    unsigned                          address_set:1;    /* its own default */
    ngx_http_webhook_proxy_t          proxy;

    webhook_status_set_t              success;
    webhook_schedule_t                retry;
    uint64_t                          retry_after;  /* ms, the most that the
                                                       header moves a send;
                                                       0: it does not */
    unsigned                          gone_ignore:1;    /* 410 as any other */
    ngx_http_webhook_place_t          retry_place;
    ngx_http_webhook_place_t          timeout_place;
    ngx_http_webhook_timeout_t        timeout;

    ngx_uint_t                        inflight;
    uint32_t                          rate;     /* sends in "per" ms; 0: no
                                                   bound */
    uint32_t                          per;      /* ms */
    uint32_t                          burst;

    uint32_t                          break_failures;   /* 0: off */
    uint32_t                          break_percent;    /* 0: off */
    uint64_t                          break_window;     /* ms */
    uint64_t                          break_hold;       /* ms */

    /* Request line and the headers that are the same at every send. */
    ngx_str_t                         head;
} ngx_http_webhook_endpoint_t;


typedef enum {
    NGX_HTTP_WEBHOOK_PAYLOAD_RESPONSE = 0,
    NGX_HTTP_WEBHOOK_PAYLOAD_REQUEST
} ngx_http_webhook_payload_e;


/* A rule: which answered requests are an event. */

typedef struct {
    ngx_http_webhook_type_t          *type;     /* set once all is read */
    ngx_str_t                         type_name;
    ngx_http_webhook_place_t          place;
    u_char                            digest[WEBHOOK_HASH_LEN]; /* as written */
    ngx_uint_t                        ordinal;  /* among those written so */

    ngx_uint_t                        methods;  /* NGX_HTTP_GET|..., 0: any */
    ngx_str_t                         pattern;  /* the expression's text */
    ngx_regex_t                      *regex;
    ngx_uint_t                        captures;
    ngx_array_t                       names;    /* of ngx_http_webhook_
                                                   capture_name_t */
    webhook_status_set_t              status;

    ngx_array_t                       when;     /* webhook_condition_t * */
    ngx_http_webhook_payload_e        payload;  /* whose body is sent */
    webhook_path_t                   *payload_path;  /* part of it (the steps
                                                        below its root), or
                                                        NULL: all of it */
    webhook_template_t               *body;     /* instead of it, or NULL */
    webhook_template_t               *model;    /* the record it is about, */
    webhook_template_t               *record;   /*   or NULL */

    /* Whose body the rule cannot do without, and whose it or one of its
       endpoints looks at. */
    unsigned                          need_request:1;
    unsigned                          need_response:1;
    unsigned                          want_request:1;
    unsigned                          want_response:1;
    unsigned                          linted:1; /* it was warned of */
    unsigned                          original:1;   /* path=original */

    ngx_array_t                       endpoints;  /* uint64_t ids of those
                                                     that ask for the type */
} ngx_http_webhook_rule_t;


typedef struct {
    ngx_str_t                         name;     /* uri.<name> */
    ngx_uint_t                        index;    /* of the capture */
} ngx_http_webhook_capture_name_t;


#include "http/model/ngx_http_webhook_receiver.h"


typedef enum {
    NGX_HTTP_WEBHOOK_BEFORE_RESPONSE = 0,
    NGX_HTTP_WEBHOOK_AFTER_RESPONSE
} ngx_http_webhook_commit_e;


/* What becomes of events above the high-water mark. */

typedef enum {
    NGX_HTTP_WEBHOOK_FULL_DROP = 0,     /* finished ones make room */
    NGX_HTTP_WEBHOOK_FULL_REFUSE,       /* they stay, new ones are refused */
    NGX_HTTP_WEBHOOK_FULL_BLOCK         /* as drop; responses wait for room */
} ngx_http_webhook_full_e;


/*
 * Where webhook_receive stands.  Secrets are masked below this prefix, in this
 * server alone: others may have ordinary locations of that name.
 */

typedef struct {
    ngx_str_t                         prefix;   /* name of the location */
    ngx_http_core_srv_conf_t         *server;   /* cf->ctx's srv_conf[] of
                                                   ngx_http_core_module */

    /* Set by the room of receive, once all locations are known. */
    ngx_array_t                       others;   /* of ngx_str_t: ordinary
                                                   locations below */
    unsigned                          regex:1;  /* or some that match by a
                                                   regular expression */
} ngx_http_webhook_hook_t;


typedef struct {
    ngx_path_t                       *store;    /* NULL: not configured */
    uint64_t                          size;     /* bytes */
    uint64_t                          keep;     /* ms */
    uint64_t                          keep_bytes;   /* 0: no bound */
    uint64_t                          dedupe_rows;  /* 0: by the size */
    uint64_t                          orphans;  /* ms, 0: never */
    uint64_t                          idempotency_rows; /* 0: by the size */
    ngx_uint_t                        high_water;   /* percent */
    ngx_uint_t                        warn_water;   /* percent */
    ngx_uint_t                        full;     /* what then: ..._FULL_... */
    uint64_t                          full_wait;    /* ms */

    ngx_array_t                       types;    /* of ..._type_t, as they
                                                   were declared */
    ngx_array_t                       endpoints;    /* of ..._endpoint_t *,
                                                       by ascending id */
    ngx_array_t                       receivers;    /* of ..._receiver_t *,
                                                       by ascending id */
    ngx_array_t                       tokens;   /* of ..._token_t: all, by
                                                   ascending digest */
    ngx_array_t                       rules;    /* of ..._rule_t *: all */
    ngx_array_t                       locations;    /* of void **: loc_conf of
                                                       those to be checked */
    ngx_array_t                       error_pages;  /* of ngx_array_t *: all
                                                       locations' */
    ngx_array_t                       hooks;    /* of ..._hook_t: locations
                                                   with webhook_receive */
    ngx_str_t                         event_header; /* Tc-Webhook-Event */
    webhook_address_rules_t           address;  /* webhook_address */
    struct ngx_http_webhook_secret_s *secrets;  /* the room of secrets' */
    ngx_array_t                      *maps;     /* conf_map.c's, or NULL */
    ngx_array_t                      *map_users;    /* the same */
    ngx_array_t                      *targets;  /* of ..._target_t *: the
                                                   client's */

    /* Indexes of variables, where some location receives. */
    ngx_int_t                         request_id;   /* $request_id */
    ngx_int_t                         request_line; /* $request */
    ngx_int_t                         request_uri;  /* $request_uri */

    /* The first filters, once it is read. */
    ngx_http_output_header_filter_pt  header_filter;
    ngx_http_output_body_filter_pt    body_filter;
    ngx_http_request_body_filter_pt   request_filter;

    ngx_thread_pool_t                *pool;     /* of the store's work */
    ngx_thread_pool_t                *cpu;      /* webhook_cpu, or NULL */
    ngx_uint_t                        cpu_threads;
    size_t                            cpu_memory;
    ngx_shm_zone_t                   *counters;
    ngx_shm_zone_t                   *inflight; /* receivers' calls, or NULL */

    unsigned                          cpu_set:1;    /* it was written */
    unsigned                          shadow:1;     /* some receiver has a
                                                       shadow */
    unsigned                          receive:1;    /* some location receives */
    unsigned                          metrics:1;    /* some shows metrics */
} ngx_http_webhook_main_conf_t;


typedef struct {
    ngx_array_t                      *rules;    /* of ..._rule_t * or NULL */
    unsigned                          own:1;    /* they stand here */
    unsigned                          off:1;    /* "webhook_event off" */
    unsigned                          metrics:1;    /* webhook_metrics */
    ngx_http_webhook_place_t          metrics_place;
    ngx_uint_t                        commit;
    ngx_msec_t                        commit_timeout;
    size_t                            payload_max;
    ngx_str_t                         idempotency;  /* a header's name; empty:
                                                       off */
    ngx_http_webhook_place_t          idempotency_place;
    ngx_http_complex_value_t         *idempotency_by;   /* who the client is;
                                                       NULL: by its credentials
                                                       */

    ngx_flag_t                        receive;  /* webhook_receive here */
    ngx_str_t                         prefix;   /* of its location */
    ngx_http_webhook_place_t          place;    /* of webhook_receive */
} ngx_http_webhook_loc_conf_t;


extern ngx_module_t  ngx_http_webhook_module;


#include "http/model/ngx_http_webhook_find.h"


#endif /* NGX_HTTP_WEBHOOK_H */
