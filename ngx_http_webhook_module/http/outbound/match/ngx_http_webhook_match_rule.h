
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Whether a rule is about a request.
 */

#ifndef NGX_WEBHOOK_MATCH_RULE_H
#define NGX_WEBHOOK_MATCH_RULE_H

#include "http/model/ngx_http_webhook.h"


/* NGX_OK if a rule matches the request's method and path, NGX_DECLINED if it
   does not, NGX_ERROR if its expression ran into its limit, NGX_ABORT with no
   memory.  After NGX_OK and NGX_ERROR *path is what it was matched against. */
ngx_int_t ngx_webhook_match_rule(ngx_http_request_t *r,
    ngx_webhook_rule_t *rule, ngx_str_t *path);


#endif /* NGX_WEBHOOK_MATCH_RULE_H */
