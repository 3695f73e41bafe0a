
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How a receiver answers: see conf_receiver.h.
 */

#ifndef NGX_WEBHOOK_CONF_RECEIVER_ANSWER_H
#define NGX_WEBHOOK_CONF_RECEIVER_ANSWER_H

#include "http/conf/caller/ngx_http_webhook_conf_receiver_part.h"


/* To be built behind "verify", whose sender may prescribe answers. */
extern const ngx_webhook_receiver_part_t
    ngx_webhook_receiver_answer_part;


#endif /* NGX_WEBHOOK_CONF_RECEIVER_ANSWER_H */
