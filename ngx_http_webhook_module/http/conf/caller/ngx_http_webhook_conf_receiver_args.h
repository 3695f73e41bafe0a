
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Arguments that several directives of a receiver have.
 */

#ifndef NGX_WEBHOOK_CONF_RECEIVER_ARGS_H
#define NGX_WEBHOOK_CONF_RECEIVER_ARGS_H

#include "http/model/ngx_http_webhook_build.h"


/* Adds a directive's arguments to a receiver's paths, of which there may be so
   many; "verb" is what it does with them, for a message. */
char *ngx_webhook_receiver_paths(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv, ngx_array_t *paths, ngx_uint_t max,
    const char *verb);

/* Reads method and URI template of a request to the API. */
char *ngx_webhook_receiver_request(ngx_webhook_build_t *b,
    ngx_webhook_action_t *action, ngx_str_t *method, ngx_str_t *uri);

/* Takes the slash from the end of a URL's path, for URIs to follow; a message
   where it has arguments. */
char *ngx_webhook_receiver_prefix(ngx_webhook_build_t *b, ngx_str_t *uri);

/* Reads a key of those who call, into one of those that there is room for, as
   it is written (webhook_key_read()). */
char *ngx_webhook_receiver_key(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv, ngx_str_t *value, webhook_key_as_e as,
    ngx_webhook_keys_t *keys);


#endif /* NGX_WEBHOOK_CONF_RECEIVER_ARGS_H */
