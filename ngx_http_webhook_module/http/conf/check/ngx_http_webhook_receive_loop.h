
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Actions that would call a receiver.
 */

#ifndef NGX_WEBHOOK_RECEIVE_LOOP_H
#define NGX_WEBHOOK_RECEIVE_LOOP_H

#include "http/model/ngx_http_webhook_build.h"


/* Refuses actions that would call a receiver. */
ngx_int_t ngx_webhook_receive_loop(ngx_webhook_build_t *b);

/*
 * The path of an action's URI up to the first value in it, as locations see
 * it; true if there is one.  dst has room for all of the text.
 */
ngx_uint_t ngx_webhook_receive_start(ngx_str_t *text, u_char *dst,
    ngx_str_t *start);


#endif /* NGX_WEBHOOK_RECEIVE_LOOP_H */
