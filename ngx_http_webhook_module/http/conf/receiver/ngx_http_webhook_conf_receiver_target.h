
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The record that a call is about.
 */

#ifndef NGX_WEBHOOK_CONF_RECEIVER_TARGET_H
#define NGX_WEBHOOK_CONF_RECEIVER_TARGET_H

#include "http/conf/caller/ngx_http_webhook_conf_receiver_part.h"


extern const ngx_webhook_receiver_part_t
    ngx_webhook_receiver_target_part;


#endif /* NGX_WEBHOOK_CONF_RECEIVER_TARGET_H */
