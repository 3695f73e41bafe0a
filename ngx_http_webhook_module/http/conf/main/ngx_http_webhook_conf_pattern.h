
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is plain of a rule's regular expression.
 */

#ifndef NGX_WEBHOOK_CONF_PATTERN_H
#define NGX_WEBHOOK_CONF_PATTERN_H

#include "http/model/ngx_http_webhook_build.h"
#include "http/model/ngx_http_webhook_rule.h"


/* Looks at a rule's regular expression: NGX_OK, or NGX_ERROR, logged, where it
   can match no path. */
ngx_int_t ngx_webhook_pattern_check(ngx_webhook_build_t *b, ngx_str_t *regex);

/*
 * The bytes that all that an expression matches begins with, as far as that is
 * plain to see: those behind "^".  Returns 0 if there are none.
 */
ngx_uint_t ngx_webhook_pattern_literal(ngx_str_t *regex, ngx_str_t *literal,
    u_char *buf, size_t size);

/* Sets rule->begins, and rule->whole, of its pattern: NGX_OK, or NGX_ERROR on
   lack of memory. */
ngx_int_t ngx_webhook_pattern_begins(ngx_webhook_build_t *b,
    ngx_webhook_rule_t *rule);


#endif /* NGX_WEBHOOK_CONF_PATTERN_H */
