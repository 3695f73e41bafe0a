
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The fields of an endpoint or receiver: tables that say of each by what it is
 * built.  A directive inside of a block of nginx.conf is a field, and so is
 * what somebody sets who registers one.
 */

#ifndef NGX_WEBHOOK_CONF_FIELD_H
#define NGX_WEBHOOK_CONF_FIELD_H

#include "http/model/ngx_http_webhook_build.h"


typedef struct ngx_webhook_field_s  ngx_webhook_field_t;

struct ngx_webhook_field_s {
    ngx_str_t     name;
    ngx_uint_t    type;     /* NGX_CONF_TAKE1 and its like: how many values it
                               may have; and _FIELD_LOCAL */
    /* Builds it from b->args, into what conf is: NGX_CONF_OK; NGX_CONF_ERROR
       after saying why; or why, to stand behind the field's name. */
    char       *(*build)(ngx_webhook_build_t *b,
                      const ngx_webhook_field_t *spec, void *conf);
    ngx_uint_t    offset;   /* in conf, for those below */
    const void   *post;     /* what else these need */
};

/* It is for nginx.conf alone: who registers may not have it. */
#define NGX_WEBHOOK_FIELD_LOCAL  0x00100000

#define ngx_webhook_null_field   { ngx_null_string, 0, NULL, 0, NULL }


/*
 * Builds the field of b->args; tables are those that it may be of, up to NULL,
 * each up to ngx_webhook_null_field.  NGX_CONF_OK, or NGX_CONF_ERROR after
 * saying why.
 */
char *ngx_webhook_field_build(ngx_webhook_build_t *b,
    const ngx_webhook_field_t **tables, void *conf);

/* The field of that name, or NULL. */
const ngx_webhook_field_t *ngx_webhook_field_find(
    const ngx_webhook_field_t **tables, ngx_str_t *name);

/* A field that is a text: an ngx_str_t at the offset. */
char *ngx_webhook_field_str(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);

/* A field that is one of the words in "post": their number goes to an
   ngx_uint_t at the offset. */
char *ngx_webhook_field_enum(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);


#endif /* NGX_WEBHOOK_CONF_FIELD_H */
