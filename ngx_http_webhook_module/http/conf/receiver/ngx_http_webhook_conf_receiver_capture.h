
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Values of the answers to actions.
 */

#ifndef NGX_WEBHOOK_CONF_RECEIVER_CAPTURE_H
#define NGX_WEBHOOK_CONF_RECEIVER_CAPTURE_H

#include "http/conf/caller/ngx_http_webhook_conf_receiver_part.h"


extern const ngx_webhook_receiver_part_t
    ngx_webhook_receiver_capture_part;


#endif /* NGX_WEBHOOK_CONF_RECEIVER_CAPTURE_H */
