
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
 *   conf_receiver_answer.c   answers of its own, and its sender's
 *   conf_receiver_check.c    variables in all of these
 *
 * A part has a table of fields, for which conf is the receiver, and a header
 * with the part's name.  A new part is a row of ngx_webhook_receiver_parts
 * in conf_receiver.c.
 */

#ifndef NGX_WEBHOOK_CONF_RECEIVER_H
#define NGX_WEBHOOK_CONF_RECEIVER_H

#include "http/conf/field/ngx_http_webhook_conf_field.h"


/*
 * Builds a receiver from the fields that b was given (conf_given.h), into
 * b->pool: NULL where something is wrong with it, which is said.  Its text has
 * to last as long as the pool; secrets in it are overwritten.
 */
ngx_webhook_receiver_t *ngx_webhook_receiver_build(ngx_webhook_build_t *b,
    ngx_str_t *name);

/* The most tables of fields, with the NULL behind them. */
#define NGX_WEBHOOK_RECEIVER_TABLES  16

/* Writes the tables of its fields, up to NULL; returns tables. */
const ngx_webhook_field_t **ngx_webhook_receiver_tables(
    const ngx_webhook_field_t **tables);

/* All defaults of a receiver whose id, name and place are set: NGX_OK or
   NGX_ERROR. */
ngx_int_t ngx_webhook_receiver_begin(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);

/* The end of its fields: NGX_OK or NGX_ERROR. */
ngx_int_t ngx_webhook_receiver_done(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);

/* What is to be looked at in a receiver when all is known. */
ngx_int_t ngx_webhook_receiver_check(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);


#endif /* NGX_WEBHOOK_CONF_RECEIVER_H */
