
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Whether locations that registered receivers call are internal: what their
 * requests may do there, nobody is to do from outside.
 */

#ifndef NGX_WEBHOOK_CONF_INSIDE_H
#define NGX_WEBHOOK_CONF_INSIDE_H

#include "http/model/ngx_http_webhook_build.h"


/*
 * Looks at all locations that can take a path below one of the prefixes, in all
 * servers where webhook_receive stands: NGX_OK, or NGX_ERROR after saying which
 * is not internal, or that there is none.  Once location trees are made.
 */
ngx_int_t ngx_webhook_inside_check(ngx_webhook_build_t *b,
    const ngx_webhook_bounds_t *bounds);


#endif /* NGX_WEBHOOK_CONF_INSIDE_H */
