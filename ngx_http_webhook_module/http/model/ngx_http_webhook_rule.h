
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The compiled configuration of event types and rules: a part of
 * ngx_http_webhook.h.
 */

#ifndef NGX_WEBHOOK_RULE_H
#define NGX_WEBHOOK_RULE_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "http/model/ngx_http_webhook_source_pos.h"
#include "core/condition/webhook_condition.h"
#include "core/base/webhook_hash.h"
#include "core/rules/webhook_status_set.h"
#include "core/template/webhook_template.h"


typedef struct {
    ngx_str_t                         name;     /* order.add */
    ngx_str_t                         group;
    ngx_str_t                         description;
    ngx_str_t                         example;  /* JSON, or empty */
    ngx_webhook_source_pos_t          source_pos;
    ngx_array_t                       endpoints;  /* uint64_t, ascending: ids
                                                     of those that ask for it */
    unsigned                          own:1;    /* the module's: no rule or
                                                   receiver makes it */
} ngx_webhook_type_t;


typedef enum {
    NGX_WEBHOOK_PAYLOAD_RESPONSE = 0,
    NGX_WEBHOOK_PAYLOAD_REQUEST
} ngx_webhook_payload_e;


/* A rule: which answered requests are an event. */

typedef struct {

    /* what each request is compared with lies together */

    webhook_status_set_t            status;
    ngx_uint_t                      methods;    /* NGX_HTTP_GET|..., 0: any */
    ngx_str_t                       begins;     /* with what all that matches
                                                   begins; may be empty */
    ngx_regex_t                    *regex;
    unsigned                        original:1;     /* path=original */
    unsigned                        whole:1;    /* nothing else matches than
                                                   what "begins" says */

    ngx_webhook_type_t             *type;       /* set once all is read */
    ngx_str_t                       type_name;
    ngx_webhook_source_pos_t        source_pos;
    u_char                          digest[WEBHOOK_HASH_LEN];   /* as written */
    ngx_uint_t                      ordinal;    /* among those written so */

    ngx_str_t                       pattern;    /* the expression's text */
    ngx_uint_t                      captures;
    ngx_array_t                     names;      /* of ngx_webhook_
                                                   capture_name_t */
    ngx_array_t                     when;       /* webhook_condition_t * */
    ngx_webhook_payload_e           payload;    /* whose body is sent */
    webhook_path_t                 *payload_path;   /* part of it (the steps
                                                       below its root), or
                                                       NULL: all of it */
    webhook_template_t             *body;       /* instead of it, or NULL */
    webhook_template_t             *model;      /* the record it is about, */
    webhook_template_t             *record;     /*   or NULL */
    webhook_template_t             *company;    /* whose it is; NULL: as
                                                   webhook_registry says */

    /* Whose body the rule cannot do without, and whose it or one of its
       endpoints looks at. */
    unsigned                        need_request:1;
    unsigned                        need_response:1;
    unsigned                        want_request:1;
    unsigned                        want_response:1;
    unsigned                        linted:1;   /* it was warned of */

    ngx_array_t                     endpoints;  /* uint64_t ids of those
                                                   that ask for the type */
} ngx_webhook_rule_t;


typedef struct {
    ngx_str_t                         name;     /* uri.<name> */
    ngx_uint_t                        index;    /* of the capture */
} ngx_webhook_capture_name_t;


#endif /* NGX_WEBHOOK_RULE_H */
