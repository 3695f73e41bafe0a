
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The fields of a receiver, which are the directives inside of
 * webhook_receiver { }, in parts of one concern each:
 *
 *   conf_receiver.c          the whole; what it is, what it may take
 *   conf_receiver_token.c    the secrets of its URL
 *   conf_receiver_verify.c   signatures
 *   conf_receiver_handshake.c   questions of senders
 *   conf_receiver_body.c     kinds of bodies, lists in them
 *   conf_receiver_action.c   required fields, actions
 *   conf_receiver_capture.c  values of their answers
 *   conf_receiver_target.c   the record that it is about
 *   conf_receiver_flow.c     repeats, a copy, events
 *   conf_receiver_durable.c  calls that are made later
 *
 * A part has a table of fields, for which conf is the receiver.  A new part is
 * a row of ngx_http_webhook_receiver_parts in conf_receiver.c.
 */

#ifndef NGX_HTTP_WEBHOOK_CONF_RECEIVER_H
#define NGX_HTTP_WEBHOOK_CONF_RECEIVER_H

#include "http/conf/field/ngx_http_webhook_conf_field.h"


/*
 * Each function may be NULL; they return NGX_OK, or NGX_ERROR after logging
 * why.
 */

typedef struct {
    const ngx_http_webhook_field_t  *fields;

    /* before the first field is built */
    ngx_int_t                      (*create)(ngx_http_webhook_build_t *b,
                                         ngx_http_webhook_receiver_t *rcv);

    /* after the last one: defaults, and what is missing */
    ngx_int_t                      (*finish)(ngx_http_webhook_build_t *b,
                                         ngx_http_webhook_receiver_t *rcv);

    /* when all of the configuration is known: what it says of others */
    ngx_int_t                      (*check)(ngx_http_webhook_build_t *b,
                                         ngx_http_webhook_receiver_t *rcv);
} ngx_http_webhook_receiver_part_t;


extern const ngx_http_webhook_receiver_part_t
    ngx_http_webhook_receiver_token_part;
extern const ngx_http_webhook_receiver_part_t
    ngx_http_webhook_receiver_verify_part;
extern const ngx_http_webhook_receiver_part_t
    ngx_http_webhook_receiver_handshake_part;
extern const ngx_http_webhook_receiver_part_t
    ngx_http_webhook_receiver_body_part;
extern const ngx_http_webhook_receiver_part_t
    ngx_http_webhook_receiver_action_part;
extern const ngx_http_webhook_receiver_part_t
    ngx_http_webhook_receiver_capture_part;
extern const ngx_http_webhook_receiver_part_t
    ngx_http_webhook_receiver_target_part;
extern const ngx_http_webhook_receiver_part_t
    ngx_http_webhook_receiver_flow_part;
extern const ngx_http_webhook_receiver_part_t
    ngx_http_webhook_receiver_durable_part;


/* The most tables of fields, with the NULL behind them. */
#define NGX_HTTP_WEBHOOK_RECEIVER_TABLES  16

/* Writes the tables of its fields, up to NULL; returns tables. */
const ngx_http_webhook_field_t **ngx_http_webhook_receiver_tables(
    const ngx_http_webhook_field_t **tables);

/* All defaults of a receiver whose id, name and place are set: NGX_OK or
   NGX_ERROR. */
ngx_int_t ngx_http_webhook_receiver_begin(ngx_http_webhook_build_t *b,
    ngx_http_webhook_receiver_t *rcv);

/* The end of its fields: NGX_OK or NGX_ERROR. */
ngx_int_t ngx_http_webhook_receiver_done(ngx_http_webhook_build_t *b,
    ngx_http_webhook_receiver_t *rcv);

/* What is to be looked at in a receiver when all is known. */
ngx_int_t ngx_http_webhook_receiver_check(ngx_http_webhook_build_t *b,
    ngx_http_webhook_receiver_t *rcv);


#endif /* NGX_HTTP_WEBHOOK_CONF_RECEIVER_H */
