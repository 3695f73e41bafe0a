
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The compiled configuration of receivers: a part of ngx_http_webhook.h.
 */

#ifndef NGX_WEBHOOK_RECEIVER_H
#define NGX_WEBHOOK_RECEIVER_H

#include "http/model/ngx_http_webhook_answer_rule.h"
#include "http/model/ngx_http_webhook_bounds.h"
#include "http/model/ngx_http_webhook_endpoint.h"
#include "http/model/ngx_http_webhook_rule.h"
#include "core/json/webhook_json.h"


typedef struct ngx_webhook_receiver_s  ngx_webhook_receiver_t;


typedef enum {
    NGX_WEBHOOK_MODE_SYNC = 0,          /* the answer waits for the actions */
    NGX_WEBHOOK_MODE_DURABLE,           /* it waits for the store alone */
    NGX_WEBHOOK_MODE_TEST,              /* as sync, or with "api" durable, but
                                           nothing is called except a shadow */
    NGX_WEBHOOK_MODE_DISABLED           /* switched off */
} ngx_webhook_mode_e;


typedef enum {
    NGX_WEBHOOK_PROFILE_STRICT = 0,
    NGX_WEBHOOK_PROFILE_NIGHTPOS        /* 200, 404 and 500 alone */
} ngx_webhook_profile_e;


typedef enum {
    NGX_WEBHOOK_LOG_OFF = 0,
    NGX_WEBHOOK_LOG_ERRORS,             /* what was refused or failed */
    NGX_WEBHOOK_LOG_ON
} ngx_webhook_log_e;


/* A value of an action's answer that later actions may name. */

typedef struct {
    ngx_str_t                         name;
    webhook_path_t                   *path;     /* response... or status */
    ngx_uint_t                        index;    /* among all of a receiver */
} ngx_webhook_extracted_t;


typedef struct {
    ngx_uint_t                        method;
    ngx_str_t                         method_name;
    webhook_template_t               *uri;
    webhook_template_t               *body;     /* NULL: no body */
    ngx_str_t                         uri_text;     /* as written */
    ngx_str_t                         body_text;
    webhook_condition_t              *when;     /* NULL: always */
    ngx_str_t                         idempotency;  /* header; empty: none */
    ngx_msec_t                        timeout;  /* 0: the location's */
    ngx_array_t                       captures; /* ..._extracted_t */
    ngx_webhook_source_pos_t          source_pos;
    unsigned                          go_on:1;  /* also if it failed */
    unsigned                          late:1;   /* names what an earlier one
                                                   captures */
} ngx_webhook_action_t;


#define NGX_WEBHOOK_REDACT_MAX        64        /* paths */


/* What a receiver reads: bits of "accept".  GZIP is a way in which any of the
   others may come, but the query of a GET. */

#define NGX_WEBHOOK_ACCEPT_JSON       0x01
#define NGX_WEBHOOK_ACCEPT_FORM       0x02
#define NGX_WEBHOOK_ACCEPT_MULTIPART  0x04
#define NGX_WEBHOOK_ACCEPT_XML        0x08
#define NGX_WEBHOOK_ACCEPT_TEXT       0x10      /* JSON as text/plain */
#define NGX_WEBHOOK_ACCEPT_QUERY      0x20
#define NGX_WEBHOOK_ACCEPT_GZIP       0x40

#define NGX_WEBHOOK_ACCEPT_BODY       0x1f


/* What the first step of for_each is. */

#define NGX_WEBHOOK_FOR_EACH_FIELD    0         /* a field of the payload */
#define NGX_WEBHOOK_FOR_EACH_ROOT     1         /* "root" */
#define NGX_WEBHOOK_FOR_EACH_PAYLOAD  2         /* "payload" */


typedef enum {
    NGX_WEBHOOK_DEDUPE_NONE = 0,
    NGX_WEBHOOK_DEDUPE_HEADER,
    NGX_WEBHOOK_DEDUPE_BODY,            /* a path of the payload */
    NGX_WEBHOOK_DEDUPE_HASH             /* all of the body */
} ngx_webhook_dedupe_e;


/* An event that a call makes. */

typedef struct {
    ngx_str_t                         type_name;
    ngx_webhook_type_t               *type;     /* set once all is read */
    webhook_template_t               *body;     /* NULL: the payload */
    webhook_condition_t              *when;     /* NULL: always */
    ngx_webhook_source_pos_t          source_pos;
} ngx_webhook_emit_t;


/* The secret part of a receiver's URL, which is kept as its digest alone. */

#define NGX_WEBHOOK_DIGEST_LEN  32

typedef struct {
    u_char                        digest[NGX_WEBHOOK_DIGEST_LEN];
    ngx_webhook_receiver_t       *receiver;
    ngx_webhook_source_pos_t      source_pos;
    time_t                        expires;      /* Unix time, 0: never */
} ngx_webhook_url_token_t;


/* Defined in ngx_http_webhook_verifier.h. */

typedef struct ngx_webhook_verify_s     ngx_webhook_verify_t;
typedef struct ngx_webhook_handshake_s  ngx_webhook_handshake_t;


/* A condition about a call, and how it was written. */

typedef struct {
    webhook_condition_t              *condition;
    ngx_str_t                         text;
} ngx_webhook_filter_t;


struct ngx_webhook_receiver_s {
    uint64_t                     id;            /* webhook_id_name(name) */
    ngx_str_t                    name;
    ngx_webhook_source_pos_t     source_pos;

    ngx_str_t                    description;
    ngx_str_t                    model;
    ngx_uint_t                   mode;          /* ..._mode_e */
    ngx_uint_t                   profile;       /* ..._profile_e */
    ngx_array_t                  url_tokens;    /* of ..._url_token_t */

    ngx_webhook_verify_t        *verify;        /* NULL: whoever has the URL
                                                   may call */
    ngx_webhook_handshake_t     *handshake;     /* NULL: none but those
                                                   of its preset */

    webhook_template_t          *target_id;     /* NULL: not given */
    webhook_template_t          *target_model;  /* NULL: not given */
    ngx_array_t                  require;       /* webhook_path_t * */
    ngx_array_t                  filters;       /* of ngx_webhook_
                                                   filter_t: all must hold */
    ngx_array_t                  skips;         /* of the same: calls of which
                                                   one holds are not for us */
    ngx_array_t                  actions;       /* ..._action_t */
    ngx_array_t                  captures;      /* ngx_str_t: their names */

    ngx_uint_t                   accept;        /* ..._ACCEPT_ bits */
    ngx_array_t                  models;        /* ngx_str_t: any of them */
    ngx_webhook_action_t        *lookup;        /* NULL: targets are not
                                                   looked up */
    ngx_uint_t                   missing;       /* status where that finds
                                                   nothing */
    ngx_array_t                  parse_json;    /* webhook_path_t *: strings
                                                   that are JSON */
    webhook_path_t              *for_each;      /* NULL: once for a call */
    ngx_uint_t                   for_each_root;     /* ..._FOR_EACH_ */
    ngx_uint_t                   for_each_levels;   /* of lists, in lists */
    ngx_uint_t                   for_each_max;

    ngx_uint_t                   dedupe;        /* ..._dedupe_e */
    ngx_str_t                    dedupe_header;
    webhook_path_t              *dedupe_path;
    uint64_t                     dedupe_ttl;    /* ms */
    uint64_t                     dedupe_scope;  /* of its keys in the store */

    ngx_webhook_peer_t          *shadow;        /* NULL: none */
    ngx_str_t                    shadow_uri;    /* in front of URIs */

    ngx_array_t                  emits;         /* ..._emit_t */

    ngx_array_t                  answers;       /* ..._answer_rule_t: the first
                                                   that matches holds; behind
                                                   those of nginx.conf what the
                                                   sender prescribes */

    void                        *api_conf;      /* while it is read */
    ngx_str_t                    rate;          /* "rate=100r/s", or empty */
    ngx_webhook_endpoint_t      *api;           /* of a durable one, and of one
                                                   that is tested; named
                                                   "receiver:NAME" */
    ngx_str_t                    api_uri;       /* in front of URIs */
    webhook_path_t              *order_by;      /* NULL: none */

    size_t                       body_max;
    ngx_uint_t                   body_limit;    /* 1: it was given */
    webhook_json_limits_t        limits;
    ngx_uint_t                   inflight;      /* calls at a time, 0: any
                                                   number */
    ngx_uint_t                   row;           /* of its counts, if not 0 */

    ngx_uint_t                   log_calls;     /* ..._log_e */
    size_t                       log_body;      /* bytes of a body that the
                                                   history keeps; whole
                                                   kilobytes */
    ngx_array_t                  redact;        /* webhook_path_t *: what the
                                                   history does not show */

    /* Of one that was registered. */
    const ngx_webhook_bounds_t  *bounds;        /* NULL: it is of nginx.conf,
                                                   and may do all */
    ngx_str_t                    company;       /* whose it is; empty:
                                                   nobody's */
    ngx_webhook_held_t          *held;          /* its memory, or NULL */
    ngx_uint_t                   expressions;   /* regular ones in it */
};


#endif /* NGX_WEBHOOK_RECEIVER_H */
