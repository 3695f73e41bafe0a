
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The variables that a receiver names.
 */

#ifndef NGX_WEBHOOK_CONF_RECEIVER_CHECK_H
#define NGX_WEBHOOK_CONF_RECEIVER_CHECK_H

#include "http/model/ngx_http_webhook_build.h"


/* Whether there are all of them: NGX_OK or NGX_ERROR. */
ngx_int_t ngx_webhook_receiver_check_variables(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);


#endif /* NGX_WEBHOOK_CONF_RECEIVER_CHECK_H */
