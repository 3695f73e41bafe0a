
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The conditions of a rule: when=.
 */

#ifndef NGX_WEBHOOK_MATCH_CONDITION_H
#define NGX_WEBHOOK_MATCH_CONDITION_H

#include "http/outbound/context/ngx_http_webhook_capture_state.h"


/* NGX_OK if all hold, NGX_DECLINED if one does not, NGX_ERROR. */
ngx_int_t ngx_webhook_match_when(ngx_webhook_match_t *match);

/*
 * Evaluates the conditions that need neither the response's body nor a
 * request's body that is not there yet: 0 if one does not hold, else 1.
 */
ngx_uint_t ngx_webhook_match_early(ngx_webhook_match_t *match);


#endif /* NGX_WEBHOOK_MATCH_CONDITION_H */
