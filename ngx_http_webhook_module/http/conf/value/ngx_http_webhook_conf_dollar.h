
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Dollar signs that mean nothing.
 */

#ifndef NGX_WEBHOOK_CONF_DOLLAR_H
#define NGX_WEBHOOK_CONF_DOLLAR_H

#include "http/model/ngx_http_webhook_build.h"


/* Finds the next "$name" (1) or "${name" (2) between *p and last, and goes
   behind it; 0 if there is none. */
ngx_uint_t ngx_webhook_conf_dollar_next(u_char **p, u_char *last,
    ngx_str_t *name);

/* 1 if there is a "${" in text. */
ngx_uint_t ngx_webhook_conf_braces(ngx_str_t *text);

/* Refuses "${...}" where none is read, and warns of $VARIABLES; what is the
   place, for the message. */
char *ngx_webhook_conf_fixed(ngx_webhook_build_t *b, ngx_str_t *text,
    const char *what);

/* Warns of what reads as "$name" in a template, where it is text. */
void ngx_webhook_conf_dollar(ngx_webhook_build_t *b, ngx_str_t *text,
    const char *what);

/* 1 if the configuration, as far as it is read, has such a variable. */
ngx_uint_t ngx_webhook_conf_variable(ngx_webhook_build_t *b,
    const webhook_str_t *name);


#endif /* NGX_WEBHOOK_CONF_DOLLAR_H */
