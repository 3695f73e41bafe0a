
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Whether a receiver that is registered keeps to its bounds.
 */

#ifndef NGX_WEBHOOK_CONF_BOUNDS_RECEIVER_H
#define NGX_WEBHOOK_CONF_BOUNDS_RECEIVER_H

#include "http/model/ngx_http_webhook_build.h"


/* Gives a receiver that is begun what the build says of its bounds: NGX_OK, or
   NGX_ERROR, said, where none can be registered. */
ngx_int_t ngx_webhook_bounds_receiver(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);

/*
 * Looks at one that is complete: where its actions and look-ups may lead as far
 * as their templates tell, by which methods, which headers they set, and what
 * it emits.  All that is wrong is said: NGX_OK or NGX_ERROR.
 */
ngx_int_t ngx_webhook_bounds_receiver_check(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);


#endif /* NGX_WEBHOOK_CONF_BOUNDS_RECEIVER_H */
