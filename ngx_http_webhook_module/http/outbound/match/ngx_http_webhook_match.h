
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Which rules match a response.
 */

#ifndef NGX_WEBHOOK_MATCH_H
#define NGX_WEBHOOK_MATCH_H

#include "http/outbound/context/ngx_http_webhook_capture_state.h"


/*
 * Matches the rules against a response whose header is known: adds matches,
 * some of which may be decided at once.  The state is the request's, or NULL if
 * it has none yet.  Returns the state with its matches, or NULL where there are
 * none.
 */
ngx_webhook_capture_t *ngx_webhook_match(ngx_http_request_t *r,
    ngx_webhook_loc_conf_t *wlcf, ngx_webhook_capture_t *capture,
    ngx_uint_t bodyless);


#endif /* NGX_WEBHOOK_MATCH_H */
