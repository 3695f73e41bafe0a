
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Takes calls on secret URLs: finds the receiver, reads and checks the
 * payload, runs the actions as subrequests in order, answers as the contract
 * says, and logs the call.
 */

#ifndef NGX_WEBHOOK_RECEIVE_H
#define NGX_WEBHOOK_RECEIVE_H

#include "http/model/ngx_http_webhook.h"


/* The content handler of webhook_receive. */
ngx_int_t ngx_webhook_receive_handler(ngx_http_request_t *r);


#endif /* NGX_WEBHOOK_RECEIVE_H */
