
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The filter of the request's body.
 */

#ifndef NGX_WEBHOOK_CAPTURE_REQUEST_H
#define NGX_WEBHOOK_CAPTURE_REQUEST_H

#include "http/model/ngx_http_webhook.h"


void ngx_webhook_capture_request_init(void);


#endif /* NGX_WEBHOOK_CAPTURE_REQUEST_H */
