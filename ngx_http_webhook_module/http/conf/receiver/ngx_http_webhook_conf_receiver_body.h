
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Kinds of bodies, lists in them.
 */

#ifndef NGX_WEBHOOK_CONF_RECEIVER_BODY_H
#define NGX_WEBHOOK_CONF_RECEIVER_BODY_H

#include "http/conf/caller/ngx_http_webhook_conf_receiver_part.h"


extern const ngx_webhook_receiver_part_t
    ngx_webhook_receiver_body_part;


#endif /* NGX_WEBHOOK_CONF_RECEIVER_BODY_H */
