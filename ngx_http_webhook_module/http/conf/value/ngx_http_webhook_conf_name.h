
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Names: of endpoints and receivers, of headers, of modules.
 */

#ifndef NGX_WEBHOOK_CONF_NAME_H
#define NGX_WEBHOOK_CONF_NAME_H

#include "http/model/ngx_http_webhook_build.h"


/*
 * Puts a new endpoint or receiver where it belongs in the array of pointers,
 * by ascending id; what is the directive's name, for the message where the
 * name is taken.
 */
ngx_int_t ngx_webhook_conf_insert(ngx_webhook_build_t *b, ngx_array_t *array,
    ngx_webhook_named_t *named, ngx_str_t *what);

/* Fills in id, name and place of a new one from the directive's argument;
   NGX_ERROR, logged, where the name is none. */
ngx_int_t ngx_webhook_conf_named(ngx_webhook_build_t *b,
    ngx_webhook_named_t *named);

/*
 * 1 if text can be the name of a header that the configuration sets: a token
 * that neither frames the message nor is one of the module's own.
 */
ngx_uint_t ngx_webhook_conf_header_name(ngx_str_t *text);

/* 1 if text can be the name of any header. */
ngx_uint_t ngx_webhook_conf_header_token(ngx_str_t *text);

/* 1 if both are the same header's name. */
ngx_uint_t ngx_webhook_endpoint_header_is(ngx_str_t *one, ngx_str_t *two);

/* The http module of that name, or NULL. */
ngx_module_t *ngx_webhook_conf_module(ngx_webhook_build_t *b,
    const char *name);


#endif /* NGX_WEBHOOK_CONF_NAME_H */
