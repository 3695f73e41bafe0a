
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The search among what was configured: a part of ngx_http_webhook.h, which
 * includes it and has what it needs.  Event loop, and while the configuration
 * is read.
 */

#ifndef NGX_WEBHOOK_FIND_H
#define NGX_WEBHOOK_FIND_H


/* An endpoint or receiver as far as both begin alike. */

typedef struct {
    uint64_t                          id;
    ngx_str_t                         name;
    ngx_webhook_source_pos_t          source_pos;
} ngx_webhook_named_t;


#define NGX_WEBHOOK_OWN_PREFIX  "webhook."      /* of the module's own types, */
#define NGX_WEBHOOK_OWN_TYPES   6               /*   and how many there are */

/* Adds them behind those that were declared: NGX_OK or NGX_ERROR. */
ngx_int_t ngx_webhook_own_types_add(ngx_webhook_main_conf_t *wmcf);

/* They, by ngx_webhook_notice_e. */
#define ngx_webhook_own_types(wmcf)                                           \
    ((ngx_webhook_type_t *) (wmcf)->types.elts + (wmcf)->own_types)

/* 1 if an endpoint with this pattern in its "events" asks for a type: for one of
   the module's own only if the pattern names those, "*" does not. */
ngx_uint_t ngx_webhook_type_asked(ngx_webhook_type_t *type,
    ngx_str_t *pattern);

/* The endpoint or receiver with this id, or NULL. */
ngx_webhook_endpoint_t *ngx_webhook_endpoint_find(
    ngx_webhook_main_conf_t *wmcf, uint64_t id);
ngx_webhook_receiver_t *ngx_webhook_receiver_find(
    ngx_webhook_main_conf_t *wmcf, uint64_t id);

/*
 * The receiver whose URL has this token, or NULL.  The time it takes tells
 * nothing of how near a wrong token comes to a right one, and hardly grows
 * with the number of receivers.
 */
ngx_webhook_receiver_t *ngx_webhook_receiver_by_token(
    ngx_webhook_main_conf_t *wmcf, ngx_str_t *token);


#endif /* NGX_WEBHOOK_FIND_H */
