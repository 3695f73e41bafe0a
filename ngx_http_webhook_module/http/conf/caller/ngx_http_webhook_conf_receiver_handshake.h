
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Questions of senders.
 */

#ifndef NGX_WEBHOOK_CONF_RECEIVER_HANDSHAKE_H
#define NGX_WEBHOOK_CONF_RECEIVER_HANDSHAKE_H

#include "http/conf/caller/ngx_http_webhook_conf_receiver_part.h"


extern const ngx_webhook_receiver_part_t
    ngx_webhook_receiver_handshake_part;


#endif /* NGX_WEBHOOK_CONF_RECEIVER_HANDSHAKE_H */
