
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The compiled configuration of endpoints: a part of ngx_http_webhook.h.
 */

#ifndef NGX_WEBHOOK_ENDPOINT_H
#define NGX_WEBHOOK_ENDPOINT_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "http/model/ngx_http_webhook_source_pos.h"
#include "core/rules/webhook_address.h"
#include "core/condition/webhook_condition.h"
#include "core/rules/webhook_schedule.h"
#include "core/signature/webhook_sign.h"
#include "core/rules/webhook_status_set.h"
#include "core/template/webhook_template.h"


typedef struct {
    ngx_msec_t                        connect;
    ngx_msec_t                        send;
    ngx_msec_t                        read;
    ngx_msec_t                        total;
} ngx_webhook_timeout_t;


/* Defined in ngx_http_webhook_peer.h and, in runtime, _held.h. */

typedef struct ngx_webhook_peer_s    ngx_webhook_peer_t;
typedef struct ngx_webhook_held_s    ngx_webhook_held_t;


typedef struct {
    ngx_str_t                         name;
    ngx_str_t                         value;    /* as written */
    webhook_template_t               *tpl;      /* NULL: constant; else of
                                                   kind HEADER, rendered when
                                                   the event happens */
} ngx_webhook_header_t;


typedef struct {
    ngx_str_t                         pattern;  /* order.* */
    ngx_webhook_source_pos_t          source_pos;
} ngx_webhook_subscription_t;


/* What an endpoint is sent. */

typedef enum {
    NGX_WEBHOOK_FORMAT_JSON = 0,
    NGX_WEBHOOK_FORMAT_XML
} ngx_webhook_format_e;

typedef enum {
    NGX_WEBHOOK_ENVELOPE_NONE = 0,
    NGX_WEBHOOK_ENVELOPE_STANDARD,              /* type, timestamp, data */
    NGX_WEBHOOK_ENVELOPE_CLOUDEVENTS,           /* structured */
    NGX_WEBHOOK_ENVELOPE_CLOUDEVENTS_BINARY,    /* in ce- headers */
    NGX_WEBHOOK_ENVELOPE_NIGHTPOS               /* _model, _id, _action */
} ngx_webhook_envelope_e;


/*
 * Keys, in memory that no core dump shows.  Those that have ended are passed
 * over when a signature is made.
 */

typedef struct {
    webhook_key_t                    *keys;     /* NULL: none */
    ngx_uint_t                        nkeys;
} ngx_webhook_keys_t;


/* A signature in a header of its own: sign hmac. */

typedef struct {
    ngx_str_t                    header;
    webhook_scheme_t             scheme;        /* its parts in the pool */
    ngx_webhook_keys_t           keys;
} ngx_webhook_hmac_t;


/* An HTTP proxy that is asked to CONNECT. */

typedef struct {
    ngx_str_t                         url;      /* http://host:port; empty:
                                                   none */
    ngx_str_t                         auth;     /* value of Proxy-Authorization
                                                   in secret memory, or empty */
    ngx_webhook_source_pos_t          source_pos;
} ngx_webhook_proxy_t;


typedef enum {
    NGX_WEBHOOK_AUTH_NONE = 0,
    NGX_WEBHOOK_AUTH_BEARER,
    NGX_WEBHOOK_AUTH_BASIC,
    NGX_WEBHOOK_AUTH_OAUTH2
} ngx_webhook_auth_e;

typedef struct {
    ngx_webhook_auth_e            kind;
    ngx_str_t                     value;        /* bearer, basic: the value of
                                                   Authorization, in secret
                                                   memory */
    ngx_str_t                     token_url;    /* oauth2, http(s)://... */
    ngx_str_t                     client_id;
    ngx_str_t                     client_secret;    /* secret memory */
    ngx_str_t                     scope;        /* or empty */
    ngx_str_t                     audience;     /* or empty */
    ngx_str_t                     ca;           /* of token_url's server;
                                                   empty: the system's */
    struct ngx_webhook_oauth2_s  *oauth2;       /* oauth2: the room of
                                                   grant's */
    ngx_webhook_source_pos_t      source_pos;
} ngx_webhook_auth_t;


typedef struct {
    uint64_t                       id;          /* webhook_id_name(name) */
    ngx_str_t                      name;
    ngx_webhook_source_pos_t       source_pos;

    unsigned                       internal:1;  /* a receiver's API */
    unsigned                       redacts:1;   /* and its answers are not
                                                   kept */
    unsigned                       traces:1;    /* it has a "traceparent" of
                                                   its own */
    unsigned                       headless:1;  /* no key opens its headers */
    ngx_atomic_t                   told;        /* the minute in which that was
                                                   told last */
    ngx_str_t                      url;         /* as written */
    ngx_webhook_peer_t            *peer;        /* whom to connect to */
    uint64_t                       moved;       /* since this version it leads
                                                   to this host; 0: ever */

    ngx_array_t                    events;      /* of ngx_webhook_
                                                   subscription_t */
    ngx_array_t                    headers;     /* of ngx_webhook_
                                                   header_t */

    /* What it is sent, and of which events: used when one happens. */
    ngx_webhook_format_e           format;
    ngx_webhook_envelope_e         envelope;
    ngx_str_t                      source;      /* of a CloudEvent */
    webhook_template_t            *body;        /* of kind JSON; NULL: the
                                                   payload */
    ngx_array_t                    filters;     /* webhook_condition_t *: all
                                                   must hold */
    webhook_path_t                *order_by;    /* with its root, or NULL */
    unsigned                       order_block:1;   /* a dead head does */
    unsigned                       order_shared:1;  /* for all nodes of the
                                                       cluster */
    ngx_webhook_source_pos_t       order_pos;
    unsigned                       format_set:1;    /* it was written */
    unsigned                       need_request:1;      /* filters, body or */
    unsigned                       need_response:1;     /*   headers use it */

    /* Signatures: used at each send. */
    ngx_webhook_keys_t             keys;        /* webhook-signature */
    ngx_array_t                    hmacs;       /* of ..._hmac_t */
    ngx_webhook_auth_t             auth;

    /* Where it may be; "outer" is webhook_address. */
    webhook_address_rules_t        address;
    unsigned                       address_set:1;   /* its own default */
    ngx_webhook_proxy_t            proxy;

    webhook_status_set_t           success;
    webhook_schedule_t             retry;
    uint64_t                       retry_after;     /* ms, the most that the
                                                       header moves a send;
                                                       0: it does not */
    uint64_t                       disable_after;   /* ms that it may fail
                                                       until it is paused; 0:
                                                       for ever */
    unsigned                       gone_ignore:1;   /* 410 as any other */
    ngx_webhook_source_pos_t       retry_pos;
    ngx_webhook_source_pos_t       timeout_pos;
    ngx_webhook_timeout_t          timeout;

    ngx_webhook_source_pos_t       limit_pos;
    unsigned                       limit_shared:1;  /* for all nodes of the
                                                       cluster together */
    ngx_uint_t                     inflight;
    uint32_t                       rate;        /* sends in "per" ms; 0: no
                                                   bound */
    uint32_t                       per;         /* ms */
    uint32_t                       burst;

    uint32_t                       break_failures;      /* 0: off */
    uint32_t                       break_percent;   /* 0: off */
    uint64_t                       break_window;    /* ms */
    uint64_t                       break_open_timeout;      /* ms */

    /* Request line and the headers that are the same at every send. */
    ngx_str_t                      head;

    ngx_webhook_held_t            *held;        /* of one that was registered:
                                                   its memory; or NULL */
} ngx_webhook_endpoint_t;


#endif /* NGX_WEBHOOK_ENDPOINT_H */
