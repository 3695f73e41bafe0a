
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The parameters of "verify": what they say takes the place of what the row of
 * a preset says.
 */

#ifndef NGX_WEBHOOK_CONF_RECEIVER_PRESET_H
#define NGX_WEBHOOK_CONF_RECEIVER_PRESET_H

#include "http/model/ngx_http_webhook_build.h"
#include "core/signature/verify/webhook_verify.h"


/* What the arguments say, but for the keys; empty where they do not. */

typedef struct {
    ngx_str_t   header;
    ngx_str_t   query;
    ngx_str_t   field;
    ngx_str_t   prefix;
    ngx_str_t   list;
    ngx_str_t   pair;
    ngx_str_t   item;
    ngx_str_t   string;
    ngx_str_t   digest;
    ngx_str_t   encoding;
    ngx_str_t   key;
    ngx_str_t   timestamp;
    ngx_str_t   unit;
    ngx_str_t   id;
    ngx_str_t   app;
    ngx_str_t   tolerance;
    ngx_str_t   url;
    ngx_str_t   content;
} ngx_webhook_preset_args_t;


/* Reads the parameters; *n is the number of keys beside them, one at least. */
char *ngx_webhook_preset_args(ngx_webhook_build_t *b,
    ngx_webhook_preset_args_t *args, ngx_uint_t *n);

/* Where the value of a parameter goes, and the value; NULL for what is none
   of these parameters. */
ngx_str_t *ngx_webhook_preset_arg(ngx_webhook_preset_args_t *args,
    ngx_str_t *arg, ngx_str_t *value);

/* Puts a changed copy of the row in its place, where parameters change it. */
char *ngx_webhook_preset_set(ngx_webhook_build_t *b,
    ngx_webhook_preset_args_t *args, const webhook_preset_t **preset);


#endif /* NGX_WEBHOOK_CONF_RECEIVER_PRESET_H */
